//! Quick create: a dialog of a few fields, all of them on demand.

use super::Sheet;
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::words;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form_files};
use crate::ui::form::{self, duplicates_mount};
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::toast::toast_fragment;
use crate::value::{Look, Typed, local_path};
use crate::visit::Visit;
use akrab_engine::export::ExportFormat;
use akrab_engine::{Once, Tx};
use akrab_model::object::Avatar;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldType, Object, Problem};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;

/// Most fields a quick form shows.
const QUICK: usize = 7;
/// Names of the form itself, not of fields.
const OWN: [&str; 12] = ["csrf", "once", "back", "fields", "again", "more", "full", "in", "pick", "card", "card_read", "card_fields"];

/// `GET /{plural}/new?FIELD=VALUE…`: the query fills fields in; `full=1` shows all of them. With
/// `pick=1` it stands over a form whose link picker takes the new record.
pub(super) async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = may_create(&visit, &plural)?;
    let typed = context(&object, Typed::posted(pairs));
    let (s, own) = (visit.look(), object.clone());
    let sheet = visit.read(move |tx| Sheet::fresh(tx, s, own, typed)).await?;
    answer(&visit, sheet, StatusCode::OK).await
}

/// `GET /{plural}/{id}/clone`: a new record that begins with the values of another.
pub(super) async fn copy(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = may_create(&visit, &plural)?;
    let (s, own) = (visit.look(), object.clone());
    let sheet = visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            let editable = tx.editable(&own);
            let fields =
                editable.iter().map(|ix| own.at(*ix)).filter(|f| !f.unique && !matches!(f.kind, FieldType::Stage | FieldType::File));
            let mut typed = Typed::of_record(&s, &record, fields);
            typed.set(&own.title_field().key, s.t.with("record-copy-of", &[("name", record.title().into())]));
            typed.set("full", "1");
            Sheet::load(tx, s, own, typed)
        })
        .await?;
    answer(&visit, sheet, StatusCode::OK).await
}

/// `POST /{plural}/new`
pub(super) async fn save(visit: Visit, Path(plural): Path<String>, Fields(pairs): Fields) -> Reply {
    let object = may_create(&visit, &plural)?;
    let mut typed = Typed::posted(pairs);
    let s = visit.look();
    if typed.has("more") {
        typed.set("full", "1");
        let sheet = visit.read(move |tx| Sheet::load(tx, s, object, typed)).await?;
        return answer(&visit, sheet, StatusCode::OK).await;
    }
    if typed.has("card_read") {
        let sheet = visit.read(move |tx| read_card(tx, s, object, typed)).await?;
        return answer(&visit, sheet, StatusCode::OK).await;
    }
    match make(&visit, &object, &typed).await {
        Ok(id) => made(&visit, object, id, &typed).await,
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let sheet = visit.read(move |tx| Sheet::load(tx, s, object, typed)).await?.faulty(&fail.problem);
            answer(&visit, sheet, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(fail) => Err(fail),
    }
}

/// The form with what a pasted card says, for confirming; what was typed stays.
fn read_card(tx: &mut Tx, look: Look, object: Arc<Object>, mut typed: Typed) -> akrab_engine::Result<Sheet> {
    let found = tx.card_fields(&object, typed.text("card"));
    let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    typed.set("card_fields", keys.join(","));
    for (key, value) in &found {
        if typed.text(key).trim().is_empty() {
            typed.set(key, value.clone());
        } else if object.field(key).is_some_and(|f| f.kind == FieldType::LongText) && !typed.text(key).contains(value.as_str()) {
            let both = format!("{}\n{value}", typed.text(key).trim_end());
            typed.set(key, both);
        }
    }
    typed.set("card", "");
    Sheet::load(tx, look, object, typed)
}

/// Where the text of a card or a signature is pasted, for objects whose records are people.
fn card_paste(visit: &Visit, object: &Object) -> Markup {
    let t = visit.t;
    if object.decl.avatar != Avatar::Person || !ExportFormat::Vcard.fits(object) {
        return html! {};
    }
    let area = Input::new("card", "").placeholder(&t.get("card-example")).attr("aria-label", t.get("card-paste"));
    html! {
        details.ak-form-wide.ak-card-paste {
            summary { (icon_sized("id-card", 15)) span { (t.get("card-paste")) } }
            div.ak-stack {
                (input::textarea(&area, 5))
                div { (Button::new(t.get("card-read")).icon("sparkles").submit_as("card_read", "1").flag("formnovalidate", true)) }
            }
        }
    }
}

fn may_create(visit: &Visit, plural: &str) -> Result<Arc<Object>, Fail> {
    let object = visit.object(plural)?;
    visit.rights().require_create(&object)?;
    Ok(object)
}

/// `name=` from a link picker fills whatever field names the object's records.
fn context(object: &Object, mut typed: Typed) -> Typed {
    let title = &object.title_field().key;
    if typed.has("name") && object.field("name").is_none() && !typed.has(title) {
        let name = typed.text("name").to_string();
        typed.set(title, name);
    }
    typed
}

/// Makes the record from the fields the form had.
async fn make(visit: &Visit, object: &Arc<Object>, typed: &Typed) -> Result<i64, Fail> {
    let listed: HashSet<&str> = typed.text("fields").split(',').collect();
    let input = typed.input(
        object.fields.iter().filter(|f| typed.has(&f.key) || (listed.contains(f.key.as_str()) && f.writable()) || typed.rows(&f.key) > 0),
    );
    // a second press of the same button gets the first one's record
    let key = Some(typed.text("once"))
        .filter(|k| !k.is_empty())
        .map(|k| Once::new(&format!("form-{k}"), &[object.key.as_bytes()]))
        .transpose()?;
    let object = object.clone();
    visit
        .write(move |tx| {
            let answer = tx.once(key.as_ref(), |tx| {
                let id = tx.create(&object.key, &input)?;
                // whoever makes it all the same leaves a pair to be looked at
                tx.twins_at_entry(&object, id, &input)?;
                Ok((201, id.to_string()))
            })?;
            answer.body.parse().map_err(Problem::internal)
        })
        .await
}

/// The answer after a record was made: the next empty form, where one came from, or its page.
async fn made(visit: &Visit, object: Arc<Object>, id: i64, typed: &Typed) -> Reply {
    let own = object.clone();
    // a record handed to somebody else may be out of sight now
    let told = visit.read(move |tx| Ok((tx.get(&own.key, id).ok(), tx.last_change(&own.key, id)?))).await?;
    let title = told.0.as_ref().map(|r| r.title().to_string()).unwrap_or_default();
    let message = visit.t.with("record-created", &[("object", object.label(visit.lang()).into()), ("title", title.as_str().into())]);
    if typed.has("pick") && visit.is_fragment() {
        let label = if title.is_empty() { typed.text(&object.title_field().key).to_string() } else { title };
        return visit.fragment(picked(id, &label), Some(Flash::ok(message)));
    }
    let mut flash = Flash::ok(message);
    if let Some(change) = told.1 {
        flash = flash.undo_change(change);
    }
    let back = local_path(typed.text("back"));
    if typed.has("again") {
        let mut next = format!("/{}/new", object.plural);
        if let Some(back) = back {
            next.push_str(&format!("?back={}", crate::fail::encode(back)));
        }
        if !visit.is_fragment() {
            return visit.go(&next, flash);
        }
        let mut empty = Typed::default();
        empty.set("back", back.unwrap_or_default());
        let (s, own) = (visit.look(), object);
        let sheet = visit.read(move |tx| Sheet::fresh(tx, s, own, empty)).await?;
        let body = html! { (draw(visit, &sheet)) (toast_fragment(visit.t, &flash.link(visit.t.get("open"), format!("/{}/{id}", sheet.object.plural)).toast(), &visit.csrf)) };
        return Ok(body.into_response());
    }
    match (back, told.0) {
        (Some(back), _) => visit.go(back, flash.link(visit.t.get("open"), format!("/{}/{id}", object.plural))),
        (None, Some(_)) => visit.go(&format!("/{}/{id}", object.plural), flash),
        (None, None) => visit.go(&format!("/{}", object.plural), flash),
    }
}

/// What a link picker takes: the record just made.
fn picked(id: i64, label: &str) -> Markup {
    html! { span hidden data-made=(id) data-made-label=(label) {} }
}

async fn answer(visit: &Visit, sheet: Sheet, status: StatusCode) -> Reply {
    let title = heading(&sheet);
    let mut response = visit.dialog(&title, draw(visit, &sheet)).await?;
    *response.status_mut() = status;
    Ok(response)
}

fn heading(sheet: &Sheet) -> String {
    crate::list::tools::new_words(sheet.look.t, &sheet.object)
}

fn draw(visit: &Visit, sheet: &Sheet) -> Markup {
    let t = visit.t;
    let object = sheet.object.clone();
    let full = sheet.typed.has("full");
    let action = format!("/{}/new", object.plural);
    let back = local_path(sheet.typed.text("back")).map_or_else(|| format!("/{}", object.plural), str::to_string);
    let shown = if full { sections(sheet, &object) } else { vec![(String::new(), quick(sheet, &object))] };
    let keys: Vec<&str> = shown.iter().flat_map(|(_, fields)| fields).map(|f| f.key.as_str()).collect();
    let drawn = Dialog {
        id: "create",
        icon: Some(&object.decl.icon),
        title: &heading(sheet),
        body: html! {
            (hidden(visit, sheet, &object, &keys))
            (sheet.summary(&object.fields))
            (card_paste(visit, &object))
            @for (n, (heading, fields)) in shown.iter().enumerate() {
                @if full { (form::group(heading, rows(sheet, fields))) } @else { (form::columns(rows_with_duplicates(sheet, fields))) }
                @if full && n == 0 && !object.decl.duplicates.is_empty() { (duplicates_mount(&format!("/{}/hints", object.plural))) }
            }
        },
        footer: html! {
            @if !full { (Button::new(t.get("record-more-fields")).icon("list-plus").ghost().submit_as("more", "1").flag("formnovalidate", true)) }
            (dialog::foot(t, &back, html! {
                @if !sheet.typed.has("pick") { (Button::new(t.get("record-save-new")).submit_as("again", "1")) }
                (Button::new(t.get("record-save")).primary().submit().key("Ctrl S"))
            }))
        },
        wide: full,
        close_href: &format!("/{}", object.plural),
    };
    dialog_form_files(t, &drawn, &action, &visit.csrf, shown.iter().any(|(_, fields)| super::takes_files(fields)))
}

/// Names the form keeps beside its rows: what it is, and context that no row shows.
fn hidden(visit: &Visit, sheet: &Sheet, object: &Object, shown: &[&str]) -> Markup {
    let kept = object.fields.iter().filter(|f| !shown.contains(&f.key.as_str()) && sheet.editable.contains(&f.key));
    let pairs: Vec<(String, String)> =
        kept.flat_map(|f| sheet.typed.pairs_of(f)).filter(|(name, value)| !value.is_empty() && !OWN.contains(&name.as_str())).collect();
    let once = if sheet.typed.text("once").is_empty() { words::token(visit.engine()) } else { sheet.typed.text("once").to_string() };
    html! {
        input type="hidden" name="once" value=(once);
        input type="hidden" name="fields" value=(shown.join(","));
        @if let Some(back) = local_path(sheet.typed.text("back")) { input type="hidden" name="back" value=(back); }
        @if sheet.typed.has("full") { input type="hidden" name="full" value="1"; }
        @if sheet.typed.has("pick") { input type="hidden" name="pick" value="1"; }
        @for (name, value) in pairs { input type="hidden" name=(name) value=(value); }
    }
}

fn rows(sheet: &Sheet, fields: &[&Field]) -> Markup {
    html! { @for field in fields { (sheet.row(field)) } }
}

/// Duplicates appear right below the name.
fn rows_with_duplicates(sheet: &Sheet, fields: &[&Field]) -> Markup {
    let url = format!("/{}/hints", sheet.object.plural);
    html! {
        @for (n, field) in fields.iter().enumerate() {
            (sheet.row(field))
            @if n == 0 && !sheet.object.decl.duplicates.is_empty() { div.ak-form-wide { (duplicates_mount(&url)) } }
        }
    }
}

/// The fields of the quick form: as laid out, the title first, and whatever must be filled.
fn quick<'o>(sheet: &Sheet, object: &'o Object) -> Vec<&'o Field> {
    let mut keys = vec![object.title_field().key.clone()];
    keys.extend(object.decl.layout.quick.iter().filter(|k| **k != object.title_field().key).cloned());
    keys.truncate(QUICK);
    keys.extend(object.fields.iter().filter(|f| f.required && f.default.is_none()).map(|f| f.key.clone()));
    // what a card said is to be confirmed
    keys.extend(sheet.typed.text("card_fields").split(',').map(str::to_string));
    // a field at fault must be seen
    keys.extend(sheet.errors.iter().map(|(name, _)| name.split('.').next().unwrap_or(name).to_string()));
    sheet.writable(object, &keys)
}

/// The sections of the full form: as laid out, and one with the rest.
pub(super) fn sections<'o>(sheet: &Sheet, object: &'o Object) -> Vec<(String, Vec<&'o Field>)> {
    let lang = sheet.look.key();
    let title = object.title_field().key.clone();
    let mut taken: HashSet<&str> = HashSet::new();
    let mut sections: Vec<(String, Vec<&Field>)> = Vec::new();
    let laid_out = object.decl.layout.sections.iter().map(|section| (section.label.get(lang).to_string(), section.fields.clone()));
    let main = std::iter::once((object.label(lang).to_string(), vec![title]));
    for (label, keys) in main.chain(laid_out) {
        let fields: Vec<&Field> = sheet.writable(object, &keys).into_iter().filter(|f| taken.insert(&f.key)).collect();
        if !fields.is_empty() {
            sections.push((label, fields));
        }
    }
    let rest: Vec<&Field> = object.fields.iter().filter(|f| sheet.editable.contains(&f.key) && taken.insert(&f.key)).collect();
    if !rest.is_empty() {
        sections.push((sheet.look.t.get("record-other-fields"), rest));
    }
    // the title alone makes no section worth a heading
    if sections.len() > 1 && sections[0].1.len() == 1 {
        let (_, title) = sections.remove(0);
        sections[0].1.splice(0..0, title);
    }
    sections
}
