//! The engine by itself, on a workspace of two small objects.

use crate::*;
use akrab_model::value::Input;
use akrab_model::{Count, Filter, ProblemKind, Value};
use akrab_store::{Options, Store, Target};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

const FIRM: &str = r#"
key = "firm"
plural = "firms"
label = { id = "Firma", en = "Firm" }
plural_label = { id = "Firma", en = "Firms" }
purpose = { id = "Untuk uji.", en = "For tests." }
icon = "building"
group = "customers"
title = "name"
[fields.number]
type = "auto_number"
label = { id = "Nomor", en = "Number" }
pattern = "F-{0000}"
[fields.name]
type = "text"
label = { id = "Nama", en = "Name" }
required = true
[fields.phone]
type = "phone"
label = { id = "Telepon", en = "Phone" }
[fields.total]
type = "rollup"
label = { id = "Jumlah", en = "Total" }
rollup = { of = "deal", via = "firm", function = "sum", field = "amount", where = { field = "open", op = "is", value = true } }
[fields.double]
type = "formula"
label = { id = "Dua kali", en = "Double" }
formula = "or_zero(total) * 2.0"
result = "money"
[[duplicates]]
fields = ["phone"]
reason = { id = "telepon sama", en = "same phone" }
[access.sales]
create = true
read = "team"
edit = "own"
delete = "own"
[access.sales.fields]
phone = "hidden"
"#;

const DEAL: &str = r#"
key = "deal"
plural = "deals"
label = { id = "Urusan", en = "Deal" }
plural_label = { id = "Urusan", en = "Deals" }
purpose = { id = "Untuk uji.", en = "For tests." }
icon = "target"
group = "sales"
title = "name"
timeline = { on = ["firm"] }
board = { by = "stage", amount = "amount" }
[fields.name]
type = "text"
label = { id = "Nama", en = "Name" }
required = true
[fields.firm]
type = "link"
to = "firm"
label = { id = "Firma", en = "Firm" }
[fields.amount]
type = "money"
label = { id = "Nilai", en = "Amount" }
[fields.open]
type = "boolean"
label = { id = "Terbuka", en = "Open" }
default = true
[fields.pipeline]
type = "link"
to = "pipeline"
label = { id = "Alur", en = "Pipeline" }
[fields.stage]
type = "stage"
label = { id = "Tahap", en = "Stage" }
pipeline = "pipeline"
[access.sales]
create = true
read = "own"
edit = "own"
delete = "own"
"#;

struct Fixed(AtomicI64);
impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Nobody gets mail in these tests.
struct Nobody;
impl identity::Mailer for Nobody {
    fn send(&self, _: identity::Mail) -> futures::future::BoxFuture<'_, std::result::Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}

struct Workspace {
    engine: Engine,
    folder: std::path::PathBuf,
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn input(json: Json) -> Input {
    match json {
        Json::Object(map) => map,
        _ => Input::new(),
    }
}

impl Workspace {
    async fn open() -> Workspace {
        static N: AtomicU64 = AtomicU64::new(0);
        let folder = std::env::temp_dir().join(format!("akrab-engine-{}-{}", std::process::id(), N.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&Target::Sqlite { path: folder.join("akrab.db") }, &Options::default()).await.unwrap();
        let setup = Setup {
            store,
            objects: vec![("firm.toml", FIRM), ("deal.toml", DEAL)],
            reports: Vec::new(),
            sentences: |_, _, _| Ok(Vec::new()),
            behaviours: Vec::new(),
            clock: Arc::new(Fixed(AtomicI64::new(1_795_000_000))),
            random: Arc::new(clock::SystemRandom),
            mailer: Arc::new(Nobody),
            outside: Arc::new(outside::Nowhere),
            key: Key::new(&[7; 32]).unwrap(),
            lease: job::LEASE,
            work: Default::default(),
            files: folder.join("files"),
            shelving: None,
        };
        let engine = Engine::start(setup).await.unwrap();
        let workspace = Workspace { engine, folder };
        workspace.people().await;
        workspace
    }

    async fn people(&self) {
        let ctx = self.engine.system("test set-up", Door::Command);
        for role in ["administrator", "sales"] {
            self.engine.create(&ctx, "role", input(json!({"key": role, "name": role}))).await.unwrap();
        }
        for team in ["timur", "barat"] {
            self.engine.create(&ctx, "team", input(json!({"name": team}))).await.unwrap();
        }
        for (name, role, team) in [("admin", 1, 1), ("siti", 2, 1), ("budi", 2, 1), ("made", 2, 2)] {
            let user = json!({"name": name, "email": format!("{name}@akrab.test"), "role": role, "team": team});
            self.engine.create(&ctx, "user", input(user)).await.unwrap();
        }
        let pipeline = self.engine.create(&ctx, "pipeline", input(json!({"name": "Alur", "object": "deal"}))).await.unwrap().id;
        for (n, (name, gate)) in [("Baru", json!([])), ("Penawaran", json!(["amount"]))].into_iter().enumerate() {
            let stage = json!({"name": name, "pipeline": pipeline, "position": n, "category": "open", "probability": 50, "gate": gate});
            self.engine.create(&ctx, "stage", input(stage)).await.unwrap();
        }
    }

    fn as_user(&self, name: &str) -> Ctx {
        let person = self.engine.people().by_email(&format!("{name}@akrab.test")).cloned().unwrap();
        self.engine.ctx(&person, Door::Api, "test")
    }
}

fn firms() -> ListRequest {
    ListRequest { object: "firms".into(), ..ListRequest::default() }
}

#[tokio::test]
async fn a_record_is_made_changed_found_and_undone() {
    let w = Workspace::open().await;
    let (e, admin) = (&w.engine, w.as_user("admin"));
    let firm = e.create(&admin, "firm", input(json!({"name": "PT Sinar Abadi", "phone": "0812-3456-7890"}))).await.unwrap();
    assert_eq!(firm.text("number"), "F-0001");
    assert_eq!(firm.text("phone"), "+6281234567890");
    assert_eq!(firm.link_title("owner"), Some("admin"));
    for q in ["sina", "abadi pt", "081234567890", "+62 812 3456 7890", "62812", "7890", "F-0001", "sinra"] {
        assert_eq!(e.search(&admin, q, None, 5).await.unwrap().len(), 1, "{q}");
    }
    let changed = e.update(&admin, "firm", firm.id, input(json!({"name": "PT Sinar Baru"})), Some(1)).await.unwrap();
    assert_eq!(changed.version, 2);
    let stale = e.update(&admin, "firm", firm.id, input(json!({"name": "X"})), Some(1)).await.unwrap_err();
    assert_eq!(stale.kind, ProblemKind::Stale);
    let history = e.history(&admin, "firm", firm.id, None).await.unwrap();
    assert_eq!(history.iter().map(|c| c.kind.as_str()).collect::<Vec<_>>(), ["update", "create"]);
    assert_eq!((&history[0].shifts[0].old, &history[0].shifts[0].new), (&json!("PT Sinar Abadi"), &json!("PT Sinar Baru")));
    e.undo(&admin, history[0].id).await.unwrap();
    assert_eq!(e.get(&admin, "firm", firm.id).await.unwrap().title(), "PT Sinar Abadi");
    e.delete(&admin, "firm", firm.id, None).await.unwrap();
    assert_eq!(e.get(&admin, "firm", firm.id).await.unwrap_err().kind, ProblemKind::NotFound);
    assert!(e.search(&admin, "sinar", None, 5).await.unwrap().is_empty());
    e.restore(&admin, "firm", firm.id).await.unwrap();
    assert_eq!(e.count(&admin, firms(), true).await.unwrap(), Count::Exact(1));
}

#[tokio::test]
async fn faults_name_their_field_and_write_nothing() {
    let w = Workspace::open().await;
    let (e, admin) = (&w.engine, w.as_user("admin"));
    let cases = [
        (json!({}), "/name", "required"),
        (json!({"name": "A", "phone": "0812 34"}), "/phone", "phone_too_short"),
        (json!({"name": "A", "colour": "red"}), "/colour", "unknown_field"),
        (json!({"name": "A", "number": "F-9"}), "/number", "read_only"),
        (json!({"name": "x".repeat(201)}), "/name", "too_long"),
        (json!({"name": {"first": "A"}}), "/name", "wrong_type"),
        (json!({"name": "A", "owner": 99}), "/owner", "no_such_record"),
    ];
    for (json, pointer, code) in cases {
        let problem = e.create(&admin, "firm", input(json.clone())).await.unwrap_err();
        assert_eq!((problem.fields[0].pointer.as_str(), problem.fields[0].code.as_str()), (pointer, code), "{json}");
    }
    assert_eq!(e.count(&admin, firms(), true).await.unwrap(), Count::Exact(0));
}

#[tokio::test]
async fn roll_ups_and_formulas_follow_their_children() {
    let w = Workspace::open().await;
    let (e, admin) = (&w.engine, w.as_user("admin"));
    let firm = e.create(&admin, "firm", input(json!({"name": "A"}))).await.unwrap().id;
    let figures = async || {
        let f = e.get(&admin, "firm", firm).await.unwrap();
        (f.get("total").to_json(), f.get("double").to_json())
    };
    let deal = e.create(&admin, "deal", input(json!({"name": "D", "firm": firm, "amount": "1500000"}))).await.unwrap().id;
    assert_eq!(figures().await, (json!("1500000"), json!("3000000")));
    e.update(&admin, "deal", deal, input(json!({"amount": 2})), None).await.unwrap();
    assert_eq!(figures().await, (json!("2"), json!("4")));
    e.update(&admin, "deal", deal, input(json!({"open": false})), None).await.unwrap();
    assert_eq!(figures().await, (json!("0"), json!("0")));
    e.update(&admin, "deal", deal, input(json!({"open": true})), None).await.unwrap();
    e.delete(&admin, "deal", deal, None).await.unwrap();
    assert_eq!(figures().await, (json!("0"), json!("0")));
}

#[tokio::test]
async fn rights_reach_as_far_as_the_role_says() {
    let w = Workspace::open().await;
    let e = &w.engine;
    let (siti, budi, made) = (w.as_user("siti"), w.as_user("budi"), w.as_user("made"));
    let firm = e.create(&siti, "firm", input(json!({"name": "Milik Siti"}))).await.unwrap();
    assert!(!firm.has("phone"));
    assert_eq!(
        e.create(&siti, "firm", input(json!({"name": "B", "phone": "08123456789"}))).await.unwrap_err().fields[0].code,
        "unknown_field"
    );
    assert_eq!(e.get(&budi, "firm", firm.id).await.unwrap().title(), "Milik Siti");
    assert_eq!(e.update(&budi, "firm", firm.id, input(json!({"name": "C"})), None).await.unwrap_err().kind, ProblemKind::Forbidden);
    assert_eq!(e.get(&made, "firm", firm.id).await.unwrap_err().kind, ProblemKind::NotFound);
    assert_eq!(e.update(&made, "firm", firm.id, input(json!({"name": "C"})), None).await.unwrap_err().kind, ProblemKind::NotFound);
    assert_eq!(e.history(&made, "firm", firm.id, None).await.unwrap_err().kind, ProblemKind::NotFound);
    assert!(e.search(&made, "siti", None, 5).await.unwrap().is_empty());
    assert!(e.list(&made, firms()).await.unwrap().records.is_empty());
    let by_phone = ListRequest { filter: Some(Filter::parse(r#"{"field":"phone","op":"not_empty"}"#).unwrap()), ..firms() };
    assert_eq!(e.list(&siti, by_phone).await.unwrap_err().fields[0].code, "filter_unknown_field");
    let deal = e.create(&siti, "deal", input(json!({"name": "D", "firm": firm.id}))).await.unwrap();
    assert_eq!(e.create(&made, "deal", input(json!({"name": "D", "firm": firm.id}))).await.unwrap_err().fields[0].code, "no_such_record");
    assert_eq!(e.timeline(&siti, "firm", firm.id, TimelineRequest::default()).await.unwrap().events.len(), 2);
    assert_eq!(e.timeline(&budi, "firm", firm.id, TimelineRequest::default()).await.unwrap().events.len(), 1);
    assert_eq!(deal.link_title("firm"), Some("Milik Siti"));
}

#[tokio::test]
async fn stages_have_gates_and_boards_have_lanes() {
    let w = Workspace::open().await;
    let (e, admin) = (&w.engine, w.as_user("admin"));
    let deal = e.create(&admin, "deal", input(json!({"name": "D"}))).await.unwrap();
    assert_eq!(deal.link_title("stage"), Some("Baru"));
    assert_eq!(deal.link_title("pipeline"), Some("Alur"));
    let refused = e.update(&admin, "deal", deal.id, input(json!({"stage": 2})), None).await.unwrap_err();
    assert_eq!((refused.fields[0].pointer.as_str(), refused.fields[0].code.as_str()), ("/amount", "gate_required"));
    e.update(&admin, "deal", deal.id, input(json!({"stage": 2, "amount": 100})), None).await.unwrap();
    let board = e.board(&admin, BoardRequest { object: "deals".into(), ..BoardRequest::default() }).await.unwrap();
    let lanes: Vec<_> = board.lanes.iter().map(|l| (l.title.clone().unwrap(), l.count, l.cards.len())).collect();
    assert_eq!(lanes, [("Baru".into(), 0, 0), ("Penawaran".into(), 1, 1)]);
    assert_eq!(board.lanes[1].weighted, Some(50.into()));
}

#[tokio::test]
async fn duplicates_are_hinted_at_with_their_reason() {
    let w = Workspace::open().await;
    let (e, admin) = (&w.engine, w.as_user("admin"));
    e.create(&admin, "firm", input(json!({"name": "A", "phone": "0812 3456 7890"}))).await.unwrap();
    let hints = e.hints(&admin, "firm", input(json!({"name": "", "phone": "+62 812-3456-7890"})), None).await.unwrap();
    assert_eq!(hints.len(), 1);
    assert_eq!(hints[0].reasons[0].en, "same phone");
    assert!(matches!(hints[0].record.get("name"), Value::Text(_)));
    assert!(e.hints(&admin, "firm", input(json!({"phone": "0812"})), None).await.unwrap().is_empty());
}

#[test]
fn an_expression_is_held_against_what_its_fields_may_hold() {
    use akrab_model::FieldType::{Boolean, Date, DateTime, Link, Money, Percent, Text};
    let registry = crate::engine::compile(&[("firm.toml", FIRM), ("deal.toml", DEAL)]).unwrap();
    let firm = registry.object("firm").unwrap();
    let fine = [
        ("total * 2.0", Money),
        ("total + 1", Money),
        ("total / (total - total)", Money),
        ("share_filled([name, phone])", Percent),
        ("or_zero(total) > 5", Boolean),
        ("name.startsWith('A') || size(name) > 3", Boolean),
        ("name + '!'", Text),
        ("total > 5.0 ? name : 'X'", Text),
    ];
    for (text, kind) in fine {
        let checked = crate::write::Expression::check(firm, "key", text, kind);
        assert!(checked.is_ok(), "{text}: {checked:?}");
    }
    let faulty = [
        ("nosuch(1)", Money, "decl_formula_function"),
        ("false && nosuch(total) > 5.0", Boolean, "decl_formula_function"),
        ("days_between(name, today())", Money, "decl_formula_function"),
        ("name.nosuch", Text, "decl_formula_member"),
        ("name > 1.0", Boolean, "decl_formula_kinds"),
        ("days_between(total, name)", Money, "decl_formula_kinds"),
        ("total", Text, "decl_formula_wants_text"),
        ("name", Money, "decl_formula_wants_number"),
        ("name", Date, "decl_formula_wants_date"),
        ("name", DateTime, "decl_formula_wants_time"),
        ("total", Boolean, "decl_formula_wants_truth"),
        ("total", Link, "decl_formula_wants_other"),
        ("missing + 1.0", Money, "decl_formula_unknown"),
    ];
    for (text, kind, code) in faulty {
        let fault = crate::write::Expression::check(firm, "key", text, kind).expect_err(text);
        assert_eq!((fault.object.as_str(), fault.field.as_str(), fault.fault.code.as_str()), ("firm", "key", code), "{text}");
    }
    let at = crate::write::Expression::check(firm, "key", "(name - 1.0) > 2.0", Boolean).expect_err("a text less a number");
    assert_eq!(at.fault.args, [("at".to_string(), "-".to_string())]);
}
