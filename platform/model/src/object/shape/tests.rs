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
