//! Merging and mending.

use super::*;
use crate::object::{BoardDecl, DeclError, FieldDecl, FieldType, Label, Registry};

fn label() -> Label {
    Label::new("Nama", "Name")
}

fn object(key: &str) -> ObjectDecl {
    let json = serde_json::json!({
        "key": key, "plural": format!("{key}s"), "label": label(), "plural_label": label(), "purpose": label(),
        "icon": "box", "group": "customers", "title": "name", "owned": false,
        "fields": { "name": { "type": "text", "label": label(), "required": true }, "city": { "type": "text", "label": label() } },
    });
    serde_json::from_value(json).expect("an object")
}

fn shipped() -> Vec<(String, ObjectDecl)> {
    vec![("user.toml".into(), object("user")), ("account.toml".into(), object("account"))]
}

fn shape(parts: Vec<(&str, Part)>) -> Shape {
    Shape { parts: parts.into_iter().map(|(key, part)| (key.to_string(), part)).collect() }
}

fn compiled(shape: &Shape) -> (Registry, Vec<DeclError>) {
    let (decls, faults) = merge(&shipped(), shape);
    (Registry::compile(decls).unwrap_or_else(|faults| panic!("{faults:?}")), faults)
}

#[test]
fn what_is_made_here_lies_in_tables_and_columns_of_its_own() {
    let mut change = ObjectChange::of("account");
    change.fields.insert("segment".into(), FieldDecl::new(FieldType::Text, label()));
    let shape = shape(vec![("vehicle", Part::Own(Box::new(object("vehicle")))), ("account", Part::Change(Box::new(change)))]);
    let (registry, faults) = compiled(&shape);
    assert!(faults.is_empty());
    let account = registry.object("account").expect("the account");
    assert_eq!(account.table, "o_account");
    assert_eq!(account.field("segment").map(|f| f.column.as_str()), Some("x_segment"));
    assert_eq!(account.field("city").map(|f| f.column.as_str()), Some("f_city"));
    let vehicle = registry.object("vehicle").expect("the vehicle");
    assert_eq!(vehicle.table, "o_x_vehicle");
    assert!(vehicle.field("city").is_some_and(|f| f.column == "x_city" && f.folded), "sorting needs no new column later");
    // a field nobody has laid out yet is seen all the same
    assert!(account.decl.layout.sections.iter().any(|s| s.fields == ["segment"]));
    assert!(vehicle.decl.layout.sections.iter().any(|s| s.fields == ["name", "city"]));
}

#[test]
fn a_shipped_field_is_changed_only_in_what_is_said() {
    let mut change = ObjectChange::of("account");
    let words = Label::new("Kota asal", "Home town");
    change.changed.insert("city".into(), FieldChange { label: Some(words.clone()), required: true, ..FieldChange::default() });
    let (registry, _) = compiled(&shape(vec![("account", Part::Change(Box::new(change)))]));
    let city = registry.object("account").and_then(|o| o.field("city")).expect("the city").clone();
    assert!(city.required && city.label == words && city.kind == FieldType::Text);
}

#[test]
fn what_no_longer_fits_is_left_out_and_the_rest_stands() {
    let mut vehicle = object("vehicle");
    let mut link = FieldDecl::new(FieldType::Link, label());
    link.to = Some("gone".into());
    vehicle.fields.insert("dealer".into(), link);
    vehicle.layout.quick = vec!["name".into(), "dealer".into()];
    vehicle.board = Some(BoardDecl {
        by: "dealer".into(),
        subtitle: None,
        amount: None,
        date: None,
        tags: None,
        since: None,
        next: None,
        next_at: None,
    });
    let mut shape = shape(vec![("vehicle", Part::Own(Box::new(vehicle)))]);
    for _ in 0..20 {
        let (decls, _) = merge(&shipped(), &shape);
        let Err(faults) = Registry::compile(decls) else { break };
        assert!(shape.without(&faults[0]), "{faults:?}");
    }
    let (registry, _) = compiled(&shape);
    let vehicle = registry.object("vehicle").expect("the object stands");
    assert!(vehicle.field("dealer").is_none() && vehicle.field("city").is_some());
    assert_eq!(vehicle.decl.layout.quick, ["name"]);
}

#[test]
fn a_shipped_object_of_the_same_key_wins() {
    let shape = shape(vec![("account", Part::Own(Box::new(object("account"))))]);
    let (registry, faults) = compiled(&shape);
    assert_eq!(faults.len(), 1);
    assert_eq!(registry.object("account").map(|o| o.table.as_str()), Some("o_account"));
}

#[test]
fn going_back_loses_nothing() {
    let before = Part::Own(Box::new(object("vehicle")));
    let mut after = object("vehicle");
    after.fields.insert("plate".into(), FieldDecl::new(FieldType::Text, label()));
    let after = Part::Own(Box::new(after));
    let Part::Own(back) = after.back_to(Some(&before)) else { panic!("an object") };
    assert!(back.fields["plate"].hidden && !back.fields["city"].hidden);
    let Part::Own(back) = after.back_to(None) else { panic!("an object") };
    assert!(back.hidden);
}

#[test]
fn keys_come_from_words() {
    let taken = ["plat"];
    let key = |label: &str| free_key(label, |key| taken.contains(&key));
    assert_eq!(key("Nomor Polisi"), "nomor_polisi");
    assert_eq!(key("Plat"), "plat_2");
    assert_eq!(key("2024 Sales (%)"), "k_2024_sales");
    assert_eq!(key("車両"), "k");
    assert_eq!(key("x_ray"), "k_x_ray");
    assert!(key("Sebuah nama yang panjangnya tidak masuk akal sama sekali").len() <= 28);
}

fn with(part: &Part, change: impl FnOnce(&mut ObjectDecl)) -> Part {
    let Part::Own(mut decl) = part.clone() else { panic!("an object made here") };
    change(&mut decl);
    Part::Own(decl)
}

fn own(part: &Part) -> &ObjectDecl {
    let Part::Own(decl) = part else { panic!("an object made here") };
    decl
}

#[test]
fn one_change_among_many_is_taken_back() {
    let first = Part::Own(Box::new(object("vehicle")));
    let second = with(&first, |decl| {
        decl.fields.insert("plate".into(), FieldDecl::new(FieldType::Text, label()));
        decl.fields["plate"].required = true;
        decl.layout.quick = vec!["name".into(), "plate".into()];
    });
    let third = with(&second, |decl| {
        decl.label = Label::new("Truk", "Truck");
        decl.layout.quick.push("city".into());
        decl.fields["plate"].label = Label::new("Nomor polisi", "Plate");
    });
    let back = third.taking_back(Some(&first), Some(&second)).expect("nothing stands on it");
    assert_eq!(own(&back).label.en, "Truck", "what came later stays");
    assert_eq!(own(&back).layout.quick, ["city"]);
    let plate = &own(&back).fields["plate"];
    assert!(plate.hidden && !plate.required && plate.label.en == "Plate", "out of sight, and nothing lost");
    let told = places(Some(&second), Some(&third));
    let paths: Vec<String> = told.iter().map(|place| place.path.join(".")).collect();
    assert_eq!(paths, ["label.id", "label.en", "fields.plate.label.id", "fields.plate.label.en", "layout.quick"]);
    // and the later one, with the earlier one left
    let back = third.taking_back(Some(&second), Some(&third)).expect("the newest");
    assert_eq!(back, second);
}

#[test]
fn what_was_changed_again_is_named() {
    let first = Part::Own(Box::new(object("vehicle")));
    let second = with(&first, |decl| decl.label = Label::new("Truk", "Truck"));
    let third = with(&second, |decl| decl.label.en = "Lorry".into());
    let stands = third.taking_back(Some(&first), Some(&second)).expect_err("the English name was changed again");
    assert_eq!(stands, [["label", "en"]]);
}

#[test]
fn an_order_is_taken_back_while_nobody_ordered_again() {
    let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let quick = |part: &Part, names: &[&str]| with(part, |decl| decl.layout.quick = list(names));
    let first = quick(&Part::Own(Box::new(object("vehicle"))), &["a", "b", "c"]);
    let second = quick(&first, &["c", "b", "a"]);
    let added = quick(&second, &["c", "x", "b", "a"]);
    assert_eq!(own(&added.taking_back(Some(&first), Some(&second)).expect("back")).layout.quick, ["a", "x", "b", "c"]);
    let again = quick(&second, &["b", "c", "a"]);
    assert_eq!(again.taking_back(Some(&first), Some(&second)).expect_err("ordered again"), [["layout", "quick"]]);
    // what was taken out comes back to its place
    let without = quick(&first, &["a", "c"]);
    let later = quick(&without, &["a", "c", "d"]);
    assert_eq!(own(&later.taking_back(Some(&first), Some(&without)).expect("back")).layout.quick, ["a", "b", "c", "d"]);
}

#[test]
fn choices_taken_back_are_no_longer_offered_and_keep_their_words() {
    let choice = |key: &str| crate::Choice {
        key: key.into(),
        label: label(),
        tone: crate::object::Tone::Neutral,
        icon: None,
        retired: false,
        other: None,
        turns: None,
    };
    let first = with(&Part::Own(Box::new(object("vehicle"))), |decl| {
        let mut field = FieldDecl::new(FieldType::Choice, label());
        field.choices = vec![choice("old")];
        decl.fields.insert("state".into(), field);
    });
    let second = with(&first, |decl| decl.fields["state"].choices.push(choice("new")));
    let third = with(&second, |decl| decl.fields["state"].choices.push(choice("newer")));
    let back = third.taking_back(Some(&first), Some(&second)).expect("back");
    let choices = &own(&back).fields["state"].choices;
    assert_eq!(choices.iter().map(|c| (c.key.as_str(), c.retired)).collect::<Vec<_>>(), [("old", false), ("new", true), ("newer", false)]);
}

#[test]
fn a_changed_shipped_field_goes_back_alone() {
    let none = Part::Change(Box::new(ObjectChange::of("account")));
    let change = |part: &Part, set: &dyn Fn(&mut ObjectChange)| {
        let Part::Change(mut change) = part.clone() else { panic!("a change") };
        set(&mut change);
        Part::Change(change)
    };
    let first = change(&none, &|c| drop(c.changed.insert("city".into(), FieldChange { required: true, ..FieldChange::default() })));
    let second = change(&first, &|c| c.changed["city"].label = Some(Label::new("Kota asal", "Home town")));
    let third = change(&second, &|c| c.hidden = true);
    let Part::Change(back) = third.taking_back(None, Some(&first)).expect("back") else { panic!("a change") };
    assert!(!back.changed["city"].required && back.changed["city"].label.is_some() && back.hidden);
    let Part::Change(back) = first.taking_back(None, Some(&first)).expect("back") else { panic!("a change") };
    assert!(back.changed.is_empty(), "nothing is said of it any more");
}
