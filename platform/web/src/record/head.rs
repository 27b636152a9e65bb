//! The head of a record: who or what it is, how it stands, what to do next.

use super::load::Sight;
use super::teller::writings;
use super::timeline::{due_words, tick};
use super::{figure, path, words};
use crate::fail::encode;
use crate::ui::avatar::Shape;
use crate::ui::button::Button;
use crate::ui::figures::{Figure, figures};
use crate::ui::frame::star;
use crate::ui::menu::{menu, menu_link, menu_post, more_menu_ghost};
use crate::ui::record::{NextAction, RecordHead, next_action, record_head};
use crate::ui::status::{Status, status_strong};
use crate::ui::tag::{Tone, nothing, tag, tag_around};
use crate::value::{mark, shape};
use akrab_engine::contact::DO_NOT_CONTACT;
use akrab_model::object::ActionDecl;
use akrab_model::{Field, FieldType, Value, format};
use maud::{Markup, html};

/// Most tags shown among the chips.
const TAGS: usize = 4;

/// Head, notice, key figures and stage path.
pub fn draw(sight: &Sight, csrf: &str) -> Markup {
    let object = &sight.object;
    let title = sight.record.title();
    let number =
        object.fields.iter().find(|f| f.kind == FieldType::AutoNumber).map(|f| sight.look.words(f, &sight.record)).unwrap_or_default();
    let staged = sight.path.is_some();
    let head = RecordHead {
        lead: Some(mark(object, title, 44)),
        title: if title.is_empty() { sight.look.t.get("record-untitled") } else { words::full_title(&sight.record) },
        title_edit: sight
            .editable
            .contains(&object.title_field().key)
            .then(|| format!("{}/fields/{}", sight.href(), object.title_field().key)),
        number: if number == title { String::new() } else { number },
        beside: Some(star(sight.look.t, &format!("{}/favourite", sight.href()), csrf, sight.favourite)),
        chips: chips(sight),
        facts: if staged { facts(sight) } else { Vec::new() },
        actions: buttons(sight, csrf),
    };
    html! {
        (record_head(&head))
        @if let Some(path) = path::draw(sight, csrf) { (path) }
        (crate::approval::panel::draw(&sight.look, object, sight.record.id, &sight.approvals))
        (crate::policy::panel::draw(&sight.look, object, sight.record.id, &sight.broken, &sight.editable))
        @if let Some(twin) = &sight.twin { (crate::twin::notice::draw(sight, twin, csrf)) }
        @if let Some(next) = next(sight, csrf) { (next) }
        (super::erase::banner(sight))
        (super::freshness::ask(sight, csrf))
        @if !staged { (strip(sight)) }
    }
}

fn chips(sight: &Sight) -> Vec<Markup> {
    let look = &sight.look;
    let mut chips = Vec::new();
    for field in sight.object.decl.layout.chips.iter().filter_map(|key| sight.object.field(key)) {
        match (field.kind, sight.record.get(&field.key)) {
            (_, Value::Null) => {}
            (FieldType::Choice, Value::Text(key)) => {
                if let Some(choice) = field.choice(key) {
                    let plain = crate::value::Look::choice(look, choice);
                    let toned = choice.tone != akrab_model::object::Tone::Neutral;
                    chips.push(if toned { tag_around(plain, Tone::Outline, None) } else { tag(choice.label.get(look.key())) });
                }
            }
            (FieldType::Choices, Value::Keys(keys)) => {
                for key in keys.iter().take(TAGS) {
                    chips.push(tag(field.choice(key).map_or(key, |c| c.label.get(look.key()))));
                }
                if keys.len() > TAGS {
                    chips.push(html! { span.ak-small.ak-muted { "+" (keys.len() - TAGS) } });
                }
            }
            (FieldType::Link | FieldType::Stage, Value::Link(id)) => chips.extend(linked(sight, field, *id)),
            (FieldType::Boolean, Value::Bool(on)) => chips.extend(on.then(|| stated(look.name(field), &field.key))),
            _ => chips.push(tag(&look.words(field, &sight.record))),
        }
    }
    let placed = sight.object.territory.map(|ix| sight.object.at(ix)).filter(|field| sight.record.has(&field.key));
    if let Some((field, id)) = placed.and_then(|field| Some((field, sight.record.link(&field.key)?))) {
        chips.extend(linked(sight, field, id));
    }
    chips
}

/// What is true of a record, by its name.
fn stated(name: &str, key: &str) -> Markup {
    let tone = if key == DO_NOT_CONTACT { Tone::Bad } else { Tone::Outline };
    tag_around(html! { (name) }, tone, None)
}

fn linked(sight: &Sight, field: &Field, id: i64) -> Option<Markup> {
    let look = &sight.look;
    let target = look.registry.at(field.to?).clone();
    let title = sight.record.title_in(&field.key, id)?;
    let inner = html! { @if shape(&target).is_some() { (look.avatar(&target, title, 16)) } (title) };
    let href = (!target.is_system()).then(|| look.href(&target, id));
    Some(tag_around(inner, Tone::Outline, href.as_deref()))
}

/// Figures in the head of a staged record.
fn facts(sight: &Sight) -> Vec<(String, Markup)> {
    let fields = sight
        .object
        .decl
        .layout
        .figures
        .iter()
        .filter_map(|key| sight.object.field(key))
        .filter(|f| sight.record.has(&f.key) && f.formula.is_none());
    fields.take(3).map(|f| (sight.look.name(f).to_string(), value(sight, f))).collect()
}

/// The strip of key figures: what is asked of others, fields of the record, the risk.
fn strip(sight: &Sight) -> Markup {
    let object = &sight.object;
    let risk = figure::risk(sight);
    let mut shown: Vec<Figure> = sight.figures.clone();
    let own = object.decl.layout.figures.iter().filter_map(|key| object.field(key)).filter(|f| sight.record.has(&f.key));
    // what is written on the record alone says nothing of a circle
    let own = own.filter(|f| sight.circle.is_alone() || f.rollup.is_some() || f.formula.is_some());
    // the first of them always stands there, the others give way where they are empty
    let first = object.decl.layout.figures.first();
    shown.extend(own.map(|f| Figure {
        label: sight.look.name(f).to_string(),
        value: Some(value(sight, f)),
        detail: detail(sight, f),
        href: None,
        phone: f.kind == FieldType::Phone,
        idle: first != Some(&f.key) && figure::is_nothing(sight.record.get(&f.key)),
    }));
    shown.sort_by_key(|figure| figure.idle);
    shown.truncate(figure::MOST - usize::from(risk.is_some()));
    shown.extend(risk);
    if shown.is_empty() {
        html! {}
    } else {
        figures(&sight.look.t.get("record-figures"), &shown)
    }
}

fn value(sight: &Sight, field: &Field) -> Markup {
    let look = &sight.look;
    match sight.record.get(&field.key) {
        Value::Null => nothing(),
        Value::Date(day) => html! { (look.short_day(*day)) },
        Value::Time(at) => html! { (look.moment_words(&look.local(*at))) },
        Value::Dec(amount) if field.kind == FieldType::Money && amount.abs() >= 1_000_000_000.into() => {
            let full = look.words(field, &sight.record);
            html! { span title=(full) { (format::money_short(*amount, &look.currency, look.lang)) } }
        }
        Value::Int(_) if field.kind == FieldType::Score => html! { (look.markup(field, &sight.record).unwrap_or_else(nothing)) },
        _ => html! { (look.words(field, &sight.record)) },
    }
}

/// How far away a date is; a task's past one is late while the task is open.
fn detail(sight: &Sight, field: &Field) -> Option<Markup> {
    let look = &sight.look;
    if let Value::Time(at) = sight.record.get(&field.key)
        && words::is_late(&sight.record, field, look.now.timestamp())
    {
        return Some(status_strong(Status::Late, &due_words(look, &look.local(*at))));
    }
    let words = match sight.record.get(&field.key) {
        Value::Date(day) => format::relative_day(*day, look.today(), look.lang),
        Value::Time(at) => format::relative(*at, look.now.timestamp(), look.lang),
        _ => return None,
    };
    Some(html! { (words) })
}

/// Call, WhatsApp, mail, note, task, the main action, and the rest.
fn buttons(sight: &Sight, csrf: &str) -> Vec<Markup> {
    let t = sight.look.t;
    let mut buttons = Vec::new();
    let staged = sight.path.is_some();
    let whom = |key: &str| match &sight.reach.name {
        Some(name) => format!("{} · {name}", t.get(key)),
        None => t.get(key),
    };
    for way in sight.reach.ways() {
        let (whom, words) = (whom(way.key), t.get(way.key));
        let button = if staged { Button::only_icon(way.icon, whom) } else { Button::new(words).icon(way.icon).attr("title", whom) };
        buttons.push(html! { (way.on(button)) });
    }
    // a staged record's head has figures and the way forward; the composer stands right below
    let open =
        writings(&sight.look.registry, &sight.object).into_iter().filter(|w| !staged && sight.creatable.contains(&w.teller.object.key));
    // the kind that is written most, and what is to be done
    for (_, writing) in open.enumerate().filter(|(n, w)| *n == 0 || w.choice.is_none()) {
        let label = writing.label(sight.look.key());
        let href = format!("{}?write={}#composer", sight.href(), writing.key);
        buttons.push(html! { (Button::new(label).icon(&writing.icon).href(href)) });
    }
    if let Some(forward) = path::forward(sight, csrf) {
        buttons.push(forward);
    } else if let Some(action) = sight.offered.iter().find(|a| a.primary) {
        buttons.push(action_button(sight, action, csrf));
    }
    buttons
}

fn action_button(sight: &Sight, action: &ActionDecl, csrf: &str) -> Markup {
    let address = format!("{}/{}", sight.href(), action.key);
    let button = Button::new(action.label.get(sight.look.key())).icon(&action.icon).primary();
    if !action.inputs.is_empty() {
        return html! { (button.href(address.clone()).attr("data-dialog-href", address)) };
    }
    html! {
        form method="post" action=(address) {
            input type="hidden" name="csrf" value=(csrf);
            (button.submit())
        }
    }
}

/// The "⋯" menu of the record, at the end of the top bar.
pub fn rest(sight: &Sight, csrf: &str) -> Markup {
    let t = sight.look.t;
    let base = sight.href();
    let lang = sight.look.key();
    let filled = if path::forward(sight, csrf).is_some() { None } else { sight.offered.iter().find(|a| a.primary).map(|a| a.key.clone()) };
    let others = sight.offered.iter().filter(|a| Some(&a.key) != filled.as_ref());
    let dialog = |icon: &str, label: String, href: String, key: Option<&str>| {
        html! { a.ak-menu-item href=(href) data-dialog-href=(href) data-key=[key] { (crate::ui::icon(icon)) span { (label) } } }
    };
    more_menu_ghost(
        &t.get("record-more"),
        html! {
            @if sight.may_edit { a.ak-menu-item href={ (base) "/edit" } data-key="e" { (crate::ui::icon("pencil")) span { (t.get("record-edit")) } } }
            @if sight.may_edit && sight.object.owner.is_some() && sight.editable.contains("owner") {
                (dialog("user-pen", t.get("record-assign"), format!("{base}/edit?only=owner"), Some("a")))
            }
            @if let Some(tags) = crate::editor::tags(&sight.object).filter(|f| sight.editable.contains(&f.key)) {
                (dialog("tags", sight.look.name(tags).to_string(), format!("{base}/edit?only={}", tags.key), Some("#")))
            }
            @for action in others {
                @if action.inputs.is_empty() { (menu_post(&action.icon, action.label.get(lang), &format!("{base}/{}", action.key), csrf, false)) }
                @else { (dialog(&action.icon, action.label.get(lang).to_string(), format!("{base}/{}", action.key), None)) }
            }
            (super::flows::buttons(sight, csrf))
            @if sight.creatable.contains(&sight.object.key) { (dialog("copy-plus", t.get("record-clone"), format!("{base}/clone"), None)) }
            @if !sight.fresh.fields.is_empty() { (dialog("calendar-clock", t.get("fresh-title"), format!("{base}/freshness"), None)) }
            @if !sight.fresh.fields.is_empty() && sight.may_edit { (dialog("send-horizontal", t.get("fresh-ask"), format!("{base}/confirmation"), None)) }
            hr.ak-menu-line;
            @if akrab_engine::has_network(&sight.look.registry, &sight.object) { (menu_link("waypoints", &t.get("network"), &format!("{base}/network"))) }
            (menu_link("history", &t.get("record-history"), &format!("{base}/history")))
            @for merge in sight.merges.iter().take(5) {
                (menu_link("undo-2", &t.with("unmerge-of", &[("name", merge.loser_title.as_str().into())]), &format!("/{}/merges/{}", sight.object.plural, merge.id)))
            }
            @if sight.may_share {
                (dialog("share-2", t.get("share-open"), format!("{base}/shares"), None))
                (dialog("eye", t.get("record-who-sees"), format!("{base}/access"), None))
                @if sight.may_edit && sight.object.territory.is_some() && sight.has_territories {
                    (dialog("map-pin", t.get("territory-choose"), format!("{base}/territory"), None))
                }
            }
            button.ak-menu-item type="button" data-print { (crate::ui::icon("printer")) span { (t.get("record-print")) } }
            @if sight.may_delete {
                hr.ak-menu-line;
                @if super::erase::offered(sight) { a.ak-menu-item href={ (base) "/erasure" } data-dialog-href={ (base) "/erasure" } data-tone="bad" { (crate::ui::icon("eraser")) span { (t.get("privacy-erase")) } } }
                a.ak-menu-item href={ (base) "/delete" } data-dialog-href={ (base) "/delete" } data-tone="bad" { (crate::ui::icon("trash-2")) span { (t.get("record-delete")) } }
            }
        },
    )
}

/// The next thing to do: the record's own next step, or the first open task.
fn next(sight: &Sight, csrf: &str) -> Option<Markup> {
    own_step(sight, csrf).or_else(|| open_task(sight, csrf)).or_else(|| nothing_planned(sight))
}

fn own_step(sight: &Sight, csrf: &str) -> Option<Markup> {
    let board = sight.object.decl.board.as_ref()?;
    let step = sight.record.text(board.next.as_deref()?);
    if step.is_empty() {
        return None;
    }
    let at_key = board.next_at.as_deref();
    let at = at_key.and_then(|key| if let Value::Time(at) = sight.record.get(key) { Some(sight.look.local(*at)) } else { None });
    let step_key = board.next.as_deref().unwrap_or_default();
    let fields: Vec<&str> = std::iter::once(step_key).chain(at_key).filter(|key| sight.editable.contains(*key)).collect();
    let actions = html! {
        @if fields.first() == Some(&step_key) { (step_done(sight, &fields, csrf)) }
        @if let Some(key) = at_key.filter(|key| sight.editable.contains(*key)) { (postpone(sight, &sight.href(), key, csrf)) }
    };
    Some(banner(sight, at.as_ref(), step, None, actions))
}

/// The step is taken: its fields are empty again, and the toast offers the way back.
fn step_done(sight: &Sight, fields: &[&str], csrf: &str) -> Markup {
    html! {
        form method="post" action={ (sight.href()) "/edit" } {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="fields" value=(fields.join(","));
            @for key in fields { input type="hidden" name=(key) value=""; }
            input type="hidden" name="back" value=(sight.href());
            (Button::new(sight.look.t.get("record-step-done")).icon("check").ghost().submit())
        }
    }
}

fn open_task(sight: &Sight, csrf: &str) -> Option<Markup> {
    let event = sight.timeline.upcoming.first()?;
    let source = &event.source;
    let at_key = source.object.decl.timeline.at.clone()?;
    let at = if let Value::Time(at) = source.get(&at_key) { Some(sight.look.local(*at)) } else { None };
    let owner = source.object.owner.map(|ix| sight.look.words(source.object.at(ix), source)).filter(|n| !n.is_empty());
    let actions = html! {
        @if let Some(tick) = tick(&sight.look, source, csrf) { (tick) }
        (postpone(sight, &words::href(source), &at_key, csrf))
    };
    Some(banner(sight, at.as_ref(), source.title(), owner.as_deref(), actions))
}

/// That nothing is planned with a customer, and the way to plan it.
fn nothing_planned(sight: &Sight) -> Option<Markup> {
    let asked = &sight.asked;
    // what is narrowed may leave out what is planned
    let narrowed = [&asked.tab, &asked.kinds, &asked.find, &asked.who, &asked.since, &asked.until, &asked.before];
    let out_of_reach = sight.erased.is_some() || sight.record.get(DO_NOT_CONTACT).bool();
    if sight.path.is_some() || out_of_reach || narrowed.into_iter().any(|part| part.as_deref().is_some_and(|p| !p.is_empty())) {
        return None;
    }
    let all = writings(&sight.look.registry, &sight.object);
    let task = all.iter().find(|w| w.choice.is_none()).filter(|_| all.iter().any(|w| w.choice.is_some()))?;
    let t = sight.look.t;
    let href = format!("{}?write={}#composer", sight.href(), task.key);
    let actions = html! {
        @if sight.creatable.contains(&task.teller.object.key) { (Button::new(t.get("record-plan")).icon("calendar-plus").ghost().href(href)) }
    };
    // one short line, on a phone too
    let when = format!("{}: {}", t.get("record-next"), t.get("record-nothing-planned"));
    Some(next_action(&NextAction { state: Status::New, when, what: String::new(), owner: None, actions }))
}

fn banner(sight: &Sight, at: Option<&jiff::Zoned>, what: &str, owner: Option<&str>, actions: Markup) -> Markup {
    let look = &sight.look;
    let state = match at {
        Some(at) if *at < look.now => Status::Late,
        Some(at) if at.date() == look.today() => Status::Today,
        Some(_) => Status::Ok,
        None => Status::New,
    };
    let when = match at {
        Some(at) => look.t.with("record-next-at", &[("when", due_words(look, at).into())]),
        None => look.t.get("record-next"),
    };
    let owner = owner.map(|name| crate::ui::avatar::avatar_labelled(Shape::Person, name, 20));
    next_action(&NextAction { state, when, what: what.to_string(), owner, actions })
}

/// Later today is rarely meant: tomorrow, in two days, next week.
fn postpone(sight: &Sight, base: &str, key: &str, csrf: &str) -> Markup {
    let t = sight.look.t;
    let time = |days: i32| {
        let day = sight.look.now.checked_add(jiff::Span::new().days(days)).unwrap_or_else(|_| sight.look.now.clone());
        day.with().hour(9).minute(0).second(0).subsec_nanosecond(0).build().unwrap_or(day).strftime("%Y-%m-%dT%H:%M").to_string()
    };
    let choices = [("record-tomorrow", 1), ("record-in-two-days", 2), ("record-next-week", 7)];
    menu(
        &t.get("record-postpone"),
        None,
        html! {
            @for (label, days) in choices {
                form method="post" action={ (base) "/fields/" (key) } {
                    input type="hidden" name="csrf" value=(csrf);
                    input type="hidden" name=(key) value=(time(days));
                    input type="hidden" name="back" value=(sight.href());
                    button.ak-menu-item type="submit" { span { (t.get(label)) } }
                }
            }
            a.ak-menu-item href={ (base) "/edit?only=" (key) "&back=" (encode(&sight.href())) } data-dialog-href={ (base) "/edit?only=" (key) "&back=" (encode(&sight.href())) } { span { (t.get("record-other-time")) } }
        },
    )
}
