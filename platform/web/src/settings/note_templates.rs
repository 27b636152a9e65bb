//! Templates of notes, in both languages.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, frame, show, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::icon::icon_sized;
use crate::visit::Visit;
use akrab_engine::note_template::NoteTemplate;
use akrab_model::{Label, Problem};
use axum::extract::Path;
use maud::html;

const LIST: &str = "/settings/templates";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route(LIST, get(list).post(add))
        .route("/settings/templates/new", get(ask))
        .route("/settings/templates/{id}", get(edit).post(save))
        .route("/settings/templates/{id}/removal", post(remove))
}

async fn list(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let lang = visit.lang();
    let registry = visit.registry();
    let all = visit.read(|tx| tx.note_templates()).await?;
    let mut frame = frame(&visit, &t.get("settings-templates")).await;
    frame.actions = Some(html! { (Button::new(t.get("template-new")).icon("plus").primary().href("/settings/templates/new")) });
    let body = html! {
        p.ak-muted { (t.get("template-text")) }
        @if all.is_empty() { p.ak-faint { (t.get("template-none")) } }
        ul.ak-files {
            @for one in &all {
                li.ak-file-row {
                    (icon_sized("notepad-text", 18))
                    div.ak-two-lines {
                        a href={ (LIST) "/" (one.id) } { b { (one.name.get(lang)) } }
                        div.ak-two-lines-detail {
                            @match one.object.as_deref().and_then(|key| registry.object(key)) {
                                Some(object) => (object.plural_label(lang)),
                                None => (t.get("template-any")),
                            }
                            @if let Some((_, label)) = registry.kinds().into_iter().find(|(key, _)| one.kind.as_deref() == Some(key)) { " · " (label.get(lang)) }
                        }
                    }
                    span.ak-spacer {}
                    form method="post" action={ (LIST) "/" (one.id) "/removal" } {
                        (visit.token_field())
                        (Button::only_icon("trash-2", t.with("template-remove", &[("name", one.name.get(lang).into())])).ghost().submit())
                    }
                }
            }
        }
    };
    show(&visit, &frame, content(true, body), false).await
}

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let lang = visit.lang();
    let mut objects = vec![(String::new(), t.get("template-any"))];
    let registry = visit.registry();
    let shown = registry.objects().filter(|o| !o.is_system() && !o.decl.hidden);
    objects.extend(shown.map(|o| (o.key.clone(), o.plural_label(lang).to_string())));
    let mut kinds = vec![(String::new(), t.get("template-kind-any"))];
    kinds.extend(registry.kinds().into_iter().map(|(key, label)| (key.to_string(), label.get(lang).to_string())));
    vec![
        Line::new(t, "object", "template-object", Kind::Choice(objects)),
        Line::new(t, "kind", "template-kind", Kind::Choice(kinds)),
        Line::new(t, "name_id", "template-name-id", Kind::Text).required(),
        Line::new(t, "text_id", "template-text-id", Kind::Long).required().hint(t.get("template-hint")),
        Line::new(t, "name_en", "template-name-en", Kind::Text).required(),
        Line::new(t, "text_en", "template-text-en", Kind::Long).required(),
    ]
}

async fn ask(visit: Visit) -> Reply {
    visit.require_admin()?;
    form(&visit, LIST, &Filled::default(), &Errors::new()).await
}

async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let all = visit.read(|tx| tx.note_templates()).await?;
    let one = all.into_iter().find(|t| t.id == id).ok_or_else(Problem::not_found)?;
    let filled = Filled::default().set("object", one.object.unwrap_or_default()).set("name_id", one.name.id).set("name_en", one.name.en);
    let filled = filled.set("kind", one.kind.unwrap_or_default()).set("text_id", one.text.id).set("text_en", one.text.en);
    form(&visit, &format!("{LIST}/{id}"), &filled, &Errors::new()).await
}

async fn form(visit: &Visit, action: &str, filled: &Filled, errors: &Errors) -> Reply {
    let body = sheet(visit, action, &lines(visit), (filled, errors), "save", "");
    show_form(visit, &visit.t.get("settings-templates"), body, errors).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    keep(visit, 0, fields).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    keep(visit, id, fields).await
}

async fn keep(visit: Visit, id: i64, fields: Fields) -> Reply {
    visit.require_admin()?;
    let label = |name: &str| Label {
        id: fields.text(&format!("{name}_id")).replace("\r\n", "\n"),
        en: fields.text(&format!("{name}_en")).replace("\r\n", "\n"),
    };
    let object = Some(fields.text("object")).filter(|key| !key.is_empty()).map(str::to_string);
    let kind = Some(fields.text("kind")).filter(|key| !key.is_empty()).map(str::to_string);
    let template = NoteTemplate { id, object, kind, name: label("name"), text: label("text") };
    match visit.write(move |tx| tx.note_template_save(&template)).await {
        Ok(_) => visit.go(LIST, Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let action = if id == 0 { LIST.to_string() } else { format!("{LIST}/{id}") };
            form(&visit, &action, &Filled::typed(&fields), &faults(&visit, fail.problem)?).await
        }
    }
}

async fn remove(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.note_template_remove(id)).await?;
    visit.go(LIST, Flash::ok(visit.t.get("template-removed")))
}
