//! Rules as a TOML file: `[approvals.KEY]`, in the words of the declaration.

use super::ApprovalDecl;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const HEAD: &str = "# Approval rules of a workspace. Brought into another one in the settings.\n\n";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
        let text = toml::to_string_pretty(&File { approvals: rules.collect() }).map_err(Problem::internal)?;
        Ok(format!("{HEAD}{text}"))
    }

    /// Takes the rules of a file over, all or none; gives how many. What is there under the same key gets a new version.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with the line that cannot be read, or the rule at fault.
    pub fn approval_rules_read(&mut self, text: &str) -> Result<usize> {
        self.may_declare()?;
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            let fault = FieldProblem::new("file", "approval_file").with("line", line).with("cause", error.message());
            Problem::invalid(vec![fault])
        })?;
        self.approval_rules_take(&file.approvals)
    }
}
