//! An answered report as a chart and as a table.

use crate::list::address::push;
use crate::ui::chart::{self, BigNumber, Chart, Series};
use crate::value::Look;
use akrab_engine::ReportTable;
use akrab_engine::report::plot::{Measured, Plot, Spot, float};
use akrab_engine::report::{Line, Mark};
use akrab_model::report::{Chart as Kind, Grain};
use akrab_model::{Value, format};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;
use std::sync::Arc;

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

    /// The list of what was lost at a step of a funnel.
    fn lost_href(&self, step: &Line) -> Option<String> {
        Some(self.list(&self.table.drill_lost(step, self.within)?))
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
                chart::funnel(&self.single(), &|step, percent| {
                    let lost = self.table.lost_words(step, self.look.lang, &self.look.currency);
                    let href = lost.as_ref().and_then(|_| self.lost_href(self.table.lines.get(step)?));
                    html! {
                        (t.with("report-onward", &[("n", percent.into())]))
                        @if let Some(lost) = lost {
                            @let words = t.with("report-lost-here", &[("n", lost.into())]);
                            " · " @match href { Some(href) => { a.ak-link href=(href) { (words) } } None => { (words) } }
                        }
                    }
                })
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

    /// What the engine says of a chart, with the way to the records behind each mark.
    fn linked(&self, plot: Plot) -> Chart {
        let href = |spot: &Option<Spot>| {
            let spot = (*spot)?;
            self.href(&self.table.lines_at(spot), spot.head.and_then(|h| self.table.heads.get(h)))
        };
        let series = plot.series.into_iter().map(|row| Series {
            hrefs: row.spots.iter().map(href).collect(),
            label: row.label,
            values: row.values,
            words: row.words,
        });
        Chart { title: self.title.into(), marks: plot.marks, full: plot.full, series: series.collect(), axis: self.axis() }
    }

    /// One row of values: the first measure of every line.
    fn single(&self) -> Chart {
        self.linked(self.table.single(self.look.lang, &self.look.currency))
    }

    /// Marks along the first grouping; series are the pivot, the second grouping or the measures.
    fn plot(&self) -> Chart {
        self.linked(self.table.plot(self.look.lang, &self.look.currency))
    }

    pub(super) fn axis(&self) -> Arc<dyn Fn(f64) -> String + Send + Sync> {
        let (lang, currency) = (self.look.lang, self.look.currency.clone());
        let unit = self.table.unit();
        Arc::new(move |value| unit.words(value, lang, &currency))
    }

    /// The last period, its change to the one before, and the way so far; without periods the whole.
    fn number(&self) -> BigNumber {
        let (table, t) = (self.table, self.look.t);
        let headline = table.headline(self.look.today());
        let now = headline.line.and_then(|n| table.lines.get(n));
        let change = headline.change.map(|(change, measured)| {
            let size = format::number(change.abs(), self.look.lang);
            let words = match measured {
                Measured::Points => t.with("report-points", &[("n", size.into())]),
                Measured::Percent => format!("{size}%"),
            };
            (change >= Decimal::ZERO, words)
        });
        let mut detail: Vec<String> = Vec::new();
        if let (Some(grain), true) = (table.axes.first().and_then(|a| a.grain()), change.is_some()) {
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
        let reached = headline.reached.zip(table.report.target).map(|(percent, target)| {
            let words = t.with("report-reached", &[("n", percent.into()), ("value", self.value(0, &Value::Dec(target), true).into())]);
            (percent, words)
        });
        BigNumber {
            value: self.value(0, &headline.value, true),
            change,
            detail: detail.join(" · "),
            reached,
            way: headline.way,
            href: self.href(&now.into_iter().collect::<Vec<_>>(), None),
        }
    }

    fn heat(&self) -> Markup {
        let table = self.table;
        let heads: Vec<Option<usize>> = if table.heads.is_empty() { vec![None] } else { (0..table.heads.len()).map(Some).collect() };
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
                        td data-heat=(table.heat(value)) {
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
        let (folded, lost) = (table.heads.is_empty(), table.tells_lost());
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
                            @if lost { @for m in 0..measures { th scope="col" .ak-right { (self.lost_head(m)) } } }
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
                            @if lost { td colspan=(measures) {} }
                        } }
                    }
                }
            }
            @if table.is_spread() { p.ak-muted.ak-small.ak-report-note { (t.get("report-spread")) } }
        }
    }

    fn lost_head(&self, measure: usize) -> String {
        let words = self.look.t.get("report-lost");
        match self.table.measures.as_slice() {
            [_] => words,
            many => format!("{words} · {}", many[measure].label.get(self.look.key())),
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
                @let lost = self.lost_href(line);
                @for (m, value) in line.lost.iter().enumerate() {
                    td.ak-right data-label=(self.lost_head(m)) {
                        @match lost.as_ref().filter(|_| float(value).is_some_and(|v| v != 0.0)) {
                            Some(href) => { a href=(href) { (self.value(m, value, false)) } }
                            None => { (self.value(m, value, false)) }
                        }
                    }
                }
            }
        }
    }
}

/// Words of a calendar unit.
pub fn grain_words(look: &Look, grain: Grain) -> String {
    look.t.get(&format!("grain-{}", grain.key()))
}
