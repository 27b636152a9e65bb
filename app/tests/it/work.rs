//! The work ledger: each unit is handed over once, whatever is paused, restarted or killed in between.
//!
//! `AKRAB_WORK_ITEMS` and `AKRAB_WORK_KILLS` set the size of the run with kills (300 and 4 when absent).

use crate::browser::Browser;
use crate::workspace::{Workspace, both, folder};
use akrab_engine::clock::SystemRandom;
use akrab_engine::job::Work;
use akrab_engine::work::{Batch, Carried, Carrier, Counts, Handed, Porter, Turn, Unit, WorkState};
use akrab_engine::{Clock, Ctx, Door, Engine, Key, Setup};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_store::{Options, Store, Target};
use futures::future::BoxFuture;
use serde_json::json;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The other side, in memory: what it got, and how it answers.
#[derive(Default)]
struct Receiver {
    got: Mutex<Vec<String>>,
    /// How often it is busy for a unit before it takes it.
    busy: i64,
}

impl Carrier for Receiver {
    fn queue(&self) -> &'static str {
        "test"
    }
    fn attempts(&self) -> i64 {
        3
    }
    fn hand_over(&self, _: Engine, item: Carried) -> BoxFuture<'static, Handed> {
        let answer = match item.unit {
            7 => Handed::Refused(Problem::forbidden()),
            8 => Handed::Left(Problem::not_found()),
            _ if item.attempt <= self.busy => Handed::Passing(Problem::new(ProblemKind::Busy, "busy")),
            _ => {
                self.got.lock().expect("the receiver").push(item.name());
                Handed::Done(json!({ "text": item.payload["text"] }))
            }
        };
        Box::pin(async move { answer })
    }
}

fn batch(key: &str) -> Batch {
    let payload = json!({ "text": "Halo" });
    Batch { queue: "test".into(), route: "satu".into(), key: key.into(), title: format!("Uji {key}"), payload, subject: None, people: None }
}

async fn plan(w: &Workspace, key: &str, units: std::ops::Range<i64>) -> i64 {
    let (batch, units) = (batch(key), units.map(Unit::now).collect::<Vec<_>>());
    w.engine.write(&w.system(), move |tx| tx.work_plan(&batch, &units)).await.expect("planned")
}

async fn counts(w: &Workspace, batch: i64) -> Counts {
    w.engine.read(&w.system(), move |tx| tx.work_counts(batch)).await.expect("counts")
}

fn sizes(counts: &Counts) -> Vec<i64> {
    WorkState::ALL.iter().map(|state| counts.of(*state)).collect()
}

both!(
    /// A key is planned once; what is refused or left says why; what passes is tried again, later each time, and not for ever.
    units_are_planned_and_handed_over_once,
    async |w: &Workspace| {
        let receiver = Arc::new(Receiver::default());
        let porter = Porter::new(&w.engine, receiver.clone());
        let id = plan(w, "run:1", 0..40).await;
        assert_eq!(plan(w, "run:1", 20..50).await, id, "the same batch");
        assert_eq!(porter.drain().await.expect("carried"), 50);
        assert_eq!(porter.drain().await.expect("carried"), 0);
        let mut got = receiver.got.lock().expect("the receiver").clone();
        got.sort();
        got.dedup();
        assert_eq!(got.len(), 48);
        assert!(got.contains(&"run:1/49".to_string()), "{got:?}");
        assert_eq!(sizes(&counts(w, id).await), [0, 0, 0, 48, 1, 0, 1]);
        let failed = w.engine.read(&w.system(), move |tx| tx.work_items(id, WorkState::Failed, -1, 10)).await.expect("items");
        assert_eq!((failed[0].unit, failed[0].told["code"].as_str()), (7, Some("forbidden")));

        let slow = Arc::new(Receiver { busy: 2, ..Receiver::default() });
        let porter = Porter::new(&w.engine, slow.clone());
        let later = plan(w, "run:2", 0..1).await;
        for wait in [15, 30] {
            assert_eq!(porter.drain().await.expect("carried"), 1);
            assert_eq!(porter.drain().await.expect("carried"), 0, "not before its time");
            w.pass(wait);
        }
        assert_eq!(porter.drain().await.expect("carried"), 1);
        assert_eq!(sizes(&counts(w, later).await), [0, 0, 0, 1, 0, 0, 0]);
        let porter = Porter::new(&w.engine, Arc::new(Receiver { busy: 9, ..Receiver::default() }));
        let never = plan(w, "run:3", 0..1).await;
        for _ in 0..3 {
            porter.drain().await.expect("carried");
            w.pass(3_600);
        }
        assert_eq!(porter.drain().await.expect("carried"), 0, "given up");
        assert_eq!(sizes(&counts(w, never).await), [0, 0, 0, 0, 1, 0, 0]);
    }
);

both!(
    /// Several at once, a pause in the middle and a stop lose nothing and repeat nothing.
    many_carriers_a_pause_and_a_stop_repeat_nothing,
    async |w: &Workspace| {
        let receiver = Arc::new(Receiver::default());
        let id = plan(w, "run:1", 100..400).await;
        let (stop, stopped) = watch::channel(false);
        let porter = Porter::new(&w.engine, receiver.clone());
        assert!(porter.next(&stopped).await.expect("carried") > 0);
        w.engine.write(&w.system(), move |tx| tx.work_pause(id, true)).await.expect("paused");
        assert_eq!(porter.drain().await.expect("carried"), 0);
        w.engine.write(&w.system(), move |tx| tx.work_pause(id, false)).await.expect("goes on");
        stop.send(true).expect("told");
        assert_eq!(porter.next(&stopped).await.expect("carried"), 0, "what was taken is given back");
        assert_eq!(counts(w, id).await.of(WorkState::Leased), 0);
        let porters: Vec<_> = (0..4)
            .map(|_| {
                let porter = porter.clone();
                tokio::spawn(async move { porter.drain().await })
            })
            .collect();
        for porter in porters {
            porter.await.expect("a carrier ends").expect("carried");
        }
        // one that found nothing may have ended while another gave back
        porter.drain().await.expect("carried");
        let mut got = receiver.got.lock().expect("the receiver").clone();
        let all = got.len();
        got.sort();
        got.dedup();
        assert_eq!((got.len(), all), (300, 300));
        assert_eq!(sizes(&counts(w, id).await), [0, 0, 0, 300, 0, 0, 0]);
    }
);

both!(
    /// Rates are kept to the item, by the minute and by the day.
    rates_and_quotas_are_kept,
    async |w: &Workspace| {
        let receiver = Arc::new(Receiver::default());
        let porter = Porter::new(&w.engine, receiver.clone());
        plan(w, "run:1", 100..130).await;
        let routes = w.engine.read(&w.system(), |tx| tx.work_routes()).await.expect("routes");
        let route = routes[0].id;
        w.engine.write(&w.system(), move |tx| tx.work_rates(route, Some(10), Some(25), false)).await.expect("kept");
        assert_eq!(porter.drain().await.expect("carried"), 10);
        w.pass(59);
        assert_eq!(porter.drain().await.expect("carried"), 0);
        w.pass(1);
        assert_eq!(porter.drain().await.expect("carried"), 10);
        w.pass(60);
        assert_eq!(porter.drain().await.expect("carried"), 5, "the day's quota");
        w.pass(3_600);
        assert_eq!(porter.drain().await.expect("carried"), 0);
        w.pass(24 * 3_600);
        assert_eq!(porter.drain().await.expect("carried"), 5);
        let refused = w.engine.write(&w.system(), move |tx| tx.work_rates(route, Some(0), None, false)).await.expect_err("refused");
        assert_eq!(refused.fields[0].pointer, "/per_minute");
    }
);

both!(
    /// A worker that dies while it hands something over leaves it unknown: a person decides, the program never does.
    what_nobody_heard_an_answer_to_waits_for_a_person,
    async |w: &Workspace| {
        struct Hangs;
        impl Carrier for Hangs {
            fn queue(&self) -> &'static str {
                "test"
            }
            fn hand_over(&self, _: Engine, _: Carried) -> BoxFuture<'static, Handed> {
                Box::pin(std::future::pending())
            }
        }
        let id = plan(w, "run:1", 100..103).await;
        let hanging = Porter::new(&w.engine, Arc::new(Hangs));
        let dying = tokio::spawn(async move { hanging.drain().await });
        while counts(w, id).await.of(WorkState::Handing) == 0 {
            tokio::task::yield_now().await;
        }
        dying.abort();
        let receiver = Arc::new(Receiver::default());
        let porter = Porter::new(&w.engine, receiver.clone());
        assert_eq!(porter.drain().await.expect("carried"), 0, "leased still");
        w.pass(121);
        w.engine.pass_schedules().await.expect("a look");
        w.work_off().await;
        assert_eq!(sizes(&counts(w, id).await), [2, 0, 0, 0, 0, 1, 0]);
        assert_eq!(porter.drain().await.expect("carried"), 2);
        assert_eq!(receiver.got.lock().expect("the receiver").len(), 2, "what may have arrived is not sent again");

        let user = w.user("siti", 3, None).await;
        let unknown = w.engine.read(&w.system(), move |tx| tx.work_items(id, WorkState::Unknown, -1, 10)).await.expect("items");
        let unit = unknown[0].unit;
        let turn = async |ctx: Ctx, turn: Turn| w.engine.write(&ctx, move |tx| tx.work_turn(id, unit, turn)).await;
        assert_eq!(turn(w.of(user, Door::Page), Turn::Again).await.expect_err("refused").code, "forbidden");
        turn(w.system(), Turn::Again).await.expect("sent again");
        assert_eq!(turn(w.system(), Turn::Arrived).await.expect_err("refused").code, "work_not_stopped");
        assert_eq!(porter.drain().await.expect("carried"), 1);
        assert_eq!(sizes(&counts(w, id).await), [0, 0, 0, 3, 0, 0, 0]);
    }
);

both!(
    /// Many units for the same moment stand in one wave. Planned again, in part and for another moment, they stay as they are;
    /// cancelled or withdrawn they say so, one by one.
    a_wave_is_planned_once_and_left_one_by_one,
    async |w: &Workspace| {
        let at = |units: std::ops::Range<i64>, hours: i64| -> Vec<Unit> {
            let moment = w.system().now.timestamp() + jiff::SignedDuration::from_hours(hours);
            units.map(|unit| Unit { unit, run_at: Some(moment) }).collect()
        };
        let planned = async |key: &str, units: Vec<Unit>, people: Option<(String, String)>| {
            let batch = Batch { people, ..batch(key) };
            w.engine.write(&w.system(), move |tx| tx.work_plan(&batch, &units)).await.expect("planned")
        };
        let receiver = Arc::new(Receiver::default());
        let porter = Porter::new(&w.engine, receiver.clone());
        let id = planned("run:1", at(100..200, -2), None).await;
        planned("run:1", at(150..400, -1), None).await;
        planned("run:1", at(390..402, 5), None).await;
        let far = [Unit::now(3), Unit::now(i64::MAX), Unit::now(i64::MIN)];
        planned("run:1", far.into_iter().chain((1..34).map(|n| Unit::now(n << 33))).collect(), None).await;
        assert_eq!(counts(w, id).await.all(), 302 + 36);
        let (stop, stopped) = watch::channel(false);
        porter.next(&stopped).await.expect("carried");
        let first: Vec<String> = receiver.got.lock().expect("the receiver").clone();
        let longest: Vec<String> = (100..132).map(|unit| format!("run:1/{unit}")).collect();
        assert_eq!(first, longest, "what waits longest goes first, some at a time");
        planned("run:1", at(100..400, 0), None).await;
        assert_eq!(sizes(&counts(w, id).await)[..4], [302 + 36 - 32, 0, 0, 32]);
        assert_eq!(porter.drain().await.expect("carried"), 300 + 36 - 32, "all but two that are not due");
        drop(stop);
        let waiting = w.engine.read(&w.system(), move |tx| tx.work_items(id, WorkState::Ready, -1, 10)).await.expect("items");
        assert_eq!(waiting.iter().map(|item| item.unit).collect::<Vec<_>>(), [400, 401]);
        assert_eq!(w.engine.write(&w.system(), move |tx| tx.work_cancel(id)).await.expect("cancelled"), 2);

        let people = Some(("contact".to_string(), "offers".to_string()));
        let to = planned("run:2", at(1_000..1_100, 1), people).await;
        let told = async |unit: i64| w.engine.write(&w.system(), move |tx| Ok(tx.conn.work_withdraw("contact", unit, "offers", "{}")?)).await;
        assert_eq!(told(1_050).await.expect("withdrawn"), 1);
        assert_eq!((told(1_050).await.expect("withdrawn"), told(2_000).await.expect("withdrawn")), (0, 0));
        assert_eq!(sizes(&counts(w, to).await), [99, 0, 0, 0, 0, 0, 1]);
        assert_eq!(w.engine.write(&w.system(), move |tx| tx.work_cancel(to)).await.expect("cancelled"), 99);
        assert_eq!(sizes(&counts(w, to).await), [0, 0, 0, 0, 0, 0, 100]);
        planned("run:2", at(1_000..1_100, 0), None).await;
        assert_eq!(porter.drain().await.expect("carried"), 0, "what is cancelled stays so");
    }
);

both!(
    /// An administrator sees how far work is, lets it rest, and decides about what failed.
    people_look_after_work_in_the_settings,
    async |w: &Workspace| {
        let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let mut browser = Browser::of(w, w.user("ratna", role, None).await).await;
        let id = plan(w, "run:1", 5..10).await;
        let here = format!("/settings/work/{id}");
        assert_eq!(browser.submit(&format!("{here}/pause"), &[("paused", "1")]).await.location, here);
        let porter = Porter::new(&w.engine, Arc::new(Receiver::default()));
        assert_eq!(porter.drain().await.expect("carried"), 0);
        assert!(browser.get(&here).await.html.contains("Dijeda"));
        browser.submit(&format!("{here}/pause"), &[]).await;
        assert_eq!(porter.drain().await.expect("carried"), 5);
        let list = browser.get("/settings/work").await;
        assert!(list.html.contains("Uji run:1") && list.html.contains("5 dari 5"), "{}", list.html);
        let page = browser.get(&here).await;
        assert!(page.html.contains("Ditolak, atau sudah dicoba") && page.html.contains("Sudah sampai"), "{}", page.html);
        browser.submit(&format!("{here}/7"), &[("turn", "arrived")]).await;
        assert_eq!(sizes(&counts(w, id).await), [0, 0, 0, 4, 0, 0, 1]);
        let twice = browser.submit(&format!("{here}/7"), &[("turn", "again")]).await;
        assert_eq!(twice.status, axum::http::StatusCode::CONFLICT);
        let route = w.engine.read(&w.system(), |tx| tx.work_routes()).await.expect("routes")[0].id;
        browser.submit(&format!("/settings/work/routes/{route}"), &[("per_minute", "30"), ("per_day", "")]).await;
        let kept = w.engine.read(&w.system(), |tx| tx.work_routes()).await.expect("routes");
        assert_eq!((kept[0].per_minute, kept[0].per_day), (Some(30), None));
        let more = plan(w, "run:2", 20..25).await;
        let cancelled = browser.submit(&format!("/settings/work/{more}/cancel"), &[]).await;
        assert_eq!(cancelled.status, axum::http::StatusCode::SEE_OTHER);
        assert_eq!(sizes(&counts(w, more).await), [0, 0, 0, 0, 0, 0, 5]);
        let mut siti = Browser::of(w, w.user("siti", 3, None).await).await;
        assert_eq!(siti.get("/settings/work").await.status, axum::http::StatusCode::FORBIDDEN);
    }
);

/// The computer's clock.
struct Now;

impl Clock for Now {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// Hands items to a server on the loopback and waits for its answer.
struct Wire(String);

impl Carrier for Wire {
    fn queue(&self) -> &'static str {
        "test"
    }
    fn hand_over(&self, _: Engine, item: Carried) -> BoxFuture<'static, Handed> {
        let address = self.0.clone();
        Box::pin(async move {
            let told = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
                let mut stream = TcpStream::connect(address)?;
                writeln!(stream, "{}", item.name())?;
                BufReader::new(stream).read_line(&mut String::new()).map(|_| ())
            });
            match told.await {
                Ok(Ok(())) => Handed::Done(serde_json::Value::Null),
                _ => Handed::Unknown(Problem::new(ProblemKind::Busy, "busy")),
            }
        })
    }
}

async fn engine_in(folder: &std::path::Path, lease: u64) -> Engine {
    let store = Store::open(&Target::Sqlite { path: folder.join("akrab.db") }, &Options::default()).await.expect("the database opens");
    let setup = Setup {
        store,
        objects: crate::workspace::objects(),
        reports: Vec::new(),
        sentences: |_, _, _| Ok(Vec::new()),
        behaviours: Vec::new(),
        clock: Arc::new(Now),
        random: Arc::new(SystemRandom),
        work: Work::default(),
        files: folder.join("files"),
        shelving: None,
        mailer: Arc::new(Silent),
        outside: Arc::new(akrab_engine::outside::Nowhere),
        key: Key::new(&[7; 32]).expect("a key"),
        lease: Duration::from_secs(lease),
    };
    Engine::start(setup).await.unwrap_or_else(|p| panic!("the engine starts: {p:?}"))
}

struct Silent;

impl akrab_engine::identity::Mailer for Silent {
    fn reaches_people(&self) -> bool {
        false
    }
    fn send(&self, _: akrab_engine::identity::Mail) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}

/// The child that is killed: carries what is due until nothing is left. Run by the test below, never by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the run with kills"]
async fn carries_until_it_is_killed() {
    let (Ok(folder), Ok(address)) = (std::env::var("AKRAB_WORK_FOLDER"), std::env::var("AKRAB_WORK_ADDRESS")) else { return };
    let engine = engine_in(std::path::Path::new(&folder), 1).await;
    engine.take_over_jobs().await.expect("taken over");
    let porter = Porter::new(&engine, Arc::new(Wire(address)));
    let lanes: Vec<_> = (0..4)
        .map(|_| {
            let porter = porter.clone();
            tokio::spawn(async move { porter.drain().await })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("a lane ends").expect("carried");
    }
    engine.store().close().await;
}

/// What was cut off between handing over and hearing the answer waits for a person; the rest goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_repeated_or_lost_when_the_program_is_killed() {
    let number = |name: &str, usual: i64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (items, kills) = (number("AKRAB_WORK_ITEMS", 300), number("AKRAB_WORK_KILLS", 4));
    let folder = folder();
    let engine = engine_in(&folder, 120).await;
    let system = engine.system("a test plans work", Door::Command);
    let units: Vec<Unit> = (0..items).map(Unit::now).collect();
    let planned = batch("run:17");
    let id = engine.write(&system, move |tx| tx.work_plan(&planned, &units)).await.expect("planned");
    engine.store().close().await;

    let got: Arc<Mutex<HashMap<String, u32>>> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let taken = got.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(stream);
            if reader.read_line(&mut line).is_ok() && line.ends_with('\n') {
                *taken.lock().expect("the receiver").entry(line.trim().to_string()).or_default() += 1;
                let _ = writeln!(reader.into_inner(), "ok");
            }
        }
    });
    let spawn = || {
        let mut child = Command::new(std::env::current_exe().expect("this binary"));
        child.args(["work::carries_until_it_is_killed", "--exact", "--ignored", "--nocapture"]);
        child.env("AKRAB_WORK_FOLDER", &folder).env("AKRAB_WORK_ADDRESS", &address);
        child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a child")
    };
    let reached = || got.lock().expect("the receiver").len() as i64;
    for kill in 1..=kills {
        let mut child = spawn();
        let wanted = items * kill / (kills + 1);
        let end = Instant::now() + Duration::from_secs(120);
        while reached() < wanted && child.try_wait().expect("a child").is_none() {
            assert!(Instant::now() < end, "stuck at {} of {items}", reached());
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    let last = spawn().wait().expect("the last child ends");
    assert!(last.success());

    let engine = engine_in(&folder, 120).await;
    let system = engine.system("a test looks", Door::Command);
    let counts = engine.read(&system, move |tx| tx.work_counts(id)).await.expect("counts");
    let got = got.lock().expect("the receiver").clone();
    eprintln!("{kills} kills, {} received, {} done, {} unknown", got.len(), counts.of(WorkState::Done), counts.of(WorkState::Unknown));
    assert!(got.values().all(|n| *n == 1), "sent twice: {:?}", got.iter().filter(|(_, n)| **n > 1).collect::<Vec<_>>());
    assert_eq!(counts.of(WorkState::Done) + counts.of(WorkState::Unknown), items, "{counts:?}");
    let unknown = engine.read(&system, move |tx| tx.work_items(id, WorkState::Unknown, -1, 10_000)).await;
    let unknown: Vec<i64> = unknown.expect("items").into_iter().map(|item| item.unit).collect();
    let lost = (0..items).filter(|unit| !got.contains_key(&format!("run:17/{unit}")) && !unknown.contains(unit)).count();
    assert_eq!(lost, 0, "what did not arrive is listed");
    engine.store().close().await;
    let _ = std::fs::remove_dir_all(&folder);
}
