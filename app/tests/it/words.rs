//! The words of a list find every record that has them, within rights and filter.

use crate::workspace::{Workspace, both, map};
use akrab_engine::bulk::{BulkChange, BulkSpec};
use akrab_engine::export::ExportSpec;
use akrab_engine::{Ctx, Door, ListRequest};
use serde_json::json;
use std::collections::BTreeSet;

/// More than are ever named one by one.
const MANY: i64 = 2_300;

fn asked(q: &str, sort: &str) -> ListRequest {
    ListRequest { object: "contact".into(), q: Some(q.into()), sort: vec![sort.into()], limit: 200, ..Default::default() }
}

/// Ids of all pages, forward, and of those met on the way back.
async fn walked(w: &Workspace, ctx: &Ctx, request: &ListRequest) -> BTreeSet<i64> {
    let (mut found, mut request) = (BTreeSet::new(), request.clone());
    loop {
        let page = w.engine.list(ctx, request.clone()).await.expect("a page");
        for record in &page.records {
            assert!(found.insert(record.id), "{} comes twice", record.id);
        }
        if page.next.is_none() {
            return found;
        }
        request.after = page.next;
    }
}

both!(words_find_every_record_that_has_them, async |w: &Workspace| {
    let rights = json!({"contact": {"read": "own", "edit": "own", "export": "own", "fields": {"nickname": "hidden"}}});
    let role = w.make("role", json!({"key": "mitra", "name": "Mitra", "rights": rights})).await;
    let (siti, budi) = (w.user("siti", role, None).await, w.user("budi", role, None).await);
    let system = w.system();
    let made = w.engine.write(&system, move |tx| {
        for n in 0..MANY {
            let owner = if n % 2 == 0 { siti } else { budi };
            let job = if n % 4 == 0 { "Anjungan" } else { "Rahasia" };
            tx.create("contact", &map(json!({"name": format!("Anggun {n:04}"), "nickname": job, "owner": owner})))?;
        }
        for n in 0..40 {
            tx.create("contact", &map(json!({"name": format!("Zaenal {n:02}"), "nickname": "Anjungan", "owner": siti})))?;
        }
        Ok(())
    });
    made.await.expect("the contacts");
    let all = MANY as usize;
    let own = ListRequest {
        filter: Some(akrab_model::Filter::from_json(&json!({"field": "owner", "op": "is", "value": budi})).expect("a filter")),
        ..asked("anggun", "name")
    };
    let theirs = w.of(siti, Door::Api);
    let cases = [
        // everything, by a word and by two letters, in either direction of an order
        (&system, asked("anggun", "name"), all),
        (&system, asked("an", "-updated_at"), all + 40),
        (&system, asked("an", "-name"), all + 40),
        (&system, asked("anjungan", "name"), all / 4 + 40),
        // within a filter
        (&system, own, all / 2),
        // within rights, and without the words of a field that is hidden
        (&theirs, asked("anggun", "name"), all / 2),
        (&theirs, asked("an", "name"), all / 2),
        (&theirs, asked("anjungan", "name"), 0),
        (&theirs, asked("rahasia", "name"), 0),
        (&theirs, asked("zaenal", "name"), 40),
    ];
    for (ctx, request, wanted) in cases {
        let found = walked(w, ctx, &request).await;
        assert_eq!(found.len(), wanted, "{request:?}");
        assert_eq!(w.engine.count(ctx, request.clone(), true).await.expect("a count").shown() as usize, wanted, "{request:?}");
        if request.filter.is_none() {
            let spec = ExportSpec { object: "contact".into(), q: request.q.clone(), ..ExportSpec::default() };
            assert_eq!(w.engine.export_count(ctx, spec.clone()).await.expect("a count") as usize, wanted, "{request:?}");
            let exported = w.engine.export(ctx, spec).await.expect("an export");
            assert_eq!(exported.rows as usize, wanted, "{request:?}");
            w.engine.export_done(&exported);
        }
    }
    // and back from the last page
    let page = w.engine.list(&system, asked("an", "name")).await.expect("a page");
    let second = w.engine.list(&system, ListRequest { after: page.next, ..asked("an", "name") }).await.expect("a page");
    let back = w.engine.list(&system, ListRequest { after: second.previous, ..asked("an", "name") }).await.expect("a page");
    let ids = |records: &[akrab_model::Record]| records.iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(ids(&back.records), ids(&page.records));
});

both!(an_edit_of_many_reaches_all_and_no_similar_words, async |w: &Workspace| {
    let system = w.system();
    let made = w.engine.write(&system, move |tx| {
        for n in 0..450 {
            tx.create("contact", &map(json!({"name": format!("Santoso {n:04}")})))?;
        }
        tx.create("contact", &map(json!({"name": "Santosa Wijaya"})))
    });
    let similar = made.await.expect("the contacts");
    let user =
        w.user("ratna", w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("a role"), None).await;
    let ctx = w.of(user, Door::Api);
    let spec = BulkSpec {
        object: "contact".into(),
        q: Some("santoso".into()),
        change: BulkChange::Set(map(json!({"name": "Harjono"}))),
        ..Default::default()
    };
    w.engine.bulk_start(&ctx, spec).await.expect("a bulk edit");
    w.work_off().await;
    assert_eq!(w.engine.count(&ctx, asked("harjono", "name"), true).await.expect("a count").shown(), 450);
    assert_eq!(w.engine.get(&ctx, "contact", similar).await.expect("the record").text("name"), "Santosa Wijaya");
});
