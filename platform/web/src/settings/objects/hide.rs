//! Out of sight now, removed for good later; each time with a list of what uses it.

use super::super::{faults, frame, show as show_page};
use super::{Target, plan};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::status::{Status, status_strong};
use crate::visit::Visit;
use akrab_engine::shape::{Deed, Edit, Use};
use akrab_model::Problem;
use akrab_model::object::shape::{FieldChange, Part};
use axum::extract::Path;
use maud::{Markup, html};

/// What is about to be done, and to what.
struct Asked<'a> {
    title: String,
    text: &'a str,
    verb: &'a str,
    /// Where the form goes.
    action: String,
    back: String,
    /// Uses that must be changed first keep it from being done.
    blocked: bool,
}

async fn ask_page(visit: &Visit, target: &Target, field: Option<&str>, asked: Asked<'_>, more: Markup, error: &str) -> Reply {
    let t = visit.t;
    let uses = visit.engine().shape_uses(&visit.ctx, target.key(), field).await?;
    let stops = asked.blocked && uses.iter().any(|used| used.blocks);
    let body = html! {
        @if !error.is_empty() { div.ak-notice data-tone="bad" { (crate::ui::icon("circle-alert")) span { (error) } } }
        p { (t.get(asked.text)) }
        (impact(visit, &uses))
        (more)
        @if stops { p.ak-strong { (t.get("shape-change-first")) } }
        form.ak-row.ak-gap-8 method="post" action=(asked.action) {
            (visit.token_field()) (target.version_field())
            @if !stops { (Button::new(t.get(asked.verb)).danger().submit_as("sure", "1")) }
            (Button::new(t.get("cancel")).ghost().href(asked.back))
        }
    };
    let frame = frame(visit, &asked.title).await;
    show_page(visit, &frame, content(true, html! { div.ak-stack { (body) } }), !error.is_empty()).await
}

/// Where it is used, in words.
fn impact(visit: &Visit, uses: &[Use]) -> Markup {
    let t = visit.t;
    let registry = visit.registry();
    let object = |key: &str| registry.object(key).map_or_else(|| key.to_string(), |o| o.plural_label(visit.lang()).to_string());
    html! {
        h2.ak-strong { (t.get("shape-uses")) }
        @if uses.is_empty() { p.ak-muted { (t.get("shape-uses-none")) } }
        ul.ak-use-list { @for used in uses { li {
            (t.with(&format!("use-{}", used.kind.replace('_', "-")), &[("object", object(&used.object).into()), ("name", used.name.as_str().into())]))
            @if used.blocks { " " (status_strong(Status::Late, &t.get("shape-use-blocks"))) }
        } } }
    }
}

fn field_title(visit: &Visit, target: &Target, field: &str) -> Result<String, Problem> {
    let decl = target.object.decl.fields.get(field).ok_or_else(Problem::not_found)?;
    Ok(format!("{} · {}", target.object.plural_label(visit.lang()), decl.label.get(visit.lang())))
}

pub(super) async fn ask_field(visit: Visit, Path((object, field)): Path<(String, String)>) -> Reply {
    let target = Target::of(&visit, &object)?;
    let asked = Asked {
        title: field_title(&visit, &target, &field)?,
        text: "shape-hide-text",
        verb: "shape-hide-field",
        action: target.href(&format!("/fields/{field}/hide")),
        back: target.href(&format!("/fields/{field}")),
        blocked: false,
    };
    ask_page(&visit, &target, Some(&field), asked, html! {}, "").await
}

/// The edit that hides a field or shows it again.
fn sight(target: &Target, fields: &Fields, field: &str, hidden: bool) -> Edit {
    let mut part = target.draft();
    match part.own_field(field) {
        Some(own) => own.hidden = hidden,
        None => {
            if let Part::Change(change) = &mut part {
                let entry = change.changed.entry(field.to_string()).or_default();
                entry.hidden = hidden;
                if *entry == FieldChange::default() {
                    change.changed.shift_remove(field);
                }
            }
        }
    }
    target.edit(part, fields, if hidden { Deed::Hide } else { Deed::Show }, field)
}

pub(super) async fn field(visit: Visit, Path((object, field)): Path<(String, String)>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    visit.engine().shape_apply(&visit.ctx, &[sight(&target, &fields, &field, true)]).await?;
    visit.go(&target.href(""), Flash::ok(visit.t.get("shape-hidden-done")))
}

pub(super) async fn show_field(visit: Visit, Path((object, field)): Path<(String, String)>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    visit.engine().shape_apply(&visit.ctx, &[sight(&target, &fields, &field, false)]).await?;
    visit.go(&target.href(""), Flash::ok(visit.t.get("saved")))
}

pub(super) async fn ask(visit: Visit, Path(object): Path<String>) -> Reply {
    let target = Target::of(&visit, &object)?;
    let asked = Asked {
        title: target.object.plural_label(visit.lang()).into(),
        text: "shape-hide-object-text",
        verb: "shape-hide-object",
        action: target.href("/hide"),
        back: target.href("/general"),
        blocked: false,
    };
    ask_page(&visit, &target, None, asked, html! {}, "").await
}

fn whole_sight(target: &Target, fields: &Fields, hidden: bool) -> Edit {
    let mut part = target.draft();
    match &mut part {
        Part::Own(decl) => decl.hidden = hidden,
        Part::Change(change) => change.hidden = hidden,
    }
    target.edit(part, fields, if hidden { Deed::Hide } else { Deed::Show }, "")
}

pub(super) async fn object(visit: Visit, Path(object): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    visit.engine().shape_apply(&visit.ctx, &[whole_sight(&target, &fields, true)]).await?;
    visit.go("/settings/objects", Flash::ok(visit.t.get("shape-hidden-done")))
}

pub(super) async fn show(visit: Visit, Path(object): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    visit.engine().shape_apply(&visit.ctx, &[whole_sight(&target, &fields, false)]).await?;
    visit.go(&target.href("/general"), Flash::ok(visit.t.get("saved")))
}

async fn removal(visit: &Visit, target: &Target, field: Option<&str>, error: &str) -> Reply {
    let title = match field {
        Some(field) => field_title(visit, target, field)?,
        None => target.object.plural_label(visit.lang()).to_string(),
    };
    let place = field.map_or_else(String::new, |field| format!("/fields/{field}"));
    let edit = visit.engine().shape_purge(&visit.ctx, target.key(), field)?;
    let steps = match visit.engine().shape_try(&visit.ctx, &[edit]).await {
        Ok(outlook) => plan::table(visit.t, &outlook.lines),
        Err(_) => html! {},
    };
    let asked = Asked {
        title,
        text: "shape-remove-text",
        verb: "shape-remove",
        action: target.href(&format!("{place}/remove")),
        back: if field.is_some() { target.href(&place) } else { target.href("/general") },
        blocked: true,
    };
    ask_page(visit, target, field, asked, steps, error).await
}

pub(super) async fn ask_remove_field(visit: Visit, Path((object, field)): Path<(String, String)>) -> Reply {
    let target = Target::of(&visit, &object)?;
    removal(&visit, &target, Some(&field), "").await
}

pub(super) async fn ask_remove(visit: Visit, Path(object): Path<String>) -> Reply {
    let target = Target::of(&visit, &object)?;
    removal(&visit, &target, None, "").await
}

async fn remove_now(visit: Visit, object: String, field: Option<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    let mut edit = visit.engine().shape_purge(&visit.ctx, &object, field.as_deref())?;
    edit.version = fields.text("version").parse().unwrap_or(edit.version);
    match visit.engine().shape_apply(&visit.ctx, &[edit]).await {
        Ok(_) => {
            let back = if field.is_some() { target.href("") } else { "/settings/objects".into() };
            visit.go(&back, Flash::ok(visit.t.get("shape-removed")))
        }
        Err(problem) => {
            let words = faults(&visit, problem)?.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            removal(&visit, &target, field.as_deref(), &words).await
        }
    }
}

pub(super) async fn remove_field(visit: Visit, Path((object, field)): Path<(String, String)>, fields: Fields) -> Reply {
    remove_now(visit, object, Some(field), fields).await
}

pub(super) async fn remove(visit: Visit, Path(object): Path<String>, fields: Fields) -> Reply {
    remove_now(visit, object, None, fields).await
}
