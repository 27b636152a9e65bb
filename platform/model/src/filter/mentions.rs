//! Which fields a condition names.

use super::Filter;
use crate::object::{Object, Registry};

/// A field as something names it: the object it is told of, and the path that leads to it. An empty path names the object
/// alone.
pub type Mention = (String, String);

impl Filter {
    /// Everything a condition about records of `object` names.
    pub fn mentions(&self, object: &str, found: &mut Vec<Mention>) {
        match self {
            Filter::All(items) | Filter::Any(items) => items.iter().for_each(|item| item.mentions(object, found)),
            Filter::Not(item) => item.mentions(object, found),
            Filter::Test { field, .. } => found.push((object.into(), field.clone())),
            Filter::Child { object: child, via, filter, of, .. } => {
                found.extend(std::iter::once(via).chain(of).map(|field| (child.clone(), field.clone())));
                if let Some(filter) = filter {
                    filter.mentions(child, found);
                }
            }
        }
    }

    /// Whether a condition about records of `object` names a field of another object or its own, or with none the other
    /// object itself.
    pub fn uses(&self, registry: &Registry, object: &str, of: &str, field: Option<&str>) -> bool {
        let mut found = Vec::new();
        self.mentions(object, &mut found);
        leads_to(registry, &found, of, field)
    }
}

/// Whether any of these leads over a field of `of`, or with no field to one of its records.
pub fn leads_to(registry: &Registry, mentions: &[Mention], of: &str, field: Option<&str>) -> bool {
    let leads = |(object, path): &Mention| {
        let mut at: Option<&Object> = registry.object(object).map(|object| &**object);
        for part in path.split('.') {
            let Some(object) = at else { return false };
            if object.key == of && field.is_none_or(|field| field == part) {
                return true;
            }
            at = object.field(part).and_then(|field| field.to).map(|to| &**registry.at(to));
        }
        false
    };
    mentions.iter().any(leads)
}
