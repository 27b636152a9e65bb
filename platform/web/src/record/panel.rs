//! Panels of related records: count, the latest five, all, one more.

use super::load::Sight;
use super::words;
use crate::fail::encode;
use crate::ui::related::{Related, RelatedRow, related};
use crate::value::shape;
use akrab_engine::{Access, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::object::{FieldRight, Scope};
use akrab_model::{Count, Field, FieldType, Filter, Object, Record, Value};
use maud::{Markup, html};
use std::sync::Arc;

/// Records of another object that link here.
pub struct Panel {
    pub object: Arc<Object>,
    /// Key of its link field.
    pub via: String,
    pub records: Vec<Record>,
    pub count: Count,
}

const SHOWN: usize = 5;

/// The declared panels the person may see.
///
/// # Errors
/// What the database answers.
pub fn load(tx: &mut Tx, record: &Record) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for place in &record.object.decl.layout.related {
        let Some((object, via)) = place.split_once('.') else { continue };
        let Some(object) = tx.registry.object(object).cloned() else { continue };
        if tx.rights.scope(&object, Access::Read) == Scope::None {
            continue;
        }
        let request = ListRequest {
            object: object.key.clone(),
            filter: Some(Filter::test(via, Op::Is, record.id)),
            sort: vec!["-updated_at".into()],
            columns: columns(tx, &object),
            limit: SHOWN,
            ..ListRequest::default()
        };
        // a link the person may not read is no way to here
        let Ok(list) = tx.list(&request) else { continue };
        let count = if list.next.is_none() { Count::Exact(list.records.len() as u64) } else { tx.count(&request, false)? };
        panels.push(Panel { object, via: via.into(), records: list.records, count });
    }
    Ok(panels)
}

/// The fields a row shows, as far as the person may read them.
fn columns(tx: &Tx, object: &Object) -> Vec<String> {
    let board = object.decl.board.as_ref();
    let amount = board.and_then(|b| b.amount.as_deref()).and_then(|key| object.field(key));
    let chips = object.decl.layout.chips.iter().filter_map(|key| object.field(key)).filter(|f| f.kind == FieldType::Choice);
    let shown = detail_fields(object).into_iter().chain(amount).chain(chips).chain([object.title_field()]);
    let seen = |key: &str| object.field_ix(key).is_some_and(|ix| tx.rights.field(object, ix) > FieldRight::Hidden);
    let mut keys: Vec<String> = shown.map(|f| f.key.clone()).filter(|key| seen(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub fn draw(sight: &Sight) -> Markup {
    html! { @for panel in &sight.panels { (one(sight, panel)) } }
}

fn one(sight: &Sight, panel: &Panel) -> Markup {
    let look = &sight.look;
    let lang = look.key();
    let object = &panel.object;
    let below = object.key == sight.object.key;
    let filter = Filter::test(&panel.via, Op::Is, sight.record.id).to_json().to_string();
    let count = match panel.count {
        Count::Exact(n) => look.t.number(n as i64),
        Count::Above(n) => format!("{}+", look.t.number(n as i64)),
    };
    let shown = Related {
        title: if below { look.t.get("record-related-below") } else { object.plural_label(lang).to_string() },
        count: Some(count),
        all_href: (panel.count.shown() > 0).then(|| format!("/{}?filter={}", object.plural, encode(&filter))),
        add_href: sight
            .creatable
            .contains(&object.key)
            .then(|| format!("/{}/new?{}={}&back={}", object.plural, panel.via, sight.record.id, encode(&sight.href()))),
        rows: panel.records.iter().map(|record| row(sight, panel, record)).collect(),
        empty: look.t.get("record-related-none"),
    };
    related(look.t, &shown)
}

fn row(sight: &Sight, panel: &Panel, record: &Record) -> RelatedRow {
    let look = &sight.look;
    let object = &panel.object;
    let second: Vec<String> = detail_fields(object)
        .into_iter()
        .filter(|f| f.key != panel.via)
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

/// At the right: the amount, or the first choice that says how things stand.
fn end(sight: &Sight, object: &Object, record: &Record) -> Option<Markup> {
    let look = &sight.look;
    if let Some(Value::Dec(amount)) = object.decl.board.as_ref().and_then(|b| b.amount.as_deref()).map(|k| record.get(k)) {
        return Some(html! { (akrab_model::format::money_short(*amount, &look.currency, look.lang)) });
    }
    let chips = object.decl.layout.chips.iter().filter_map(|k| object.field(k));
    let telling = chips.filter(|f| f.kind == FieldType::Choice && !object.subtitle.iter().any(|ix| object.at(*ix).key == f.key));
    telling.filter_map(|f| f.choice(record.text(&f.key))).map(|choice| look.choice(choice)).next()
}
