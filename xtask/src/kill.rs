//! `cargo xtask kill`: the program is killed while it writes, many times over.

use crate::shell::{self, Outcome, command};

/// `--rounds N`: kills, 200 when absent.
pub fn run(args: &[String]) -> Outcome {
    let rounds = match args {
        [] => "200",
        [name, n] if name == "--rounds" && n.parse::<u32>().is_ok() => n,
        _ => return Err("usage: cargo xtask kill [--rounds N]".into()),
    };
    let test = ["test", "--package", "akrab", "--test", "it", "nothing_acknowledged", "--", "--nocapture"];
    shell::run(command(env!("CARGO")).args(test).env("AKRAB_KILL_ROUNDS", rounds))
}
