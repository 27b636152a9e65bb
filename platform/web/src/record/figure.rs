//! The strip of key figures: what declarations ask of other records, fields of the record itself, and the risk with
//! its reasons.

use super::load::Sight;
use crate::fail::encode;
use crate::ui::figures::Figure;
use crate::ui::progress::blocks;
use crate::ui::related::panel_head;
use crate::ui::status::{Status, status_strong};
use crate::ui::tag::Tone;
use crate::value::{Look, state};
use akrab_engine::{Access, Circle, Concern, Result, Tx, Weight};
use akrab_model::object::{FigureDecl, MeasureDecl, Scope};
use akrab_model::query::AggregateFn;
use akrab_model::{FieldType, Object, Record, Value, format};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Figures that stand side by side.
pub const MOST: usize = 6;

/// The declared figures the person may know.
///
/// # Errors
/// What the database answers.
pub fn load(tx: &mut Tx, look: &Look, record: &Record, circle: &Circle) -> Result<Vec<Figure>> {
    let mut decls: Vec<&FigureDecl> = record.object.decl.figures.iter().collect();
    decls.sort_by_key(|decl| decl.order);
    let mut shown = Vec::new();
    for decl in decls {
        shown.extend(one(tx, look, decl, circle)?);
    }
    Ok(shown)
}

fn one(tx: &mut Tx, look: &Look, decl: &FigureDecl, circle: &Circle) -> Result<Option<Figure>> {
    let Some(of) = tx.registry.object(&decl.of).cloned() else { return Ok(None) };
    let scope = tx.rights.scope(&of, Access::Read);
    if scope == Scope::None {
        return Ok(None);
    }
    let filter = circle.about(&tx.registry, &of, &decl.via);
    let beside = [Some(&decl.value), decl.also.as_ref(), decl.before.as_ref()];
    let measures: Vec<&MeasureDecl> = beside.into_iter().flatten().chain(&decl.lines).collect();
    let mut values = tx.measured(&decl.of, &filter, &measures)?.into_iter();
    let Some(Some(value)) = values.next() else { return Ok(None) };
    // nought of what one may see is not nought
    if scope != Scope::All && is_nothing(&value) {
        return Ok(None);
    }
    let mut detail = None;
    let also = decl.also.as_ref().and_then(|measure| Some((measure, values.next()??)));
    let also = also.filter(|(_, value)| !is_nothing(value)).and_then(|(measure, value)| written(look, &of, measure, &value, true));
    if let Some(before) = &decl.before {
        detail = values.next().flatten().and_then(|old| changed(look, before, &value, &old));
    }
    for (measure, value) in decl.lines.iter().zip(values) {
        if detail.is_none() {
            detail = value.filter(|value| !is_nothing(value)).and_then(|value| line(look, &of, measure, &value));
        }
    }
    let number = written(look, &of, &decl.value, &value, false).unwrap_or_else(|| "—".into());
    let href = format!("/{}?filter={}", of.plural, encode(&narrowed(&filter, &decl.value).to_json().to_string()));
    Ok(Some(Figure {
        label: decl.label.get(look.key()).to_string(),
        value: Some(html! { (number) @if let Some(also) = also { small { " · " (also) } } }),
        detail,
        // a circle of many makes an address no browser takes
        href: (href.len() < 1_500).then_some(href),
        phone: false,
        idle: !decl.always && is_nothing(&value),
    }))
}

/// The records a measure counts.
pub fn narrowed(filter: &akrab_model::Filter, measure: &MeasureDecl) -> akrab_model::Filter {
    let narrower = measure.filter.as_ref().and_then(|json| akrab_model::Filter::from_json(json).ok());
    match narrower {
        Some(narrower) => akrab_model::Filter::All(vec![filter.clone(), narrower]),
        None => filter.clone(),
    }
}

/// A value as it is written among others; amounts short where that is asked for or they are long.
pub fn written(look: &Look, of: &Object, measure: &MeasureDecl, value: &Value, short: bool) -> Option<String> {
    let field = measure.field.as_deref().and_then(|key| of.field(key));
    Some(match (value, field) {
        (Value::Null, _) => return None,
        (Value::Int(n), _) if matches!(measure.function, AggregateFn::Count | AggregateFn::Filled) => look.t.number(*n),
        (Value::Date(day), _) => look.short_day(*day),
        (Value::Time(at), _) => look.moment_words(&look.local(*at)),
        (Value::Dec(amount), Some(field)) if field.kind == FieldType::Money && (short || amount.abs() >= 1_000_000_000.into()) => {
            format::money_short(*amount, &look.currency, look.lang)
        }
        // nobody reads an average to the last digit
        (Value::Dec(mean), Some(field)) if field.kind == FieldType::Money && measure.function == AggregateFn::Avg => {
            look.value_words(field, &Value::Dec(mean.round()), |_| None)
        }
        (value, Some(field)) => look.value_words(field, value, |_| None),
        (_, None) => return None,
    })
}

pub fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Int(0) => true,
        Value::Dec(number) => number.is_zero(),
        _ => false,
    }
}

/// "▲ 12 % on the year before".
fn changed(look: &Look, before: &MeasureDecl, now: &Value, old: &Value) -> Option<Markup> {
    let number = |value: &Value| match value {
        Value::Dec(number) => Some(*number),
        Value::Int(number) => Some(Decimal::from(*number)),
        _ => None,
    };
    let (now, old) = (number(now)?, number(old).filter(|old| !old.is_zero())?);
    let percent = ((now - old) * Decimal::from(100)).checked_div(old.abs())?.round().to_i64()?;
    let (sign, tone) = match percent {
        0 => ("=", Tone::Neutral),
        up if up > 0 => ("▲", Tone::Ok),
        _ => ("▼", Tone::Bad),
    };
    let words = before.label.as_ref()?.get(look.key());
    let (first, last) = words.split_once("{value}").unwrap_or(("", words));
    Some(html! { (first) span.ak-toned data-tone=(tone.name()) { (sign) " " (look.t.number(percent.abs())) "%" } (last) })
}

fn line(look: &Look, of: &Object, measure: &MeasureDecl, value: &Value) -> Option<Markup> {
    let value = written(look, of, measure, value, true)?;
    let words = measure.label.as_ref().map_or(value.clone(), |label| label.get(look.key()).replace("{value}", &value));
    Some(match state(measure.tone) {
        Some(state) => status_strong(state, &words),
        None => html! { (words) },
    })
}

/// How much there is to worry about, with the heaviest reason.
pub fn risk(sight: &Sight) -> Option<Figure> {
    let concerns = sight.concerns.as_ref()?;
    let t = sight.look.t;
    let (word, filled, tone) = match concerns.first().map(|concern| concern.weight) {
        None => ("record-risk-low", 1, Tone::Ok),
        Some(Weight::Some) => ("record-risk-middle", 3, Tone::Warn),
        Some(Weight::Much) => ("record-risk-high", 5, Tone::Bad),
    };
    let reasons: Vec<String> = concerns.iter().map(|concern| reason(&sight.look, concern)).collect();
    let detail = match reasons.first() {
        Some(first) => html! { span title=(reasons.join("\n")) { (first) } },
        None => html! { (t.get("record-risk-none")) },
    };
    Some(Figure::new(t.get("record-risk"), html! { (t.get(word)) " " (blocks(filled, 5, tone)) }, detail))
}

/// All reasons, beside the record.
pub fn reasons(sight: &Sight) -> Markup {
    let Some(concerns) = sight.concerns.as_ref().filter(|all| !all.is_empty()) else { return html! {} };
    let t = sight.look.t;
    let shape = |concern: &Concern| crate::ui::status::dot(if concern.weight == Weight::Much { Status::Late } else { Status::Risk });
    html! {
        section.ak-related {
            (panel_head(t, &t.get("record-risk-why"), None, None, None))
            ul.ak-reasons { @for concern in concerns { li { (shape(concern)) span { (reason(&sight.look, concern)) } } } }
        }
    }
}

fn reason(look: &Look, concern: &Concern) -> String {
    let args: Vec<(&str, crate::locale::Value)> = concern
        .args
        .iter()
        .map(|(name, value)| {
            let words = match value {
                Value::Dec(amount) => format::money_short(*amount, &look.currency, look.lang),
                Value::Int(number) => look.t.number(*number),
                Value::Date(day) => look.short_day(*day),
                other => other.text().unwrap_or_default().to_string(),
            };
            (*name, words.into())
        })
        .collect();
    look.t.with(&format!("concern-{}", concern.code.replace('_', "-")), &args)
}
