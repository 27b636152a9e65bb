//! Pages in both directions give exactly the sorted whole.

use crate::fixture::{Dice, World, everywhere, ix, new_row};
use akrab_model::filter::{Is, Test};
use akrab_model::text::fold;
use akrab_model::{Cond, Cursor, Object, Page, Query, Raw, Sort};
use std::cmp::Ordering;
use std::sync::Arc;

const NAMES: [&str; 6] = ["Ärger", "arab", "Zaki", "zaki", "", "Ngurah Rai"];

#[test]
fn pages_follow_one_another_in_every_order() {
    everywhere(|world| async move {
        let object = Arc::clone(world.registry.object("company").unwrap());
        let mut dice = Dice(7);
        let rows: Vec<_> = (0..90)
            .map(|n| {
                let name = Raw::from(*dice.pick(&NAMES));
                let (name, size, status) = (dice.maybe(name), Raw::Int(dice.roll(5) as i64), Raw::from(*dice.pick(&["new", "old"])));
                new_row(
                    &object,
                    &[
                        ("name", name),
                        ("seen", dice.maybe(size)),
                        ("status", dice.maybe(status)),
                        ("note", if n % 3 == 0 { "axb" } else { "ab" }.into()),
                    ],
                )
            })
            .collect();
        let cells: Vec<_> = rows.iter().map(|r| r.cells.clone()).collect();
        let ids = world.insert("company", rows).await.unwrap();
        let orders: [&[(&str, bool)]; 9] = [
            &[],
            &[("name", false)],
            &[("name", true)],
            &[("seen", false)],
            &[("seen", true)],
            &[("status", false), ("seen", true)],
            &[("status", true), ("seen", false)],
            &[("name", false), ("status", false)],
            &[("seen", true), ("name", true)],
        ];
        for order in orders {
            let value = |row: usize, key: &str| {
                let cell = cells[row].iter().find(|c| c.0 == ix(&object, key)).map(|c| c.1.clone()).unwrap();
                if key == "name" { cell.text().map(fold).into() } else { cell }
            };
            let mut wanted: Vec<usize> = (0..ids.len()).collect();
            wanted.sort_by(|a, b| {
                let mut by = order.iter().map(|(key, down)| compare(&value(*a, key), &value(*b, key), *down));
                let down = order.last().is_some_and(|o| o.1);
                let tie = if down { ids[*b].cmp(&ids[*a]) } else { ids[*a].cmp(&ids[*b]) };
                by.find(|o| o.is_ne()).unwrap_or(tie)
            });
            let whole: Vec<i64> = wanted.iter().map(|n| ids[*n]).collect();
            walk(&world, &object, order, &Cond::True, &whole, &[1, 7, 90, 200]).await;
            // a condition that no index answers takes another way
            let note = Cond::Test(Test { path: vec![], object: object.ix, field: ix(&object, "note"), is: Is::Contains("x".into()) });
            let some: Vec<i64> = wanted.iter().filter(|n| *n % 3 == 0).map(|n| ids[*n]).collect();
            walk(&world, &object, order, &note, &some, &[1, 7, 90, 200]).await;
        }
    });
}

/// Two keys over values that thousands of rows share, and over values that few share.
#[test]
fn long_runs_of_one_value_are_read_in_the_order_of_the_second_key() {
    everywhere(|world| async move {
        let object = Arc::clone(world.registry.object("company").unwrap());
        let mut dice = Dice(11);
        let values: Vec<(Raw, Raw, &str)> = (0..5_600_i64)
            .map(|n| {
                let status = if n % 9 == 0 { Raw::Null } else { Raw::from(if n % 5 < 3 { "new" } else { "old" }) };
                let seen = Raw::Int(dice.roll(900) as i64);
                (status, dice.maybe(seen), if n % 40 == 0 { "axb" } else { "ab" })
            })
            .collect();
        let rows = values.iter().map(|(status, seen, note)| {
            new_row(&object, &[("status", status.clone()), ("seen", seen.clone()), ("note", (*note).into()), ("name", "Kopi".into())])
        });
        let ids = world.insert("company", rows.collect()).await.unwrap();
        for order in [[("status", false), ("seen", true)], [("status", true), ("seen", false)], [("seen", true), ("status", false)]] {
            let value = |n: usize, key: &str| if key == "status" { &values[n].0 } else { &values[n].1 };
            let mut wanted: Vec<usize> = (0..ids.len()).collect();
            wanted.sort_by(|a, b| {
                let mut by = order.iter().map(|(key, down)| compare(value(*a, key), value(*b, key), *down));
                let tie = if order[1].1 { ids[*b].cmp(&ids[*a]) } else { ids[*a].cmp(&ids[*b]) };
                by.find(|o| o.is_ne()).unwrap_or(tie)
            });
            let test = |field: &str, is: Is| Cond::Test(Test { path: vec![], object: object.ix, field: ix(&object, field), is });
            let whole: Vec<i64> = wanted.iter().map(|n| ids[*n]).collect();
            walk(&world, &object, &order, &Cond::True, &whole, &[170, 2_500]).await;
            let some: Vec<i64> = wanted.iter().filter(|n| values[**n].2 == "axb").map(|n| ids[*n]).collect();
            walk(&world, &object, &order, &test("note", Is::Contains("x".into())), &some, &[60]).await;
            let old: Vec<i64> = wanted.iter().filter(|n| values[**n].0 == "old".into()).map(|n| ids[*n]).collect();
            walk(&world, &object, &order, &test("status", Is::Eq("old".into())), &old, &[900]).await;
        }
    });
}

fn compare(a: &Raw, b: &Raw, down: bool) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ if down => b.cmp(a),
        _ => a.cmp(b),
    }
}

async fn walk(world: &World, object: &Arc<Object>, order: &[(&str, bool)], cond: &Cond, wanted: &[i64], limits: &[usize]) {
    for limit in limits.iter().copied() {
        let mut seen = Vec::new();
        let mut first: Option<Page> = None;
        let mut last = page(world, object, order, cond, limit, None).await;
        assert!(last.previous.is_none());
        loop {
            seen.extend(last.rows.iter().map(|r| r.id));
            let Some(next) = last.next.clone() else { break };
            first.get_or_insert(last);
            last = page(world, object, order, cond, limit, Some(next)).await;
        }
        assert_eq!(seen, wanted, "forwards by {limit} in {order:?}");
        let mut seen: Vec<i64> = last.rows.iter().map(|r| r.id).collect();
        let mut steps = 0;
        while let Some(previous) = last.previous.clone() {
            last = page(world, object, order, cond, limit, Some(previous)).await;
            assert!(last.next.is_some());
            seen.splice(0..0, last.rows.iter().map(|r| r.id));
            steps += 1;
            assert!(steps < 100, "no end");
        }
        assert_eq!(seen, wanted, "backwards by {limit} in {order:?}");
    }
}

async fn page(world: &World, object: &Arc<Object>, order: &[(&str, bool)], cond: &Cond, limit: usize, after: Option<Cursor>) -> Page {
    let sort = order.iter().map(|(key, descending)| Sort::by(ix(object, key), *descending)).collect();
    let columns = vec![ix(object, "name")];
    let query = Query { object: object.ix, columns, cond: cond.clone(), sort, limit, after, bin: false, titles: Vec::new() };
    let registry = Arc::clone(&world.registry);
    world.store.read(move |conn| conn.select(&registry, &query)).await.unwrap()
}
