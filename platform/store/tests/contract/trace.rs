//! History, timeline and search.

use crate::fixture::everywhere;
use akrab_store::{Change, Entry, SearchEntry, StoreError, TimelineQuery};

#[test]
fn history_is_told_from_the_newest() {
    everywhere(|world| async move {
        let change = |record: i64, at: i64, kind: &str| Change {
            id: 0,
            object: "company".into(),
            record,
            at,
            actor: (at % 2 == 0).then_some(9),
            door: "page".into(),
            request: format!("r{at}"),
            kind: kind.into(),
            diff: "{}".into(),
        };
        let all = vec![change(1, 10, "create"), change(2, 11, "create"), change(1, 12, "update"), change(1, 13, "delete")];
        let stored = all.clone();
        let ids = world.store.write(move |conn| conn.add_changes(&stored)).await.unwrap();
        world
            .store
            .read(move |conn| {
                let with = |n: usize| Change { id: ids[n], ..all[n].clone() };
                assert_eq!(conn.changes("company", 1, None, 2)?, [with(3), with(2)]);
                assert_eq!(conn.changes("company", 1, Some(ids[2]), 9)?, [with(0)]);
                assert_eq!(conn.changes("person", 1, None, 9)?, []);
                assert_eq!(conn.change(ids[1])?, Some(with(1)));
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    });
}

#[test]
fn a_timeline_is_read_in_parts_and_follows_its_sources() {
    everywhere(|world| async move {
        let entry = |at: i64, kind: &str, source: i64, open: bool| Entry {
            id: 0,
            subject_object: "company".into(),
            subject_id: 5,
            at,
            kind: kind.into(),
            source_object: "task".into(),
            source_id: source,
            change_id: None,
            open,
        };
        world
            .store
            .write(move |conn| {
                conn.timeline_put(&[entry(10, "call", 1, false), entry(10, "note", 2, false), entry(20, "call", 3, true)])?;
                let all = TimelineQuery { limit: 10, ..TimelineQuery::default() };
                let times = |entries: &[Entry]| entries.iter().map(|e| (e.at, e.source_id)).collect::<Vec<_>>();
                let found = conn.timeline("company", 5, &all)?;
                assert_eq!(times(&found), [(20, 3), (10, 2), (10, 1)]);
                assert_eq!(found[0].kind, "call");
                let before = Some((found[1].at, found[1].id));
                assert_eq!(times(&conn.timeline("company", 5, &TimelineQuery { before, ..all.clone() })?), [(10, 1)]);
                let calls = TimelineQuery { kinds: vec!["call".into(), "none".into()], open: Some(false), ..all.clone() };
                assert_eq!(times(&conn.timeline("company", 5, &calls)?), [(10, 1)]);
                assert_eq!(conn.timeline("company", 6, &all)?, []);
                conn.timeline_drop_source("task", 2)?;
                assert_eq!(times(&conn.timeline("company", 5, &all)?), [(20, 3), (10, 1)]);
                conn.timeline_drop_subject("company", 5)?;
                assert_eq!(conn.timeline("company", 5, &all)?, []);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    });
}

#[test]
fn search_finds_by_beginnings_and_ranks_titles() {
    everywhere(|world| async move {
        let entry = |object: &str, id: i64, title: &str, words: &[&str]| SearchEntry {
            object: object.into(),
            id,
            title: title.into(),
            words: words.iter().map(|w| (*w).to_string()).collect(),
        };
        world
            .store
            .write(move |conn| {
                conn.search_put(&[
                    entry("person", 1, "Budi Santoso", &["budi.santoso@kopi.co.id", "+6281234"]),
                    entry("person", 2, "Ani Budiman", &["ani"]),
                    entry("company", 1, "Kopi Budi", &["jakarta"]),
                    entry("company", 2, "Toko Élok", &["don't", "50%", "a'b\"c", "日本語"]),
                ])?;
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        world
            .store
            .write(move |conn| {
                let find = |conn: &mut akrab_store::Conn, text: &str, objects: Option<&[String]>| {
                    let terms: Vec<_> = text.split(' ').map(|t| vec![t.to_string()]).collect();
                    Ok::<_, StoreError>(conn.search(&terms, objects, 10)?.into_iter().map(|h| (h.object, h.id)).collect::<Vec<_>>())
                };
                let (p, c) = (|id| ("person".to_string(), id), |id| ("company".to_string(), id));
                assert_eq!(find(conn, "budi", None)?, [p(1), c(1), p(2)]);
                assert_eq!(find(conn, "b", None)?[0], p(1));
                assert_eq!(find(conn, "budi san", None)?, [p(1)]);
                assert_eq!(find(conn, "san budi", None)?, [p(1)]);
                assert_eq!(find(conn, "budi.santoso@ko", None)?, [p(1)]);
                assert_eq!(find(conn, "+62812", None)?, [p(1)]);
                assert_eq!(find(conn, "budi", Some(&["company".into()]))?, [c(1)]);
                assert_eq!(find(conn, "elok", None)?, [c(2)]);
                assert_eq!(find(conn, "日本", None)?, [c(2)]);
                assert_eq!(find(conn, "zzz", None)?, []);
                for odd in ["'", "\"", "* OR", "a'b\"c", "budi)", "50%", "\u{E000}1", "NOT", "&|!:*"] {
                    find(conn, odd, None)?;
                }
                let either = conn.search(&[vec!["jakarta".into(), "ani".into()]], None, 10)?;
                assert_eq!(either.len(), 2);
                assert_eq!(conn.search_near("santosa")?, ["santoso"]);
                assert_eq!(conn.search_near("bdui")?, Vec::<String>::new(), "both halves are hit");
                assert_eq!(conn.search_near("budl")?, ["budi"]);
                conn.search_put(&[entry("person", 1, "Candra", &[])])?;
                assert_eq!(find(conn, "budi", None)?, [c(1), p(2)]);
                assert_eq!(find(conn, "can", None)?, [p(1)]);
                conn.search_drop("person", 1)?;
                assert_eq!(find(conn, "can", None)?, []);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    });
}
