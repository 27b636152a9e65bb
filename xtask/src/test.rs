//! `cargo xtask test`: everything a commit has to pass.

use crate::postgres::Cluster;
use crate::shell::{self, Outcome, command};
use crate::{browser, lint, machine};

/// `--fast` leaves out the browser.
pub fn run(args: &[String]) -> Outcome {
    let fast = args.iter().any(|a| a == "--fast");
    machine::node()?;
    machine::python()?;
    if let Err(missing) = machine::vdirsyncer() {
        println!("one test is left out: {missing}");
    }
    let chromium = machine::chromium()?;
    let cluster = Cluster::start()?;
    if lint::installed() {
        lint::run(&[])?;
    } else {
        println!("the lints are left out: rustup component add rustfmt clippy");
    }
    run_cargo(&["test", "--workspace", "--no-fail-fast"], &cluster)?;
    if fast { Ok(()) } else { browser::run(&chromium) }
}

fn run_cargo(args: &[&str], cluster: &Cluster) -> Outcome {
    shell::run(command(env!("CARGO")).args(args).env("AKRAB_TEST_PG", &cluster.url))
}
