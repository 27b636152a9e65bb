//! Writing on a record: notes, calls, messages and tasks, from the top of its timeline.

use super::load::{Asked, Sight};
use super::teller::{Writing, writings};
use crate::editor::Sheet;
use crate::fail::{Fail, Reply, field_message, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::composer::{Composer, ComposerTab, composer};
use crate::ui::form::{self, Row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::menu::menu_around;
use crate::value::Typed;
use crate::value::input::Sheet as Controls;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_engine::sharing::{Give, Taker};
use akrab_model::object::Way;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldType, Object, Problem, text};
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

/// `POST /{plural}/{id}/entries` with `kind`, `body` and, where asked for, `at` and further fields. `mention` says what becomes
/// of people who are named and may not see it: `share`, or `drop` for those in `blind`.
pub(super) async fn save(visit: Visit, Path((plural, id)): Path<(String, i64)>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let kind = posted.text("kind").to_string();
    let writing = writings(&visit.registry(), &object).into_iter().find(|w| w.key == kind).ok_or_else(Problem::not_found)?;
    let (own, look) = (object.key.clone(), visit.look());
    let (body, at, mention) = (posted.text("body").to_string(), posted.text("at").to_string(), posted.text("mention").to_string());
    let dropped: Vec<i64> = posted.text("blind").split(',').filter_map(|id| id.parse().ok()).filter(|_| mention == "drop").collect();
    let (deed, teller) = (writing.clone(), writing.teller.object.key.clone());
    let typed = Typed::posted(posted.0.clone());
    let given = |f: &&&Field| typed.has(&f.key) || typed.rows(&f.key) > 0;
    let mut more = typed.input(writing.asks().iter().chain(&writing.also()).filter(given).copied());
    more.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|rows| !rows.is_empty()));
    let made = visit
        .write(move |tx| {
            let record = tx.get(&own, id)?;
            let (said, when) =
                if deed.choice.is_none() && at.is_empty() { when_at_end(&body, &look.now, look.lang) } else { (body.clone(), None) };
            let at = when.map_or_else(|| at.clone(), |when| when.timestamp().to_string());
            let said = tx.unaddressed(&said, &dropped);
            let mut input = deed.input(&record, &said, Some(&at));
            input.extend(more.clone());
            let mut given = show_to(tx, &said, (&own, id), &mention, &[])?;
            let made = tx.create(&teller, &input)?;
            // who was given the record sees what is told of it, unless that is not for everybody
            let all = deed.teller.object.decl.audience.as_ref().and_then(|key| input.get(key)).is_none_or(|value| value == "all");
            let known = if all { given.clone() } else { Vec::new() };
            given.extend(show_to(tx, &said, (&teller, made), &mention, &known)?);
            // what is given counts from the next transaction on: until then nobody was told
            tx.tell_of("mention", &given, &teller, made)?;
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
        Err(fail) if fail.problem.kind == ProblemKind::Invalid || fail.problem.code == BLIND => {
            let blind = fail.problem.args.iter().find(|(name, _)| name == "blind").map(|(_, ids)| ids.clone());
            let name = |pointer: &str| {
                let key = pointer.trim_start_matches('/').split('/').next().unwrap_or(pointer);
                writing.teller.object.field(key).map(|field| field.label.get(visit.lang()).to_string())
            };
            let words: Vec<String> = fail
                .problem
                .fields
                .iter()
                .map(|f| match name(&f.pointer) {
                    Some(name) => format!("{name}: {}", field_message(visit.t, f)),
                    None => field_message(visit.t, f),
                })
                .collect();
            let words = if words.is_empty() { message(visit.t, &fail.problem) } else { words.join(" ") };
            if !visit.is_fragment() {
                return visit.go(&format!("/{}/{id}?write={kind}#composer", object.plural), Flash::bad(words));
            }
            let (own, registry_object, look) = (object.clone(), writing.teller.object.clone(), visit.look());
            let asked = Asked { write: Some(kind.clone()), ..Asked::default() };
            let (sight, sheet) = visit
                .read(move |tx| {
                    let fields = registry_object.fields.clone();
                    let sheet = Sheet::of_inputs(tx, look.clone(), registry_object.clone(), typed.clone(), &fields);
                    Ok((Sight::load(tx, look, own, id, asked)?, sheet))
                })
                .await?;
            let body = one(&sight, &writing, &sheet.typed, &Fault { words, blind }, &visit.csrf);
            // swapped in like a success: the form carries what was typed and the fault
            Ok((StatusCode::OK, body).into_response())
        }
        Err(fail) => Err(fail),
    }
}

/// Why an entry was not saved.
#[derive(Default)]
struct Fault {
    words: String,
    /// Ids of people who are named and may not see it.
    blind: Option<String>,
}

/// Somebody is named who may not see it.
const BLIND: &str = "mention_blind";

/// Whoever is named in a text sees the record it is about, is given it, or the entry is refused. Says who was given it.
fn show_to(tx: &mut Tx, text: &str, (object, id): (&str, i64), mention: &str, known: &[i64]) -> akrab_engine::Result<Vec<i64>> {
    let mut blind = tx.mentioned_blind(text, &[(object, id)])?;
    blind.retain(|(person, _)| !known.contains(person));
    if !blind.is_empty() && mention != "share" {
        let names: Vec<&str> = blind.iter().map(|(_, name)| name.as_str()).collect();
        let ids: Vec<String> = blind.iter().map(|(id, _)| id.to_string()).collect();
        return Err(Problem::new(ProblemKind::Conflict, BLIND).with("people", names.join(", ")).with("blind", ids.join(",")));
    }
    for (person, _) in &blind {
        tx.give(object, id, &Give { to: Taker::User(*person), edit: false, until: None, note: String::new() })?;
    }
    Ok(blind.into_iter().map(|(person, _)| person).collect())
}

/// The composer of the kind asked for; nothing where nothing may be written.
pub fn draw(sight: &Sight, csrf: &str) -> Markup {
    let all = allowed(sight);
    let wanted = sight.asked.write.as_deref().or(sight.asked.tab.as_deref());
    match all.iter().find(|w| Some(w.key.as_str()) == wanted).or(all.first()) {
        Some(writing) => one(sight, writing, &begun(sight, writing), &Fault::default(), csrf),
        None => html! {},
    }
}

fn allowed(sight: &Sight) -> Vec<Writing> {
    writings(&sight.look.registry, &sight.object).into_iter().filter(|w| sight.creatable.contains(&w.teller.object.key)).collect()
}

/// What stands in an empty composer: whoever writes sees to what follows.
fn begun(sight: &Sight, writing: &Writing) -> Typed {
    let mut typed = Typed::default();
    let me = sight.look.me.clone();
    let people = sight.look.registry.object("user").map(|user| user.ix);
    for field in writing.also().into_iter().filter(|f| f.kind == FieldType::Link && f.to == people) {
        let Some((id, name)) = &me else { break };
        typed.set(&field.key, id.to_string());
        typed.titles.insert((field.key.clone(), *id), name.clone());
    }
    typed
}

fn one(sight: &Sight, writing: &Writing, typed: &Typed, fault: &Fault, csrf: &str) -> Markup {
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
            fresh: fault.words.is_empty(),
            placeholder: &placeholder,
            fields: fields(sight, writing, typed, fault),
            more: more(sight, writing, typed),
            note: note(sight, writing),
            mention: "/pick/user",
            templates: writing.is_rich().then(|| format!("{}/templates?kind={}", sight.href(), writing.key)),
            send: &t.get("record-save"),
        },
    )
}

fn fields(sight: &Sight, writing: &Writing, typed: &Typed, fault: &Fault) -> Markup {
    let t = sight.look.t;
    // what is told has happened; what is to be done lies ahead
    let example = t.get(if writing.choice.is_some() { "record-moment-now" } else { "record-moment-example" });
    let errors = HashMap::new();
    let sheet = Controls { look: &sight.look, object: &writing.teller.object.key, typed, errors: &errors, focus: None, templates: None };
    let asks = writing.asks();
    html! {
        @if !fault.words.is_empty() { div.ak-error role="alert" { (icon_sized("circle-alert", 13)) (fault.words) } }
        @if let Some(blind) = &fault.blind {
            input type="hidden" name="blind" value=(blind);
            div.ak-composer-ask {
                @if sight.may_share { (Button::new(t.get("mention-share")).icon("share-2").submit_as("mention", "share")) }
                (Button::new(t.get("mention-drop")).icon("at-sign").submit_as("mention", "drop"))
            }
        }
        @if writing.moment().is_some() || !asks.is_empty() {
            div.ak-composer-fields {
                @if let Some(field) = writing.moment() {
                    (form::row(t, &Row::new(sight.look.name(field)), Input::new("at", typed.text("at")).placeholder(&example), input::text))
                }
                @for field in asks { (sheet.row(field)) }
            }
        }
    }
}

/// What may be filled besides, folded until somebody wants it.
fn more(sight: &Sight, writing: &Writing, typed: &Typed) -> Markup {
    let also = writing.also();
    if also.is_empty() {
        return html! {};
    }
    let errors = HashMap::new();
    let sheet = Controls { look: &sight.look, object: &writing.teller.object.key, typed, errors: &errors, focus: None, templates: None };
    let names: Vec<&str> = also.iter().map(|field| sight.look.name(field)).collect();
    html! {
        details.ak-composer-more open[typed.has("body")] {
            summary { (icon_sized("plus", 14)) span { (sight.look.t.get("record-write-more")) } span.ak-faint.ak-truncate { (names.join(" · ")) } }
            div.ak-composer-fields { @for field in also { (sheet.row(field)) } }
        }
    }
}

/// Texts to begin with; `/` in the editor offers the same.
fn templates(sight: &Sight, writing: &Writing, base: &str) -> Markup {
    let t = sight.look.t;
    let fitting: Vec<_> = sight.templates.iter().filter(|t| t.kind.as_deref().is_none_or(|kind| kind == writing.key)).collect();
    if fitting.is_empty() {
        return html! {};
    }
    let label = t.get("template-use");
    let trigger = html! { (icon_sized("notepad-text", 16)) span.ak-sr { (label) } };
    menu_around(
        trigger,
        "btn ak-btn-icon",
        "ghost",
        html! {
            @for one in fitting {
                @let query = format!("?write={}&template={}", writing.key, one.id);
                a.ak-menu-item href={ (sight.href()) (query) "#composer" } hx-get={ (base) (query) } hx-target="#composer" hx-swap="outerHTML" {
                    (icon_sized("notepad-text", 16)) span { (one.name) }
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
