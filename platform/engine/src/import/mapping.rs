//! Which column is which field, by key, label in either language and alias.

use super::source::Line;
use crate::Rights;
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::{Field, FieldIx, FieldType, Object, Registry};
use std::collections::HashSet;

/// The record's own id, as an export of this program writes it.
pub const ID_COLUMN: &str = "akrab_id";

/// The link a column gives ids of this workspace for: `account` of `account.id`.
pub(super) fn id_of(column: &str) -> Option<&str> {
    column.strip_suffix(".id")
}

/// Whether a column mapped so fills this field itself.
pub fn fills(column: &str, key: &str) -> bool {
    id_of(column).unwrap_or(column) == key
}

/// Fields a file may fill.
pub(super) fn mappable(rights: &Rights, object: &Object) -> Vec<FieldIx> {
    (0..object.fields.len() as u16)
        .map(FieldIx)
        .filter(|ix| {
            let field = object.at(*ix);
            // when a value was confirmed comes from where it was
            let told = field.writable() || field.confirms.is_some();
            told && !matches!(field.kind, FieldType::File | FieldType::Json) && rights.field(object, *ix) == FieldRight::Edit
        })
        .collect()
}

/// The field each column seems to be for; `blank` says of a column that it holds nothing as far as it was read. No field
/// is given twice, save a name in parts.
pub(crate) fn guess(object: &Object, fields: &[FieldIx], header: &[String], blank: &dyn Fn(usize) -> bool) -> Vec<Option<String>> {
    let titles: Vec<String> = header.iter().map(|h| bare(h)).collect();
    let mut found: Vec<Option<String>> = vec![None; header.len()];
    let mut used = HashSet::new();
    for (n, title) in titles.iter().enumerate() {
        if title == &bare(ID_COLUMN) {
            found[n] = Some(ID_COLUMN.into());
        }
    }
    // an export of this program has the id of a link beside its title
    for ix in fields.iter().filter(|ix| object.at(**ix).to.is_some()) {
        let field = object.at(*ix);
        let names = [bare(&format!("{} (ID)", field.label.id)), bare(&format!("{} (ID)", field.label.en))];
        let written = |n: &usize| header[*n].trim_end().ends_with("(ID)") && names.contains(&titles[*n]);
        if let Some(column) = (0..titles.len()).find(|n| found[*n].is_none() && written(n)) {
            used.insert(field.key.clone());
            found[column] = Some(format!("{}.id", field.key));
        }
    }
    let passes: [&dyn Fn(&Field) -> Vec<String>; 4] =
        [&|f| vec![f.key.clone()], &|f| vec![f.label.id.clone(), f.label.en.clone()], &|f| f.aliases.clone(), &part_aliases];
    // what says nothing comes last: an empty column takes no field from one that is filled
    for empty in [false, true] {
        for names in passes {
            for ix in fields {
                let field = object.at(*ix);
                let names: Vec<String> = names(field).iter().map(|n| bare(n)).collect();
                let fits = |n: &usize| {
                    found[*n].is_none()
                        && blank(*n) == empty
                        && names.contains(&titles[*n])
                        && !(field.to.is_some() && named(object, fields, &titles[*n]))
                };
                let column = (0..titles.len()).find(fits);
                if let Some(column) = column.filter(|_| !used.contains(&field.key)) {
                    used.insert(field.key.clone());
                    found[column] = Some(field.key.clone());
                }
            }
        }
        split_name(object, fields, &titles, &mut used, &mut found, &|n| blank(n) == empty);
    }
    found
}

/// In exports of other programs an id and a name may stand for one linked record: together they find or make it, the id
/// alone finds it by the number it has there. Gives the links whose records the file says enough of to make them.
pub(super) fn guess_foreign(
    registry: &Registry,
    rights: &Rights,
    object: &Object,
    fields: &[FieldIx],
    header: &[String],
    blank: &dyn Fn(usize) -> bool,
    found: &mut [Option<String>],
) -> Vec<String> {
    let mut make = Vec::new();
    for field in fields.iter().map(|ix| object.at(*ix)).filter(|f| f.kind == FieldType::Link) {
        let Some(target) = field.to.map(|to| registry.at(to)).filter(|target| !target.is_system()) else { continue };
        let known: Vec<String> =
            [&field.key, &field.label.id, &field.label.en].into_iter().chain(&field.aliases).map(|n| bare(n)).collect();
        let mine = (0..header.len()).filter(|n| !blank(*n) && known.contains(&bare(&header[*n])));
        let (ids, names): (Vec<usize>, Vec<usize>) = mine.partition(|n| is_id(&header[*n]));
        let (id, name) = (ids.first().copied(), names.first().copied());
        let key = number_elsewhere(target).map(|ix| target.at(ix));
        let Some(first) = id.or(name) else { continue };
        let told = |n: usize, found: &[Option<String>]| match found[n].as_deref() {
            None => true,
            Some(taken) => taken == field.key || object.field(taken).is_some_and(|f| f.kind == FieldType::Text && f.quiet),
        };
        if target.ix == object.ix {
            // its own kind: whoever is meant has a row in this file, or is here already
            found.iter_mut().filter(|f| f.as_deref() == Some(field.key.as_str())).for_each(|f| *f = None);
            found[first] = Some(field.key.clone());
            continue;
        }
        match (id, key) {
            (Some(id), Some(key)) => {
                let name = name.filter(|n| told(*n, found));
                found.iter_mut().filter(|f| f.as_deref() == Some(field.key.as_str())).for_each(|f| *f = None);
                found[id] = Some(format!("{}.{}", field.key, key.key));
                if let Some(name) = name {
                    found[name] = Some(format!("{}.{}", field.key, target.decl.title));
                }
            }
            _ if !found.iter().flatten().any(|f| *f == field.key) => continue,
            _ => {}
        }
        if name.is_some() && rights.may_create(target) {
            make.push(field.key.clone());
        }
    }
    make
}

/// The field in which records are called by their number in another system.
pub(super) fn number_elsewhere(target: &Object) -> Option<FieldIx> {
    let sole = |f: &Field| f.unique || target.decl.unique.iter().any(|set| *set == [f.key.clone()]);
    let number = |f: &Field| sole(f) && f.kind == FieldType::Text && f.key != target.decl.title;
    (0..target.fields.len() as u16).map(FieldIx).find(|ix| number(target.at(*ix)))
}

/// A column of nothing but numbers calls the records it links to by those they have elsewhere, never by ids of this workspace.
pub(super) fn guess_numbers(
    registry: &Registry,
    rights: &Rights,
    object: &Object,
    numbered: &dyn Fn(usize) -> bool,
    found: &mut [Option<String>],
) {
    for n in (0..found.len()).filter(|n| numbered(*n)) {
        let column = &mut found[n];
        let Some(link) = column.as_deref().and_then(|key| object.field(key)).filter(|f| f.kind == FieldType::Link) else { continue };
        let Some(target) = link.to.map(|to| registry.at(to)).filter(|target| target.ix != object.ix) else { continue };
        let key = number_elsewhere(target).filter(|ix| super::plan::describing(rights, target).contains(ix));
        if let Some(ix) = key {
            *column = Some(format!("{}.{}", link.key, target.at(ix).key));
        }
    }
}

/// Whether a column holds the other program's numbers: `AccountId`, `Account Name.id`, `parent_id/id`.
fn is_id(title: &str) -> bool {
    let title = title.trim();
    let lower = title.to_lowercase();
    let worded = ["/id", ".id", " id", " ids", "/.id"].iter().any(|end| lower.ends_with(end));
    let joined = ["Id", "Ids"].iter().any(|end| title.strip_suffix(end).is_some_and(|rest| rest.ends_with(char::is_lowercase)));
    worded || joined
}

/// Columns about the record a link points to, as an export of this program calls them: `Perusahaan › Kota`.
pub(super) fn guess_linked(
    registry: &Registry,
    rights: &Rights,
    object: &Object,
    fields: &[FieldIx],
    header: &[String],
    found: &mut [Option<String>],
) {
    for (n, title) in header.iter().enumerate().filter(|(_, title)| title.contains('›') || title.contains('.')) {
        if found[n].is_some() {
            continue;
        }
        let links = fields.iter().map(|ix| object.at(*ix)).filter(|f| f.kind == FieldType::Link);
        found[n] = links.into_iter().find_map(|link| {
            let target = registry.at(link.to?);
            let of = super::plan::describing(rights, target).into_iter().map(|ix| target.at(ix)).find(|f| {
                let labels = [(&link.label.id, &f.label.id), (&link.label.en, &f.label.en), (&link.key, &f.key)];
                let marks = ["›", "›", "."];
                labels
                    .iter()
                    .zip(marks)
                    .any(|((link, of), mark)| title.split_once(mark).is_some_and(|(a, b)| bare(a) == bare(link) && bare(b) == bare(of)))
            })?;
            Some(format!("{}.{}", link.key, of.key))
        });
    }
}

/// Whether a text field is meant to take what this column holds: then names go there, not into a link
/// that only knows records already made.
fn named(object: &Object, fields: &[FieldIx], title: &str) -> bool {
    let texts = fields.iter().map(|ix| object.at(*ix)).filter(|f| f.kind == FieldType::Text && f.part_of.is_none());
    texts.into_iter().any(|f| f.aliases.iter().any(|a| bare(a) == title))
}

/// A column that fills another field of its kind in rows where that one's own column is empty.
pub(super) struct StandIn {
    column: usize,
    field: FieldIx,
    own: usize,
}

impl StandIn {
    /// The field this column fills in this row, if not its own.
    pub fn field(all: &[StandIn], line: &Line, column: usize) -> Option<FieldIx> {
        all.iter().find(|one| one.column == column && line.text(one.own).trim().is_empty()).map(|one| one.field)
    }
}

/// Telephones and addresses whose titles fit an earlier field too: who has a mobile number alone has it as the telephone.
pub(super) fn stand_ins(object: &Object, header: &[String], fields: &[(usize, FieldIx)]) -> Vec<StandIn> {
    let mut found = Vec::new();
    for (column, ix) in fields.iter().filter(|(_, ix)| matches!(object.at(*ix).kind, FieldType::Phone | FieldType::Email)) {
        let title = header.get(*column).map(|title| bare(title)).unwrap_or_default();
        let fits = |(_, other): &&(usize, FieldIx)| {
            let earlier = object.at(*other);
            other < ix && earlier.kind == object.at(*ix).kind && earlier.aliases.iter().any(|name| bare(name) == title)
        };
        found.extend(fields.iter().find(fits).map(|(own, field)| StandIn { column: *column, field: *field, own: *own }));
    }
    found
}

/// Whether a column holds a part of a name.
pub(super) fn is_name_part(title: &str) -> bool {
    PARTS.iter().any(|titles| titles.contains(&title))
}

/// What columns with the parts of a name are called, in the order the parts are said in.
const PARTS: [&[&str]; 3] = [
    &["firstname", "namadepan", "givenname", "depan"],
    &["middlename", "namatengah", "additionalname"],
    &["lastname", "namabelakang", "familyname", "surname"],
];

/// The parts of a name are said in their order, whatever the order of their columns.
pub(super) fn say_names_in_order(object: &Object, header: &[String], fields: &mut [(usize, FieldIx)]) {
    let part = |n: usize| {
        let title = header.get(n).map(|title| bare(title)).unwrap_or_default();
        PARTS.iter().position(|titles| titles.contains(&title.as_str()))
    };
    let is_part = |(n, ix): &(usize, FieldIx)| object.at(*ix).kind == FieldType::PersonName && part(*n).is_some();
    let places: Vec<usize> = (0..fields.len()).filter(|at| is_part(&fields[*at])).collect();
    let mut parts: Vec<_> = places.iter().map(|at| fields[*at]).collect();
    parts.sort_by_key(|(n, _)| part(*n));
    for (at, one) in places.into_iter().zip(parts) {
        fields[at] = one;
    }
}

/// Files of other programs give first, middle and last name: together they are the name.
fn split_name(
    object: &Object,
    fields: &[FieldIx],
    titles: &[String],
    used: &mut HashSet<String>,
    found: &mut [Option<String>],
    counts: &dyn Fn(usize) -> bool,
) {
    let name = fields.iter().map(|ix| object.at(*ix)).find(|f| f.kind == FieldType::PersonName);
    let Some(name) = name.filter(|f| !used.contains(&f.key)) else { return };
    for part in PARTS {
        let column = (0..titles.len()).find(|n| found[*n].is_none() && counts(*n) && part.contains(&titles[*n].as_str()));
        if let Some(column) = column {
            used.insert(name.key.clone());
            found[column] = Some(name.key.clone());
        }
    }
}

/// What people call the parts of an address.
fn part_aliases(field: &Field) -> Vec<String> {
    let Some(whole) = &field.part_of else { return Vec::new() };
    let names: &[&str] = match field.key.strip_prefix(whole.as_str()).unwrap_or("") {
        "_street" => &[
            "street",
            "jalan",
            "alamat",
            "address",
            "street address",
            "address line 1",
            "alamat jalan",
            "billing street",
            "billing address street",
            "address street",
            "business street",
            "address 1 - street",
            "organization - address",
            "mailing street",
        ],
        "_village" => &["village", "kelurahan", "desa", "kel"],
        "_district" => &["district", "kecamatan", "kec"],
        "_city" => &[
            "city",
            "kota",
            "kabupaten",
            "kab/kota",
            "town",
            "billing city",
            "mailing city",
            "billing address city",
            "address city",
            "business city",
            "address 1 - city",
        ],
        "_province" => &[
            "province",
            "provinsi",
            "state",
            "region",
            "state/region",
            "billing state",
            "mailing state",
            "mailing state/province",
            "billing address state",
            "address state",
            "business state",
            "address 1 - region",
            "state_id",
        ],
        "_postcode" => &[
            "postcode",
            "postal code",
            "zip",
            "zip code",
            "kodepos",
            "kode pos",
            "billing zip",
            "mailing zip",
            "billing code",
            "billing postal code",
            "mailing postal code",
            "mailing zip/postal code",
            "billing address postal code",
            "address postal code",
            "business postal code",
            "address 1 - postal code",
        ],
        "_honorific" => &["salutation", "salutation name", "sapaan", "honorific", "panggilan hormat", "name prefix"],
        "_prefix" => &["gelar depan", "title before"],
        "_suffix" => &["gelar belakang", "suffix", "name suffix"],
        _ => &[],
    };
    names.iter().map(ToString::to_string).collect()
}

/// Letters and digits alone, folded.
pub(super) fn bare(title: &str) -> String {
    fold(title).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Match keys worth offering: what must be unique, then what hints at duplicates. A telephone is
/// shared by households and colleagues, so it counts together with the name.
pub(super) fn keys(object: &Object, columns: &[Option<String>]) -> Vec<Vec<String>> {
    let mapped = |key: &String| columns.iter().flatten().any(|c| fills(c, key));
    let mut keys: Vec<Vec<String>> = Vec::new();
    let single = object.fields.iter().filter(|f| f.unique).map(|f| vec![f.key.clone()]);
    let hints = object.decl.duplicates.iter().map(|d| {
        let mut set = d.fields.clone();
        let phone = set.len() == 1 && object.field(&set[0]).is_some_and(|f| f.kind == FieldType::Phone);
        if phone && object.title_field().kind == FieldType::PersonName {
            set.push(object.decl.title.clone());
        }
        set
    });
    for set in single.chain(object.decl.unique.iter().cloned()).chain(hints) {
        if !set.is_empty() && set.iter().all(mapped) && !keys.contains(&set) {
            keys.push(set);
        }
    }
    keys
}
