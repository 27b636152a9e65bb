//! Reports: against figures worked out by hand, and with the rights of whoever asks.

use crate::workspace::{Workspace, both, map};
use akrab_engine::report::{Key, ReportTable, number};
use akrab_engine::{Ctx, Door};
use akrab_model::format::Lang;
use akrab_model::report::{Function, Report};
use akrab_model::{Filter, Value};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

fn report(json: Json) -> Report {
    serde_json::from_value(json).expect("a report")
}

async fn asked(w: &Workspace, ctx: &Ctx, json: Json) -> ReportTable {
    w.engine.report(ctx, report(json.clone()), None).await.unwrap_or_else(|p| panic!("{json}: {p:?}"))
}

/// The codes with which a report is refused.
async fn refused(w: &Workspace, ctx: &Ctx, json: Json) -> Vec<String> {
    let problem = w.engine.report(ctx, report(json), None).await.expect_err("refused");
    problem.fields.iter().map(|f| f.code.clone()).chain(problem.fields.is_empty().then(|| problem.code.to_string())).collect()
}

fn words(table: &ReportTable) -> Vec<String> {
    table.lines.iter().map(|line| table.line_words(0, &line.mark, Lang::En, "IDR")).collect()
}

fn numbers(values: &[Value]) -> Vec<Option<String>> {
    values.iter().map(|v| number(v).map(|d| d.normalize().to_string())).collect()
}

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
    fn maybe<T>(&mut self, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        if self.below(4) > 0 { Some(value(self)) } else { None }
    }
}

/// A deal as the test knows it.
struct Deal {
    account: Option<usize>,
    segment: Option<&'static str>,
    kind: Option<&'static str>,
    amount: Option<i64>,
    closes: Option<Date>,
    next: Option<jiff::Timestamp>,
    priority: bool,
}

const KINDS: [(&str, &str); 3] = [("new_business", "New business"), ("expansion", "Expansion"), ("renewal", "Renewal")];
const SEGMENTS: [(&str, &str); 2] = [("hotel", "Hotel"), ("cafe", "Café")];
const BANDS: [i64; 3] = [100, 250, 400];

async fn deals(w: &Workspace, dice: &mut Dice, count: usize) -> Vec<Deal> {
    let mut accounts = Vec::new();
    for n in 0..5 {
        let segment = dice.maybe(|_| SEGMENTS[n % SEGMENTS.len()].0);
        let id = w.make("account", json!({"name": format!("Toko {n}"), "industry": segment})).await;
        accounts.push((id, segment));
    }
    let mut all = Vec::new();
    for n in 0..count {
        let account = dice.maybe(|d| d.below(5) as usize);
        let deal = Deal {
            account,
            segment: account.and_then(|a| accounts[a].1),
            kind: dice.maybe(|d| d.of(&KINDS).0),
            amount: dice.maybe(|d| d.below(500) as i64),
            closes: dice.maybe(|d| date(2025, 11, 3).checked_add(jiff::Span::new().days(d.below(300) as i64)).expect("a day")),
            next: dice.maybe(|d| jiff::Timestamp::from_second(1_760_000_000 + d.below(30_000_000) as i64).expect("a moment")),
            priority: dice.below(2) == 0,
        };
        let input = json!({
            "name": format!("Mesin {n}"), "account": account.map(|a| accounts[a].0), "kind": deal.kind, "amount": deal.amount,
            "close_date": deal.closes.map(|d| d.to_string()), "next_at": deal.next.map(|t| t.to_string()), "no_competitor": deal.priority,
        });
        w.make("opportunity", input).await;
        all.push(deal);
    }
    all
}

/// The ways of grouping the test knows: what a report says, and the words of a deal's group.
const WAYS: usize = 8;

fn grouping(way: usize) -> Json {
    match way {
        0 => json!({"field": "kind"}),
        1 => json!({"field": "close_date", "by": "month"}),
        2 => json!({"field": "close_date", "by": "quarter"}),
        3 => json!({"field": "account.industry"}),
        4 => json!({"field": "amount", "bands": BANDS.map(|n| n.to_string())}),
        5 => json!({"field": "next_at", "by": "weekday"}),
        6 => json!({"field": "account"}),
        _ => json!({"field": "no_competitor"}),
    }
}

fn group(way: usize, deal: &Deal) -> String {
    let zone = TimeZone::get("Asia/Jakarta").expect("a zone");
    let named = |all: &[(&str, &str)], key: Option<&str>| {
        key.and_then(|k| all.iter().find(|(own, _)| *own == k)).map(|(_, name)| (*name).to_string())
    };
    let found = match way {
        0 => named(&KINDS, deal.kind),
        1 => deal.closes.map(|d| format!("{} {}", d.strftime("%b"), d.year())),
        2 => deal.closes.map(|d| format!("Q{} {}", (d.month() + 2) / 3, d.year())),
        3 => named(&SEGMENTS, deal.segment),
        4 => deal.amount.map(|n| {
            let above = BANDS.iter().filter(|edge| n >= **edge).count();
            match above {
                0 => "< Rp 100".into(),
                3 => "≥ Rp 400".into(),
                _ => format!("Rp {} – Rp {}", BANDS[above - 1], BANDS[above]),
            }
        }),
        5 => deal.next.map(|t| t.to_zoned(zone).strftime("%A").to_string()),
        6 => deal.account.map(|a| format!("Toko {a}")),
        _ => Some(if deal.priority { "Yes".into() } else { "No".into() }),
    };
    found.unwrap_or_else(|| "Empty".into())
}

const FUNCTIONS: [(Function, Option<&str>); 8] = [
    (Function::Count, None),
    (Function::Count, Some("amount")),
    (Function::Distinct, Some("account")),
    (Function::Sum, Some("amount")),
    (Function::Average, Some("amount")),
    (Function::Median, Some("amount")),
    (Function::Min, Some("amount")),
    (Function::Max, Some("amount")),
];

fn worth(function: usize, deals: &[&Deal]) -> Option<Decimal> {
    let mut amounts: Vec<i64> = deals.iter().filter_map(|d| d.amount).collect();
    amounts.sort_unstable();
    let n = amounts.len();
    let sum = Decimal::from(amounts.iter().sum::<i64>());
    let money = |d: Decimal| Some(d.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize());
    match function {
        0 => Some(deals.len().into()),
        1 => Some(n.into()),
        2 => Some(deals.iter().filter_map(|d| d.account).collect::<BTreeSet<_>>().len().into()),
        3 => money(sum),
        4 => (n > 0).then(|| money(sum / Decimal::from(n))).flatten(),
        5 => (n > 0).then(|| money(Decimal::from(amounts[(n - 1) / 2] + amounts[n / 2]) / Decimal::from(2))).flatten(),
        6 => amounts.first().map(|n| Decimal::from(*n)),
        _ => amounts.last().map(|n| Decimal::from(*n)),
    }
}

both!(figures_are_those_worked_out_by_hand, async |w: &Workspace| {
    let mut dice = Dice(7);
    let deals = deals(w, &mut dice, 90).await;
    let system = akrab_engine::Ctx { lang: Lang::En, ..w.system() };
    for round in 0..60 {
        let ways: Vec<usize> = (0..WAYS).collect();
        let (outer, inner, pivot) = (dice.of(&ways), dice.of(&ways), dice.of(&ways));
        let (depth, pivoted) = (1 + dice.below(2) as usize, dice.below(2) == 0);
        let functions: Vec<usize> = (0..3).map(|_| dice.below(8) as usize).collect();
        let measures: Vec<Json> = functions
            .iter()
            .enumerate()
            .map(|(n, f)| json!({"key": format!("m{n}"), "function": FUNCTIONS[*f].0, "field": FUNCTIONS[*f].1}))
            .collect();
        let groups: Vec<Json> = [outer, inner].into_iter().take(depth).map(grouping).collect();
        let mut asked_for = json!({"object": "opportunity", "groups": groups, "measures": measures, "limit": 500});
        if pivoted {
            asked_for["pivot"] = grouping(pivot);
        }
        let table = asked(w, &system, asked_for.clone()).await;
        let what = format!("round {round}: {asked_for}");
        let told = |deals: &[&Deal]| functions.iter().map(|f| worth(*f, deals)).collect::<Vec<_>>();
        let shown = |values: &[Value]| values.iter().map(|v| number(v).map(|d| d.normalize())).collect::<Vec<_>>();
        let width = functions.len();
        let heads: Vec<String> = table.heads.iter().map(|mark| table.head_words(mark, Lang::En, "IDR").replace('\u{a0}', " ")).collect();
        let check = |cells: &[Value], own: Vec<&Deal>| {
            assert_eq!(shown(&cells[heads.len() * width..]), told(&own), "{what}");
            for (n, head) in heads.iter().enumerate() {
                let under: Vec<&Deal> = own.iter().copied().filter(|d| group(pivot, d) == *head).collect();
                assert_eq!(shown(&cells[n * width..(n + 1) * width]), told(&under), "{what} under {head}");
            }
        };
        check(&table.totals, deals.iter().collect());
        let mut seen = BTreeSet::new();
        for line in &table.lines {
            let name = table.line_words(0, &line.mark, Lang::En, "IDR").replace('\u{a0}', " ");
            let own: Vec<&Deal> = deals.iter().filter(|d| group(outer, d) == name).collect();
            check(&line.cells, own.clone());
            let mut below = BTreeSet::new();
            for line in &line.below {
                let inner_name = table.line_words(1, &line.mark, Lang::En, "IDR").replace('\u{a0}', " ");
                check(&line.cells, own.iter().copied().filter(|d| group(inner, d) == inner_name).collect());
                below.insert(inner_name);
            }
            let expected: BTreeSet<String> = own.iter().map(|d| group(inner, d)).collect();
            assert!(depth == 1 || expected.is_subset(&below), "{what}: {name} lacks inner groups");
            seen.insert(name);
        }
        let expected: BTreeSet<String> = deals.iter().map(|d| group(outer, d)).collect();
        assert!(expected.is_subset(&seen), "{what}: {expected:?} in {seen:?}");
    }
});

both!(a_group_leads_to_its_records, async |w: &Workspace| {
    let mut dice = Dice(3);
    deals(w, &mut dice, 60).await;
    let system = w.system();
    for way in 0..WAYS {
        let table = asked(
            w,
            &system,
            json!({"object": "opportunity", "groups": [grouping(way)], "limit": 2,
            "filter": {"field": "amount", "op": "lt", "value": 450}, "measures": [{"key": "n"}]}),
        )
        .await;
        let mut drilled = 0;
        for line in &table.lines {
            let Some(filter) = table.drill(&[line], None, None) else {
                // what has no line of its own is no one band, and no one day of the week
                assert!(matches!((way, &line.mark.key), (4 | 5, Key::Others)), "{way} {:?}", line.mark);
                continue;
            };
            let request = akrab_engine::ListRequest {
                object: "opportunity".into(),
                filter: Some(Filter::from_json(&filter).expect("a filter")),
                ..Default::default()
            };
            let found = w.engine.count(&system, request, true).await.expect("counted").shown();
            assert_eq!(number(&line.cells[0]), Some(Decimal::from(found)), "{way} {:?} {filter}", line.mark);
            drilled += 1;
        }
        assert!(drilled > 0, "{way}");
    }
    // hours, and what followed so many months later
    let hours = json!({"object": "opportunity", "groups": [{"field": "next_at", "by": "hour"}], "pivot": {"field": "next_at", "by": "weekday"}, "measures": [{"key": "n"}]});
    let cohort = json!({"object": "opportunity", "kind": "cohort", "groups": [{"field": "close_date", "by": "month"}],
        "pivot": {"field": "next_at", "by": "month"}, "measures": [{"key": "n"}]});
    for asked_for in [hours, cohort] {
        let table = asked(w, &system, asked_for).await;
        let mut cells = 0;
        for line in &table.lines {
            for (h, head) in table.heads.iter().enumerate() {
                let shown = number(table.cell(&line.cells, Some(h), 0)).unwrap_or_default();
                // an empty group of dates has no beginning, and nothing followed it
                let Some(filter) = table.drill(&[line], Some(head), None) else {
                    assert!(shown.is_zero(), "{:?} {:?}", line.mark, head);
                    continue;
                };
                let filter = Some(Filter::from_json(&filter).expect("a filter"));
                let request = akrab_engine::ListRequest { object: "opportunity".into(), filter, ..Default::default() };
                let found = w.engine.count(&system, request, true).await.expect("counted").shown();
                assert_eq!(shown, Decimal::from(found), "{:?} {:?}", line.mark, head);
                cells += usize::from(found > 0);
            }
        }
        assert!(cells > 10, "{cells}");
    }
});

both!(a_record_counts_in_each_of_its_choices_and_once_in_totals, async |w: &Workspace| {
    for (name, tags, amount) in
        [("Satu", json!(["priority", "renewal"]), 10), ("Dua", json!(["renewal", "Tambang \"emas\""]), 5), ("Tiga", json!([]), 1)]
    {
        w.make("opportunity", json!({"name": name, "tags": tags, "amount": amount})).await;
    }
    let asked_for = json!({"object": "opportunity", "groups": [{"field": "tags"}],
        "measures": [{"key": "n"}, {"key": "s", "function": "sum", "field": "amount"}, {"key": "d", "function": "distinct", "field": "name"}]});
    let told = |table: &ReportTable| {
        let cells = table.lines.iter().map(|l| numbers(&l.cells));
        words(table)
            .into_iter()
            .zip(cells)
            .map(|(name, cells)| (name, cells.into_iter().flatten().collect::<Vec<_>>().join(" ")))
            .collect::<Vec<_>>()
    };
    let table = asked(w, &w.system(), asked_for.clone()).await;
    let expected = [("Priority", "1 10 1"), ("Renewal", "2 15 2"), ("Tambang \"emas\"", "1 5 1"), ("Empty", "1 1 1")];
    assert_eq!(told(&table), expected.map(|(name, cells)| (name.to_string(), cells.to_string())));
    assert_eq!(numbers(&table.totals), ["3", "16", "3"].map(|n| Some(n.to_string())), "each record once");
    assert!(table.is_spread());
    for line in &table.lines {
        let filter = Some(Filter::from_json(&table.drill(&[line], None, None).expect("a way to the records")).expect("a filter"));
        let request = akrab_engine::ListRequest { object: "opportunity".into(), filter, ..Default::default() };
        let found = w.engine.count(&w.system(), request, true).await.expect("counted").shown();
        assert_eq!(number(&line.cells[0]), Some(Decimal::from(found)));
    }
    // the same as it stood, which is worked out in memory; and what is put together is not counted twice
    let mut stood = asked_for.clone();
    stood["as_of"] = json!("today");
    assert_eq!(told(&asked(w, &w.system(), stood).await), told(&table));
    let mut short = asked_for;
    short["limit"] = json!(1);
    let short = asked(w, &w.system(), short).await;
    assert_eq!(words(&short), ["Priority", "Others", "Empty"]);
    assert_eq!(numbers(&short.lines[1].cells), [None, None, None]);
    assert_eq!(numbers(&short.totals), ["3", "16", "3"].map(|n| Some(n.to_string())));
});

both!(a_funnel_tells_at_which_step_records_were_lost, async |w: &Workspace| {
    let stages =
        w.engine.list(&w.system(), akrab_engine::ListRequest { object: "stage".into(), ..Default::default() }).await.expect("stages");
    let stage = |name: &str| stages.records.iter().find(|r| r.text("name") == name).map(|r| r.id).expect("the stage");
    for (name, way) in
        [("Satu", ["Baru", "Kalah"]), ("Dua", ["Penawaran", "Kalah"]), ("Tiga", ["Baru", "Penawaran"]), ("Empat", ["Penawaran", "Menang"])]
    {
        let id = w.make("opportunity", json!({"name": name, "stage": stage(way[0]), "amount": 10})).await;
        let lost = map(json!({"stage": stage(way[1]), "close_reason": "price"}));
        let own = map(json!({"stage": stage(way[1])}));
        let change = if way[1] == "Kalah" { lost } else { own };
        w.engine.update(&w.system(), "opportunity", id, change, None).await.expect("moved");
    }
    let funnel = json!({"object": "opportunity", "kind": "funnel", "chart": "funnel", "groups": [{"field": "stage"}],
        "measures": [{"key": "n"}, {"key": "s", "function": "sum", "field": "amount"}]});
    let table = asked(w, &w.system(), funnel.clone()).await;
    assert_eq!(words(&table), ["Baru", "Penawaran", "Menang"]);
    // whoever was lost at a step had reached it
    assert_eq!(table.lines.iter().map(|l| numbers(&l.cells)[0].clone()).collect::<Vec<_>>(), ["4", "3", "1"].map(|n| Some(n.to_string())));
    let lost: Vec<_> = table.lines.iter().map(|l| numbers(&l.lost)).collect();
    let of = |n: &str, s: &str| vec![Some(n.to_string()), Some(s.to_string())];
    assert_eq!(lost, [of("1", "10"), of("1", "10"), of("0", "0")]);
    let mut pivoted = funnel;
    pivoted["pivot"] = json!({"field": "created_at", "by": "month"});
    let table = asked(w, &w.system(), pivoted).await;
    assert_eq!(number(table.cell(&table.lines[0].cells, Some(0), 0)), Some(Decimal::from(4)));
});

both!(the_rest_stands_on_one_line, async |w: &Workspace| {
    for (name, count) in [("Arjuna", 4), ("Bima", 3), ("Citra", 2), ("Dewi", 1)] {
        let account = w.make("account", json!({"name": name})).await;
        for n in 0..count {
            w.make("opportunity", json!({"name": format!("{name} {n}"), "account": account, "amount": 10 * (n + 1)})).await;
        }
    }
    let table = asked(
        w,
        &w.system(),
        json!({"object": "opportunity", "groups": [{"field": "account"}], "limit": 2, "measures": [
        {"key": "n"}, {"key": "sum", "function": "sum", "field": "amount"}, {"key": "part", "show": "share"},
        {"key": "run", "show": "running"}, {"key": "mean", "formula": "sum / n", "as": "money"}]}),
    )
    .await;
    assert_eq!(words(&table), ["Arjuna", "Bima", "Others"]);
    let cells: Vec<_> = table.lines.iter().map(|l| numbers(&l.cells)).collect();
    let told = |n: [&str; 5]| n.map(|n| Some(n.to_string())).to_vec();
    assert_eq!(cells[0], told(["4", "100", "40", "4", "25"]));
    assert_eq!(cells[1], told(["3", "60", "30", "7", "20"]));
    assert_eq!(cells[2], told(["3", "40", "30", "10", "13.3333"]));
    assert_eq!(numbers(&table.totals), told(["10", "200", "100", "10", "20"]));
});

both!(months_without_records_are_there_and_changes_are_to_the_month_before, async |w: &Workspace| {
    for (day, amount) in [("2026-01-10", 100), ("2026-01-31", 50), ("2026-04-01", 75)] {
        w.make("opportunity", json!({"name": day, "close_date": day, "amount": amount})).await;
    }
    let measures = json!([{"key": "sum", "function": "sum", "field": "amount"},
        {"key": "more", "function": "sum", "field": "amount", "show": "change"}, {"key": "rate", "function": "sum", "field": "amount", "show": "growth"}]);
    let by_month = json!([{"field": "close_date", "by": "month"}]);
    let table = asked(w, &w.system(), json!({"object": "opportunity", "groups": by_month, "measures": measures})).await;
    assert_eq!(words(&table), ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"]);
    let cells: Vec<_> = table.lines.iter().map(|l| numbers(&l.cells)).collect();
    let some = |n: &str| Some(n.to_string());
    assert_eq!(cells[0], [some("150"), None, None]);
    assert_eq!(cells[1], [some("0"), some("-150"), some("-100")]);
    assert_eq!(cells[2], [some("0"), some("0"), None]);
    assert_eq!(cells[3], [some("75"), some("75"), None]);
    // the month before a list that is cut short is known all the same
    let short = asked(w, &w.system(), json!({"object": "opportunity", "groups": by_month, "measures": measures, "limit": 1})).await;
    assert_eq!(words(&short), ["Earlier", "Apr 2026"]);
    assert_eq!(numbers(&short.lines[1].cells)[1], some("75"));
});

both!(a_funnel_counts_what_went_on_and_a_cohort_what_followed, async |w: &Workspace| {
    let stages: BTreeMap<String, i64> = w
        .engine
        .list(&w.system(), akrab_engine::ListRequest { object: "stage".into(), ..Default::default() })
        .await
        .expect("stages")
        .records
        .iter()
        .map(|r| (r.text("name").to_string(), r.id))
        .collect();
    for (name, count) in [("Baru", 5), ("Penawaran", 3), ("Menang", 2), ("Kalah", 4)] {
        for n in 0..count {
            w.make("opportunity", json!({"name": format!("{name} {n}"), "stage": stages[name], "close_date": "2026-05-02"})).await;
        }
    }
    let table = asked(
        w,
        &w.system(),
        json!({"object": "opportunity", "kind": "funnel", "chart": "funnel", "groups": [{"field": "stage"}], "measures": [{"key": "n"}]}),
    )
    .await;
    assert_eq!(words(&table), ["Baru", "Penawaran", "Menang"]);
    assert_eq!(table.lines.iter().map(|l| number(&l.cells[0])).collect::<Vec<_>>(), [10, 5, 2].map(|n| Some(Decimal::from(n))));
    let cohort = asked(
        w,
        &w.system(),
        json!({"object": "opportunity", "kind": "cohort", "groups": [{"field": "created_at", "by": "month"}],
        "pivot": {"field": "close_date", "by": "month"}, "measures": [{"key": "n", "show": "share"}]}),
    )
    .await;
    assert_eq!(words(&cohort), ["Mar 2026"]);
    assert_eq!(cohort.heads.iter().map(|m| m.key.clone()).collect::<Vec<_>>(), [Key::Elapsed(2)]);
    assert_eq!(number(cohort.cell(&cohort.lines[0].cells, Some(0), 0)), Some(Decimal::from(100)));
});

both!(a_report_shows_no_more_than_its_reader_may_see, async |w: &Workspace| {
    let (north, south) = (w.make("team", json!({"name": "Utara"})).await, w.make("team", json!({"name": "Selatan"})).await);
    let siti = w.user("siti", role(w, "sales"), Some(north)).await;
    let dodi = w.user("dodi", role(w, "sales"), Some(south)).await;
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let dewi = w.user("dewi", role(w, "marketing"), None).await;
    let fajar = w.user("fajar", role(w, "service"), None).await;
    let hers = w.make("account", json!({"name": "Toko Utara", "owner": siti, "industry": "hotel"})).await;
    w.make("opportunity", json!({"name": "Satu", "owner": siti, "account": hers, "amount": 10})).await;
    w.make("opportunity", json!({"name": "Dua", "owner": dodi, "amount": 1000})).await;
    let count = json!({"object": "opportunity", "measures": [{"key": "n"}]});
    let sum =
        json!({"object": "opportunity", "groups": [{"field": "owner"}], "measures": [{"key": "s", "function": "sum", "field": "amount"}]});
    for (user, records, total) in [(siti, 1, 10), (dodi, 1, 1000), (ratna, 2, 1010)] {
        let ctx = w.of(user, Door::Page);
        assert_eq!(number(&asked(w, &ctx, count.clone()).await.totals[0]), Some(Decimal::from(records)));
        let table = asked(w, &ctx, sum.clone()).await;
        assert_eq!(table.lines.len(), records);
        assert_eq!(number(&table.totals[0]), Some(Decimal::from(total)));
    }
    // what is hidden is not there: as a measure, a grouping, a filter, or what is worked out of it
    let of_dewi = w.of(dewi, Door::Page);
    assert_eq!(number(&asked(w, &of_dewi, count.clone()).await.totals[0]), Some(Decimal::from(2)));
    assert_eq!(refused(w, &of_dewi, sum).await, ["unknown_field"]);
    let hidden = |what: Json| {
        json!({"object": "opportunity", "measures": [{"key": "n"}]})
            .as_object()
            .map(|o| {
                let mut o = o.clone();
                o.extend(what.as_object().cloned().expect("an object"));
                Json::Object(o)
            })
            .expect("an object")
    };
    assert_eq!(refused(w, &of_dewi, hidden(json!({"groups": [{"field": "amount", "bands": ["5"]}]}))).await, ["unknown_field"]);
    assert_eq!(
        refused(w, &of_dewi, hidden(json!({"filter": {"field": "weighted", "op": "gt", "value": 1}}))).await,
        ["filter_unknown_field"]
    );
    assert_eq!(
        refused(w, &of_dewi, hidden(json!({"measures": [{"key": "n", "where": {"field": "amount", "op": "gt", "value": 1}}]}))).await,
        ["filter_unknown_field"]
    );
    assert_eq!(refused(w, &w.of(fajar, Door::Page), count).await, ["not_found"]);
});

both!(what_makes_no_sense_is_refused_with_its_place, async |w: &Workspace| {
    let of = |what: Json| {
        let mut whole = map(json!({"object": "opportunity", "measures": [{"key": "n"}]}));
        whole.extend(map(what));
        Json::Object(whole)
    };
    for (what, code) in [
        (json!({"measures": []}), "report_no_measure"),
        (json!({"measures": [{"key": "n"}, {"key": "n"}]}), "report_measure_key"),
        (json!({"measures": [{"key": "n", "function": "sum", "field": "name"}]}), "wrong_type"),
        (json!({"measures": [{"key": "n", "function": "sum"}]}), "required"),
        (json!({"measures": [{"key": "n", "formula": "nothing * 2"}]}), "report_formula"),
        (json!({"measures": [{"key": "n", "formula": "1 +"}]}), "report_formula"),
        (json!({"measures": [{"key": "n", "show": "change"}]}), "report_needs_period"),
        (json!({"groups": [{"field": "note"}]}), "not_groupable"),
        (json!({"groups": [{"field": "nothing"}]}), "unknown_field"),
        (json!({"groups": [{"field": "amount", "bands": ["3", "2"]}]}), "report_bands"),
        (json!({"groups": [{"field": "kind"}, {"field": "stage"}, {"field": "owner"}]}), "too_many"),
        (json!({"chart": "bar"}), "report_needs_group"),
        (json!({"kind": "cohort", "groups": [{"field": "kind"}]}), "report_cohort_shape"),
        (json!({"limit": 0}), "report_limit"),
        (json!({"sort": "-nothing"}), "unknown_choice"),
        (json!({"filter": {"field": "nothing", "op": "is", "value": 1}}), "filter_unknown_field"),
    ] {
        assert_eq!(refused(w, &w.system(), of(what.clone())).await, [code], "{what}");
    }
});

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

both!(a_report_is_built_saved_shared_and_deleted_on_its_pages, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let siti = w.user("siti", role(w, "sales"), None).await;
    for (name, kind) in [("Satu", "renewal"), ("Dua", "renewal"), ("Tiga", "expansion")] {
        w.make("opportunity", json!({"name": name, "kind": kind, "amount": 1_500_000, "owner": ratna})).await;
    }
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    let list = browser.get("/reports").await;
    assert!(list.html.contains("Corong penjualan") && list.html.contains("/reports/sales_funnel"), "shipped reports are there");
    let fields = [
        ("object", "opportunity"),
        ("of", "opportunity"),
        ("chart", "bar"),
        ("g0", "kind"),
        ("m0", "count"),
        ("m1", "sum"),
        ("m1of", "amount"),
    ];
    let address: String = fields.iter().map(|(n, v)| format!("&{n}={}", encoded(v))).collect();
    let filter = encoded(r#"{"field":"amount","op":"gt","value":1000}"#);
    let built = browser.get(&format!("/reports/build?filter={filter}{address}")).await;
    assert!(built.html.contains("Perpanjangan") && built.html.contains("Rp\u{a0}3.000.000"), "the preview shows the figures");
    assert!(built.html.contains("1 syarat"));
    // without a name it is not saved, and says so
    let nameless = browser.submit("/reports", &fields).await;
    assert_eq!(nameless.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    let mut named = fields.to_vec();
    named.extend([("name", "Jenis peluang"), ("about", "Berapa dan senilai apa"), ("scope", "everyone")]);
    let saved = browser.submit("/reports", &named).await;
    let address = saved.location.clone();
    let page = browser.get(&address).await;
    assert!(page.html.contains("Jenis peluang") && page.html.contains("Berapa dan senilai apa"));
    // a group leads to the list of its records
    let href = page
        .html
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|h| h.starts_with("/opportunities?") && h.contains("renewal"));
    let listed = browser.get(&href.expect("a way to the records").replace("&amp;", "&")).await;
    assert_eq!(listed.rows().len(), 2);
    let sheet = browser.get(&format!("{address}/file?format=csv")).await;
    assert!(sheet.html.contains("Perpanjangan,2,3000000"), "{}", sheet.html);
    // somebody else sees it with her own rights, and cannot change it
    let mut other = crate::browser::Browser::of(w, siti).await;
    assert!(other.get("/reports?of=shared").await.html.contains("Jenis peluang"));
    assert!(!other.get(&address).await.html.contains("Perpanjangan"), "her records are none of these");
    assert_eq!(other.submit(&format!("{address}/delete"), &[]).await.status, axum::http::StatusCode::FORBIDDEN);
    assert_eq!(other.submit(&address, &named).await.status, axum::http::StatusCode::FORBIDDEN);
    named.retain(|(name, _)| *name != "scope");
    named.push(("scope", "private"));
    browser.submit(&address, &named).await;
    assert_eq!(other.get(&address).await.status, axum::http::StatusCode::NOT_FOUND, "private is out of sight");
    browser.submit(&format!("{address}/delete"), &[]).await;
    assert_eq!(browser.get(&address).await.status, axum::http::StatusCode::NOT_FOUND);
});

/// The large number of the first tile.
fn shown(html: &str) -> String {
    let after = html.split("ak-number-value").nth(1).and_then(|part| part.split('>').nth(1)).unwrap_or_default();
    after.split('<').next().unwrap_or_default().to_string()
}

both!(a_dashboard_holds_reports_under_filters_of_the_whole_page, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "administrator"), None).await;
    let dewi = w.user("dewi", role(w, "marketing"), None).await;
    w.make("opportunity", json!({"name": "Lama", "amount": 10, "created_at": "2025-01-01T00:00:00Z", "owner": ratna})).await;
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    assert_eq!(browser.get("/dashboards").await.location, "/dashboards/sales", "the role's own comes first");
    let sales = browser.get("/dashboards/sales").await.html;
    for name in ["Nilai menang", "Corong penjualan", "Pelanggan utama", "Telepon"] {
        assert!(sales.contains(name), "{name}");
    }
    // what a role may not see says so, and tells no figure
    let mut of_dewi = crate::browser::Browser::of(w, dewi).await;
    assert!(of_dewi.get("/dashboards/sales").await.html.contains("tidak terbuka bagi peran Anda"));
    let built = browser
        .submit("/reports", &[("object", "opportunity"), ("chart", "number"), ("m0", "count"), ("name", "Berapa"), ("scope", "everyone")])
        .await;
    let report = built.location.rsplit('/').next().expect("an id").to_string();
    let tiles = [
        ("name", "Milik kami"),
        ("scope", "everyone"),
        ("tile", report.as_str()),
        ("width", "6"),
        ("tile", "sales_funnel"),
        ("width", "6"),
    ];
    // moving a tile saves nothing yet
    let mut moved = tiles.to_vec();
    moved.push(("down", "0"));
    let arranged = browser.submit("/dashboards/arrange", &moved).await;
    let places = |html: &str| {
        (html.find("value=\"sales_funnel\"").expect("there"), html.find(&format!("name=\"tile\" value=\"{report}\"")).expect("there"))
    };
    let (funnel, own) = places(&arranged.html);
    assert!(funnel < own, "the second one came first");
    let saved = browser.submit("/dashboards", &tiles).await;
    let page = browser.get(&saved.location).await.html;
    assert!(page.contains("Milik kami"));
    assert_eq!(shown(&page), "1", "one deal is counted");
    let of =
        async |browser: &mut crate::browser::Browser, what: &str| shown(&browser.get(&format!("{}?{what}", saved.location)).await.html);
    assert_eq!(of(&mut browser, "period=last_year").await, "1");
    assert_eq!(of(&mut browser, "period=this_year").await, "0", "the period holds for every report");
    assert_eq!(of(&mut browser, &format!("owner={dewi}")).await, "0", "and so does the owner");
    // an administrator chooses what a role begins with
    browser.submit(&format!("{}/default", saved.location), &[("role", "marketing")]).await;
    assert_eq!(of_dewi.get("/dashboards").await.location, saved.location);
    browser.submit(&format!("{}/delete", saved.location), &[]).await;
    assert_eq!(browser.get(&saved.location).await.status, axum::http::StatusCode::NOT_FOUND);
    assert_eq!(of_dewi.get("/dashboards").await.location, "/dashboards/sales", "what is gone is no beginning");
});

both!(the_api_lists_reports_and_answers_any, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    w.make("opportunity", json!({"name": "Satu", "kind": "renewal", "amount": 25, "owner": siti})).await;
    let token = w.engine.token_add(&w.system(), siti, "test", false, None).await.expect("a token");
    let ask = async |method: &str, path: &str, body: Option<Json>| -> (u16, Json) {
        use tower::ServiceExt;
        let request = axum::http::Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json").header("host", "localhost");
        let body = axum::body::Body::from(body.map(|b| b.to_string()).unwrap_or_default());
        let answer = w.http().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    };
    let (status, all) = ask("GET", "/api/v1/reports", None).await;
    assert_eq!(status, 200);
    assert!(all["data"].as_array().expect("a list").iter().any(|r| r["key"] == "sales_funnel"));
    let (status, one) = ask("GET", "/api/v1/reports/pipeline_weighted", None).await;
    assert_eq!((status, &one["result"]["rows"]), (200, &json!(1)));
    let asked = json!({"report": {"object": "opportunity", "groups": [{"field": "kind"}], "measures": [{"key": "s", "function": "sum", "field": "amount"}]}});
    let (status, told) = ask("POST", "/api/v1/reports/answers", Some(asked)).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["lines"][0]["key"], "renewal");
    assert_eq!(told["lines"][0]["values"], json!(["25"]));
    // saved, read, changed and deleted, with the rights of the page
    let renewals =
        json!({"object": "opportunity", "filter": {"field": "kind", "op": "is", "value": "renewal"}, "measures": [{"key": "n"}]});
    let (status, made) = ask("POST", "/api/v1/reports", Some(json!({"name": "Perpanjangan", "about": "Berapa", "report": renewals}))).await;
    assert_eq!(
        (status, &made["name"], &made["scope"], &made["editable"]),
        (201, &json!("Perpanjangan"), &json!("private"), &json!(true)),
        "{made}"
    );
    let path = format!("/api/v1/reports/{}", made["key"].as_str().expect("a key"));
    let (status, changed) = ask("PATCH", &path, Some(json!({"name": "Kontrak"}))).await;
    assert_eq!((status, &changed["name"], &changed["about"]), (200, &json!("Kontrak"), &json!("Berapa")), "what is not named stays");
    assert_eq!(ask("GET", &path, None).await.1["result"]["totals"], json!([1]));
    assert_eq!(ask("GET", &format!("{path}/file?format=pdf"), None).await.0, 200);
    assert_eq!(ask("GET", &format!("{path}/file?format=doc"), None).await.0, 422);
    for (method, path, body, status) in [
        ("POST", "/api/v1/reports", json!({"name": "Tanpa isi"}), 422),
        ("POST", "/api/v1/reports", json!({"name": "Salah", "report": {"object": "opportunity", "measures": []}}), 422),
        (
            "POST",
            "/api/v1/reports",
            json!({"name": "Bagi", "scope": "everyone", "report": {"object": "opportunity", "measures": [{"key": "n"}]}}),
            403,
        ),
        ("PATCH", "/api/v1/reports/sales_funnel", json!({"name": "Milikku"}), 403),
        ("PATCH", "/api/v1/reports/999999", json!({"name": "Tidak ada"}), 404),
    ] {
        assert_eq!(ask(method, path, Some(body.clone())).await.0, status, "{method} {path} {body}");
    }
    let dodi = w.user("dodi", role(w, "sales"), None).await;
    let (own, theirs) = (made["key"].as_str().expect("a key").to_string(), w.of(dodi, Door::Api));
    let seen = w.engine.read(&theirs, move |tx| tx.report_entry(&own).map(|_| ())).await;
    assert_eq!(seen.expect_err("private").code, "not_found");
    assert_eq!(ask("DELETE", &path, None).await.0, 204);
    assert_eq!(ask("GET", &path, None).await.0, 404);
    let (status, refused) = ask("POST", "/api/v1/reports/answers", Some(json!({"report": {"object": "opportunity", "mesures": []}}))).await;
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("report_unreadable")));
    assert_eq!(ask("GET", "/api/v1/reports/none", None).await.0, 404);
});

#[test]
fn shipped_reports_are_checked_with_their_place() {
    use akrab_engine::report::Library;
    let registry = akrab_engine::engine::compile(&crate::workspace::objects()).expect("the objects are sound");
    assert!(Library::compile(&crate::workspace::reports(), &registry).expect("the reports are sound").reports.len() > 10);
    let words = "label = { id = \"A\", en = \"A\" }\nabout = { id = \"A\", en = \"A\" }\n";
    let report = |what: &str| format!("[[reports]]\nkey = \"a\"\n{words}[reports.show]\nobject = \"opportunity\"\n{what}");
    for (text, told) in [
        (report("measures = [{ key = \"n\" }]\ngroups = [{ field = \"nothing\" }]"), "unknown_field"),
        (report("measures = []"), "report_no_measure"),
        (report("measures = [{ key = \"n\", formula = \"x + 1\" }]"), "report_formula"),
        (report("mesures = []"), "toml_unknown_key_of"),
        (format!("[[dashboards]]\nkey = \"d\"\n{words}tiles = [{{ report = \"gone\" }}]"), "decl_dashboard_report"),
    ] {
        let faults = Library::compile(&[("a.toml", &text)], &registry).expect_err("faulty");
        assert!(faults.iter().any(|fault| format!("{fault:?}").contains(told)), "{told}: {faults:?}");
    }
}

both!(a_report_shows_the_records_as_they_stood, async |w: &Workspace| {
    let stages =
        w.engine.list(&w.system(), akrab_engine::ListRequest { object: "stage".into(), ..Default::default() }).await.expect("stages");
    let stage = |name: &str| stages.records.iter().find(|r| r.text("name") == name).map(|r| r.id).expect("the stage");
    let deal =
        async |name: &str, stage: i64, amount: i64| w.make("opportunity", json!({"name": name, "stage": stage, "amount": amount})).await;
    let (first, second) = (deal("Satu", stage("Baru"), 100).await, deal("Dua", stage("Baru"), 50).await);
    let gone = deal("Tiga", stage("Penawaran"), 7).await;
    let measures = json!([{"key": "n"}, {"key": "s", "function": "sum", "field": "amount"}, {"key": "m", "function": "median", "field": "amount"}, {"key": "d", "function": "distinct", "field": "name"}]);
    let open = json!({"field": "stage.category", "op": "is", "value": "open"});
    let by_stage = json!({"object": "opportunity", "groups": [{"field": "stage"}], "filter": open, "measures": measures});
    let then = asked(w, &w.system(), by_stage.clone()).await;
    // the clock stood at 2 March; a week later much is another
    w.pass(7 * 86_400);
    w.engine
        .update(&w.system(), "opportunity", first, map(json!({"stage": stage("Penawaran"), "amount": 400})), None)
        .await
        .expect("changed");
    w.engine.update(&w.system(), "opportunity", first, map(json!({"amount": 500})), None).await.expect("changed again");
    w.engine.update(&w.system(), "opportunity", second, map(json!({"stage": stage("Menang")})), None).await.expect("won");
    w.engine.delete(&w.system(), "opportunity", gone, None).await.expect("in the bin");
    deal("Empat", stage("Baru"), 1_000).await;
    let mut past = by_stage.clone();
    past["as_of"] = json!("2026-03-02");
    let stood = asked(w, &w.system(), past).await;
    let told = |table: &ReportTable| table.lines.iter().map(|l| (words(table)[0].clone(), numbers(&l.cells))).collect::<Vec<_>>();
    assert_eq!(words(&stood), words(&then));
    assert_eq!(told(&stood), told(&then));
    assert_eq!(numbers(&stood.totals), numbers(&then.totals));
    assert!(stood.drill(&[&stood.lines[0]], None, None).is_none(), "a list shows what is, not what was");
    let now = asked(w, &w.system(), by_stage).await;
    assert_ne!(numbers(&now.totals), numbers(&then.totals));
    // rights are those of today
    let siti = w.user("siti", role(w, "sales"), None).await;
    let of_siti =
        asked(w, &w.of(siti, Door::Page), json!({"object": "opportunity", "measures": [{"key": "n"}], "as_of": "2026-03-02"})).await;
    assert_eq!(number(&of_siti.totals[0]), Some(Decimal::ZERO));
    assert_eq!(
        refused(w, &w.system(), json!({"object": "opportunity", "measures": [{"key": "n"}], "as_of": "kemarin dulu"})).await,
        ["filter_wrong_value"]
    );
});

both!(a_report_comes_by_mail_to_each_with_his_own_figures, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let siti = w.user("siti", role(w, "sales"), None).await;
    let fajar = w.user("fajar", role(w, "service"), None).await;
    w.make("opportunity", json!({"name": "Satu", "kind": "renewal", "owner": ratna, "amount": 5})).await;
    w.make("opportunity", json!({"name": "Dua", "kind": "expansion", "owner": siti, "amount": 9})).await;
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    let saved = browser
        .submit(
            "/reports",
            &[("object", "opportunity"), ("chart", "bar"), ("g0", "kind"), ("m0", "count"), ("name", "Jenis"), ("scope", "everyone")],
        )
        .await;
    let key = saved.location.rsplit('/').next().expect("an id").to_string();
    let page = format!("/mailings/reports/{key}");
    let nobody = browser.submit(&page, &[("rhythm", "daily"), ("hour", "7")]).await;
    assert_eq!(nobody.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY, "nobody would get it");
    let people = [ratna, siti, fajar].map(|id| id.to_string());
    let fields: Vec<(&str, &str)> = people.iter().map(|id| ("people", id.as_str())).chain([("rhythm", "daily"), ("hour", "10")]).collect();
    browser.submit(&page, &fields).await;
    let ordered = browser.get(&page).await.html;
    assert!(ordered.contains("Setiap hari, pukul 10.00") && ordered.contains("siti"));
    let id = ordered.split(&format!("{page}/")).nth(1).and_then(|rest| rest.split('/').next()).expect("an order").to_string();
    w.work_off().await;
    assert_eq!(w.mails(), 0, "it is nine in the morning");
    // a mail server that is away for a while makes no mail come twice
    w.mail_server(false);
    w.pass(3_600);
    w.work_off().await;
    w.mail_server(true);
    w.pass(600);
    let own = w.mail(0).await;
    assert_eq!(w.mails(), 2, "who may see no such record gets nothing");
    let file = own.files.first().expect("a file");
    assert!(own.to.starts_with("ratna") && file.name.ends_with(".pdf") && own.text.contains("/reports/"));
    let told = |mail: &akrab_engine::identity::Mail| crate::paper::read(&mail.files[0].content);
    assert!(told(&own).says("Perpanjangan") && told(&own).says("Perluasan"));
    let hers = told(&w.mail(1).await);
    assert!(hers.says("Perluasan") && !hers.says("Perpanjangan"), "her own alone: {}", hers.text());
    let rows = |mail: akrab_engine::identity::Mail| {
        use std::io::Read;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(mail.files[1].content.to_vec())).expect("a workbook");
        let mut text = String::new();
        zip.by_name("xl/sharedStrings.xml").expect("texts").read_to_string(&mut text).expect("text");
        (text.contains("Perpanjangan"), text.contains("Perluasan"))
    };
    assert_eq!(rows(own), (true, true));
    assert_eq!(rows(w.mail(1).await), (false, true), "she sees her own alone");
    w.pass(86_400);
    w.work_off().await;
    assert_eq!(w.mails(), 4, "and again the next day");
    // a day later the former session has ended
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    browser.submit(&format!("{page}/{id}/delete"), &[]).await;
    w.pass(2 * 86_400);
    w.work_off().await;
    assert_eq!(w.mails(), 4, "called off");
});
