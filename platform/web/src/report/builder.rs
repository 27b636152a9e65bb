//! The builder: a form whose state is the address, with the report it makes beside it.

use super::draw::{Drawing, grain_words};
use super::form::{self, MEASURES};
use super::kept::scopes;
use super::list::icon;
use crate::fail::{field_errors, message};
use crate::filter::{builder as filters, fields};
use crate::list::address::push;
use crate::ui::button::Button;
use crate::ui::chart;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{Input, select, text};
use crate::value::Look;
use crate::{Reply, Visit};
use akrab_engine::report::ReportEntry;
use akrab_engine::{Access, ReportTable, Rights};
use akrab_model::object::Scope;
use akrab_model::problem::ProblemKind;
use akrab_model::report::{Chart, Function, Grain, Measure, Report, Show};
use akrab_model::{FieldType, Object, Problem};
use axum::extract::Query;
use maud::{Markup, html};
use std::sync::Arc;

type Pairs = Vec<(String, String)>;

/// What the builder shows.
struct Bench<'a> {
    look: Look,
    visit: &'a Visit,
    pairs: &'a [(String, String)],
    object: Arc<Object>,
    report: Report,
    fields: Vec<fields::Choice>,
    /// The saved report that is changed, or the one this began as.
    from: Option<ReportEntry>,
    answer: Result<ReportTable, Problem>,
    errors: Vec<(String, String)>,
}

/// `GET /reports/build`.
pub async fn show(visit: Visit, Query(pairs): Query<Pairs>) -> Reply {
    draw(visit, &pairs, None).await
}

/// The form with what is wrong with it.
pub async fn faulty(visit: Visit, pairs: &[(String, String)], problem: Problem) -> Reply {
    draw(visit, pairs, Some(problem)).await
}

async fn draw(visit: Visit, pairs: &[(String, String)], problem: Option<Problem>) -> Reply {
    let look = visit.look();
    let rights = visit.rights();
    let objects = objects(&look, &rights);
    let asked = pairs.iter().find(|(name, _)| name == "object").map_or("", |(_, value)| value.as_str());
    let object = objects.iter().find(|o| o.key == asked).or_else(|| visit.likely(&objects)).cloned().ok_or_else(Problem::not_found)?;
    // what belongs to another object is forgotten with it
    let kept: Pairs = if object.key == asked && !changed_object(pairs) { pairs.to_vec() } else { start(&object, pairs) };
    let read = form::read(&look, &kept);
    let report = match &read {
        Ok(report) => report.clone(),
        Err(_) => form::read(&look, &start(&object, &[]))?,
    };
    let from = pairs.iter().find(|(name, _)| name == "from").map(|(_, key)| key.clone()).filter(|key| !key.is_empty());
    let (own, fine) = (report.clone(), read.is_ok());
    let (from, answer, titles, words) = visit
        .read(move |tx| {
            let from = from.and_then(|key| tx.report_entry(&key).ok());
            let answer = if fine { tx.report(&own, None) } else { Err(Problem::not_found()) };
            let object = tx.object(&own.object)?;
            let filter = own.filter.as_ref().and_then(|f| akrab_model::Filter::from_json(f).ok());
            let titles = match &filter {
                Some(filter) => crate::filter::words::titles(&Look::new(&tx.engine, &tx.ctx), tx, &object, filter)?,
                None => crate::filter::words::Titles::new(),
            };
            Ok((from, answer, titles, filters::own_words(tx)))
        })
        .await?;
    let answer = match read {
        Err(fault) => Err(fault),
        Ok(_) => answer,
    };
    let errors = problem.as_ref().map(|p| field_errors(visit.t, p)).unwrap_or_default();
    let choices = fields::choices(&look, &object, &rights);
    let bench = Bench { look, visit: &visit, pairs: &kept, object, report, fields: choices, from, answer, errors };
    let changing = bench.from.as_ref().filter(|f| f.editable).map(|f| f.name.get(visit.lang()).to_string());
    let title = changing.unwrap_or_else(|| visit.t.get("report-new"));
    let mut frame = visit.frame(&title).await;
    frame.breadcrumb.push(visit.crumb("reports-title", "/reports"));
    let filter = filters::of_report(
        &bench.look,
        &bench.object,
        bench.report.filter.as_ref(),
        &rights,
        &titles,
        &words,
        &bench.keep(),
        "/reports/build",
        None,
    );
    let body = html! { (chart::patterns()) div.ak-builder id="builder" { (filter) div.ak-builder-bench { (bench.form(&objects)) (bench.preview()) } } };
    if problem.is_some() { visit.invalid(&frame, body) } else { visit.page(&frame, body) }
}

/// Objects the person may see records of.
fn objects(look: &Look, rights: &Rights) -> Vec<Arc<Object>> {
    let seen = look.registry.objects().filter(|o| !o.is_system() && rights.scope(o, Access::Read) > Scope::None);
    let mut all: Vec<Arc<Object>> = seen.cloned().collect();
    all.sort_by_key(|o| look.plural(o).to_lowercase());
    all
}

fn changed_object(pairs: &[(String, String)]) -> bool {
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    get("of").is_some_and(|of| get("object") != Some(of))
}

/// A first report of an object: how many, month by month.
fn start(object: &Object, pairs: &[(String, String)]) -> Pairs {
    let keep = pairs.iter().filter(|(name, _)| matches!(name.as_str(), "name" | "about" | "scope"));
    let own =
        [("object", object.key.as_str()), ("chart", "column"), ("g0", "created_at"), ("g0by", "month"), ("m0", "count"), ("m0key", "m1")];
    own.into_iter().map(|(n, v)| (n.to_string(), v.to_string())).chain(keep.cloned()).collect()
}

impl Bench<'_> {
    fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// What stays when the filter changes.
    fn keep(&self) -> Vec<(String, String)> {
        let from = self.from.iter().map(|f| ("from".to_string(), f.key.clone()));
        form::pairs(&self.report).into_iter().filter(|(name, _)| name != "filter").chain(from).collect()
    }

    fn form(&self, objects: &[Arc<Object>]) -> Markup {
        let (t, v) = (self.look.t, self.visit);
        let plain = |label: &str, input: Input, options: &[(String, String)]| row(t, &Row::new(label), input, |i| select(i, options));
        let object_options: Vec<_> = objects.iter().map(|o| (o.key.clone(), self.look.plural(o).to_string())).collect();
        let charts: Vec<_> = Chart::ALL.iter().map(|c| (c.key().to_string(), t.get(&format!("chart-{}", c.key())))).collect();
        let kinds: Vec<_> = ["plain", "funnel", "cohort"].map(|k| (k.to_string(), t.get(&format!("report-kind-{k}")))).to_vec();
        let action = self.from.as_ref().filter(|f| f.editable).map_or("/reports".to_string(), |f| format!("/reports/{}", f.key));
        html! {
            form.ak-builder-form id="report-form" method="get" action="/reports/build" data-live="#builder" {
                input type="hidden" name="of" value=(self.object.key);
                @if let Some(from) = &self.from { input type="hidden" name="from" value=(from.key); }
                @if let Some(filter) = &self.report.filter { input type="hidden" name="filter" value=(filter); }
                @if let Some(period) = &self.report.period { input type="hidden" name="period" value=(period); }
                (plain(&t.get("report-object"), Input::new("object", &self.object.key), &object_options))
                (plain(&t.get("report-chart"), Input::new("chart", self.report.chart.key()), &charts))
                (self.filter_line())
                fieldset.ak-builder-part {
                    legend { (t.get("report-groups")) }
                    (self.grouping("g0", &t.get("report-group-first")))
                    @if !self.get("g0").is_empty() {
                        (self.grouping("g1", &t.get("report-group-second")))
                        (self.grouping("p", &t.get("report-pivot")))
                        (plain(&t.get("report-kind"), Input::new("kind", &serde_word(&self.report.kind)), &kinds))
                    } @else { input type="hidden" name="kind" value=(serde_word(&self.report.kind)); }
                }
                fieldset.ak-builder-part {
                    legend { (t.get("report-measures")) }
                    @let shown = (self.report.measures.len() + 1).clamp(1, MEASURES.max(self.report.measures.len()));
                    @for n in 0..shown { (self.measure(n, self.report.measures.get(n))) }
                }
                fieldset.ak-builder-part {
                    legend { (t.get("report-order")) }
                    (plain(&t.get("report-sort"), Input::new("sort", self.report.sort.as_deref().unwrap_or_default()), &self.sorts()))
                    (row(t, &Row::new(t.get("report-limit")).hint(t.get("report-limit-hint")), Input::new("limit", &self.report.limit.map(|n| n.to_string()).unwrap_or_default()).attr("inputmode", "numeric"), text))
                    @let relative = self.report.as_of.as_deref().is_some_and(|word| word.parse::<jiff::civil::Date>().is_err());
                    (row(t, &Row::new(t.get("report-as-of")).hint(t.get("report-as-of-hint")), Input::new("asof", self.report.as_of.as_deref().unwrap_or_default()).attr("type", if relative { "text" } else { "date" }), text))
                    @if matches!(self.report.chart, Chart::Number | Chart::Bar) {
                        (row(t, &Row::new(t.get("report-target")), Input::new("target", &self.report.target.map(akrab_model::value::plain).unwrap_or_default()), text))
                    }
                }
                noscript { (Button::new(t.get("report-preview")).submit()) }
            }
            // outside of the form above: writing a name draws nothing anew
            div.ak-builder-save {
                (error_summary(t, &self.errors))
                input type="hidden" name="csrf" value=(v.csrf) form="report-form";
                (row(t, &Row::new(t.get("view-name")), Input::new("name", &self.named(|f| f.name.get(self.look.key()).to_string(), "name")).required(true).attr("maxlength", "60").attr("form", "report-form"), text))
                (row(t, &Row::new(t.get("report-about")), Input::new("about", &self.named(|f| f.about.get(self.look.key()).to_string(), "about")).attr("maxlength", "140").attr("form", "report-form"), text))
                (row(t, &Row::new(t.get("view-scope")), Input::new("scope", &self.named(|f| f.scope.map_or("private", |s| s.key()).to_string(), "scope")).attr("form", "report-form"), |i| select(i, &scopes(self.visit))))
                div.ak-row.ak-gap-8 {
                    (Button::new(t.get("save")).primary().submit().attr("form", "report-form").attr("formmethod", "post").attr("formaction", action.clone()))
                    @if action != "/reports" { (Button::new(t.get("report-save-new")).submit().attr("form", "report-form").attr("formmethod", "post").attr("formaction", "/reports")) }
                }
            }
        }
    }

    fn named(&self, of: impl Fn(&ReportEntry) -> String, name: &str) -> String {
        match self.get(name) {
            "" => self.from.as_ref().filter(|f| f.editable).map(of).unwrap_or_default(),
            typed => typed.to_string(),
        }
    }

    fn filter_line(&self) -> Markup {
        let t = self.look.t;
        let count = self.report.filter.as_ref().map_or(0, conditions);
        html! {
            div.ak-form-row {
                div.ak-label-line { span.ak-label { (t.get("list-filter")) } }
                div.ak-row.ak-gap-8 {
                    (Button::new(t.with("report-filter", &[("n", count.into())])).icon("list-filter").href("#filter").flag("data-filter-open", true))
                    @if count > 0 {
                        @let mut href = String::from("/reports/build");
                        ({ for (name, value) in self.keep() { push(&mut href, &name, &value); } html! {} })
                        (Button::new(t.get("clear-all")).ghost().href(href))
                    }
                }
            }
        }
    }

    fn grouping(&self, name: &str, label: &str) -> Markup {
        let t = self.look.t;
        let chosen = self.get(name);
        let kind = self.fields.iter().find(|f| f.key == chosen).map(|f| f.kind);
        let mut options = vec![(String::new(), t.get("report-no-group"))];
        options.extend(self.fields.iter().filter(|f| is_groupable(f)).map(|f| (f.key.clone(), f.label.clone())));
        if !chosen.is_empty() && kind.is_none() {
            options.push((chosen.to_string(), chosen.to_string()));
        }
        let by = format!("{name}by");
        let grains: Vec<_> = Grain::ALL
            .iter()
            .filter(|g| kind == Some(FieldType::DateTime) || **g != Grain::Hour)
            .map(|g| (g.key().to_string(), grain_words(&self.look, *g)))
            .collect();
        html! {
            (row(t, &Row::new(label), Input::new(name, chosen), |i| select(i, &options)))
            @match kind {
                Some(FieldType::Date | FieldType::DateTime) => {
                    @let value = if self.get(&by).is_empty() { "month" } else { self.get(&by) };
                    (row(t, &Row::new(t.get("report-grain")), Input::new(&by, value), |i| select(i, &grains)))
                }
                Some(kind) if kind.is_number() => {
                    @let bands = format!("{name}bands");
                    (row(t, &Row::new(t.get("report-bands")).hint(t.get("report-bands-hint")), Input::new(&bands, self.get(&bands)), text))
                }
                _ => {}
            }
        }
    }

    fn measure(&self, n: usize, measure: Option<&Measure>) -> Markup {
        let t = self.look.t;
        let at = |part: &str| format!("m{n}{part}");
        let function = measure.map_or("", |m| if m.formula.is_some() { "formula" } else { m.function.key() });
        let none = if n == 0 {
            None
        } else {
            Some((String::new(), t.get(if measure.is_some() { "report-measure-none" } else { "report-measure-add" })))
        };
        let functions = none
            .into_iter()
            .chain(Function::ALL.iter().map(|f| (f.key().to_string(), t.get(&format!("function-{}", f.key())))))
            .chain([("formula".to_string(), t.get("function-formula"))]);
        let functions: Vec<_> = functions.collect();
        let key = measure.map_or_else(|| format!("m{}", n + 1), |m| m.key.clone());
        let shows: Vec<_> = Show::ALL.iter().map(|s| (s.key().to_string(), t.get(&format!("show-{}", s.key())))).collect();
        let units: Vec<_> = ["number", "money", "percent"].map(|u| (u.to_string(), t.get(&format!("unit-{u}")))).to_vec();
        let label = if measure.is_some() { t.with("report-measure", &[("key", key.as_str().into())]) } else { t.get("report-measure-add") };
        html! {
            div.ak-builder-measure {
                (row(t, &Row::new(label), Input::new(&at(""), function), |i| select(i, &functions)))
                @if let Some(measure) = measure {
                    input type="hidden" name=(at("key")) value=(key);
                    @if let Some(only) = &measure.only { input type="hidden" name=(at("where")) value=(only); }
                    @if let Some(label) = &measure.label { input type="hidden" name=(at("label")) value=(serde_json::to_string(label).unwrap_or_default()); }
                    @if measure.hidden { input type="hidden" name=(at("hidden")) value="1"; }
                    @if let Some(formula) = &measure.formula {
                        (row(t, &Row::new(t.get("function-formula")).hint(t.get("report-formula-hint")), Input::new(&at("formula"), formula), text))
                        (row(t, &Row::new(t.get("report-unit")), Input::new(&at("as"), &measure.result.map(|r| serde_word(&r)).unwrap_or_default()), |i| select(i, &units)))
                    } @else if measure.function != Function::Count || measure.field.is_some() {
                        (row(t, &Row::new(t.get("report-field")), Input::new(&at("of"), measure.field.as_deref().unwrap_or_default()), |i| select(i, &self.measurable(measure.function))))
                    }
                    (row(t, &Row::new(t.get("report-show")), Input::new(&at("show"), measure.show.key()), |i| select(i, &shows)))
                }
            }
        }
    }

    fn measurable(&self, function: Function) -> Vec<(String, String)> {
        let fits = |f: &&fields::Choice| {
            let dated = matches!(f.kind, FieldType::Date | FieldType::DateTime);
            !f.key.starts_with(fields::CHILD)
                && match function {
                    Function::Count | Function::Distinct => !matches!(f.kind, FieldType::Json | FieldType::Links | FieldType::LongText),
                    Function::Min | Function::Max => f.kind.is_number() || dated,
                    _ => f.kind.is_number(),
                }
        };
        let options = self.fields.iter().filter(fits).map(|f| (f.key.clone(), f.label.clone()));
        [(String::new(), "—".to_string())].into_iter().chain(options).collect()
    }

    fn sorts(&self) -> Vec<(String, String)> {
        let t = self.look.t;
        let mut options = vec![(String::new(), t.get("report-sort-usual")), ("key".into(), t.get("report-sort-key"))];
        for measure in self.report.measures.iter().filter(|m| !m.hidden) {
            let args = [("key", measure.key.as_str().into())];
            options.push((format!("-{}", measure.key), t.with("report-sort-down", &args)));
            options.push((measure.key.clone(), t.with("report-sort-up", &args)));
        }
        options
    }

    fn preview(&self) -> Markup {
        let t = self.look.t;
        let title = t.get("report-preview");
        html! {
            section.ak-builder-preview aria-label=(title) aria-live="polite" {
                @match &self.answer {
                    Ok(table) => {
                        @let drawing = Drawing { look: &self.look, table, title: &title, within: None };
                        @if let Some(drawn) = drawing.chart() { div.ak-tile { (drawn) } }
                        (drawing.table())
                    }
                    Err(problem) => {
                        div.ak-blank { div.ak-blank-inner {
                            span.ak-mark aria-hidden="true" { (icon_sized(icon(self.report.chart), 20)) }
                            p.ak-blank-text role="status" { (told(self.visit, problem)) }
                        } }
                    }
                }
            }
        }
    }
}

/// What is wrong, in one sentence.
fn told(visit: &Visit, problem: &Problem) -> String {
    match problem.fields.first() {
        Some(fault) if problem.kind == ProblemKind::Invalid => crate::fail::field_message(visit.t, fault),
        _ => message(visit.t, problem),
    }
}

fn is_groupable(f: &fields::Choice) -> bool {
    use FieldType::*;
    !f.key.starts_with(fields::CHILD)
        && (matches!(f.kind, Choice | Choices | Boolean | Link | Stage | Text | Date | DateTime) || f.kind.is_number())
}

/// How many conditions a filter has.
fn conditions(filter: &serde_json::Value) -> usize {
    let inner = ["all", "any"].iter().filter_map(|join| filter.get(join)?.as_array()).flatten().map(conditions).sum::<usize>();
    inner + filter.get("not").map_or(0, conditions) + usize::from(filter.get("field").is_some() || filter.get("child").is_some())
}

fn serde_word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
