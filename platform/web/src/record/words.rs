//! Small words about a record that several screens need.

use akrab_engine::Engine;
use akrab_model::{Field, FieldType, Object, Record, RecordId, Value};
use jiff::Timestamp;

/// The page of a record.
pub fn href(record: &Record) -> String {
    format!("/{}/{}", record.object.plural, record.id)
}

/// The title as people write it: a person with the titles before and after the name.
///
/// A tie is called by its two ends, as far as their names were read with it.
pub fn full_title(record: &Record) -> String {
    let ends = record.object.decl.tie.as_ref().map(|tie| tie.ends.each_ref().map(|end| record.link_title(end)));
    if let Some([Some(a), Some(b)]) = ends {
        return format!("{a} – {b}");
    }
    let [before, after] = title_parts(&record.object).map(|key| key.map(|key| record.text(&key)).unwrap_or_default());
    around(record.title(), before, after)
}

/// A title between what stands before and after it; nothing without a title.
pub fn around(title: &str, before: &str, after: &str) -> String {
    let gap = if before.is_empty() { "" } else { " " };
    let comma = if after.is_empty() { "" } else { ", " };
    if title.is_empty() { String::new() } else { format!("{before}{gap}{title}{comma}{after}") }
}

/// Keys of the fields with what stands before and after the title of a person.
pub fn title_parts(object: &Object) -> [Option<String>; 2] {
    let field = object.title_field();
    ["prefix", "suffix"].map(|part| {
        let key = format!("{}_{part}", field.key);
        (field.kind == FieldType::PersonName && object.field(&key).is_some()).then_some(key)
    })
}

/// Whether this field says when something was due that is still not done.
pub fn is_late(record: &Record, field: &Field, now: Timestamp) -> bool {
    let told = &record.object.decl.timeline;
    let open = || told.done.as_deref().is_some_and(|done| record.has(done) && record.get(done).is_null());
    let due = told.at.as_deref() == Some(field.key.as_str());
    due && open() && matches!(record.get(&field.key), Value::Time(at) if *at < now)
}

/// Whose right decides: the owner, or who made a record nobody owns.
pub fn owner(record: &Record) -> Option<RecordId> {
    match record.object.owner {
        Some(ix) => record.link(&record.object.at(ix).key),
        None => record.link("created_by"),
    }
}

/// A moment kept in microseconds.
pub fn micros(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An unpredictable name for one drawing of a form.
pub fn token(engine: &Engine) -> String {
    engine.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}
