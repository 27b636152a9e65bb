//! Plans of schema changes.

use crate::fixture::{COMPANY, everywhere, ix, new_row, registry_with};
use akrab_model::{Cond, Raw};
use akrab_store::{Bin, Options, SchemaStep, Store};

#[test]
fn a_plan_is_empty_once_applied_and_after_opening_again() {
    everywhere(|world| async move {
        assert_eq!(world.store.plan(&world.registry).await, Ok(vec![]));
        let target = world.store.target().clone();
        world.store.close().await;
        let again = Store::open(&target, &Options::default()).await.unwrap();
        assert_eq!(again.plan(&world.registry).await, Ok(vec![]));
        again.health().await.unwrap();
        again.close().await;
        assert!(again.health().await.is_err());
    });
}

#[test]
fn fields_are_added_and_renamed_with_their_values() {
    everywhere(|world| async move {
        let object = world.registry.object("company").unwrap();
        let row = new_row(object, &[("name", "Kopi Élite".into()), ("city", "Medan".into()), ("branch", "Toko Barat".into())]);
        let id = world.insert("company", vec![row]).await.unwrap()[0];
        let changed = COMPANY
            .replace("city = { type", "town = { was = [\"city\"], type")
            .replace("branch = { type = \"text\",", "branch = { type = \"text\", index = true,")
            .replace("[fields]", "[fields]\nnick = { type = \"text\", label = { id = \"N\", en = \"N\" } }\n")
            .replace("friends = { type", "mates = { was = [\"friends\"], type");
        let registry = registry_with(&changed);
        let steps = world.store.plan(&registry).await.unwrap();
        let printed: Vec<String> = steps.iter().map(ToString::to_string).collect();
        for wanted in [
            "rename column o_company.f_city to f_town",
            "rename column o_company.f_city__s to f_town__s",
            "add column o_company.f_nick",
            "add column o_company.f_branch__s",
            "fill o_company.f_branch__s",
            "rename table l_company_friends to l_company_mates",
        ] {
            assert!(printed.iter().any(|p| p == wanted), "{wanted} in {printed:?}");
        }
        assert!(!steps.iter().any(|s| matches!(s, SchemaStep::CreateTable { .. })));
        world.store.apply(&steps).await.unwrap();
        assert_eq!(world.store.plan(&registry).await, Ok(vec![]));
        let row = world
            .store
            .read(move |conn| {
                let object = registry.object("company").unwrap();
                let taken = conn.taken(&registry, object, &[ix(object, "branch")], &["TOKO  barat".into()], None)?;
                assert_eq!(taken, Some(id));
                conn.row(&registry, object, id, &[ix(object, "town"), ix(object, "nick")], &Cond::True, Bin::Living)
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.cells, [Raw::from("Medan"), Raw::Null]);
    });
}

#[test]
fn a_newer_workspace_is_refused() {
    everywhere(|world| async move {
        let target = world.store.target().clone();
        // the format is raised behind the store's back
        match &target {
            akrab_store::Target::Sqlite { path } => {
                let db = rusqlite::Connection::open(path).unwrap();
                db.execute_batch("UPDATE meta SET value = 99").unwrap();
            }
            akrab_store::Target::Postgres { url, schema } => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.batch_execute(&format!("UPDATE \"{schema}\".meta SET value = 99")).await.unwrap();
            }
        }
        let refused = Store::open(&target, &Options::default()).await.err();
        assert!(matches!(refused, Some(akrab_store::StoreError::Newer { found: 99, .. })), "{refused:?}");
    });
}

#[tokio::test]
async fn a_database_that_is_down_is_told_as_such() {
    // nobody listens on a port that was just given back
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).unwrap().port();
    let target = akrab_store::Target::Postgres { url: format!("postgres://akrab@127.0.0.1:{port}/akrab"), schema: "akrab".into() };
    let error = akrab_store::Store::open(&target, &akrab_store::Options::default()).await.err().unwrap();
    assert!(matches!(error, akrab_store::StoreError::Away(_)), "{error:?}");
    assert_eq!(akrab_model::Problem::from(error).kind, akrab_model::ProblemKind::Busy);
}

#[test]
fn what_the_planner_knows_of_a_large_table_outlives_a_new_index() {
    everywhere(|world| async move {
        let target = world.store.target().clone();
        let akrab_store::Target::Sqlite { path } = target.clone() else { return };
        let object = world.registry.object("company").unwrap();
        // a sample of the first thousand would take every size for a rare one
        let rows = (0..4_000).map(|n: i64| new_row(object, &[("size", n.min(1_500).into())])).collect();
        world.insert("company", rows).await.unwrap();
        world.store.write(|conn| conn.analyze()).await.unwrap();
        let known = move || -> Vec<(String, String)> {
            let db = rusqlite::Connection::open(&path).unwrap();
            let mut read =
                db.prepare("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'o_company' AND idx IS NOT NULL ORDER BY idx").unwrap();
            read.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        let exact = ("i_company_f_size_id".to_string(), "4000 3 1".to_string());
        assert!(known().contains(&exact), "{:?}", known());

        let indexed = registry_with(&COMPANY.replace("branch = { type = \"text\",", "branch = { type = \"text\", index = true,"));
        let steps = world.store.plan(&indexed).await.unwrap();
        world.store.apply(&steps).await.unwrap();
        world.store.close().await;
        let after = known();
        assert!(after.iter().any(|(index, _)| index.contains("branch__s")), "the new index is known too: {after:?}");
        assert!(after.contains(&exact), "{after:?}");
    });
}
