//! Choosing a record's territory by hand, or leaving it to the rules again.

use super::words;
use crate::fail::{Reply, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::Access;
use akrab_model::object::TERRITORY_FIXED;
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record};
use axum::extract::Path;
use axum::http::StatusCode;
use maud::{Markup, html};

/// `GET /{plural}/{id}/territory`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    draw(&visit, &plural, id, &[]).await
}

/// `POST /{plural}/{id}/territory` with `territory`: an id, `none`, or `rules`.
pub(super) async fn save(visit: Visit, Path((plural, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let to = match fields.text("territory") {
        "rules" | "" => None,
        "none" => Some(None),
        id => Some(Some(id.parse().map_err(|_| Problem::malformed("bad_form"))?)),
    };
    let own = object.key.clone();
    match visit.write(move |tx| tx.place_by_hand(&own, id, to)).await {
        Ok(()) => visit.go(&format!("/{plural}/{id}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => draw(&visit, &plural, id, &field_errors(visit.t, &fail.problem)).await,
        Err(fail) => Err(fail),
    }
}

async fn draw(visit: &Visit, plural: &str, id: i64, errors: &[(String, String)]) -> Reply {
    let object = visit.object(plural)?;
    let own = object.clone();
    let record = visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            if own.territory.is_none() || !tx.may(&own, Access::Share, id)? || !tx.may(&own, Access::Edit, id)? {
                return Err(Problem::forbidden());
            }
            Ok(record)
        })
        .await?;
    let mut response = visit.dialog(&visit.t.get("territory-choose"), body(visit, &record, errors)).await?;
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn body(visit: &Visit, record: &Record, errors: &[(String, String)]) -> Markup {
    let t = visit.t;
    let href = words::href(record);
    let sharing = visit.engine().people().sharing.clone();
    let fixed = record.get(TERRITORY_FIXED).bool();
    let now = record.object.territory.and_then(|ix| record.at(ix).int());
    let chosen = match (fixed, now) {
        (false, _) => "rules".to_string(),
        (true, Some(id)) => id.to_string(),
        (true, None) => "none".to_string(),
    };
    let mut options = vec![("rules".to_string(), t.get("territory-by-rules")), ("none".to_string(), t.get("territory-none"))];
    options.extend(crate::settings::territory_options(&sharing));
    let error = errors.first().map(|(_, words)| words.clone()).unwrap_or_default();
    let title = t.get("territory-choose");
    let d = Dialog {
        id: "territory",
        icon: Some("map-pin"),
        title: &title,
        body: html! {
            p.ak-muted { (t.with("territory-now", &[("name", now.and_then(|id| sharing.name(id)).map_or_else(|| t.get("territory-none"), str::to_string).into())])) }
            (form::row(t, &Row::new(t.get("territory")).hint(t.get("territory-choose-hint")).error(error), Input::new("territory", &chosen), |i| input::select(i, &options)))
        },
        footer: dialog::foot(t, &href, Button::new(t.get("save")).primary().submit()),
        wide: false,
        close_href: &href,
    };
    dialog_form(t, &d, &format!("{href}/territory"), &visit.csrf)
}
