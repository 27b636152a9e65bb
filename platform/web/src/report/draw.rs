//! An answered report as a chart and as a table.

use crate::list::address::push;
use crate::ui::chart::{self, BigNumber, Chart, Series};
use crate::value::Look;
use akrab_engine::ReportTable;
use akrab_engine::report::{Key, Line, Mark, number};
use akrab_model::report::{Chart as Kind, Grain};
use akrab_model::{FieldType, Value, format};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde_json::Value as Json;
use std::sync::Arc;

/// Series drawn at most; the table has all.
const MOST_SERIES: usize = 8;
/// Tones of a heat map above nothing.
const HEATS: f64 = 4.0;
/// Measures shown as numbers in a tile at most.
const SPARK: usize = 12;

/// A report with what it is shown with.
pub struct Drawing<'a> {
    pub look: &'a Look,
    pub table: &'a ReportTable,
    pub title: &'a str,
    /// What narrows the report on this page.
    pub within: Option<&'a Json>,
}

impl Drawing<'_> {
    pub(super) fn words(&self, depth: usize, mark: &Mark) -> String {
        self.table.line_words(depth, mark, self.look.lang, &self.look.currency)
    }
    pub(super) fn value(&self, measure: usize, value: &Value, short: bool) -> String {
        self.table.value_words(measure, value, short, self.look.lang, &self.look.currency)
    }

    /// The list of the records behind a cell.
    pub(super) fn href(&self, lines: &[&Line], head: Option<&Mark>) -> Option<String> {
        if self.table.object.is_system() {
            return None;
        }
        let filter = self.table.drill(lines, head, self.within)?;
        Some(self.list(&filter))
    }

    /// The list of the records that match.
    pub(super) fn list(&self, filter: &Json) -> String {
        let mut href = format!("/{}", self.table.object.plural);
        push(&mut href, "type", "table");
        push(&mut href, "filter", &if filter.is_null() { String::new() } else { filter.to_string() });
        href
    }

    /// The chart, nothing for a plain table.
    pub fn chart(&self) -> Option<Markup> {
        let kind = self.table.report.chart;
        if kind != Kind::Number && self.table.lines.is_empty() {
            return None;
        }
        let drawn = match kind {
            Kind::Table => return None,
            Kind::Number => chart::number(self.title, &self.number()),
            Kind::Bar => chart::bars(&self.single(), self.target().as_ref().map(|(v, w)| (*v, w.as_str()))),
            Kind::Donut => chart::donut(&self.single()),
            Kind::Funnel => {
                let t = self.look.t;
                chart::funnel(&self.single(), &move |percent| t.with("report-onward", &[("n", percent.into())]))
            }
            Kind::Column => chart::columns(&self.plot(), false),
            Kind::Stacked => chart::columns(&self.plot(), true),
            Kind::Line => chart::lines(&self.plot(), false),
            Kind::Area => chart::lines(&self.plot(), true),
            Kind::Heat => self.heat(),
            Kind::Map => super::map::draw(self),
        };
        Some(html! { div.ak-chart data-chart=(kind.key()) { (drawn) } })
    }

    fn target(&self) -> Option<(f64, String)> {
        let target = self.table.report.target?;
        let words = self.value(0, &Value::Dec(target), true);
        Some((target.to_f64()?, self.look.t.with("report-target-of", &[("value", words.into())])))
    }

    /// One row of values: the first measure of every line.
    fn single(&self) -> Chart {
        let lines: Vec<&Line> = self
            .table
            .lines
            .iter()
            .filter(|l| {
                self.table.report.chart != Kind::Donut || l.mark.key != Key::Others || number(self.table.cell(&l.cells, None, 0)).is_some()
            })
            .collect();
        let values = lines.iter().map(|l| self.table.cell(&l.cells, None, 0));
        let series = Series {
            label: self.table.measures.first().map_or("", |m| m.label.get(self.look.key())).to_string(),
            values: values.clone().map(float).collect(),
            words: values.map(|v| (self.value(0, v, false), self.value(0, v, true))).collect(),
            hrefs: lines.iter().map(|l| self.href(&[l], None)).collect(),
        };
        let full: Vec<String> = lines.iter().map(|l| self.words(0, &l.mark)).collect();
        Chart { title: self.title.into(), marks: full.clone(), full, series: vec![series], axis: self.axis() }
    }

    /// Marks along the first grouping; series are the pivot, the second grouping or the measures.
    fn plot(&self) -> Chart {
        let table = self.table;
        let lines = &table.lines;
        let axis_words = self.axis();
        let brief = |value: &Value| float(value).map_or_else(String::new, |v| axis_words(v));
        let one = |label: String, pick: &dyn Fn(&Line) -> (Value, Option<String>), measure: usize| {
            let cells: Vec<_> = lines.iter().map(pick).collect();
            Series {
                label,
                values: cells.iter().map(|(v, _)| float(v)).collect(),
                words: cells.iter().map(|(v, _)| (self.value(measure, v, false), brief(v))).collect(),
                hrefs: cells.into_iter().map(|(_, href)| href).collect(),
            }
        };
        let mut series = Vec::new();
        if !table.heads.is_empty() {
            for (h, head) in table.heads.iter().enumerate().take(MOST_SERIES) {
                let label = table.head_words(head, self.look.lang, &self.look.currency);
                series.push(one(label, &|l| (table.cell(&l.cells, Some(h), 0).clone(), self.href(&[l], Some(head))), 0));
            }
        } else if lines.iter().any(|l| !l.below.is_empty()) {
            let mut marks: Vec<&Mark> = Vec::new();
            for line in lines.iter().flat_map(|l| &l.below) {
                if !marks.contains(&&line.mark) {
                    marks.push(&line.mark);
                }
            }
            for mark in marks.into_iter().take(MOST_SERIES) {
                let pick = |l: &Line| {
                    let inner = l.below.iter().find(|b| b.mark == *mark);
                    (inner.map_or(Value::Null, |b| table.cell(&b.cells, None, 0).clone()), inner.and_then(|b| self.href(&[l, b], None)))
                };
                series.push(one(self.words(1, mark), &pick, 0));
            }
        } else {
            // measures of one kind share an axis
            let kind = table.measures.first().map(|m| m.kind);
            for (m, measure) in table.measures.iter().enumerate().filter(|(_, m)| Some(m.kind) == kind) {
                let label = measure.label.get(self.look.key()).to_string();
                series.push(one(label, &|l| (table.cell(&l.cells, None, m).clone(), self.href(&[l], None)), m));
            }
        }
        let axis = table.axes.first();
        let marks = lines.iter().map(|l| axis.map_or_else(String::new, |a| a.short(&l.mark, self.look.lang, &self.look.currency)));
        Chart {
            title: self.title.into(),
            marks: marks.collect(),
            full: lines.iter().map(|l| self.words(0, &l.mark)).collect(),
            series,
            axis: self.axis(),
        }
    }

    pub(super) fn axis(&self) -> Arc<dyn Fn(f64) -> String + Send + Sync> {
        let (lang, currency) = (self.look.lang, self.look.currency.clone());
        let kind = self.table.measures.first().map_or(FieldType::Integer, |m| m.kind);
        Arc::new(move |value| {
            let value = Decimal::from_f64(value).unwrap_or_default();
            match kind {
                FieldType::Money => format::money_short(value, &currency, lang).trim_start_matches("Rp").trim().to_string(),
                FieldType::Percent => format::percent(value, lang),
                _ => format::number(value, lang),
            }
        })
    }

    /// The last period, its change to the one before, and the way so far; without periods the whole.
    fn number(&self) -> BigNumber {
        let table = self.table;
        let dated = table.axes.first().and_then(|a| a.grain()).filter(|g| g.follows());
        let periods: Vec<&Line> = table.lines.iter().filter(|l| matches!(l.mark.key, Key::Period(..))).collect();
        let today = self.look.today();
        let last = dated.and_then(|_| periods.iter().rposition(|l| matches!(l.mark.key, Key::Period(from, _) if from <= today)));
        let now = last.map(|n| periods[n]);
        let value = now.map_or_else(|| table.cell(&table.totals, None, 0), |l| table.cell(&l.cells, None, 0));
        let before = last.and_then(|n| n.checked_sub(1)).map(|n| table.cell(&periods[n].cells, None, 0));
        let t = self.look.t;
        let points = table.measures.first().is_some_and(|m| m.kind == FieldType::Percent);
        let change = before.and_then(|before| Some((number(value)?, number(before)?))).filter(|(_, before)| points || !before.is_zero());
        let change = change.map(|(now, before)| {
            let change = if points { (now - before).round_dp(1) } else { ((now - before) / before.abs() * Decimal::ONE_HUNDRED).round() };
            let size = format::number(change.abs(), self.look.lang);
            (change >= Decimal::ZERO, if points { t.with("report-points", &[("n", size.into())]) } else { format!("{size}%") })
        });
        let mut detail: Vec<String> = Vec::new();
        if let (Some(grain), Some(_)) = (dated, &change) {
            detail.push(t.get(&format!("report-than-{}", grain.key())));
        } else if let Some(line) = now {
            detail.push(self.words(0, &line.mark));
        }
        let cells = now.map_or(&table.totals, |l| &l.cells);
        for (m, measure) in table.measures.iter().enumerate().skip(1).take(1) {
            let counts = table
                .report
                .measures
                .iter()
                .any(|own| own.key == measure.key && own.field.is_none() && own.formula.is_none() && own.label.is_none());
            let what = if counts { self.look.plural(&table.object) } else { measure.label.get(self.look.key()) };
            detail.push(format!("{} {}", self.value(m, table.cell(cells, None, m), true), what.to_lowercase()));
        }
        let reached = table.report.target.filter(|t| !t.is_zero()).and_then(|target| {
            let percent = (number(value)? / target * Decimal::ONE_HUNDRED).round().to_f64()?;
            let words = t.with("report-reached", &[("n", percent.into()), ("value", self.value(0, &Value::Dec(target), true).into())]);
            Some((percent, words))
        });
        let way = last.map(|n| periods[(n + 1).saturating_sub(SPARK)..=n].iter().map(|l| float(table.cell(&l.cells, None, 0))).collect());
        BigNumber {
            value: self.value(0, value, true),
            change,
            detail: detail.join(" · "),
            reached,
            way: way.unwrap_or_default(),
            href: self.href(&now.into_iter().collect::<Vec<_>>(), None),
        }
    }

    fn heat(&self) -> Markup {
        let table = self.table;
        let heads: Vec<Option<usize>> = if table.heads.is_empty() { vec![None] } else { (0..table.heads.len()).map(Some).collect() };
        let all = table.lines.iter().flat_map(|l| heads.iter().map(|h| float(table.cell(&l.cells, *h, 0)).unwrap_or_default()));
        let most = all.fold(0.0_f64, f64::max);
        let heat = |value: f64| if most > 0.0 && value > 0.0 { (value / most * HEATS).ceil() as u8 } else { 0 };
        html! {
            div.ak-heat-wrap { table.ak-heat {
                caption.ak-sr { (self.title) }
                @if !table.heads.is_empty() {
                    thead { tr { th {} @for head in &table.heads { th scope="col" { (table.pivot().map_or_else(String::new, |a| a.short(head, self.look.lang, &self.look.currency))) } } } }
                }
                tbody { @for line in &table.lines { tr {
                    th scope="row" { (table.axes.first().map_or_else(String::new, |a| a.short(&line.mark, self.look.lang, &self.look.currency))) }
                    @for head in &heads {
                        @let value = table.cell(&line.cells, *head, 0);
                        @let mark = head.and_then(|h| table.heads.get(h));
                        td data-heat=(heat(float(value).unwrap_or_default())) {
                            @match self.href(&[line], mark).filter(|_| float(value).is_some_and(|v| v > 0.0)) {
                                Some(href) => { a href=(href) { (self.value(0, value, true)) } }
                                None => { (self.value(0, value, true)) }
                            }
                        }
                    }
                } } }
            } }
        }
    }

    /// The table: the same figures in full.
    pub fn table(&self) -> Markup {
        let table = self.table;
        let (lang, t) = (self.look.lang, self.look.t);
        let depth = table.report.groups.len();
        let measures = table.measures.len();
        let blocks: Vec<Option<usize>> = (0..table.heads.len()).map(Some).chain([None]).collect();
        let folded = table.heads.is_empty();
        html! {
            div.ak-table-wrap.ak-table-plain.ak-report-table tabindex="0" role="region" aria-label=(self.title) {
                table.ak-table {
                    caption.ak-sr { (self.title) }
                    thead {
                        @if !folded && measures > 1 {
                            tr {
                                @if depth > 0 { th {} }
                                @for head in &table.heads { th scope="colgroup" colspan=(measures) .ak-right { (table.head_words(head, lang, &self.look.currency)) } }
                                th scope="colgroup" colspan=(measures) .ak-right { (t.get("report-all")) }
                            }
                        }
                        tr {
                            @if depth > 0 { th scope="col" { (table.axes.iter().take(depth).map(|a| a.words(lang)).collect::<Vec<_>>().join(" · ")) } }
                            @for block in &blocks { @for column in &table.measures {
                                th scope="col" .ak-right {
                                    @match block.and_then(|h| table.heads.get(h)) {
                                        Some(head) if measures == 1 => { (table.head_words(head, lang, &self.look.currency)) }
                                        None if measures == 1 && !folded => { (t.get("report-all")) }
                                        _ => { (column.label.get(self.look.key())) }
                                    }
                                }
                            } }
                        }
                    }
                    tbody {
                        @for line in &table.lines {
                            (self.row(&[line], &blocks))
                            @for inner in &line.below { (self.row(&[line, inner], &blocks)) }
                        }
                        @if table.lines.is_empty() && depth > 0 { tr { td colspan=(1 + blocks.len() * measures) { span.ak-muted { (t.get("report-nothing")) } } } }
                    }
                    @if table.lines.len() > 1 || depth == 0 {
                        tfoot { tr {
                            @if depth > 0 { td { b { (t.get("report-total")) } } }
                            @for block in &blocks { @for m in 0..measures {
                                td.ak-right data-label=(self.head(*block, m)) { b { (self.value(m, table.cell(&table.totals, *block, m), false)) } }
                            } }
                        } }
                    }
                }
            }
        }
    }

    /// What a column is called where it has no head above it.
    fn head(&self, block: Option<usize>, measure: usize) -> String {
        let table = self.table;
        let label = table.measures.get(measure).map_or("", |m| m.label.get(self.look.key()));
        match block.and_then(|h| table.heads.get(h)).map(|head| table.head_words(head, self.look.lang, &self.look.currency)) {
            Some(head) if table.measures.len() == 1 => head,
            Some(head) => format!("{head} · {label}"),
            None if table.heads.is_empty() => label.to_string(),
            None if table.measures.len() == 1 => self.look.t.get("report-all"),
            None => format!("{} · {label}", self.look.t.get("report-all")),
        }
    }

    fn row(&self, lines: &[&Line], blocks: &[Option<usize>]) -> Markup {
        let Some(line) = lines.last() else { return html! {} };
        let depth = lines.len() - 1;
        let words = self.words(depth, &line.mark);
        html! {
            tr data-depth=(depth) {
                th scope="row" {
                    @match self.href(lines, None) { Some(href) => { a.ak-link href=(href) { (words) } } None => { (words) } }
                }
                @for block in blocks { @for m in 0..self.table.measures.len() {
                    @let value = self.table.cell(&line.cells, *block, m);
                    td.ak-right data-label=(self.head(*block, m)) {
                        @match block.and_then(|h| self.table.heads.get(h)).and_then(|head| self.href(lines, Some(head))).filter(|_| float(value).is_some_and(|v| v != 0.0)) {
                            Some(href) => { a href=(href) { (self.value(m, value, false)) } }
                            None => { (self.value(m, value, false)) }
                        }
                    }
                } }
            }
        }
    }
}

pub(super) fn float(value: &Value) -> Option<f64> {
    number(value)?.to_f64()
}

/// Words of a calendar unit.
pub fn grain_words(look: &Look, grain: Grain) -> String {
    look.t.get(&format!("grain-{}", grain.key()))
}
