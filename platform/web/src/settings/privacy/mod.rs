//! Personal data: the registers, how long things are kept, who was erased, and who may come back.

mod retention;

use super::{frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::erased_counts;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::form::{self, Row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::privacy::{Erased, RetentionRule};
use akrab_model::format;
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/privacy", get(page))
        .route("/settings/privacy/allow", post(allow))
        .route("/settings/privacy/list", get(list))
        .merge(retention::routes())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    address: String,
}

/// What is known of an address that was looked up.
struct Looked {
    address: String,
    by: Option<Erased>,
}

async fn page(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let address = asked.address.trim().to_string();
    let read = visit.read(move |tx| {
        let erased = tx.erasures()?;
        let looked = if address.is_empty() {
            None
        } else {
            let by = tx.erased_by(&address)?;
            Some(Looked { by: erased.iter().find(|one| Some(one.id) == by).cloned(), address })
        };
        let mut rules = Vec::new();
        for rule in tx.retention_rules()?.into_iter().filter(|rule| !rule.retired) {
            let plan = tx.retention_plan(&rule.decl).ok();
            rules.push((rule, plan.map(|plan| (plan.count, plan.filter))));
        }
        Ok((erased, looked, rules))
    });
    let (erased, looked, rules) = read.await?;
    let look = visit.look();
    let body = html! {
        @let registers = registers(&visit);
        @if !registers.is_empty() {
            (setting(&t.get("privacy-registers"), "", true, html! { ul { @for (href, label, text) in &registers {
                li.ak-related-row { div.ak-two-lines { a.ak-link href=(href) { (label) } div.ak-two-lines-detail { (text) } } }
            } } }))
        }
        (setting(&t.get("privacy-retention"), &t.get("privacy-retention-text"), true, html! {
            (rules_table(&look, &rules))
            div { (Button::new(t.get("privacy-retention-new")).icon("plus").href("/settings/privacy/retention/new")) }
        }))
        (setting(&t.get("privacy-list"), &t.get("privacy-list-text"), true, html! {
            (erased_table(&look, &erased))
            @if !erased.is_empty() { div { (Button::new(t.get("file-download")).icon("download").ghost().href("/settings/privacy/list")) } }
        }))
        (setting(&t.get("privacy-find"), &t.get("privacy-find-hint"), false, html! {
            form.ak-stack method="get" action="/settings/privacy" {
                (form::row(t, &Row::new(t.get("privacy-find-address")), Input::new("address", looked.as_ref().map_or("", |l| l.address.as_str())), input::text))
                div { (Button::new(t.get("privacy-find-do")).icon("search").submit()) }
            }
            @if let Some(looked) = &looked { (found(&visit, &look, looked)) }
        }))
    };
    let frame = frame(&visit, &t.get("settings-privacy")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// Objects that keep registers, by what they are for: those of a group that is about personal data.
fn registers(visit: &Visit) -> Vec<(String, String, String)> {
    let rights = visit.rights();
    let registry = visit.registry();
    let shown = registry.objects().filter(|object| object.decl.register && rights.require_read(object).is_ok());
    shown.map(|o| (format!("/{}", o.plural), o.plural_label(visit.lang()).to_string(), o.purpose(visit.lang()).to_string())).collect()
}

type Rules = Vec<(RetentionRule, Option<(u64, akrab_model::Filter)>)>;

fn rules_table(look: &Look, rules: &Rules) -> Markup {
    let t = look.t;
    if rules.is_empty() {
        return html! { p.ak-muted { (t.get("privacy-retention-none")) } };
    }
    let heads = [
        "privacy-retention-name",
        "privacy-retention-object",
        "privacy-retention-what",
        "privacy-retention-state",
        "privacy-retention-now",
    ]
    .map(|key| t.get(key));
    let widths = [None, Some(150), Some(200), Some(130), Some(120)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n == 4, width)).collect();
    let rows: Vec<Vec<Markup>> = rules
        .iter()
        .map(|(rule, plan)| {
            let decl = &rule.decl;
            let object = look.registry.object(&decl.object);
            let since = object.and_then(|o| o.field(&decl.since)).map(|f| look.name(f).to_string()).unwrap_or_default();
            let when = t.with("privacy-retention-when", &[("months", i64::from(decl.months).into()), ("field", since.into())]);
            vec![
                html! { div.ak-two-lines { a.ak-link href={ "/settings/privacy/retention/" (rule.key) } { (rule.name.get(look.key())) } div.ak-two-lines-detail { (when) } } },
                html! { (object.map(|o| look.plural(o).to_string()).unwrap_or_default()) },
                html! { (t.get(retention::what_words(decl.what))) },
                html! { (t.get(if decl.active { "privacy-retention-on" } else { "privacy-retention-off" })) },
                match (plan, object) {
                    (Some((count, filter)), Some(object)) => html! { a.ak-link href={ "/" (object.plural) "?filter=" (crate::fail::encode(&filter.to_json().to_string())) } { (t.number(*count as i64)) } },
                    _ => html! { "—" },
                },
            ]
        })
        .collect();
    plain_table(&t.get("privacy-retention"), &heads, &rows, None)
}

fn erased_table(look: &Look, erased: &[Erased]) -> Markup {
    let t = look.t;
    if erased.is_empty() {
        return html! { p.ak-muted { (t.get("privacy-list-none")) } };
    }
    let heads = ["privacy-number", "privacy-day", "privacy-by-hand", "privacy-locked-until", "privacy-count"].map(|key| t.get(key));
    let widths = [Some(70), Some(120), Some(170), Some(140), None];
    let heads: Vec<_> = heads.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    let day = |at: jiff::Timestamp| format::date(look.local(at).date());
    let row = |one: &Erased| {
        let href = look.registry.object(&one.object).map(|object| look.href(object, one.record)).unwrap_or_default();
        vec![
            html! { a.ak-link href=(href) { (one.id) } },
            html! { (day(one.at)) },
            html! { (one.actor.and_then(|id| look.people.name(id)).unwrap_or_else(|| t.get("record-by-system"))) },
            html! { @if let Some(until) = one.until { (day(until)) } @else { "—" } },
            html! { (erased_counts(look, &one.counts).join(" · ")) },
        ]
    };
    plain_table(&t.get("privacy-list"), &heads, &erased.iter().map(row).collect::<Vec<_>>(), None)
}

fn found(visit: &Visit, look: &Look, looked: &Looked) -> Markup {
    let t = visit.t;
    let Some(by) = &looked.by else { return html! { p.ak-muted { (t.get("privacy-find-none")) } } };
    let day = format::date(look.local(by.at).date());
    html! {
        p { (t.with("privacy-allow-text", &[("n", by.id.into()), ("day", day.into())])) }
        form method="post" action="/settings/privacy/allow" {
            (visit.token_field())
            input type="hidden" name="address" value=(looked.address);
            (Button::new(t.get("privacy-allow")).primary().submit())
        }
    }
}

async fn allow(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let address = fields.text("address").to_string();
    visit.write(move |tx| tx.erased_allow(&address)).await?;
    visit.go("/settings/privacy", Flash::ok(visit.t.get("privacy-allowed")))
}

/// The list as it is applied after a backup was brought back.
async fn list(visit: Visit) -> Reply {
    visit.require_admin()?;
    let text = tokio::fs::read_to_string(visit.engine().erased_list()).await.unwrap_or_default();
    let named = [
        (axum::http::header::CONTENT_DISPOSITION, "attachment; filename=\"erased.jsonl\""),
        (axum::http::header::CONTENT_TYPE, "application/x-ndjson"),
    ];
    Ok(axum::response::IntoResponse::into_response((named, text)))
}
