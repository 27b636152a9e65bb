//! The three columns of a record: fields, what happened, what is related.

use super::load::Sight;
use super::teller::tellers;
use super::ticks::Ticks;
use super::timeline::{due_words, kind_label};
use super::{composer, consent, figure, flows, panel, path, timeline, tree, words};
use crate::file::list as files;
use crate::ui::record::record_columns;
use crate::ui::section::{Field as Pair, section};
use crate::ui::status::{Status, status_strong};
use crate::ui::tabs::{Tab, tab_bar};
use crate::ui::task::{Task, task};
use crate::value::{fields_of, label_of};
use akrab_model::{Field, FieldType, Record, Value};
use maud::{Markup, html};

pub fn draw(sight: &Sight, csrf: &str) -> Markup {
    let fields = html! { div id="data" data-fresh { (path::checklist(sight)) (sections(sight, csrf)) } };
    let middle = html! {
        div.ak-part id="record-tabs" data-fresh { (tabs(sight)) }
        @if !shows_files(sight) { (composer::draw(sight, csrf)) }
        div.ak-part id="record-told" data-fresh {
            @if shows_files(sight) { (files::draw(sight, csrf)) } @else if lists_tasks(sight) { (tasks(sight, csrf)) } @else { (timeline::draw(sight, csrf)) }
        }
    };
    let side = has_side(sight)
        .then(|| html! { span id="related" {} div.ak-part id="record-side" data-fresh { (figure::reasons(sight)) (tree::draw(sight)) (panel::draw(sight)) (consent::panel(sight)) (flows::panel(sight)) } });
    record_columns(fields, middle, side)
}

/// Whether anything stands in the column of what is related.
fn has_side(sight: &Sight) -> bool {
    !sight.panels.is_empty() || !sight.beside.is_empty() || sight.consent.is_some() || !sight.flows.runs.is_empty()
}

/// Sections as laid out; a composite is one line. What is set by the program closes the column.
fn sections(sight: &Sight, csrf: &str) -> Markup {
    let object = &sight.object;
    let lang = sight.look.key();
    html! {
        @for part in &object.decl.layout.sections {
            @let pairs = pairs(sight, &part.fields, csrf);
            @if !pairs.is_empty() { (section(sight.look.t, part.label.get(lang), !part.closed, &pairs)) }
        }
        (section(sight.look.t, &sight.look.t.get("record-about"), false, &pairs(sight, &["created_at", "created_by", "updated_at", "updated_by"].map(String::from), csrf)))
    }
}

fn pairs(sight: &Sight, keys: &[String], csrf: &str) -> Vec<Pair> {
    let object = &sight.object;
    let mut pairs = Vec::new();
    let mut whole: Vec<&str> = Vec::new();
    for key in keys {
        let fields = fields_of(object, key);
        let composite = fields.first().and_then(|f| f.part_of.as_deref()).filter(|whole| object.field(whole).is_none());
        match composite {
            // the parts of an address make one line, wherever the first of them stands
            Some(address) => {
                if !whole.contains(&address) && fields.iter().any(|f| sight.record.has(&f.key)) {
                    whole.push(address);
                    pairs.push(address_pair(sight, address));
                }
            }
            None => {
                let shown = fields.into_iter().filter(|f| sight.record.has(&f.key) && !sight.unseen.contains(&f.key));
                pairs.extend(shown.map(|f| pair(sight, f, csrf)));
            }
        }
    }
    pairs
}

fn pair(sight: &Sight, field: &Field, csrf: &str) -> Pair {
    let t = sight.look.t;
    let base = sight.href();
    let editable = sight.editable.contains(&field.key);
    let in_place = editable && !matches!(field.kind, FieldType::Links | FieldType::Json | FieldType::File) && !field.rich;
    let hint = match &field.hint {
        _ if field.formula.is_some() => Some(t.get("record-read-only-formula")),
        _ if field.rollup.is_some() => Some(t.get("record-read-only-rollup")),
        _ if !field.writable() => Some(t.get("record-read-only-program")),
        _ if sight.may_edit && !editable => Some(t.get("record-read-only-right")),
        Some(hint) => Some(hint.get(sight.look.key()).to_string()),
        None => None,
    };
    let ticks = Ticks::of(sight, csrf);
    let value = match sight.record.get(&field.key).text().filter(|_| field.rich) {
        Some(text) => Some(ticks.draw(&sight.record, field, text, editable)),
        None => sight.look.markup(field, &sight.record),
    };
    let value = if editable && !in_place {
        Some(html! { (value.unwrap_or_else(crate::ui::tag::nothing)) " " (dialog_pencil(sight, &field.key, sight.look.name(field))) })
    } else {
        value
    };
    Pair {
        label: sight.look.name(field).to_string(),
        value,
        edit: in_place.then(|| format!("{base}/fields/{}", field.key)),
        hint,
        history: (field.writable() && !field.quiet).then(|| format!("{base}/history?field={}", field.key)),
    }
}

fn address_pair(sight: &Sight, key: &str) -> Pair {
    let label = label_of(&sight.object, key, sight.look.key()).to_string();
    let parts: Vec<String> = fields_of(&sight.object, key).iter().map(|f| f.key.clone()).filter(|k| sight.editable.contains(k)).collect();
    let shown = sight.look.address(&sight.record, key).unwrap_or_else(crate::ui::tag::nothing);
    let value = html! { (shown) @if !parts.is_empty() { " " (dialog_pencil(sight, &parts.join(","), &label)) } };
    Pair { label, value: Some(value), ..Pair::default() }
}

/// A pencil that opens a small form: for what one control cannot hold.
fn dialog_pencil(sight: &Sight, keys: &str, label: &str) -> Markup {
    let href = format!("{}/edit?only={keys}", words::href(&sight.record));
    let name = sight.look.t.with("edit-field", &[("name", label.into())]);
    html! { a.ak-cell-edit href=(href) data-dialog-href=(href) aria-label=(name) title=(name) { (crate::ui::icon_sized("pencil", 12)) } }
}

fn shows_files(sight: &Sight) -> bool {
    sight.asked.tab.as_deref() == Some(files::TAB)
}

fn lists_tasks(sight: &Sight) -> bool {
    sight.asked.tab.as_deref().is_some_and(|tab| sight.look.registry.object(tab).is_some())
}

/// Timeline first, then tasks and the kinds there are most of.
fn tabs(sight: &Sight) -> Markup {
    let t = sight.look.t;
    let open = sight.asked.tab.as_deref();
    let mut tabs = vec![Tab::new(t.get("record-timeline"), sight.asking("tab", ""), open.is_none())];
    let told = tellers(&sight.look.registry, &sight.object);
    let shown = told.iter().flat_map(|t| &t.object.decl.timeline.kinds).filter(|(_, kind)| kind.tab).map(|(key, _)| key);
    let objects = sight.counts.iter().filter(|(key, _)| sight.look.registry.object(key).is_some());
    let kinds = shown.filter_map(|kind| sight.counts.iter().find(|(key, n)| key == kind && *n > 0));
    for (key, count) in objects.chain(kinds) {
        let label = match sight.look.registry.object(key) {
            Some(object) => object.plural_label(sight.look.key()).to_string(),
            None => kind_label(&sight.look.registry, &sight.object, key, sight.look.key()).unwrap_or_default(),
        };
        let mut tab = Tab::new(label, sight.asking("tab", key), open == Some(key.as_str()));
        if *count > 0 {
            tab = tab.count(t.number(*count as i64));
        }
        tabs.push(tab);
    }
    let mut here = Tab::new(t.get("files"), sight.asking("tab", files::TAB), shows_files(sight));
    if sight.files.count > 0 {
        here = here.count(t.number(sight.files.count));
    }
    tabs.push(here);
    let beside = html! {
        a.ak-tab.ak-only-phone href="#data" { span { (t.get("record-data")) } }
        @if has_side(sight) { a.ak-tab.ak-only-phone href="#related" { span { (t.get("record-related")) } } }
    };
    tab_bar(&t.get("record-tabs"), &tabs, beside, html! {})
}

fn tasks(sight: &Sight, csrf: &str) -> Markup {
    let t = sight.look.t;
    let told = sight.asked.tab.as_deref().and_then(|tab| sight.look.registry.object(tab));
    let told = told.map_or_else(String::new, |object| object.plural_label(sight.look.key()).to_lowercase());
    html! {
        div id="timeline" {
            @if sight.tasks.is_empty() { p.ak-faint.ak-small { (t.with("record-none-yet", &[("objects", told.into())])) } }
            ul.ak-task-list { @for record in &sight.tasks { (task_line(sight, record, csrf)) } }
        }
    }
}

fn task_line(sight: &Sight, record: &Record, csrf: &str) -> Markup {
    let look = &sight.look;
    let decl = &record.object.decl.timeline;
    let done = decl.done.as_deref().is_some_and(|key| !record.get(key).is_null());
    let at = decl.at.as_deref().and_then(|key| if let Value::Time(at) = record.get(key) { Some(look.local(*at)) } else { None });
    let action = record.object.decl.actions.iter().find(|a| a.primary && a.inputs.is_empty());
    let due = at.map(|at| match at {
        at if done => html! { (look.moment_words(&at)) },
        at if at < look.now => status_strong(Status::Late, &due_words(look, &at)),
        at if at.date() == look.today() => status_strong(Status::Today, &due_words(look, &at)),
        at => html! { (due_words(look, &at)) },
    });
    task(
        &Task {
            done_url: action.map(|a| format!("{}/{}", words::href(record), a.key)).unwrap_or_default(),
            done_label: action.map(|a| a.label.get(look.key()).to_string()).unwrap_or_default(),
            icon: super::teller::task_icon(record),
            title: record.title().to_string(),
            href: words::href(record),
            about: record.object.owner.map(|ix| look.words(record.object.at(ix), record)).unwrap_or_default(),
            due,
            done,
        },
        csrf,
    )
}
