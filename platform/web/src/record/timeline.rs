//! The timeline: what is to come, then what happened, by day.

use super::load::{Asked, Sight, timeline as page};
use super::teller::{kind_icon, task_icon, tellers};
use super::ticks::{Ticks, tickable};
use super::{shift, words};
use crate::fail::{Fail, Reply, encode};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::icon::icon_sized;
use crate::ui::tabs::{Tab, pill_tabs};
use crate::ui::tag::Tone;
use crate::ui::timeline::{Day, Entry, timeline};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::told::Told as Happened;
use akrab_engine::{Access, Event, Timeline};
use akrab_model::{Object, Problem, Record, format};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;

/// Kinds of entries that tell of the record itself.
const CHANGES: &str = "changed,stage,created";
/// Most chips of kinds.
const CHIPS: usize = 3;

/// `GET /{plural}/{id}/timeline`: filtered, searched, or the next page, as a fragment.
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    if !visit.is_fragment() {
        let kinds = asked.kinds.as_deref().unwrap_or("");
        return visit.go(&format!("/{}/{id}?kinds={}", object.plural, encode(kinds)), None);
    }
    visit.fragment(part(&visit, object, id, asked).await?, None)
}

/// A page of the timeline on its own.
async fn part(visit: &Visit, object: Arc<Object>, id: i64, asked: Asked) -> Result<Markup, Fail> {
    let (own, question, look) = (object.clone(), asked.clone(), visit.look());
    let (events, tickable, may_pin) = visit
        .read(move |tx| {
            tx.get(&own.key, id)?;
            let events = page(tx, &look, &own, id, &question)?;
            let tickable = tickable(tx, &events)?;
            Ok((events, tickable, tx.may(&own, Access::Edit, id)?))
        })
        .await?;
    let look = visit.look();
    Ok(list(&Told { look: &look, object: &object, id, events: &events, asked: &asked, csrf: &visit.csrf, may_pin, tickable: &tickable }))
}

/// `POST /{plural}/{id}/pins` with `source` (plural) and `entry`: an entry goes on top, or down again without `on`.
pub(super) async fn pin(visit: Visit, Path((plural, id)): Path<(String, i64)>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let (own, source) = (object.key.clone(), visit.object(posted.text("source"))?.key.clone());
    let entry: i64 = posted.text("entry").parse().map_err(|_| Problem::malformed("bad_form"))?;
    let on = posted.ticked("on");
    visit.write(move |tx| tx.pin_entry(&own, id, (&source, entry), on)).await?;
    if visit.is_fragment() {
        return visit.fragment(part(&visit, object, id, Asked::default()).await?, None);
    }
    visit.back(&format!("/{}/{id}", object.plural), None)
}

/// What a page of the timeline is drawn from.
struct Told<'a> {
    look: &'a Look,
    object: &'a Object,
    id: i64,
    events: &'a Timeline,
    asked: &'a Asked,
    csrf: &'a str,
    /// Entries may be put on top.
    may_pin: bool,
    /// Entries whose tasks may be ticked.
    tickable: &'a HashSet<(String, i64)>,
}

/// Chips, search and the first page.
pub fn draw(sight: &Sight, csrf: &str) -> Markup {
    html! {
        (tools(sight))
        div id="timeline" { (page_of(sight, csrf)) }
    }
}

/// The entries alone.
pub fn page_of(sight: &Sight, csrf: &str) -> Markup {
    list(&Told {
        look: &sight.look,
        object: &sight.object,
        id: sight.record.id,
        events: &sight.timeline,
        asked: &sight.asked,
        csrf,
        may_pin: sight.may_edit,
        tickable: &sight.tickable,
    })
}

fn tools(sight: &Sight) -> Markup {
    let t = sight.look.t;
    let lang = sight.look.key();
    let base = sight.href();
    let chosen = sight.asked.kinds.as_deref().unwrap_or("");
    let registry = sight.look.registry.clone();
    let chip = |label: String, kinds: &str, n: u64| {
        Tab::new(label, sight.asking("kinds", kinds), chosen == kinds).count(t.number(i64::try_from(n).unwrap_or(i64::MAX)))
    };
    let (changes, mut kinds): (Vec<_>, Vec<_>) = sight.tally.iter().partition(|(key, _)| CHANGES.split(',').any(|k| k == key));
    let sum = |part: &[&(String, u64)]| part.iter().map(|(_, n)| *n).sum::<u64>();
    let mut tabs = vec![chip(t.get("record-all-kinds"), "", sum(&changes) + sum(&kinds))];
    kinds.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (key, n) in kinds.into_iter().take(CHIPS) {
        if let Some(label) = kind_label(&registry, &sight.object, key, lang) {
            tabs.push(chip(label, key, *n));
        }
    }
    tabs.push(chip(t.get("record-changes"), CHANGES, sum(&changes)));
    html! {
        div.ak-timeline-tools {
            (pill_tabs(&t.get("record-kinds"), &tabs))
            form.ak-timeline-find method="get" action=(base) role="search" {
                @if !chosen.is_empty() { input type="hidden" name="kinds" value=(chosen); }
                @if let Some(list) = &sight.asked.list { input type="hidden" name="in" value=(list); }
                input.ak-input type="search" name="find" value=(sight.asked.find.as_deref().unwrap_or("")) placeholder=(t.get("record-find")) aria-label=(t.get("record-find"));
                (icon_sized("search", 15))
            }
        }
    }
}

/// The label of a kind of entry: a choice of a telling object, or the object itself.
pub fn kind_label(registry: &akrab_model::Registry, subject: &Object, key: &str, lang: &str) -> Option<String> {
    if let Some(object) = registry.object(key) {
        return Some(object.label(lang).to_string());
    }
    let all = tellers(registry, subject);
    let choices = all.iter().filter_map(|t| t.object.decl.timeline.kind.as_deref().and_then(|k| t.object.field(k)));
    choices.filter_map(|field| field.choice(key)).map(|c| c.label.get(lang).to_string()).next()
}

/// Days and the way to older ones.
fn list(told: &Told) -> Markup {
    let Told { look, object, id, events, asked, csrf, .. } = *told;
    let t = look.t;
    let find = asked.find.as_deref().map(str::trim).filter(|q| !q.is_empty());
    let mut days = Vec::new();
    let pinned: Vec<Entry> = events.pinned.iter().map(|e| pinnable(told, e, true, past_entry(told, e))).collect();
    if !pinned.is_empty() {
        days.push(Day { label: t.get("record-pinned"), entries: pinned });
    }
    let upcoming: Vec<Entry> = events.upcoming.iter().map(|e| open_entry(look, e, csrf)).collect();
    if !upcoming.is_empty() {
        days.push(Day { label: t.get("record-upcoming"), entries: upcoming });
    }
    let mut last = None;
    for event in events.events.iter().filter(|e| !events.pinned.iter().any(|p| p.id == e.id)) {
        let day = look.local_micros(event.at).date();
        if last != Some(day) {
            days.push(Day { label: day_label(look, day), entries: Vec::new() });
            last = Some(day);
        }
        if let Some(here) = days.last_mut() {
            here.entries.push(pinnable(told, event, false, past_entry(told, event)));
        }
    }
    let more = events.next.map(|(at, entry)| {
        let kinds = asked.kinds.as_deref().or(asked.tab.as_deref()).unwrap_or("");
        let find = find.map(|q| format!("&find={}", encode(q))).unwrap_or_default();
        format!("/{}/{id}/timeline?kinds={}{find}&before={at}.{entry}", object.plural, encode(kinds))
    });
    html! {
        @if days.is_empty() { p.ak-faint.ak-small { (t.get(if find.is_some() { "nothing-found" } else { "record-timeline-empty" })) } }
        (timeline(&days))
        @if let Some(href) = more {
            a.btn data-variant="outline" href=(href) hx-get=(href) hx-swap="outerHTML" { (t.get("record-older")) }
        }
    }
}

/// "Hari ini, Kamis 19 November"; "Kemarin"; "Senin 16 November".
fn day_label(look: &Look, day: jiff::civil::Date) -> String {
    let words = look.day_words(day);
    match format::date_short(day, look.today(), look.lang) {
        near if near.contains('/') => words,
        near => format!("{near}, {words}"),
    }
}

/// The button that puts an entry on top of the timeline, or takes it down.
fn pinnable(told: &Told, event: &Event, pinned: bool, entry: Entry) -> Entry {
    let source = &event.source;
    if !told.may_pin || event.change.is_some() || source.object.decl.timeline.on.is_empty() || event.kind == "created" {
        return entry;
    }
    let action = format!("/{}/{}/pins", told.object.plural, told.id);
    let (icon, key) = if pinned { ("pin-off", "record-unpin") } else { ("pin", "record-pin") };
    let actions = html! {
        @if let Some(before) = &entry.actions { (before) }
        form method="post" action=(action) hx-post=(action) hx-target="#timeline" hx-swap="innerHTML" {
            input type="hidden" name="csrf" value=(told.csrf);
            input type="hidden" name="source" value=(source.object.plural);
            input type="hidden" name="entry" value=(source.id);
            @if !pinned { input type="hidden" name="on" value="1"; }
            (Button::only_icon(icon, told.look.t.get(key)).ghost().submit())
        }
    };
    Entry { actions: Some(actions), ..entry }
}

/// Whether an entry says what is searched for: in its title, its text, or the fields it changed. `find` is folded.
pub(super) fn says(look: &Look, event: &Event, find: &str) -> bool {
    akrab_model::text::fold(&plain(look, event)).contains(find)
}

/// What a search looks at.
fn plain(look: &Look, event: &Event) -> String {
    let body = body_text(event).unwrap_or_default();
    let shifts = event.change.iter().flat_map(|c| c.shifts.iter()).filter_map(|s| shift::words(look, &event.source.object, s));
    let changes: Vec<String> = shifts.map(|(label, old, new)| format!("{label} {old} {new}")).collect();
    format!("{} {body} {}", event.source.title(), changes.join(" "))
}

fn body_text(event: &Event) -> Option<String> {
    let key = event.source.object.decl.timeline.body.as_deref()?;
    let text = event.source.get(key).text()?.trim();
    (!text.is_empty()).then(|| text.to_string())
}

/// Who did it or is to do it.
fn person(look: &Look, record: &Record) -> String {
    record.object.owner.map(|ix| look.words(record.object.at(ix), record)).unwrap_or_default()
}

fn open_entry(look: &Look, event: &Event, csrf: &str) -> Entry {
    let t = look.t;
    let source = &event.source;
    let at = look.local_micros(event.at);
    let undated = event.is_undated();
    let late = !undated && at < look.now;
    let today = at.date() == look.today();
    let tone = if late {
        Tone::Bad
    } else if today && !undated {
        Tone::Warn
    } else {
        Tone::Neutral
    };
    let who = person(look, source);
    Entry {
        icon: task_icon(source),
        tone,
        title: source.title().to_string(),
        href: Some(words::href(source)),
        detail: (!who.is_empty()).then(|| html! { "· " (who) }),
        body: None,
        quote: false,
        time: if undated { t.get("record-no-date") } else { due_words(look, &at) },
        time_tone: tone,
        actions: tick(look, source, csrf),
    }
}

/// "Terlambat 2 hari", "Hari ini 14.00", "Besok 10.00".
pub fn due_words(look: &Look, at: &jiff::Zoned) -> String {
    let days = at.date().until(look.today()).map_or(0, |span| i64::from(span.get_days()));
    if days > 0 { look.t.with("record-late-days", &[("n", days.into())]) } else { look.moment_words(at) }
}

/// The button that completes a task, where its object has such an action.
pub fn tick(look: &Look, record: &Record, csrf: &str) -> Option<Markup> {
    let action = record.object.decl.actions.iter().find(|a| a.primary && a.inputs.is_empty())?;
    Some(html! {
        form method="post" action={ (words::href(record)) "/" (action.key) } {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="stay" value="1";
            (Button::new(action.label.get(look.key())).icon(&action.icon).ghost().submit())
        }
    })
}

/// What an entry says: drawn where it is rich text, as it is where somebody is quoted.
fn body(told: &Told, event: &Event, text: &str) -> Markup {
    let source = &event.source;
    let field = source.object.decl.timeline.body.as_deref().and_then(|key| source.object.field(key));
    let quoted = source.object.decl.timeline.kinds.get(&event.kind).is_some_and(|kind| kind.quote);
    match field.filter(|field| field.rich && !quoted) {
        Some(field) => {
            let back = format!("/{}/{}", told.object.plural, told.id);
            let may = told.tickable.contains(&(source.object.key.clone(), source.id));
            Ticks { look: told.look, csrf: told.csrf, back }.draw(source, field, text, may)
        }
        None => html! { (text) },
    }
}

fn past_entry(told: &Told, event: &Event) -> Entry {
    let Told { look, object: subject, id, .. } = *told;
    let t = look.t;
    let source = &event.source;
    let own = event.source_object == subject.key && source.id == id;
    let time = format::time(look.local_micros(event.at).time(), look.lang);
    let base = Entry { time, icon: kind_icon(&event.kind, &source.object), href: (!own).then(|| words::href(source)), ..Entry::default() };
    if let Some(change) = &event.change {
        let by = change.actor_name.clone().unwrap_or_else(|| t.get("record-by-system"));
        match &change.told {
            Some(Happened::Approval(told)) => return crate::approval::words::entry(look, told, &by, base),
            Some(Happened::Passed(told)) => return crate::process::words::entry(look, &source.object, told, &by, base),
            Some(Happened::Merged(told)) => return crate::twin::entry(t, told, &by, base),
            Some(Happened::File(told)) => return crate::file::words::entry(t, &words::href(source), told, &by, base),
            None => {}
        }
        let shifts = shift::told(&source.object, change);
        let lines: Vec<_> = shifts.iter().filter_map(|s| shift::words(look, &source.object, s)).collect();
        let rest = |lines: &[(String, String, String)]| {
            (!lines.is_empty()).then(|| {
                html! { @for (n, (label, old, new)) in lines.iter().enumerate() { @if n > 0 { "\n" } (label) ": " (shift::arrow(look, old, new)) } }
            })
        };
        return match (own, lines.as_slice()) {
            (true, [(label, old, new), others @ ..]) if event.kind == "stage" => Entry {
                title: label.clone(),
                detail: Some(html! { (shift::arrow(look, old, new)) " · " (by) }),
                body: rest(others),
                ..base
            },
            (false, [(_, old, new), ..]) if event.kind == "stage" => {
                Entry { title: source.title().to_string(), detail: Some(html! { (shift::arrow(look, old, new)) " · " (by) }), ..base }
            }
            (true, [(label, old, new)]) => {
                Entry { title: label.clone(), detail: Some(html! { (shift::arrow(look, old, new)) " · " (by) }), ..base }
            }
            (false, [(_, old, new)]) => {
                Entry { title: source.title().to_string(), detail: Some(html! { (shift::arrow(look, old, new)) " · " (by) }), ..base }
            }
            _ => Entry {
                title: if own { t.with("record-fields-changed", &[("n", lines.len().into())]) } else { source.title().to_string() },
                detail: Some(html! { "· " (by) }),
                body: rest(&lines),
                ..base
            },
        };
    }
    if event.kind == "created" || (event.kind == source.object.key && source.object.decl.timeline.done.is_none()) {
        let made = t.with("record-was-created", &[("object", source.object.label(look.key()).into())]);
        let by = source.object.field("created_by").map(|f| look.words(f, source)).unwrap_or_default();
        let title = if own { made.clone() } else { source.title().to_string() };
        let detail = html! { @if !own { (made) } @if !by.is_empty() { @if !own { " " } "· " (by) } };
        return Entry { title, detail: Some(detail), ..base };
    }
    let label = kind_label(&look.registry, subject, &event.kind, look.key()).unwrap_or_default();
    let who = person(look, source);
    let detail: Vec<String> = [label, who].into_iter().filter(|w| !w.is_empty()).collect();
    let done = source.object.decl.timeline.done.is_some();
    Entry {
        icon: if done { "check".into() } else { base.icon },
        title: source.title().to_string(),
        detail: (!detail.is_empty()).then(|| html! { (detail.join(" · ")) }),
        body: body_text(event).map(|text| body(told, event, &text)),
        quote: source.object.decl.timeline.kinds.get(&event.kind).is_some_and(|kind| kind.quote),
        href: base.href,
        time: base.time,
        ..Entry::default()
    }
}
