//! Looking for what stands in a field that is hidden.

use super::world::{OBJECTS, Stage, letters};
use crate::browser::Browser;
use akrab_engine::ListRequest;
use akrab_model::object::Scope;
use std::collections::BTreeSet;

/// Ways to look for what stands in the deniable field: a beginning that all records share, the
/// whole, and the whole with a slip of the finger or from its end.
fn guesses(object: usize, n: usize) -> [String; 3] {
    let (start, whole, other) = match OBJECTS[object].1 {
        "npwp" => ("001273", format!("00127345620120{n:02}"), format!("00.127.345.6-201.20{n:02}")),
        "email" => ("sembun", format!("sembunyi{}@contoh.test", letters(n)), format!("sembnuyi{}", letters(n))),
        "phone" => ("0812345", format!("+62 812-3456-78{n:02}"), format!("5678{n:02}")),
        _ => ("terlar", format!("terlarang{}", letters(n)), format!("terlarnag{}", letters(n))),
    };
    [start.into(), whole, other]
}

/// Looking for what stands in a hidden field finds nothing; what one may read is found.
pub async fn guessing(s: &Stage<'_>, user: usize, object: usize, browser: &mut Browser) -> Vec<String> {
    let mut faults = Vec::new();
    let (engine, ctx, key) = (&s.w.engine, s.ctx(user), OBJECTS[object].0);
    let (seen, hidden) = (s.seen(user, object), s.world.hidden(user, object));
    if s.world.access(user, object).read == Scope::None {
        return faults;
    }
    let plural = engine.registry().object(key).map(|o| o.plural.clone()).unwrap_or_default();
    let request = |q: &str| ListRequest { object: key.into(), q: Some(q.into()), limit: 200, ..Default::default() };
    let encoded = |q: &str| q.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    for (n, (id, _)) in s.records.iter().enumerate().filter(|(n, _)| s.world.records[*n].0 == object) {
        for (way, q) in guesses(object, n).iter().enumerate() {
            let at = encoded(q);
            let hits = engine.search(&ctx, q, Some(vec![key.into()]), 100).await.expect("search answers");
            let list = engine.list(&ctx, request(q)).await.expect("a list");
            let count = engine.count(&ctx, request(q), true).await.expect("a count").shown() as usize;
            let mut doors = vec![
                ("search", hits.iter().map(|h| h.record.id).collect::<BTreeSet<i64>>()),
                ("list", list.records.iter().map(|r| r.id).collect()),
                ("API search", s.api_ids(user, &format!("/search?q={at}&objects={plural}")).await),
                ("API list", s.api_ids(user, &format!("/{plural}?q={at}&limit=200")).await),
            ];
            let picked: serde_json::Value = serde_json::from_str(&browser.get(&format!("/pick/{plural}?q={at}")).await.html).expect("JSON");
            let picked = picked.as_array().into_iter().flatten().filter_map(|p| p["value"].as_str()?.parse().ok()).collect();
            doors.push(("picker", picked));
            for (door, page) in [("page of the list", format!("/{plural}?filter=&q={at}")), ("palette", format!("/search?q={at}"))] {
                let page = browser.get(&page).await;
                let told = (0..s.records.len()).filter(|r| s.world.records[*r].0 == object && page.html.contains(s.records[*r].1.as_str()));
                doors.push((door, told.map(|r| s.records[r].0).collect()));
            }
            if count != doors[1].1.len() {
                faults.push(format!("user {user} {key} count of {q}: {count} of {}", doors[1].1.len()));
            }
            for (door, found) in doors {
                if hidden && !found.is_empty() {
                    faults.push(format!("user {user} {key} by {door}: the hidden {q} finds {found:?}"));
                }
                if !found.is_subset(&seen) {
                    faults.push(format!("user {user} {key} by {door}: {q} finds {found:?} of {seen:?}"));
                }
                // a picker shows the first few
                if !hidden && way == 1 && found.contains(id) != seen.contains(id) {
                    faults.push(format!("user {user} {key} by {door}: {q} finds {found:?}, it stands in {id}"));
                }
            }
        }
    }
    faults
}
