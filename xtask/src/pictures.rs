//! `cargo xtask pictures`: the pictures of the guides, taken of a fresh demo in both languages.

use crate::shell::Outcome;
use crate::{browser, machine};

/// Arguments go to the script: `--only NAME`.
pub fn run(args: &[String]) -> Outcome {
    machine::node()?;
    browser::drive(&machine::chromium()?, "pictures.mjs", args)
}
