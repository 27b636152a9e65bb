//! Who may see what of a report, and what is refused.

use super::*;

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
