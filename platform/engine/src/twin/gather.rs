//! The records of an object as values to compare.

use crate::rights::Access;
use crate::{Result, Tx};
use akrab_matching::{Given, Kind, Matcher, Spec};
use akrab_model::object::FieldRight;
use akrab_model::text::{company, fold};
use akrab_model::{Cond, FieldIx, FieldType, Object, ObjectIx, Query, Raw, RecordId, Value, area};
use std::collections::HashMap;
use std::sync::Arc;

/// Records read at a time.
const PAGE: usize = 4_000;

/// A field that is compared, and where its values stand.
pub(super) struct Compared {
    /// Key of the first field declared.
    pub key: String,
    pub spec: Spec,
    /// Places among the columns read. Of an address: street, city, postcode.
    places: Vec<usize>,
    /// What a link points to.
    to: Option<ObjectIx>,
}

/// Records taken in.
pub(super) struct Gathered {
    pub fields: Vec<Compared>,
    pub ids: Vec<RecordId>,
    /// What each record says, in short: another number when any of it changes.
    pub marks: Vec<u64>,
    pub matcher: Matcher,
}

impl Gathered {
    /// What two records say.
    pub fn mark(&self, a: usize, b: usize) -> String {
        format!("{:x}-{:x}", self.marks[a], self.marks[b])
    }
}

impl Tx<'_> {
    /// The living records that may be seen and match, with the fields that may be read.
    pub(super) fn gather(&mut self, object: &Arc<Object>, cond: Cond) -> Result<Gathered> {
        self.rights.require_read(object)?;
        let (fields, columns) = self.compared(object);
        let specs: Vec<Spec> = fields.iter().map(|field| field.spec).collect();
        let mut all = Gathered { fields, ids: Vec::new(), marks: Vec::new(), matcher: Matcher::new(&specs) };
        let mut query = Query {
            object: object.ix,
            columns,
            cond: self.rights.cond(object, Access::Read).and(cond),
            sort: Vec::new(),
            limit: PAGE,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let registry = self.registry.clone();
        let mut words = Words::default();
        loop {
            let page = self.conn.select(&registry, &query)?;
            self.name_linked(&all.fields, &page.rows, &mut words)?;
            for row in &page.rows {
                let values: Vec<Said> = all.fields.iter().map(|field| Said::of(field, &row.cells, &mut words)).collect();
                all.marks.push(mark(&values));
                all.ids.push(row.id);
                let texts: Vec<Vec<&str>> = values.iter().map(|value| value.0.iter().map(String::as_str).collect()).collect();
                let given: Vec<Given> = all.fields.iter().zip(&texts).map(|(field, texts)| given(field.spec.kind, texts)).collect();
                all.matcher.push(&given);
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// What is compared, and the columns it takes.
    fn compared(&self, object: &Object) -> (Vec<Compared>, Vec<FieldIx>) {
        let mut columns: Vec<FieldIx> = Vec::new();
        let mut fields = Vec::new();
        for decl in object.decl.compare.iter().take(akrab_matching::MOST) {
            let Some(kind) = super::kind_of(object, decl) else { continue };
            let keys = match (kind, decl.fields.as_slice()) {
                (Kind::Address, [key]) => ["street", "city", "postcode"].map(|part| format!("{key}_{part}")).to_vec(),
                (_, keys) => keys.to_vec(),
            };
            let mut found = keys.iter().filter_map(|key| object.field_ix(key)).collect::<Vec<_>>();
            let whole = found.len() == keys.len();
            found.retain(|ix| self.rights.field(object, *ix) > FieldRight::Hidden && object.at(*ix).is_column());
            // a part alone is no address
            if found.is_empty() || (kind == Kind::Address && !(whole && found.len() == keys.len())) {
                continue;
            }
            let to = object.at(found[0]).to;
            let places = found.iter().map(|ix| {
                columns.iter().position(|known| known == ix).unwrap_or_else(|| {
                    columns.push(*ix);
                    columns.len() - 1
                })
            });
            let places = places.collect();
            fields.push(Compared { key: decl.fields[0].clone(), spec: Spec { kind, shared: decl.shared }, places, to });
        }
        (fields, columns)
    }

    /// Learns what linked records are called.
    fn name_linked(&mut self, fields: &[Compared], rows: &[akrab_store::Row], words: &mut Words) -> Result<()> {
        for (to, kind, places) in fields.iter().filter_map(|field| Some((field.to?, field.spec.kind, &field.places))) {
            let linked = rows.iter().flat_map(|row| places.iter().filter_map(|place| row.cells.get(*place)?.int()));
            let mut missing: Vec<i64> = linked.filter(|id| !words.titles.contains_key(&(to, *id))).collect();
            missing.sort_unstable();
            missing.dedup();
            words.titles.extend(self.titles_of(to, &missing)?.into_iter().map(|(id, title)| ((to, id), as_compared(kind, &title))));
        }
        Ok(())
    }
}

/// What was worked out before.
#[derive(Default)]
struct Words {
    titles: HashMap<(ObjectIx, i64), String>,
    cities: HashMap<String, String>,
}

impl Words {
    /// One name for a city, however it is written.
    fn city(&mut self, written: &str) -> String {
        if let Some(known) = self.cities.get(written) {
            return known.clone();
        }
        let city = area::regency_named(None, written).map_or_else(|| fold(written), |one| fold(one.name));
        self.cities.insert(written.into(), city.clone());
        city
    }
}

/// The texts of one comparison; none when the record says nothing.
struct Said(Vec<String>);

impl Said {
    fn of(field: &Compared, cells: &[Raw], words: &mut Words) -> Said {
        let kind = field.spec.kind;
        let cells: Vec<&Raw> = field.places.iter().map(|place| &cells[*place]).collect();
        if kind == Kind::Address {
            let text = |n: usize| cells.get(n).and_then(|cell| cell.text()).unwrap_or_default();
            let parts = [fold(text(0)), if text(1).is_empty() { String::new() } else { words.city(text(1)) }, fold(text(2))];
            return Said(if parts.iter().all(String::is_empty) { Vec::new() } else { parts.into() });
        }
        let texts = cells.into_iter().filter_map(|cell| match (cell, field.to) {
            // brought into one form when it was read
            (Raw::Int(id), Some(to)) => words.titles.get(&(to, *id)).cloned(),
            (Raw::Int(_), None) if kind == Kind::Date => match Value::from_raw(FieldType::Date, cell.clone()) {
                Value::Date(day) => Some(day.to_string()),
                _ => None,
            },
            (Raw::Int(n), None) => Some(n.to_string()),
            (Raw::Text(text), _) => Some(as_compared(kind, text)),
            (Raw::Null, _) => None,
        });
        let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
        texts.dedup();
        Said(texts)
    }
}

/// A number of what a record says, the same in every version of the program.
fn mark(values: &[Said]) -> u64 {
    let said: Vec<String> = values.iter().map(|value| value.0.join("\u{1}")).collect();
    akrab_matching::hash(said.join("\u{2}").as_bytes())
}

/// A text in the form in which it is compared. Names are kept without titles.
fn as_compared(kind: Kind, text: &str) -> String {
    if kind == Kind::Company { company::key(text) } else { fold(text) }
}

fn given<'v>(kind: Kind, texts: &'v [&'v str]) -> Given<'v> {
    match (kind, texts) {
        (_, []) => Given::None,
        (Kind::Address, [street, city, postcode]) => Given::Address { street, city, postcode },
        (_, texts) => Given::Texts(texts),
    }
}
