//! `cargo xtask lint`: what a reviewer would say twice.

use crate::shell::{self, Outcome, command};

pub fn run(_: &[String]) -> Outcome {
    shell::run(command(env!("CARGO")).args(["fmt", "--check"]))?;
    shell::run(command(env!("CARGO")).args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
}

/// Whether this toolchain has what the lints need; a minimal one has neither.
pub fn installed() -> bool {
    ["fmt", "clippy"].iter().all(|tool| command(env!("CARGO")).args([tool, "--version"]).output().is_ok_and(|o| o.status.success()))
}
