//! The value ledger on both databases: lots, reservations, keys, many writers, and what time does.

use crate::workspace::{Workspace, both};
use akrab_engine::ledger::{Account, Balance, Command, MoveKind, NewAccount, Posted, State, What, bucket};
use akrab_engine::{Ctx, Door, Result};
use akrab_model::Problem;
use akrab_store::Target;
use futures::future::join_all;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

async fn opened(w: &Workspace, may_owe: bool) -> Account {
    let holder = w.make("account", json!({"name": "Toko Poin"})).await;
    let new = NewAccount { holder: ("account".into(), holder), kind: "points".into(), currency: String::new(), places: 0, may_owe };
    w.engine.write(&w.system(), move |tx| tx.ledger_open(&new)).await.expect("an account")
}

async fn run(w: &Workspace, account: &Account, key: &str, what: What) -> Result<Posted> {
    run_as(w, &w.system(), account.id, Command::new(key, what, "uji")).await
}

async fn run_as(w: &Workspace, ctx: &Ctx, account: i64, command: Command) -> Result<Posted> {
    w.engine.write(ctx, move |tx| tx.ledger(account, &command)).await
}

async fn balance(w: &Workspace, account: &Account) -> Balance {
    let id = account.id;
    w.engine.read(&w.system(), move |tx| tx.ledger_balance(id)).await.expect("a balance")
}

/// What is left of each lot, in the order in which they were put in.
async fn lots(w: &Workspace, account: &Account) -> Vec<(i64, i64)> {
    let id = account.id;
    let mut lots = w.engine.read(&w.system(), move |tx| tx.ledger_lots(id, 100)).await.expect("lots");
    lots.sort_by_key(|lot| lot.id);
    lots.into_iter().map(|lot| (lot.amount, lot.left)).collect()
}

fn put(amount: i64, last_day: Option<Date>) -> What {
    What::PutIn { amount, usable_from: None, last_day }
}

fn spend(amount: i64) -> What {
    What::Spend { amount, to: bucket::USED.into() }
}

fn sum(balance: &Balance) -> i64 {
    balance.buckets.values().sum()
}

both!(
    /// Points are taken from the lot that ends first, and given back to the one taken from last.
    lots_are_used_first_expiring_first_and_refilled_the_other_way_round,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        run(w, &account, "c", put(500, None)).await.expect("put in");
        run(w, &account, "a", put(300, Some(date(2027, 6, 30)))).await.expect("put in");
        run(w, &account, "b", put(200, Some(date(2027, 12, 31)))).await.expect("put in");
        let spent = run(w, &account, "d", spend(400)).await.expect("spent");
        assert_eq!(spent.taken.iter().map(|t| t.amount).collect::<Vec<_>>(), [300, 100]);
        run(w, &account, "e", What::Reverse { entry: spent.entry, amount: 150 }).await.expect("reversed");
        assert_eq!(lots(w, &account).await, [(500, 500), (300, 50), (200, 200)]);
        let refused = run(w, &account, "f", What::Reverse { entry: spent.entry, amount: 251 }).await.expect_err("refused");
        assert_eq!((refused.code, refused.args[0].1.as_str()), ("ledger_reversed", "250"));
        run(w, &account, "g", What::Reverse { entry: spent.entry, amount: 250 }).await.expect("reversed");
        assert_eq!(balance(w, &account).await.available(), 1_000);
        let none = w.engine.read(&w.system(), |tx| tx.ledger_unbalanced()).await.expect("books");
        assert_eq!(none, [0; 0]);
    }
);

both!(
    /// All buckets together stay what was put in, whatever becomes of a reservation.
    what_is_reserved_is_committed_released_or_lapses_once,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        run(w, &account, "in", put(1_000, None)).await.expect("put in");
        let until = w.engine.now().timestamp().checked_add(SignedDuration::from_hours(1)).expect("a moment");
        let reserve = |amount| What::Reserve { amount, until: Some(until), owner: Some(("account".into(), account.holder.1)) };
        let held = run(w, &account, "hold", reserve(400)).await.expect("reserved");
        assert_eq!((held.available(), held.inside(bucket::RESERVED)), (600, 400));
        let reservation = held.reservation.expect("a number");
        let commit = What::Commit { reservation, amount: 250, to: bucket::USED.into() };
        let used = run(w, &account, "commit", commit).await.expect("committed");
        assert_eq!((used.inside(bucket::USED), used.inside(bucket::RESERVED)), (250, 150));
        assert_eq!(sum(&balance(w, &account).await), 1_000);
        let back = run(w, &account, "back", What::Release { reservation, amount: None }).await.expect("released");
        assert_eq!((back.available(), sum(&balance(w, &account).await)), (750, 1_000));
        let over = run(w, &account, "over", What::Release { reservation, amount: None }).await.expect_err("refused");
        assert_eq!(over.code, "ledger_reservation");

        run(w, &account, "left alone", reserve(100)).await.expect("reserved");
        assert_eq!(w.engine.pass_schedules().await.expect("a look"), 0, "nothing is due yet");
        w.pass(3_600);
        assert_eq!(balance(w, &account).await.available(), 750, "whoever looks need not wait for the job");
        let looks = join_all((0..3).map(|_| w.engine.pass_schedules())).await;
        assert_eq!(looks.into_iter().map(|n| n.expect("a look")).sum::<usize>(), 1);
        w.work_off().await;
        assert_eq!(w.engine.pass_schedules().await.expect("a look"), 0);
        let id = account.id;
        let lines = w.engine.read(&w.system(), move |tx| tx.ledger_lines(id, None, 100)).await.expect("lines");
        assert_eq!(lines.iter().filter(|line| line.kind == MoveKind::Lapse).count(), 1, "once");
        assert_eq!((balance(w, &account).await.available(), sum(&balance(w, &account).await)), (750, 1_000));
    }
);

both!(
    /// The same command again, also at the same moment, gives the first answer and one entry.
    a_key_does_a_thing_once_and_no_other_thing,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        run(w, &account, "in", put(1_000, None)).await.expect("put in");
        let once = || run(w, &account, "K", spend(70));
        let (one, other) = tokio::join!(once(), once());
        let mut answers = vec![one.expect("an answer"), other.expect("an answer")];
        for _ in 0..3 {
            answers.push(once().await.expect("an answer"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(balance(w, &account).await.available(), 930);
        assert_eq!(run(w, &account, "K", spend(71)).await.expect_err("refused").code, "key_reused");
        let again = opened(w, false).await;
        assert_eq!(run(w, &again, "K", spend(70)).await.expect_err("refused").code, "key_reused", "also for another account");
        // a refusal is not kept: once there is enough, the same command runs
        assert_eq!(run(w, &account, "L", spend(1_000)).await.expect_err("refused").code, "ledger_insufficient");
        run(w, &account, "more", put(70, None)).await.expect("put in");
        run(w, &account, "L", spend(1_000)).await.expect("spent");
    }
);

both!(
    /// Thirty-three of sixty-four spend 30 of 1,000 each; ten are left.
    sixty_four_writers_never_take_more_than_there_is,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        run(w, &account, "in", put(1_000, None)).await.expect("put in");
        let writers: Vec<_> = (0..64)
            .map(|n| {
                let (engine, ctx, id) = (w.engine.clone(), w.system(), account.id);
                tokio::spawn(async move {
                    let command = Command::new(format!("w{n}"), spend(30), "uji");
                    engine.write(&ctx, move |tx| tx.ledger(id, &command)).await
                })
            })
            .collect();
        let answers: Vec<Result<Posted>> = join_all(writers).await.into_iter().map(|done| done.expect("a writer ends")).collect();
        let refused: Vec<&Problem> = answers.iter().filter_map(|a| a.as_ref().err()).collect();
        assert_eq!((answers.len() - refused.len(), refused.len()), (33, 31));
        for problem in refused {
            assert_eq!((problem.code, problem.args.first().map(|a| a.1.as_str())), ("ledger_insufficient", Some("10")), "{problem:?}");
        }
        assert_eq!(balance(w, &account).await.available(), 10);
        assert_eq!(lots(w, &account).await, [(1_000, 10)]);
    }
);

both!(
    /// Rule 14: usable at 23:59:59 of the named day in the workspace's zone, gone at 00:00:00.
    value_is_gone_at_the_end_of_its_last_day,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        run(w, &account, "today", put(40, Some(date(2026, 3, 2)))).await.expect("put in");
        let tomorrow = w.engine.now().timestamp().checked_add(SignedDuration::from_hours(24)).expect("a moment");
        run(w, &account, "waits", What::PutIn { amount: 5, usable_from: Some(tomorrow), last_day: None }).await.expect("put in");
        assert_eq!((balance(w, &account).await.available(), balance(w, &account).await.inside(bucket::PENDING)), (40, 5));
        // the clock of the tests stands at 09:00 in Jakarta
        w.pass(15 * 3_600 - 1);
        run(w, &account, "late", spend(10)).await.expect("usable at 23:59:59");
        w.pass(1);
        let gone = run(w, &account, "too late", spend(10)).await.expect_err("gone at 00:00:00");
        assert_eq!((gone.code, gone.args[0].1.as_str()), ("ledger_insufficient", "0"));
        w.pass(9 * 3_600);
        w.engine.pass_schedules().await.expect("a look");
        w.work_off().await;
        let now = balance(w, &account).await;
        assert_eq!((now.available(), now.inside(bucket::EXPIRED), now.inside(bucket::USED), sum(&now)), (5, 30, 10, 45));
    }
);

both!(
    /// The ledger's rows cannot be changed or deleted, not even past the program.
    entries_stay_as_they_are,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        run(w, &account, "in", put(10, None)).await.expect("put in");
        for sql in ["UPDATE ledger_entry SET amount = 11", "DELETE FROM ledger_entry"] {
            let refused = match &w.target {
                Target::Sqlite { path } => {
                    let db = rusqlite::Connection::open(path).expect("the file");
                    db.execute(sql, []).map(|_| ()).map_err(|e| e.to_string())
                }
                Target::Postgres { url, schema } => {
                    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("a connection");
                    let running = tokio::spawn(connection);
                    client.batch_execute(&format!("SET search_path TO \"{schema}\"")).await.expect("the schema");
                    let done = client.execute(sql, &[]).await.map(|_| ()).map_err(|e| format!("{:?}", e.as_db_error()));
                    running.abort();
                    done
                }
            };
            assert!(refused.expect_err("refused").contains("stay as they are"), "{sql}");
        }
    }
);

both!(
    /// Money counts decimals exactly, an account that may owe is paid back by what comes in, and funds move on.
    accounts_keep_to_what_they_were_opened_for,
    async |w: &Workspace| {
        let holder = w.make("account", json!({"name": "Mitra"})).await;
        let new = NewAccount { holder: ("account".into(), holder), kind: "commission".into(), currency: "USD".into(), places: 2, may_owe: true };
        let open = {
            let new = new.clone();
            w.engine.write(&w.system(), move |tx| tx.ledger_open(&new)).await.expect("an account")
        };
        let again = {
            let new = new.clone();
            w.engine.write(&w.system(), move |tx| tx.ledger_open(&new)).await.expect("the same account")
        };
        assert_eq!(open, again);
        let other = NewAccount { places: 0, ..new.clone() };
        let refused = w.engine.write(&w.system(), move |tx| tx.ledger_open(&other)).await.expect_err("refused");
        assert_eq!(refused.code, "ledger_other");
        let nobody = NewAccount { holder: ("account".into(), 999), ..new };
        assert_eq!(w.engine.write(&w.system(), move |tx| tx.ledger_open(&nobody)).await.expect_err("refused").code, "not_found");

        let cents = |text: &str| open.units(text.parse().expect("a number"));
        assert_eq!(cents("0.125").expect_err("refused").code, "ledger_too_exact");
        let paid = run(w, &open, "earn", put(cents("100.50").expect("cents"), None)).await.expect("put in");
        let claim = What::Spend { amount: cents("60.25").expect("cents"), to: "claimed".into() };
        run(w, &open, "claim", claim).await.expect("spent");
        let on = What::Shift { from: "claimed".into(), to: "paid".into(), amount: cents("60.25").expect("cents") };
        run(w, &open, "pay", on).await.expect("moved");
        let clawed = What::Reverse { entry: paid.entry, amount: cents("100.50").expect("cents") };
        let owing = run(w, &open, "claw back", clawed).await.expect("reversed");
        assert_eq!(open.amount(owing.available()).to_string(), "-60.25");
        run(w, &open, "freeze", What::Turn { state: State::Frozen }).await.expect("frozen");
        assert_eq!(run(w, &open, "no", spend(1)).await.expect_err("refused").code, "ledger_frozen");
        assert_eq!(run(w, &open, "no", What::Turn { state: State::Closed }).await.expect_err("refused").code, "ledger_not_empty");
        run(w, &open, "earn more", put(cents("60.25").expect("cents"), None)).await.expect("put in");
        run(w, &open, "close", What::Turn { state: State::Closed }).await.expect("closed");
        assert_eq!(run(w, &open, "late", put(1, None)).await.expect_err("refused").code, "ledger_closed");
        let none = w.engine.read(&w.system(), |tx| tx.ledger_unbalanced()).await.expect("books");
        assert_eq!(none, [0; 0]);
        let about = w.engine.read(&w.system(), |tx| tx.ledger_lines_about("account", 1, 10)).await.expect("lines");
        assert_eq!(about, []);
    }
);

both!(
    /// What belongs together is one transaction: when the rest fails, no value moves; and a reader's token moves none.
    value_moves_with_what_it_belongs_to,
    async |w: &Workspace| {
        let account = opened(w, false).await;
        let id = account.id;
        let system = w.system();
        let failed = w.engine.write(&system, move |tx| {
            let command = Command::new("sale", put(10, None), "uji").about("account", 1);
            tx.ledger(id, &command)?;
            Err::<(), _>(Problem::forbidden())
        });
        assert_eq!(failed.await.expect_err("refused").code, "forbidden");
        assert_eq!(balance(w, &account).await.buckets.len(), 0);
        let user = w.user("budi", 1, None).await;
        let mut reader = w.of(user, Door::Api);
        reader.read_only = true;
        let refused = run_as(w, &reader, id, Command::new("x", put(1, None), "uji")).await.expect_err("refused");
        assert_eq!(refused.code, "token_reads_only");
        let done = run_as(w, &w.of(user, Door::Api), id, Command::new("sale", put(10, None), "Nota 7").about("account", 1)).await.expect("put in");
        let lines = w.engine.read(&w.system(), |tx| tx.ledger_lines_about("account", 1, 10)).await.expect("lines");
        assert_eq!((lines[0].id, lines[0].actor, lines[0].reason.as_str()), (done.entry, Some(user), "Nota 7"));
        assert!(lines[0].at <= Timestamp::from_microsecond(w.system().micros()).expect("a moment"));
    }
);
