//! `GET /policies`: what breaks the policies now.

use super::words;
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{TopBar, content};
use crate::ui::table::plain_table;
use crate::ui::tabs::{Tab, pill_tabs};
use crate::ui::tag::{Tone, tag_toned};
use crate::visit::Visit;
use akrab_engine::policy::{Standing, Whose};
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

/// Whose records: `mine`, `team`, or all that are seen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    whose: String,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let t = visit.t;
    let team = visit.person.team;
    let whose = match (asked.whose.as_str(), team) {
        ("mine", _) => Whose::Person(visit.person.id),
        ("team", Some(team)) => Whose::Team(team),
        _ => Whose::All,
    };
    let standing = visit.read(move |tx| tx.policies_standing(whose)).await?;
    let mut frame = visit.frame(&t.get("policies")).await;
    frame.top = TopBar::Lined;
    if visit.ctx.is_admin() {
        frame.actions = Some(html! { (Button::new(t.get("policy-manage")).icon("settings").ghost().href("/settings/policies")) });
    }
    let body = if standing.is_empty() {
        let actions = visit
            .ctx
            .is_admin()
            .then(|| html! { (Button::new(t.get("policy-new")).icon("plus").primary().large().href("/settings/policies/new")) });
        empty(&Empty { icon: "shield-alert".into(), title: t.get("policy-none"), text: t.get("policy-text"), actions, ..Empty::default() })
    } else {
        let tab = |key: &str, label: &str, whose_now: bool| Tab::new(t.get(label), format!("/policies?whose={key}"), whose_now);
        let mut tabs = vec![tab("all", "policy-whose-all", whose == Whose::All)];
        if team.is_some() {
            tabs.push(tab("team", "policy-whose-team", matches!(whose, Whose::Team(_))));
        }
        tabs.push(tab("mine", "policy-whose-mine", matches!(whose, Whose::Person(_))));
        content(
            false,
            html! {
                div.ak-stack {
                    p.ak-muted { (t.get("policy-page-text")) }
                    (pill_tabs(&t.get("policy-whose"), &tabs))
                    (table(&visit, &standing, whose))
                }
            },
        )
    };
    visit.page(&frame, body)
}

fn query(whose: Whose) -> String {
    match whose {
        Whose::Person(id) => format!("?person={id}"),
        Whose::Team(id) => format!("?team={id}"),
        _ => String::new(),
    }
}

fn table(visit: &Visit, standing: &[Standing], whose: Whose) -> Markup {
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let mut heads = vec![
        (t.get("policy-name"), false, None),
        (t.get("policy-severity"), false, Some(130)),
        (t.get("policy-object"), false, Some(130)),
        (t.get("policy-broken"), true, Some(160)),
        (t.get("policy-mine"), true, Some(90)),
        (t.get("policy-quiet"), true, Some(120)),
    ];
    if admin {
        heads.extend([(t.get("policy-week"), true, Some(150)), (t.get("policy-precision"), true, Some(130))]);
    }
    let heads: Vec<(&str, bool, Option<u16>)> = heads.iter().map(|(label, right, width)| (label.as_str(), *right, *width)).collect();
    let number = |n: u64, href: Option<String>| {
        let words = t.number(n as i64);
        html! { @if n == 0 { span.ak-faint { "0" } } @else if let Some(href) = href { a.ak-link href=(href) { (words) } } @else { (words) } }
    };
    let rows: Vec<Vec<Markup>> = standing
        .iter()
        .map(|one| {
            let key = &one.policy.key;
            let decl = &one.policy.decl;
            let object = visit.registry().object(&decl.object).map(|o| o.plural_label(visit.lang()).to_string()).unwrap_or_default();
            let keeper = visit.engine().people().by_email(&decl.keeper).map(|p| p.name.clone());
            let mut row = vec![
                html! { div { a.ak-link href={ "/policies/" (key) (query(whose)) } { b { (decl.name.get(visit.lang())) } } @if let Some(name) = keeper { div.ak-small.ak-muted { (t.with("policy-kept-by", &[("name", name.into())])) } } } },
                words::severity(t, decl.severity),
                html! { (object) },
                number(one.broken, Some(format!("/policies/{key}{}", query(whose)))),
                number(one.mine, Some(format!("/policies/{key}?person={}", visit.person.id))),
                number(one.quiet, Some(format!("/policies/{key}?quiet=1"))),
            ];
            if admin {
                let (begun, over) = one.week.unwrap_or_default();
                row.push(html! { (t.with("policy-week-figures", &[("begun", begun.into()), ("over", over.into())])) });
                row.push(html! {
                    @match one.precision() {
                        Some(share) => { (t.with("process-share", &[("n", share.into())])) @if one.wants_review() { " " (tag_toned(&t.get("policy-review"), Tone::Warn)) } }
                        None => span.ak-faint { "—" },
                    }
                });
            }
            row
        })
        .collect();
    html! { div.ak-audit { (plain_table(&t.get("policies"), &heads, &rows, None)) } }
}
