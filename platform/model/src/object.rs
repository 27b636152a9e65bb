//! Objects as declared in their TOML file, and the compiled registry the program works with.

mod addition;
mod check;
mod conform;
mod decl;
mod field;
mod panel;
mod place;
mod registry;
mod seen;
pub mod shape;
mod sources;
mod whole;

pub use addition::{AdditionDecl, add};
pub use check::{DeclError, is_key};
pub use decl::*;
pub use field::{DECIMAL_SCALE, Field, FieldType, Storage};
pub use panel::Panel;
pub use place::placed;
pub use registry::{ADDRESS_PARTS, TERRITORY, TERRITORY_FIXED};
pub use registry::{Object, Registry};
pub use sources::Source;
pub use whole::{CircleDecl, FigureDecl, MeasureDecl, PanelDecl};

use serde::{Deserialize, Serialize};

/// The JSON Schema of object files, for editors that complete and check while one types.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(ObjectDecl).to_value()
}

/// Position of an object in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectIx(pub u16);

/// Position of a field within its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldIx(pub u16);

/// A text in both languages of the product; neither may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub id: String,
    pub en: String,
}

impl Label {
    pub fn new(id: &str, en: &str) -> Self {
        Self { id: id.into(), en: en.into() }
    }
    /// The text in `lang`: `"id"` or anything else for English.
    pub fn get(&self, lang: &str) -> &str {
        if lang == "id" { &self.id } else { &self.en }
    }
}

/// What a choice's colour and shape say: always shown beside the word, never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    #[default]
    Neutral,
    New,
    Ok,
    Today,
    Risk,
    Late,
    None,
}

/// One entry of a choice field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub key: String,
    pub label: Label,
    #[serde(default, skip_serializing_if = "decl::is_default")]
    pub tone: Tone,
    /// Lucide name, where the choice says what sort of thing a record is.
    #[serde(default, skip_serializing_if = "decl::is_default")]
    pub icon: Option<String>,
    /// No longer offered; records that have it keep it.
    #[serde(default, skip_serializing_if = "decl::is_default")]
    pub retired: bool,
    /// Of a tie: what it is called from its other end.
    #[serde(default, skip_serializing_if = "decl::is_default")]
    pub other: Option<Label>,
    /// Of a tie: offered, and kept as that choice with its ends exchanged.
    #[serde(default, skip_serializing_if = "decl::is_default")]
    pub turns: Option<String>,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_knows_every_field_type_and_refuses_unknown_keys() {
        let schema = super::json_schema().to_string();
        for kind in ["person_name", "auto_number", "rollup", "links", "long_text", "date_time"] {
            assert!(schema.contains(&format!("\"{kind}\"")), "{kind}");
        }
        assert_eq!(super::json_schema()["additionalProperties"], false);
    }

    #[test]
    fn what_a_merge_names_is_there_and_fits() {
        let object = |key: &str, merge: serde_json::Value| {
            let label = serde_json::json!({ "id": "Nama", "en": "Name" });
            let field = |kind: &str| serde_json::json!({ "type": kind, "label": label });
            let decl = serde_json::json!({
                "key": key, "plural": format!("{key}s"), "label": label, "plural_label": label, "purpose": label,
                "icon": "box", "group": "customers", "title": "name", "owned": false, "merge": merge,
                "fields": { "name": field("text"), "main": field("boolean"), "place": field("address") },
            });
            (format!("{key}.toml"), serde_json::from_value::<super::ObjectDecl>(decl).expect("an object"))
        };
        let faults = |merge: serde_json::Value| {
            let found = super::Registry::compile(vec![object("user", serde_json::Value::Null), object("date", merge)]).err();
            found.unwrap_or_default().into_iter().map(|fault| fault.fault.code).collect::<Vec<_>>()
        };
        let sound = serde_json::json!({ "same": ["name", "place_city"], "main": "main", "each": ["name"] });
        assert_eq!(faults(sound), Vec::<String>::new());
        for (merge, code) in [
            (serde_json::json!({ "same": ["nickname"] }), "decl_unknown_name"),
            (serde_json::json!({ "same": ["place"] }), "decl_wrong_kind"),
            (serde_json::json!({ "same": ["name"], "main": "name" }), "decl_wrong_kind"),
            (serde_json::json!({ "same": ["name"], "keeps": { "value": "name", "kind": "main" } }), "decl_wrong_kind"),
        ] {
            assert_eq!(faults(merge), [code]);
        }
    }
}
