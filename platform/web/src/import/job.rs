//! Steps four and five: the trial and the run, drawn from their job.

use super::{errand, importable, rules};
use crate::jobs::words;
use crate::ui::button::Button;
use crate::ui::frame::{content, foot_bar, with_side_panel};
use crate::ui::icon_sized;
use crate::ui::progress::stacked;
use crate::ui::segmented::{Segment, segmented};
use crate::ui::status::{Status, status_strong};
use crate::ui::steps::outcome;
use crate::ui::table::plain_table;
use crate::{Reply, Visit};
use akrab_engine::import::{ImportReport, ImportSpec, LOOKED_AT, Note, TwinsWaiting, Verdict};
use akrab_engine::{JobState, JobView};
use akrab_model::{Object, Problem};
use axum::extract::Path;
use maud::{Markup, html};

/// Notes shown at first, and more at each further asking.
const NOTES: usize = 50;
const MORE: usize = 200;
const MOST: usize = 5_000;
/// Pairs of columns shown before the rest is folded away.
const PAIRS: usize = 6;

/// Which notes are looked at.
#[derive(serde::Deserialize, Default)]
pub struct Looked {
    #[serde(default)]
    show: String,
    upto: Option<usize>,
}

/// Tabs over the notes: name, its verdicts.
const TABS: [(&str, &[Verdict]); 4] = [
    ("", &[]),
    ("refused", &[Verdict::Refused]),
    ("warned", &[Verdict::Blanked, Verdict::Kept]),
    ("skipped", &[Verdict::Skipped, Verdict::Asked]),
];

/// The page of an import job.
pub async fn show(visit: Visit, job: JobView, looked: Looked) -> Reply {
    let t = visit.t;
    let spec: ImportSpec = serde_json::from_value(job.payload["spec"].clone()).map_err(Problem::internal)?;
    let object = visit.ctx.object(&spec.object)?;
    let dry = job.payload["dry"] == true;
    let (_, mut report) = visit.engine().import_report(&visit.ctx, job.id).await?;
    if report.header.is_empty()
        && let Ok(found) = visit.engine().import_inspect(&visit.ctx, &object.key, spec.file, spec.sheet.clone()).await
    {
        // the report comes at the end; the columns have names from the beginning
        (report.header, report.file_name) = (found.shape.header, found.file_name);
    }
    let verdicts = TABS.iter().find(|(name, _)| *name == looked.show).map_or(&[][..], |(_, verdicts)| verdicts);
    let upto = looked.upto.unwrap_or(NOTES).min(MOST);
    let notes = visit.engine().import_notes_of(&visit.ctx, job.id, verdicts.to_vec(), upto).await?;
    let mut frame = visit.frame(&t.get("import-title")).await;
    frame
        .breadcrumb
        .push(crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) });
    frame.beside_title = Some(html! { span.ak-small.ak-muted { (facts(&visit, &spec, &job, &report)) } });
    if dry && job.state == JobState::Done {
        frame.actions = Some(super::pattern::button(&visit, &object, job.id));
    }
    let done = job.state == JobState::Done;
    let twins = visit.engine().import_twins(&visit.ctx, &report).await?;
    let buttons = if dry && done {
        html! {}
    } else {
        crate::jobs::buttons(&visit, &job).await?
    };
    let main = html! {
        @if done { (figures(&visit, &report, dry)) (alike(&visit, &object, &report, &twins)) } @else {
            div.ak-job {
                h2.ak-question { (t.get(if dry { "import-checking" } else { "import-running" })) }
                (crate::jobs::head(&visit, &job))
            }
        }
        @if let Some(error) = words::error(t, &job) { p.ak-error { (error) } }
        @if report.notes > 0 || !notes.is_empty() { (remarks(&visit, &object, &job, &report, &notes, &looked)) }
        (buttons)
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

/// "pelanggan.xlsx · lembar "Data" · 1.412 baris"
fn facts(visit: &Visit, spec: &ImportSpec, job: &JobView, report: &ImportReport) -> String {
    let t = visit.t;
    let mut parts = vec![report.file_name.clone()];
    parts.extend(spec.sheet.as_ref().map(|name| t.with("import-sheet", &[("name", name.clone().into())])));
    let rows = if report.counts.rows > 0 { Some(report.counts.rows as i64) } else { job.total };
    parts.extend(rows.map(|n| t.with("import-rows", &[("n", n.into())])));
    parts.join(" · ")
}

/// The tabs that have something, with their counts.
fn tabs(visit: &Visit, job: &JobView, report: &ImportReport, looked: &Looked) -> Markup {
    let t = visit.t;
    let count = |verdicts: &[Verdict]| -> u64 {
        if verdicts.is_empty() { report.notes } else { verdicts.iter().filter_map(|v| report.by_verdict.get(v)).sum() }
    };
    let shown: Vec<Segment> = TABS
        .iter()
        .filter(|(name, verdicts)| name.is_empty() || count(verdicts) > 0)
        .map(|(name, verdicts)| {
            let key = if name.is_empty() { "import-tab-all".to_string() } else { format!("import-tab-{name}") };
            let label = t.with(&key, &[("n", t.number(count(verdicts) as i64).into())]);
            let href = if name.is_empty() { format!("/jobs/{}", job.id) } else { format!("/jobs/{}?show={name}", job.id) };
            Segment::new(label, href, looked.show == *name)
        })
        .collect();
    html! { @if shown.len() > 2 { (segmented(&t.get("import-look-at"), &shown)) } }
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
        @if dry || c.refused > 0 { p.ak-muted { (t.get(if dry { "import-ready-text" } else { "import-finished-text" })) } }
        (stacked(&t.get("import-outcome"), &parts))
        div.ak-outcomes {
            (outcome("1", "plus", &t.get("import-created"), &figure(c.created)))
            (outcome("2", "pencil", &t.get("import-updated"), &figure(c.updated)))
            (outcome("3", "equal", &t.get("import-unchanged"), &figure(c.unchanged)))
            @if c.skipped + c.asked > 0 { (outcome("4", "corner-up-right", &t.get("import-skipped"), &figure(c.skipped + c.asked))) }
            (outcome("bad", "ban", &t.get("import-refused"), &figure(c.refused)))
        }
        @if !report.made.is_empty() { p { (t.with(if dry { "import-links-would" } else { "import-links-made" }, &[("what", made(visit, report).into())])) } }
    }
}

/// Who likely is there already: by the trial, or by the search behind the run with the way to its queue.
fn alike(visit: &Visit, object: &Object, report: &ImportReport, twins: &[TwinsWaiting]) -> Markup {
    let (t, lang, registry) = (visit.t, visit.lang(), visit.registry());
    let first = if report.counts.rows > LOOKED_AT { "import-alike-first" } else { "import-alike" };
    let told = [("n", (report.alike as i64).into()), ("first", t.number(LOOKED_AT as i64).into())];
    let twins = twins.iter().filter_map(|one| Some((registry.object(&one.object)?, one.waiting)));
    html! {
        @if report.alike > 0 { p { (t.with(first, &told)) } }
        @else if report.dry && report.counts.created > 0 && !object.decl.duplicates.is_empty() { p.ak-muted { (t.with(&format!("{first}-none"), &told)) } }
        @for (of, waiting) in twins {
            @let records = of.plural_label(lang).to_lowercase();
            @match waiting {
                None => { p.ak-muted { (t.with("import-twins-looking", &[("records", records.into())])) } }
                Some(0) => { p.ak-muted { (t.with("import-twins-none", &[("records", records.into())])) } }
                Some(n) => { p { a.ak-link href={ "/" (of.plural) "/duplicates" } { (t.with("import-twins", &[("n", n.into()), ("records", records.into())])) } } }
            }
        }
    }
}

/// "12 perusahaan"
fn made(visit: &Visit, report: &ImportReport) -> String {
    let (registry, lang) = (visit.registry(), visit.lang());
    let name = |object: &Object, n: u64| if n == 1 { object.label(lang) } else { object.plural_label(lang) }.to_lowercase();
    let told = |(key, n): (&String, &u64)| Some(format!("{} {}", visit.t.number(*n as i64), name(registry.object(key)?, *n)));
    report.made.iter().filter_map(told).collect::<Vec<_>>().join(", ")
}

fn remarks(visit: &Visit, object: &Object, job: &JobView, report: &ImportReport, notes: &[Note], looked: &Looked) -> Markup {
    let t = visit.t;
    let (line, column, value, note, result) =
        (t.get("import-line"), t.get("import-column"), t.get("import-value"), t.get("import-note"), t.get("import-result"));
    let heads = [
        (line.as_str(), true, Some(72)),
        (column.as_str(), false, Some(140)),
        (value.as_str(), false, Some(170)),
        (note.as_str(), false, None),
        (result.as_str(), false, Some(170)),
    ];
    let label =
        |note: &Note| note.field.as_ref().map_or(String::new(), |key| super::column_words(&visit.registry(), object, key, visit.lang()));
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
            (tabs(visit, job, report, looked))
            span.ak-spacer {}
            @if report.counts.refused > 0 && job.state.is_over() {
                (Button::new(t.with("import-download", &[("n", t.number(report.counts.refused as i64).into())])).icon("download").href(format!("/jobs/{}/errors", job.id)))
            }
        }
        div.ak-remarks { (plain_table(&t.get("import-look-at"), &heads, &rows, None)) }
        @let verdicts = TABS.iter().find(|(name, _)| *name == looked.show).map_or(&[][..], |(_, verdicts)| verdicts);
        @let all = if verdicts.is_empty() { report.notes } else { verdicts.iter().filter_map(|v| report.by_verdict.get(v)).sum() };
        @let rest = (all as usize).saturating_sub(notes.len());
        @if rest > 0 && notes.len() < MOST {
            p { a.ak-link href={ "/jobs/" (job.id) "?show=" (looked.show) "&upto=" (notes.len() + MORE) } { (t.with("import-show-more", &[("n", t.number(rest.min(MORE) as i64).into())])) } }
        } @else if rest > 0 {
            p.ak-muted { (t.with("import-more-notes", &[("n", t.number(rest as i64).into())])) }
        }
    }
}

fn verdict(visit: &Visit, verdict: Verdict) -> Markup {
    let t = visit.t;
    match verdict {
        Verdict::Refused => status_strong(Status::Late, &t.get("import-verdict-refused")),
        Verdict::Skipped => status_strong(Status::None, &t.get("import-verdict-skipped")),
        Verdict::Asked => status_strong(Status::New, &t.get("import-verdict-asked")),
        Verdict::Blanked => status_strong(Status::Risk, &t.get("import-verdict-blanked")),
        Verdict::Kept => status_strong(Status::Risk, &t.get("import-verdict-kept")),
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
    let mut facts = facts.to_vec();
    facts.extend(defaults(visit, object, spec));
    facts.extend(spec.system.as_ref().map(|key| (t.get("import-system"), super::system_name(key).to_string())));
    let decided: usize = spec.values.values().map(std::collections::BTreeMap::len).sum();
    if decided > 0 {
        facts.push((t.get("import-words-decided"), t.number(decided as i64)));
    }
    let mapped = spec.columns.iter().flatten().count();
    let counts = [("n", t.number(mapped as i64).into()), ("rest", t.number((spec.columns.len() - mapped) as i64).into())];
    let registry = visit.registry();
    let field = |k: &String| {
        if k == akrab_engine::import::ID_COLUMN { t.get("import-own-id") } else { super::column_words(&registry, object, k, visit.lang()) }
    };
    let (look, people) = (visit.look(), visit.engine().people());
    let words = |key: &String, value: &serde_json::Value| {
        let told = object.field(key).and_then(|field| {
            let value = field.parse(value, &look.parse_env().own()).ok().filter(|v| !v.is_blank())?;
            Some(look.value_words(field, &value, |id| people.user(id).map(|p| p.name.clone())))
        });
        told.filter(|words| !words.is_empty()).unwrap_or_else(|| "—".into())
    };
    let pair = |n: usize| {
        html! {
            div.ak-map-pair {
                span { (report.header.get(n).cloned().unwrap_or_else(|| t.with("import-unnamed", &[("n", (n as i64 + 1).into())]))) }
                (icon_sized("arrow-right", 14))
                @match &spec.columns[n] { Some(key) => { b { (field(key)) } } None => { span.ak-muted { (t.get("import-ignored")) } } }
            }
        }
    };
    html! {
        section.ak-panel-part {
            div.ak-panel-head { h2 { (t.get("import-step-rules")) } span.ak-spacer {} a.ak-link href={ "/" (object.plural) "/import/" (spec.file) } { (t.get("import-change")) } }
            dl.ak-facts { @for (label, value) in &facts { dt { (label) } dd { (value) } } }
        }
        section.ak-panel-part {
            div.ak-panel-head { h2 { (t.get("import-columns")) } span.ak-small.ak-muted { (t.with("import-columns-counts", &counts)) } }
            @for n in 0..spec.columns.len().min(PAIRS) { (pair(n)) }
            @if spec.columns.len() > PAIRS {
                details.ak-more-pairs {
                    summary.ak-link { (t.with("import-columns-more", &[("n", t.number((spec.columns.len() - PAIRS) as i64).into())])) }
                    @for n in PAIRS..spec.columns.len() { (pair(n)) }
                }
            }
        }
        @if !report.samples.is_empty() {
            section.ak-panel-part {
                div.ak-panel-head { h2 { (t.get("import-examples")) } }
                @for sample in &report.samples {
                    p { b { (sample.title) } " " span.ak-muted { (t.with("import-at-line", &[("n", (sample.line as i64).into())])) } }
                    @for (key, before, after) in &sample.fields {
                        div.ak-map-pair { span.ak-muted { (field(key)) ": " (words(key, before)) } (icon_sized("arrow-right", 14)) span { (words(key, after)) } }
                    }
                }
            }
        }
    }
}

/// What new rows get where the file has nothing, in words.
fn defaults(visit: &Visit, object: &Object, spec: &ImportSpec) -> Vec<(String, String)> {
    let (look, people) = (visit.look(), visit.engine().people());
    let named = |id: i64| people.name(id);
    let shown = spec.defaults.iter().filter_map(|(key, json)| {
        let field = object.field(key)?;
        let words = look.value_words(field, &field.parse(json, &look.parse_env()).ok()?, named);
        Some((visit.t.with("import-if-blank", &[("field", look.name(field).into())]), words))
    });
    shown.collect()
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
    let refused = t.number(report.counts.refused as i64);
    foot_bar(
        html! { (icon_sized("undo-2", 15)) span { (t.get("import-undo-promise")) " " (estimate(visit, job)) } },
        html! {
            (Button::new(t.get("go-back")).ghost().href(format!("/{}/import/{}", object.plural, spec.file)))
            @if report.counts.refused > 0 {
                (Button::new(t.with("import-mend", &[("n", refused.into())])).href(format!("/{}/import?mend={}", object.plural, job.id)))
            }
            @if count > 0 {
                form method="post" action={ "/" (object.plural) "/import/" (spec.file) "/run" } {
                    (visit.token_field())
                    input type="hidden" name="trial" value=(job.id);
                    (Button::new(t.with("import-run", &[("n", (report.counts.taken() as i64).into())])).icon("play").primary().submit())
                }
            }
        },
    )
}

/// How long the run will take, going by the trial.
fn estimate(visit: &Visit, job: &JobView) -> String {
    let Some(end) = job.finished_at else { return String::new() };
    let seconds = end.duration_since(job.created_at).as_secs().max(1);
    if seconds < 90 {
        visit.t.with("import-takes-seconds", &[("n", seconds.into())])
    } else {
        visit.t.with("import-takes-minutes", &[("n", (seconds.div_euclid(60) + 1).into())])
    }
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
