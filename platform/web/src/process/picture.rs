//! A map as a picture: open stages in a row, the ends at the right, ways as lines between them; with figures where there are
//! some. Every stage is a link; arrows go from stage to stage. On a telephone the list below it says the same.

use super::words;
use crate::locale::Text;
use crate::ui::icon::icon_sized;
use crate::ui::tag::{Tone, tag_toned};
use akrab_engine::process::{Figures, Process, Stage, StepFigures};
use maud::{Markup, html};

const BOX: (i64, i64) = (146, 92);
const GAP: i64 = 40;
/// Letters a line of a box holds.
const LINE: usize = 19;
/// From here on a picture is made smaller rather than pushed along.
const WIDE: i64 = 980;
const TOP: i64 = 76;
const LEFT: i64 = 16;

/// Where each stage stands.
struct Plan<'a> {
    process: &'a Process,
    spots: Vec<(i64, i64, i64)>,
    width: i64,
    height: i64,
}

impl<'a> Plan<'a> {
    fn new(process: &'a Process) -> Plan<'a> {
        let (mut spots, mut open, mut ends) = (Vec::new(), 0, 0);
        let count = process.stages.iter().filter(|s| s.category == "open").count() as i64;
        for stage in &process.stages {
            if stage.category == "open" {
                spots.push((stage.id, LEFT + open * (BOX.0 + GAP), TOP));
                open += 1;
            } else {
                spots.push((stage.id, LEFT + count * (BOX.0 + GAP), TOP + ends * (BOX.1 + 36)));
                ends += 1;
            }
        }
        let columns = count + i64::from(ends > 0);
        let width = LEFT * 2 + columns * BOX.0 + (columns - 1).max(0) * GAP;
        let height = TOP + (ends.max(1) - 1) * (BOX.1 + 36) + BOX.1 + 96;
        Plan { process, spots, width: width.max(360), height: height.max(TOP + BOX.1 + 110) }
    }

    fn spot(&self, id: i64) -> Option<(i64, i64)> {
        self.spots.iter().find(|(known, ..)| *known == id).map(|(_, x, y)| (*x, *y))
    }

    /// A line from one stage to another, and where its count stands.
    fn line(&self, from: &Stage, to: &Stage) -> Option<(String, i64, i64)> {
        let ((ax, ay), (bx, by)) = (self.spot(from.id)?, self.spot(to.id)?);
        let (mid, half) = (BOX.1 / 2, BOX.0 / 2);
        let place = |stage: &Stage| self.process.place(stage.id).unwrap_or_default() as i64;
        Some(if to.category == "open" && from.category == "open" && bx > ax {
            let steps = (bx - ax) / (BOX.0 + GAP);
            if steps <= 1 {
                let y = ay + mid;
                (format!("M{} {y} L{} {y}", ax + BOX.0, bx - 7), (ax + BOX.0 + bx) / 2, y - 8)
            } else {
                // past others, above them
                let lift = ay - 22 - 14 * (steps - 2).min(3);
                let (sx, ex) = (ax + half + 24, bx + half - 24);
                (format!("M{sx} {ay} C{sx} {lift} {ex} {lift} {ex} {}", ay - 7), (sx + ex) / 2, (ay + 3 * lift) / 4 - 5)
            }
        } else if to.category == "open" {
            // back, below
            let steps = ((ax - bx).abs() / (BOX.0 + GAP)).max(1);
            let drop = ay.max(by) + BOX.1 + 24 + 14 * steps.min(4);
            let (sx, ex) = (ax + half - 30, bx + half + 30);
            let (sy, ey) = (ay + BOX.1, by + BOX.1);
            (format!("M{sx} {sy} C{sx} {drop} {ex} {drop} {ex} {}", ey + 7), (sx + ex) / 2, (sy + 3 * drop) / 4 + 4)
        } else {
            let last = self.process.stages.iter().rfind(|s| s.category == "open").map(place);
            let (sx, ex, y) = (ax + BOX.0, bx - 7, by + mid);
            if last == Some(place(from)) {
                let bend = (sx + ex) / 2;
                (format!("M{sx} {} C{bend} {} {bend} {y} {ex} {y}", ay + mid, ay + mid), bend, (ay + mid + y) / 2 - 8)
            } else if y < ay + BOX.1 {
                // over the stages between
                let lift = ay - 58;
                let (sx, ex) = (ax + half, bx + half - 40);
                (format!("M{sx} {ay} C{sx} {lift} {ex} {lift} {ex} {}", by - 7), (sx + ex) / 2, (ay + 3 * lift) / 4 - 5)
            } else {
                // under them
                let low = y;
                let sx = ax + half + 44;
                (format!("M{sx} {} C{sx} {low} {} {low} {ex} {low}", ay + BOX.1, sx + 60), sx + 40, (ay + BOX.1 + low) / 2 + 6)
            }
        })
    }
}

/// A way in the picture.
struct Drawn<'a> {
    from: &'a Stage,
    to: &'a Stage,
    count: Option<i64>,
    /// The map does not name it.
    stray: bool,
}

fn ways<'a>(process: &'a Process, figures: Option<&Figures>) -> Vec<Drawn<'a>> {
    let mut found: Vec<Drawn<'a>> = Vec::new();
    for from in process.stages.iter().filter(|s| s.category == "open") {
        found.extend(process.ways(from).into_iter().map(|to| Drawn { from, to, count: None, stray: false }));
    }
    for one in figures.map(|f| f.moves.as_slice()).unwrap_or_default() {
        let (Some(from), Some(to)) = (process.stage(one.from), one.to.and_then(|id| process.stage(id))) else { continue };
        match found.iter_mut().find(|w| w.from.id == from.id && w.to.id == to.id) {
            Some(way) => way.count = Some(one.count),
            None => found.push(Drawn { from, to, count: Some(one.count), stray: true }),
        }
    }
    found
}

/// The picture. `way` is where the way between two stages is drawn or taken away.
pub fn draw(
    t: Text,
    process: &Process,
    figures: Option<&Figures>,
    chosen: &str,
    href: &dyn Fn(&str) -> String,
    way: Option<&str>,
) -> Markup {
    let plan = Plan::new(process);
    let ways = ways(process, figures);
    let drawn = apart(ways.iter().filter_map(|way| Some((way, plan.line(way.from, way.to)?))).collect());
    let most = ways.iter().filter_map(|w| w.count).max().unwrap_or(0).max(1);
    let view = format!("0 0 {} {}", plan.width, plan.height);
    html! {
        div.ak-flow-canvas.ak-process role="region" aria-label=(t.get("process-picture")) tabindex="0" data-flow-canvas data-flow-read data-way-draw=[way] {
            svg.ak-process-picture data-wide[plan.width > WIDE] viewBox=(view) width=(plan.width) height=(plan.height) role="group" aria-label=(t.get("process-picture")) {
                defs {
                    marker id="way-end" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto-start-reverse" { path.ak-process-tip d="M0 0 L8 4 L0 8 z" {} }
                }
                @for (way, (path, x, y)) in &drawn {
                    @let weight = way.count.map_or(1, |n| 1 + 4 * n / most);
                    g.ak-process-way data-stray[way.stray] data-back[back(process, way)] {
                        title { (way.from.name) " → " (way.to.name) @if let Some(n) = way.count { ": " (t.number(n)) } }
                        path d=(path) stroke-width=(weight) marker-end="url(#way-end)" {}
                        @if let Some(n) = way.count { text x=(x) y=(y) text-anchor="middle" { (t.number(n)) } }
                    }
                }
                @for stage in &process.stages {
                    @if let Some((x, y)) = plan.spot(stage.id) { (stage_box(t, process, figures, stage, (x, y), chosen, href)) }
                }
            }
        }
    }
}

/// The ways with their counts so far apart that each can be read.
fn apart<'w, 'a>(mut drawn: Vec<(&'w Drawn<'a>, (String, i64, i64))>) -> Vec<(&'w Drawn<'a>, (String, i64, i64))> {
    let mut taken: Vec<(i64, i64)> = Vec::new();
    for (_, (_, x, y)) in drawn.iter_mut().filter(|(way, _)| way.count.is_some()) {
        while taken.iter().any(|(tx, ty)| (tx - *x).abs() < 36 && (ty - *y).abs() < 14) {
            *y -= 14;
        }
        taken.push((*x, *y));
    }
    drawn
}

fn back(process: &Process, way: &Drawn<'_>) -> bool {
    way.to.category == "lost" || (way.to.category == "open" && process.place(way.to.id) < process.place(way.from.id))
}

fn stage_box(
    t: Text,
    process: &Process,
    figures: Option<&Figures>,
    stage: &Stage,
    (x, y): (i64, i64),
    chosen: &str,
    href: &dyn Fn(&str) -> String,
) -> Markup {
    let step = figures.and_then(|f| f.steps.iter().find(|s| s.stage.id == stage.id));
    let rules = process.decl.step(&stage.name).map_or(0, |s| [&s.entry, &s.exit].iter().map(|g| g.fields.len() + g.rules.len()).sum());
    let lines = match step {
        Some(step) if step.is_open() => {
            let late = (step.waiting_late > 0).then(|| t.with("process-late", &[("n", step.waiting_late.into())]));
            [Some(t.with("process-waiting", &[("n", step.waiting.into())])), late, Some(spent(t, step))]
        }
        Some(step) => [Some(t.with("process-came", &[("n", step.came.into())])), None, None],
        None => {
            let limit = process.decl.step(&stage.name).and_then(|s| s.limit).map(|l| words::limit(t, l));
            [Some(t.with("process-asks", &[("n", rules.into())])), limit.map(|l| t.with("process-at-most", &[("limit", l.into())])), None]
        }
    };
    let lines: Vec<String> = lines.into_iter().flatten().filter(|line| !line.is_empty()).collect();
    let late = step.is_some_and(|s| s.waiting_late > 0);
    html! {
        a.ak-process-stage href=(href(&stage.name)) data-flow-card=(stage.name) data-category=(stage.category) data-late[late]
            data-bottleneck[step.is_some_and(|s| s.bottleneck)] aria-current=[(chosen == stage.name).then_some("true")] {
            title { (stage.name) ": " (lines.join(", ")) }
            rect x=(x) y=(y) width=(BOX.0) height=(BOX.1) rx="8" {}
            text.ak-process-name x=(x + 12) y=(y + 23) { (cut(&stage.name, LINE - 3)) }
            @for (line, below) in lines.iter().zip([43, 60, 77]) { text x=(x + 12) y=(y + below) { (cut(line, LINE)) } }
            @if step.is_some_and(|s| s.bottleneck) { text.ak-process-mark x=(x + BOX.0 - 12) y=(y + 23) text-anchor="end" { "◆" } }
        }
    }
}

/// "12 menunggu, 3 terlambat".
pub fn waiting(t: Text, step: &StepFigures) -> String {
    if step.waiting_late > 0 {
        t.with("process-waiting-late", &[("n", step.waiting.into()), ("late", step.waiting_late.into())])
    } else {
        t.with("process-waiting", &[("n", step.waiting.into())])
    }
}

fn spent(t: Text, step: &StepFigures) -> String {
    if step.left == 0 { String::new() } else { t.with("process-median", &[("length", words::rough(t, step.time.median).into())]) }
}

/// As much of a text as a line of so many letters holds; all of it stands in the title.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_string() } else { format!("{}…", text.chars().take(most - 1).collect::<String>()) }
}

/// The same stages one below another, for small screens and for whoever reads rather than looks.
pub fn list(t: Text, lang: &str, process: &Process, figures: Option<&Figures>, chosen: &str, href: &dyn Fn(&str) -> String) -> Markup {
    html! {
        ol.ak-process-steps aria-label=(t.get("process-steps")) {
            @for stage in &process.stages {
                @let step = figures.and_then(|f| f.steps.iter().find(|s| s.stage.id == stage.id));
                @let decl = process.decl.step(&stage.name);
                li {
                    a href=(href(&stage.name)) aria-current=[(chosen == stage.name).then_some("true")] {
                        (icon_sized(match stage.category.as_str() { "won" => "trophy", "lost" => "circle-x", _ => "circle-dot" }, 15))
                        span.ak-two-lines {
                            b { (stage.name) }
                            span.ak-two-lines-detail {
                                @if let Some(step) = step { @if step.is_open() { (waiting(t, step)) @if step.left > 0 { " · " (spent(t, step)) } } @else { (t.with("process-came", &[("n", step.came.into())])) } }
                                @else if let Some(decl) = decl { (decl.guide.get(lang)) }
                            }
                        }
                        @if step.is_some_and(|s| s.bottleneck) { (tag_toned(&t.get("process-bottleneck"), Tone::Warn)) }
                    }
                }
            }
        }
    }
}
