//! The fields a filter may name: own ones, those of linked records, and figures over child records.

use super::words::walk;
use crate::value::Look;
use akrab_engine::{Access, Rights};
use akrab_model::filter::Op;
use akrab_model::object::{FieldRight, Scope};
use akrab_model::query::AggregateFn;
use akrab_model::{Field, FieldType, Object};
use serde_json::Value as Json;
use std::sync::Arc;

/// Mark of a condition over child records: `>opportunity.account:count`.
pub const CHILD: char = '>';

/// A field of the builder.
pub struct Choice {
    /// `segment`, `account.segment`, `>order.account:sum:amount`, `>order.account:any:status`.
    pub key: String,
    pub label: String,
    /// Heading in the list of fields; empty for own fields.
    pub group: String,
    /// What its operators and editor follow.
    pub kind: FieldType,
    /// The field whose choices and links the editor offers.
    pub field: Option<Field>,
    /// Key of the object the field belongs to.
    pub object: String,
}

/// A key of the builder taken apart.
pub enum Key<'k> {
    Path(&'k str),
    /// Child object, its link here, figure, field.
    Child {
        object: &'k str,
        via: &'k str,
        figure: &'k str,
        field: Option<&'k str>,
    },
}

/// Takes a key apart.
pub fn read_key(key: &str) -> Key<'_> {
    let child = || {
        let mut parts = key.strip_prefix(CHILD)?.splitn(3, ':');
        let (object, via) = parts.next()?.split_once('.')?;
        Some(Key::Child { object, via, figure: parts.next()?, field: parts.next() })
    };
    child().unwrap_or(Key::Path(key))
}

/// Every field the person may filter `object` by: own ones first, then those of linked records and of children.
pub fn choices(s: &Look, object: &Arc<Object>, rights: &Rights) -> Vec<Choice> {
    let mut all: Vec<Choice> =
        own(s, object, rights).map(|f| choice(f.key.clone(), f.label.get(s.key()).to_string(), String::new(), object, f)).collect();
    for link in own(s, object, rights).filter(|f| f.kind == FieldType::Link) {
        let Some(target) = link.to.map(|to| s.registry.at(to).clone()) else { continue };
        if target.is_system() || rights.scope(&target, Access::Read) == Scope::None {
            continue;
        }
        let fields = own(s, &target, rights).filter(|f| telling(&target, f));
        all.extend(fields.map(|f| {
            choice(
                format!("{}.{}", link.key, f.key),
                format!("{} › {}", link.label.get(s.key()), f.label.get(s.key())),
                link.label.get(s.key()).to_string(),
                &target,
                f,
            )
        }));
    }
    for (child, via) in &object.children {
        let child = s.registry.at(*child).clone();
        if child.is_system() || rights.scope(&child, Access::Read) == Scope::None || rights.field(&child, *via) == FieldRight::Hidden {
            continue;
        }
        // records of the same kind below this one have words of their own
        let plural = if child.ix == object.ix { s.t.get("record-related-below") } else { child.plural_label(s.key()).to_string() };
        of_child(s, &child, &child.at(*via).key, &plural, rights, &mut all);
    }
    all
}

/// Fields a filter names that are not offered: they stay as they are.
pub fn named(s: &Look, object: &Arc<Object>, drawn: &Json, offered: &[Choice]) -> Vec<Choice> {
    let mut keys = Vec::new();
    collect(drawn, &mut keys);
    keys.retain(|key| offered.iter().all(|choice| choice.key != *key));
    keys.sort_unstable();
    keys.dedup();
    let known = |key: &&str| match read_key(key) {
        Key::Path(path) => walk(s, object, path).map(|(label, at, field)| choice((*key).into(), label, String::new(), &at, &field)),
        Key::Child { object: child, field, .. } => {
            let child = s.registry.object(child)?.clone();
            let field = child.field(field?)?;
            let label = format!("{} › {}", child.plural_label(s.key()), field.label.get(s.key()));
            Some(choice((*key).into(), label, String::new(), &child, field))
        }
    };
    keys.iter().filter_map(known).collect()
}

fn collect<'j>(drawn: &'j Json, keys: &mut Vec<&'j str>) {
    keys.extend(drawn.get("field").and_then(Json::as_str));
    for items in ["all", "any"].iter().filter_map(|join| drawn.get(join)?.as_array()) {
        items.iter().for_each(|item| collect(item, keys));
    }
}

fn of_child(s: &Look, child: &Arc<Object>, via: &str, plural: &str, rights: &Rights, all: &mut Vec<Choice>) {
    let group = plural.to_string();
    let start = format!("{CHILD}{}.{via}", child.key);
    let named = |key: &str, field: Option<&Field>| {
        let words = field.map_or("", |f| f.label.get(s.key()));
        s.t.with(key, &[("records", plural.to_lowercase().into()), ("field", words.to_lowercase().into())])
    };
    all.push(Choice {
        key: format!("{start}:count"),
        label: named("filter-child-count", None),
        group: group.clone(),
        kind: FieldType::Integer,
        field: None,
        object: child.key.clone(),
    });
    for field in own(s, child, rights).filter(|f| f.key != via && telling(child, f)) {
        if matches!(field.kind, FieldType::Money | FieldType::Decimal) {
            let label = named("filter-child-sum", Some(field));
            all.push(Choice {
                key: format!("{start}:sum:{}", field.key),
                label,
                group: group.clone(),
                kind: field.kind,
                field: None,
                object: child.key.clone(),
            });
        }
        let label = format!("{plural} › {}", field.label.get(s.key()));
        all.push(choice(format!("{start}:any:{}", field.key), label, group.clone(), child, field));
    }
}

/// Readable fields of one object a filter can test, in the order of its file.
fn own<'o>(s: &Look, object: &'o Arc<Object>, rights: &'o Rights) -> impl Iterator<Item = &'o Field> {
    let person = s.registry.objects().map(|o| o.ix).collect::<Vec<_>>();
    rights
        .readable(object)
        .into_iter()
        .map(|ix| object.at(ix))
        .filter(|f| !(f.quiet && f.kind.is_text()))
        .filter(move |f| f.kind != FieldType::Json && f.to.is_none_or(|to| person.contains(&to)))
}

/// What one asks of other records: not when they were written down, nor the parts of a name.
fn telling(object: &Object, field: &Field) -> bool {
    let part_of_name = field.part_of.as_deref().is_some_and(|whole| object.field(whole).is_some());
    !(field.system || part_of_name || field.kind == FieldType::File)
}

fn choice(key: String, label: String, group: String, object: &Object, field: &Field) -> Choice {
    Choice { key, label, group, kind: field.kind, field: Some(field.clone()), object: object.key.clone() }
}

/// The figure of a child key.
pub fn figure(name: &str) -> Option<AggregateFn> {
    match name {
        "count" => Some(AggregateFn::Count),
        "sum" => Some(AggregateFn::Sum),
        "avg" => Some(AggregateFn::Avg),
        "min" => Some(AggregateFn::Min),
        "max" => Some(AggregateFn::Max),
        _ => None,
    }
}

/// Operators of the builder for a type.
pub fn operators(kind: FieldType) -> impl Iterator<Item = Op> {
    Op::for_kind(kind).iter().copied()
}

/// The name under which the builder knows a type's operators.
pub fn type_name(kind: FieldType) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
