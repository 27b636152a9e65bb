//! Giving a single record to somebody, and taking it back.

use super::access::until_words;
use super::words;
use crate::fail::{Reply, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::avatar::{Shape, avatar};
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row};
use crate::ui::input::{self, Input};
use crate::ui::tag;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::sharing::{Give, Given, Taker};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem, Record, text};
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

type Errors = Vec<(String, String)>;

/// `GET /{plural}/{id}/shares`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    draw(&visit, &plural, id, &Fields::default(), &Errors::new()).await
}

/// `POST /{plural}/{id}/shares`
pub(super) async fn give(visit: Visit, Path((plural, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let given = match read(&visit, &fields) {
        Ok(give) => visit.write(move |tx| tx.give(&own, id, &give)).await,
        Err(problem) => Err(problem.into()),
    };
    match given {
        Ok(_) => visit.go(&format!("/{plural}/{id}"), Flash::ok(visit.t.get("share-given"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let errors = field_errors(visit.t, &fail.problem);
            draw(&visit, &plural, id, &fields, &errors).await
        }
        Err(fail) => Err(fail),
    }
}

/// `POST /{plural}/{id}/shares/{share}/end`
pub(super) async fn end(visit: Visit, Path((plural, id, share)): Path<(String, i64, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    visit.write(move |tx| tx.take_back(&own, id, share)).await?;
    visit.go(&format!("/{plural}/{id}"), Flash::ok(visit.t.get("share-taken")))
}

fn read(visit: &Visit, fields: &Fields) -> Result<Give, Problem> {
    let fault = |field: &str, code: &str| Problem::invalid(vec![FieldProblem::new(field, code)]);
    let to = match fields.text("to").split_once(':') {
        Some(("user", id)) => id.parse().ok().map(Taker::User),
        Some(("team", id)) => id.parse().ok().map(Taker::Team),
        _ => None,
    };
    let to = to.ok_or_else(|| fault("to", "required"))?;
    let until = match fields.text("until") {
        "" => None,
        // through that whole day, as the person counts and writes days
        day => {
            let day = text::date::parse(day, visit.ctx.now.date(), visit.ctx.lang).map_err(|error| fault("until", error.code))?;
            Some(end_of(visit, day).ok_or_else(|| fault("until", "wrong_type"))?)
        }
    };
    Ok(Give { to, edit: fields.text("level") == "edit", until, note: fields.text("note").into() })
}

fn end_of(visit: &Visit, day: Date) -> Option<Timestamp> {
    Some(day.tomorrow().ok()?.to_zoned(visit.ctx.now.time_zone().clone()).ok()?.timestamp())
}

async fn draw(visit: &Visit, plural: &str, id: i64, fields: &Fields, errors: &Errors) -> Reply {
    let object = visit.object(plural)?;
    let own = object.key.clone();
    let (record, given) = visit.read(move |tx| Ok((tx.get(&own, id)?, tx.given(&own, id)?))).await?;
    let mut response = visit.dialog(&visit.t.get("share-open"), body(visit, &record, &given, fields, errors)).await?;
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn body(visit: &Visit, record: &Record, given: &[Given], fields: &Fields, errors: &Errors) -> Markup {
    let t = visit.t;
    let href = words::href(record);
    let action = format!("{href}/shares");
    let title = t.with("share-title", &[("title", record.title().into())]);
    let d = Dialog {
        id: "shares",
        icon: Some("share-2"),
        title: &title,
        body: html! {
            @if !given.is_empty() { ul.ak-given aria-label=(t.get("share-now")) { @for one in given { (line(visit, &action, one)) } } }
            (form::error_summary(t, errors))
            (form::columns(inputs(visit, fields, errors)))
        },
        footer: dialog::foot(t, &href, Button::new(t.get("share-do")).primary().icon("share-2").submit()),
        wide: false,
        close_href: &href,
    };
    dialog_form(t, &d, &action, &visit.csrf)
}

fn inputs(visit: &Visit, fields: &Fields, errors: &Errors) -> Markup {
    let t = visit.t;
    let people = visit.engine().people();
    let persons = people.users().into_iter().filter(|p| p.active && p.id != visit.person.id);
    let mut takers = vec![(String::new(), "—".to_string())];
    takers.extend(persons.map(|p| (format!("user:{}", p.id), p.name.clone())));
    takers.extend(people.teams.iter().map(|(id, name, _)| (format!("team:{id}"), t.with("share-team", &[("name", name.as_str().into())]))));
    let levels = [("read", "share-read"), ("edit", "share-edit")].map(|(value, key)| (value.to_string(), t.get(key)));
    let error = |name: &str| errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default();
    let row = |name: &str, key: &str| Row::new(t.get(key)).error(error(name));
    html! {
        (form::row(t, &row("to", "share-to"), Input::new("to", fields.text("to")).required(true), |i| input::select(i, &takers)))
        (form::row(t, &row("level", "share-level"), Input::new("level", fields.text("level")), |i| input::select(i, &levels)))
        (form::row(t, &row("until", "share-until-label").hint(t.get("share-until-hint")), Input::new("until", fields.text("until")), |i| input::date(t, i, "")))
        (form::row(t, &row("note", "share-note").wide(), Input::new("note", fields.text("note")).attr("maxlength", "500"), input::text))
    }
}

fn line(visit: &Visit, action: &str, given: &Given) -> Markup {
    let t = visit.t;
    let look = visit.look();
    let by = given.by.clone().unwrap_or_else(|| t.get("record-by-system"));
    html! {
        li.ak-related-row {
            (avatar(if matches!(given.to, Taker::User(_)) { Shape::Person } else { Shape::Company }, &given.name, 26))
            div.ak-two-lines {
                span { (given.name) @if given.ended { " " (tag(&t.get("share-ended"))) } }
                div.ak-two-lines-detail { (t.get(if given.edit { "share-edit" } else { "share-read" })) " · " (until_words(&look, given.until)) " · " (t.with("share-by", &[("name", by.into())])) }
                @if !given.note.is_empty() { div.ak-two-lines-detail { "“" (given.note) "”" } }
            }
            span.ak-related-end {
                (Button::new(t.get("share-take")).ghost().submit().attr("formaction", format!("{action}/{}/end", given.id)).flag("formnovalidate", true))
            }
        }
    }
}

/// "Given by Siti until 5 March", for the list of who sees a record.
pub(super) fn told(look: &Look, given: &Given) -> String {
    let by = given.by.clone().unwrap_or_else(|| look.t.get("record-by-system"));
    let key = if matches!(given.to, Taker::Team(_)) { "record-why-given-team" } else { "record-why-given" };
    look.t.with(key, &[("name", by.into()), ("team", given.name.as_str().into()), ("until", until_words(look, given.until).into())])
}
