//! Reports: against figures worked out by hand, and with the rights of whoever asks.

mod figures;
mod pages;
mod readers;
mod tables;

use crate::workspace::{Workspace, both, map};
use akrab_engine::report::{Key, ReportTable, number};
use akrab_engine::{Ctx, Door};
use akrab_model::format::Lang;
use akrab_model::report::{Function, Report};
use akrab_model::{Filter, Value};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

fn report(json: Json) -> Report {
    serde_json::from_value(json).expect("a report")
}

async fn asked(w: &Workspace, ctx: &Ctx, json: Json) -> ReportTable {
    w.engine.report(ctx, report(json.clone()), None).await.unwrap_or_else(|p| panic!("{json}: {p:?}"))
}

/// The codes with which a report is refused.
async fn refused(w: &Workspace, ctx: &Ctx, json: Json) -> Vec<String> {
    let problem = w.engine.report(ctx, report(json), None).await.expect_err("refused");
    problem.fields.iter().map(|f| f.code.clone()).chain(problem.fields.is_empty().then(|| problem.code.to_string())).collect()
}

fn words(table: &ReportTable) -> Vec<String> {
    table.lines.iter().map(|line| table.line_words(0, &line.mark, Lang::En, "IDR")).collect()
}

fn numbers(values: &[Value]) -> Vec<Option<String>> {
    values.iter().map(|v| number(v).map(|d| d.normalize().to_string())).collect()
}

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
