//! What can be done with a record found (`Tab` in the palette), and what can be created.

use crate::fail::Reply;
use crate::record::teller::writings;
use crate::record::words;
use crate::ui::button::key;
use crate::ui::dialog::{Dialog, dialog};
use crate::ui::icon::icon;
use crate::ui::palette::{Hit, results};
use crate::visit::Visit;
use akrab_engine::Access;
use akrab_model::{FieldType, Object};
use axum::extract::{Path, Query};
use maud::html;
use serde::Deserialize;

/// `GET /{plural}/{id}/actions`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.clone();
    let (record, offered, may_edit) = visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            let offered = tx.offered(&own, id)?;
            let may_edit = tx.may(&own, Access::Edit, id)?;
            Ok((record, offered, may_edit))
        })
        .await?;
    let t = visit.t;
    let lang = visit.lang();
    let href = words::href(&record);
    let hit = |name: &str, words: String, href: String, cap: Option<String>| Hit {
        lead: Some(icon(name)),
        title: Some(html! { (words) }),
        end: cap.map(|cap| key(&cap)),
        href,
        ..Hit::default()
    };
    let mut hits = vec![hit("arrow-up-right", t.get("open"), href.clone(), None)];
    if may_edit {
        hits.push(hit("pencil", t.get("record-edit"), format!("{href}/edit"), Some("E".into())));
    }
    let rights = visit.rights();
    for writing in writings(&visit.registry(), &object).into_iter().filter(|w| rights.may_create(&w.teller.object)) {
        let cap = writing.shortcut.map(|c| c.to_uppercase().to_string());
        hits.push(hit(&writing.icon, writing.label(lang), format!("{href}?write={}#composer", writing.key), cap));
    }
    for action in offered.iter().filter(|a| !a.inputs.is_empty()) {
        hits.push(hit(&action.icon, action.label.get(lang).to_string(), format!("{href}/{}", action.key), None));
    }
    hits.push(hit("history", t.get("record-history"), format!("{href}/history"), None));
    visit.fragment(results(&[(record.title().to_string(), hits)], "", ""), None)
}

/// Whose page one is on.
#[derive(Deserialize)]
pub(super) struct About {
    /// Key of the object.
    object: Option<String>,
    id: Option<i64>,
}

/// `GET /create`: the objects one may make, for the phone's plus and pages without an object. On a
/// record's page what links to it begins with that link.
pub(super) async fn create(visit: Visit, Query(about): Query<About>) -> Reply {
    let rights = visit.rights();
    let registry = visit.registry();
    let title = visit.t.get("create");
    // in the order of the side bar
    let mut made: Vec<_> = registry.objects().filter(|o| o.in_menu() && rights.may_create(o)).collect();
    made.sort_by_key(|o| (visit.web.place_of(&o.decl.group), o.decl.order));
    let d = Dialog {
        id: "create-choice",
        icon: Some("plus"),
        title: &title,
        body: html! {
            @for object in &made {
                @let href = format!("/{}/new{}", object.plural, context(&visit, &about, object));
                a.ak-menu-item href=(href) data-dialog-href=(href) { (icon(&object.decl.icon)) span { (object.label(visit.lang())) } }
            }
        },
        footer: html! {},
        wide: false,
        close_href: "/",
    };
    visit.dialog(&title, dialog(visit.t, &d)).await
}

/// `?account=5&back=/accounts/5` for what links to the record one is looking at.
fn context(visit: &Visit, about: &About, made: &Object) -> String {
    let subject = about.object.as_deref().and_then(|key| visit.engine().object(key).ok()).zip(about.id);
    let Some((subject, id)) = subject else { return String::new() };
    let via = made.fields.iter().find(|f| f.kind == FieldType::Link && f.to == Some(subject.ix) && f.writable());
    via.map_or_else(String::new, |field| format!("?{}={id}&back=/{}/{id}", field.key, subject.plural))
}
