//! `cargo xtask shots`: a picture of every screen in both languages, sizes and themes, and axe over each.

use crate::shell::Outcome;
use crate::{browser, machine};

/// Arguments go to the script: `--only NAME`, `--out DIR`.
pub fn run(args: &[String]) -> Outcome {
    machine::node()?;
    browser::drive(&machine::chromium()?, "shots.mjs", args)
}
