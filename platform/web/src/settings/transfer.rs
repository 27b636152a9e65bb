//! What administrators arrange as one file: out with the parts that are chosen, in part by part, each shown before it is
//! taken. The lists of objects, approval rules and flows lead here.

use super::{Errors, faults, file_text, frame, show};
use crate::fail::{Fail, Reply, field_message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::router::upload_limit;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input, checkbox};
use crate::ui::setting::setting;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::Ctx;
use akrab_engine::bundle::{Part, parts};
use akrab_engine::shape::FileOutlook;
use akrab_model::{FieldProblem, Problem};
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

const HERE: &str = "/settings/transfer";
/// The addresses under which lists have it, beside its own.
const ALSO: [&str; 3] = ["/settings/objects/import", "/settings/flows/import", "/settings/approvals/import"];

pub(super) fn routes() -> Router<Web> {
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

/// What a part of the file would change.
enum Outlook {
    Objects(Box<FileOutlook>),
    /// Key or name of each, whether it is new, and whether it changes anything.
    Others(Vec<(String, bool, bool)>),
}

impl Outlook {
    fn changes(&self) -> bool {
        match self {
            Outlook::Objects(come) => !come.touched.is_empty(),
            Outlook::Others(all) => all.iter().any(|(.., changed)| *changed),
        }
    }
}

/// Takes a part in, or only says what would come of it.
async fn put(visit: &Visit, part: Part, text: &str, dry: bool) -> Result<Outlook, Problem> {
    let engine = visit.engine();
    // the part taken before may have made the objects this one is about
    let ctx = &Ctx { world: engine.world(), ..visit.ctx.clone() };
    Ok(match part {
        Part::Objects => Outlook::Objects(Box::new(engine.shape_import(ctx, text, dry).await?)),
        Part::Flows => {
            let come = engine.flow_import(ctx, text, dry).await?;
            Outlook::Others(come.into_iter().map(|one| (one.key, one.new, one.changed)).collect())
        }
        Part::Templates | Part::Approvals => {
            let came = engine.bundle_take(ctx, part, text, dry).await?;
            Outlook::Others(came.into_iter().map(|one| (one.name, one.new, one.changed)).collect())
        }
    })
}

/// `POST`: each part is tried first, and with a yes taken in; then comes the next one.
async fn take(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let text = file_text(&visit, &fields).await?;
    let found = match parts(&text) {
        Ok(found) if found.is_empty() => Err(Problem::invalid(vec![FieldProblem::new("file", "bundle_empty")])),
        found => found,
    };
    let mut left = match found {
        Ok(found) => found,
        Err(problem) => return draw(&visit, &text, None, &told(&visit, problem)?).await,
    };
    if fields.ticked("sure") {
        let (part, own) = left.remove(0);
        if let Err(problem) = put(&visit, part, &own, false).await {
            return draw(&visit, &text, None, &told(&visit, problem)?).await;
        }
        if left.is_empty() {
            return visit.go(&back(&visit), Flash::ok(visit.t.get("bundle-taken")));
        }
    }
    loop {
        let Some((part, own)) = left.first() else {
            // everything in it is there already
            return draw(&visit, &text, Some((&[], None)), &Errors::new()).await;
        };
        match put(&visit, *part, own, true).await {
            Ok(outlook) if outlook.changes() => return draw(&visit, &joined(&left), Some((&left, Some(outlook))), &Errors::new()).await,
            Ok(_) => drop(left.remove(0)),
            Err(problem) => return draw(&visit, &text, None, &told(&visit, problem)?).await,
        }
    }
}

/// The parts that are left as one text, every line where it was.
fn joined(left: &[(Part, String)]) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for (_, text) in left {
        for (n, line) in text.lines().enumerate() {
            if lines.len() <= n {
                lines.push(line);
            } else if !line.is_empty() {
                lines[n] = line;
            }
        }
    }
    lines.join("\n")
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

async fn draw(visit: &Visit, text: &str, left: Option<(&[(Part, String)], Option<Outlook>)>, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = visit.facts.path();
    let body = match left {
        Some((left, Some(outlook))) => html! {
            @let names: Vec<String> = left.iter().map(|(part, _)| t.get(&format!("bundle-{}", part.key()))).collect();
            @if names.len() > 1 { p.ak-muted { (t.with("bundle-then", &[("parts", names[1..].join(", ").into())])) } }
            h2.ak-strong { (names.first().cloned().unwrap_or_default()) }
            (shown(visit, &outlook))
            form.ak-row.ak-gap-8 method="post" action=(here) {
                (visit.token_field())
                input type="hidden" name="text" value=(text);
                (Button::new(t.get("bundle-do")).primary().submit_as("sure", "1"))
                (Button::new(t.get("cancel")).ghost().href(back(visit)))
            }
        },
        Some((_, None)) => html! {
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

fn shown(visit: &Visit, outlook: &Outlook) -> Markup {
    let t = visit.t;
    match outlook {
        Outlook::Objects(come) => super::objects::file::outlook(visit, come),
        Outlook::Others(all) => html! {
            ul.ak-use-list { @for (name, new, changed) in all {
                li { b { (name) } " "
                    @if *new { (tag(&t.get("flow-come-new"))) } @else if *changed { (tag(&t.get("flow-come-changed"))) } @else { (tag(&t.get("flow-come-same"))) }
                }
            } }
            @if all.iter().any(|(_, new, _)| *new) { p.ak-muted { (t.get("bundle-new-text")) } }
        },
    }
}
