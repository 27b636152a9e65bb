//! Policies where people work: on the page of a record, and among what the day brings.

use super::words;
use crate::fail::encode;
use crate::ui::button::Button;
use crate::ui::record::{NextAction, next_action};
use crate::ui::status::Status;
use crate::value::Look;
use akrab_engine::policy::{Broken, Must, Severity};
use akrab_engine::{Result, Tx};
use akrab_model::{Filter, Object};
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;

/// A policy a record breaks, with what it asks for in words.
pub struct Line {
    broken: Broken,
    must: String,
}

/// Policies a record breaks now.
///
/// # Errors
/// What the database answers.
pub fn load(tx: &mut Tx, look: &Look, object: &Arc<Object>, id: i64) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for broken in tx.policies_broken(object, id)? {
        let told = match &broken.policy.decl.must {
            Must::Hold { filter } => {
                let filter = Filter::from_json(filter)?;
                let titles = crate::filter::words::titles(look, tx, object, &filter)?;
                let wording = crate::filter::words::Wording { s: look, object, titles: &titles, whole: false };
                Some(crate::filter::words::sentence(&wording.of(&filter)))
            }
            _ => None,
        };
        let must = words::must(look, Some(object), &broken.policy.decl, told);
        lines.push(Line { broken, must });
    }
    Ok(lines)
}

/// A line for each policy a record breaks: what, and how it is mended.
pub fn draw(look: &Look, object: &Object, id: i64, lines: &[Line], editable: &HashSet<String>) -> Markup {
    let t = look.t;
    let now = look.now.timestamp().as_microsecond();
    html! {
        @for line in lines {
            @let Broken { policy, missing, breach } = &line.broken;
            @let put_off = breach.as_ref().is_some_and(|b| b.muted || b.until_at.is_some_and(|until| until > now));
            @let decl = &policy.decl;
            @let advice = decl.advice.get(look.key());
            @let fill: Vec<&str> = missing.iter().map(String::as_str).filter(|key| editable.contains(*key)).collect();
            @let here = look.href(object, id);
            @let say = format!("/policies/{}/{id}?back={}", policy.key, encode(&here));
            (next_action(&NextAction {
                state: match decl.severity { _ if put_off => Status::None, Severity::High => Status::Late, Severity::Medium => Status::Today, Severity::Low => Status::New },
                when: decl.name.get(look.key()).to_string(),
                what: if advice.is_empty() { line.must.clone() } else { format!("{} · {advice}", line.must) },
                owner: None,
                actions: html! {
                    @if !fill.is_empty() { (Button::new(t.get("record-gate-fill")).soft().href(format!("{here}/edit?only={}", fill.join(","))).attr("data-dialog-href", format!("{here}/edit?only={}", fill.join(",")))) }
                    (Button::new(t.get("policy-say")).ghost().href(say.clone()).attr("data-dialog-href", say))
                },
            }))
        }
    }
}

/// How many of one's own records break a policy, among the work of the day; nothing where none do.
pub fn today(look: &Look, count: u64) -> Markup {
    let t = look.t;
    html! {
        @if count > 0 {
            a.ak-policy-today href="/policies?whose=mine" {
                (crate::ui::icon_sized("shield-alert", 16))
                span { (t.with("policy-today", &[("n", (count as i64).into())])) }
            }
        }
    }
}
