//! `GET /approvals`: what waits for somebody, what he asked for, and all there are.

use super::{panel, words};
use crate::fail::{Reply, encode};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::table::plain_table;
use crate::ui::tabs::{Tab, pill_tabs};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::approval::{Approval, ApprovalFilter, State, Whose};
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    whose: Whose,
    state: String,
    rule: String,
    who: String,
    before: Option<i64>,
}

impl Asked {
    fn filter(&self, me: i64) -> ApprovalFilter {
        ApprovalFilter {
            states: State::of(&self.state).into_iter().collect(),
            rule: Some(self.rule.clone()).filter(|rule| !rule.is_empty()),
            person: self.who.parse().ok(),
            requester: (self.whose == Whose::Asked).then_some(me),
            before: self.before,
            ..ApprovalFilter::default()
        }
    }
    fn address(&self, before: i64) -> String {
        let whose = if self.whose == Whose::Asked { "asked" } else { "all" };
        format!(
            "/approvals?whose={whose}&state={}&rule={}&who={}&before={before}",
            encode(&self.state),
            encode(&self.rule),
            encode(&self.who)
        )
    }
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let t = visit.t;
    let whose = asked.whose;
    let filter = asked.filter(visit.person.id);
    let (found, next, rules) = visit
        .read(move |tx| {
            let (found, next) = match whose {
                Whose::Waiting => (tx.approvals_waiting()?, None),
                _ => tx.approvals_find(&filter)?,
            };
            Ok((found, next, tx.approval_rules()?))
        })
        .await?;
    let tabs = [
        Tab::new(t.get("approvals-waiting"), "/approvals", whose == Whose::Waiting),
        Tab::new(t.get("approvals-asked"), "/approvals?whose=asked", whose == Whose::Asked),
        Tab::new(t.get("approvals-all"), "/approvals?whose=all", whose == Whose::All),
    ];
    let look = visit.look();
    let names: Vec<(String, String)> = rules.iter().map(|rule| (rule.key.clone(), rule.name.get(visit.lang()).to_string())).collect();
    let body = match whose {
        Whose::Waiting if found.is_empty() => blank(&visit, "approvals-none-waiting"),
        Whose::Waiting => content(false, html! { div.ak-stack { (groups(&visit, &look, &found)) } }),
        _ => content(
            false,
            html! {
                div.ak-stack {
                    (search(&visit, &asked, &names))
                    @if found.is_empty() { p.ak-muted { (t.get("approvals-none-found")) } } @else { (table(&visit, &look, &found)) }
                    @if let Some(before) = next { div { (Button::new(t.get("record-older")).href(asked.address(before))) } }
                }
            },
        ),
    };
    let frame = visit.frame(&t.get("approvals")).await;
    visit.page(&frame, html! { div.ak-tools { (pill_tabs(&t.get("approvals"), &tabs)) } (body) })
}

fn blank(visit: &Visit, key: &str) -> Markup {
    let t = visit.t;
    empty(&Empty { icon: "badge-check".into(), title: t.get(key), text: t.get("approvals-text"), ..Empty::default() })
}

/// Requests of one rule at one step are equal: they may be decided together.
fn groups(visit: &Visit, look: &Look, found: &[Approval]) -> Markup {
    let mut groups: Vec<(&Approval, Vec<&Approval>)> = Vec::new();
    for one in found {
        match groups.iter_mut().find(|(first, _)| first.rule == one.rule && first.step == one.step && first.plan.name == one.plan.name) {
            Some((_, all)) => all.push(one),
            None => groups.push((one, vec![one])),
        }
    }
    html! { @for (n, (first, all)) in groups.iter().enumerate() { (group(visit, look, n, first, all)) } }
}

fn group(visit: &Visit, look: &Look, n: usize, first: &Approval, all: &[&Approval]) -> Markup {
    let t = visit.t;
    let name = first.plan.name.get(visit.lang());
    let step = (first.plan.steps.len() > 1)
        .then(|| t.with("approval-step-of", &[("n", (first.step + 1).into()), ("all", first.plan.steps.len().into())]));
    let form = format!("group-{n}");
    let reasons: Vec<(String, String)> = std::iter::once((String::new(), t.get("approval-choose-reason")))
        .chain(first.plan.reasons.iter().map(|r| (r.key.clone(), r.label.get(visit.lang()).to_string())))
        .collect();
    html! {
        section.ak-tasks {
            div.ak-panel-head { h2 { (name) } span.ak-count { (all.len()) } @if let Some(step) = step { span.ak-muted { (step) } } }
            ul {
                @for one in all {
                    @let tick = html! { @if all.len() > 1 { input.ak-check type="checkbox" name="id" form=(form) value={ (one.id) "." (one.step) } aria-label=(t.with("approval-choose", &[("name", one.record.title().into())])); } };
                    (panel::waiting_line(look, one, tick))
                }
            }
            @if all.len() > 1 {
                form.ak-audit-search.ak-approval-many id=(form) method="post" action="/approvals/bulk" {
                    (visit.token_field())
                    (Button::new(t.get("approval-approve-chosen")).icon("check").submit_as("verdict", "approve"))
                    (input::select(&Input { id: format!("reason-{n}"), ..Input::new("reason", "") }.attr("aria-label", t.get("approval-reason")), &reasons))
                    (Button::new(t.get("approval-refuse-chosen")).submit_as("verdict", "refuse"))
                }
            }
        }
    }
}

fn search(visit: &Visit, asked: &Asked, rules: &[(String, String)]) -> Markup {
    let t = visit.t;
    let any = |key: &str| std::iter::once((String::new(), t.get(key)));
    let states: Vec<_> = any("approvals-any-state")
        .chain(State::ALL.iter().map(|state| (state.key().to_string(), t.get(&format!("approval-state-{}", state.key())))))
        .collect();
    let rules: Vec<_> = any("approvals-any-rule").chain(rules.iter().cloned()).collect();
    let people = visit.engine().people();
    let people: Vec<_> = any("approvals-anybody").chain(people.users().iter().map(|p| (p.id.to_string(), p.name.clone()))).collect();
    let choice = |name: &str, value: &str, label: &str, options: &[(String, String)]| {
        input::select(&Input::new(name, value).attr("aria-label", t.get(label)), options)
    };
    html! {
        form.ak-audit-search method="get" action="/approvals" role="search" {
            input type="hidden" name="whose" value=(if asked.whose == Whose::Asked { "asked" } else { "all" });
            (choice("state", &asked.state, "approval-state", &states))
            (choice("rule", &asked.rule, "approval-rule", &rules))
            (choice("who", &asked.who, "approval-approver", &people))
            (Button::new(t.get("audit-find")).icon("search").submit())
        }
    }
}

fn table(visit: &Visit, look: &Look, found: &[Approval]) -> Markup {
    let t = visit.t;
    let words = ["approval-record", "approval-rule", "approval-value", "approval-state", "approval-requester", "approval-asked-at"]
        .map(|key| t.get(key));
    let widths = [None, Some(180), Some(150), Some(260), Some(160), Some(140)];
    let heads: Vec<_> = words.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    let rows: Vec<Vec<Markup>> = found
        .iter()
        .map(|one| {
            let object = &one.record.object;
            vec![
                html! { a.ak-link href=(look.href(object, one.record.id)) { (one.record.title()) } " " span.ak-muted { (look.label(object)) } },
                html! { a.ak-link href={ "/approvals/" (one.id) } { (one.plan.name.get(visit.lang())) } },
                html! { (words::value(look, one).unwrap_or_else(|| "—".into())) },
                html! { (words::state(t, one.state)) @if one.state == State::Waiting { div.ak-muted.ak-small { (panel::whom_and_when(look, one)) } } },
                html! { (one.requester.and_then(|id| look.people.name(id)).unwrap_or_else(|| t.get("record-by-system"))) },
                html! { (look.moment_words(&look.local(one.asked_at))) },
            ]
        })
        .collect();
    html! { div.ak-audit { (plain_table(&t.get("approvals"), &heads, &rows, None)) } }
}
