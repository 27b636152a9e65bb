//! After how many days important fields are asked about.

use super::{Errors, faults, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::visit::Visit;
use akrab_engine::fresh::FreshField;
use akrab_model::Object;
use maud::html;
use std::collections::BTreeMap;
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/freshness", get(page).post(save))
}

type Asked = Vec<(Arc<Object>, Vec<FreshField>)>;

async fn asked(visit: &Visit) -> Result<Asked, crate::fail::Fail> {
    visit
        .read(|tx| {
            let objects: Vec<_> = tx.registry.objects().filter(|object| !object.is_system() && !object.decl.hidden).cloned().collect();
            let mut found = Vec::new();
            for object in objects {
                let fields = tx.fresh_fields(&object)?;
                if !fields.is_empty() {
                    found.push((object, fields));
                }
            }
            Ok(found)
        })
        .await
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, None, &Errors::new()).await
}

async fn draw(visit: &Visit, typed: Option<&Fields>, errors: &Errors) -> Reply {
    let t = visit.t;
    let all = asked(visit).await?;
    let body = html! {
        p.ak-muted { (t.get("fresh-settings-text")) }
        (error_summary(t, errors))
        @for (object, fields) in &all {
            (setting(object.plural_label(visit.lang()), "", false, html! {
                form.ak-stack method="post" action="/settings/freshness" data-guard {
                    (visit.token_field())
                    input type="hidden" name="object" value=(object.key);
                    @for field in fields {
                        @let present = typed.filter(|typed| typed.text("object") == object.key).map_or_else(|| field.days.to_string(), |typed| typed.text(&field.key).to_string());
                        (form::row(t, &Row::new(field.label.get(visit.lang())), Input::new(&field.key, &present).attr("min", "0"), input::number))
                    }
                    div { (Button::new(t.get("save")).primary().submit()) }
                }
            }))
        }
    };
    let frame = frame(visit, &t.get("settings-freshness")).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

async fn save(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = fields.text("object").to_string();
    let known = asked(&visit).await?;
    let own = known.iter().find(|(known, _)| known.key == object).map(|(_, fields)| fields.as_slice()).unwrap_or_default();
    let mut days = BTreeMap::new();
    for field in own {
        let text = fields.text(&field.key);
        let Ok(n) = (if text.is_empty() { Ok(0) } else { text.parse::<u16>() }) else {
            return draw(&visit, Some(&fields), &super::fault(&visit, &field.key, "not_a_number")).await;
        };
        days.insert(field.key.clone(), n);
    }
    match visit.write(move |tx| tx.fresh_ages_save(&object, &days)).await {
        Ok(()) => visit.go("/settings/freshness", Flash::ok(visit.t.get("saved"))),
        Err(fail) => draw(&visit, Some(&fields), &faults(&visit, fail.problem)?).await,
    }
}
