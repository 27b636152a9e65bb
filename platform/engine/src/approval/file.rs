//! Rules as a TOML file: `[approvals.KEY]`, in the words of the declaration.

use super::ApprovalDecl;
use crate::{Result, Tx};
use akrab_model::Problem;
use serde::Serialize;
use std::collections::BTreeMap;

const HEAD: &str = "# Approval rules of a workspace. Brought into another one in the settings.\n\n";

#[derive(Serialize)]
struct File {
    approvals: BTreeMap<String, ApprovalDecl>,
}

impl Tx<'_> {
    /// The rules in force as a file.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn approval_rules_file(&mut self) -> Result<String> {
        self.may_declare()?;
        let rules = self.approval_rules()?.into_iter().filter(|rule| !rule.retired).map(|rule| (rule.key, rule.decl));
        let approvals: BTreeMap<String, ApprovalDecl> = rules.collect();
        if approvals.is_empty() {
            return Ok(HEAD.into());
        }
        let text = toml::to_string_pretty(&File { approvals }).map_err(Problem::internal)?;
        Ok(format!("{HEAD}{text}"))
    }
}
