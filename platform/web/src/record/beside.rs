//! Panels declared with what they show: the first rows of another object, or figures over them.

use super::figure::{narrowed, written};
use super::load::Sight;
use super::words;
use crate::fail::encode;
use crate::ui::related::{Related, RelatedRow, panel_head, related};
use crate::ui::section::figure_list;
use crate::ui::status::{Status, status_strong};
use crate::value::{Look, shape, state};
use akrab_engine::{Access, Circle, ListRequest, Result, Tx};
use akrab_model::object::{FieldRight, MeasureDecl, PanelDecl, Scope};
use akrab_model::query::AggregateFn;
use akrab_model::{Count, Field, FieldType, Filter, Object, Record, Value, format};
use maud::{Markup, html};
use std::sync::Arc;

/// A declared panel with what is in it.
pub struct Beside {
    pub order: i32,
    pub object: Arc<Object>,
    decl: PanelDecl,
    filter: Filter,
    content: Content,
}

enum Content {
    Rows(Vec<Record>, Count),
    /// Label, value, and the filter of what it counts where that is less than all.
    Figures(Vec<(String, Markup, Option<Filter>)>),
}

const SHOWN: usize = 5;

/// The declared panels the person may see.
///
/// # Errors
/// What the database answers.
pub fn load(tx: &mut Tx, look: &Look, record: &Record, circle: &Circle) -> Result<Vec<Beside>> {
    let (mut decls, mut asked) = (Vec::new(), Vec::new());
    for decl in &record.object.decl.panels {
        let Some(object) = tx.registry.object(&decl.of).cloned() else { continue };
        if tx.rights.scope(&object, Access::Read) == Scope::None {
            continue;
        }
        let about = circle.about(&tx.registry, &object, &decl.via);
        let filter = match decl.filter.as_ref().map(Filter::from_json).transpose()? {
            Some(narrower) => Filter::All(vec![about, narrower]),
            None => about,
        };
        decls.push(decl);
        asked.push((object, filter));
    }
    let there = tx.any_of_each(&asked)?;
    let mut panels = Vec::new();
    for ((decl, (object, filter)), there) in decls.into_iter().zip(asked).zip(there) {
        let lists = decl.by.is_none() && decl.figures.is_empty();
        let content = match there {
            // a link the person may not read is no way to here
            None => None,
            Some(false) => lists.then(|| Content::Rows(Vec::new(), Count::Exact(0))),
            Some(true) if decl.by.is_some() => shares(tx, look, &object, decl, &filter)?,
            Some(true) if lists => rows(tx, &object, decl, &filter)?,
            Some(true) => figures(tx, look, &object, &decl.figures, &filter)?,
        };
        if let Some(content) = content {
            panels.push(Beside { order: decl.order, object, decl: decl.clone(), filter, content });
        }
    }
    Ok(panels)
}

impl Beside {
    /// Whether there is nothing in it; then it is only offered to add something.
    pub fn is_empty(&self) -> bool {
        matches!(&self.content, Content::Rows(records, _) if records.is_empty())
    }

    pub fn title(&self, lang: &str) -> String {
        self.decl.label.as_ref().map_or_else(|| self.object.plural_label(lang), |label| label.get(lang)).to_string()
    }

    /// Where one more is made.
    pub fn add_href(&self, sight: &Sight) -> String {
        format!("/{}/new?{}={}&back={}", self.object.plural, self.decl.via, sight.record.id, encode(&sight.href()))
    }
}

fn rows(tx: &mut Tx, object: &Arc<Object>, decl: &PanelDecl, filter: &Filter) -> Result<Option<Content>> {
    let request = ListRequest {
        object: object.key.clone(),
        filter: Some(filter.clone()),
        sort: if decl.sort.is_empty() { vec!["-updated_at".into()] } else { decl.sort.clone() },
        columns: columns(tx, object, decl),
        limit: SHOWN,
        ..ListRequest::default()
    };
    let list = tx.list(&request)?;
    let count = if list.next.is_none() { Count::Exact(list.records.len() as u64) } else { tx.count(&request, false)? };
    Ok(Some(Content::Rows(list.records, count)))
}

fn figures(tx: &mut Tx, look: &Look, object: &Arc<Object>, measures: &[MeasureDecl], filter: &Filter) -> Result<Option<Content>> {
    let all: Vec<&MeasureDecl> = measures.iter().collect();
    let values = tx.measured(&object.key, filter, &all)?;
    let mut shown = Vec::new();
    for (measure, value) in measures.iter().zip(values) {
        let (Some(label), Some(value)) = (&measure.label, value) else { continue };
        let nothing = matches!(&value, Value::Null | Value::Int(0)) || matches!(&value, Value::Dec(n) if n.is_zero());
        let Some(words) = written(look, object, measure, &value, false).filter(|_| !nothing) else { continue };
        let value = match state(measure.tone) {
            Some(state) => status_strong(state, &words),
            None => html! { (words) },
        };
        let narrower = measure.filter.is_some().then(|| narrowed(filter, measure));
        shown.push((label.get(look.key()).to_string(), value, narrower));
    }
    Ok((!shown.is_empty()).then_some(Content::Figures(shown)))
}

/// One figure for each value of a choice, the largest first.
fn shares(tx: &mut Tx, look: &Look, object: &Arc<Object>, decl: &PanelDecl, filter: &Filter) -> Result<Option<Content>> {
    let Some(by) = decl.by.as_deref().and_then(|key| object.field(key)) else { return Ok(None) };
    let request = ListRequest { object: object.key.clone(), filter: Some(filter.clone()), ..ListRequest::default() };
    let sums: Vec<String> = decl.sum.iter().map(|key| format!("{key}:sum")).collect();
    let Ok(mut groups) = tx.groups(&request, &by.key, None, &sums) else { return Ok(None) };
    let measure = MeasureDecl { function: AggregateFn::Sum, field: decl.sum.clone(), filter: None, label: None, tone: Default::default() };
    let sum = |group: &akrab_engine::GroupRow| match group.totals.first().map(|total| &total.value) {
        Some(Value::Dec(sum)) => *sum,
        _ => group.count.into(),
    };
    groups.sort_by_key(|group| std::cmp::Reverse(sum(group)));
    let rows = groups.iter().map(|group| {
        let label = match &group.key {
            Value::Text(key) => by.choice(key).map_or(key.as_str(), |choice| choice.label.get(look.key())).to_string(),
            _ => "—".into(),
        };
        let value = group.totals.first().and_then(|total| written(look, object, &measure, &total.value, false));
        let count = look.t.number(i64::try_from(group.count).unwrap_or(i64::MAX));
        let here = Filter::All(vec![filter.clone(), Filter::test(&by.key, akrab_model::filter::Op::Is, group.key.to_json())]);
        let value = match value {
            Some(value) => html! { span.ak-muted { (count) "×" } " " (value) },
            None => html! { (count) },
        };
        (label, value, Some(here))
    });
    let rows: Vec<_> = rows.collect();
    Ok((!rows.is_empty()).then_some(Content::Figures(rows)))
}

/// The fields a row shows, as far as the person may read them.
fn columns(tx: &Tx, object: &Object, decl: &PanelDecl) -> Vec<String> {
    let title = &object.title_field().key;
    let seen = |key: &&String| object.field_ix(key).is_some_and(|ix| tx.rights.field(object, ix) > FieldRight::Hidden);
    let mut keys: Vec<String> = decl.columns.iter().chain(&decl.end).chain([title]).filter(seen).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The list of what a filter takes; a circle of many makes an address no browser takes.
fn list_href(panel: &Beside, filter: &Filter) -> Option<String> {
    let href = format!("/{}?filter={}", panel.object.plural, encode(&filter.to_json().to_string()));
    (href.len() < 1_500).then_some(href)
}

pub fn draw(sight: &Sight, panel: &Beside) -> Markup {
    let look = &sight.look;
    let title = panel.title(look.key());
    match &panel.content {
        Content::Rows(records, count) => {
            let words = match count {
                Count::Exact(n) => look.t.number(*n as i64),
                Count::Above(n) => format!("{}+", look.t.number(*n as i64)),
            };
            let shown = Related {
                title,
                count: Some(words),
                all_href: list_href(panel, &panel.filter),
                add_href: sight.creatable.contains(&panel.object.key).then(|| panel.add_href(sight)),
                rows: records.iter().map(|record| row(sight, panel, record)).collect(),
                empty: String::new(),
            };
            related(look.t, &shown)
        }
        Content::Figures(all) => {
            let linked = |(label, value, filter): &(String, Markup, Option<Filter>)| {
                let value = match filter.as_ref().and_then(|filter| list_href(panel, filter)) {
                    Some(href) => html! { a.ak-value-link href=(href) { (value) } },
                    None => value.clone(),
                };
                (label.clone(), value)
            };
            let rows: Vec<(String, Markup)> = all.iter().map(linked).collect();
            let rows: Vec<(&str, Markup)> = rows.iter().map(|(label, value)| (label.as_str(), value.clone())).collect();
            html! { section.ak-related { (panel_head(look.t, &title, None, None, None)) (figure_list(&rows)) } }
        }
    }
}

fn row(sight: &Sight, panel: &Beside, record: &Record) -> RelatedRow {
    let object = &panel.object;
    let fields = panel.decl.columns.iter().filter_map(|key| object.field(key));
    let second: Vec<Markup> = fields.filter_map(|field| short(sight, &panel.decl, field, record)).take(2).collect();
    RelatedRow {
        lead: shape(object).is_some().then(|| sight.look.avatar(object, record.title(), 26)),
        title: record.title().to_string(),
        href: words::href(record),
        detail: (!second.is_empty()).then(|| html! { @for (n, part) in second.iter().enumerate() { @if n > 0 { " · " } (part) } }),
        end: end(sight, panel, record),
    }
}

/// A value in a few words; what says how things stand has its shape.
fn short(sight: &Sight, decl: &PanelDecl, field: &Field, record: &Record) -> Option<Markup> {
    let look = &sight.look;
    Some(match record.get(&field.key) {
        Value::Null => return None,
        Value::Date(day) if decl.due.as_ref() == Some(&field.key) && *day < look.today() => {
            let n = day.until(look.today()).map_or(0, |span| span.get_days());
            status_strong(Status::Late, &look.t.with("record-overdue-days", &[("n", n.into())]))
        }
        Value::Date(day) if decl.due.as_ref() == Some(&field.key) => {
            html! { (look.t.with("record-due-day", &[("day", look.day_within(*day).into())])) }
        }
        Value::Int(days) if decl.late.as_ref() == Some(&field.key) => match *days {
            late if late > 0 => status_strong(Status::Risk, &look.t.with("record-days-late", &[("n", late.into())])),
            _ => return None,
        },
        Value::Date(day) if decl.named.contains(&field.key) => html! { (look.name(field)) " " (look.day_within(*day)) },
        Value::Date(day) => html! { (look.short_day(*day)) },
        Value::Time(at) => html! { (look.moment_words(&look.local(*at))) },
        Value::Text(key) if field.kind == FieldType::Choice => match field.choice(key) {
            Some(choice) if state(choice.tone).is_some() => look.choice(choice),
            _ => html! { (look.words(field, record)) },
        },
        _ if decl.named.contains(&field.key) => html! { (look.name(field)) " " (look.words(field, record)) },
        _ => html! { (look.words(field, record)) },
    })
}

/// At the right: what is declared, amounts in short.
fn end(sight: &Sight, panel: &Beside, record: &Record) -> Option<Markup> {
    let look = &sight.look;
    let field = panel.object.field(panel.decl.end.as_deref()?)?;
    match record.get(&field.key) {
        Value::Dec(amount) if field.kind == FieldType::Money => Some(html! { (format::money_short(*amount, &look.currency, look.lang)) }),
        _ => short(sight, &panel.decl, field, record),
    }
}
