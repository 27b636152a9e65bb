//! The settings: everything about oneself, the company, people and pipelines, as plain forms.

mod approvals;
mod apps;
pub(crate) mod archive;
pub(crate) mod arrival;
pub(crate) mod calendars;
mod company;
pub(crate) mod condition;
mod connections;
pub(crate) mod consent;
mod deputies;
mod directory;
mod files;
pub(crate) mod flows;
mod forms;
mod freshness;
mod leave;
mod line;
mod listed;
mod note_templates;
mod numbers;
mod objects;
mod pipelines;
mod policies;
mod privacy;
mod processes;
mod profile;
mod providers;
pub(crate) mod roles;
mod rule;
pub(crate) mod sample;
pub(crate) mod security;
pub(crate) mod see_as;
mod services;
mod sharing;
mod stages;
mod teams;
mod templates;
pub(crate) mod territories;
mod transfer;
mod users;
pub(crate) mod webhooks;
mod work;

use crate::fail::{Reply, field_errors, field_message};
use crate::form::Fields;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::ui::frame::{Frame, TopBar, content, with_side_menu};
use crate::ui::sidebar::{Lead, NavGroup, NavItem};
use crate::visit::Visit;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use axum::response::Redirect;
use maud::{Markup, html};

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/settings", get(async |_visit: Visit| Redirect::to("/settings/profile")))
        .merge(profile::routes())
        .merge(security::routes())
        .merge(see_as::routes())
        .merge(company::routes())
        .merge(files::routes())
        .merge(freshness::routes())
        .merge(numbers::routes())
        .merge(privacy::routes())
        .merge(calendars::routes())
        .merge(consent::routes())
        .merge(approvals::routes())
        .merge(processes::routes())
        .merge(policies::routes())
        .merge(deputies::routes())
        .merge(users::routes())
        .merge(leave::routes())
        .merge(teams::routes())
        .merge(note_templates::routes())
        .merge(territories::routes())
        .merge(sharing::routes())
        .merge(roles::routes())
        .merge(pipelines::routes())
        .merge(flows::routes())
        .merge(forms::routes())
        .merge(templates::routes())
        .merge(transfer::routes())
        .merge(work::routes())
        .merge(objects::routes())
        .merge(webhooks::routes())
        .merge(archive::routes())
        .merge(arrival::routes())
        .merge(sample::routes())
        .merge(apps::routes())
        .merge(connections::routes())
        .merge(providers::routes())
        .merge(directory::routes())
        .merge(services::routes())
}

pub(crate) use objects::deed_name;
pub(crate) use territories::options as territory_options;

/// Errors of a form: (field, message).
type Errors = Vec<(String, String)>;

/// Pages below a list of the settings: their addresses' beginning, the list's name and address.
const LISTS: &[(&str, &str, &str)] = &[
    ("/settings/territories/", "settings-territories", "/settings/territories"),
    ("/settings/sharing/", "settings-sharing", "/settings/sharing"),
    ("/settings/flows/", "settings-flows", "/settings/flows"),
    ("/settings/forms/", "settings-forms", "/settings/forms"),
    ("/settings/objects/", "settings-objects", "/settings/objects"),
    ("/settings/mail-templates/", "settings-mail-templates", "/settings/mail-templates"),
    ("/settings/users/", "settings-users", "/settings/users"),
    ("/settings/teams/", "settings-teams", "/settings/teams"),
    ("/settings/roles/", "settings-roles", "/settings/roles"),
    ("/settings/pipelines/", "settings-pipelines", "/settings/pipelines"),
    ("/settings/stages/", "settings-pipelines", "/settings/pipelines"),
    ("/settings/calendars/", "settings-calendars", "/settings/calendars"),
    ("/settings/holidays/", "settings-calendars", "/settings/calendars"),
    ("/settings/templates/", "settings-templates", "/settings/templates"),
    ("/settings/work/", "settings-work", "/settings/work"),
    ("/settings/webhooks/incoming/", "settings-webhooks", "/settings/webhooks/incoming"),
    ("/settings/webhooks/", "settings-webhooks", "/settings/webhooks"),
    ("/settings/apps/", "settings-apps", "/settings/apps"),
    ("/settings/sign-in/", "settings-sign-in", "/settings/sign-in"),
    ("/settings/services/", "settings-services", "/settings/services"),
    ("/settings/consent/", "settings-consent", "/settings/consent"),
    ("/settings/privacy/", "settings-privacy", "/settings/privacy"),
    ("/settings/processes/", "settings-processes", "/settings/processes"),
    ("/settings/policies/", "settings-policies", "/settings/policies"),
    ("/settings/approvals/", "settings-approvals", "/settings/approvals"),
];

/// The frame of a settings page; `title` in words.
pub(crate) async fn frame(visit: &Visit, title: &str) -> Frame {
    let mut frame = visit.frame(title).await;
    frame.top = TopBar::Lined;
    frame.breadcrumb.push(visit.crumb("settings", "/settings"));
    let here = visit.facts.path();
    if let Some((_, key, list)) = LISTS.iter().find(|(below, ..)| here.starts_with(below)) {
        frame.breadcrumb.push(visit.crumb(key, list));
    }
    frame
}

/// A settings page with the menu beside it.
pub(crate) async fn show(visit: &Visit, frame: &Frame, body: Markup, faulty: bool) -> Reply {
    let body = with_side_menu(&visit.t.get("settings"), &menu(visit), body);
    if faulty { visit.invalid(frame, body) } else { visit.page(frame, body) }
}

/// A narrow page of forms.
async fn show_form(visit: &Visit, title: &str, body: Markup, errors: &Errors) -> Reply {
    let frame = frame(visit, title).await;
    show(visit, &frame, content(true, body), !errors.is_empty()).await
}

/// A secret that is shown this once. Loaded again, the page at `here` stands without it, instead of making another.
pub(super) fn once(visit: &Visit, key: &str, secret: &str, here: &str) -> Markup {
    let t = visit.t;
    html! {
        div.ak-notice data-tone="ok" role="status" data-stands-at=(here) {
            span { (t.get(key)) " " code.ak-mono { (secret) } }
            span.ak-spacer {}
            (Button::new(t.get("copy")).icon("copy").attr("data-copy", secret))
        }
    }
}

/// The text of a file that was handed in under `file`, or what was pasted under `text`.
pub(crate) async fn file_text(visit: &Visit, fields: &Fields) -> Result<String, Problem> {
    match fields.text("file").parse::<i64>() {
        Ok(file) => {
            let file = visit.engine().file(&visit.ctx, file).await?;
            let content = tokio::fs::read(visit.engine().file_local(&file).await?).await.map_err(Problem::internal)?;
            Ok(String::from_utf8_lossy(&content).into_owned())
        }
        Err(_) => Ok(fields.get("text").unwrap_or_default().to_string()),
    }
}

/// A fault found here, beside its field.
fn fault(visit: &Visit, field: &str, code: &str) -> Errors {
    vec![(field.to_string(), field_message(visit.t, &FieldProblem::new(field, code)))]
}

/// Faults a form can show; anything else goes on as it is.
fn faults(visit: &Visit, problem: Problem) -> Result<Errors, Problem> {
    match problem.kind {
        ProblemKind::Invalid | ProblemKind::Limited | ProblemKind::Conflict => Ok(field_errors(visit.t, &problem)),
        _ => Err(problem),
    }
}

/// The pages of the settings somebody may open: (icon, words, address).
pub(crate) fn places(visit: &Visit) -> Vec<(String, String, String)> {
    let items = menu(visit).into_iter().flat_map(|group| group.items);
    items
        .filter_map(|item| match item.lead {
            Lead::Icon(icon) => Some((icon, item.label, item.href)),
            Lead::Avatar(..) => None,
        })
        .collect()
}

fn menu(visit: &Visit) -> Vec<NavGroup> {
    let admin = visit.ctx.is_admin();
    let rights = visit.rights();
    let registry = visit.registry();
    let sees = |key: &str| registry.object(key).is_some_and(|o| rights.require_read(o).is_ok());
    let groups = [
        (
            "settings-own",
            vec![
                ("user-pen", "settings-profile", "/settings/profile", true),
                ("key-round", "settings-security", "/settings/security", true),
                ("user-round-check", "settings-deputies", "/settings/deputies", true),
                ("plug", "settings-connections", "/settings/connections", true),
            ],
        ),
        (
            "settings-general",
            vec![
                ("building", "settings-company", "/settings/company", admin),
                ("folder", "settings-files", "/settings/files", admin),
                ("calendar-clock", "settings-calendars", "/settings/calendars", admin),
                ("shield-check", "settings-consent", "/settings/consent", admin),
                ("shield-user", "settings-privacy", "/settings/privacy", admin),
                ("badge-check", "settings-freshness", "/settings/freshness", admin),
                ("hash", "settings-numbers", "/settings/numbers", admin),
            ],
        ),
        (
            "settings-people",
            vec![
                ("users", "settings-users", "/settings/users", sees("user")),
                ("network", "settings-teams", "/settings/teams", sees("team")),
                ("map", "settings-territories", "/settings/territories", sees("territory")),
                ("shield-check", "settings-roles", "/settings/roles", sees("role")),
                ("share-2", "settings-sharing", "/settings/sharing", sees("sharing_rule")),
            ],
        ),
        (
            "settings-data",
            vec![
                ("blocks", "settings-objects", "/settings/objects", admin),
                ("badge-check", "settings-approvals", "/settings/approvals", admin),
                ("git-commit-horizontal", "settings-pipelines", "/settings/pipelines", sees("pipeline")),
                ("notepad-text", "settings-templates", "/settings/templates", admin),
                ("milestone", "settings-processes", "/settings/processes", admin),
                ("shield-alert", "settings-policies", "/settings/policies", admin),
                ("workflow", "settings-flows", "/settings/flows", admin),
                ("mail", "settings-mail-templates", "/settings/mail-templates", admin),
                ("file-up", "settings-transfer", "/settings/transfer", admin),
            ],
        ),
        (
            "settings-connect",
            vec![
                ("clipboard-list", "settings-forms", "/settings/forms", admin),
                ("webhook", "settings-webhooks", "/settings/webhooks", admin),
                ("puzzle", "settings-apps", "/settings/apps", admin),
                ("bot", "settings-services", "/settings/services", admin),
                ("key-round", "settings-sign-in", "/settings/sign-in", admin),
                ("id-card", "settings-directory", "/settings/directory", admin),
            ],
        ),
        (
            "settings-system",
            vec![
                ("list-checks", "settings-jobs", "/jobs", true),
                // nothing waits where the program has nobody to carry it
                ("send-horizontal", "settings-work", "/settings/work", admin && !visit.engine().carriers().is_empty()),
                ("scroll-text", "settings-audit", "/settings/audit", admin),
                ("package", "settings-archive", "/settings/archive", admin),
            ],
        ),
    ]
    .into_iter()
    .map(|(head, items)| {
        let items = items
            .into_iter()
            .filter(|item| item.3)
            .map(|(icon, key, href, _)| item(visit, NavItem::new(icon, visit.t.get(key), href)))
            .collect();
        NavGroup { label: visit.t.get(head), items, order_url: None }
    })
    .filter(|group: &NavGroup| !group.items.is_empty());
    groups.collect()
}

fn item(visit: &Visit, item: NavItem) -> NavItem {
    let here = visit.facts.path();
    let current = here == item.href || here.strip_prefix(item.href.as_str()).is_some_and(|rest| rest.starts_with('/'));
    item.current(current)
}
