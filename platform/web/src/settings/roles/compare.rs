//! Two roles beside each other: what one may and the other may not.

use super::super::{frame, show};
use super::{groups, role, scope_key, scope_words};
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::input::{Input, select};
use crate::ui::table::plain_table;
use crate::value::label_of;
use crate::visit::Visit;
use akrab_engine::Role;
use akrab_model::Object;
use akrab_model::object::{AccessDecl, FieldRight};
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    a: Option<i64>,
    b: Option<i64>,
    #[serde(default)]
    all: String,
}

/// `GET /settings/roles/compare?a=…&b=…`: where they differ, or with `all` everything.
pub(super) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.object("role")?;
    let t = visit.t;
    let people = visit.engine().people();
    let first = asked.a.or(people.usual_role().map(|r| r.id)).unwrap_or_default();
    let second = asked.b.or_else(|| people.roles.iter().map(|r| r.id).find(|id| *id != first)).unwrap_or_default();
    let (a, b) = (role(&visit, first)?, role(&visit, second)?);
    let roles: Vec<(String, String)> = people.roles.iter().map(|r| (r.id.to_string(), r.name.clone())).collect();
    let whole = !asked.all.is_empty();
    let rows: Vec<Vec<Markup>> =
        groups(&visit).iter().flat_map(|(_, objects)| objects).flat_map(|o| lines(&visit, o, &a, &b, whole)).collect();
    let heads = [t.get("object"), t.get("role-what"), a.name.clone(), b.name.clone()];
    let heads: Vec<_> = heads.iter().map(|head| (head.as_str(), false, None)).collect();
    let choose = |name: &str, id: i64| select(&Input::new(name, &id.to_string()).attr("aria-label", t.get("role")), &roles);
    let body = html! {
        form.ak-row.ak-gap-8.ak-wrap method="get" action="/settings/roles/compare" {
            (choose("a", first)) (choose("b", second))
            (crate::ui::input::checkbox("all", "1", &t.get("role-compare-all"), whole))
            (Button::new(t.get("role-compare")).submit())
        }
        @if rows.is_empty() { p.ak-muted { (t.get("role-compare-same")) } } @else { (plain_table(&t.get("role-compare"), &heads, &rows, None)) }
    };
    let frame = frame(&visit, &t.get("role-compare")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// What the two may do with records of an object.
fn lines(visit: &Visit, object: &Object, a: &Role, b: &Role, whole: bool) -> Vec<Vec<Markup>> {
    let access = |role: &Role| role.rights.get(&object.key).cloned().unwrap_or_default();
    let label = object.plural_label(visit.lang());
    let told = beside(visit, object, &access(a), &access(b)).into_iter().filter(|(_, one, other)| whole || one != other);
    told.map(|(what, one, other)| vec![html! { b { (label) } }, html! { (what) }, html! { (one) }, html! { (other) }]).collect()
}

/// Two sets of rights on an object in words: the right, the one, the other.
fn beside(visit: &Visit, object: &Object, one: &AccessDecl, other: &AccessDecl) -> Vec<(String, String, String)> {
    let t = visit.t;
    let yes = |on: bool| t.get(if on { "yes" } else { "no" });
    let mut told: Vec<(String, String, String)> = vec![(t.get("right-create"), yes(one.create), yes(other.create))];
    let scopes: [(&str, fn(&AccessDecl) -> akrab_model::object::Scope); 6] = [
        ("right-read", |d| d.read),
        ("right-edit", |d| d.edit),
        ("right-delete", |d| d.delete),
        ("right-export", |d| d.export),
        ("right-share", |d| d.share.unwrap_or(d.edit)),
        ("right-merge", |d| d.merge.unwrap_or(d.delete)),
    ];
    let words = |scope| scope_words(visit, scope_key(scope).0);
    told.extend(scopes.iter().map(|(key, of)| (t.get(key), words(of(one)), words(of(other)))));
    let mut fields: Vec<&String> = one.fields.keys().chain(other.fields.keys()).collect();
    fields.sort();
    fields.dedup();
    let right = |access: &AccessDecl, field: &str| match access.fields.get(field).copied().unwrap_or_default() {
        FieldRight::Edit => t.get("field-right-edit"),
        FieldRight::Read => t.get("field-right-read"),
        FieldRight::Hidden => t.get("field-right-hidden"),
    };
    told.extend(fields.iter().map(|key| {
        let label = t.with("role-field", &[("field", label_of(object, key, visit.lang()).into())]);
        (label, right(one, key), right(other, key))
    }));
    told
}

/// What changed between two kept sets of rights: "Perusahaan · Lihat", the right before, the right after.
pub(crate) fn changed(visit: &Visit, before: &Json, after: &Json) -> Vec<(String, String, String)> {
    let read = |json: &Json| -> BTreeMap<String, AccessDecl> { serde_json::from_value(json.clone()).unwrap_or_default() };
    let (before, after) = (read(before), read(after));
    let registry = visit.registry();
    let mut told = Vec::new();
    for object in registry.objects().filter(|o| !o.decl.hidden) {
        let access = |all: &BTreeMap<String, AccessDecl>| all.get(&object.key).cloned().unwrap_or_default();
        let differ = beside(visit, object, &access(&before), &access(&after)).into_iter().filter(|(_, one, other)| one != other);
        told.extend(differ.map(|(what, one, other)| (format!("{} · {what}", object.plural_label(visit.lang())), one, other)));
    }
    told
}
