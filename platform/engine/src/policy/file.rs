//! Policies as a TOML file: `[policies.KEY]`, in the words of the declaration.

use super::PolicyDecl;
use crate::process::unreadable;
use crate::{Result, Tx};
use akrab_model::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const HEAD: &str = "# Policies of a workspace. Brought into another one in the settings.\n\n";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    policies: BTreeMap<String, PolicyDecl>,
}

impl Tx<'_> {
    /// The policies in force as a file.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn policies_file(&mut self) -> Result<String> {
        self.may_declare()?;
        let all = self.policy_rules()?.into_iter().filter(|one| !one.retired).map(|one| (one.key, one.decl));
        let text = toml::to_string_pretty(&File { policies: all.collect() }).map_err(Problem::internal)?;
        Ok(format!("{HEAD}{text}"))
    }

    /// Takes the policies of a file over, all or none; gives how many. What is there under the same key gets a new version.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with the line that cannot be read, or the policy at fault.
    pub fn policies_read(&mut self, text: &str) -> Result<usize> {
        self.may_declare()?;
        let file: File = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        self.policies_take(&file.policies)
    }
}
