//! Nobody sees or changes what he may not, through whichever door: checked against a small model of
//! the rules over worlds made by chance.

mod elsewhere;
mod guessing;
mod reading;
mod world;
mod writing;

use crate::workspace::Workspace;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reading::reading;
use world::{build, world};
use writing::writing;

fn worlds() -> u32 {
    std::env::var("AKRAB_RIGHTS_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4)
}

fn run(on_postgres: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let config = Config {
        cases: if on_postgres { worlds() / 2 } else { worlds() },
        failure_persistence: None,
        max_shrink_iters: 6,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&world(), |world| {
        runtime.block_on(async {
            let w = if on_postgres {
                match Workspace::postgres(&[]).await {
                    Some(w) => w,
                    None => return Ok(()),
                }
            } else {
                Workspace::sqlite(&[]).await
            };
            let stage = build(&w, &world).await;
            let mut faults = reading(&stage).await;
            faults.extend(writing(&stage).await);
            w.close().await;
            prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
            Ok(())
        })
    });
    if let Err(fault) = result {
        panic!("{fault}");
    }
}

#[test]
fn no_door_shows_or_changes_what_is_not_permitted_on_sqlite() {
    run(false);
}

#[test]
fn no_door_shows_or_changes_what_is_not_permitted_on_postgres() {
    run(true);
}
