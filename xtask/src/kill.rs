//! `cargo xtask kill`: the program is killed while it writes, many times over.

use crate::postgres::Cluster;
use crate::shell::{self, Outcome, command};

/// `--rounds N`: kills, 200 when absent; `--postgres`: on a PostgreSQL of its own instead of SQLite.
pub fn run(args: &[String]) -> Outcome {
    let usage = || "usage: cargo xtask kill [--rounds N] [--postgres]".to_string();
    let (mut rounds, mut on_postgres) = ("200", false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--postgres" => on_postgres = true,
            "--rounds" => rounds = args.next().filter(|n| n.parse::<u32>().is_ok()).ok_or_else(usage)?,
            _ => return Err(usage()),
        }
    }
    let cluster = on_postgres.then(Cluster::start).transpose()?;
    let name = format!("nothing_acknowledged_is_lost_when_the_program_is_killed_on_{}", if on_postgres { "postgres" } else { "sqlite" });
    let mut test = command(env!("CARGO"));
    test.args(["test", "--package", "akrab", "--test", "it", &name, "--", "--nocapture"]).env("AKRAB_KILL_ROUNDS", rounds);
    if let Some(cluster) = &cluster {
        test.env("AKRAB_TEST_PG", &cluster.url);
    }
    shell::run(&mut test)
}
