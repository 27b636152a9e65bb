//! `cargo xtask lint`: what a reviewer would say twice.

use crate::shell::{self, Outcome, command};

pub fn run(_: &[String]) -> Outcome {
    shell::run(command(env!("CARGO")).args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
}
