//! A report as the fields of a form, which are also its address while it is built.

use crate::filter::tree;
use crate::form::one_of;
use crate::value::Look;
use akrab_model::report::{Chart, Function, Grain, Grouping, Kind, Measure, Report, Show, Unit};
use akrab_model::text::money;
use akrab_model::value::plain;
use akrab_model::{FieldProblem, Filter, Label, Problem};
use rust_decimal::Decimal;

/// Rows of measures the form has at most.
pub const MEASURES: usize = 6;

/// The report as pairs of name and value.
pub fn pairs(report: &Report) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            out.push((name.to_string(), value));
        }
    };
    put("object", report.object.clone());
    put("chart", report.chart.key().into());
    put("kind", word(&report.kind));
    put("filter", report.filter.as_ref().map(ToString::to_string).unwrap_or_default());
    let keys = report.groups.iter().enumerate().map(|(n, g)| (format!("g{n}"), g)).chain(report.pivot.iter().map(|p| ("p".to_string(), p)));
    for (name, grouping) in keys {
        put(&name, grouping.field.clone());
        put(&format!("{name}by"), grouping.by.map_or("", Grain::key).into());
        put(&format!("{name}bands"), grouping.bands.iter().map(|d| plain(*d)).collect::<Vec<_>>().join("; "));
    }
    for (n, measure) in report.measures.iter().enumerate() {
        put(&format!("m{n}key"), measure.key.clone());
        put(&format!("m{n}"), if measure.formula.is_some() { "formula".into() } else { measure.function.key().into() });
        put(&format!("m{n}of"), measure.field.clone().unwrap_or_default());
        put(&format!("m{n}formula"), measure.formula.clone().unwrap_or_default());
        put(&format!("m{n}as"), measure.result.map(|r| word(&r)).unwrap_or_default());
        put(&format!("m{n}show"), measure.show.key().into());
        put(&format!("m{n}where"), measure.only.as_ref().map(ToString::to_string).unwrap_or_default());
        put(&format!("m{n}label"), measure.label.as_ref().map(|l| serde_json::to_string(l).unwrap_or_default()).unwrap_or_default());
        put(&format!("m{n}hidden"), if measure.hidden { "1".into() } else { String::new() });
    }
    put("sort", report.sort.clone().unwrap_or_default());
    put("limit", report.limit.map(|n| n.to_string()).unwrap_or_default());
    put("target", report.target.map(plain).unwrap_or_default());
    put("period", report.period.clone().unwrap_or_default());
    put("asof", report.as_of.clone().unwrap_or_default());
    out
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

/// The report the pairs mean.
///
/// # Errors
/// `invalid` with the name of what cannot be read.
pub fn read(look: &Look, pairs: &[(String, String)]) -> Result<Report, Problem> {
    let get = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
    let some = |name: &str| Some(get(name)).filter(|v| !v.is_empty()).map(str::to_string);
    let object = get("object").to_string();
    let filter = match (look.registry.object(&object), get("filter")) {
        (Some(of), text) if !text.is_empty() => tree::read(&look.registry, of, &look.parse_env(), text)?.filter(|f| !tree::is_empty(f)),
        _ => None,
    };
    let grouping = |name: &str| -> Result<Option<Grouping>, Problem> {
        let Some(field) = some(name) else { return Ok(None) };
        let dated = look.registry.object(&object).and_then(|of| crate::filter::words::walk(look, of, &field)).map(|(_, _, f)| f);
        let dated = dated.is_some_and(|f| matches!(f.kind, akrab_model::FieldType::Date | akrab_model::FieldType::DateTime));
        let by = match get(&format!("{name}by")) {
            "" => None,
            word => Some(choice::<Grain>(&format!("{name}by"), word)?),
        };
        let numeric = !dated;
        let bands = if numeric { numbers(look, &format!("{name}bands"), get(&format!("{name}bands")))? } else { Vec::new() };
        Ok(Some(Grouping { field, by: by.filter(|_| dated).or(dated.then_some(Grain::Month)), bands }))
    };
    let mut groups = Vec::new();
    for name in ["g0", "g1"] {
        groups.extend(grouping(name)?);
    }
    let mut measures = Vec::new();
    for n in 0..MEASURES.max(akrab_model::report::MOST_MEASURES) {
        let at = |part: &str| format!("m{n}{part}");
        let function = get(&at(""));
        if function.is_empty() {
            continue;
        }
        let formula = (function == "formula").then(|| get(&at("formula")).to_string());
        let json = |name: &str| match get(name) {
            "" => Ok(None),
            text => serde_json::from_str(text).map(Some).map_err(|_| Problem::invalid(vec![FieldProblem::new(name, "filter_not_json")])),
        };
        let label: Option<Label> = some(&at("label")).and_then(|text| serde_json::from_str(&text).ok());
        measures.push(Measure {
            key: some(&at("key")).unwrap_or_else(|| format!("m{}", n + 1)),
            label,
            function: if formula.is_some() { Function::Count } else { choice(&at(""), function)? },
            field: some(&at("of")).filter(|_| formula.is_none()),
            only: json(&at("where"))?.filter(|_| formula.is_none()),
            result: formula.is_some().then(|| one_of::<Unit>(&at("as"), get(&at("as")))).transpose()?,
            formula,
            show: one_of::<Show>(&at("show"), get(&at("show")))?,
            hidden: get(&at("hidden")) == "1",
        });
    }
    let limit = match get("limit") {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::invalid(vec![FieldProblem::new("limit", "not_a_number")]))?),
    };
    let pivot = grouping("p")?;
    Ok(Report {
        kind: one_of::<Kind>("kind", get("kind"))?,
        filter: filter.as_ref().map(Filter::to_json),
        groups,
        pivot,
        measures,
        sort: some("sort"),
        limit,
        chart: one_of::<Chart>("chart", get("chart"))?,
        target: numbers(look, "target", get("target"))?.first().copied(),
        period: some("period"),
        as_of: some("asof"),
        object,
    })
}

fn choice<T: serde::de::DeserializeOwned>(name: &str, word: &str) -> Result<T, Problem> {
    serde_json::from_value(word.into()).map_err(|_| Problem::invalid(vec![FieldProblem::new(name, "unknown_choice").with("value", word)]))
}

/// Numbers as people write them, one after the other with `;` between.
fn numbers(look: &Look, name: &str, text: &str) -> Result<Vec<Decimal>, Problem> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| money::parse(part, look.lang).map_err(|_| Problem::invalid(vec![FieldProblem::new(name, "not_a_number")]))).collect()
}
