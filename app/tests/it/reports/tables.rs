//! What a table shows: groups, totals, the rest, months, funnels, the past.

use super::*;

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
    // and the way from there leads to exactly these
    for (line, name) in table.lines.iter().zip(["Satu", "Dua"]) {
        let filter = table.drill_lost(line, Some(&json!({"field": "amount", "op": "gt", "value": 5}))).expect("a way");
        let filter = Some(akrab_model::Filter::from_json(&filter).expect("a filter"));
        let request = akrab_engine::ListRequest { object: "opportunity".into(), filter, ..Default::default() };
        let found = w.engine.list(&w.system(), request).await.expect("the list").records;
        assert_eq!(found.iter().map(|r| r.text("name")).collect::<Vec<_>>(), [name]);
    }
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
