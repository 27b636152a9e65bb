//! `GET /processes/{key}`: a map with its figures, for a period and a filter.

use super::{behind, picture, words};
use crate::fail::{Fail, Reply, encode};
use crate::filter::words::{Wording, sentence, titles};
use crate::filter::{builder, tree};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{TopBar, content};
use crate::ui::icon::icon_sized;
use crate::ui::segmented::{Segment, segmented};
use crate::ui::table::plain_table;
use crate::ui::tag::{Tone, tag_toned};
use crate::visit::Visit;
use akrab_engine::process::{Behind, Figures, FiguresAsked, Process, StepDecl, StepFigures};
use akrab_model::{Filter, Object, Problem};
use axum::extract::{Path, Query};
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// Periods offered, in days.
const PERIODS: [i64; 4] = [30, 90, 180, 365];

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    days: String,
    pub step: String,
    pub filter: String,
    /// Of the records behind a figure: which one, and the stage they went to.
    pub behind: Behind,
    pub to: String,
}

impl Asked {
    pub fn days(&self) -> i64 {
        self.days.parse().ok().filter(|n| (1..=3_660).contains(n)).unwrap_or(90)
    }
    /// The days up to `now`.
    pub fn period(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        (now.checked_sub((24 * self.days()).hours()).unwrap_or(Timestamp::UNIX_EPOCH), now)
    }
    pub fn href(&self, key: &str, days: i64, step: &str) -> String {
        let mut href = format!("/processes/{key}?days={days}");
        for (name, value) in [("step", step), ("filter", self.filter.as_str())] {
            if !value.is_empty() {
                href.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        href
    }
}

/// `GET /processes`
pub(super) async fn list(visit: Visit) -> Reply {
    let t = visit.t;
    let all = visit.read(|tx| Ok(tx.processes_in_force())).await?;
    let mut frame = visit.frame(&t.get("processes")).await;
    frame.top = TopBar::Lined;
    if visit.ctx.is_admin() {
        frame.actions = Some(html! { (Button::new(t.get("process-manage")).icon("settings").ghost().href("/settings/processes")) });
    }
    if let [only] = all.as_slice() {
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&format!("/processes/{}", only.key))));
    }
    let body = if all.is_empty() {
        let actions = visit
            .ctx
            .is_admin()
            .then(|| html! { (Button::new(t.get("process-new")).icon("plus").primary().large().href("/settings/processes/new")) });
        empty(&Empty {
            icon: "git-commit-horizontal".into(),
            title: t.get("process-none"),
            text: t.get("process-text"),
            actions,
            ..Empty::default()
        })
    } else {
        let registry = visit.registry();
        content(
            true,
            html! {
                div.ak-type-list { @for one in &all {
                    a href={ "/processes/" (one.key) } {
                        b { (one.decl.name.get(visit.lang())) }
                        span { (registry.object(&one.decl.object).map_or("", |o| o.plural_label(visit.lang()))) " · " (one.decl.pipeline) }
                    }
                } }
            },
        )
    };
    visit.page(&frame, body)
}

struct Sheet {
    process: Arc<Process>,
    object: Arc<Object>,
    figures: Figures,
    titles: crate::filter::words::Titles,
    words: builder::OwnWords,
    filter: Option<Filter>,
}

async fn load(visit: &Visit, key: &str, asked: &Asked, now: Timestamp) -> Result<Sheet, Fail> {
    let wanted = key.to_string();
    let process = visit.read(move |tx| tx.process_in_force(&wanted)).await?;
    let object = visit.registry().object(&process.decl.object).cloned().ok_or_else(Problem::not_found)?;
    let filter = tree::read(&visit.registry(), &object, &visit.look().parse_env(), &asked.filter)?;
    let (from, to) = asked.period(now);
    let question = FiguresAsked { from, to, filter: filter.clone() };
    let (own, key, look, of) = (object.clone(), key.to_string(), visit.look(), filter.clone());
    let (figures, titles, words) = visit
        .read(move |tx| {
            let found = match &of {
                Some(filter) => titles(&look, tx, &own, filter)?,
                None => crate::filter::words::Titles::new(),
            };
            Ok((tx.process_figures(&key, &question)?, found, builder::own_words(tx)))
        })
        .await?;
    Ok(Sheet { process, object, figures, titles, words, filter })
}

/// Now, in whole minutes, so that what was worked out is found again.
pub(super) fn moment(visit: &Visit) -> Result<Timestamp, Problem> {
    Timestamp::from_second(visit.ctx.now.timestamp().as_second().div_euclid(60) * 60 + 60).map_err(Problem::internal)
}

pub(super) async fn show(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let t = visit.t;
    let lang = visit.lang();
    let sheet = load(&visit, &key, &asked, moment(&visit)?).await?;
    let Sheet { process, object, figures, .. } = &sheet;
    let mut frame = visit.frame(process.decl.name.get(lang)).await;
    frame.top = TopBar::Lined;
    frame.breadcrumb.push(visit.crumb("processes", "/processes"));
    frame.actions = visit
        .ctx
        .is_admin()
        .then(|| html! { (Button::new(t.get("process-change")).icon("pencil").href(format!("/settings/processes/{key}?step={}", encode(&asked.step)))) });
    let look = visit.look();
    let wording = Wording { s: &look, object, titles: &sheet.titles, whole: false };
    let told = sheet.filter.as_ref().map(|filter| sentence(&wording.of(filter)));
    let periods: Vec<Segment> = PERIODS
        .iter()
        .map(|days| {
            Segment::new(t.with("process-days", &[("n", (*days).into())]), asked.href(&key, *days, &asked.step), *days == asked.days())
        })
        .collect();
    let keep = vec![("days".to_string(), asked.days().to_string()), ("step".to_string(), asked.step.clone())];
    let action = format!("/processes/{key}");
    let json = sheet.filter.as_ref().map(Filter::to_json);
    let part = builder::of_report(&look, object, json.as_ref(), &visit.rights(), &sheet.titles, &sheet.words, &keep, &action, None);
    let chosen = process.named(&asked.step);
    let href = |stage: &str| asked.href(&key, asked.days(), stage);
    let to = |stage: &str, figure: Behind, to: &str| behind::href(&key, &asked, stage, figure, to);
    let body = html! {
        div.ak-process-page {
            div {
                div.ak-process-bar {
                    (segmented(&t.get("process-period"), &periods))
                    (Button::new(t.get("process-filter")).icon("list-filter").href("#filter").flag("data-filter-open", true))
                    @if let Some(told) = &told { span.ak-text-13 { (told) } a.ak-link href=(Asked { filter: String::new(), ..asked.clone() }.href(&key, asked.days(), &asked.step)) { (t.get("process-filter-clear")) } }
                }
                (part)
                (picture::draw(t, process, Some(figures), &asked.step, &href, None))
                div.ak-process-list { (picture::list(t, lang, process, Some(figures), &asked.step, &href)) }
                section.ak-process-detail id="step" aria-label=(t.get("process-panel")) {
                    @match chosen.and_then(|stage| figures.steps.iter().find(|s| s.stage.id == stage.id)) {
                        Some(step) => (step_panel(&visit, object, process, step, &to)),
                        None => (whole_panel(&visit, process, figures)),
                    }
                }
                section.ak-process-table {
                    h2 { (t.get("process-table")) }
                    (steps_table(&visit, figures, &to))
                    p.ak-hint { (t.get("process-table-text")) }
                    h2 { (t.get("process-moves")) }
                    (moves_table(&visit, process, figures, &to))
                }
            }
        }
    };
    visit.page(&frame, body)
}

fn share(visit: &Visit, part: i64, of: i64) -> String {
    if of == 0 { "—".into() } else { visit.t.with("process-share", &[("n", ((part * 100 + of / 2) / of).into())]) }
}

/// The way to the records behind a figure of a stage, of those that went to another one.
type To<'a> = &'a dyn Fn(&str, Behind, &str) -> String;

fn steps_table(visit: &Visit, figures: &Figures, to: To) -> Markup {
    let t = visit.t;
    let keys = ["stage", "waiting", "age", "came", "left", "median", "worked", "p90", "late", "again", "on", "back", "lost"];
    let heads: Vec<String> = keys.iter().map(|key| t.get(&format!("process-head-{key}"))).collect();
    let heads: Vec<(&str, bool, Option<u16>)> =
        heads.iter().enumerate().map(|(n, label)| (label.as_str(), n > 0, (n == 0).then_some(150))).collect();
    let number = |n: i64| html! { @if n == 0 { span.ak-faint { "—" } } @else { (t.number(n)) } };
    let length = |micros: i64, shown: bool| html! { @if shown { (words::length(t, micros)) } @else { span.ak-faint { "—" } } };
    let lost = |count: i64, seconds: i64| html! { @if count == 0 { span.ak-faint { "—" } } @else { (t.number(count)) " · " (words::length(t, seconds * 1_000_000)) } };
    let row = |step: &StepFigures| {
        let left = step.left > 0 && step.is_open();
        let linked = |count: i64, figure: Behind, shown: Markup| html! { @if count == 0 { (shown) } @else { a href=(to(&step.stage.name, figure, "")) { (shown) } } };
        vec![
            html! { (step.stage.name) @if step.bottleneck { " " (tag_toned(&t.get("process-bottleneck"), Tone::Warn)) } },
            html! { @if step.waiting_late > 0 { b.ak-bad { (t.number(step.waiting)) " (" (t.number(step.waiting_late)) ")" } } @else { (number(step.waiting)) } },
            length(step.age.median, step.waiting > 0),
            number(step.came),
            linked(step.left, Behind::Left, number(step.left)),
            length(step.time.median, left),
            html! { @if left { (words::working(t, step.time.worked_median)) } @else { span.ak-faint { "—" } } },
            length(step.time.p90, left),
            linked(step.late, Behind::Late, lost(step.late, step.late_seconds)),
            linked(step.again, Behind::Again, lost(step.again, step.again_seconds)),
            linked(step.forward + step.won, Behind::On, html! { (share(visit, step.forward + step.won, step.left)) }),
            linked(step.back, Behind::Back, html! { (share(visit, step.back, step.left)) }),
            linked(step.lost, Behind::Lost, html! { (share(visit, step.lost, step.left)) }),
        ]
    };
    html! { div.ak-audit { (plain_table(&t.get("process-table"), &heads, &figures.steps.iter().map(row).collect::<Vec<_>>(), None)) } }
}

fn moves_table(visit: &Visit, process: &Process, figures: &Figures, to: To) -> Markup {
    let t = visit.t;
    if figures.moves.is_empty() {
        return html! { p.ak-muted { (t.get("process-moves-none")) } };
    }
    let heads = ["process-from", "process-next", "process-count", "process-of-left"].map(|key| t.get(key));
    let heads: Vec<(&str, bool, Option<u16>)> = heads.iter().enumerate().map(|(n, label)| (label.as_str(), n > 1, None)).collect();
    let mut moves = figures.moves.clone();
    moves.sort_by_key(|m| (process.place(m.from), std::cmp::Reverse(m.count)));
    let rows: Vec<Vec<Markup>> = moves
        .iter()
        .map(|m| {
            let name = |id: i64| process.stage(id).map_or_else(|| t.get("process-elsewhere"), |s| s.name.clone());
            let left = figures.steps.iter().find(|s| s.stage.id == m.from).map_or(0, |s| s.left);
            vec![
                html! { (name(m.from)) },
                html! { (m.to.map_or_else(|| t.get("process-elsewhere"), name)) },
                html! { @match process.stage(m.from).zip(m.to.and_then(|id| process.stage(id))) {
                    Some((from, next)) => { a href=(to(&from.name, Behind::Left, &next.name)) { (t.number(m.count)) } }
                    None => { (t.number(m.count)) }
                } },
                html! { (share(visit, m.count, left)) },
            ]
        })
        .collect();
    html! { div.ak-audit { (plain_table(&t.get("process-moves"), &heads, &rows, None)) } }
}

fn head(icon: &str, title: &str) -> Markup {
    html! { div.ak-process-head { (icon_sized(icon, 16)) h2 { (title) } } }
}

fn pairs(rows: &[(String, String)]) -> Markup {
    html! { dl.ak-process-facts { @for (label, value) in rows { @if !value.is_empty() { div { dt { (label) } dd { (value) } } } } } }
}

fn whole_panel(visit: &Visit, process: &Process, figures: &Figures) -> Markup {
    let t = visit.t;
    let open: Vec<&StepFigures> = figures.steps.iter().filter(|s| s.is_open()).collect();
    let sum = |of: &dyn Fn(&StepFigures) -> i64| open.iter().map(|s| of(s)).sum::<i64>();
    let worst = open.iter().find(|s| s.bottleneck);
    let rows = [
        ("process-fact-waiting", t.number(sum(&|s| s.waiting))),
        ("process-fact-late", t.number(sum(&|s| s.waiting_late))),
        ("process-fact-won", figures.won_share().map(|n| t.with("process-share", &[("n", n.into())])).unwrap_or_default()),
        ("process-fact-back", t.number(sum(&|s| s.back))),
        ("process-fact-lost-time", words::length(t, sum(&|s| s.late_seconds + s.again_seconds) * 1_000_000)),
        ("process-fact-bottleneck", worst.map(|s| s.stage.name.clone()).unwrap_or_default()),
    ];
    let rows: Vec<(String, String)> = rows.into_iter().map(|(key, value)| (t.get(key), value)).collect();
    let guide = process.decl.guide.get(visit.lang());
    html! {
        (head("git-commit-horizontal", &t.get("process-whole")))
        div.ak-process-two {
            div {
                @if !guide.is_empty() { p.ak-process-words { (guide) } }
                p.ak-hint { (t.get("process-choose-step")) }
            }
            (pairs(&rows))
        }
    }
}

fn step_panel(visit: &Visit, object: &Object, process: &Process, step: &StepFigures, to: To) -> Markup {
    let (t, lang) = (visit.t, visit.lang());
    let (none, look) = (StepDecl::default(), visit.look());
    let decl = process.decl.step(&step.stage.name).unwrap_or(&none);
    let guide = decl.guide.get(lang);
    let spent = |micros: i64, worked: i64| {
        t.with("process-both", &[("length", words::length(t, micros).into()), ("worked", words::working(t, worked).into())])
    };
    let mut rows = vec![
        ("process-fact-waiting", if step.is_open() { picture::waiting(t, step) } else { String::new() }),
        ("process-head-age", if step.waiting > 0 { spent(step.age.median, step.age.worked_median) } else { String::new() }),
        ("process-age-p90", if step.waiting > 0 { spent(step.age.p90, step.age.worked_p90) } else { String::new() }),
        ("process-limit", decl.limit.map(|l| words::limit(t, l)).unwrap_or_default()),
    ];
    if step.left > 0 && step.is_open() {
        rows.extend([
            ("process-head-median", spent(step.time.median, step.time.worked_median)),
            ("process-head-p90", spent(step.time.p90, step.time.worked_p90)),
            ("process-head-on", share(visit, step.forward + step.won, step.left)),
            ("process-head-back", share(visit, step.back, step.left)),
            ("process-head-lost", share(visit, step.lost, step.left)),
        ]);
    }
    let rows: Vec<(String, String)> = rows.into_iter().map(|(key, value)| (t.get(key), value)).collect();
    let lost = (step.is_open() && step.lost > 0).then(|| t.with("process-open-lost", &[("n", step.lost.into())]));
    let stage = object.fields.iter().find(|f| f.kind == akrab_model::FieldType::Stage).map(|f| f.key.clone()).unwrap_or_default();
    let filter = serde_json::json!({"all": [{"field": stage, "op": "in", "value": [step.stage.id]}]}).to_string();
    let asks = |gate: &akrab_engine::process::GateDecl| {
        let fields =
            gate.fields.iter().filter_map(|key| object.field(key)).map(|f| t.with("process-filled", &[("name", look.name(f).into())]));
        fields.chain(gate.rules.iter().map(|rule| rule.name.get(lang).to_string())).collect::<Vec<_>>()
    };
    let gate = |key: &str, lines: Vec<String>| html! { @if !lines.is_empty() { h3.ak-process-sub { (t.get(key)) } ul.ak-process-rules { @for line in lines { li { (icon_sized("check", 14)) span { (line) } } } } } };
    html! {
        (head("circle-dot", &step.stage.name))
        div.ak-process-two {
            div {
            @if !guide.is_empty() { p.ak-process-words { (guide) } }
            (gate("process-entry-needs", asks(&decl.entry)))
            (gate("process-exit-needs", asks(&decl.exit)))
            @if !decl.to.is_empty() { p.ak-text-13 { (t.with("process-ways", &[("ways", decl.to.join(", ").into())])) } }
            div.ak-row.ak-gap-8 {
            @if step.is_open() && step.waiting > 0 {
                (Button::new(t.with("process-open-list", &[("n", step.waiting.into())])).icon("list").href(format!("/{}?filter={}", object.plural, encode(&filter))))
            }
            @if let Some(lost) = lost { (Button::new(lost).icon("circle-x").href(to(&step.stage.name, Behind::Lost, ""))) }
            }
            }
            (pairs(&rows))
        }
    }
}
