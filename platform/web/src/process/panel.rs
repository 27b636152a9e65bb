//! A map on the page of a record: what to do in the stage it stands in, and what the next one asks for.

use crate::record::words as record_words;
use crate::ui::stage::{GateItem, gate};
use crate::value::Look;
use akrab_engine::process::{Asked, Process, Way, What};
use akrab_engine::{Result, Tx};
use akrab_model::{Object, Record};
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;

/// What the map over a record's stage says.
#[derive(Default)]
pub struct Map {
    pub process: Option<Arc<Process>>,
    /// What is to be done in this stage, in both languages.
    pub guide: Option<akrab_model::Label>,
    /// The next stage on the way.
    pub next: Option<String>,
    pub asks: Vec<Asked>,
}

impl Map {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, object: &Arc<Object>, id: i64, current: i64, next: Option<i64>) -> Result<Map> {
        let Some(process) = tx.process_over(current) else { return Ok(Map::default()) };
        let named = process.stage(current).and_then(|s| process.decl.step(&s.name)).cloned();
        // the first of the ways that are drawn, else the next stage of the pipeline
        let drawn = named.as_ref().and_then(|s| s.to.iter().find_map(|name| process.named(name).filter(|s| s.category != "lost")));
        let to = drawn.map(|s| s.id).or(next);
        let asks = match to {
            Some(to) => tx.process_asks(object, id, to)?,
            None => Vec::new(),
        };
        let next = to.and_then(|id| process.stage(id)).map(|s| s.name.clone());
        let guide = named.map(|s| s.guide).filter(|g| !g.id.is_empty() || !g.en.is_empty());
        Ok(Map { guide, next, asks, process: Some(process) })
    }
}

/// The guidance of the stage, with the way to the whole map.
pub fn guide(look: &Look, map: &Map) -> Markup {
    let (Some(process), Some(guide)) = (&map.process, &map.guide) else { return html! {} };
    html! {
        div.ak-process-guide {
            (crate::ui::icon_sized("lightbulb", 15))
            p { (guide.get(look.key())) }
            a.ak-link href={ "/processes/" (process.key) } { (process.decl.name.get(look.key())) }
        }
    }
}

/// What the map asks for, as lines of the checklist.
pub fn items(look: &Look, record: &Record, map: &Map, editable: &HashSet<String>, known: &[&str]) -> Vec<GateItem> {
    let t = look.t;
    let object = &record.object;
    let mut items = Vec::new();
    for one in &map.asks {
        let way = t.get(if one.way == Way::Exit { "process-before-leaving" } else { "process-before-entering" });
        match &one.what {
            What::Field(key) if known.contains(&key.as_str()) => {}
            What::Field(key) => {
                let Some(field) = object.field(key) else { continue };
                let detail = if one.met { look.words(field, record) } else { t.get("record-gate-missing") };
                let link = (!one.met && editable.contains(key))
                    .then(|| (t.get("record-gate-fill"), format!("{}/edit?only={key}", record_words::href(record))));
                items.push(GateItem { label: look.name(field).to_string(), detail, met: one.met, link });
            }
            What::Rule(name) => items.push(GateItem { label: name.get(look.key()).to_string(), detail: way, met: one.met, link: None }),
            What::Path(ways) => items.push(GateItem {
                label: t.get("process-no-way"),
                detail: t.with("process-ways", &[("ways", ways.join(", ").into())]),
                met: false,
                link: None,
            }),
        }
    }
    items
}

/// The checklist where no stage asks for fields of its own.
pub fn checklist(look: &Look, map: &Map, items: &[GateItem]) -> Markup {
    if items.is_empty() {
        return html! {};
    }
    let t = look.t;
    let met = items.iter().filter(|i| i.met).count();
    let count = t.with("record-gate-count", &[("n", met.into()), ("of", items.len().into())]);
    gate(&t.with("record-gate-title", &[("stage", map.next.clone().unwrap_or_default().into())]), &count, items)
}
