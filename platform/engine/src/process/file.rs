//! Maps as a TOML file: `[processes.KEY]`, in the words of the declaration.

use super::ProcessDecl;
use crate::{Result, Tx};
use akrab_model::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const HEAD: &str = "# Process maps of a workspace. Brought into another one in the settings.\n\n";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    processes: BTreeMap<String, ProcessDecl>,
}

impl Tx<'_> {
    /// The maps in force as a file.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn processes_file(&mut self) -> Result<String> {
        self.may_declare()?;
        let all = self.processes()?.into_iter().filter(|one| !one.retired).map(|one| (one.key, one.decl));
        let text = toml::to_string_pretty(&File { processes: all.collect() }).map_err(Problem::internal)?;
        Ok(format!("{HEAD}{text}"))
    }

    /// Takes the maps of a file over, all or none; gives how many. What is there under the same key gets a new version.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with the line that cannot be read, or the map at fault.
    pub fn processes_read(&mut self, text: &str) -> Result<usize> {
        self.may_declare()?;
        let file: File = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        self.processes_take(&file.processes)
    }
}

/// The line of a file that cannot be read.
pub(crate) fn unreadable(text: &str, error: &toml::de::Error) -> Problem {
    crate::written::unreadable(text, error)
}
