use super::*;
use crate::{Label, Registry};
use rust_decimal::Decimal;

fn registry() -> Registry {
    let label = Label::new("Nama", "Name");
    let object = |key: &str| {
        serde_json::json!({
            "key": key, "plural": format!("{key}s"), "label": label, "plural_label": label, "purpose": label,
            "icon": "box", "group": "sales", "title": "name", "owned": key != "user",
            "fields": {
                "name": { "type": "text", "label": label, "required": true },
                "discount": { "type": "percent", "label": label },
                "amount": { "type": "money", "label": label },
            },
        })
    };
    let decls = ["user", "quote"].map(|key| (key.to_string(), serde_json::from_value(object(key)).expect("an object")));
    Registry::compile(decls.into()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn band(from: &str, to: Option<&str>, steps: &[&str]) -> BandDecl {
    BandDecl { from: from.into(), to: to.map(Into::into), steps: steps.iter().map(ToString::to_string).collect() }
}

fn step(key: &str, role: &str) -> StepDecl {
    let who = vec![Who::Role { role: role.into(), near: false }];
    StepDecl { key: key.into(), who, need: 1, limit: None, remind: None, fallback: Vec::new() }
}

fn decl(bands: Vec<BandDecl>) -> ApprovalDecl {
    ApprovalDecl {
        name: Label::new("Diskon", "Discount"),
        object: "quote".into(),
        field: Some("discount".into()),
        bands,
        steps: vec![step("manager", "manager"), step("director", "director")],
        calendar: "office".into(),
        reasons: usual_reasons(),
        ..ApprovalDecl::default()
    }
}

fn codes(bands: Vec<BandDecl>) -> Vec<String> {
    let faults = decl(bands).compile(&registry(), "discount", 1).expect_err("faults");
    faults.iter().map(|f| [vec![f.code.clone()], f.args.iter().map(|(_, v)| v.clone()).collect()].concat().join(" ")).collect()
}

#[test]
fn bands_choose_the_steps() {
    let bands = vec![band("0", Some("10"), &[]), band("10", Some("20"), &["manager"]), band("20", None, &["director"])];
    let rule = decl(bands).compile(&registry(), "discount", 1).expect("a sound rule");
    let steps = |value: &str| {
        let found = rule.steps(Some(value.parse::<Decimal>().expect("a number")));
        found.into_iter().map(|s| s.key).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((steps("9.99").as_str(), steps("10").as_str(), steps("20").as_str()), ("", "manager", "director"));
    assert_eq!((steps("-5").as_str(), steps("19.9999").as_str(), steps("100").as_str()), ("", "manager", "director"));
    assert!(rule.steps(None).is_empty(), "nothing counts as 0");
}

#[test]
fn bands_leave_neither_gap_nor_overlap() {
    assert_eq!(codes(vec![band("0", Some("10"), &[]), band("12", Some("20"), &["manager"])])[0], "approval_gap 10 12");
    assert_eq!(codes(vec![band("0", Some("10"), &[]), band("8", None, &[])]), ["approval_overlap 8 10"]);
    assert_eq!(codes(vec![band("5", None, &[])]), ["approval_from_zero 5"]);
    assert_eq!(codes(vec![band("0", Some("10"), &[])]), ["approval_no_end 10"]);
    assert_eq!(codes(vec![band("0", None, &[]), band("10", None, &[])]), ["approval_open_end 10"]);
    assert_eq!(codes(vec![band("0", Some("x"), &[])]), ["not_a_number"]);
    assert_eq!(codes(vec![band("0", None, &["boss"])]), ["approval_step_unknown boss"]);
    assert_eq!(codes(Vec::new()), ["required"]);
}

#[test]
fn what_the_rule_looks_at_is_watched() {
    let mut decl = decl(vec![band("0", None, &["manager"])]);
    decl.void_on = vec!["name".into()];
    decl.when = Some(serde_json::json!({"all": [{"field": "amount", "op": "gt", "value": 5}, {"field": "owner.team", "op": "not_empty"}]}));
    let rule = decl.compile(&registry(), "discount", 1).expect("a sound rule");
    assert_eq!(rule.watched.iter().map(String::as_str).collect::<Vec<_>>(), ["amount", "discount", "name", "owner"]);
}

#[test]
fn who_and_guards_are_written_as_they_are_read() {
    for text in ["role:manager", "role:manager:near", "user:sari@contoh.test", "owner", "lead", "field:buyer", "stand_in"] {
        assert_eq!(text.parse::<Who>().expect("somebody").to_string(), text);
    }
    for text in ["stage:Penawaran", "category:won", "value:status=sent", "action:closure"] {
        assert_eq!(text.parse::<Guard>().expect("something").to_string(), text);
    }
    for text in ["", "role:", "boss", "owner:x"] {
        assert!(text.parse::<Who>().is_err(), "{text}");
    }
    for text in ["stage", "value:status", "stage:"] {
        assert!(text.parse::<Guard>().is_err(), "{text}");
    }
}

#[test]
fn silence_is_no_yes_and_one_no_ends_it() {
    assert_eq!(after(Verdict::Approve, 0, 2, true), After::Waits);
    assert_eq!(after(Verdict::Approve, 1, 2, false), After::NextStep);
    assert_eq!(after(Verdict::Approve, 0, 1, true), After::Ends(State::Approved));
    assert_eq!(after(Verdict::Refuse, 5, 1, true), After::Ends(State::Refused));
    assert_eq!(after(Verdict::Return, 0, 1, false), After::Ends(State::Returned));
}
