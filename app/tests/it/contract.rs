//! What every object keeps, whoever declared it: read, write, order, filter, history, bin, search.

use crate::facts::{Memory, all};
use crate::values::{filled, smallest, value};
use crate::workspace::{Workspace, both, map, sort_key};
use akrab_engine::ListRequest;
use akrab_model::filter::Op;
use akrab_model::{Field, FieldType, Filter, Object, ProblemKind, Raw, Record, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn objects(w: &Workspace) -> Vec<Arc<Object>> {
    w.engine.registry().objects().cloned().collect()
}

fn list_of(object: &Object) -> ListRequest {
    ListRequest { object: object.key.clone(), limit: 200, ..Default::default() }
}

both!(a_record_is_made_read_and_changed, async |w: &Workspace| {
    for object in objects(w) {
        let ctx = w.system();
        let id = smallest(w, &object, 3).await;
        let record = w.engine.get(&ctx, &object.key, id).await.unwrap_or_else(|p| panic!("{}: {p:?}", object.key));
        assert!(!record.title().is_empty(), "{} has no title", object.key);
        assert_eq!(record.version, 1, "{}", object.key);
        let Some((field, new)) = another_title(&object, &record) else { continue };
        let input = map(json!({ &field.key: new }));
        let changed = w
            .engine
            .update(&ctx, &object.key, id, input.clone(), Some(record.version))
            .await
            .unwrap_or_else(|p| panic!("{}: {p:?}", object.key));
        assert_eq!(changed.version, record.version + 1, "{}", object.key);
        let stale = w.engine.update(&ctx, &object.key, id, input, Some(record.version)).await.expect_err("a stale version is refused");
        assert_eq!(stale.kind, ProblemKind::Stale, "{}", object.key);
        let again = w.engine.get(&ctx, &object.key, id).await.expect("still there");
        assert_eq!(again.version, changed.version, "{}: the stale change left no trace", object.key);
    }
});

/// Another value for the title, or for the first text field that takes one.
fn another_title<'o>(object: &'o Object, record: &Record) -> Option<(&'o Field, Json)> {
    let field = std::iter::once(object.title_field())
        .chain(&object.fields)
        .find(|f| f.writable() && matches!(f.kind, FieldType::Text | FieldType::PersonName))?;
    Some((field, json!(format!("{} lagi", record.text(&field.key)))))
}

both!(every_order_gives_every_record_once_in_both_directions, async |w: &Workspace| {
    for object in objects(w) {
        for n in 0..13 {
            filled(w, &object, 100 + n).await;
        }
        let whole = all(w, &object.key).await.len();
        for field in object.fields.iter().filter(|f| f.sortable()) {
            for sort in [field.key.clone(), format!("-{}", field.key)] {
                let forward = pages(w, &object, &sort, whole).await;
                let mut ids: Vec<i64> = forward.iter().map(|r| r.id).collect();
                let keys: Vec<Raw> = forward.iter().map(|r| compared(field, r)).collect();
                for pair in keys.windows(2) {
                    let ordered = match (&pair[0], &pair[1]) {
                        (Raw::Null, other) => other.is_null(),
                        (_, Raw::Null) => true,
                        (a, b) if sort.starts_with('-') => a >= b,
                        (a, b) => a <= b,
                    };
                    assert!(ordered, "{} by {sort}: {:?} before {:?}", object.key, pair[0], pair[1]);
                }
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), whole, "{} by {sort}: every record once", object.key);
            }
        }
    }
});

/// What a record sorts by: a link by the title of what it points to.
fn compared(field: &Field, record: &Record) -> Raw {
    match field.kind {
        FieldType::Link => record.link_title(&field.key).map_or(Raw::Null, |title| Raw::Text(akrab_model::text::fold(title))),
        _ => sort_key(field, record.raw(&field.key)),
    }
}

/// All records of one order, walked forward by pages of five; then walked back, which must agree.
async fn pages(w: &Workspace, object: &Object, sort: &str, most: usize) -> Vec<Record> {
    let ctx = w.system();
    let ask =
        |after: Option<String>| ListRequest { object: object.key.clone(), sort: vec![sort.into()], limit: 5, after, ..Default::default() };
    let mut forward: Vec<Vec<Record>> = Vec::new();
    let mut page = w.engine.list(&ctx, ask(None)).await.unwrap_or_else(|p| panic!("{} by {sort}: {p:?}", object.key));
    assert!(page.previous.is_none(), "{} by {sort}: nothing before the first page", object.key);
    loop {
        forward.push(page.records.clone());
        assert!(forward.len() <= most, "{} by {sort}: the pages do not end", object.key);
        let Some(next) = page.next.clone() else { break };
        page = w.engine.list(&ctx, ask(Some(next))).await.unwrap_or_else(|p| panic!("{} by {sort}: {p:?}", object.key));
    }
    let ids = |page: &[Record]| page.iter().map(|r| r.id).collect::<Vec<_>>();
    let walked: Vec<i64> = forward.iter().flat_map(|p| ids(p)).collect();
    let mut back = vec![ids(&page.records)];
    while let Some(previous) = page.previous.clone() {
        page = w.engine.list(&ctx, ask(Some(previous))).await.unwrap_or_else(|p| panic!("{} by {sort}: {p:?}", object.key));
        back.push(ids(&page.records));
        assert!(back.len() <= most, "{} by {sort}: the way back does not end", object.key);
    }
    let back: Vec<i64> = back.into_iter().rev().flatten().collect();
    assert_eq!(walked, back, "{} by {sort}: there and back agree", object.key);
    forward.into_iter().flatten().collect()
}

both!(every_filter_agrees_with_its_meaning, async |w: &Workspace| {
    for object in objects(w) {
        for n in 0..9 {
            filled(w, &object, 200 + n).await;
        }
    }
    moved(w).await;
    let memory = Memory::load(w).await;
    for object in objects(w) {
        let records = all(w, &object.key).await;
        for filter in filters(w, &object, &records) {
            agrees(w, &object, &filter, &records, &memory).await;
        }
    }
});

/// Some of the records that stand in a stage have come from another one.
async fn moved(w: &Workspace) {
    for object in objects(w) {
        let Some(field) = object.fields.iter().find(|f| f.kind == FieldType::Stage) else { continue };
        let records = all(w, &object.key).await;
        let stages: Vec<i64> = records.iter().filter_map(|r| r.link(&field.key)).collect();
        for (record, to) in records.iter().zip(stages.iter().skip(1)).step_by(2) {
            let input = [(field.key.clone(), json!(to))].into_iter().collect();
            // where a stage asks for more the record stays where it is
            drop(w.engine.update(&w.system(), &object.key, record.id, input, None).await);
        }
    }
}

/// Each field with each of its operators, over links, and over the records that point here.
fn filters(w: &Workspace, object: &Object, records: &[Record]) -> Vec<Filter> {
    let registry = w.engine.registry();
    let mut filters = Vec::new();
    for field in object.fields.iter().filter(|f| f.kind != FieldType::File) {
        let sample = records.iter().map(|r| r.get(&field.key)).find(|v| !v.is_null());
        for op in Op::for_kind(field.kind) {
            if let Some(value) = operand(field, *op, sample) {
                filters.push(Filter::test(&field.key, *op, value));
            }
        }
        if let Some(to) = field.to.filter(|_| field.kind.is_link()) {
            let target = registry.at(to);
            let title = target.title_field();
            if title.kind.is_text() {
                filters.push(Filter::test(&format!("{}.{}", field.key, title.key), Op::Contains, "a"));
                filters.push(Filter::Not(Box::new(Filter::test(&format!("{}.{}", field.key, title.key), Op::Contains, "a"))));
            }
        }
    }
    for (child, via) in &object.children {
        let child = registry.at(*child);
        let count = json!({"child": format!("{}.{}", child.key, child.at(*via).key), "agg": "count", "op": "gte", "value": 2});
        filters.push(Filter::from_json(&count).unwrap_or_else(|p| panic!("{count}: {p:?}")));
        if let Some(number) = child.fields.iter().find(|f| f.kind == FieldType::Money) {
            let sum =
                json!({"child": format!("{}.{}", child.key, child.at(*via).key), "agg": "sum", "of": number.key, "op": "gt", "value": 20});
            filters.push(Filter::from_json(&sum).unwrap_or_else(|p| panic!("{sum}: {p:?}")));
        }
    }
    filters
}

fn operand(field: &Field, op: Op, sample: Option<&Value>) -> Option<Json> {
    // JSON compares as the text it is stored as
    let known = sample.map(|v| if field.kind == FieldType::Json { json!(v.to_raw().text()) } else { v.to_json() });
    let text = || sample.and_then(Value::text).map(|t| t.chars().skip(1).take(3).collect::<String>()).filter(|t| !t.trim().is_empty());
    Some(match op {
        Op::Empty | Op::NotEmpty => Json::Null,
        Op::Within | Op::NotWithin => json!("this_quarter"),
        Op::Contains | Op::NotContains => json!(text().unwrap_or_else(|| "A".into())),
        Op::StartsWith => json!(sample.and_then(Value::text).map_or("K".into(), |t| t.chars().take(2).collect::<String>().to_uppercase())),
        Op::CameFrom => json!([known?]),
        Op::In | Op::NotIn => match (&field.kind, known?) {
            (FieldType::Links, Json::Array(rows)) => json!([rows.first()?["id"]]),
            (_, Json::Array(keys)) => json!(keys),
            (_, one) => json!([one, second(field)?]),
        },
        Op::Between => json!([known?, second(field)?]),
        _ => known?,
    })
}

/// Another acceptable operand.
fn second(field: &Field) -> Option<Json> {
    Some(value(field, 205, &[1])).filter(|v| !v.is_null()).map(|v| if field.kind == FieldType::Json { json!(v.to_string()) } else { v })
}

async fn agrees(w: &Workspace, object: &Arc<Object>, filter: &Filter, records: &[Record], memory: &Memory) {
    let ctx = w.system();
    let written = format!("{} where {filter:?}", object.key);
    let (bound, asked) = (object.clone(), filter.clone());
    let cond = w
        .engine
        .read(&ctx, move |tx| asked.bind(&tx.registry.clone(), &bound, &tx.env(), &tx.rights.clone()))
        .await
        .unwrap_or_else(|p| panic!("{written}: {p:?}"));
    let request = ListRequest { filter: Some(filter.clone()), ..list_of(object) };
    let count = w.engine.count(&ctx, request.clone(), true).await.unwrap_or_else(|p| panic!("{written}: {p:?}"));
    let mut found: Vec<i64> =
        w.engine.list(&ctx, request).await.unwrap_or_else(|p| panic!("{written}: {p:?}")).records.iter().map(|r| r.id).collect();
    found.sort_unstable();
    let registry = w.engine.registry();
    let mut meant: Vec<i64> = records.iter().map(|r| r.id).filter(|id| cond.matches(&registry, object.ix, *id, memory)).collect();
    meant.sort_unstable();
    assert_eq!(found, meant, "{written}");
    assert_eq!(count.shown(), meant.len() as u64, "{written}: the count");
}

both!(groups_and_totals_cover_the_whole_result, async |w: &Workspace| {
    for object in objects(w) {
        for n in 0..7 {
            filled(w, &object, 300 + n).await;
        }
        let records = all(w, &object.key).await;
        let ctx = w.system();
        for field in &object.fields {
            use FieldType::{Boolean, Choice, Date, DateTime, Link, Stage};
            if matches!(field.kind, Boolean | Choice | Date | DateTime | Link | Stage) {
                let groups = w.engine.groups(&ctx, list_of(&object), field.key.clone(), None, vec!["count".into()]).await;
                let groups = groups.unwrap_or_else(|p| panic!("{} by {}: {p:?}", object.key, field.key));
                assert_eq!(groups.iter().map(|g| g.count).sum::<u64>(), records.len() as u64, "{} by {}", object.key, field.key);
            }
            if field.kind.is_number() {
                let wanted = ["sum", "avg", "min", "max", "filled"].map(|f| format!("{}:{f}", field.key)).to_vec();
                let totals =
                    w.engine.totals(&ctx, list_of(&object), wanted).await.unwrap_or_else(|p| panic!("{}.{}: {p:?}", object.key, field.key));
                let values: Vec<_> = records.iter().filter_map(|r| r.get(&field.key).dec()).collect();
                let of = |n: usize| totals[n].value.dec();
                assert_eq!(of(0).unwrap_or_default(), values.iter().sum(), "{}.{} sum", object.key, field.key);
                assert_eq!(of(2), values.iter().min().copied(), "{}.{} min", object.key, field.key);
                assert_eq!(of(3), values.iter().max().copied(), "{}.{} max", object.key, field.key);
                assert_eq!(of(4), Some(values.len().into()), "{}.{} filled", object.key, field.key);
            }
        }
    }
});

both!(history_tells_and_undo_takes_back, async |w: &Workspace| {
    for object in objects(w) {
        let ctx = w.system();
        let id = smallest(w, &object, 5).await;
        let before = w.engine.get(&ctx, &object.key, id).await.expect("made");
        let Some((field, new)) = another_title(&object, &before) else { continue };
        w.pass(60);
        let ctx = w.system();
        w.engine.update(&ctx, &object.key, id, map(json!({ &field.key: new })), None).await.expect("changed");
        let history = w.engine.history(&ctx, &object.key, id, None).await.unwrap_or_else(|p| panic!("{}: {p:?}", object.key));
        let kinds: Vec<&str> = history.iter().map(|c| c.kind.as_str()).collect();
        assert_eq!(kinds, ["update", "create"], "{}", object.key);
        assert!(history[0].shifts.iter().any(|s| s.field == field.key), "{}: {:?}", object.key, history[0].shifts);
        w.engine.undo(&ctx, history[0].id).await.unwrap_or_else(|p| panic!("{}: {p:?}", object.key));
        let after = w.engine.get(&ctx, &object.key, id).await.expect("still there");
        assert_eq!(after.get(&field.key), before.get(&field.key), "{}", object.key);
        let again = w.engine.undo(&ctx, history[0].id).await.expect_err("the same change is not taken back twice");
        assert_eq!(again.kind, ProblemKind::Conflict, "{}: {again:?}", object.key);
    }
});

both!(the_bin_keeps_gives_back_and_empties, async |w: &Workspace| {
    for object in objects(w) {
        let ctx = w.system();
        let id = smallest(w, &object, 7).await;
        let fail = |p: akrab_model::Problem| panic!("{}: {p:?}", object.key);
        w.engine.delete(&ctx, &object.key, id, None).await.unwrap_or_else(fail);
        assert_eq!(w.engine.get(&ctx, &object.key, id).await.expect_err("binned").kind, ProblemKind::NotFound, "{}", object.key);
        let binned =
            w.engine.list(&ctx, ListRequest { bin: true, ..list_of(&object) }).await.unwrap_or_else(|p| panic!("{}: {p:?}", object.key));
        assert!(binned.records.iter().any(|r| r.id == id && r.deleted_at.is_some()), "{}: in the bin", object.key);
        w.engine.restore(&ctx, &object.key, id).await.unwrap_or_else(fail);
        w.engine.get(&ctx, &object.key, id).await.expect("back again");
        assert_eq!(
            w.engine.purge(&ctx, &object.key, id).await.expect_err("only what is in the bin goes for good").kind,
            ProblemKind::NotFound
        );
        w.engine.delete(&ctx, &object.key, id, None).await.unwrap_or_else(fail);
        w.engine.purge(&ctx, &object.key, id).await.unwrap_or_else(fail);
        assert_eq!(w.engine.get_binned(&ctx, &object.key, id).await.expect_err("gone").kind, ProblemKind::NotFound, "{}", object.key);
    }
});

both!(search_finds_a_record_by_the_words_of_its_title, async |w: &Workspace| {
    for object in objects(w).into_iter().filter(|o| o.decl.searchable) {
        let ctx = w.system();
        let id = smallest(w, &object, 1).await;
        let title = w.engine.get(&ctx, &object.key, id).await.expect("made").title().to_string();
        let finds = async |q: &str| {
            let hits = w
                .engine
                .search(&w.system(), q, Some(vec![object.key.clone()]), 50)
                .await
                .unwrap_or_else(|p| panic!("{}: {p:?}", object.key));
            hits.iter().any(|h| h.record.id == id)
        };
        assert!(finds(&title).await, "{}: {title}", object.key);
        let beginning: String = title.chars().take(3).collect();
        assert!(finds(&beginning.to_uppercase()).await, "{}: {beginning}", object.key);
        w.engine.delete(&ctx, &object.key, id, None).await.expect("binned");
        assert!(!finds(&title).await, "{}: the bin is not searched", object.key);
    }
});
