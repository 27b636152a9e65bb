//! A report by province as a map. What is written in addresses is recognised; what is not is told below.

use super::draw::Drawing;
use crate::ui::chart::{self, Tile};
use akrab_engine::report::plot::float;
use akrab_engine::report::{Key, Line};
use akrab_model::FieldType;
use akrab_model::area::{self, Province};
use akrab_model::report::{Function, Show};
use akrab_model::{Filter, Value};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Words that are no province, told one by one.
const TOLD: usize = 5;

/// The lines of one province: it may be written in several ways.
struct Found<'a> {
    province: &'static Province,
    lines: Vec<&'a Line>,
}

/// The map of a report's first measure.
pub fn draw(drawing: &Drawing) -> Markup {
    let (found, lost) = sorted(drawing);
    let values: Vec<f64> = area::provinces().iter().map(|p| of(&found, p).and_then(|f| worth(drawing, f)).unwrap_or_default()).collect();
    let axis = drawing.axis();
    let (places, steps) = chart::steps(&values, &|value| axis(value));
    let tile = |(n, province): (usize, &'static Province)| {
        let here = of(&found, province);
        let value = here.and_then(|f| worth(drawing, f));
        Tile {
            at: province.tile,
            letters: province.letters().into(),
            words: format!("{}: {}", province.name, here.map_or_else(|| "—".into(), |f| words(drawing, f))),
            short: match (here, value) {
                (Some(_), Some(value)) => axis(value),
                // several spellings whose figures cannot be put together: the table has them
                (Some(_), None) => "…".into(),
                (None, _) => String::new(),
            },
            step: places[n],
            href: here.and_then(|f| href(drawing, f)),
            current: false,
        }
    };
    let tiles: Vec<Tile> = area::provinces().iter().enumerate().map(tile).collect();
    let t = drawing.look.t;
    html! {
        (chart::tiles(drawing.title, &tiles, area::GRID, &steps))
        @if !lost.is_empty() { p.ak-muted.ak-small.ak-map-rest { (t.with("report-map-lost", &[("words", told(drawing, &lost).into())])) } }
    }
}

fn sorted<'a>(drawing: &'a Drawing) -> (Vec<Found<'a>>, Vec<&'a Line>) {
    let (mut found, mut lost): (Vec<Found>, Vec<&Line>) = (Vec::new(), Vec::new());
    for line in &drawing.table.lines {
        let province = match &line.mark.key {
            Key::Value(Value::Text(_)) => area::province_named(&drawing.words(0, &line.mark)),
            _ => None,
        };
        match province {
            Some(province) => match found.iter_mut().find(|f| f.province == province) {
                Some(known) => known.lines.push(line),
                None => found.push(Found { province, lines: vec![line] }),
            },
            None => lost.push(line),
        }
    }
    (found, lost)
}

fn of<'f, 'a>(found: &'f [Found<'a>], province: &Province) -> Option<&'f Found<'a>> {
    found.iter().find(|f| f.province == province)
}

/// The first measure of a line, over all columns of a pivot.
fn cell<'l>(drawing: &'l Drawing, line: &'l Line) -> &'l Value {
    drawing.table.cell(&line.cells, None, 0)
}

/// The figure of all its lines together; none where it does not follow from theirs.
fn worth(drawing: &Drawing, found: &Found) -> Option<f64> {
    match found.lines.as_slice() {
        [one] => float(cell(drawing, one)),
        many if adds_up(drawing) => Some(many.iter().filter_map(|line| float(cell(drawing, line))).sum()),
        _ => None,
    }
}

fn adds_up(drawing: &Drawing) -> bool {
    let key = drawing.table.measures.first().map(|m| m.key.as_str());
    drawing.table.report.measures.iter().find(|m| Some(m.key.as_str()) == key).is_some_and(|m| {
        m.formula.is_none()
            && matches!(m.function, Function::Count | Function::Sum)
            && matches!(m.show, Show::Value | Show::Share | Show::Change)
    })
}

fn words(drawing: &Drawing, found: &Found) -> String {
    let one = |line: &Line| drawing.value(0, cell(drawing, line), false);
    match (found.lines.as_slice(), worth(drawing, found)) {
        ([line], _) => one(line),
        (_, Some(sum)) => {
            let sum = Decimal::try_from(sum).unwrap_or_default();
            let whole =
                matches!(drawing.table.measures.first().map(|m| m.kind), Some(FieldType::Integer | FieldType::Duration | FieldType::Score));
            let value = if whole { Value::Int(sum.to_i64().unwrap_or_default()) } else { Value::Dec(sum) };
            drawing.value(0, &value, false)
        }
        (lines, None) => lines.iter().map(|line| one(line)).collect::<Vec<_>>().join(", "),
    }
}

/// The records of all its lines.
fn href(drawing: &Drawing, found: &Found) -> Option<String> {
    if let [line] = found.lines.as_slice() {
        return drawing.href(&[line], None);
    }
    let each: Vec<Filter> = found
        .lines
        .iter()
        .map(|line| Filter::from_json(&drawing.table.drill(&[line], None, drawing.within)?).ok())
        .collect::<Option<_>>()?;
    Some(drawing.list(&Filter::Any(each).to_json()))
}

/// "Kosong 12, Bayern 2".
fn told(drawing: &Drawing, lost: &[&Line]) -> String {
    let one = |line: &&Line| format!("{} ({})", drawing.words(0, &line.mark), drawing.value(0, cell(drawing, line), true));
    let mut words: Vec<String> = lost.iter().take(TOLD).map(one).collect();
    if lost.len() > TOLD {
        words.push("…".into());
    }
    words.join(", ")
}
