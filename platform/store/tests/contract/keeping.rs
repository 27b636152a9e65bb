//! Settings, counters, views, favourites, recent records, files and kept answers.

use crate::fixture::everywhere;
use akrab_store::{Answered, FileRow, SavedView, StoreError, ViewScope};

#[test]
fn counters_never_give_a_number_twice() {
    everywhere(|world| async move {
        let takes: Vec<_> = (0..20)
            .map(|_| {
                let store = world.store.clone();
                tokio::spawn(async move { store.write(|conn| conn.counter_next("invoice", 3)).await.unwrap() })
            })
            .collect();
        let mut firsts = Vec::new();
        for take in takes {
            firsts.push(take.await.unwrap());
        }
        firsts.sort_unstable();
        assert_eq!(firsts, (0..20).map(|n| n * 3 + 1).collect::<Vec<_>>());
    });
}

#[test]
fn small_things_are_kept() {
    everywhere(|world| async move {
        world
            .store
            .write(|conn| {
                conn.setting_set("a.x", "1")?;
                conn.setting_set("a.x", "2")?;
                conn.setting_set("b", "3")?;
                assert_eq!(conn.setting_get("a.x")?.as_deref(), Some("2"));
                assert_eq!(conn.settings("a.")?, [("a.x".to_string(), "2".to_string())]);
                conn.setting_drop("a.x")?;
                assert_eq!(conn.setting_get("a.x")?, None);

                let answered = Answered { hash: "h".into(), response: "{}".into(), at: 5 };
                conn.idempotency_put("u1", "k", &answered)?;
                assert_eq!(conn.idempotency_get("u1", "k")?, Some(answered.clone()));
                assert_eq!(conn.idempotency_get("u2", "k")?, None);
                let again = conn.attempt(|conn| conn.idempotency_put("u1", "k", &answered));
                assert!(matches!(again, Err(StoreError::Unique { .. })), "{again:?}");
                assert_eq!(conn.idempotency_forget(6)?, 1);

                let view = SavedView {
                    id: 0,
                    object: "company".into(),
                    owner: Some(1),
                    team: None,
                    scope: ViewScope::Team,
                    name: "Medan".into(),
                    body: "{}".into(),
                    position: 2,
                };
                let id = conn.view_put(&view)?;
                let view = SavedView { id, position: 1, ..view };
                assert_eq!(conn.view_put(&view)?, id);
                assert_eq!(conn.view_get(id)?.as_ref(), Some(&view));
                assert_eq!(conn.view_list("company")?, [view]);
                conn.view_drop(id)?;
                assert_eq!(conn.view_get(id)?, None);

                conn.favourite_put(1, "company", 7)?;
                conn.favourite_put(1, "person", 3)?;
                conn.favourite_put(1, "company", 7)?;
                assert_eq!(conn.favourite_list(1)?, [("company".to_string(), 7), ("person".to_string(), 3)]);
                conn.favourite_drop(1, "company", 7)?;
                assert_eq!(conn.favourite_list(1)?.len(), 1);

                for n in 0..70 {
                    conn.recent_put(&[(1, "company", n, n)])?;
                }
                conn.recent_put(&[(1, "company", 30, 99), (1, "company", 30, 100)])?;
                let recent = conn.recent_list(1, 100)?;
                assert_eq!((recent.len(), recent[0].id, recent[1].id), (50, 30, 69));
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    });
}

#[test]
fn files_are_known_by_their_bytes() {
    everywhere(|world| async move {
        world
            .store
            .write(|conn| {
                let file = FileRow {
                    id: 0,
                    sha256: "ab".into(),
                    name: "surat.pdf".into(),
                    size: 12,
                    content_type: "application/pdf".into(),
                    created_by: None,
                    created_at: 4,
                    place: None,
                };
                let id = conn.file_add(&file)?;
                assert_eq!(conn.file(id)?, Some(FileRow { id, ..file.clone() }));
                assert!(conn.file_named("ab")? && !conn.file_named("cd")?);
                assert_eq!(conn.files_after(0, 5)?.len(), 1);
                conn.file_drop(id)?;
                assert!(!conn.file_named("ab")?);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    });
}
