//! The domains together on a real workspace: object files, rules and verbs.

use akrab_engine::clock::SystemRandom;
use akrab_engine::identity::{Mail, Mailer};
use akrab_engine::job::Work;
use akrab_engine::{Clock, Ctx, Door, Engine, ListRequest, Result, Setup};
use akrab_model::value::Input;
use akrab_model::{Problem, Record, Value};
use akrab_store::{Options, Store, Target};
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::future::Future;
use std::sync::Arc;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-19T05:00:00Z".parse().expect("a moment")
    }
}

/// Takes mails and sends none.
struct Nobody;

impl Mailer for Nobody {
    fn send(&self, _: Mail) -> BoxFuture<'_, std::result::Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}

/// A workspace in a folder of its own, with roles and pipeline.
struct Place {
    engine: Engine,
    ctx: Ctx,
    _folder: tempfile::TempDir,
}

fn run<F: Future>(f: F) -> F::Output {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(f)
}

async fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::Sqlite { path: folder.path().join("akrab.db") };
    let store = Store::open(&target, &Options::default()).await.expect("opens");
    let objects = [akrab_activities::objects(), akrab_customers::objects(), akrab_sales::objects(), akrab_purchases::objects()].concat();
    let behaviours =
        [akrab_activities::behaviours(), akrab_customers::behaviours(), akrab_sales::behaviours(), akrab_purchases::behaviours()].concat();
    let setup = Setup {
        store,
        objects,
        reports: Vec::new(),
        sentences: |_, _, _| Ok(Vec::new()),
        behaviours,
        clock: Arc::new(Noon),
        random: Arc::new(SystemRandom),
        work: Work::default(),
        files: folder.path().join("files"),
        shelving: None,
        mailer: Arc::new(Nobody),
        outside: Arc::new(akrab_engine::outside::Nowhere),
        key: akrab_engine::Key::new(&[7; 32]).expect("a key"),
        lease: akrab_engine::job::LEASE,
    };
    let engine = Engine::start(setup).await.expect("starts");
    crate::seed::basics(&engine).await.expect("basics");
    let system = engine.system("test", Door::Command);
    engine
        .write(&system, |tx| {
            let request = ListRequest { object: "role".into(), ..ListRequest::default() };
            let role = tx.list(&request)?.records.iter().find(|r| r.text("key") == "manager").map(|r| r.id);
            tx.create("user", &input(&[("name", json!("Budi")), ("email", json!("budi@akrab.test")), ("role", json!(role))]))
        })
        .await
        .expect("user");
    let person = engine.people().by_email("budi@akrab.test").expect("known").clone();
    let ctx = engine.ctx(&person, Door::Api, "test");
    Place { engine, ctx, _folder: folder }
}

fn input(pairs: &[(&str, Json)]) -> Input {
    pairs.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect()
}

impl Place {
    async fn create(&self, object: &str, pairs: &[(&str, Json)]) -> Result<Record> {
        self.engine.create(&self.ctx, object, input(pairs)).await
    }
    async fn update(&self, record: &Record, pairs: &[(&str, Json)]) -> Result<Record> {
        self.engine.update(&self.ctx, &record.object.key, record.id, input(pairs), None).await
    }
    async fn act(&self, record: &Record, key: &str, pairs: &[(&str, Json)]) -> Result<Vec<(String, i64)>> {
        Ok(self.engine.act(&self.ctx, &record.object.key, record.id, key, input(pairs)).await?.made)
    }
    async fn get(&self, object: &str, id: i64) -> Record {
        self.engine.get(&self.ctx, object, id).await.expect("found")
    }
    async fn all(&self, object: &str) -> Vec<Record> {
        let request = ListRequest { object: object.into(), limit: 200, ..ListRequest::default() };
        self.engine.list(&self.ctx, request).await.expect("listed").records
    }
}

fn codes(problem: &Problem) -> Vec<(&str, &str)> {
    problem.fields.iter().map(|f| (f.field(), f.code.as_str())).collect()
}

#[test]
fn all_object_files_compile_with_layouts_views_and_filters_that_hold() {
    let files = [akrab_activities::objects(), akrab_customers::objects(), akrab_sales::objects(), akrab_purchases::objects()].concat();
    let registry = akrab_engine::engine::compile(&files).unwrap_or_else(|faults| panic!("{faults:?}"));
    for (file, text) in &files {
        if text.contains("adds_to = ") {
            continue;
        }
        let object = registry.object(file.trim_end_matches(".toml")).unwrap_or_else(|| panic!("{file} names its object"));
        assert!(object.decl.layout.quick.len() <= 7, "{file}: quick create asks for at most seven fields");
        // what stands beside other records only is seldom seen as a list
        let fewest = if object.decl.menu { 3 } else { 1 };
        assert!((fewest..=8).contains(&object.decl.views.len()), "{file}: views");
        // some of it is for few eyes
        let roles: &[&str] = if object.decl.menu { &["manager", "sales", "marketing", "service", "readonly"] } else { &["manager"] };
        for role in roles {
            assert!(object.decl.access.contains_key(*role), "{file}: access of {role}");
        }
        for view in &object.decl.views {
            for sort in &view.sort {
                let field = object.field(sort.trim_start_matches('-')).expect("sort field");
                assert!(field.sortable() && field.index, "{file}: view {} sorts by {sort} without an index", view.key);
            }
        }
    }
}

#[test]
fn shipped_views_can_be_shown() {
    run(async {
        let place = place().await;
        for object in place.engine.registry().objects().filter(|o| !o.is_system()) {
            for view in &object.decl.views {
                let filter = view.filter.as_ref().map(|f| akrab_model::Filter::from_json(f).expect("a filter"));
                let request = ListRequest {
                    object: object.key.clone(),
                    filter,
                    sort: view.sort.clone(),
                    columns: view.columns.clone(),
                    ..ListRequest::default()
                };
                let shown = place.engine.list(&place.ctx, request).await;
                assert!(shown.is_ok(), "{} {}: {:?}", object.key, view.key, shown.err());
            }
        }
    });
}

#[test]
fn an_account_is_known_by_its_name_without_legal_form() {
    run(async {
        let place = place().await;
        let account = place.create("account", &[("name", json!("PT. Sinar Abadi"))]).await.expect("made");
        assert_eq!(account.text("legal_form"), "pt");
        assert_eq!(account.text("number"), "PLG-00001");
        let contact =
            place.create("contact", &[("name", json!("Bapak Suharto")), ("company", json!("Sinar Abadi, PT"))]).await.expect("made");
        assert_eq!(contact.link("account"), Some(account.id));
        assert!(contact.get("company").is_null());
        assert_eq!((contact.text("name"), contact.text("name_honorific")), ("Suharto", "Bapak"));
        place.create("contact", &[("name", json!("Wulan")), ("company", json!("CV Melati"))]).await.expect("made");
        assert_eq!(place.all("account").await.len(), 2);
    });
}

#[test]
fn a_circle_of_parents_is_refused() {
    run(async {
        let place = place().await;
        let top = place.create("account", &[("name", json!("P"))]).await.expect("made");
        let child = place.create("account", &[("name", json!("C1")), ("parent", json!(top.id))]).await.expect("made");
        let refused = place.update(&top, &[("parent", json!(child.id))]).await.expect_err("refused");
        assert_eq!(codes(&refused), [("parent", "cycle")]);
    });
}

#[test]
fn a_next_step_becomes_a_task_that_can_be_deferred_and_done() {
    run(async {
        let place = place().await;
        let account = place.create("account", &[("name", json!("Kafe Senja"))]).await.expect("made");
        let talk = [
            ("subject", json!("Telepon")),
            ("channel", json!("call")),
            ("account", json!(account.id)),
            ("next_step", json!("Kirim penawaran")),
        ];
        let refused = place.create("interaction", &talk).await.expect_err("refused");
        assert_eq!(codes(&refused), [("next_at", "required"), ("next_owner", "required")]);
        let me = place.ctx.user_id().expect("a person");
        let when = [talk.as_slice(), &[("next_at", json!("2026-11-20T03:00:00Z")), ("next_owner", json!(me))]].concat();
        place.create("interaction", &when).await.expect("made");
        let tasks = place.all("task").await;
        assert_eq!(tasks.len(), 1);
        assert_eq!(
            (tasks[0].text("subject"), tasks[0].text("kind"), tasks[0].link("account")),
            ("Kirim penawaran", "call", Some(account.id))
        );
        place.act(&tasks[0], "deferral", &[]).await.expect("deferred");
        let task = place.get("task", tasks[0].id).await;
        assert_eq!(*task.get("due_at"), Value::Time("2026-11-20T03:00:00Z".parse().expect("a moment")));
        place.act(&task, "completion", &[]).await.expect("done");
        assert!(!place.get("task", task.id).await.get("done_at").is_null());
        assert!(place.act(&task, "completion", &[]).await.is_err(), "done once");
        assert!(!place.get("account", account.id).await.get("last_contact").is_null());
    });
}

#[test]
fn a_lead_is_converted_once() {
    run(async {
        let place = place().await;
        let known = place
            .create("contact", &[("name", json!("Rina")), ("email", json!("rina@melati.test")), ("company", json!("CV Melati"))])
            .await
            .expect("made");
        let lead = place
            .create(
                "lead",
                &[
                    ("name", json!("Rina")),
                    ("company", json!("Melati, CV")),
                    ("email", json!("RINA@melati.test")),
                    ("interest", json!("Biji kopi")),
                ],
            )
            .await
            .expect("made");
        assert!(lead.get("score").int() > Some(0) && !lead.get("first_response_due").is_null());
        let first = place.act(&lead, "conversion", &[("amount", json!(5_000_000))]).await.expect("converted");
        assert_eq!(first.iter().map(|(o, _)| o.as_str()).collect::<Vec<_>>(), ["opportunity", "contact", "account"]);
        assert_eq!(first[1].1, known.id, "the known contact is attached");
        let lead = place.get("lead", lead.id).await;
        let again = place.act(&lead, "conversion", &[]).await.expect_err("converted once");
        assert_eq!((again.code, again.records.to_vec()), ("already_converted", first.clone()), "it says what the lead became");
        assert_eq!((place.all("contact").await.len(), place.all("account").await.len(), place.all("opportunity").await.len()), (1, 1, 1));
        let lead = place.get("lead", lead.id).await;
        assert_eq!((lead.text("status"), lead.link("opportunity")), ("converted", Some(first[0].1)));
    });
}

#[test]
fn an_opportunity_follows_its_stages() {
    run(async {
        let place = place().await;
        let account = place.create("account", &[("name", json!("Hotel Bumi Arjuna"))]).await.expect("made");
        let made = place.create("opportunity", &[("name", json!("Kontrak 2027")), ("account", json!(account.id))]).await.expect("made");
        assert_eq!((made.text("number"), made.get("probability").dec()), ("PEL-00001", Some(10.into())));
        let stages = place.all("stage").await;
        let stage = |name: &str| json!(stages.iter().find(|s| s.text("name") == name).map(|s| s.id));
        let gate = place.update(&made, &[("stage", stage("Penawaran"))]).await.expect_err("gate");
        assert_eq!(codes(&gate), [("amount", "gate_required"), ("close_date", "gate_required")]);
        let moved = [("stage", stage("Penawaran")), ("amount", json!(200_000_000)), ("close_date", json!("2026-12-24"))];
        let moved = place.update(&made, &moved).await.expect("moved");
        assert_eq!((moved.get("probability").dec(), moved.get("weighted").dec()), (Some(50.into()), Some(100_000_000.into())));
        let figures = place.get("account", account.id).await;
        assert_eq!((figures.get("open_opportunities").int(), figures.get("pipeline_value").dec()), (Some(1), Some(200_000_000.into())));
        let refused = place.act(&made, "closure", &[("result", json!("lost"))]).await.expect_err("reason");
        assert_eq!(codes(&refused), [("reason", "required"), ("competitor", "required")]);
        let dragged = place.update(&made, &[("stage", stage("Kalah"))]).await.expect_err("reason");
        assert_eq!(codes(&dragged), [("close_reason", "gate_required"), ("competitor", "gate_required")]);
        place
            .act(&made, "closure", &[("result", json!("lost")), ("reason", json!("price")), ("no_competitor", json!(true))])
            .await
            .expect("lost");
        assert!(!place.get("opportunity", made.id).await.get("closed_at").is_null());
        let lost = place.get("opportunity", made.id).await;
        place.act(&lost, "reopening", &[]).await.expect("open again");
        place.act(&made, "closure", &[("result", json!("won"))]).await.expect("won");
        let customer = place.get("account", account.id).await;
        assert_eq!(
            (customer.text("status"), customer.get("won_value").dec(), customer.get("win_rate").dec()),
            ("active", Some(200_000_000.into()), Some(100.into()))
        );
    });
}

/// The example of `docs/api.md`, word by word.
async fn the_documented_conversion(place: &Place, ctx: &akrab_engine::Ctx) {
    let document = include_str!("../../../docs/api.md");
    let line = document.lines().find(|line| line.contains("/conversion\"")).expect("the document shows a conversion");
    let id = line.split("/leads/").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok()).expect("it names a lead");
    let body = line.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).expect("it has a body");
    let body: akrab_model::value::Input = serde_json::from_str(body).expect("the body is JSON");
    let made = place.engine.act(ctx, "lead", id, "conversion", body).await.expect("the lead is open").made;
    assert_eq!(made.first().map(|(object, _)| object.as_str()), Some("opportunity"));
    let opportunity = place.engine.get(ctx, "opportunity", made[0].1).await.expect("made");
    assert_eq!(opportunity.get("amount").dec(), Some(25_000_000.into()));
}

#[test]
fn the_demonstration_is_whole() {
    run(async {
        let place = place().await;
        let started = std::time::Instant::now();
        crate::seed::demo(&place.engine, 1).await.expect("loaded");
        eprintln!("demo in {:?}", started.elapsed());
        let person = place.engine.people().by_email("admin@akrab.test").expect("administrator").clone();
        let ctx = place.engine.ctx(&person, Door::Page, "test");
        // fourteen contacts live in households; three interactions are the notes written on the seller's largest deals,
        // 182 the talks in which customers wish and complain
        for (object, wanted) in
            [("account", 2_000), ("contact", 5_014), ("opportunity", 1_200), ("lead", 300), ("interaction", 30_185), ("task", 900)]
        {
            let request = ListRequest { object: object.into(), ..ListRequest::default() };
            assert_eq!(place.engine.count(&ctx, request, true).await.expect("counted"), akrab_model::Count::Exact(wanted), "{object}");
        }
        let request = ListRequest { object: "account".into(), sort: vec!["-won_value".into()], limit: 5, ..ListRequest::default() };
        let best = place.engine.list(&ctx, request).await.expect("listed").records;
        assert!(
            best[0].get("won_value").dec() > Some(0.into()) && !best[0].get("last_contact").is_null() && !best[0].get("win_rate").is_null()
        );
        the_documented_conversion(&place, &ctx).await;
        // what bulk loading worked out is what a change works out
        let (id, before) = (best[0].id, best[0].clone());
        let request = ListRequest {
            object: "opportunity".into(),
            filter: Some(akrab_model::Filter::test("account", akrab_model::filter::Op::Is, json!(id))),
            ..ListRequest::default()
        };
        let one = place.engine.list(&ctx, request).await.expect("listed").records[0].clone();
        place.engine.update(&ctx, "opportunity", one.id, input(&[("amount", json!(1))]), None).await.expect("changed");
        let amount = one.get("amount").clone();
        place.engine.update(&ctx, "opportunity", one.id, input(&[("amount", amount.to_json())]), None).await.expect("changed");
        let after = place.engine.get(&ctx, "account", id).await.expect("found");
        for key in ["won_value", "pipeline_value", "open_opportunities", "won_count", "lost_count", "win_rate"] {
            assert_eq!(before.get(key), after.get(key), "{key}");
        }
    });
}

#[test]
fn who_sets_up_with_sample_data_has_work_of_ones_own() {
    run(async {
        let place = place().await;
        let system = place.engine.system("test", Door::Command);
        let made = place.engine.write(&system, |tx| {
            let request = ListRequest { object: "role".into(), ..ListRequest::default() };
            let role = tx.list(&request)?.records.iter().find(|r| r.text("key") == "administrator").map(|r| r.id);
            tx.create("user", &input(&[("name", json!("Rina")), ("email", json!("rina@kenanga.test")), ("role", json!(role))]))
        });
        let rina = made.await.expect("an administrator");
        crate::seed::fill(&place.engine, 1, crate::seed::Volume::Contacts(500), &|_, _| {}).await.expect("loaded");
        let people = place.engine.people();
        assert_eq!(people.administrators().len(), 1, "nobody else rules the workspace");
        assert!(people.user(rina).is_some_and(|person| person.team.is_some()), "she stands in a team");
        for object in ["opportunity", "task"] {
            let filter = Some(akrab_model::Filter::test("owner", akrab_model::filter::Op::Is, json!(rina)));
            let request = ListRequest { object: object.into(), filter, ..ListRequest::default() };
            assert!(!place.engine.list(&system, request).await.expect("listed").records.is_empty(), "{object}");
        }
    });
}

#[test]
fn today_offers_only_what_the_role_may_do() {
    run(async {
        let place = place().await;
        let lead = place.create("lead", &[("name", json!("Rina")), ("owner", json!(null))]).await.expect("made");
        let system = place.engine.system("test", Door::Command);
        let roles = place.engine.people().roles.clone();
        for (name, may) in [("readonly", false), ("sales", true)] {
            let role = roles.iter().find(|r| r.key == name).expect("a role").id;
            let user = [("name", json!(name)), ("email", json!(format!("{name}@akrab.test"))), ("role", json!(role))];
            let user = place.engine.create(&system, "user", input(&user)).await.expect("made").id;
            let person = place.engine.people().user(user).expect("known").clone();
            let ctx = place.engine.ctx(&person, Door::Page, "test");
            let look = akrab_web::value::Look::new(&place.engine, &ctx);
            let day = place.engine.read(&ctx, move |tx| crate::today::Day::load(tx, look, false)).await.expect("a day");
            assert_eq!(day.leads.iter().map(|r| r.id).collect::<Vec<_>>(), [lead.id], "{name} sees it");
            assert_eq!(day.open.contains(&("lead", lead.id)), may, "{name}");
        }
    });
}
