use super::*;
use serde_json::json;

#[test]
fn filters_of_the_standard_are_understood() {
    let someone = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "7", "userName": "Siti@contoh.co.id", "externalId": "Ab", "active": true,
        "displayName": "Siti \"Sisi\" Aminah", "name": {"givenName": "Siti", "familyName": "Aminah"},
        "emails": [{"value": "siti@contoh.co.id", "type": "work", "primary": true}], "groups": [],
        "roles": [{"value": "sales", "display": "Penjualan"}], "meta": {"created": "2026-03-02T02:00:00Z"},
    });
    for (text, wanted) in [
        ("", true),
        ("userName eq \"siti@contoh.co.id\"", true),
        ("userName eq \"budi@contoh.co.id\"", false),
        ("userName ne \"budi@contoh.co.id\"", true),
        ("externalId eq \"Ab\"", true),
        ("externalId eq \"ab\"", false),
        ("externalId sw \"A\" and externalId ew \"b\"", true),
        ("displayName co \"SISI\"", true),
        ("displayName eq \"siti \\\"sisi\\\" aminah\"", true),
        ("name.familyName sw \"am\"", true),
        ("emails eq \"siti@contoh.co.id\"", true),
        ("emails[type eq \"work\"].value eq \"x\"", false),
        ("emails[type eq \"work\" and value co \"@contoh.co.id\"]", true),
        ("emails[type eq \"home\" or (primary eq false)]", false),
        ("emails.value eq \"SITI@contoh.co.id\"", true),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName Eq \"siti@contoh.co.id\" AND active eq true", true),
        ("active eq \"True\"", true),
        ("active eq false", false),
        ("active ne false", true),
        ("not (active eq true)", false),
        ("not(userName sw \"b\") and not (userName sw \"c\")", true),
        ("userName sw \"b\" or userName sw \"s\" and active eq false", false),
        ("(userName sw \"b\" or userName sw \"s\") and active eq true", true),
        ("timezone pr", false),
        ("groups pr", false),
        ("roles pr and name pr", true),
        ("timezone eq null", true),
        ("timezone ne null", false),
        ("meta.created gt \"2026-03-02T08:59:59+07:00\"", true),
        ("meta.created lt \"2026-03-02T02:00:00.000Z\"", false),
        ("meta.created ge \"2026-03-02T02:00:00Z\"", true),
        ("userName gt \"a\" and userName le \"siti@contoh.co.id\"", true),
    ] {
        let filter = Filter::read(text, PERSON);
        if text.contains("].value") {
            assert!(filter.is_err(), "{text}");
            continue;
        }
        assert_eq!(filter.ok().map(|filter| filter.fits(&someone)), Some(wanted), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let deep = format!("{}active eq true{}", "(".repeat(30), ")".repeat(30));
    let wide = vec!["active eq true"; 60].join(" or ");
    let long = format!("userName eq \"{}\"", "x".repeat(3_000));
    for text in [
        "userName",
        "userName eq",
        "userName xx \"s\"",
        "userName eq siti",
        "userName eq \"a\" and",
        "userName eq \"a\" xor active eq true",
        "userName eq {}",
        "shoeSize eq 7",
        "password pr",
        "not active eq true",
        "(active eq true",
        "active eq true)",
        "emails[type eq \"work\"",
        "emails[shoe eq 1]",
        "active gt true",
        "active co \"t\"",
        "userName gt null",
        "]",
        "(",
        &deep,
        &wide,
        &long,
    ] {
        assert!(Filter::read(text, PERSON).is_err(), "{text}");
    }
}

#[test]
fn paths_name_an_attribute_and_choose_among_several() {
    for (path, name, which) in [
        ("displayName", "displayname", false),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "name.givenname", false),
        ("emails[type eq \"work\"].value", "emails.value", true),
        ("urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\" and primary eq true].value", "emails.value", true),
        ("members[value eq \"7\" or value eq \"]\"]", "members", true),
    ] {
        let place = Place::read(path).unwrap_or_else(|_| panic!("{path}"));
        assert_eq!((place.name.as_str(), place.which.is_some()), (name, which), "{path}");
    }
    for path in ["emails[type eq \"work\"", "emails[]x", "[value eq 1]", "members[shoe eq 7]"] {
        assert!(Place::read(path).is_err(), "{path}");
    }
    assert_eq!(
        Place::read("members[value eq \"7\"]").ok().and_then(|place| place.which).and_then(|w| w.value().map(String::from)),
        Some("7".into())
    );
}
