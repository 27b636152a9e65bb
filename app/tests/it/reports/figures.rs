//! Reports over deals made by chance, held against figures worked out beside them, and the records behind them.

use super::*;

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
