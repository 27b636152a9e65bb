//! The timeline: what is to come, then what happened, by day.

use super::load::{Asked, Sight, circle, timeline as page};
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
use akrab_model::object::Scope;
use akrab_model::{FieldType, Object, Problem, Record, format};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;

/// Kinds of entries that tell of the record itself.
const CHANGES: &str = "changed,stage,created";
/// The one form by which entries are pinned; their buttons belong to it.
const PINS: &str = "pins";
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
            let record = tx.get(&own.key, id)?;
            let circle = circle(tx, &record, &question)?;
            let events = page(tx, &look, &own, id, &question, &circle)?;
            let tickable = tickable(tx, &events)?;
            Ok((events, tickable, tx.may(&own, Access::Edit, id)?))
        })
        .await?;
    let look = visit.look();
    Ok(list(&Told { look: &look, object: &object, id, events: &events, asked: &asked, csrf: &visit.csrf, may_pin, tickable: &tickable }))
}

/// `POST /{plural}/{id}/pins` with `pin` or `unpin` (`notes.7`), or `source`, `entry` and `on`: an entry goes on top, or
/// down again.
pub(super) async fn pin(visit: Visit, Path((plural, id)): Path<(String, i64)>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let (own, on) = (object.key.clone(), posted.ticked("on") || !posted.text("pin").is_empty());
    let pressed = if on { posted.text("pin") } else { posted.text("unpin") };
    let (source, entry) = pressed.split_once('.').unwrap_or((posted.text("source"), posted.text("entry")));
    let entry: i64 = entry.parse().map_err(|_| Problem::malformed("bad_form"))?;
    let source = visit.object(source)?.key.clone();
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
    // the one that was chosen stays in sight
    if let Some(place) = kinds.iter().position(|(key, _)| key == chosen).filter(|place| *place >= CHIPS) {
        kinds.swap(CHIPS - 1, place);
    }
    for (key, n) in kinds.into_iter().take(CHIPS) {
        if let Some(label) = kind_label(&registry, &sight.object, key, lang) {
            tabs.push(chip(label, key, *n));
        }
    }
    tabs.push(chip(t.get("record-changes"), CHANGES, sum(&changes)));
    html! {
        div.ak-timeline-tools {
            (pill_tabs(&t.get("record-kinds"), &tabs))
            @for switch in &sight.circle.switches { (turn(sight, switch)) }
            (narrowing(sight))
            form.ak-timeline-find method="get" action=(base) role="search" {
                (kept(sight, &["kinds", "with", "who", "since", "until"]))
                input.ak-input type="search" name="find" value=(sight.asked.find.as_deref().unwrap_or("")) placeholder=(t.get("record-find")) aria-label=(t.get("record-find"));
                (icon_sized("search", 15))
            }
        }
    }
}

/// What the address asks for and a form hands on.
fn kept(sight: &Sight, names: &[&str]) -> Markup {
    let asked = &sight.asked;
    let all = [
        ("kinds", &asked.kinds),
        ("with", &asked.with),
        ("who", &asked.who),
        ("since", &asked.since),
        ("until", &asked.until),
        ("find", &asked.find),
    ];
    html! {
        @for (name, value) in all.into_iter().filter(|(name, _)| names.contains(name)) {
            @if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) { input type="hidden" name=(name) value=(value); }
        }
        @if let Some(list) = &asked.list { input type="hidden" name="in" value=(list); }
    }
}

/// Takes a part of the circle in, or leaves it out again.
fn turn(sight: &Sight, switch: &akrab_engine::Switch) -> Markup {
    let now = sight.circle.switches.iter().filter(|one| one.on != (one.key == switch.key)).map(|one| one.key.as_str());
    let href = sight.asking("with", &now.collect::<Vec<_>>().join(","));
    let icon = if switch.on { "circle-check" } else { "circle" };
    html! {
        a.ak-turn href=(href) role="switch" aria-checked=(switch.on) { (icon_sized(icon, 15)) span { (switch.label.get(sight.look.key())) } }
    }
}

/// Kind, person and days the timeline can be narrowed to.
fn narrowing(sight: &Sight) -> Markup {
    let t = sight.look.t;
    let asked = &sight.asked;
    let is_on = [&asked.who, &asked.since, &asked.until].into_iter().any(|value| value.as_deref().is_some_and(|value| !value.is_empty()));
    let mut kinds: Vec<(String, String)> = kinds_of(sight);
    kinds.retain(|(key, _)| sight.tally.is_empty() || sight.tally.iter().any(|(known, _)| known == key));
    kinds.sort_by(|a, b| a.1.cmp(&b.1));
    let choose = |name: &str, any: String, all: Vec<(String, String)>, chosen: Option<&str>| {
        html! {
            select.ak-input name=(name) aria-label=(any) {
                option value="" { (any) }
                @for (key, label) in all { option value=(key) selected[chosen == Some(key.as_str())] { (label) } }
            }
        }
    };
    let day = |name: &str, label: String, value: &Option<String>| {
        html! { label.ak-narrow-day { span { (label) } input.ak-input type="date" name=(name) value=[value.as_deref()]; } }
    };
    html! {
        details.ak-menu.ak-narrow data-menu {
            summary.btn.ak-btn-icon data-variant="ghost" aria-pressed=(is_on) { (icon_sized("list-filter", 15)) span.ak-sr { (t.get("record-narrow")) } }
            form.ak-menu-list method="get" action=(sight.href()) {
                (kept(sight, &["with", "find"]))
                @if !kinds.is_empty() {
                    (choose("kinds", t.get("record-any-kind"), kinds, asked.kinds.as_deref()))
                }
                (choose("who", t.get("record-anybody"), sight.people.clone(), asked.who.as_deref()))
                (day("since", t.get("record-since"), &asked.since))
                (day("until", t.get("record-until"), &asked.until))
                (Button::new(t.get("record-narrow-do")).primary().submit())
                @if is_on { a.btn data-variant="ghost" href=(sight.href()) { (t.get("record-narrow-not")) } }
            }
        }
    }
}

/// Everything that can be told of the record, with its label.
fn kinds_of(sight: &Sight) -> Vec<(String, String)> {
    let lang = sight.look.key();
    let mut found = Vec::new();
    for teller in tellers(&sight.look.registry, &sight.object) {
        let object = &teller.object;
        if sight.look.rights.scope(object, Access::Read) == Scope::None {
            continue;
        }
        match object.decl.timeline.kind.as_deref().and_then(|key| object.field(key)) {
            Some(field) => found.extend(field.choices.iter().map(|choice| (choice.key.clone(), choice.label.get(lang).to_string()))),
            None => found.push((object.key.clone(), object.label(lang).to_string())),
        }
    }
    found
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
        let others = [("find", &asked.find), ("with", &asked.with), ("who", &asked.who), ("since", &asked.since)];
        let others = others.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", encode(value.as_deref()?))));
        format!("/{}/{id}/timeline?kinds={}{}&before={at}.{entry}", object.plural, encode(kinds), others.collect::<String>())
    });
    let pins = format!("/{}/{}/pins", object.plural, id);
    html! {
        @if told.may_pin && asked.before.is_none() {
            form id=(PINS) method="post" action=(pins) hx-post=(pins) hx-target="#timeline" hx-swap="innerHTML" { input type="hidden" name="csrf" value=(csrf); }
        }
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
    let (icon, key, name) = if pinned { ("pin-off", "record-unpin", "unpin") } else { ("pin", "record-pin", "pin") };
    let value = format!("{}.{}", source.object.plural, source.id);
    let button = Button::only_icon(icon, told.look.t.get(key)).ghost().attr("form", PINS).attr("name", name).attr("value", value);
    let actions = html! { @if let Some(before) = &entry.actions { (before) } (button.submit()) };
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

/// The people and companies an entry is of, but for the one whose timeline it stands in.
fn customers(told: &Told, source: &Record) -> Vec<String> {
    let fields = source.object.fields.iter().filter(|f| !f.system && f.kind == FieldType::Link);
    let named = fields.filter_map(|field| {
        let (target, id) = (told.look.registry.at(field.to?), source.link(&field.key)?);
        let customer = crate::value::shape(target).is_some() && !target.is_system();
        let other = (target.key.as_str(), id) != (told.object.key.as_str(), told.id);
        source.title_in(&field.key, id).filter(|_| customer && other).map(str::to_string)
    });
    named.collect()
}

fn past_entry(told: &Told, event: &Event) -> Entry {
    let Told { look, object: subject, id, .. } = *told;
    let t = look.t;
    let source = &event.source;
    let own = event.source_object == subject.key && source.id == id;
    // what has a day and no time happened on it, and no more is known
    let at = source.object.decl.timeline.at.as_deref().and_then(|key| source.object.field(key));
    let is_day = event.change.is_none() && event.kind != "created" && at.is_some_and(|field| field.kind == FieldType::Date);
    let time = if is_day { String::new() } else { format::time(look.local_micros(event.at).time(), look.lang) };
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
    if event.kind == source.object.key && !source.object.decl.timeline.tells.is_empty() {
        let fields = source.object.decl.timeline.tells.iter().filter_map(|key| source.object.field(key));
        let told: Vec<String> = fields.map(|field| look.words(field, source)).filter(|words| !words.is_empty()).collect();
        let title = format!("{} {}", source.object.label(look.key()), source.title());
        return Entry { title, detail: (!told.is_empty()).then(|| html! { (told.join(" · ")) }), ..base };
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
    let quote = source.object.decl.timeline.kinds.get(&event.kind).is_some_and(|kind| kind.quote);
    let said_by = if quote { customers(told, source) } else { Vec::new() };
    let detail: Vec<String> = said_by.into_iter().chain([label, who]).filter(|w| !w.is_empty()).collect();
    let done = source.object.decl.timeline.done.is_some();
    Entry {
        icon: if done { "check".into() } else { base.icon },
        title: source.title().to_string(),
        detail: (!detail.is_empty()).then(|| html! { (detail.join(" · ")) }),
        body: body_text(event).map(|text| body(told, event, &text)),
        quote,
        href: base.href,
        time: base.time,
        ..Entry::default()
    }
}
