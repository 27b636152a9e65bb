//! Reading and writing records.

use crate::fixture::{World, everywhere, ix, new_row};
use akrab_model::filter::{Is, Test};
use akrab_model::query::{AggregateFn, Bucket};
use akrab_model::{Aggregate, Cond, Count, Raw, Sort};
use akrab_store::{Bin, Entry, LinkCells, NewRow, StoreError, TimelineQuery};
use std::sync::Arc;

/// Shorthand for a write that works with the fixture's registry.
macro_rules! write {
    ($world:expr, |$conn:ident, $reg:ident, $object:ident| $body:expr) => {{
        let reg = Arc::clone(&$world.registry);
        $world
            .store
            .write(move |$conn| {
                let $reg = &reg;
                let $object = $reg.object("company").unwrap();
                let _ = $object;
                $body
            })
            .await
    }};
}

async fn some(world: &World, names: &[&str]) -> Vec<i64> {
    let object = world.registry.object("company").unwrap();
    let rows = names.iter().map(|n| new_row(object, &[("name", (*n).into())])).collect();
    world.insert("company", rows).await.unwrap()
}

#[test]
fn a_record_is_written_read_changed_binned_and_purged() {
    everywhere(|world| async move {
        let id = some(&world, &["Kopi Senja"]).await[0];
        let done: Result<(), StoreError> = write!(world, |conn, reg, object| {
            let (name, size) = (ix(object, "name"), ix(object, "size"));
            assert!(conn.lock(object, id)?);
            assert!(!conn.lock(object, id + 1)?);
            assert_eq!(conn.update(reg, object, id, Some(1), &[(size, Raw::Int(7))])?, Some(2));
            assert_eq!(conn.update(reg, object, id, Some(1), &[(size, Raw::Int(8))])?, None, "a stale version");
            assert_eq!(conn.update(reg, object, id + 1, None, &[(size, Raw::Int(8))])?, None, "no such record");
            conn.set_cells(reg, object, id, &[(size, Raw::Int(9))])?;
            let row = conn.row(reg, object, id, &[name, size], &Cond::True, Bin::Living)?.unwrap();
            assert_eq!((row.version, row.cells), (2, vec![Raw::from("Kopi Senja"), Raw::Int(9)]));
            assert_eq!(conn.set_deleted(object, id, Some(5))?, Some(3));
            assert_eq!(conn.set_deleted(object, id, Some(6))?, None);
            assert!(conn.row(reg, object, id, &[], &Cond::True, Bin::Living)?.is_none());
            assert_eq!(conn.row(reg, object, id, &[], &Cond::True, Bin::Binned)?.unwrap().deleted_at, Some(5));
            assert_eq!(conn.set_deleted(object, id, None)?, Some(4));
            assert_eq!(conn.titles(reg, object, &[id, id + 1], &Cond::True)?, [(id, "Kopi Senja".to_string())]);
            conn.purge(reg, object, id)?;
            assert!(conn.row(reg, object, id, &[], &Cond::True, Bin::Any)?.is_none());
            Ok(())
        });
        done.unwrap();
        let next = some(&world, &["Lain"]).await[0];
        assert!(next > id, "an id is never given twice");
    });
}

#[test]
fn an_error_undoes_everything_its_write_did_and_nothing_else() {
    everywhere(|world| async move {
        let mut writes = Vec::new();
        for n in 0..40_i64 {
            let (store, registry) = (world.store.clone(), Arc::clone(&world.registry));
            writes.push(tokio::spawn(async move {
                store
                    .write(move |conn| {
                        let object = registry.object("company").unwrap();
                        conn.insert(&registry, object, &[new_row(object, &[("size", Raw::Int(n))])])?;
                        if n % 4 == 0 { Err(StoreError::Other("no".into())) } else { Ok(()) }
                    })
                    .await
            }));
        }
        for (n, write) in writes.into_iter().enumerate() {
            assert_eq!(write.await.unwrap().is_err(), n % 4 == 0);
        }
        let panicked: Result<(), StoreError> = world.store.write(|_| panic!("on purpose")).await;
        assert!(panicked.is_err());
        let left = write!(world, |conn, reg, object| {
            let gone: Result<(), StoreError> = conn.attempt(|conn| {
                conn.insert(reg, object, &[NewRow::default()])?;
                Err(StoreError::Other("undone".into()))
            });
            assert!(gone.is_err());
            conn.count(reg, object, &Cond::True, Bin::Living, None)
        });
        assert_eq!(left, Ok(Count::Exact(30)));
        let told = Entry {
            id: 0,
            subject_object: "company".into(),
            subject_id: 7,
            at: 1,
            kind: "note".into(),
            source_object: "company".into(),
            source_id: 7,
            change_id: None,
            open: false,
        };
        let kept = world.store.write(move |conn| {
            // what an attempt left to travel goes with it, and what stood before it stays
            conn.timeline_put(std::slice::from_ref(&told))?;
            let gone: Result<(), StoreError> = conn.attempt(|conn| {
                conn.timeline_put(&[Entry { at: 2, ..told.clone() }])?;
                Err(StoreError::Other("undone".into()))
            });
            assert!(matches!(&gone, Err(StoreError::Other(why)) if why == "undone"), "{gone:?}");
            conn.timeline("company", 7, &TimelineQuery { limit: 9, ..TimelineQuery::default() })
        });
        let kept: Vec<i64> = kept.await.unwrap().iter().map(|entry| entry.at).collect();
        assert_eq!(kept, [1]);
        assert!(world.store.stats().commits > 0);
    });
}

#[test]
fn readers_cannot_write() {
    everywhere(|world| async move {
        let registry = Arc::clone(&world.registry);
        let done = world.store.read(move |conn| conn.insert(&registry, registry.object("company").unwrap(), &[NewRow::default()])).await;
        assert!(done.is_err());
    });
}

#[test]
fn unique_values_are_unique_among_the_living() {
    everywhere(|world| async move {
        let object = Arc::clone(world.registry.object("company").unwrap());
        let mail = |text: &str| new_row(&object, &[("email", text.into())]);
        let id = world.insert("company", vec![mail("a@b.co")]).await.unwrap()[0];
        let clash = world.insert("company", vec![mail("a@b.co")]).await;
        assert!(matches!(clash, Err(StoreError::Unique { .. })), "{clash:?}");
        let pair = |n: i64| new_row(&object, &[("branch", "X".into()), ("size", Raw::Int(n))]);
        world.insert("company", vec![pair(1), pair(2)]).await.unwrap();
        assert!(matches!(world.insert("company", vec![pair(2)]).await, Err(StoreError::Unique { .. })));
        let done: Result<(), StoreError> = write!(world, |conn, reg, object| {
            let email = [ix(object, "email")];
            assert_eq!(conn.taken(reg, object, &email, &["a@b.co".into()], None)?, Some(id));
            assert_eq!(conn.taken(reg, object, &email, &["a@b.co".into()], Some(id))?, None);
            assert_eq!(conn.taken(reg, object, &email, &[Raw::Null], None)?, None);
            conn.set_deleted(object, id, Some(1))?;
            assert_eq!(conn.taken(reg, object, &email, &["a@b.co".into()], None)?, None);
            conn.insert(reg, object, &[new_row(object, &[("email", "a@b.co".into())])])?;
            let clash = conn.attempt(|conn| conn.set_deleted(object, id, None));
            assert!(matches!(clash, Err(StoreError::Unique { .. })), "{clash:?}");
            Ok(())
        });
        done.unwrap();
    });
}

#[test]
fn ids_given_by_hand_are_not_given_again() {
    everywhere(|world| async move {
        let ids = world.insert("company", vec![NewRow { id: Some(500), cells: vec![] }, NewRow::default()]).await;
        // on one database the second id is taken before the first is known; it must only differ later
        assert_eq!(ids.unwrap()[0], 500);
        let next = world.insert("company", vec![NewRow::default()]).await.unwrap()[0];
        assert!(next > 500, "{next}");
    });
}

#[test]
fn links_keep_their_order_and_columns() {
    everywhere(|world| async move {
        let ids = some(&world, &["A", "B"]).await;
        let (a, b) = (ids[0], ids[1]);
        let done: Result<(), StoreError> = write!(world, |conn, reg, object| {
            let friends = ix(object, "friends");
            let link = |to: i64, role: &str| LinkCells { to, cells: vec![role.into()] };
            conn.set_links(reg, object, friends, a, &[link(3, "x"), link(1, "y"), link(3, "z")])?;
            conn.set_links(reg, object, friends, b, &[link(1, "x")])?;
            let links = conn.links(reg, object, friends, &[a, b])?;
            assert_eq!(links[&a], [link(3, "x"), link(1, "y"), link(3, "z")]);
            conn.set_links(reg, object, friends, a, &[])?;
            let links = conn.links(reg, object, friends, &[a, b])?;
            assert_eq!((links.get(&a), links[&b].len()), (None, 1));
            let person = reg.object("person").unwrap();
            conn.purge(reg, person, 1)?;
            assert!(conn.links(reg, object, friends, &[b])?.is_empty());
            Ok(())
        });
        done.unwrap();
    });
}

#[test]
fn figures_groups_lanes_and_roll_ups_add_up() {
    everywhere(|world| async move {
        let object = Arc::clone(world.registry.object("company").unwrap());
        let row = |status: Raw, size: i64, founded: i64, seen: i64| {
            let cells = [("status", status), ("size", Raw::Int(size)), ("founded", Raw::Int(founded)), ("seen", Raw::Int(seen))];
            new_row(&object, &cells)
        };
        let day = 86_400_000_000_i64;
        // 1969-12-31, 1970-01-01, 2024-02-29, 2024-03-01 as days; 23:30 UTC on these days
        let days = [-1, 0, 19_782, 19_783];
        let late = |n: usize| days[n] * day + day - 1_800_000_000;
        let rows = vec![
            row("new".into(), 1, days[0], late(0)),
            row("new".into(), 2, days[1], late(1)),
            row("old".into(), 4, days[2], late(2)),
            row(Raw::Null, 8, days[3], late(3)),
        ];
        let ids = world.insert("company", rows).await.unwrap();
        let done: Result<(), StoreError> = write!(world, |conn, reg, object| {
            let (status, size, founded, seen) = (ix(object, "status"), ix(object, "size"), ix(object, "founded"), ix(object, "seen"));
            let of = |function| Aggregate { function, field: Some(size) };
            let wanted = [of(AggregateFn::Sum), of(AggregateFn::Avg), of(AggregateFn::Min), of(AggregateFn::Max), of(AggregateFn::Filled)];
            let figures = conn.aggregates(reg, object, &Cond::True, &wanted)?;
            assert_eq!(figures, [15, 4, 1, 8, 4].map(Raw::Int));
            let none = conn.aggregates(reg, object, &Cond::False, &wanted)?;
            assert_eq!(none, [Raw::Int(0), Raw::Null, Raw::Null, Raw::Null, Raw::Int(0)]);
            let groups = conn.groups(reg, object, &Cond::True, status, None, 0, &wanted[..2], 10)?;
            let told: Vec<_> = groups.iter().map(|g| (g.key.clone(), g.count, g.figures.clone())).collect();
            assert_eq!(told[0], ("new".into(), 2, vec![Raw::Int(3), Raw::Int(2)]));
            assert_eq!(told[2], (Raw::Null, 1, vec![Raw::Int(8), Raw::Int(8)]));
            let keys = |groups: Vec<akrab_model::query::Group>| groups.into_iter().map(|g| g.key.int()).collect::<Vec<_>>();
            let by = |conn: &mut akrab_store::Conn, field, bucket, offset| {
                conn.groups(reg, object, &Cond::True, field, Some(bucket), offset, &[], 10)
            };
            assert_eq!(keys(by(conn, founded, Bucket::Day, 0)?), days.map(Some));
            assert_eq!(keys(by(conn, founded, Bucket::Month, 0)?), [-31, 0, 19_754, 19_783].map(Some));
            assert_eq!(keys(by(conn, founded, Bucket::Year, 0)?), [-365, 0, 19_723].map(Some));
            assert_eq!(keys(by(conn, seen, Bucket::Day, 0)?), days.map(Some));
            assert_eq!(keys(by(conn, seen, Bucket::Day, 420)?), [0, 1, 19_783, 19_784].map(Some));
            assert_eq!(keys(by(conn, seen, Bucket::Month, 420)?), [0, 19_783].map(Some));
            let sort = [Sort::by(size, true)];
            let lanes = conn.lanes(reg, object, &Cond::True, status, &["old".into(), "new".into(), Raw::Null], &[size, size], &sort, 1)?;
            let told: Vec<_> = lanes.iter().map(|(k, rows)| (k.clone(), rows.iter().map(|r| r.id).collect::<Vec<_>>())).collect();
            assert_eq!(told, [("old".into(), vec![ids[2]]), ("new".into(), vec![ids[1]]), (Raw::Null, vec![ids[3]])]);
            assert_eq!(lanes[1].1[0].cells, [Raw::Int(2), Raw::Int(2)]);
            let cond = Cond::Test(Test { path: vec![], object: object.ix, field: status, is: Is::Filled });
            assert_eq!(conn.count(reg, object, &cond, Bin::Living, Some(2))?, Count::Above(2));
            assert_eq!(conn.count(reg, object, &cond, Bin::Living, Some(3))?, Count::Exact(3));
            assert_eq!(conn.ids_after(reg, object, &cond, ids[0], 10)?, ids[1..3]);
            let person = reg.object("person").unwrap();
            let company = ix(person, "company");
            let child = |age: i64| new_row(person, &[("company", Raw::Int(ids[0])), ("age", Raw::Int(age))]);
            conn.insert(reg, person, &[child(3), child(4)])?;
            let sum = Aggregate { function: AggregateFn::Avg, field: Some(ix(person, "age")) };
            assert_eq!(conn.aggregate_children(reg, person, company, ids[0], &Cond::True, &[sum])?, [Raw::Int(4)]);
            assert_eq!(conn.aggregate_children(reg, person, company, ids[1], &Cond::True, &[sum])?, [Raw::Null]);
            Ok(())
        });
        done.unwrap();
    });
}

#[test]
fn a_sum_beyond_64_bits_is_unknown_and_an_average_is_not() {
    everywhere(|world| async move {
        let object = Arc::clone(world.registry.object("company").unwrap());
        let huge = 4_000_000_000_000_000_001_i64;
        let rows = [huge, huge, huge, -7].map(|amount| new_row(&object, &[("amount", Raw::Int(amount))]));
        world.insert("company", rows.into()).await.unwrap();
        let done: Result<(), StoreError> = write!(world, |conn, reg, object| {
            let of = |function| Aggregate { function, field: Some(ix(object, "amount")) };
            let wanted = [of(AggregateFn::Sum), of(AggregateFn::Avg), of(AggregateFn::Max)];
            let average = (3 * i128::from(huge) - 7) / 4;
            let told = [Raw::Null, Raw::Int(average as i64), Raw::Int(huge)];
            assert_eq!(conn.aggregates(reg, object, &Cond::True, &wanted)?, told);
            let groups = conn.groups(reg, object, &Cond::True, ix(object, "status"), None, 0, &wanted, 10)?;
            assert_eq!(groups[0].figures, told);
            Ok(())
        });
        done.unwrap();
    });
}
