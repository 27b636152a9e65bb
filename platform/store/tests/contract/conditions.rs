//! Conditions as SQL give the answers of their evaluation in memory.

use crate::fixture::{Dice, World, clear, ix, new_row, registry, target, world};
use akrab_model::filter::{Child, Cmp, Facts, Found, Is, Shared, Step, Test};
use akrab_model::query::AggregateFn;
use akrab_model::text::fold;
use akrab_model::{Cond, FieldIx, Object, ObjectIx, Raw, Registry};
use akrab_store::LinkCells;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::HashMap;
use std::sync::Arc;

const TEXTS: [&str; 8] = ["Kopi Élok", "kopi elok", "KOPI", "a_b%c", "Zebra!", "Ärger", "\u{10FFFF}z", "o'neil \\ x"];
const MAILS: [&str; 3] = ["a@x.id", "b@x.id", "ab@y.co"];
const TAGS: [&str; 4] = ["|a|", "|a|b|", "|ab|", "|ab|b|"];
const DAYS: [i64; 5] = [-3, 0, 7, 19_000, 25_000];

/// What the database holds, in memory.
#[derive(Default)]
struct Memory {
    cells: HashMap<(ObjectIx, i64), HashMap<FieldIx, Raw>>,
    living: HashMap<ObjectIx, Vec<i64>>,
    links: HashMap<i64, Vec<i64>>,
}

impl Facts for Memory {
    fn cell(&self, object: ObjectIx, id: i64, field: FieldIx) -> Raw {
        self.cells.get(&(object, id)).and_then(|c| c.get(&field)).cloned().unwrap_or(Raw::Null)
    }
    fn children(&self, object: ObjectIx, via: FieldIx, id: i64) -> Vec<i64> {
        let all = self.living.get(&object).map(Vec::as_slice).unwrap_or_default();
        all.iter().copied().filter(|child| self.cell(object, *child, via) == Raw::Int(id)).collect()
    }
    fn linked(&self, _: ObjectIx, id: i64, _: FieldIx) -> Vec<i64> {
        self.links.get(&id).cloned().unwrap_or_default()
    }
    fn former(&self, _: ObjectIx, _: i64) -> Option<i64> {
        None
    }
    fn found(&self, _: i64, _: &Found) -> bool {
        false
    }
    fn shared(&self, _: i64, _: &Shared) -> bool {
        false
    }
}

const COMPANIES: i64 = 40;
const PEOPLE: i64 = 60;

async fn fill(world: &World) -> Memory {
    let reg = &world.registry;
    let (company, person) = (reg.object("company").unwrap(), reg.object("person").unwrap());
    let mut dice = Dice(42);
    let mut memory = Memory::default();
    let mut rows = Vec::new();
    for n in 0..COMPANIES {
        let number = |dice: &mut Dice, sides: u64, less: i64| Raw::Int(dice.roll(sides) as i64 - less);
        let cells = [
            ("name", Raw::from(*dice.pick(&TEXTS))),
            ("city", Raw::from(*dice.pick(&TEXTS))),
            ("email", if n < 3 { MAILS[n as usize].into() } else { Raw::Null }),
            ("note", Raw::from(*dice.pick(&TEXTS))),
            ("status", Raw::from(*dice.pick(&["new", "old"]))),
            ("tags", Raw::from(*dice.pick(&TAGS))),
            ("size", number(&mut dice, 5, 2)),
            ("amount", number(&mut dice, 3, 1)),
            ("founded", Raw::Int(*dice.pick(&DAYS))),
            ("active", number(&mut dice, 2, 0)),
            ("parent", number(&mut dice, 45, -1)),
        ];
        let cells: Vec<_> = cells.into_iter().map(|(k, v)| (k, if k == "email" { v } else { dice.maybe(v) })).collect();
        rows.push(new_row(company, &cells));
    }
    remember(&mut memory, company, &rows);
    world.insert("company", rows).await.unwrap();
    let mut rows = Vec::new();
    for _ in 0..PEOPLE {
        let cells = [
            ("name", Raw::from(*dice.pick(&TEXTS))),
            ("company", Raw::Int(dice.roll(COMPANIES as u64 / 2) as i64 + 1)),
            ("age", Raw::Int(dice.roll(7) as i64 - 3)),
            ("born", Raw::Int(*dice.pick(&DAYS))),
        ];
        let cells: Vec<_> = cells.into_iter().map(|(k, v)| (k, dice.maybe(v))).collect();
        rows.push(new_row(person, &cells));
    }
    remember(&mut memory, person, &rows);
    world.insert("person", rows).await.unwrap();
    let links: Vec<(i64, Vec<i64>)> =
        (1..=COMPANIES).map(|id| (id, (0..dice.roll(3)).map(|_| dice.roll(6) as i64 + 1).collect())).collect();
    memory.links = links.iter().cloned().collect();
    let binned: Vec<(ObjectIx, i64)> = vec![(company.ix, 4), (company.ix, 9), (person.ix, 2), (person.ix, 11), (person.ix, 30)];
    for (object, id) in &binned {
        memory.living.get_mut(object).unwrap().retain(|i| i != id);
    }
    let reg = Arc::clone(reg);
    world
        .store
        .write(move |conn| {
            let company = reg.object("company").unwrap();
            for (id, to) in &links {
                let cells: Vec<_> = to.iter().map(|to| LinkCells { to: *to, cells: vec![] }).collect();
                conn.set_links(&reg, company, ix(company, "friends"), *id, &cells)?;
            }
            for (object, id) in &binned {
                conn.set_deleted(reg.at(*object), *id, Some(1))?;
            }
            Ok::<_, akrab_store::StoreError>(())
        })
        .await
        .unwrap();
    memory
}

fn remember(memory: &mut Memory, object: &Object, rows: &[akrab_store::NewRow]) {
    for (n, row) in rows.iter().enumerate() {
        let id = n as i64 + 1;
        memory.cells.insert((object.ix, id), row.cells.iter().cloned().collect());
        memory.living.entry(object.ix).or_default().push(id);
    }
}

fn pick<T: Clone + std::fmt::Debug + 'static>(from: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(from.to_vec())
}

/// Positive tests on the fields of a company, values in comparable form.
fn company_test(reg: &Arc<Registry>) -> BoxedStrategy<(FieldIx, Is)> {
    let company = reg.object("company").unwrap();
    let field = |key: &str| ix(company, key);
    let text = |key: &str, folded: bool| {
        let texts: Vec<String> = TEXTS.iter().map(|t| if folded { fold(t) } else { t.to_ascii_lowercase() }).collect();
        let needle = pick(&texts).prop_flat_map(|t| {
            let letters: Vec<char> = t.chars().collect();
            (0..letters.len(), 1..4_usize).prop_map(move |(from, n)| letters.iter().skip(from).take(n).collect::<String>())
        });
        let needle = needle.boxed();
        let field = field(key);
        prop_oneof![
            pick(&texts).prop_map(|t| Is::Eq(t.into())),
            prop::collection::vec(pick(&texts), 0..20).prop_map(|t| Is::In(t.into_iter().map(Raw::from).collect())),
            needle.clone().prop_map(Is::Contains),
            pick(&texts).prop_map(|t| Is::StartsWith(t.chars().take(2).collect())),
            needle.prop_map(Is::StartsWith),
            (pick(&texts), any::<bool>()).prop_map(|(t, open)| Is::Range {
                from: Some(t.into()),
                from_open: open,
                to: None,
                to_open: false
            }),
        ]
        .prop_map(move |is| (field, is))
        .boxed()
    };
    let number = |key: &str| {
        let field = field(key);
        let end = || prop::option::of((-3..4_i64).prop_map(Raw::Int));
        prop_oneof![
            (-3..4_i64).prop_map(|n| Is::Eq(n.into())),
            prop::collection::vec(-3..45_i64, 0..25).prop_map(|n| Is::In(n.into_iter().map(Raw::from).collect())),
            (end(), any::<bool>(), end(), any::<bool>()).prop_map(|(from, from_open, to, to_open)| Is::Range {
                from,
                from_open,
                to,
                to_open
            }),
        ]
        .prop_map(move |is| (field, is))
        .boxed()
    };
    let keys = ["a", "b", "ab"].map(String::from);
    let (tags, status, email, friends, founded) = (field("tags"), field("status"), field("email"), field("friends"), field("founded"));
    let any_field = pick(&["name", "note", "status", "tags", "size", "founded", "active", "parent", "friends"].map(field));
    prop_oneof![
        text("name", true),
        text("city", true),
        text("note", false),
        number("size"),
        number("amount"),
        number("active"),
        number("parent"),
        any_field.prop_map(|f| (f, Is::Filled)),
        pick(&keys).prop_map(move |k| (tags, Is::HasKey(k))),
        prop::collection::vec(pick(&keys), 0..3).prop_map(move |k| (tags, Is::In(k.into_iter().map(Raw::from).collect()))),
        pick(&["new", "old", "none"]).prop_map(move |k| (status, Is::Eq(k.into()))),
        pick(&MAILS).prop_map(move |k| (email, Is::Contains(k[..2].into()))),
        pick(&DAYS)
            .prop_map(move |d| (founded, Is::Range { from: Some(d.into()), from_open: false, to: Some((d + 8).into()), to_open: true })),
        prop::collection::vec(0..7_i64, 0..20).prop_map(move |ids| (friends, Is::LinksTo(ids))),
    ]
    .boxed()
}

fn cmp() -> impl Strategy<Value = (Cmp, i64, Option<i64>)> {
    let kinds = pick(&[Cmp::Eq, Cmp::Gt, Cmp::Gte, Cmp::Lt, Cmp::Lte, Cmp::Between]);
    (kinds, -2..4_i64, 0..3_i64).prop_map(|(cmp, value, more)| (cmp, value, (cmp == Cmp::Between).then_some(value + more)))
}

fn company_cond(reg: &Arc<Registry>) -> BoxedStrategy<Cond> {
    let (company, person) = (reg.object("company").unwrap(), reg.object("person").unwrap());
    let (c, p) = (company.ix, person.ix);
    let (parent, via, age, born) = (ix(company, "parent"), ix(person, "company"), ix(person, "age"), ix(person, "born"));
    let test = company_test(reg).prop_map(move |(field, is)| Cond::Test(Test { path: vec![], object: c, field, is }));
    let leaf = prop_oneof![
        1 => Just(Cond::True),
        1 => Just(Cond::False),
        2 => prop::collection::vec(1..50_i64, 0..20).prop_map(Cond::Ids),
        8 => test,
    ];
    let age_test = (-3..4_i64).prop_map(move |n| {
        let is = Is::Range { from: Some(n.into()), from_open: false, to: None, to_open: false };
        Cond::Test(Test { path: vec![], object: p, field: age, is })
    });
    let reg = Arc::clone(reg);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let guard = prop_oneof![Just(Cond::True), inner.clone()];
        let step = guard.clone().prop_map(move |guard| Step { object: c, field: parent, guard });
        let path = (prop::collection::vec(step, 1..3), company_test(&reg))
            .prop_map(move |(path, (field, is))| Cond::Test(Test { path, object: c, field, is }));
        let person_step = inner.clone().prop_map(move |guard| Step { object: p, field: via, guard });
        let back = (person_step, company_test(&reg))
            .prop_map(move |(step, (field, is))| Cond::Test(Test { path: vec![step], object: c, field, is }));
        let of_person = prop_oneof![Just(Cond::True), age_test.clone(), back];
        let aggs = [AggregateFn::Count, AggregateFn::Filled, AggregateFn::Sum, AggregateFn::Avg, AggregateFn::Min, AggregateFn::Max];
        let child = (of_person, pick(&aggs), cmp(), any::<bool>()).prop_map(move |(cond, agg, (cmp, value, upper), which)| {
            let of = match agg {
                AggregateFn::Count => None,
                AggregateFn::Sum | AggregateFn::Avg => Some(age),
                _ => Some(if which { age } else { born }),
            };
            Cond::Child(Child { object: p, via, cond: Box::new(cond), agg, of, cmp, value, upper })
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Cond::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Cond::Any),
            inner.prop_map(|c| Cond::Not(Box::new(c))),
            path,
            child,
        ]
    })
    .boxed()
}

#[test]
fn sql_and_memory_agree() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for postgres in [false, true] {
        let Some(target) = target(postgres) else { continue };
        let (world, memory) = runtime.block_on(async {
            let world = world(&target).await;
            let memory = fill(&world).await;
            (world, memory)
        });
        let registry = registry();
        let mut runner = TestRunner::new(Config { cases: 1_500, failure_persistence: None, ..Config::default() });
        let company = registry.object("company").unwrap().ix;
        let outcome = runner.run(&company_cond(&registry), |cond| {
            let wanted: Vec<i64> =
                memory.living[&company].iter().copied().filter(|id| cond.matches(&registry, company, *id, &memory)).collect();
            let (reg, asked) = (Arc::clone(&registry), cond.clone());
            let found = world.store.read(move |conn| conn.ids_after(&reg, reg.at(company), &asked, 0, 1_000));
            let found = runtime.block_on(found).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(found, wanted);
            Ok(())
        });
        runtime.block_on(async {
            world.store.close().await;
            clear(&target).await;
        });
        if let Err(error) = outcome {
            panic!("postgres={postgres}: {error}");
        }
    }
}
