//! What administrators arrange as one file: out with the parts that are chosen, in all of it or nothing, shown before it is
//! taken. The lists of objects, approval rules, process maps, policies, forms and flows lead
//! here.

use super::{Errors, faults, file_text, frame, show};
use crate::fail::{Fail, Reply, field_message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::router::upload_limit;
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input, checkbox};
use crate::ui::setting::setting;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::bundle::{Came, Part, Taken};
use akrab_model::{FieldProblem, Problem};
use maud::{Markup, html};

const HERE: &str = "/settings/transfer";
/// The addresses under which lists have it, beside its own.
const ALSO: [&str; 6] = [
    "/settings/objects/import",
    "/settings/flows/import",
    "/settings/approvals/import",
    "/settings/processes/import",
    "/settings/policies/import",
    "/settings/forms/import",
];

#[inline(always)]
pub(super) fn routes() -> Router {
    let page = || get(ask).post(take).layer(upload_limit());
    let own = Router::new().route(HERE, page()).route("/settings/transfer/export", get(export));
    ALSO.into_iter().fold(own, |routes, address| routes.route(address, page()))
}

/// The list the page was opened from.
fn back(visit: &Visit) -> String {
    visit.facts.path().strip_suffix("/import").unwrap_or(HERE).to_string()
}

async fn ask(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, "", None, &Errors::new()).await
}

/// `GET /settings/transfer/export?part=flows&part=objects`
async fn export(visit: Visit) -> Reply {
    visit.require_admin()?;
    let query = visit.facts.uri.query().unwrap_or_default();
    let named: Vec<Part> = query.split('&').filter_map(|pair| Part::of(pair.strip_prefix("part=")?)).collect();
    let wanted: Vec<Part> = Part::ALL.into_iter().filter(|part| named.is_empty() || named.contains(part)).collect();
    let text = visit.engine().bundle_export(&visit.ctx, &wanted).await?;
    crate::download::bytes(text.into_bytes(), "akrab-settings.toml", "application/toml")
}

/// `POST`: the file is tried first, all of it, and taken in with a yes; all of it or nothing.
async fn take(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let text = file_text(&visit, &fields).await?;
    let sure = fields.ticked("sure");
    match visit.engine().bundle_take(&visit.ctx, &text, !sure).await {
        Ok(_) if sure => visit.go(&back(&visit), Flash::ok(visit.t.get("bundle-taken"))),
        Ok(taken) => draw(&visit, &text, Some(&taken), &Errors::new()).await,
        Err(problem) => draw(&visit, &text, None, &told(&visit, problem)?).await,
    }
}

/// Faults in words, each with its place in the file.
fn told(visit: &Visit, problem: Problem) -> Result<Errors, Fail> {
    if problem.fields.is_empty() || problem.fields.iter().any(|fault| matches!(fault.field(), "file") || fault.pointer.starts_with("/line"))
    {
        return Ok(faults(visit, problem)?.into_iter().map(|(_, words)| (String::new(), words)).collect());
    }
    let named = |fault: &FieldProblem| {
        let place = fault.pointer.trim_start_matches('/').replace('/', " › ");
        (String::new(), format!("{place}: {}", field_message(visit.t, fault)))
    };
    Ok(problem.fields.iter().map(named).collect())
}

async fn draw(visit: &Visit, text: &str, taken: Option<&Taken>, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = visit.facts.path();
    let body = match taken {
        Some(taken) if taken.changes() => html! {
            p { (t.get("bundle-plan")) }
            @if let Some(come) = taken.objects.as_ref().filter(|come| !come.touched.is_empty()) {
                h2.ak-strong { (t.get("bundle-objects")) }
                (super::objects::file::outlook(visit, come))
            }
            @for (part, came) in &taken.others {
                h2.ak-strong { (t.get(&format!("bundle-{}", part.key()))) }
                (shown(visit, came))
                @if *part == Part::Flows && came.iter().any(|one| one.new) { p.ak-muted { (t.get("bundle-new-flows")) } }
            }
            form.ak-row.ak-gap-8 method="post" action=(here) {
                (visit.token_field())
                input type="hidden" name="text" value=(text);
                (Button::new(t.get("bundle-do")).primary().submit_as("sure", "1"))
                (Button::new(t.get("cancel")).ghost().href(back(visit)))
            }
        },
        Some(_) => html! {
            p { (t.get("bundle-nothing")) }
            div { (Button::new(t.get("bundle-back")).href(back(visit))) }
        },
        None => html! {
            (setting(&t.get("bundle-in"), &t.get("bundle-in-text"), true, html! {
                form.ak-stack method="post" action=(here) enctype="multipart/form-data" {
                    (visit.token_field())
                    (row(t, &Row::new(t.get("shape-import-file")), Input::new("file", ""), |i| input::file_drop(t, i, ".toml")))
                    (row(t, &Row::new(t.get("shape-import-paste")), Input::new("text", text), |i| input::textarea(i, 12)))
                    div { (Button::new(t.get("bundle-try")).primary().submit()) }
                }
            }))
            (setting(&t.get("bundle-out"), &t.get("bundle-out-text"), true, html! {
                form.ak-stack method="get" action="/settings/transfer/export" {
                    @for part in Part::ALL { (checkbox("part", part.key(), &t.get(&format!("bundle-{}", part.key())), true)) }
                    div { (Button::new(t.get("bundle-out-do")).icon("download").submit()) }
                }
            }))
        },
    };
    let frame = frame(visit, &t.get("settings-transfer")).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (error_summary(t, errors)) (body) } }), !errors.is_empty()).await
}

/// What a part would change.
fn shown(visit: &Visit, came: &[Came]) -> Markup {
    let t = visit.t;
    html! {
        ul.ak-use-list { @for one in came {
            li { b { (one.name) } " "
                @if one.new { (tag(&t.get("flow-come-new"))) } @else if one.changed { (tag(&t.get("flow-come-changed"))) } @else { (tag(&t.get("flow-come-same"))) }
            }
        } }
    }
}
