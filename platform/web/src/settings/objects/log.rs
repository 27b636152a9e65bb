//! Who changed which object when, what it did, and back again: one change alone, or everything since.

use super::super::{Errors, frame, show};
use super::{Come, Target, come, deed, deed_name, plan, tabbed};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, content};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::shape::{Reversal, Stand, Told};
use axum::extract::Path;
use maud::{Markup, html};

/// Entries shown at once.
const MOST: usize = 200;

/// The words of a deed: "Field changed: Plate".
pub(super) fn deed_words(visit: &Visit, told: &Told) -> String {
    let words = deed_name(visit.t, &told.deed);
    let of = visit.registry().object(&told.object).and_then(|o| o.decl.fields.get(&told.detail).cloned());
    let field = of.map_or_else(|| told.detail.clone(), |f| f.label.get(visit.lang()).to_string());
    if field.is_empty() || told.deed == "revert" { words } else { format!("{words}: {field}") }
}

fn who(visit: &Visit, told: &Told) -> String {
    let people = visit.engine().people();
    told.actor.and_then(|id| people.user(id)).map_or_else(|| visit.t.get("job-by-program"), |p| p.name.clone())
}

fn when(visit: &Visit, told: &Told) -> String {
    let look = visit.look();
    look.moment_words(&look.local(told.at))
}

fn table(visit: &Visit, told: &[Told]) -> Markup {
    let t = visit.t;
    let registry = visit.registry();
    let heads = [
        (t.get("job-when"), false),
        (t.get("object"), false),
        (t.get("shape-deed"), false),
        (t.get("job-who"), false),
        (String::new(), true),
    ];
    let heads: Vec<_> = heads.iter().map(|(words, right)| (words.as_str(), *right, None)).collect();
    let line = |told: &Told| {
        let object = registry.object(&told.object);
        let name = object.map_or_else(|| told.object.clone(), |o| o.plural_label(visit.lang()).to_string());
        let words = deed_words(visit, told);
        let href = format!("/settings/objects/{}/log/{}", told.object, told.id);
        vec![
            html! { (when(visit, told)) },
            html! { (name) },
            html! { @if object.is_some() { a.ak-link href=(href) { (words) } } @else { (words) } },
            html! { (who(visit, told)) },
            html! { @if object.is_some() { (Button::new(t.get("deed-open")).icon("undo-2").ghost().href(href)) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = told.iter().map(line).collect();
    html! {
        @if rows.is_empty() { p.ak-muted { (t.get("shape-log-empty")) } } @else { (plain_table(&t.get("shape-log"), &heads, &rows, None)) }
    }
}

/// `GET /settings/objects/{key}/log`
pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let told = visit.engine().shape_log(&visit.ctx, Some(&key), None, MOST).await?;
    tabbed(&visit, &target, "log", None, table(&visit, &told), &Errors::new()).await
}

/// `GET /settings/objects/log`
pub(super) async fn all(visit: Visit) -> Reply {
    visit.require_admin()?;
    let told = visit.engine().shape_log(&visit.ctx, None, None, MOST).await?;
    let frame = frame(&visit, &visit.t.get("shape-log")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (table(&visit, &told)) } }), false).await
}

/// `GET /settings/objects/{key}/log/{id}`: what a change did, and whether it can be taken back alone.
pub(super) async fn one(visit: Visit, Path((key, id)): Path<(String, i64)>) -> Reply {
    let target = Target::of(&visit, &key)?;
    draw(&visit, &target, id, &Errors::new()).await
}

async fn draw(visit: &Visit, target: &Target, id: i64, errors: &Errors) -> Reply {
    let t = visit.t;
    let found = visit.engine().shape_reversal(&visit.ctx, id).await?;
    if found.told.object != target.key() {
        return Err(akrab_model::Problem::not_found().into());
    }
    let mut frame = frame(visit, &deed_words(visit, &found.told)).await;
    frame.breadcrumb.push(Crumb { label: target.object.plural_label(visit.lang()).into(), href: Some(target.href("/log")) });
    let body = html! {
        (crate::ui::form::error_summary(t, errors))
        p.ak-muted { (when(visit, &found.told)) " · " (who(visit, &found.told)) }
        (deed::table(visit, &target.object, &found.places))
        (ways(visit, target, id, &found))
    };
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

/// The buttons, or why there is none.
fn ways(visit: &Visit, target: &Target, id: i64, found: &Reversal) -> Markup {
    let t = visit.t;
    let action = target.href(&format!("/log/{id}/revert"));
    let form = |all: bool, button: Button| {
        html! {
            form method="post" action=(action) {
                (visit.token_field()) (target.version_field())
                @if all { input type="hidden" name="all" value="1"; }
                (button.submit())
            }
        }
    };
    let made = found.told.before.is_none() && found.told.deed != "purge";
    html! {
        @if found.stands.is_empty() {
            p { (t.get(if made { "deed-back-made" } else { "deed-back-text" })) }
            (form(false, Button::new(t.get("deed-back")).icon("undo-2").primary()))
        } @else {
            div.ak-notice data-tone="bad" { (crate::ui::icon("triangle-alert")) div {
                b { (t.get("deed-stands")) }
                ul { @for stand in &found.stands { li { (stand_words(visit, target, stand)) } } }
            } }
        }
        @if !found.later.is_empty() {
            h2.ak-strong { (t.get("deed-later")) }
            ul.ak-use-list { @for later in &found.later { li { (when(visit, later)) " · " (deed_words(visit, later)) " · " (who(visit, later)) } } }
            p { (t.with("deed-all-text", &[("n", (found.later.len() as i64).into())])) }
            (form(true, Button::new(t.get("deed-all")).icon("undo-2")))
        }
    }
}

fn stand_words(visit: &Visit, target: &Target, stand: &Stand) -> String {
    let t = visit.t;
    match stand {
        Stand::Changed { path, by } => {
            let place = deed::place(visit, &target.object, path);
            match by {
                Some(by) => t.with(
                    "deed-stands-changed",
                    &[
                        ("place", place.into()),
                        ("deed", deed_words(visit, by).into()),
                        ("when", when(visit, by).into()),
                        ("who", who(visit, by).into()),
                    ],
                ),
                None => t.with("deed-stands-place", &[("place", place.into())]),
            }
        }
        Stand::Used(used) => {
            let registry = visit.registry();
            let object = registry.object(&used.object).map_or_else(|| used.object.clone(), |o| o.plural_label(visit.lang()).to_string());
            let what =
                t.with(&format!("use-{}", used.kind.replace('_', "-")), &[("object", object.into()), ("name", used.name.as_str().into())]);
            t.with("deed-stands-used", &[("what", what.into())])
        }
        Stand::Gone => t.get("deed-stands-gone"),
        Stand::Undone => t.get("deed-stands-undone"),
    }
}

/// `POST /settings/objects/{key}/log/{id}/revert`: this change alone, or with `all` everything since.
pub(super) async fn revert(visit: Visit, Path((key, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let engine = visit.engine();
    let edit = match fields.ticked("all") {
        true => engine.shape_revert(&visit.ctx, id).await,
        false => engine.shape_take_back(&visit.ctx, id).await,
    };
    let mut edit = match edit {
        Ok(edit) if edit.object == key => edit,
        Ok(_) => return Err(akrab_model::Problem::not_found().into()),
        Err(problem) => return draw(&visit, &target, id, &super::super::faults(&visit, problem)?).await,
    };
    edit.version = fields.text("version").parse().unwrap_or(edit.version);
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/log"), Flash::ok(visit.t.get("shape-reverted"))),
        Come::Plan(lines) => plan::page(&visit, &visit.t.get("deed-back"), &lines, &fields, &target.href("/log")).await,
        Come::Faults(errors) => {
            let errors: Errors = errors.into_iter().map(|(_, words)| (String::new(), words)).collect();
            draw(&visit, &target, id, &errors).await
        }
    }
}
