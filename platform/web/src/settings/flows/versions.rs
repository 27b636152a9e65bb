//! `GET /settings/flows/{key}/versions`: what each version said, and how any two of them differ (`?from=1&to=3`).

use super::frame;
use super::words::Teller;
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::form::{Row, row};
use crate::ui::frame::content;
use crate::ui::input::{Input, select};
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::flow::Flow;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

/// Which two are compared; a version by its number, the draft as `draft`.
#[derive(Deserialize)]
pub(super) struct Asked {
    from: Option<String>,
    to: Option<String>,
}

pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
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
    let mut all: Vec<(String, String, &Flow)> = versions
        .iter()
        .map(|(version, flow)| (version.version.to_string(), t.with("flow-version", &[("version", version.version.into())]), flow))
        .collect();
    if draft.changed {
        all.insert(0, ("draft".into(), t.get("flow-draft"), &draft.flow));
    }
    let body = html! {
        @if all.len() > 1 { (compared(&teller, &key, &all, &asked)) }
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

/// Two versions beside one another, as they were chosen.
fn compared(teller: &Teller, key: &str, all: &[(String, String, &Flow)], asked: &Asked) -> Markup {
    let t = teller.look.t;
    let options: Vec<(String, String)> = all.iter().map(|(key, words, _)| (key.clone(), words.clone())).collect();
    let of = |wanted: Option<&String>| all.iter().find(|(key, ..)| Some(key) == wanted);
    let (from, to) = (of(asked.from.as_ref()), of(asked.to.as_ref()));
    let choose = |label: &str, name: &str, present: Option<&(String, String, &Flow)>, usual: usize| {
        let value = present.or(all.get(usual)).map_or("", |(key, ..)| key.as_str());
        row(t, &Row::new(t.get(label)), Input::new(name, value), |i| select(i, &options))
    };
    html! {
        section.ak-tile {
            h2 { (t.get("flow-compare")) }
            form.ak-flow-pair method="get" action={ "/settings/flows/" (key) "/versions" } {
                (choose("flow-compare-from", "from", from, all.len() - 1))
                (choose("flow-compare-to", "to", to, 0))
                div { (Button::new(t.get("flow-compare-do")).submit()) }
            }
            @if let (Some((.., old)), Some((.., new))) = (from, to) {
                @if lines(teller, old) == lines(teller, new) { p.ak-muted { (t.get("flow-compare-same")) } }
                @else { (diff(teller, Some(old), new)) }
            }
        }
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Gone,
    New,
}

/// The lines of both in their order: what stays in one, what went where it stood, what came where it stands.
fn merged<'l>(old: &'l [String], new: &'l [String]) -> Vec<(Fate, &'l str)> {
    // the longest row of lines that both have, from behind
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            found.push((Fate::Stays, new[j].as_str()));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            found.push((Fate::Gone, old[i].as_str()));
            i += 1;
        } else {
            found.push((Fate::New, new[j].as_str()));
            j += 1;
        }
    }
    found
}

/// What went and what came since the version before.
fn diff(teller: &Teller, before: Option<&Flow>, after: &Flow) -> Markup {
    let t = teller.look.t;
    let new = lines(teller, after);
    let old = before.map_or_else(|| new.clone(), |flow| lines(teller, flow));
    html! {
        ul.ak-flow-diff {
            @for (fate, line) in merged(&old, &new) {
                @match fate {
                    Fate::Stays => li { span {} span { (line) } },
                    Fate::Gone => li data-diff="gone" { span aria-hidden="true" { "−" } span.ak-sr { (t.get("flow-diff-gone")) } span { (line) } },
                    Fate::New => li data-diff="new" { span aria-hidden="true" { "+" } span.ak-sr { (t.get("flow-diff-new")) } span { (line) } },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_and_come_where_they_stood() {
        let lines = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
        let (old, new) = (lines("when notify wait notify end"), lines("when task notify notify mail end"));
        let told: String = merged(&old, &new)
            .into_iter()
            .map(|(fate, line)| {
                format!(
                    "{}{line} ",
                    match fate {
                        Fate::Stays => "",
                        Fate::Gone => "-",
                        Fate::New => "+",
                    }
                )
            })
            .collect();
        assert_eq!(told.trim(), "when +task notify -wait notify +mail end");
    }
}
