//! Objects as an assistant has to know them, cut to what its user may see.

use akrab_engine::{Access, Rights};
use akrab_model::filter::Op;
use akrab_model::object::{FieldRight, Scope};
use akrab_model::{Field, FieldIx, FieldType, Object, Registry};
use serde_json::{Map, Value as Json, json};

/// Every object within sight.
pub fn objects(registry: &Registry, rights: &Rights, lang: &str) -> Json {
    let seen = registry.objects().filter(|object| !object.decl.hidden && rights.require_read(object).is_ok());
    let one = |object: &std::sync::Arc<Object>| {
        json!({
            "object": object.plural, "name": object.plural_label(lang), "about": object.decl.purpose.get(lang),
            "may_create": rights.may_create(object), "may_change": rights.scope(object, Access::Edit) != Scope::None,
        })
    };
    seen.map(one).collect()
}

/// One object with its fields and actions.
pub fn object(registry: &Registry, rights: &Rights, object: &Object, lang: &str) -> Json {
    let fields: Vec<Json> = rights.readable(object).into_iter().map(|ix| field(registry, rights, object, ix, lang)).collect();
    let edits = rights.scope(object, Access::Edit) != Scope::None;
    let actions = object.decl.actions.iter().filter(|_| edits);
    let actions: Vec<Json> = actions
        .map(|action| {
            let inputs: Map<String, Json> = action.inputs.iter().map(|(key, input)| (key.clone(), json!(input.label.get(lang)))).collect();
            json!({ "action": action.key, "name": action.label.get(lang), "inputs": inputs })
        })
        .collect();
    json!({
        "object": object.plural, "name": object.label(lang), "about": object.decl.purpose.get(lang), "title": object.at(object.title).key,
        "may_create": rights.may_create(object), "may_change": edits, "fields": fields, "actions": actions,
    })
}

fn field(registry: &Registry, rights: &Rights, object: &Object, ix: FieldIx, lang: &str) -> Json {
    let field = object.at(ix);
    let writable = field.writable() && rights.field(object, ix) == FieldRight::Edit;
    let mut told = json!({ "field": field.key, "name": field.label.get(lang), "type": field.kind, "writable": writable });
    if field.required && writable {
        told["required"] = json!(true);
    }
    if let Some(to) = field.to {
        told["links_to"] = json!(registry.at(to).plural);
    }
    if matches!(field.kind, FieldType::Choice | FieldType::Choices) {
        told["choices"] = choices(field, lang);
    }
    told["operators"] = Op::for_kind(field.kind).iter().map(|op| json!(op)).collect();
    told
}

fn choices(field: &Field, lang: &str) -> Json {
    field
        .choices
        .iter()
        .filter(|choice| !choice.retired)
        .map(|choice| json!({ "key": choice.key, "name": choice.label.get(lang) }))
        .collect()
}
