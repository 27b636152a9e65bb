//! Values of every field type, made from a number: the same number gives the same value.

use crate::workspace::{Workspace, map};
use akrab_model::value::Input;
use akrab_model::{Field, FieldType, Object, ProblemKind};
use serde_json::{Value, json};
use std::sync::Arc;

const WORDS: [&str; 9] = ["Kopi", "Éclair", "ångström", "Toko Roti", "sari_laut", "100% Murni", "Ñandú", "zaitun", "Bu Ningsih"];

/// A value the field accepts, as the API would take it; null where there is none to give.
pub fn value(field: &Field, n: usize, targets: &[i64]) -> Value {
    use FieldType::*;
    let pick = |len: usize| n % len.max(1);
    let bounded = |value: i64| {
        let low = field.min.map_or(i64::MIN, |m| m as i64);
        let high = field.max.map_or(i64::MAX, |m| m as i64);
        value.clamp(low, high)
    };
    match field.kind {
        Text | PersonName => {
            let text = format!("{} {n}", WORDS[pick(WORDS.len())]);
            json!(text.chars().take(field.max_length.unwrap_or(200) as usize).collect::<String>())
        }
        LongText => json!(format!("{} baris {n}\nlagi", WORDS[pick(WORDS.len())])),
        Email => json!(format!("orang{n}@contoh.co.id")),
        Phone => json!(format!("0812 3456 {:04}", n % 10_000)),
        Url => json!(format!("https://contoh{n}.co.id/")),
        Integer | Score | Duration => json!(bounded(n as i64 * 7 % 101)),
        Decimal | Money | Percent => json!(format!("{}.25", bounded(n as i64 * 13 % 97))),
        Boolean => json!(n.is_multiple_of(2)),
        Date => json!(format!("2026-{:02}-{:02}", 1 + n % 12, 1 + n % 28)),
        DateTime => json!(format!("2026-{:02}-{:02}T{:02}:30:00Z", 1 + n % 12, 1 + n % 28, n % 24)),
        Choice => field.choices.get(pick(field.choices.len())).map_or(Value::Null, |c| json!(c.key)),
        Choices => json!(field.choices.iter().skip(pick(field.choices.len())).take(2).map(|c| &c.key).collect::<Vec<_>>()),
        Link | Stage => targets.get(pick(targets.len())).map_or(Value::Null, |id| json!(id)),
        Links => targets.get(pick(targets.len())).map_or(Value::Null, |id| json!([{"id": id}])),
        FieldType::Json => json!({"nomor": n}),
        File | Address | Formula | Rollup | AutoNumber => Value::Null,
    }
}

/// Ids of up to three records a field may point to; one is made when there is none.
pub async fn targets(w: &Workspace, field: &Field) -> Vec<i64> {
    let Some(to) = field.to else { return Vec::new() };
    let target = w.engine.registry().at(to).clone();
    let request = akrab_engine::ListRequest { object: target.key.clone(), limit: 3, ..Default::default() };
    let list = w.engine.list(&w.system(), request).await.unwrap_or_else(|p| panic!("{}: {p:?}", target.key));
    if !list.records.is_empty() {
        return list.records.iter().map(|r| r.id).collect();
    }
    vec![Box::pin(smallest(w, &target, 0)).await]
}

/// A record with nothing but what must be there.
pub async fn smallest(w: &Workspace, object: &Arc<Object>, n: usize) -> i64 {
    let mut input = Input::new();
    for field in object.fields.iter().filter(|f| f.writable() && f.required && f.default.is_none()) {
        let targets = targets(w, field).await;
        if field.kind == FieldType::Stage {
            continue; // a new record enters its pipeline at the first stage
        }
        input.insert(field.key.clone(), value(field, n, &targets));
    }
    settle(w, object, &mut input).await;
    please(w, object, input, n).await
}

/// Makes a record; what a rule refuses is left out, and what a rule asks for is given.
async fn please(w: &Workspace, object: &Arc<Object>, mut input: Input, n: usize) -> i64 {
    for _ in 0..6 {
        match w.engine.create(&w.system(), &object.key, map(Value::Object(input.clone()))).await {
            Ok(record) => return record.id,
            Err(p) if p.kind == ProblemKind::Invalid && !p.fields.is_empty() => {
                for fault in &p.fields {
                    let field = object.field(fault.field()).filter(|f| f.writable());
                    match (input.shift_remove(fault.field()), field) {
                        (Some(_), _) => {}
                        (None, Some(field)) => {
                            let targets = targets(w, field).await;
                            input.insert(field.key.clone(), value(field, n, &targets));
                        }
                        (None, None) => panic!("{}: {p:?}", object.key),
                    }
                }
            }
            Err(p) => panic!("{}: {p:?} with {input:?}", object.key),
        }
    }
    panic!("{}: no values please its rules: {input:?}", object.key);
}

/// What rules of the program's own objects ask for beyond their declaration: a rule is about an object, under a
/// condition, and leads to one place or one taker.
async fn settle(w: &Workspace, object: &Object, input: &mut Input) {
    let (to, others): (&str, &[&str]) = match object.key.as_str() {
        "territory_rule" => ("territory", &["via"]),
        "sharing_rule" => ("to_role", &["to_team", "to_territory", "to_user"]),
        // the two ends differ, and nobody is in two households
        "relationship" | "acquaintance" => {
            let (end, name) = if object.key == "relationship" { ("account", "PT Ujung") } else { ("contact", "Ujung") };
            let id = w.make(end, json!({"name": name})).await;
            input.insert(end.into(), json!(id));
            return;
        }
        "household_member" => {
            let household = w.make("account", json!({"name": "Keluarga Uji", "kind": "household"})).await;
            let contact = w.make("contact", json!({"name": "Anggota"})).await;
            input.insert("household".into(), json!(household));
            input.insert("contact".into(), json!(contact));
            return;
        }
        "contact_point" => {
            input.insert("kind".into(), json!("instagram"));
            return;
        }
        _ => return,
    };
    input.insert("object".into(), json!("account"));
    input.insert("filter".into(), json!({"field": "name", "op": "not_empty"}));
    let field = object.field(to).expect("the field is declared");
    let id = Box::pin(targets(w, field)).await[0];
    input.insert(to.into(), json!(id));
    for other in others {
        input.shift_remove(*other);
    }
}

/// A record with about two of three fields filled. Values that a rule of the object refuses are left
/// out; the rest must be accepted.
pub async fn filled(w: &Workspace, object: &Arc<Object>, n: usize) -> i64 {
    let mut input = Input::new();
    for (at, field) in object.fields.iter().enumerate().filter(|(_, f)| f.writable() && f.kind != FieldType::Stage) {
        let needed = field.required && field.default.is_none();
        if needed || !(n + at).is_multiple_of(3) {
            let targets = targets(w, field).await;
            let value = value(field, n + if field.unique || needed { 0 } else { at }, &targets);
            if !value.is_null() {
                input.insert(field.key.clone(), value);
            }
        }
    }
    settle(w, object, &mut input).await;
    please(w, object, input, n).await
}

crate::workspace::both!(a_number_is_kept_as_it_was_written_or_refused, async |w: &Workspace| {
    for (amount, kept) in [("0.0001", Some("0.0001")), ("0.00001", None), ("1.999999", None), ("12,50000", Some("12.5"))] {
        let made = w
            .engine
            .create(
                &w.engine.system("somebody types", akrab_engine::Door::Page),
                "opportunity",
                map(json!({"name": "Uji", "amount": amount})),
            )
            .await;
        match (made, kept) {
            (Ok(record), Some(kept)) => assert_eq!(record.get("amount").dec().map(|d| d.normalize().to_string()).as_deref(), Some(kept)),
            (Err(problem), None) => assert_eq!(problem.fields[0].code, "too_many_decimals", "{amount}"),
            (made, _) => panic!("{amount}: {made:?}"),
        }
    }
    let large = json!({"name": "Besar", "amount": "89999999999999.99", "probability": "10"});
    let record = w.engine.create(&w.system(), "opportunity", map(large)).await.expect("made");
    assert_eq!(record.get("weighted").dec().map(|d| d.normalize().to_string()).as_deref(), Some("8999999999999.999"), "exact");
    let ctx = w.of(w.user("admin", 1, None).await, akrab_engine::Door::Page);
    let file = crate::import::upload(w, &ctx, "peluang.csv", "Nama,Nilai\nDari lembar,33.333333333333336\n").await.expect("a file");
    let mut spec = w.engine.import_guess(&ctx, "opportunity", file, None).await.expect("readable");
    spec.columns = vec![Some("name".into()), Some("amount".into())];
    let (_, report) = crate::import::import(w, &ctx, &spec, false).await;
    assert_eq!(report.counts.created, 1, "sheets hold more digits than people see");
    let filter = akrab_model::Filter::test("name", akrab_model::filter::Op::Is, "Dari lembar");
    let request = akrab_engine::ListRequest { object: "opportunity".into(), filter: Some(filter), ..Default::default() };
    let found = w.engine.list(&ctx, request).await.expect("a list").records.remove(0);
    assert_eq!(found.get("amount").dec().map(|d| d.to_string()).as_deref(), Some("33.3333"));
});

crate::workspace::both!(what_the_program_wrote_is_read_back_as_the_same_number, async |w: &Workspace| {
    use akrab_engine::Door;
    use akrab_engine::bulk::{BulkChange, BulkSpec};
    let admin = w.user("admin", 1, None).await;
    let (page, api) = (w.of(admin, Door::Page), w.of(admin, Door::Api));
    assert_eq!(page.lang_key(), "id", "three decimals look like thousands");
    let amount = async |id| {
        let record = w.engine.get(&page, "opportunity", id).await.expect("seen");
        record.get("amount").dec().map(|d| d.normalize().to_string()).unwrap_or_default()
    };
    let typed = |text: &str| map(json!({"amount": text}));
    let id = w.engine.create(&page, "opportunity", map(json!({"name": "Uji", "amount": "12,345"}))).await.expect("made").id;
    assert_eq!(amount(id).await, "12.345");
    // undone by hand
    w.engine.update(&page, "opportunity", id, typed("20"), None).await.expect("changed");
    let history = w.engine.history(&page, "opportunity", id, None).await.expect("a history");
    let shift = history[0].shifts.iter().find(|s| s.field == "amount").expect("told");
    let object = w.engine.object("opportunity").expect("there is one");
    let old = shift.value(&object, false, &page.parse_env(&akrab_engine::Settings::default()));
    assert_eq!(old.dec().map(|d| d.to_string()).as_deref(), Some("12.345"), "told as it was");
    w.engine.undo(&page, history[0].id).await.expect("undone");
    assert_eq!(amount(id).await, "12.345");
    // answered by the API and given back
    let answered = w.engine.get(&api, "opportunity", id).await.expect("seen").get("amount").to_json();
    w.engine.update(&api, "opportunity", id, map(json!({"amount": answered, "note": "x"})), None).await.expect("changed");
    assert_eq!(amount(id).await, "12.345");
    let refused = w.engine.update(&api, "opportunity", id, typed("12,345"), None).await.expect_err("a comma is no point");
    assert_eq!(refused.fields[0].code, "not_a_number");
    // by many, and taken back; a page's words mean what they meant when they were typed
    let other = w.engine.create(&page, "opportunity", map(json!({"name": "Lain", "amount": "7.125"}))).await.expect("made").id;
    assert_eq!(amount(other).await, "7125", "typed by an Indonesian");
    for (ctx, text, kept) in [(&page, "1.500", "1500"), (&page, "1,125", "1.125"), (&api, "1.500", "1.5")] {
        let change = BulkChange::Set(typed(text));
        let spec = BulkSpec { object: "opportunity".into(), ids: vec![id, other], change, ..Default::default() };
        let job = w.engine.bulk_start(ctx, spec).await.expect("queued");
        w.work_off().await;
        assert_eq!((amount(id).await.as_str(), amount(other).await.as_str()), (kept, kept), "{text}");
        w.engine.job_undo(ctx, job).await.expect("queued");
        w.work_off().await;
        assert_eq!((amount(id).await.as_str(), amount(other).await.as_str()), ("12.345", "7125"), "{text} taken back");
    }
});
