//! Steps four and five: the trial and the run, drawn from their job.

use super::{errand, importable, rules};
use crate::jobs::words;
use crate::ui::button::Button;
use crate::ui::frame::{content, foot_bar, with_side_panel};
use crate::ui::icon_sized;
use crate::ui::progress::stacked;
use crate::ui::status::{Status, status_strong};
use crate::ui::steps::outcome;
use crate::ui::table::plain_table;
use crate::{Reply, Visit};
use akrab_engine::import::{ImportReport, ImportSpec, Note, Verdict};
use akrab_engine::{JobState, JobView};
use akrab_model::{Object, Problem};
use axum::extract::Path;
use maud::{Markup, html};

/// Notes on one page.
const NOTES: usize = 200;

/// The page of an import job.
pub async fn show(visit: Visit, job: JobView) -> Reply {
    let t = visit.t;
    let spec: ImportSpec = serde_json::from_value(job.payload["spec"].clone()).map_err(Problem::internal)?;
    let object = visit.engine().object(&spec.object)?;
    let dry = job.payload["dry"] == true;
    let (_, mut report) = visit.engine().import_report(&visit.ctx, job.id).await?;
    if report.header.is_empty()
        && let Ok(found) = visit.engine().import_inspect(&visit.ctx, &object.key, spec.file, spec.sheet.clone()).await
    {
        // the report comes at the end; the columns have names from the beginning
        (report.header, report.file_name) = (found.shape.header, found.file_name);
    }
    let notes = visit.engine().import_notes(&visit.ctx, job.id, 0, NOTES).await?;
    let mut frame = visit.frame(&t.get("import-title")).await;
    frame
        .breadcrumb
        .push(crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) });
    frame.beside_title = Some(html! { span.ak-small.ak-muted { (report.file_name) } });
    let done = job.state == JobState::Done;
    let main = html! {
        @if done { (figures(&visit, &report, dry)) } @else {
            div.ak-job {
                h2.ak-question { (t.get(if dry { "import-checking" } else { "import-running" })) }
                (crate::jobs::head(&visit, &job))
            }
        }
        @if let Some(error) = words::error(t, &job) { p.ak-error { (error) } }
        @if !notes.is_empty() { (remarks(&visit, &object, &job, &report, &notes)) }
        @if !(dry && done) { (crate::jobs::buttons(&visit, &job)) }
    };
    visit.page(
        &frame,
        html! {
            (errand(t, &object, Some(spec.file), if dry { 3 } else { 4 }))
            (with_side_panel(content(false, main), panel(&visit, &object, &spec, &report), true))
            @if done { (foot(&visit, &object, &spec, &job, &report, dry)) }
        },
    )
}

fn figures(visit: &Visit, report: &ImportReport, dry: bool) -> Markup {
    let t = visit.t;
    let c = &report.counts;
    let figure = |n: u64| t.number(n as i64);
    let part = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let parts: Vec<(u32, &str)> = [(c.created, "1"), (c.updated, "2"), (c.unchanged, "3"), (c.skipped + c.asked, "4"), (c.refused, "bad")]
        .into_iter()
        .filter(|p| p.0 > 0)
        .map(|(n, tone)| (part(n), tone))
        .collect();
    let taken = figure(c.taken());
    html! {
        h2.ak-question { (t.with(if dry { "import-ready" } else { "import-finished" }, &[("n", taken.into()), ("of", figure(c.rows).into())])) }
        p.ak-muted { (t.get(if dry { "import-ready-text" } else { "import-finished-text" })) }
        (stacked(&t.get("import-outcome"), &parts))
        div.ak-outcomes {
            (outcome("1", "plus", &t.get("import-created"), &figure(c.created)))
            (outcome("2", "pencil", &t.get("import-updated"), &figure(c.updated)))
            (outcome("3", "equal", &t.get("import-unchanged"), &figure(c.unchanged)))
            @if c.skipped + c.asked > 0 { (outcome("4", "corner-up-right", &t.get("import-skipped"), &figure(c.skipped + c.asked))) }
            (outcome("bad", "ban", &t.get("import-refused"), &figure(c.refused)))
        }
    }
}

fn remarks(visit: &Visit, object: &Object, job: &JobView, report: &ImportReport, notes: &[Note]) -> Markup {
    let t = visit.t;
    let (line, column, value, note, result) =
        (t.get("import-line"), t.get("import-column"), t.get("import-value"), t.get("import-note"), t.get("import-result"));
    let heads = [
        (line.as_str(), true, Some(72)),
        (column.as_str(), false, Some(140)),
        (value.as_str(), false, Some(200)),
        (note.as_str(), false, None),
        (result.as_str(), false, Some(170)),
    ];
    let label = |note: &Note| {
        note.field
            .as_ref()
            .map_or(String::new(), |key| object.field(key).map_or_else(|| key.clone(), |f| f.label.get(visit.lang()).to_string()))
    };
    let rows: Vec<Vec<Markup>> = notes
        .iter()
        .map(|n| {
            let value = n.value.clone().unwrap_or_else(|| if n.field.is_some() { t.get("import-blank") } else { String::new() });
            vec![
                html! { (t.number(n.line as i64)) },
                html! { (label(n)) },
                html! { code { (value) } },
                html! { (words::note(t, n)) },
                verdict(visit, n.verdict),
            ]
        })
        .collect();
    html! {
        div.ak-panel-head {
            h2 { (t.get("import-look-at")) }
            span.ak-spacer {}
            @if report.counts.refused > 0 && job.state.is_over() {
                (Button::new(t.with("import-download", &[("n", t.number(report.counts.refused as i64).into())])).icon("download").href(format!("/jobs/{}/errors", job.id)))
            }
        }
        (plain_table(&t.get("import-look-at"), &heads, &rows, None))
        @let rest = (report.notes as usize).saturating_sub(notes.len());
        @if rest > 0 { p.ak-muted { (t.with("import-more-notes", &[("n", t.number(rest as i64).into())])) } }
    }
}

fn verdict(visit: &Visit, verdict: Verdict) -> Markup {
    let t = visit.t;
    match verdict {
        Verdict::Refused => status_strong(Status::Late, &t.get("import-verdict-refused")),
        Verdict::Skipped => status_strong(Status::None, &t.get("import-verdict-skipped")),
        Verdict::Asked => status_strong(Status::New, &t.get("import-verdict-asked")),
        Verdict::Blanked => status_strong(Status::Risk, &t.get("import-verdict-blanked")),
    }
}

fn panel(visit: &Visit, object: &Object, spec: &ImportSpec, report: &ImportReport) -> Markup {
    let t = visit.t;
    let key = |value: serde_json::Value| value.as_str().unwrap_or("").replace('_', "-");
    let sets: Vec<String> = spec.match_by.iter().map(|set| rules::words(visit, object, set)).collect();
    let by = if sets.is_empty() { t.get("import-match-by-nothing") } else { sets.join(", ") };
    let facts = [
        (t.get("import-match-by"), by),
        (t.get("import-if-matching"), t.get(&format!("import-match-{}", key(serde_json::json!(spec.on_match))))),
        (t.get("import-mode"), t.get(&format!("import-mode-{}", key(serde_json::json!(spec.mode))))),
        (
            t.get("import-bad"),
            t.get(if spec.on_bad_value == akrab_engine::import::OnBadValue::Refuse { "import-bad-refuse" } else { "import-bad-blank" }),
        ),
    ];
    let field = |k: &String| object.field(k).map_or_else(|| t.get("import-own-id"), |f| f.label.get(visit.lang()).to_string());
    html! {
        section.ak-panel-part {
            div.ak-panel-head { h2 { (t.get("import-step-rules")) } span.ak-spacer {} a.ak-link href={ "/" (object.plural) "/import/" (spec.file) } { (t.get("import-change")) } }
            dl.ak-facts { @for (label, value) in &facts { dt { (label) } dd { (value) } } }
        }
        section.ak-panel-part {
            div.ak-panel-head { h2 { (t.get("import-columns")) } }
            @for (n, column) in spec.columns.iter().enumerate() {
                div.ak-map-pair {
                    span { (report.header.get(n).cloned().unwrap_or_else(|| t.with("import-unnamed", &[("n", (n as i64 + 1).into())]))) }
                    (icon_sized("arrow-right", 14))
                    @match column { Some(key) => { b { (field(key)) } } None => { span.ak-muted { (t.get("import-ignored")) } } }
                }
            }
        }
        @if !report.samples.is_empty() {
            section.ak-panel-part {
                div.ak-panel-head { h2 { (t.get("import-examples")) } }
                @for sample in &report.samples {
                    p { b { (sample.title) } " " span.ak-muted { (t.with("import-at-line", &[("n", (sample.line as i64).into())])) } }
                    @for (key, before, after) in &sample.fields {
                        div.ak-map-pair { span.ak-muted { (field(key)) ": " (plain(before)) } (icon_sized("arrow-right", 14)) span { (plain(after)) } }
                    }
                }
            }
        }
    }
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "—".into(),
        serde_json::Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

fn foot(visit: &Visit, object: &Object, spec: &ImportSpec, job: &JobView, report: &ImportReport, dry: bool) -> Markup {
    let t = visit.t;
    if !dry {
        return foot_bar(
            html! { (icon_sized("undo-2", 15)) (t.get("import-undo-promise")) },
            html! { (Button::new(t.with("import-open", &[("records", object.plural_label(visit.lang()).to_lowercase().into())])).primary().href(format!("/{}", object.plural))) },
        );
    }
    let count = report.counts.created + report.counts.updated;
    foot_bar(
        html! { (icon_sized("undo-2", 15)) (t.get("import-undo-promise")) },
        html! {
            (Button::new(t.get("go-back")).ghost().href(format!("/{}/import/{}", object.plural, spec.file)))
            @if count > 0 {
                form method="post" action={ "/" (object.plural) "/import/" (spec.file) "/run" } {
                    (visit.token_field())
                    input type="hidden" name="trial" value=(job.id);
                    (Button::new(t.with("import-run", &[("n", t.number(report.counts.taken() as i64).into())])).icon("play").primary().submit())
                }
            }
        },
    )
}

#[derive(serde::Deserialize)]
pub struct Asked {
    trial: i64,
}

/// `POST /{plural}/import/{file}/run`: does what the trial has shown.
pub async fn run(visit: Visit, Path((plural, file)): Path<(String, i64)>, crate::Form(asked): crate::Form<Asked>) -> Reply {
    let object = importable(&visit, &plural)?;
    let (_, report) = visit.engine().import_report(&visit.ctx, asked.trial).await?;
    let spec = report.spec.filter(|s| s.object == object.key && s.file == file && report.dry).ok_or_else(Problem::not_found)?;
    let job = visit.engine().import_start(&visit.ctx, spec, false).await?;
    visit.go(&format!("/jobs/{job}"), None)
}
