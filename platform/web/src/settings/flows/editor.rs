//! `GET /settings/flows/{key}`: the picture, the form of what is chosen in it, and the latest runs.

use super::canvas::Canvas;
use super::edit::{condition_of, object_of_condition};
use super::form::Reader;
use super::panel::Panel;
use super::runs;
use super::words::Teller;
use crate::fail::Reply;
use crate::filter::builder as filters;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::TopBar;
use crate::ui::menu::{menu_link, menu_post, more_menu};
use crate::ui::tag::{Tone, tag_toned};
use crate::visit::Visit;
use akrab_engine::flow::{Deed, Flow, FlowView, RunAsk, Until};
use axum::extract::{Path, Query};
use maud::{Markup, html};

/// Runs below the picture.
const RUNS: usize = 6;

type Pairs = Vec<(String, String)>;

pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(pairs): Query<Pairs>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let fields = Fields(pairs);
    let own = key.clone();
    let read = visit.read(move |tx| {
        let ask = RunAsk { limit: RUNS, ..RunAsk::default() };
        Ok((
            tx.flow_view(&own)?,
            tx.flow_draft(&own)?,
            tx.flow_counts(&own)?,
            tx.flow_runs(&own, &ask)?,
            tx.flow_list()?,
            tx.calendars()?,
            filters::own_words(tx),
        ))
    });
    let (view, draft, counts, latest, all, calendars, words) = read.await?;
    let look = visit.look();
    let step = fields.text("step").to_string();
    let flow = typed(&look, &draft.flow, &step, &fields);
    let teller = Teller::load(&visit, &[draft.flow.clone(), flow.clone(), view.flow.clone()]).await?;
    let spot = fields.text("add").to_string();
    let chosen = flow.find(&step).cloned();
    let lang = visit.lang();
    let flows: Vec<(String, String, String)> =
        all.iter().map(|view| (view.key.clone(), view.flow.name.get(lang).to_string(), view.flow.object.clone())).collect();
    let calendars: Vec<(String, String)> =
        calendars.iter().filter(|c| !c.retired).map(|c| (c.key.clone(), c.name.get(lang).to_string())).collect();
    let chosen_key = chosen.as_ref().map_or("", |step| step.key.as_str());
    let at = fields.text("at");
    let at = if at.is_empty() { "when" } else { at };
    let panel = Panel {
        visit: &visit,
        teller: &teller,
        key: &key,
        draft: &draft,
        chosen: chosen_key,
        at,
        flow: &flow,
        flows: &flows,
        calendars: &calendars,
    };
    let side = match &chosen {
        _ if !spot.is_empty() => panel.add(&spot),
        Some(step) => panel.step(step),
        None => panel.trigger(),
    };
    let conditional = match chosen.as_ref().map(|step| &step.deed) {
        None => spot.is_empty(),
        Some(Deed::Each { object, .. }) => !object.is_empty(),
        Some(Deed::Branch { arms }) => at.parse::<usize>().is_ok_and(|n| n < arms.len()),
        Some(Deed::Wait(until)) => matches!(until, Until::Holds { .. }),
        Some(_) => false,
    };
    let canvas = Canvas { teller: &teller, key: &key, flow: &draft.flow, draft: &draft, counts: &counts, chosen: chosen_key, spot: &spot };
    let builder = match teller.object(&object_of_condition(&draft.flow, chosen_key)).filter(|_| conditional) {
        Some(object) => {
            let keep = [("step".to_string(), chosen_key.to_string()), ("at".to_string(), at.to_string())];
            let action = format!("/settings/flows/{key}/condition");
            let when = condition_of(&draft.flow, chosen_key, at);
            filters::of_report(&look, &object, when, &visit.rights(), teller.titles(), &words, &keep, &action, Some(&visit.csrf))
        }
        None => html! {},
    };
    let mut frame = super::frame(&visit, view.flow.name.get(lang)).await;
    frame.top = TopBar::Lined;
    frame.beside_title = Some(html! { (state(&visit, &view)) span.ak-muted.ak-small.ak-hide-phone { (version_words(&visit, &view)) } });
    frame.actions = Some(actions(&visit, &view, draft.changed));
    let body = html! {
        div.ak-flow {
            div.ak-flow-main {
                p.ak-flow-sentence { (teller.sentence(&draft.flow)) }
                (builder)
                (canvas.draw())
                section.ak-flow-runs aria-label=(t.get("flow-runs")) {
                    div.ak-row.ak-gap-8 {
                        h2 { (t.get("flow-runs")) } span.ak-spacer {}
                        a.ak-link href={ "/settings/flows/" (key) "/runs" } { (t.get("flow-runs-all")) }
                    }
                    @if latest.is_empty() { p.ak-muted { (t.get("flow-runs-none")) } } @else { (runs::table(&visit, &teller, &view.flow, &latest)) }
                }
            }
            aside.ak-flow-panel id="flow-panel" aria-label=(t.get("flow-panel")) { (side) }
        }
    };
    visit.page(&frame, body)
}

/// The flow as the form in view stands, kept or not.
fn typed(look: &crate::value::Look, kept: &Flow, step: &str, fields: &Fields) -> Flow {
    if !fields.ticked("typed") {
        return kept.clone();
    }
    let reader = Reader { look, fields };
    let mut flow = kept.clone();
    let object = flow.object_of(step).to_string();
    let read = match flow.find_mut(step) {
        Some(found) => reader.deed(found, &object).map(|deed| found.deed = deed),
        None => reader.trigger(kept.clone()).map(|read| flow = read),
    };
    // what cannot be read stays as it was
    if read.is_ok() { flow } else { kept.clone() }
}

/// How a flow stands, by shape and word.
pub(super) fn state(visit: &Visit, view: &FlowView) -> Markup {
    let t = visit.t;
    match view {
        view if view.version == 0 => tag_toned(&t.get("flow-state-new"), Tone::Outline),
        view if view.broken => tag_toned(&t.get("flow-state-broken"), Tone::Bad),
        view if view.paused => tag_toned(&t.get("flow-state-rests"), Tone::Warn),
        _ => tag_toned(&t.get("flow-state-active"), Tone::Ok),
    }
}

fn version_words(visit: &Visit, view: &FlowView) -> String {
    let key = match (view.version, view.draft) {
        (0, _) => return visit.t.get("flow-never"),
        (_, true) => "flow-version-draft",
        (_, false) => "flow-version",
    };
    visit.t.with(key, &[("version", view.version.into())])
}

fn actions(visit: &Visit, view: &FlowView, changed: bool) -> Markup {
    let t = visit.t;
    let base = format!("/settings/flows/{}", view.key);
    let post = |verb: &str, name: &str, icon: &str, words: String| {
        html! {
            form method="post" action={ (base) (verb) } {
                (visit.token_field())
                @if !name.is_empty() { input type="hidden" name=(name) value="1"; }
                button.ak-menu-item type="submit" { (crate::ui::icon(icon)) span { (words) } }
            }
        }
    };
    html! {
        (Button::new(t.get("flow-try")).icon("flask-conical").href(format!("{base}/try")))
        (more_menu(&t.get("more"), html! {
            (menu_link("history", &t.get("flow-versions"), &format!("{base}/versions")))
            (menu_link("list-checks", &t.get("flow-runs"), &format!("{base}/runs")))
            (menu_link("download", &t.get("flow-export"), &format!("/settings/flows/export?key={}", view.key)))
            @if view.version > 0 && view.paused { (post("/pause", "", "play", t.get("flow-resume"))) }
            @if view.version > 0 && !view.paused { (post("/pause", "paused", "hourglass", t.get("flow-pause"))) }
            @if changed && view.version > 0 { (menu_post("undo-2", &t.get("flow-discard"), &format!("{base}/discard"), &visit.csrf, false)) }
            a.ak-menu-item href={ (base) "/remove" } data-dialog-href={ (base) "/remove" } data-tone="bad" { (crate::ui::icon("trash-2")) span { (t.get("flow-remove")) } }
        }))
        @if changed {
            form method="post" action={ (base) "/publish" } {
                (visit.token_field())
                (Button::new(t.with("flow-publish", &[("version", (view.version + 1).into())])).primary().submit())
            }
        }
    }
}
