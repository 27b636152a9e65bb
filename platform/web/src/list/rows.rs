//! Rows of the table, for the page, for groups and after edits.

use super::address::{Address, push};
use super::cell::Cells;
use super::group;
use super::state::Listing;
use crate::record::words;
use crate::ui::avatar::{avatar, avatar_bare};
use crate::ui::row::{Editor, Row};
use crate::ui::table::{Column, Line, Phone, Table};
use crate::ui::{icon, row, table};
use crate::value::{Look, shape};
use crate::{Reply, Visit};
use akrab_engine::{List, Rights};
use akrab_model::object::FieldRight;
use akrab_model::{Field, FieldIx, FieldType, Object, Record, RecordId};
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use axum::response::Redirect;
use maud::{Markup, html};
use std::collections::HashSet;

/// Rows read at once when a group is opened or read on.
const MORE: usize = 50;

/// Draws records as rows.
pub struct Drawing<'a> {
    pub listing: &'a Listing,
    cells: Cells<'a>,
    columns: Vec<Drawn<'a>>,
    /// Fields that stand before and after the title.
    around: [Option<FieldIx>; 2],
    back: String,
}

/// A column as its cells are drawn.
struct Drawn<'a> {
    ix: FieldIx,
    field: &'a Field,
    /// Why its cells are read-only; `None` when they may be edited.
    locked: Option<&'static str>,
}

impl<'a> Drawing<'a> {
    pub fn new(listing: &'a Listing, rights: &'a Rights) -> Self {
        let object = &listing.object;
        let ix = |key: &str| object.field_ix(key);
        let columns =
            listing.columns().filter_map(|(_, field)| Some(Drawn { ix: ix(&field.key)?, field, locked: lock(rights, object, field) }));
        Self {
            columns: columns.collect(),
            cells: Cells::new(&listing.look),
            around: words::title_parts(object).map(|key| ix(&key?)),
            back: crate::fail::encode(&listing.address.href()),
            listing,
        }
    }

    /// One record as a row; `editable` are those the reader may change.
    pub fn row(&self, record: &Record, editable: &HashSet<RecordId>) -> Row {
        let object = &self.listing.object;
        let href = format!("/{}/{}", object.plural, record.id);
        let reached = editable.contains(&record.id);
        let cells = self.columns.iter().map(|column| {
            let editor = match column.locked {
                Some(reason) => Editor::Locked(reason),
                None if !reached => Editor::Locked("reach"),
                None if inline(column.field) => Editor::InPlace,
                None => Editor::Dialog(format!("{href}/edit?only={}&back={}", column.field.key, self.back)),
            };
            self.cells.cell(record, column.ix).editor(editor)
        });
        Row { id: record.id, title: self.title(record), lead: Some(lead(object, record.title())), cells: cells.collect(), href }
    }

    /// As [`title`], with the fields around it found once for all rows.
    fn title(&self, record: &Record) -> String {
        let [before, after] = self.around.map(|ix| ix.and_then(|ix| record.at(ix).text()).unwrap_or(""));
        named(&self.listing.look, words::around(record.title(), before, after))
    }
}

/// Why nobody, or not this reader, edits a field in a list; `None` when it may be edited.
pub fn lock(rights: &Rights, object: &Object, field: &Field) -> Option<&'static str> {
    let edits = rights.scope(object, akrab_engine::Access::Edit) > akrab_model::object::Scope::None;
    let may = object.field_ix(&field.key).is_some_and(|ix| rights.field(object, ix) == FieldRight::Edit);
    Some(match field {
        f if f.formula.is_some() => "formula",
        f if f.rollup.is_some() => "rollup",
        f if f.kind == FieldType::AutoNumber => "number",
        f if !f.writable() => "program",
        _ if !edits => "object",
        _ if !may => "right",
        _ => return None,
    })
}

/// The reasons of [`lock`], and that a record belongs to somebody else, in words.
pub fn locks(look: &Look) -> Vec<(&'static str, String)> {
    ["formula", "rollup", "number", "program", "object", "right", "reach"]
        .map(|name| (name, look.t.get(&format!("list-locked-{name}"))))
        .to_vec()
}

/// What a record is called; records without a name still have a link.
pub fn title(look: &Look, record: &Record) -> String {
    named(look, words::full_title(record))
}

fn named(look: &Look, title: String) -> String {
    if title.is_empty() { look.t.get("record-untitled") } else { title }
}

/// The 20 px slot before the title.
pub fn lead(object: &Object, title: &str) -> Markup {
    match shape(object) {
        // the parts of a name are kept apart
        Some(shape) if object.title_field().kind == FieldType::PersonName => avatar_bare(shape, title, 20),
        Some(shape) => avatar(shape, title, 20),
        None => html! { span.ak-faint { (icon(&object.decl.icon)) } },
    }
}

/// Whether a field's editor fits into a cell.
pub fn inline(field: &Field) -> bool {
    !matches!(field.kind, FieldType::LongText | FieldType::Json | FieldType::Links | FieldType::File)
}

/// The heads of the columns after the title, with their place on the phone's card.
pub fn columns(listing: &Listing, rights: &Rights) -> Vec<Column> {
    let mut subtitles = 0;
    let mut fields = 0;
    let mut status = false;
    let mut meta = false;
    let crowded = crowded(listing);
    let last = listing.columns().count().saturating_sub(1);
    listing
        .columns()
        .enumerate()
        .map(|(n, (state, field))| {
            // the last column keeps the distance to the edge
            let own = || width(&listing.look, field).map(|w| if n == last { w + EDGE } else { w });
            let toned = crate::value::toned(field);
            let phone = match field.kind {
                FieldType::Choice if toned && !status => {
                    status = true;
                    Phone::Status
                }
                FieldType::Stage if !status => {
                    status = true;
                    Phone::Status
                }
                FieldType::Money if fields < 2 => {
                    fields += 1;
                    Phone::Field
                }
                FieldType::Date | FieldType::DateTime if !meta => {
                    meta = true;
                    Phone::Meta
                }
                FieldType::Text | FieldType::Choice | FieldType::Link | FieldType::Phone | FieldType::Email
                    if subtitles < 2 && !crate::filter::people::is_person(&listing.look, field) =>
                {
                    subtitles += 1;
                    Phone::Subtitle
                }
                _ => Phone::Hidden,
            };
            Column {
                key: field.key.clone(),
                label: head(listing, field),
                full: Some(field.label.get(listing.look.key()).to_string()),
                width: state.width.or_else(own).or_else(|| crowded.then(|| least(field))),
                numeric: field.kind.is_number(),
                sorting: field.sortable().then(|| super::head::sorting(listing, &field.key)),
                phone,
                locked: lock(rights, &listing.object, field).map(|name| listing.look.t.get(&format!("list-locked-{name}"))),
            }
        })
        .collect()
}

/// What stands over a column; the owner's faces want little room, so their head is short.
fn head(listing: &Listing, field: &Field) -> String {
    let owner = listing.object.owner.is_some_and(|ix| listing.object.at(ix).key == field.key);
    if owner { listing.look.t.get("list-owner") } else { field.label.get(listing.look.key()).to_string() }
}

/// Room beside the title on a usual screen, in px.
const ROOM: u16 = 980;

/// Further distance of the last column to the edge.
const EDGE: u16 = 12;

/// Least width of the title.
const TITLE: u16 = 240;

/// Whether the columns want more room than there is: then they keep their least width and the
/// table scrolls under its first column.
fn crowded(listing: &Listing) -> bool {
    let wanted =
        listing.columns().map(|(state, field)| state.width.or_else(|| width(&listing.look, field)).unwrap_or_else(|| least(field)));
    wanted.map(u32::from).sum::<u32>() > u32::from(ROOM)
}

/// Least width of a text column.
fn least(field: &Field) -> u16 {
    match field.kind {
        FieldType::Link | FieldType::Links | FieldType::Email | FieldType::LongText => 140,
        _ => 110,
    }
}

/// A width that fits the type and the head; text columns share the rest.
fn width(look: &Look, field: &Field) -> Option<u16> {
    let letters = u16::try_from(field.label.get(look.key()).chars().count()).unwrap_or(0).min(24);
    let value = value_width(look, field)?;
    // an avatar needs no room for a long head; it is in the tooltip
    Some(if crate::filter::people::is_person(look, field) { value } else { value.max(letters * 13 / 2 + 18) })
}

fn value_width(look: &Look, field: &Field) -> Option<u16> {
    if crate::filter::people::is_person(look, field) {
        return Some(60);
    }
    match field.kind {
        FieldType::Money => Some(142),
        FieldType::Integer | FieldType::Percent | FieldType::Score | FieldType::Decimal => Some(110),
        FieldType::Duration => Some(140),
        FieldType::Date | FieldType::DateTime => Some(112),
        FieldType::Phone => Some(136),
        FieldType::Boolean => Some(90),
        FieldType::Stage => Some(124),
        FieldType::Choice => Some((longest(look, field) * 7 + 32).clamp(90, 190)),
        _ => None,
    }
}

/// Letters of the longest choice.
fn longest(look: &Look, field: &Field) -> u16 {
    let letters = field.choices.iter().map(|c| c.label.get(look.key()).chars().count()).max().unwrap_or(0);
    u16::try_from(letters).unwrap_or(u16::MAX).min(40)
}

/// The title's width, unless somebody has drawn another: its own, or an even share where few columns
/// have no width of theirs.
pub fn title_width(listing: &Listing) -> Option<u16> {
    let widths: Vec<Option<u16>> = listing.columns().map(|(state, f)| state.width.or_else(|| width(&listing.look, f))).collect();
    let (taken, open) = (widths.iter().flatten().sum::<u16>(), widths.iter().filter(|w| w.is_none()).count() + 1);
    let share = usize::from((ROOM + TITLE).saturating_sub(taken)) / open;
    (share <= usize::from(TITLE)).then_some(TITLE)
}

/// More rows of a group (or of the list): rows, and a line for the rest.
pub async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let address = Address::read(&plural, &pairs);
    let key = pairs.iter().find(|(name, _)| name == "in").map(|(_, value)| value.clone());
    let done: u64 = pairs.iter().find(|(name, _)| name == "done").and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    let of: u64 = pairs.iter().find(|(name, _)| name == "all").and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    if !visit.is_fragment() {
        return Ok(Redirect::to(&Address { open: key, ..address.first_page() }.href()).into_response());
    }
    let look = visit.look();
    let object = visit.object(&plural)?;
    let read = move |tx: &mut akrab_engine::Tx| {
        let mut listing = Listing::resolve(tx, &look, object, address, None)?;
        let own = key.as_deref().and_then(|key| group::condition(&listing, key));
        let mut request = listing.request();
        request.limit = MORE;
        if let Some(own) = own {
            request.filter = Some(match listing.filter.take() {
                Some(filter) => akrab_model::Filter::All(vec![filter, own]),
                None => own,
            });
        }
        let list = tx.list(&request)?;
        Ok((listing, list, key))
    };
    let (listing, list, key) = visit.read(read).await?;
    let rights = visit.rights();
    Ok(fragment(&listing, &rights, &list, key.as_deref(), done, of).into_response())
}

fn fragment(listing: &Listing, rights: &Rights, list: &List, key: Option<&str>, done: u64, of: u64) -> Markup {
    let t = listing.look.t;
    let drawing = Drawing::new(listing, rights);
    let whole = Table { columns: columns(listing, rights), selectable: true, ..Table::default() };
    let done = done + list.records.len() as u64;
    let lines: Vec<Line> = list.records.iter().map(|record| Line::Row(Box::new(drawing.row(record, &list.editable)))).collect();
    html! {
        (row::rows(t, &whole, &lines))
        @if let (Some(next), Some(key)) = (&list.next, key) {
            (table::more_row(&whole, &more_words(listing, of.saturating_sub(done)), &more_href(listing, key, next, done, of)))
        }
    }
}

/// "Muat 145 lagi".
pub fn more_words(listing: &Listing, rest: u64) -> String {
    let n = i64::try_from(rest).unwrap_or(i64::MAX);
    listing.look.t.with("list-load-more", &[("n", n.into())])
}

/// Address of the next rows of a group.
pub fn more_href(listing: &Listing, key: &str, after: &str, done: u64, of: u64) -> String {
    let address = Address { after: Some(after.into()), from: None, ..listing.address.clone() };
    let mut href = address.at(&format!("{}/rows", address.base));
    push(&mut href, "in", key);
    push(&mut href, "done", &done.to_string());
    push(&mut href, "all", &of.to_string());
    href
}

/// A line that loads more.
pub fn more_line(listing: &Listing, key: &str, after: &str, done: u64, of: u64) -> Line {
    Line::More(more_words(listing, of.saturating_sub(done)), more_href(listing, key, after, done, of))
}
