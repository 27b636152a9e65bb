//! Writing on a record: notes, calls, messages and tasks, from the top of its timeline.

use super::load::{Asked, Sight};
use super::teller::{Writing, writings};
use crate::fail::{Fail, Reply, field_message, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::composer::{Composer, ComposerTab, composer};
use crate::ui::form::{self, Row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::menu::menu_around;
use crate::value::Typed;
use crate::value::input::Sheet as Controls;
use crate::visit::Visit;
use akrab_model::object::Way;
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem, text};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Zoned;
use maud::{Markup, html};
use std::collections::HashMap;
use std::sync::Arc;

/// `GET /{plural}/{id}/entries?write=KIND`: the composer for a kind, as a fragment.
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    let template = asked.template;
    let write = asked.write.clone().unwrap_or_default();
    if !visit.is_fragment() {
        return visit.go(&format!("/{}/{id}?write={}#composer", object.plural, crate::fail::encode(&write)), None);
    }
    let sight = load(&visit, &object, id, &write, template).await?;
    visit.fragment(draw(&sight, &visit.csrf), None)
}

async fn load(visit: &Visit, object: &Arc<Object>, id: i64, write: &str, template: Option<i64>) -> Result<Sight, Fail> {
    let (own, look) = (object.clone(), visit.look());
    let asked = Asked { write: Some(write.to_string()), template, ..Asked::default() };
    visit.read(move |tx| Sight::load(tx, look, own, id, asked)).await
}

/// `POST /{plural}/{id}/entries` with `kind`, `body` and, where asked for, `at`.
pub(super) async fn save(visit: Visit, Path((plural, id)): Path<(String, i64)>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let kind = posted.text("kind").to_string();
    let writing = writings(&visit.registry(), &object).into_iter().find(|w| w.key == kind).ok_or_else(Problem::not_found)?;
    let (own, look) = (object.key.clone(), visit.look());
    let (body, at) = (posted.text("body").to_string(), posted.text("at").to_string());
    let (deed, teller) = (writing.clone(), writing.teller.object.key.clone());
    let typed = Typed::posted(posted.0.clone());
    let mut more = typed.input(writing.asks().into_iter().filter(|f| typed.has(&f.key)));
    more.retain(|_, value| !value.is_null());
    let made = visit
        .write(move |tx| {
            let record = tx.get(&own, id)?;
            let (said, when) =
                if deed.choice.is_none() && at.is_empty() { when_at_end(&body, &look.now, look.lang) } else { (body.clone(), None) };
            let at = when.map_or_else(|| at.clone(), |when| when.timestamp().to_string());
            let mut input = deed.input(&record, &said, Some(&at));
            input.extend(more.clone());
            let made = tx.create(&teller, &input)?;
            tx.last_change(&teller, made)
        })
        .await;
    let label = writing.label(visit.lang());
    match made {
        Ok(change) => {
            let flash = Flash::ok(visit.t.with("record-entry-saved", &[("kind", label.into())]));
            let flash = change.map_or(flash.clone(), |id| flash.undo_change(id));
            if !visit.is_fragment() {
                return visit.go(&format!("/{}/{id}", object.plural), flash);
            }
            let sight = load(&visit, &object, id, &kind, None).await?;
            // the script asks for the rest of the page again (`data-fresh`)
            let body = html! {
                (draw(&sight, &visit.csrf))
                div id="timeline" hx-swap-oob="true" { (super::timeline::page_of(&sight, &visit.csrf)) }
            };
            visit.fragment(body, Some(flash))
        }
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let words: Vec<String> = fail.problem.fields.iter().map(|f| field_message(visit.t, f)).collect();
            let words = if words.is_empty() { message(visit.t, &fail.problem) } else { words.join(" ") };
            if !visit.is_fragment() {
                return visit.go(&format!("/{}/{id}?write={kind}#composer", object.plural), Flash::bad(words));
            }
            let sight = load(&visit, &object, id, &kind, None).await?;
            let body = one(&sight, &writing, &typed, &words, &visit.csrf);
            // swapped in like a success: the form carries what was typed and the fault
            Ok((StatusCode::OK, body).into_response())
        }
        Err(fail) => Err(fail),
    }
}

/// The composer of the kind asked for; nothing where nothing may be written.
pub fn draw(sight: &Sight, csrf: &str) -> Markup {
    let all = allowed(sight);
    let wanted = sight.asked.write.as_deref().or(sight.asked.tab.as_deref());
    match all.iter().find(|w| Some(w.key.as_str()) == wanted).or(all.first()) {
        Some(writing) => one(sight, writing, &Typed::default(), "", csrf),
        None => html! {},
    }
}

fn allowed(sight: &Sight) -> Vec<Writing> {
    writings(&sight.look.registry, &sight.object).into_iter().filter(|w| sight.creatable.contains(&w.teller.object.key)).collect()
}

fn one(sight: &Sight, writing: &Writing, typed: &Typed, fault: &str, csrf: &str) -> Markup {
    let t = sight.look.t;
    let base = format!("{}/entries", sight.href());
    let tabs: Vec<ComposerTab> = allowed(sight)
        .iter()
        .map(|w| ComposerTab {
            kind: w.key.clone(),
            icon: w.icon.clone(),
            label: w.label(sight.look.key()),
            href: format!("{base}?write={}", w.key),
            key: w.shortcut,
            current: w.key == writing.key,
        })
        .collect();
    let placeholder = writing.prompt(sight.look.key()).map_or_else(|| t.get("record-write-any"), str::to_string);
    composer(
        t,
        &Composer {
            draft_key: &sight.href(),
            action: &base,
            csrf,
            tabs: &tabs,
            value: if typed.has("body") { typed.text("body") } else { sight.template.as_deref().unwrap_or("") },
            beside: templates(sight, writing, &base),
            fresh: fault.is_empty(),
            placeholder: &placeholder,
            fields: fields(sight, writing, typed, fault),
            note: note(sight, writing),
            mention: "/pick/user",
            templates: writing.is_rich().then(|| format!("{}/templates", sight.href())),
            send: &t.get("record-save"),
        },
    )
}

fn fields(sight: &Sight, writing: &Writing, typed: &Typed, fault: &str) -> Markup {
    let t = sight.look.t;
    // what is told has happened; what is to be done lies ahead
    let example = t.get(if writing.choice.is_some() { "record-moment-now" } else { "record-moment-example" });
    let errors = HashMap::new();
    let sheet = Controls { look: &sight.look, object: &writing.teller.object.key, typed, errors: &errors, focus: None, templates: None };
    html! {
        @if !fault.is_empty() { div.ak-error role="alert" { (crate::ui::icon_sized("circle-alert", 13)) (fault) } }
        @if let Some(field) = writing.moment() {
            div.ak-composer-fields {
                (form::row(t, &Row::new(sight.look.name(field)), Input::new("at", typed.text("at")).placeholder(&example), input::text))
                @for field in writing.asks() { (sheet.row(field)) }
            }
        }
    }
}

/// Texts to begin with; `/` in the editor offers the same.
fn templates(sight: &Sight, writing: &Writing, base: &str) -> Markup {
    let t = sight.look.t;
    if !writing.is_rich() || sight.templates.is_empty() {
        return html! {};
    }
    let label = t.get("template-use");
    let trigger = html! { (icon_sized("notepad-text", 16)) span.ak-sr { (label) } };
    menu_around(
        trigger,
        "btn ak-btn-icon",
        "ghost",
        html! {
            @for (id, name) in &sight.templates {
                @let query = format!("?write={}&template={id}", writing.key);
                a.ak-menu-item href={ (sight.href()) (query) "#composer" } hx-get={ (base) (query) } hx-target="#composer" hx-swap="outerHTML" {
                    (icon_sized("notepad-text", 16)) span { (name) }
                }
            }
        },
    )
}

/// To whom, and how the message itself is sent.
fn note(sight: &Sight, writing: &Writing) -> Markup {
    let t = sight.look.t;
    let reach = &sight.reach;
    let way = writing.way().and_then(|way| match way {
        Way::Chat => reach.chat().zip(reach.whatsapp.as_deref().map(text::phone::display)),
        Way::Call => reach.call().zip(reach.phone.as_deref().map(text::phone::display)),
        Way::Mail => reach.mail().zip(reach.email.clone()),
    });
    html! {
        @if let Some((way, shown)) = way {
            (t.get("record-write-to")) " "
            @if let Some(name) = &sight.reach.name { b { (name) } " " }
            a.ak-link href=(way.href) target="_blank" rel="noopener" { (shown) }
        } @else { (t.get("record-write-hint")) }
    }
}

/// "telepon Suparman besok 10.00" is a task for tomorrow at ten: the longest end of the text that
/// reads as a moment is taken off it. Nothing is taken from a text of several lines.
pub fn when_at_end(said: &str, now: &Zoned, lang: akrab_model::format::Lang) -> (String, Option<Zoned>) {
    const LONGEST: usize = 6;
    let words: Vec<&str> = said.split_whitespace().collect();
    if said.trim().contains('\n') || words.len() < 2 {
        return (said.trim().to_string(), None);
    }
    for take in (1..=LONGEST.min(words.len() - 1)).rev() {
        let (head, tail) = words.split_at(words.len() - take);
        let tail = tail.join(" ");
        // a bare number is an amount, a house, a table, but no moment
        if tail.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        if let Ok(when) = text::datetime::parse(&tail, now, lang) {
            return (head.join(" "), Some(when));
        }
    }
    (said.trim().to_string(), None)
}

#[cfg(test)]
mod tests {
    use super::when_at_end;
    use akrab_model::format::Lang;

    #[test]
    fn a_moment_at_the_end_is_understood() {
        let now: jiff::Zoned = "2026-11-19T08:00+07:00[Asia/Jakarta]".parse().unwrap();
        let read = |said: &str| {
            let (rest, when) = when_at_end(said, &now, Lang::Id);
            (rest, when.map(|w| w.strftime("%d/%m %H:%M").to_string()))
        };
        assert_eq!(read("telepon Suparman besok 10.00"), ("telepon Suparman".into(), Some("20/11 10:00".into())));
        assert_eq!(read("kirim contoh jumat"), ("kirim contoh".into(), Some("20/11 09:00".into())));
        assert_eq!(read("pesan kursi 12"), ("pesan kursi 12".into(), None));
        assert_eq!(read("tagih faktur"), ("tagih faktur".into(), None));
        assert_eq!(read("besok"), ("besok".into(), None));
    }
}
