//! Panels of related records: count, the latest five, all, one more.

use super::beside::{self, Beside};
use super::load::Sight;
use super::{tie, words};
use crate::fail::encode;
use crate::ui::icon_sized;
use crate::ui::related::{RelatedRow, panel_head, related_row};
use crate::value::shape;
use akrab_engine::{Access, Circle, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::object::{FieldRight, Panel as Place, Scope};
use akrab_model::{Choice, Count, Field, FieldType, Filter, Object, Record, Value};
use maud::{Markup, html};
use std::sync::Arc;

/// Records of another object that link here.
pub struct Panel {
    order: i32,
    pub object: Arc<Object>,
    /// Key of its link field.
    pub via: String,
    /// The condition of its records.
    filter: Filter,
    pub records: Vec<Record>,
    /// Those whose time is over, or has not begun.
    former: Vec<Record>,
    pub count: Count,
}

const SHOWN: usize = 5;
/// Of objects with a period so many are read, to tell what counts now from what did.
const READ: usize = 40;

impl Panel {
    fn read(&mut self, tx: &mut Tx, today: jiff::civil::Date) -> Result<()> {
        let request = ListRequest {
            object: self.object.key.clone(),
            filter: Some(self.filter.clone()),
            sort: vec!["-updated_at".into()],
            columns: columns(tx, &self.object),
            limit: if self.object.decl.period.is_some() { READ } else { SHOWN },
            ..ListRequest::default()
        };
        let list = tx.list(&request)?;
        (self.records, self.former) = list.records.into_iter().partition(|record| tie::counts(record, today));
        self.count = if list.next.is_none() { Count::Exact(self.records.len() as u64) } else { tx.count(&request, false)? };
        self.records.truncate(SHOWN);
        Ok(())
    }

    /// What is left out at all where nothing is in it: what merely hangs on a record asks for no place of its own.
    fn is_idle(&self) -> bool {
        !self.object.decl.menu && self.records.is_empty() && self.former.is_empty()
    }
}

/// The declared panels the person may see.
///
/// # Errors
/// What the database answers.
pub fn load(tx: &mut Tx, record: &Record, circle: &Circle) -> Result<Vec<Panel>> {
    let today = tx.ctx.now.date();
    let (mut places, mut asked) = (Vec::new(), Vec::new());
    for (n, place) in record.object.decl.layout.related.iter().enumerate() {
        let Some(place) = Place::of(place) else { continue };
        let Some(object) = tx.registry.object(place.object).cloned() else { continue };
        if tx.rights.scope(&object, Access::Read) == Scope::None || !takes(tx, &object, place.via, record)? {
            continue;
        }
        places.push((10 * (n as i32 + 1), place.via));
        asked.push((object.clone(), filter(tx, &object, &place, record, circle)));
    }
    let there = tx.any_of_each(&asked)?;
    let mut panels = Vec::new();
    for (((order, via), (object, filter)), there) in places.into_iter().zip(asked).zip(there) {
        // a link the person may not read is no way to here
        let Some(there) = there else { continue };
        let mut panel = Panel { order, object, via: via.into(), filter, records: Vec::new(), former: Vec::new(), count: Count::Exact(0) };
        if there {
            panel.read(tx, today)?;
        }
        panels.push(panel);
    }
    Ok(panels)
}

/// Records whose `via` is this one, or another of the circle; of a tie between alike, at either end of it.
fn filter(tx: &Tx, object: &Object, place: &Place, record: &Record, circle: &Circle) -> Filter {
    let test = |via: &str| match object.field(via).map(|field| field.kind) {
        Some(FieldType::Links) => Filter::test(via, Op::In, vec![record.id]),
        _ => Filter::test(via, Op::Is, record.id),
    };
    let via = place.via;
    let here = match tie::alike(object) {
        Some(ends) => Filter::Any(ends.iter().map(|end| test(end)).collect()),
        None if circle.is_alone() => test(via),
        // who is tied to those of its kind; what its people are tied to elsewhere is none of its own
        None if object.decl.tie.is_some() => {
            Filter::test(via, Op::In, circle.members.first().map_or(vec![record.id], |(_, ids)| ids.clone()))
        }
        None => circle.about(&tx.registry, object, via),
    };
    let view = place.view;
    let view = object.decl.views.iter().find(|known| Some(known.key.as_str()) == view);
    match view.and_then(|view| Filter::from_json(view.filter.as_ref()?).ok()) {
        Some(kept) => Filter::All(vec![here, kept]),
        None => here,
    }
}

/// Whether the link would take this record at all.
fn takes(tx: &mut Tx, object: &Object, via: &str, record: &Record) -> Result<bool> {
    let Some(must) = object.field(via).and_then(|field| field.must.as_ref()) else { return Ok(true) };
    let wanted = Filter::All(vec![Filter::test("id", Op::Is, record.id), Filter::from_json(must)?]);
    let request = ListRequest { object: record.object.key.clone(), filter: Some(wanted), ..ListRequest::default() };
    Ok(tx.count(&request, false)?.shown() > 0)
}

/// The fields a row shows, as far as the person may read them.
fn columns(tx: &Tx, object: &Object) -> Vec<String> {
    let board = object.decl.board.as_ref();
    let amount = board.and_then(|b| b.amount.as_deref()).and_then(|key| object.field(key));
    let chips = object.decl.layout.chips.iter().filter_map(|key| object.field(key)).filter(|f| f.kind == FieldType::Choice);
    let between = tie::fields(object);
    let shown = detail_fields(object).into_iter().chain(amount).chain(chips).chain(between).chain([object.title_field()]);
    let seen = |key: &str| object.field_ix(key).is_some_and(|ix| tx.rights.field(object, ix) > FieldRight::Hidden);
    let mut keys: Vec<String> = shown.map(|f| f.key.clone()).filter(|key| seen(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The panels in their order, then what may be added where there is nothing yet.
pub fn draw(sight: &Sight) -> Markup {
    let (idle, shown): (Vec<&Panel>, Vec<&Panel>) = sight.panels.iter().partition(|panel| panel.is_idle());
    let (empty, filled): (Vec<&Beside>, Vec<&Beside>) = sight.beside.iter().partition(|panel| panel.is_empty());
    let mut all: Vec<(i32, Markup)> = shown.into_iter().map(|panel| (panel.order, one(sight, panel))).collect();
    all.extend(filled.into_iter().map(|panel| (panel.order, beside::draw(sight, panel))));
    all.sort_by_key(|(order, _)| *order);
    let idle = idle.into_iter().map(|panel| (&panel.object, title(sight, panel), add_href(sight, panel)));
    let empty =
        empty.into_iter().map(|panel| (&panel.object, panel.object.plural_label(sight.look.key()).to_string(), panel.add_href(sight)));
    let mut addable: Vec<_> = idle.chain(empty).filter(|(object, ..)| sight.creatable.contains(&object.key)).collect();
    addable.dedup_by(|a, b| a.2 == b.2);
    let tied = sight.panels.iter().any(|panel| !panel.is_idle() && panel.object.decl.tie.is_some());
    html! {
        @for (_, panel) in &all { (panel) }
        @if tied { a.ak-network-open href={ (sight.href()) "/network" } { (icon_sized("waypoints", 15)) (sight.look.t.get("network-open")) } }
        @if !addable.is_empty() {
            section.ak-related.ak-add-more {
                (panel_head(sight.look.t, &sight.look.t.get("record-add-more"), None, None, None))
                div.ak-add-list { @for (object, label, href) in addable {
                    a.ak-add-item href=(href) data-dialog-href=(href) { (icon_sized(&object.decl.icon, 14)) (label) }
                } }
            }
        }
    }
}

/// What a panel is headed.
fn title(sight: &Sight, panel: &Panel) -> String {
    let lang = sight.look.key();
    if panel.object.key == sight.object.key {
        return sight.look.t.get("record-related-below");
    }
    match tie::side(&panel.object, &panel.via) {
        Some((decl, side)) => decl.labels[side].get(lang).to_string(),
        None => panel.object.plural_label(lang).to_string(),
    }
}

fn add_href(sight: &Sight, panel: &Panel) -> String {
    format!("/{}/new?{}={}&back={}", panel.object.plural, panel.via, sight.record.id, encode(&sight.href()))
}

fn one(sight: &Sight, panel: &Panel) -> Markup {
    let t = sight.look.t;
    let object = &panel.object;
    let filter = panel.filter.to_json().to_string();
    let count = match panel.count {
        Count::Exact(n) => t.number(n as i64),
        Count::Above(n) => format!("{}+", t.number(n as i64)),
    };
    let all = panel.count.shown() as usize + panel.former.len();
    let all_href = (all > 0).then(|| format!("/{}?filter={}", object.plural, encode(&filter)));
    let add_href = sight.creatable.contains(&object.key).then(|| add_href(sight, panel));
    html! {
        section.ak-related data-ties[object.decl.tie.is_some()] {
            (panel_head(t, &title(sight, panel), Some(&count), all_href.as_deref(), add_href.as_deref()))
            @if panel.records.is_empty() && panel.former.is_empty() { p.ak-faint.ak-small { (t.get("record-related-none")) } }
            ul { @for record in &panel.records { (related_row(&row(sight, panel, record))) } }
            @if !panel.former.is_empty() {
                details.ak-former {
                    summary { (t.with("record-former", &[("n", t.number(panel.former.len() as i64).into())])) }
                    ul { @for record in panel.former.iter().take(READ) { (related_row(&row(sight, panel, record))) } }
                }
            }
        }
    }
}

fn row(sight: &Sight, panel: &Panel, record: &Record) -> RelatedRow {
    let look = &sight.look;
    let object = &panel.object;
    if let Some(row) = tie::row(sight, panel, record) {
        return row;
    }
    let at_end = telling(object, record).map(|(field, _)| field.key.as_str()).filter(|_| amount(object).is_none());
    let second: Vec<String> = detail_fields(object)
        .into_iter()
        .filter(|f| f.key != panel.via && Some(f.key.as_str()) != at_end)
        .map(|f| short(sight, f, record))
        .filter(|w| !w.is_empty())
        .take(2)
        .collect();
    let lead = shape(object).is_some().then(|| look.avatar(object, record.title(), 26));
    RelatedRow {
        lead,
        title: record.title().to_string(),
        href: words::href(record),
        detail: (!second.is_empty()).then(|| html! { (second.join(" · ")) }),
        end: end(sight, object, record),
    }
}

/// Stage and dates before what merely names a record.
fn detail_fields(object: &Object) -> Vec<&Field> {
    let board = object.decl.board.as_ref();
    let of_board = board.into_iter().flat_map(|b| std::iter::once(b.by.as_str()).chain(b.date.as_deref())).filter_map(|k| object.field(k));
    let subtitle = object.subtitle.iter().map(|ix| object.at(*ix)).filter(|f| f.kind != FieldType::AutoNumber);
    of_board.chain(subtitle).collect()
}

fn short(sight: &Sight, field: &Field, record: &Record) -> String {
    match record.get(&field.key) {
        Value::Date(day) => sight.look.short_day(*day),
        Value::Time(at) => sight.look.moment_words(&sight.look.local(*at)),
        _ => sight.look.words(field, record),
    }
}

/// The amount of an object's cards.
fn amount(object: &Object) -> Option<&str> {
    object.decl.board.as_ref()?.amount.as_deref()
}

/// The first choice that says how things stand.
fn telling<'o>(object: &'o Object, record: &Record) -> Option<(&'o Field, &'o Choice)> {
    let chips = object.decl.layout.chips.iter().filter_map(|k| object.field(k));
    let mut telling = chips.filter(|f| f.kind == FieldType::Choice && !object.subtitle.iter().any(|ix| object.at(*ix).key == f.key));
    telling.find_map(|f| Some((f, f.choice(record.text(&f.key))?)))
}

/// At the right: the amount, or how things stand.
fn end(sight: &Sight, object: &Object, record: &Record) -> Option<Markup> {
    let look = &sight.look;
    if let Some(Value::Dec(amount)) = amount(object).map(|key| record.get(key)) {
        return Some(html! { (akrab_model::format::money_short(*amount, &look.currency, look.lang)) });
    }
    telling(object, record).map(|(_, choice)| look.choice(choice))
}
