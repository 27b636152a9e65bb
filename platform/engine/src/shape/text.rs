//! A shape as TOML, in the words of object files: `[[objects]]` for what was made, `[[changes]]` for what differs.

use akrab_model::FieldProblem;
use akrab_model::object::shape::{ObjectChange, Part, Shape};
use akrab_model::object::{DeclError, ObjectDecl, placed};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use toml::{Table, Value};

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    objects: Vec<ObjectDecl>,
    #[serde(default)]
    changes: Vec<ObjectChange>,
}

/// Reads a file of changes.
///
/// # Errors
/// The line of the first place that cannot be read, and why.
pub(super) fn read(text: &str) -> Result<Shape, (usize, FieldProblem)> {
    let file: File = toml::from_str(text).map_err(|error| crate::written::fault(text, &error))?;
    let mut shape = Shape::default();
    let objects = file.objects.into_iter().map(|decl| (decl.key.clone(), Part::Own(Box::new(decl))));
    let changes = file.changes.into_iter().map(|change| (change.object.clone(), Part::Change(Box::new(change))));
    for (key, part) in objects.chain(changes) {
        if shape.parts.contains_key(&key) {
            return Err((start(text, &key), FieldProblem::new("", "decl_twice").with("key", &key)));
        }
        shape.parts.insert(key, part);
    }
    Ok(shape)
}

/// The line in which the part of an object begins.
fn start(text: &str, object: &str) -> usize {
    let named = |line: &str| {
        let line = line.trim();
        [("key", object), ("object", object)].iter().any(|(name, key)| line == format!("{name} = \"{key}\""))
    };
    text.lines().position(named).map_or(1, |line| line + 1)
}

/// The line a fault of the compiler stands in.
pub(super) fn line_of(text: &str, fault: &DeclError) -> usize {
    let first = start(text, &fault.file);
    let below = text.lines().skip(first - 1).collect::<Vec<_>>().join("\n");
    first - 1 + placed(fault, &below)
}

/// Writes a shape as a file.
pub(super) fn write(shape: &Shape) -> Result<String, toml::ser::Error> {
    let mut out = String::from(
        "# Objects, fields and layouts of a workspace. Brought into another one in the settings or by `akrab shape import`.\n",
    );
    for part in shape.parts.values() {
        match part {
            Part::Own(decl) => section("objects", decl.as_ref(), &mut out)?,
            Part::Change(change) => section("changes", change.as_ref(), &mut out)?,
        }
    }
    Ok(out)
}

/// Keys whose tables have a section of their own.
const SECTIONS: [&str; 9] = ["fields", "changed", "timeline", "board", "calendar", "map", "layout", "access", "columns"];
/// Keys whose lists have a section for each entry.
const LISTS: [&str; 5] = ["sections", "views", "duplicates", "actions", "validations"];

fn section<T: Serialize>(name: &str, what: &T, out: &mut String) -> Result<(), toml::ser::Error> {
    let table = Table::try_from(what)?;
    let _ = writeln!(out, "\n[[{name}]]");
    body(name, &table, out);
    Ok(())
}

fn body(path: &str, table: &Table, out: &mut String) {
    let apart = |key: &str, value: &Value| match value {
        Value::Table(_) => SECTIONS.contains(&key),
        Value::Array(items) => LISTS.contains(&key) && items.iter().all(Value::is_table),
        _ => false,
    };
    for (key, value) in table.iter().filter(|(key, value)| !apart(key, value)) {
        plain(key, value, out);
    }
    for (key, value) in table.iter().filter(|(key, value)| apart(key, value)) {
        let path = format!("{path}.{key}");
        match value {
            Value::Array(items) => {
                for item in items.iter().filter_map(Value::as_table) {
                    let _ = writeln!(out, "\n[[{path}]]");
                    body(&path, item, out);
                }
            }
            // each field, column and role has a table of its own
            Value::Table(tables) if matches!(key.as_str(), "fields" | "changed" | "access" | "columns") => {
                for (name, item) in tables {
                    let path = format!("{path}.{name}");
                    let _ = writeln!(out, "\n[{path}]");
                    body(&path, item.as_table().unwrap_or(&Table::new()), out);
                }
            }
            Value::Table(inner) if !inner.is_empty() => {
                let _ = writeln!(out, "\n[{path}]");
                body(&path, inner, out);
            }
            _ => {}
        }
    }
}

fn plain(key: &str, value: &Value, out: &mut String) {
    match value {
        Value::Array(items) if key == "choices" && !items.is_empty() => {
            let _ = writeln!(out, "{key} = [");
            for item in items {
                let _ = writeln!(out, "  {item},");
            }
            out.push_str("]\n");
        }
        value => {
            let _ = writeln!(out, "{key} = {value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    const FILE: &str = r#"
[[objects]]
key = "vehicle"
plural = "vehicles"
label = { id = "Kendaraan", en = "Vehicle" }
plural_label = { id = "Kendaraan", en = "Vehicles" }
purpose = { id = "Armada pelanggan.", en = "Fleets of customers." }
icon = "truck"
group = "customers"
title = "plate"

[objects.fields.plate]
type = "text"
label = { id = "Nomor \"polisi\"", en = "Plate" }
required = true

[objects.fields.status]
type = "choice"
label = { id = "Status", en = "Status" }
visible_when = { all = [{ field = "plate", op = "not_empty" }] }
choices = [
  { key = "new", label = { id = "Baru", en = "New" }, tone = "new" },
  { key = "old", label = { id = "Lama", en = "Old" }, retired = true },
]

[objects.fields.drivers]
type = "links"
to = "contact"
label = { id = "Pengemudi", en = "Drivers" }

[objects.fields.drivers.columns.since]
type = "date"
label = { id = "Sejak", en = "Since" }

[objects.layout]
quick = ["plate"]

[[objects.layout.sections]]
label = { id = "Rincian", en = "Details" }
fields = ["plate", "status"]

[objects.access.sales]
create = true
read = "team"

[[changes]]
object = "account"

[changes.fields.segment]
type = "text"
label = { id = "Segmen", en = "Segment" }

[changes.changed.city]
label = { id = "Kota asal", en = "Home town" }
"#;

    #[test]
    fn what_goes_out_comes_in_the_same() {
        let shape = read(FILE).expect("a file");
        let text = write(&shape).expect("a text");
        assert_eq!(read(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}")), shape);
        let order: Vec<_> = shape.parts["vehicle"].own_fields().cloned().collect();
        assert_eq!(order, ["plate", "status", "drivers"]);
        assert!(text.contains("[objects.fields.drivers.columns.since]"), "{text}");
    }

    #[test]
    fn faults_have_their_line() {
        let (line, message) = read(&FILE.replace("type = \"date\"", "type = \"tanggal\"")).expect_err("no type");
        assert_eq!(FILE.lines().nth(line - 1).map(str::trim), Some("type = \"date\""), "{message:?}");
        assert!(read("[[objects]]\nkey = \"a\"").is_err());
    }
}
