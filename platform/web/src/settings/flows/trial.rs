//! `GET /settings/flows/{key}/try`: what the flow as it is written would do with records there are. Nothing is written.

use super::frame;
use super::runs::{log_lines, named};
use super::words::{Teller, fault_words};
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::ui::frame::content;
use crate::ui::input::{self, Input, LinkSource, select};
use crate::ui::status::{Status, status, status_strong};
use crate::visit::Visit;
use akrab_engine::flow::{RunState, Trial, TrialAsk};
use akrab_model::problem::ProblemKind;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    /// Of one record; the latest ones that fit when empty.
    #[serde(default)]
    record: String,
    #[serde(default)]
    n: String,
}

pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let own = key.clone();
    let draft = visit.read(move |tx| tx.flow_draft(&own)).await?;
    let mut teller = Teller::load(&visit, std::slice::from_ref(&draft.flow)).await?;
    let ask = TrialAsk { record: asked.record.trim().parse().ok(), limit: asked.n.parse().unwrap_or(5) };
    let tried = visit.engine().flow_try(&visit.ctx, &key, draft.flow.clone(), ask).await;
    let (trials, errors) = match tried {
        Ok(trials) => (trials, Vec::new()),
        Err(problem) if matches!(problem.kind, ProblemKind::Invalid | ProblemKind::NotFound) => {
            (Vec::new(), fault_words(&teller.look, &problem))
        }
        Err(problem) => return Err(problem.into()),
    };
    let links = trials.iter().flat_map(|trial| named(&teller, &draft.flow, &trial.steps)).collect();
    teller.learn(&visit, links).await?;
    let base = format!("/settings/flows/{key}");
    let mut frame = frame(&visit, &t.get("flow-try")).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: draft.flow.name.get(visit.lang()).into(), href: Some(base.clone()) });
    let numbers: Vec<(String, String)> = [5, 10, 20].map(|n| (n.to_string(), t.with("flow-try-latest", &[("n", n.into())]))).to_vec();
    let chosen = trials.first().filter(|_| !asked.record.is_empty()).map(|trial| trial.title.clone()).unwrap_or_default();
    let source = LinkSource { search_url: format!("/pick/{}", draft.flow.object), create_url: None, label: chosen, chosen: None };
    let body = html! {
        p.ak-flow-sentence { (teller.sentence(&draft.flow)) }
        p.ak-muted { (t.get("flow-try-text")) }
        form.ak-flow-try method="get" action={ (base) "/try" } {
            (select(&Input::new("n", if asked.n.is_empty() { "5" } else { &asked.n }).attr("aria-label", t.get("flow-try-how-many")), &numbers))
            span.ak-muted { (t.get("flow-try-or")) }
            div { (input::link_picker(t, &Input::new("record", &asked.record).attr("aria-label", t.get("flow-try-record")), &source)) }
            (Button::new(t.get("flow-try-do")).icon("flask-conical").primary().submit())
        }
        (error_summary(t, &errors))
        @if trials.is_empty() && errors.is_empty() { p.ak-muted { (t.get("flow-try-none")) } }
        @for trial in &trials { (one(&visit, &teller, &draft.flow, trial)) }
    };
    visit.page(&frame, content(true, html! { div.ak-stack { (body) } }))
}

fn one(visit: &Visit, teller: &Teller, flow: &akrab_engine::flow::Flow, trial: &Trial) -> Markup {
    let t = visit.t;
    let href = teller.object(&flow.object).map(|object| teller.look.href(&object, trial.record)).unwrap_or_default();
    html! {
        section.ak-tile.ak-flow-trial {
            div.ak-row.ak-gap-8 {
                a.ak-strong href=(href) { (trial.title) }
                span.ak-spacer {}
                @match trial.state {
                    _ if !trial.fits => (status(Status::None, &t.get("flow-try-misfit"))),
                    RunState::Failed => (status_strong(Status::Late, &t.get("flow-try-fails"))),
                    _ => (status(Status::Ok, &t.get("flow-try-fits"))),
                }
            }
            @if trial.fits { (log_lines(visit, teller, flow, &trial.steps, None)) }
        }
    }
}
