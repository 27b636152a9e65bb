//! Cleaning a list: what it would do is looked at first, with before and after, then carried out, then, if need be, taken back.
//! Values that cannot be are found by the same look.

use crate::fail::{Reply, encode};
use crate::form::{Fields, Form};
use crate::list::address::Address;
use crate::list::state::Listing;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, content};
use crate::ui::input::checkbox;
use crate::ui::table::plain_table;
use crate::value::{Look, label_of};
use crate::visit::Visit;
use akrab_engine::JobView;
use akrab_engine::clean::{CleanReport, CleanSpec, OddValue, is_cleaned};
use akrab_model::filter::Op;
use akrab_model::{FieldType, Filter, Object, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};

/// Addresses of cleaning.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/cleaning", get(ask).post(look))
        .route("/jobs/{job}/cleaning", post(apply))
        .route("/jobs/{job}/cleaning/undo", post(undo))
}

/// Whether records of an object have anything to be cleaned.
pub fn can_clean(object: &Object) -> bool {
    !object.is_system() && object.fields.iter().any(|field| is_cleaned(object, field))
}

/// Keys of what is cleaned, an address as a whole.
fn keys(object: &Object) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for field in object.fields.iter().filter(|field| is_cleaned(object, field)) {
        let key = field.part_of.as_deref().unwrap_or(&field.key);
        if !found.iter().any(|known| known == key) {
            found.push(key.to_string());
        }
    }
    found
}

/// `GET /{plural}/cleaning` with the state of the list.
async fn ask(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let (seen, own, address) = (visit.look(), object.clone(), Address::read(&plural, &pairs));
    let listing = visit.read(move |tx| Listing::resolve(tx, &seen, own, address, None)).await?;
    let filter = listing.filter.as_ref().map(Filter::to_json).map(|json| json.to_string()).unwrap_or_default();
    let t = visit.t;
    let mut frame = visit.frame(&t.get("clean-title")).await;
    frame.breadcrumb.push(Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{plural}")) });
    let body = html! {
        form.ak-stack method="post" action={ "/" (plural) "/cleaning" } {
            (visit.token_field())
            input type="hidden" name="filter" value=(filter);
            p { (t.with("clean-text", &[("objects", object.plural_label(visit.lang()).into())])) }
            div.ak-stack { @for key in keys(&object) { (checkbox("fields", &key, label_of(&object, &key, visit.lang()), true)) } }
            @if object.fields.iter().any(|field| field.kind == FieldType::Phone) { p.ak-muted { (t.get("clean-phones")) } }
            p.ak-muted { (t.get("clean-odd-text")) }
            div { (Button::new(t.get("clean-look")).icon("sparkles").primary().submit()) }
        }
    };
    visit.page(&frame, content(true, body))
}

/// `POST /{plural}/cleaning`
async fn look(visit: Visit, Path(plural): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let fields = Fields(pairs);
    let filter = match fields.text("filter") {
        "" => None,
        text => Some(serde_json::from_str(text).map_err(|_| Problem::malformed("filter_not_json"))?),
    };
    let chosen: Vec<String> = fields.all("fields").map(str::to_string).collect();
    // with nothing ticked only odd values are looked for
    let chosen = if chosen.is_empty() { vec![String::new()] } else { chosen };
    let spec = CleanSpec { object: object.key.clone(), filter, fields: chosen };
    let job = visit.engine().clean_start(&visit.ctx, spec, false).await?;
    visit.go(&format!("/jobs/{job}"), None)
}

/// `POST /jobs/{job}/cleaning`: does what a look has shown.
async fn apply(visit: Visit, Path(job): Path<i64>) -> Reply {
    let (_, report) = visit.engine().clean_report(&visit.ctx, job).await?;
    let job = visit.engine().clean_start(&visit.ctx, report.spec, true).await?;
    visit.go(&format!("/jobs/{job}"), None)
}

/// `POST /jobs/{job}/cleaning/undo`
async fn undo(visit: Visit, Path(job): Path<i64>) -> Reply {
    let job = visit.engine().clean_undo(&visit.ctx, job).await?;
    visit.go(&format!("/jobs/{job}"), None)
}

/// What came of a look or a cleaning.
pub fn result(visit: &Visit, job: &JobView) -> Markup {
    let report: CleanReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    let (t, seen) = (visit.t, visit.look());
    let Some(object) = seen.registry.object(&report.spec.object).cloned() else { return html! {} };
    let n = |count: u64| t.number(count as i64);
    let words = if report.applied { "clean-done" } else { "clean-would" };
    let button = |path: &str, button: Button| html! { form method="post" action={ "/jobs/" (job.id) (path) } { (visit.token_field()) (button.submit()) } };
    html! {
        p { (t.with(words, &[("changed", n(report.changed).into()), ("records", n(report.records).into())])) @if report.refused > 0 { " " (t.with("clean-refused", &[("n", n(report.refused).into())])) } }
        @if report.changed > 0 {
            @if report.applied { (button("/cleaning/undo", Button::new(t.get("clean-undo")).icon("undo-2"))) }
            @else { (button("/cleaning", Button::new(t.with("clean-apply", &[("n", n(report.changed).into())])).icon("check").primary())) }
            (changes(&seen, &object, &report))
        }
        @if !report.applied { (odd_values(&seen, &object, &report)) }
    }
}

/// How many values were taken back.
pub fn undone(visit: &Visit, job: &JobView) -> Markup {
    let (undone, left) = (job.result["undone"].as_i64().unwrap_or_default(), job.result["left"].as_i64().unwrap_or_default());
    html! { p { (visit.t.with("clean-undone", &[("n", visit.t.number(undone).into()), ("left", visit.t.number(left).into())])) } }
}

/// Changes of a field shown before the others are asked for.
const FIRST: usize = 8;

fn changes(seen: &Look, object: &Object, report: &CleanReport) -> Markup {
    let t = seen.t;
    let heads = ["clean-record", "clean-before", "clean-after"].map(|key| t.get(key));
    let heads: Vec<_> = heads.iter().map(|label| (label.as_str(), false, None)).collect();
    html! {
        @for (key, count) in &report.fields {
            @let name = object.field(key).map_or(key.as_str(), |field| seen.name(field));
            h3.ak-strong { (name) " · " (t.number(*count as i64)) }
            @let mut rows: Vec<Vec<Markup>> = report.samples.iter().filter(|one| one.field == *key).map(|one| vec![
                html! { a.ak-link href=(seen.href(object, one.id)) { (one.title) } },
                html! { span.ak-muted { (one.before) } },
                html! { (one.after) },
            ]).collect();
            @let untold = usize::try_from(*count).unwrap_or(usize::MAX).saturating_sub(rows.len());
            @let more = rows.split_off(rows.len().min(FIRST));
            (plain_table(name, &heads, &rows, None))
            @if !more.is_empty() {
                details.ak-former {
                    summary { (t.with("clean-more", &[("n", t.number(more.len() as i64).into())])) }
                    (plain_table(name, &heads, &more, None))
                }
            }
            @if untold > 0 { p.ak-muted.ak-small { (t.with("clean-untold", &[("n", t.number(untold as i64).into())])) } }
        }
    }
}

fn odd_values(seen: &Look, object: &Object, report: &CleanReport) -> Markup {
    let t = seen.t;
    if report.odd.is_empty() {
        return html! { p.ak-muted { (t.get("clean-odd-none")) } };
    }
    let heads = ["clean-record", "clean-value"].map(|key| t.get(key));
    let heads: Vec<_> = heads.iter().map(|label| (label.as_str(), false, None)).collect();
    let env = seen.parse_env().own();
    let value = |one: &OddValue| {
        let field = object.field(&one.field)?;
        let value = field.parse(&one.value, &env).ok()?;
        Some(seen.value_words(field, &value, |_| None))
    };
    let group = |key: &str| report.odd.iter().filter(|one| format!("{} {}", one.field, one.odd.key()) == key).collect::<Vec<_>>();
    html! {
        h2.ak-strong { (t.get("clean-odd")) }
        @for (key, count) in &report.odd_counts {
            @let (field, odd) = key.split_once(' ').unwrap_or((key, ""));
            @let shown = group(key);
            @let ids: Vec<i64> = shown.iter().map(|one| one.id).collect();
            @let name = format!("{} · {}", object.field(field).map_or(field, |field| seen.name(field)), t.get(&format!("clean-odd-{odd}")));
            h3.ak-strong { (name) " · "
                a.ak-link href={ "/" (object.plural) "?filter=" (encode(&Filter::test("id", Op::In, ids).to_json().to_string())) } { (t.number(*count as i64)) } }
            @let rows: Vec<Vec<Markup>> = shown.iter().map(|one| vec![
                html! { a.ak-link href=(seen.href(object, one.id)) { (one.title) } },
                html! { (value(one).unwrap_or_else(|| one.value.as_str().unwrap_or_default().to_string())) },
            ]).collect();
            (plain_table(&name, &heads, &rows, None))
        }
    }
}
