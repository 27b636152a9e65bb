//! `GET /settings/flows/{key}/versions`: what each version said, and how two of them differ.

use super::frame;
use super::words::Teller;
use crate::fail::Reply;
use crate::ui::frame::content;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::flow::Flow;
use axum::extract::Path;
use maud::{Markup, html};

pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let own = key.clone();
    let (view, versions, draft) = visit.read(move |tx| Ok((tx.flow_view(&own)?, tx.flow_versions(&own)?, tx.flow_draft(&own)?))).await?;
    let mut flows: Vec<Flow> = versions.iter().map(|(_, flow)| flow.clone()).collect();
    flows.push(draft.flow.clone());
    let teller = Teller::load(&visit, &flows).await?;
    let look = &teller.look;
    let people = visit.engine().people();
    let mut frame = frame(&visit, &t.get("flow-versions")).await;
    frame
        .breadcrumb
        .push(crate::ui::frame::Crumb { label: view.flow.name.get(visit.lang()).into(), href: Some(format!("/settings/flows/{key}")) });
    let body = html! {
        @if draft.changed {
            section.ak-tile { h2 { (t.get("flow-draft")) } (diff(&teller, versions.first().map(|(_, flow)| flow), &draft.flow)) }
        }
        @for (n, (version, flow)) in versions.iter().enumerate() {
            section.ak-tile {
                div.ak-row.ak-gap-8 {
                    h2 { (t.with("flow-version", &[("version", version.version.into())])) }
                    @if n == 0 { (tag(&t.get("flow-counts"))) }
                    span.ak-spacer {}
                    span.ak-muted.ak-small {
                        (version.actor.and_then(|id| people.name(id)).unwrap_or_else(|| t.get("job-by-program"))) ", " (look.moment_words(&look.local(version.at)))
                    }
                }
                (diff(&teller, versions.get(n + 1).map(|(_, flow)| flow), flow))
            }
        }
    };
    visit.page(&frame, content(true, html! { div.ak-stack { (body) } }))
}

/// A flow line by line.
fn lines(teller: &Teller, flow: &Flow) -> Vec<String> {
    let mut lines = vec![flow.name.get(teller.look.key()).to_string(), teller.beginning(flow)];
    lines.extend(flow.all_steps().into_iter().flat_map(|step| teller.lines(flow, step)));
    lines
}

/// What went and what came since the version before.
fn diff(teller: &Teller, before: Option<&Flow>, after: &Flow) -> Markup {
    let t = teller.look.t;
    let (old, new) = (before.map(|flow| lines(teller, flow)).unwrap_or_default(), lines(teller, after));
    let gone: Vec<&String> = old.iter().filter(|line| !new.contains(line)).collect();
    html! {
        ul.ak-flow-diff {
            @for line in &gone { li data-diff="gone" { span aria-hidden="true" { "−" } span.ak-sr { (t.get("flow-diff-gone")) } span { (line) } } }
            @for line in &new {
                @if before.is_some() && !old.contains(line) { li data-diff="new" { span aria-hidden="true" { "+" } span.ak-sr { (t.get("flow-diff-new")) } span { (line) } } }
                @else { li { span {} span { (line) } } }
            }
        }
    }
}
