//! How fast the engines are that domains are built on: each command durable before it is answered.

use super::report::Figure;
use crate::stop::Stop;
use akrab_engine::ledger::{Account, Command, NewAccount, What, bucket};
use akrab_engine::{Ctx, Door, Engine};
use akrab_model::Problem;
use akrab_model::value::Input;
use serde_json::json;
use std::time::{Duration, Instant};

/// Who writes at once.
const WRITERS: usize = 64;
/// Accounts they write to.
const ACCOUNTS: usize = 16;

/// Measures every engine.
pub async fn measure(engine: &Engine, span: Duration) -> Result<Vec<Figure>, Stop> {
    let system = engine.system("measuring", Door::Command);
    ledger(engine, &system, span).await
}

/// Pairs of a reservation and its commit.
async fn ledger(engine: &Engine, system: &Ctx, span: Duration) -> Result<Vec<Figure>, Stop> {
    let mut accounts = Vec::new();
    for n in 0..ACCOUNTS {
        accounts.push(opened(engine, system, n).await?);
    }
    let (began, mut tasks) = (Instant::now(), tokio::task::JoinSet::new());
    for writer in 0..WRITERS {
        let (engine, system, account) = (engine.clone(), system.clone(), accounts[writer % ACCOUNTS].id);
        let run = format!("{writer}-{}", u64::from_le_bytes(engine.random()));
        tasks.spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < span {
                times.extend(pair(&engine, &system, account, &format!("{run}-{}", times.len())).await?);
            }
            Ok::<_, Problem>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done.map_err(|e| Stop::failed(e.to_string()))??);
    }
    let rate = times.len() as f64 / 2.0 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    let place = times.len() * 99 / 100;
    let slow = times.get(place.min(times.len().saturating_sub(1))).map_or(0.0, |t| t.as_secs_f64() * 1_000.0);
    let unbalanced = engine.read(system, |tx| tx.ledger_unbalanced()).await?;
    if !unbalanced.is_empty() {
        return Err(Stop::failed(format!("ledgers do not balance: {unbalanced:?}")));
    }
    Ok(vec![
        Figure::rate("ledger: reserve-and-commit pairs a second, 64 writers", rate, 500.0),
        Figure::millis("ledger: one command among 64 writers, p99", slow, 20.0),
    ])
}

async fn opened(engine: &Engine, system: &Ctx, n: usize) -> Result<Account, Stop> {
    let mut input = Input::new();
    input.insert("name".into(), json!(format!("Uji Mesin {n}")));
    let holder = engine.create(system, "account", input).await?.id;
    let new = NewAccount { holder: ("account".into(), holder), kind: "points".into(), currency: String::new(), places: 0, may_owe: false };
    let account = engine.write(system, move |tx| tx.ledger_open(&new)).await?;
    let id = account.id;
    let fill = Command::new(format!("fill-{id}"), What::PutIn { amount: 1_000_000_000, usable_from: None, last_day: None }, "bench");
    engine.write(system, move |tx| tx.ledger(id, &fill)).await?;
    Ok(account)
}

async fn pair(engine: &Engine, system: &Ctx, account: i64, key: &str) -> Result<[Duration; 2], Problem> {
    let began = Instant::now();
    let reserve = Command::new(format!("{key}-r"), What::Reserve { amount: 3, until: None, owner: None }, "bench");
    let held = engine.write(system, move |tx| tx.ledger(account, &reserve)).await?;
    let (reservation, first) = (held.reservation.unwrap_or_default(), began.elapsed());
    let commit = Command::new(format!("{key}-c"), What::Commit { reservation, amount: 3, to: bucket::USED.into() }, "bench");
    engine.write(system, move |tx| tx.ledger(account, &commit)).await?;
    Ok([first, began.elapsed().saturating_sub(first)])
}
