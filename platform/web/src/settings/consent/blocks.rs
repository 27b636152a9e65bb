//! Numbers that are not called and addresses nothing is sent to: looked up, added one by one or as a list, taken off.

use super::super::{Errors, faults, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{Row, columns, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::contact::{BLOCK_REASONS, BlockList, BlockRow, BlocksTaken};
use akrab_model::Problem;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

/// Entries on one page.
const PAGE: usize = 100;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    after: String,
}

fn list_of(key: &str) -> Result<BlockList, Problem> {
    BlockList::of(key).ok_or_else(Problem::not_found)
}

fn href(list: BlockList) -> String {
    format!("/settings/consent/lists/{}", list.key())
}

fn title(visit: &Visit, list: BlockList) -> String {
    visit.t.get(&format!("block-{}", list.key().replace('_', "-")))
}

/// The two lists, for the page of consent.
pub(super) fn links(visit: &Visit) -> Markup {
    html! { div.ak-row.ak-gap-8 { @for list in BlockList::ALL { (Button::new(title(visit, list)).icon("ban").href(href(list))) } } }
}

/// `GET /settings/consent/lists/{list}`
pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    draw(&visit, list_of(&key)?, &asked, &Fields::default(), None, &Errors::new()).await
}

async fn draw(visit: &Visit, list: BlockList, asked: &Asked, fields: &Fields, taken: Option<&BlocksTaken>, errors: &Errors) -> Reply {
    let t = visit.t;
    let (q, after) = (asked.q.clone(), asked.after.clone());
    let mut rows = visit.read(move |tx| tx.blocks(list, &q, &after, PAGE + 1)).await?;
    let more = (rows.len() > PAGE).then(|| rows.truncate(PAGE));
    let reasons: Vec<(String, String)> = BLOCK_REASONS.map(|key| (key.to_string(), t.get(&format!("block-reason-{key}")))).to_vec();
    let error = |name: &str| errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default();
    let line = |name: &str, key: &str| Row::new(t.get(key)).error(error(name));
    let address = if list == BlockList::DoNotCall { "block-number" } else { "block-address" };
    let here = href(list);
    let body = html! {
        p { (t.get(&format!("block-{}-text", list.key().replace('_', "-")))) }
        @if let Some(taken) = taken { (told(visit, taken)) }
        (error_summary(t, errors))
        form.ak-row.ak-gap-8 method="get" action=(here) role="search" {
            (input::text(&Input::new("q", &asked.q).attr("type", "search").attr("aria-label", t.get(address)).placeholder(&t.get(address))))
            (Button::new(t.get("block-search")).icon("search").submit())
        }
        @if rows.is_empty() { p.ak-muted { (t.get(if asked.q.is_empty() { "block-none" } else { "block-not-there" })) } } @else { (table(visit, list, address, &rows)) }
        @if let (Some(()), Some(last)) = (more, rows.last()) {
            div { (Button::new(t.get("block-more")).href(format!("{here}?q={}&after={}", crate::fail::encode(&asked.q), crate::fail::encode(&last.address)))) }
        }
        (setting(&t.get("block-add"), &t.get("block-add-text"), true, html! {
            form.ak-stack method="post" action=(here) {
                (visit.token_field())
                (columns(html! {
                    (row(t, &line("address", address), Input::new("address", fields.text("address")).required(true), input::text))
                    (row(t, &line("reason", "block-reason"), Input::new("reason", fields.text("reason")), |i| input::select(i, &reasons)))
                    (row(t, &line("note", "block-note"), Input::new("note", fields.text("note")), input::text))
                }))
                div { (Button::new(t.get("block-add-do")).icon("plus").submit()) }
            }
        }))
        (setting(&t.get("block-take"), &t.get("block-take-text"), true, html! {
            form.ak-stack method="post" action={ (here) "/import" } enctype="multipart/form-data" {
                (visit.token_field())
                (row(t, &line("file", "block-file"), Input::new("file", ""), |i| input::file_drop(t, i, ".csv,.txt")))
                (row(t, &Row::new(t.get("block-paste")), Input::new("text", ""), |i| input::textarea(i, 6)))
                (row(t, &Row::new(t.get("block-reason")), Input::new("list_reason", fields.text("list_reason")), |i| input::select(i, &reasons)))
                div { (Button::new(t.get("block-take-do")).icon("upload").submit()) }
            }
        }))
    };
    let frame = frame(visit, &title(visit, list)).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

fn table(visit: &Visit, list: BlockList, address: &str, rows: &[BlockRow]) -> Markup {
    let (t, look, people) = (visit.t, visit.look(), visit.engine().people());
    let words = [address, "block-reason", "block-since", "block-note"].map(|key| t.get(key));
    let mut heads: Vec<_> = words.iter().map(|label| (label.as_str(), false, None)).collect();
    heads.push(("", true, Some(60)));
    let row = |one: &BlockRow| {
        let by = one.actor.and_then(|id| people.name(id)).unwrap_or_else(|| t.get("job-by-program"));
        vec![
            html! { span.ak-num { (shown(&one.address)) } },
            html! { (t.get(&format!("block-reason-{}", one.reason))) },
            html! { (look.moment_words(&look.local_micros(one.at))) ", " (by) },
            html! { (one.note) },
            html! {
                form method="post" action={ (href(list)) "/remove" } {
                    (visit.token_field())
                    input type="hidden" name="address" value=(one.address);
                    (Button::only_icon("trash-2", t.with("block-remove", &[("address", shown(&one.address).into())])).ghost().submit())
                }
            },
        ]
    };
    plain_table(&title(visit, list), &heads, &rows.iter().map(row).collect::<Vec<_>>(), None)
}

/// A number or an address as people read it.
pub(crate) fn shown(address: &str) -> String {
    if address.contains('@') { address.to_string() } else { akrab_model::text::phone::display(address) }
}

/// What became of a list that was taken in.
fn told(visit: &Visit, taken: &BlocksTaken) -> Markup {
    let t = visit.t;
    html! {
        div role="status" {
            p { (t.with("block-taken", &[("added", (taken.added as i64).into()), ("known", (taken.known as i64).into()), ("refused", (taken.refused as i64).into())])) }
            @if !taken.told.is_empty() {
                ul.ak-use-list { @for (line, text) in &taken.told { li { (t.with("block-refused-line", &[("line", (*line as i64).into()), ("text", text.as_str().into())])) } } }
            }
        }
    }
}

/// `POST /settings/consent/lists/{list}`
pub(super) async fn add(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let list = list_of(&key)?;
    let (address, reason, note) = (fields.text("address").to_string(), fields.text("reason").to_string(), fields.text("note").to_string());
    match visit.write(move |tx| tx.block_add(list, &address, &reason, &note)).await {
        Ok(()) => visit.go(&href(list), Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, list, &Asked::default(), &fields, None, &errors).await
        }
    }
}

/// `POST /settings/consent/lists/{list}/import`
pub(super) async fn take(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let list = list_of(&key)?;
    let text = crate::settings::file_text(&visit, &fields).await?;
    let reason = fields.text("list_reason").to_string();
    match visit.write(move |tx| tx.blocks_take(list, &text, &reason)).await {
        Ok(taken) => draw(&visit, list, &Asked::default(), &Fields::default(), Some(&taken), &Errors::new()).await,
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, list, &Asked::default(), &fields, None, &errors).await
        }
    }
}

/// `POST /settings/consent/lists/{list}/remove`
pub(super) async fn remove(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let list = list_of(&key)?;
    let address = fields.text("address").to_string();
    visit.write(move |tx| tx.block_remove(list, &address)).await?;
    visit.go(&href(list), Flash::ok(visit.t.get("deleted")))
}
