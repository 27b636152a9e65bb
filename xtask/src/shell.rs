//! Running programs and saying what failed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A chore's end: a sentence when it failed.
pub type Outcome<T = ()> = Result<T, String>;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Runs a command at the root with its output shown.
pub fn run(command: &mut Command) -> Outcome {
    let shown = format!("{command:?}");
    let status = command.stdin(Stdio::null()).status().map_err(|e| format!("{shown}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown} ended with {status}")) }
}

/// A command at the root.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Whether a program is on the path.
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
