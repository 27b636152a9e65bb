//! Why a command ends early: one line for people, a code for scripts.

use akrab_engine::Engine;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_web::fail;
use akrab_web::locale::{Lang, Text};
use std::fmt;
use std::path::Path;

/// Exit codes: 1 failed, 3 refused input, 4 not found, 5 no room or busy (2 is wrong usage, by clap).
#[derive(Debug)]
pub struct Stop {
    pub code: u8,
    message: String,
}

impl Stop {
    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }
    pub fn refused(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        let code = match problem.kind {
            ProblemKind::NotFound => 4,
            ProblemKind::Busy | ProblemKind::Full => 5,
            ProblemKind::Internal => 1,
            _ => 3,
        };
        let text = Text::new(Lang::En);
        // what is wrong with each entry says more than that something is
        let faults: Vec<String> = problem.fields.iter().map(|f| format!("{}: {}", f.field(), fail::field_message(text, f))).collect();
        let mut message = if faults.is_empty() { fail::message(text, &problem) } else { faults.join("; ") };
        if let Some(cause) = &problem.cause {
            message.push_str(&format!(" ({cause})"));
        }
        Self { code, message }
    }
}

/// Refuses a file whose folder is not there, before any work is done for it.
pub fn writable_place(file: &Path) -> Result<(), Stop> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if file.is_dir() {
        return Err(Stop::refused(format!("{} is a folder; name the file to write", file.display())));
    }
    if folder.is_dir() { Ok(()) } else { Err(Stop::refused(format!("{}: there is no folder {}", file.display(), folder.display()))) }
}

/// The words of commands: those of the workspace.
pub fn text(engine: &Engine) -> Text {
    Text::new(engine.settings().lang)
}
