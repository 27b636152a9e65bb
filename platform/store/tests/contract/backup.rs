//! Backups and their return.

use crate::fixture::{clear, everywhere, ix, new_row, target};
use akrab_model::{Cond, Raw};
use akrab_store::{Backend, Bin, LinkCells, Options, SearchEntry, Store, StoreError};
use std::sync::Arc;

#[test]
fn a_backup_taken_while_work_goes_on_comes_back_whole() {
    everywhere(|world| async move {
        let object = Arc::clone(world.registry.object("company").unwrap());
        let text = "baris satu\nbaris dua\t\\N \u{1F600}";
        let rows = (0..500_i64).map(|n| new_row(&object, &[("name", format!("{n} {text}").into()), ("size", Raw::Int(n))]));
        let ids = world.insert("company", rows.collect()).await.unwrap();
        let (reg, first) = (Arc::clone(&world.registry), ids[0]);
        world
            .store
            .write(move |conn| {
                let object = reg.object("company").unwrap();
                conn.set_links(&reg, object, ix(object, "friends"), first, &[LinkCells { to: 4, cells: vec!["x".into()] }])?;
                conn.search_put(&[SearchEntry { object: "company".into(), id: first, title: "Kopi Senja".into(), words: vec![] }])?;
                conn.counter_next("n", 5)
            })
            .await
            .unwrap();
        let folder = std::env::temp_dir().join(format!("akrab_backup_{}_{:?}", std::process::id(), world.store.backend()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("backup");
        let (store, registry) = (world.store.clone(), Arc::clone(&world.registry));
        let busy = tokio::spawn(async move {
            for n in 0..50_i64 {
                let reg = Arc::clone(&registry);
                let write = store.write(move |conn| {
                    let object = reg.object("company").unwrap();
                    conn.insert(&reg, object, &[new_row(object, &[("size", Raw::Int(n))])])
                });
                write.await.unwrap();
            }
        });
        let backup = world.store.backup(&file).await.unwrap();
        assert!(backup.rows > 500 && backup.bytes > 1_000, "{backup:?}");
        busy.await.unwrap();

        let place = target(world.store.backend() == Backend::Postgres).unwrap();
        let restored = Store::restore(&place, &Options::default(), &file).await.unwrap();
        let steps = restored.plan(&world.registry).await.unwrap();
        restored.apply(&steps).await.unwrap();
        let reg = Arc::clone(&world.registry);
        let last = *ids.last().unwrap();
        restored
            .write(move |conn| {
                let object = reg.object("company").unwrap();
                let row = conn.row(&reg, object, last, &[ix(object, "name")], &Cond::True, Bin::Living)?.unwrap();
                assert_eq!(row.cells, [Raw::from(format!("499 {text}"))]);
                assert_eq!(conn.links(&reg, object, ix(object, "friends"), &[first])?[&first][0].to, 4);
                assert_eq!(conn.search(&[vec!["senj".into()]], None, 5)?.len(), 1);
                assert_eq!(conn.counter_next("n", 1)?, 6);
                let new = conn.insert(&reg, object, &[new_row(object, &[])])?[0];
                assert!(new > last);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        restored.close().await;
        assert!(Store::restore(&place, &Options::default(), &file).await.is_err(), "the place is taken");

        let damaged = folder.join("damaged");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&damaged, &bytes[..bytes.len() / 2]).unwrap();
        let other = target(world.store.backend() == Backend::Postgres).unwrap();
        assert!(Store::restore(&other, &Options::default(), &damaged).await.is_err());
        std::fs::write(&damaged, b"no backup at all").unwrap();
        assert!(Store::restore(&other, &Options::default(), &damaged).await.is_err());
        for target in [&place, &other] {
            clear(target).await;
            if let akrab_store::Target::Sqlite { path } = target {
                let _ = std::fs::remove_dir_all(path.parent().unwrap());
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    });
}
