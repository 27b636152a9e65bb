//! Which column is which field, by key, label in either language and alias.

use crate::Rights;
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::{Field, FieldIx, FieldType, Object, Registry};
use std::collections::HashSet;

/// The record's own id, as an export of this program writes it.
pub const ID_COLUMN: &str = "akrab_id";

/// Fields a file may fill.
pub(super) fn mappable(rights: &Rights, object: &Object) -> Vec<FieldIx> {
    (0..object.fields.len() as u16)
        .map(FieldIx)
        .filter(|ix| {
            let field = object.at(*ix);
            field.writable() && !matches!(field.kind, FieldType::File | FieldType::Json) && rights.field(object, *ix) == FieldRight::Edit
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
            found[column] = Some(field.key.clone());
        }
    }
    let passes: [&dyn Fn(&Field) -> Vec<String>; 4] =
        [&|f| vec![f.key.clone()], &|f| vec![f.label.id.clone(), f.label.en.clone()], &|f| f.aliases.clone(), &part_aliases];
    for names in passes {
        for ix in fields {
            let field = object.at(*ix);
            let names: Vec<String> = names(field).iter().map(|n| bare(n)).collect();
            let fits = |n: &usize| {
                found[*n].is_none() && names.contains(&titles[*n]) && !(field.to.is_some() && named(object, fields, &titles[*n]))
            };
            // of two that fit alike the one that says something
            let column = (0..titles.len()).filter(fits).min_by_key(|n| blank(*n));
            if let Some(column) = column.filter(|_| !used.contains(&field.key)) {
                used.insert(field.key.clone());
                found[column] = Some(field.key.clone());
            }
        }
    }
    split_name(object, fields, &titles, &used, &mut found);
    found
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

/// Files of other programs give first, middle and last name: together they are the name.
fn split_name(object: &Object, fields: &[FieldIx], titles: &[String], used: &HashSet<String>, found: &mut [Option<String>]) {
    const PARTS: [&[&str]; 3] = [
        &["firstname", "namadepan", "givenname", "depan"],
        &["middlename", "namatengah", "additionalname"],
        &["lastname", "namabelakang", "familyname", "surname"],
    ];
    let name = fields.iter().map(|ix| object.at(*ix)).find(|f| f.kind == FieldType::PersonName);
    let Some(name) = name.filter(|f| !used.contains(&f.key)) else { return };
    for part in PARTS {
        let column = (0..titles.len()).find(|n| found[*n].is_none() && part.contains(&titles[*n].as_str()));
        if let Some(column) = column {
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
    let mapped = |key: &String| columns.iter().flatten().any(|c| c == key);
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
