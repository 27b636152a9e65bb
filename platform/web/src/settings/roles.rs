//! Roles and what they may do: object × create, read, edit, delete, export; fields behind each object.

pub(crate) mod compare;

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, fault, faults, frame, show, show_form};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::form::{self, Row};
use crate::ui::frame::foot_bar;
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::progress::level;
use crate::ui::tabs::{Tab, tab_bar};
use crate::ui::tag;
use crate::value::label_of;
use crate::visit::Visit;
use akrab_engine::Role;
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use akrab_model::{Object, Problem};
use axum::extract::Path;
use maud::{Markup, html};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/roles", get(first))
        .route("/settings/roles/new", get(new).post(add))
        .route("/settings/roles/compare", get(compare::page))
        .route("/settings/roles/{id}", get(matrix).post(save))
        .route("/settings/roles/{id}/delete", post(delete))
        .route("/settings/roles/{id}/{object}", get(fields_page).post(save_fields))
}

const SCOPES: [(&str, Scope, u8); 6] = [
    ("none", Scope::None, 0),
    ("own", Scope::Own, 1),
    ("team", Scope::Team, 2),
    ("team_tree", Scope::TeamTree, 3),
    ("territory", Scope::Territory, 4),
    ("all", Scope::All, 5),
];

fn scope_key(scope: Scope) -> (&'static str, u8) {
    SCOPES.iter().find(|s| s.1 == scope).map_or(("none", 0), |s| (s.0, s.2))
}

fn scope_words(visit: &Visit, key: &str) -> String {
    visit.t.get(&format!("scope-{}", key.replace('_', "-")))
}

/// What a level means, as the legend says it.
fn scope_meaning(visit: &Visit, key: &str) -> String {
    visit.t.get(&format!("scope-means-{}", key.replace('_', "-")))
}

fn role(visit: &Visit, id: i64) -> Result<Arc<Role>, Fail> {
    visit.object("role")?;
    Ok(visit.engine().people().roles.iter().find(|r| r.id == id).cloned().ok_or_else(Problem::not_found)?)
}

async fn first(visit: Visit) -> Reply {
    visit.object("role")?;
    let people = visit.engine().people();
    let role = people.usual_role().ok_or_else(Problem::not_found)?;
    visit.go(&format!("/settings/roles/{}", role.id), None)
}

async fn matrix(visit: Visit, Path(id): Path<i64>) -> Reply {
    let role = role(&visit, id)?;
    let t = visit.t;
    let people = visit.engine().people();
    let count = |id: i64| people.users().iter().filter(|p| p.active && p.role.id == id).count() as i64;
    let fixed = role.is_administrator() || !visit.ctx.is_admin();
    let mut tabs: Vec<Tab> = people
        .roles
        .iter()
        .map(|r| Tab::new(r.name.clone(), format!("/settings/roles/{}", r.id), r.id == id).count(t.number(count(r.id))))
        .collect();
    tabs.sort_by(|a, b| a.href.len().cmp(&b.href.len()).then(a.href.cmp(&b.href)));
    let add = html! { @if visit.ctx.is_admin() { (Button::only_icon("plus", t.get("role-new")).ghost().href("/settings/roles/new")) } };
    let beside = html! { (Button::new(t.get("role-compare")).icon("columns-2").ghost().href(format!("/settings/roles/compare?a={id}"))) };
    let body = html! {
        (tab_bar(&t.get("settings-roles"), &tabs, add, beside))
        @if role.is_administrator() { p.ak-pad.ak-muted { (t.get("role-admin-text")) } }
        form.ak-errand method="post" action={ "/settings/roles/" (id) } data-guard {
            (visit.token_field())
            (grid(&visit, &role, fixed))
            (legend(&visit, fixed))
        }
        @if !fixed && count(id) == 0 && !role.is_built_in() {
            form.ak-pad method="post" action={ "/settings/roles/" (id) "/delete" } { (visit.token_field()) (Button::new(t.get("role-delete")).danger().submit()) }
        }
    };
    let mut frame = frame(&visit, &role.name).await;
    frame.beside_title = Some(tag(&t.with("people-count", &[("n", count(id).into())])));
    frame.actions = Some(html! {
        @if !fixed { (super::see_as::button(&visit, "role", id)) }
        @if visit.ctx.is_admin() { (Button::only_icon("history", t.get("record-history")).ghost().href(format!("/roles/{id}/history"))) }
    });
    show(&visit, &frame, body, false).await
}

/// Objects by their side bar group.
fn groups(visit: &Visit) -> Vec<(String, Vec<Arc<Object>>)> {
    let mut groups: Vec<(String, Vec<Arc<Object>>)> = Vec::new();
    let registry = visit.registry();
    let mut objects: Vec<_> = registry.objects().filter(|o| !o.is_system() && !o.decl.hidden).cloned().collect();
    objects.sort_by_key(|o| (visit.web.place_of(&o.decl.group), o.decl.order));
    for object in objects {
        let group = object.decl.group.clone();
        match groups.iter_mut().find(|(key, _)| *key == group) {
            Some((_, all)) => all.push(object),
            None => groups.push((group, vec![object])),
        }
    }
    groups
}

fn grid(visit: &Visit, role: &Role, fixed: bool) -> Markup {
    let t = visit.t;
    let heads = ["object", "right-create", "right-read", "right-edit", "right-delete", "right-export"];
    html! {
        div.ak-table-wrap.ak-table-plain tabindex="0" role="region" aria-label=(t.get("settings-roles")) { table.ak-table.ak-matrix {
            colgroup { col width="270"; col width="84"; col; col; col; col; }
            thead { tr { @for key in heads { th scope="col" { (t.get(key)) } } } }
            tbody {
                @for (group, objects) in groups(visit) {
                    tr.ak-matrix-head { td colspan="6" { (t.find(&format!("group-{group}"), &[]).unwrap_or(group)) } }
                    @for object in &objects { (row(visit, role, object, fixed)) }
                }
            }
        } }
    }
}

fn row(visit: &Visit, role: &Role, object: &Object, fixed: bool) -> Markup {
    let t = visit.t;
    let access = role.rights.get(&object.key).cloned().unwrap_or_default();
    let label = object.plural_label(visit.lang());
    let limited = access.fields.len();
    html! {
        tr {
            td { span.ak-row.ak-gap-8.ak-matrix-object {
                (icon_sized(&object.decl.icon, 15)) b title=(label) { (label) }
                @if !role.is_administrator() {
                    a.ak-link.ak-small.ak-nowrap.ak-row.ak-gap-4 href={ "/settings/roles/" (role.id) "/" (object.key) } title=[(limited > 0).then(|| t.with("field-count-text", &[("n", limited.into())]))] {
                        @if limited > 0 { (icon_sized("lock", 12)) " " }
                        @if limited > 0 { (t.with("field-count", &[("n", limited.into())])) } @else { (t.get("fields")) }
                    }
                }
            } }
            td data-label=(t.get("right-create")) {
                @if fixed { @if access.create { (icon_sized("check", 14)) (t.get("yes")) } @else { span.ak-muted { (t.get("no")) } } }
                @else { label.ak-check-label { input.ak-check type="checkbox" name={ (object.key) ".create" } value="1" checked[access.create]; span.ak-sr { (label) ": " (t.get("right-create")) } span.ak-yes aria-hidden="true" { (t.get("yes")) } span.ak-no aria-hidden="true" { (t.get("no")) } } }
            }
            @for (name, scope) in [("read", access.read), ("edit", access.edit), ("delete", access.delete), ("export", access.export)] {
                td data-label=(t.get(&format!("right-{name}"))) { (cell(visit, &format!("{}.{name}", object.key), &format!("{label}: {}", t.get(&format!("right-{name}"))), scope, fixed)) }
            }
        }
    }
}

fn cell(visit: &Visit, name: &str, label: &str, scope: Scope, fixed: bool) -> Markup {
    let (key, bars) = scope_key(scope);
    html! {
        span.ak-row.ak-gap-8 {
            (level(bars))
            @if fixed { span .ak-muted[bars == 0] { (scope_words(visit, key)) } }
            @else {
                span.ak-select { select.ak-select-plain name=(name) aria-label=(label) {
                    @for (value, ..) in SCOPES { option value=(value) selected[value == key] { (scope_words(visit, value)) } }
                } (icon_sized("chevron-down", 13)) }
            }
        }
    }
}

fn legend(visit: &Visit, fixed: bool) -> Markup {
    let start = html! { div.ak-legend { @for (key, _, bars) in SCOPES { span { (level(bars)) b { (scope_words(visit, key)) } (scope_meaning(visit, key)) } } @if !fixed { span.ak-legend-new { (visit.t.get("role-unsaved")) } } } };
    let end = html! { @if !fixed { (Button::new(visit.t.get("save")).primary().submit()) } };
    foot_bar(start, end)
}

/// Everything the role may do now, as it is stored.
fn stored(visit: &Visit, role: &Role) -> BTreeMap<String, AccessDecl> {
    visit.registry().objects().filter_map(|o| role.rights.get(&o.key).map(|a| (o.key.clone(), a.clone()))).collect()
}

async fn keep(visit: &Visit, role: &Role, rights: &BTreeMap<String, AccessDecl>) -> Result<(), Fail> {
    visit.require_admin()?;
    if role.is_administrator() {
        return Err(Problem::forbidden().into());
    }
    let rights = serde_json::to_value(rights).map_err(Problem::internal)?;
    let input = json!({ "rights": rights }).as_object().cloned().unwrap_or_default();
    visit.engine().update(&visit.ctx, "role", role.id, input, None).await?;
    Ok(())
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let role = role(&visit, id)?;
    let mut rights = stored(&visit, &role);
    for (_, objects) in groups(&visit) {
        for object in objects {
            let access = rights.entry(object.key.clone()).or_default();
            access.create = fields.ticked(&format!("{}.create", object.key));
            let scope = |name: &str, before: Scope| {
                let sent = fields.text(&format!("{}.{name}", object.key));
                SCOPES.iter().find(|s| s.0 == sent).map_or(before, |s| s.1)
            };
            access.read = scope("read", access.read);
            access.edit = scope("edit", access.edit);
            access.delete = scope("delete", access.delete);
            access.export = scope("export", access.export);
        }
    }
    keep(&visit, &role, &rights).await?;
    visit.go(&format!("/settings/roles/{id}"), Flash::ok(visit.t.get("saved")))
}

/// What a right is declared on, with the most it can be: fields, and an address as one.
fn settable(object: &Object) -> Vec<(&str, FieldRight)> {
    let mut found: Vec<(&str, FieldRight)> = Vec::new();
    for field in object.fields.iter().filter(|f| !f.system && !f.hidden) {
        let (name, most) = match field.part_of.as_deref() {
            Some(whole) if object.field(whole).is_none() => (whole, FieldRight::Edit),
            None if !field.quiet => (field.key.as_str(), if field.writable() { FieldRight::Edit } else { FieldRight::Read }),
            _ => continue,
        };
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, most));
        }
    }
    found
}

async fn fields_page(visit: Visit, Path((id, object)): Path<(i64, String)>) -> Reply {
    let role = role(&visit, id)?;
    let object = visit.ctx.object(&object)?;
    let t = visit.t;
    let access = role.rights.get(&object.key).cloned().unwrap_or_default();
    let words = |key: &str| t.get(&format!("field-right-{key}"));
    let body = html! {
        form.ak-stack method="post" action={ "/settings/roles/" (id) "/" (object.key) } {
            (visit.token_field())
            p.ak-muted { (t.get("field-rights-text")) }
            div.ak-table-wrap.ak-table-plain { table.ak-table.ak-matrix {
                colgroup { col; col width="240"; }
                thead { tr { th scope="col" { (t.get("field")) } th scope="col" { (t.get("field-right")) } } }
                tbody { @for (name, most) in settable(&object) { tr {
                    @let label = label_of(&object, name, visit.lang());
                    td { (label) }
                    td { span.ak-select { select.ak-select-plain name=(name) aria-label=(label) {
                        @let right = access.fields.get(name).copied().unwrap_or_default().min(most);
                        @for (key, value) in [("edit", FieldRight::Edit), ("read", FieldRight::Read), ("hidden", FieldRight::Hidden)] {
                            @if value <= most { option value=(key) selected[value == right] { (words(key)) } }
                        }
                    } (icon_sized("chevron-down", 13)) } }
                } } }
            } }
            @if !object.is_system() {
                (form::row(t, &Row::new(t.get("right-share")).hint(t.get("right-share-hint")), Input::new("share", access.share.map_or(AS_FAR, |scope| scope_key(scope).0)), |i| input::select(i, &as_far_options(&visit, "right-share-as-edit"))))
                @if akrab_engine::twin::can_match(&object) {
                    (form::row(t, &Row::new(t.get("right-merge")).hint(t.get("right-merge-hint")), Input::new("merge", access.merge.map_or(AS_FAR, |scope| scope_key(scope).0)), |i| input::select(i, &as_far_options(&visit, "right-merge-as-delete"))))
                }
            }
            div.ak-row.ak-gap-8 {
                @if visit.ctx.is_admin() { (Button::new(t.get("save")).primary().submit()) }
                (Button::new(t.get("cancel")).ghost().href(format!("/settings/roles/{id}")))
            }
        }
    };
    show_form(&visit, &format!("{} · {}", role.name, object.plural_label(visit.lang())), body, &Errors::new()).await
}

async fn save_fields(visit: Visit, Path((id, object)): Path<(i64, String)>, fields: Fields) -> Reply {
    let role = role(&visit, id)?;
    let object = visit.ctx.object(&object)?;
    let mut rights = stored(&visit, &role);
    let access = rights.entry(object.key.clone()).or_default();
    for (name, most) in settable(&object) {
        match fields.text(name) {
            "read" if most > FieldRight::Read => access.fields.insert(name.to_string(), FieldRight::Read),
            "hidden" => access.fields.insert(name.to_string(), FieldRight::Hidden),
            "edit" | "read" => access.fields.shift_remove(name),
            _ => None,
        };
    }
    if let Some(sent) = fields.get("share") {
        access.share = SCOPES.iter().find(|s| s.0 == sent).map(|s| s.1);
    }
    if let Some(sent) = fields.get("merge") {
        access.merge = SCOPES.iter().find(|s| s.0 == sent).map(|s| s.1);
    }
    keep(&visit, &role, &rights).await?;
    visit.go(&format!("/settings/roles/{id}"), Flash::ok(visit.t.get("saved")))
}

/// The choice that follows another right.
const AS_FAR: &str = "edit";

/// How far a right reaches that otherwise follows another, as `usual` says.
fn as_far_options(visit: &Visit, usual: &str) -> Vec<(String, String)> {
    let as_far = (AS_FAR.to_string(), visit.t.get(usual));
    std::iter::once(as_far).chain(SCOPES.iter().map(|(key, ..)| ((*key).to_string(), scope_words(visit, key)))).collect()
}

/// No right on any record. Names of colleagues, teams and stages everybody reads: without them no page makes sense.
fn nothing(visit: &Visit) -> BTreeMap<String, AccessDecl> {
    let objects = visit.registry().objects().filter(|o| o.is_system()).cloned().collect::<Vec<_>>();
    let read = |object: &Object| object.decl.access.values().filter(|access| access.read == Scope::All).count() == object.decl.access.len();
    let known = objects.iter().filter(|object| object.decl.access.len() > 1 && read(object));
    known.map(|object| (object.key.clone(), AccessDecl { read: Scope::All, ..AccessDecl::default() })).collect()
}

fn new_lines(visit: &Visit) -> Vec<Line> {
    let people = visit.engine().people();
    let none = std::iter::once((String::new(), visit.t.get("role-like-nothing")));
    let roles = none.chain(people.roles.iter().filter(|r| !r.is_administrator()).map(|r| (r.id.to_string(), r.name.clone()))).collect();
    vec![
        Line::new(visit.t, "name", "role-name", Kind::Text).required(),
        Line::new(visit.t, "like", "role-like", Kind::Choice(roles)).hint(visit.t.get("role-like-hint")),
    ]
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    new_form(&visit, &Filled::default(), &Errors::new()).await
}

async fn new_form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = sheet(visit, "/settings/roles/new", &new_lines(visit), (filled, errors), "save", "/settings/roles");
    show_form(visit, &t.get("role-new"), body, errors).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let rights = match fields.text("like") {
        "" => nothing(&visit),
        like => match role(&visit, like.parse().unwrap_or(0)) {
            Ok(like) => stored(&visit, &like),
            Err(_) => return new_form(&visit, &Filled::typed(&fields), &fault(&visit, "like", "unknown_choice")).await,
        },
    };
    let name = fields.text("name");
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(40).collect();
    let rights = serde_json::to_value(rights).map_err(Problem::internal)?;
    let input = json!({ "key": plain, "name": name, "rights": rights }).as_object().cloned().unwrap_or_default();
    match visit.engine().create(&visit.ctx, "role", input).await {
        Ok(role) => visit.go(&format!("/settings/roles/{}", role.id), Flash::ok(visit.t.get("saved"))),
        Err(problem) => {
            // the key is made of the name: what is wrong with it is wrong with the name
            let mut errors = faults(&visit, problem)?;
            for (field, _) in errors.iter_mut().filter(|(field, _)| field == "key") {
                *field = "name".into();
            }
            errors.dedup_by(|a, b| a.0 == b.0);
            new_form(&visit, &Filled::typed(&fields), &errors).await
        }
    }
}

async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().delete(&visit.ctx, "role", id, None).await?;
    visit.go("/settings/roles", Flash::ok(visit.t.get("deleted")).undo(format!("/roles/{id}/restore")))
}
