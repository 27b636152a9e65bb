//! Tasks within a text: ticked where it is read, and made real tasks of.

use super::load::Sight;
use super::words;
use crate::fail::{Reply, encode, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::icon::icon_sized;
use crate::value::{Look, rich};
use crate::visit::Visit;
use akrab_engine::{Access, Result, Timeline, Tx, links_about};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Field, Problem, Record};
use axum::extract::Path;
use maud::{Markup, html};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// Longest name of a task that is made of a line.
const LONGEST: usize = 200;

/// Draws texts whose tasks can be ticked.
pub struct Ticks<'a> {
    pub look: &'a Look,
    pub csrf: &'a str,
    /// The page they stand on.
    pub back: String,
}

impl<'a> Ticks<'a> {
    pub fn of(sight: &'a Sight, csrf: &'a str) -> Ticks<'a> {
        Ticks { look: &sight.look, csrf, back: sight.href() }
    }

    /// The text of a field; `may` says whether the person may change it.
    pub fn draw(&self, record: &Record, field: &Field, text: &str, may: bool) -> Markup {
        let text = rich::below_title(text, record.title());
        if !may {
            return rich::markup(text, &self.look.people, &rich::still);
        }
        rich::markup(text, &self.look.people, &|task| html! { (self.tick(record, field, task)) (self.make(record, task)) })
    }

    fn tick(&self, record: &Record, field: &Field, task: &rich::Task) -> Markup {
        let t = self.look.t;
        let action = format!("{}/fields/{}/ticks", words::href(record), field.key);
        let label = t.with(if task.done { "rich-untick" } else { "rich-tick" }, &[("line", task.words.clone().into())]);
        html! {
            form.ak-tick-form method="post" action=(action) hx-post=(action) hx-target="closest .ak-rich" hx-swap="outerHTML" {
                input type="hidden" name="csrf" value=(self.csrf);
                input type="hidden" name="n" value=(task.n);
                input type="hidden" name="version" value=(record.version);
                input type="hidden" name="back" value=(self.back);
                @if !task.done { input type="hidden" name="done" value="1"; }
                button.ak-tick type="submit" role="checkbox" aria-checked=(if task.done { "true" } else { "false" }) aria-label=(label) title=(label) {
                    @if task.done { (icon_sized("check", 12)) }
                }
            }
        }
    }

    /// The way to a real task with what the line says, about what the record is about.
    fn make(&self, record: &Record, task: &rich::Task) -> Markup {
        let Some(object) = self.look.registry.objects().find(|o| o.is_task() && self.look.rights.may_create(o)) else {
            return html! {};
        };
        if task.done || object.key == record.object.key {
            return html! {};
        }
        let mut query = format!("{}={}", object.title_field().key, encode(&task.words.chars().take(LONGEST).collect::<String>()));
        for (key, value) in links_about(object, "", record) {
            if let Some(id) = value.as_i64() {
                query.push_str(&format!("&{key}={id}"));
            }
        }
        let href = format!("/{}/new?{query}&back={}", object.plural, encode(&self.back));
        let label = self.look.t.with("rich-make", &[("object", object.label(self.look.key()).to_lowercase().into())]);
        html! { a.ak-tick-make href=(href) data-dialog-href=(href) aria-label=(label) title=(label) { (icon_sized("list-plus", 14)) } }
    }
}

/// The entries of a timeline with texts that the person may change.
///
/// # Errors
/// What the database answers.
pub fn tickable(tx: &mut Tx, timeline: &Timeline) -> Result<HashSet<(String, i64)>> {
    let mut wanted: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for event in timeline.pinned.iter().chain(&timeline.events).filter(|e| e.change.is_none()) {
        let object = &event.source.object;
        let body = object.decl.timeline.body.as_deref().and_then(|key| object.field(key)).filter(|f| f.rich);
        if body.is_some_and(|field| event.source.get(&field.key).text().is_some_and(|text| text.contains("[ ]") || text.contains("[x]"))) {
            wanted.entry(object.key.clone()).or_default().push(event.source.id);
        }
    }
    let mut found = HashSet::new();
    for (key, ids) in wanted {
        let object = tx.object(&key)?;
        let body = object.decl.timeline.body.as_deref().and_then(|key| object.field_ix(key));
        if body.is_some_and(|ix| tx.editable(&object).contains(&ix)) {
            found.extend(tx.may_among(&object, Access::Edit, &ids)?.into_iter().map(|id| (key.clone(), id)));
        }
    }
    Ok(found)
}

/// `POST /{plural}/{id}/fields/{field}/ticks` with `n` (from 0), `done` when it is, `version`.
pub(super) async fn save(visit: Visit, Path((plural, id, key)): Path<(String, i64, String)>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    object.field(&key).filter(|f| f.rich && f.writable()).ok_or_else(Problem::not_found)?;
    let (Ok(n), Ok(version)) = (posted.text("n").parse::<usize>(), posted.text("version").parse::<i64>()) else {
        return Err(Problem::malformed("bad_form").into());
    };
    let (own, name, done) = (object.key.clone(), key.clone(), posted.ticked("done"));
    let ticked = visit.write(move |tx| {
        let record = tx.get(&own, id)?;
        let text = record.get(&name).text().unwrap_or("").to_string();
        let text = rich::ticked(&text, n, done).ok_or_else(Problem::stale)?;
        let input = Input::from_iter([(name.clone(), json!(text))]);
        tx.update(&own, id, &input, Some(version))?;
        tx.get(&own, id)
    });
    let back = crate::value::local_path(posted.text("back")).map_or_else(|| format!("/{plural}/{id}"), str::to_string);
    let (flash, record) = match ticked.await {
        Ok(record) => (None, record),
        // somebody changed the text meanwhile: it is shown as it is now
        Err(fail) if fail.problem.kind == ProblemKind::Stale => {
            let own = object.key.clone();
            (Some(Flash::bad(message(visit.t, &fail.problem))), visit.read(move |tx| tx.get(&own, id)).await?)
        }
        Err(fail) => return Err(fail),
    };
    if !visit.is_fragment() {
        return visit.go(&back, flash);
    }
    let look = visit.look();
    let field = object.field(&key).ok_or_else(Problem::not_found)?;
    let text = record.get(&key).text().unwrap_or("");
    let ticks = Ticks { look: &look, csrf: &visit.csrf, back };
    visit.fragment(ticks.draw(&record, field, text, true), flash)
}
