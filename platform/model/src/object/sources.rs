//! What a computed field is worked out of: whoever may not read a source would learn it from the result.

use super::{Field, FieldIx, Object, ObjectIx, Registry, RollupDecl};
use serde_json::Value as Json;

/// A field that flows into a computed one; without a field the object's records as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    pub object: ObjectIx,
    pub field: Option<FieldIx>,
}

pub(super) fn of(registry: &Registry, object: &Object, field: &Field) -> Vec<Source> {
    let mut found = Vec::new();
    let own = |key: &str| object.field_ix(key).map(|ix| Source { object: object.ix, field: Some(ix) });
    found.extend(field.derived.iter().filter_map(|key| own(key)));
    if let Some(formula) = &field.formula {
        // a field's name within a text counts too: rather one source too many than one too few
        found.extend(formula.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter_map(own));
    }
    if let Some(rollup) = &field.rollup
        && let Some(child) = registry.object(&rollup.of)
    {
        of_rollup(registry, child, rollup, &mut found);
    }
    found
}

fn of_rollup(registry: &Registry, child: &Object, rollup: &RollupDecl, found: &mut Vec<Source>) {
    found.push(Source { object: child.ix, field: None });
    let mut paths = vec![rollup.via.clone()];
    paths.extend(rollup.field.clone());
    if let Some(filter) = &rollup.filter {
        fields_in(filter, &mut paths);
    }
    for path in paths {
        let mut at = child;
        for part in path.split('.') {
            let Some(ix) = at.field_ix(part) else { break };
            found.push(Source { object: at.ix, field: Some(ix) });
            let Some(to) = at.at(ix).to else { break };
            at = registry.at(to);
        }
    }
}

/// Every field a filter names.
fn fields_in(filter: &Json, found: &mut Vec<String>) {
    match filter {
        Json::Object(map) => {
            found.extend(map.get("field").and_then(Json::as_str).map(Into::into));
            map.values().for_each(|value| fields_in(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| fields_in(item, found)),
        _ => {}
    }
}
