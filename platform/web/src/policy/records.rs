//! `GET /policies/{key}`: the records that break a policy, by person and team.

use super::words;
use crate::fail::{Fail, Reply};
use crate::filter::words::{Wording, sentence, titles};
use crate::ui::avatar::{Shape, avatar};
use crate::ui::button::Button;
use crate::ui::frame::TopBar;
use crate::ui::icon::icon_sized;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::policy::{Must, Page, Policy, Record, Share, Whose};
use akrab_model::{Filter, Object, Problem};
use axum::extract::{Path, Query};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// Records on one page.
const SHOWN: usize = 50;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A user's id; `none` for nobody's.
    person: String,
    team: String,
    quiet: String,
    after: Option<i64>,
}

impl Asked {
    fn whose(&self) -> Whose {
        match (self.person.as_str(), self.person.parse(), self.team.parse()) {
            ("none", ..) => Whose::Nobody,
            (_, Ok(id), _) => Whose::Person(id),
            (_, _, Ok(id)) => Whose::Team(id),
            _ => Whose::All,
        }
    }
    fn query(&self, after: Option<i64>) -> String {
        let pairs = [("person", self.person.as_str()), ("team", self.team.as_str()), ("quiet", self.quiet.as_str())];
        let mut query: Vec<String> =
            pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}", crate::fail::encode(v))).collect();
        query.extend(after.map(|id| format!("after={id}")));
        query.join("&")
    }
}

/// A policy with what it asks for in words.
pub(super) async fn policy(visit: &Visit, key: &str) -> Result<(Arc<Policy>, Arc<Object>, String), Fail> {
    let (wanted, look) = (key.to_string(), visit.look());
    let registry = visit.registry();
    visit
        .read(move |tx| {
            let all = tx.policies_standing(Whose::Nobody)?;
            let policy = all.into_iter().map(|one| one.policy).find(|p| p.key == wanted).ok_or_else(Problem::not_found)?;
            let object = registry.object(&policy.decl.object).cloned().ok_or_else(Problem::not_found)?;
            let told = match &policy.decl.must {
                Must::Hold { filter } => {
                    let filter = Filter::from_json(filter)?;
                    let titles = titles(&look, tx, &object, &filter)?;
                    Some(sentence(&Wording { s: &look, object: &object, titles: &titles, whole: false }.of(&filter)))
                }
                _ => None,
            };
            let must = words::must(&look, Some(&object), &policy.decl, told);
            Ok((policy, object, must))
        })
        .await
}

pub(super) async fn show(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let (t, lang) = (visit.t, visit.lang());
    let (policy, object, must) = policy(&visit, &key).await?;
    let (whose, quiet, after) = (asked.whose(), !asked.quiet.is_empty(), asked.after);
    let (page, persons, teams) = visit
        .read(move |tx| {
            let page = tx.policy_records(&key, whose, quiet, after, SHOWN)?;
            let (persons, teams) = tx.policy_shares(&key)?;
            Ok((page, persons, teams))
        })
        .await?;
    let decl = &policy.decl;
    let mut frame = visit.frame(decl.name.get(lang)).await;
    frame.top = TopBar::Lined;
    frame.breadcrumb.push(visit.crumb("policies", "/policies"));
    frame.beside_title = Some(words::severity_tag(t, decl.severity));
    if visit.ctx.is_admin() {
        frame.actions =
            Some(html! { (Button::new(t.get("policy-change")).icon("pencil").href(format!("/settings/policies/{}", policy.key))) });
    }
    let body = html! {
        div.ak-flow {
            div.ak-flow-main.ak-policy-main {
                p.ak-flow-sentence { (object.plural_label(lang)) ": " (must) @if !decl.advice.get(lang).is_empty() { " " b { (decl.advice.get(lang)) } } }
                (chosen(&visit, &policy, &asked))
                (table(&visit, &policy, &object, &page))
                @if let Some(after) = page.next { p { a.ak-link href={ "/policies/" (policy.key) "?" (asked.query(Some(after))) } { (t.get("policy-more")) } } }
            }
            aside.ak-flow-panel aria-label=(t.get("policy-shares")) {
                div.ak-flow-panel-head { (icon_sized("users", 16)) h2 { (t.get("policy-by-person")) } }
                (shares(&visit, &policy.key, &persons, "person", &asked.person))
                div.ak-flow-panel-head { (icon_sized("network", 16)) h2 { (t.get("policy-by-team")) } }
                (shares(&visit, &policy.key, &teams, "team", &asked.team))
            }
        }
    };
    visit.page(&frame, body)
}

/// Whose records are shown, with the way back to all.
fn chosen(visit: &Visit, policy: &Policy, asked: &Asked) -> Markup {
    let t = visit.t;
    let people = visit.engine().people();
    let name = match asked.whose() {
        Whose::Person(id) => people.name(id),
        Whose::Team(id) => people.teams.iter().find(|(team, ..)| *team == id).map(|(_, name, _)| name.clone()),
        Whose::Nobody => Some(t.get("policy-nobody")),
        Whose::All => None,
    };
    let quiet = (!asked.quiet.is_empty()).then(|| t.get("policy-quiet"));
    let words: Vec<String> = [name, quiet].into_iter().flatten().collect();
    html! { @if !words.is_empty() { p.ak-policy-chosen { span.ak-tag { (words.join(" · ")) } " " a.ak-link href={ "/policies/" (policy.key) } { (t.get("policy-show-all")) } } } }
}

fn shares(visit: &Visit, key: &str, all: &[Share], name: &str, current: &str) -> Markup {
    let t = visit.t;
    let most = all.iter().map(|s| s.broken).max().unwrap_or(1).max(1);
    html! {
        @if all.is_empty() { p.ak-flow-panel-body.ak-muted { (t.get("policy-shares-none")) } }
        ul.ak-policy-shares {
            @for share in all {
                @let id = share.id.map_or_else(|| "none".to_string(), |id| id.to_string());
                @let words = share.name.clone().unwrap_or_else(|| t.get(if name == "team" { "policy-no-team" } else { "policy-nobody" }));
                @let percent = u8::try_from(share.broken * 100 / most).unwrap_or(100);
                li {
                    @if name == "team" && share.id.is_none() { span { (words) } }
                    @else { a href={ "/policies/" (key) "?" (name) "=" (id) } aria-current=[(current == id).then_some("true")] { (words) } }
                    (crate::ui::progress::progress(&words, percent, crate::ui::Tone::Accent))
                    span.ak-num { (t.number(share.broken as i64)) }
                }
            }
        }
    }
}

fn table(visit: &Visit, policy: &Policy, object: &Object, page: &Page) -> Markup {
    let (t, look) = (visit.t, visit.look());
    if page.records.is_empty() {
        return html! { div.ak-blank { div.ak-blank-inner { span.ak-mark aria-hidden="true" { (icon_sized("circle-check", 20)) } p { (t.get("policy-all-well")) } } } };
    }
    let heads =
        [object.label(visit.lang()).to_string(), t.get("policy-owner"), t.get("policy-since"), t.get("policy-state"), String::new()];
    let widths = [None, Some(170), Some(120), Some(160), Some(110)];
    let heads: Vec<(&str, bool, Option<u16>)> = heads.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    let moment = |micros: i64| Timestamp::from_microsecond(micros).map(|at| look.moment_words(&look.local(at))).unwrap_or_default();
    let row = |one: &Record| {
        let owner = one.owner.and_then(|id| look.people.name(id));
        let href = format!("/policies/{}/{}", policy.key, one.id);
        vec![
            html! { a.ak-link href=(look.href(object, one.id)) { (if one.title.is_empty() { t.get("record-untitled") } else { one.title.clone() }) } },
            html! { @if let Some(name) = owner { span.ak-row.ak-gap-8 { (avatar(Shape::Person, &name, 20)) (name) } } @else { span.ak-faint { "—" } } },
            html! { @match &one.breach { Some(b) => (moment(b.opened_at)), None => span.ak-faint { (t.get("policy-just-now")) } } },
            state(visit, one.breach.as_ref(), &moment),
            html! { (Button::new(t.get("policy-say")).href(href.clone()).attr("data-dialog-href", href)) },
        ]
    };
    html! { div.ak-audit { (plain_table(policy.decl.name.get(visit.lang()), &heads, &page.records.iter().map(row).collect::<Vec<_>>(), None)) } }
}

/// What was made of a breach, by shape and word.
pub(super) fn state(visit: &Visit, breach: Option<&akrab_engine::policy::BreachRow>, moment: &dyn Fn(i64) -> String) -> Markup {
    let t = visit.t;
    let now = visit.ctx.now.timestamp().as_microsecond();
    let Some(b) = breach else { return status(Status::New, &t.get("policy-state-new")) };
    let by = b.seen_by.and_then(|id| visit.engine().people().name(id)).unwrap_or_default();
    let (shape, words) = match b.until_at.filter(|until| *until > now) {
        _ if b.muted => (Status::None, t.with("policy-state-muted", &[("who", by.into())])),
        Some(until) => (Status::Today, t.with("policy-state-until", &[("when", moment(until).into())])),
        None if b.seen_at.is_some() => (Status::Ok, t.with("policy-state-seen", &[("who", by.into())])),
        None => (Status::New, t.get("policy-state-new")),
    };
    html! { (status(shape, &words)) @if !b.note.is_empty() { div.ak-small.ak-muted { (b.note) } } }
}
