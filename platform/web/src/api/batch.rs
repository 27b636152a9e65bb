//! Several changes in one transaction: all or none.

use super::ask::{Ask, Body, once};
use super::{again, object_of, shape, strict, text};
use crate::{ApiCaller, Reply};
use akrab_engine::{Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem};
use axum::extract::RawQuery;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

const MOST: usize = 500;

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Operation {
    Create { object: String, data: Input },
    Update { object: String, id: i64, version: Option<i64>, data: Input },
    Delete { object: String, id: i64, version: Option<i64> },
}

impl Operation {
    fn object(&self) -> &str {
        match self {
            Operation::Create { object, .. } | Operation::Update { object, .. } | Operation::Delete { object, .. } => object,
        }
    }
}

pub async fn run(caller: ApiCaller, RawQuery(query): RawQuery, headers: HeaderMap, body: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let once = once(&headers, "POST /batch", &body.bytes)?;
    let operations = read(&body.map)?;
    let answer = caller
        .write(move |tx| {
            let answer = tx.once(once.as_ref(), |tx| {
                let mut done = Vec::new();
                for (n, operation) in operations.iter().enumerate() {
                    done.push(apply(tx, operation).map_err(|p| placed(p, n))?);
                }
                Ok((200, json!({"data": done}).to_string()))
            })?;
            again::batch(tx, operations.iter().map(Operation::object), answer)
        })
        .await?;
    Ok(text(answer.status, answer.body))
}

fn read(map: &Input) -> Result<Vec<Operation>> {
    let fault = |pointer: &str, code: &str| Problem::invalid(vec![FieldProblem::new(pointer, code)]);
    if let Some(key) = map.keys().find(|k| *k != "operations") {
        return Err(fault(key, "unknown_field"));
    }
    let items = map.get("operations").and_then(Json::as_array).ok_or_else(|| fault("operations", "required"))?;
    if items.is_empty() {
        return Err(fault("operations", "batch_empty"));
    }
    if items.len() > MOST {
        return Err(Problem::invalid(vec![FieldProblem::new("operations", "too_many").with("max", MOST)]));
    }
    let one = |(n, item): (usize, &Json)| Operation::deserialize(item).map_err(|_| fault(&format!("/operations/{n}"), "wrong_type"));
    items.iter().enumerate().map(one).collect()
}

fn apply(tx: &mut Tx, operation: &Operation) -> Result<Json> {
    match operation {
        Operation::Create { object, data } => {
            let key = object_of(tx, object)?;
            strict::kinds(tx, &key, data)?;
            let id = tx.create(&key, data)?;
            Ok(shape::record(&tx.get_own(&key, id)?))
        }
        Operation::Update { object, id, version, data } => {
            let key = object_of(tx, object)?;
            strict::kinds(tx, &key, data)?;
            tx.update(&key, *id, data, *version)?;
            Ok(shape::record(&tx.get_own(&key, *id)?))
        }
        Operation::Delete { object, id, version } => {
            let key = object_of(tx, object)?;
            tx.delete(&key, *id, *version)?;
            Ok(json!({"id": id}))
        }
    }
}

/// Says which operation is at fault.
fn placed(mut problem: Problem, n: usize) -> Problem {
    for field in &mut problem.fields {
        field.pointer = format!("/operations/{n}/data{}", field.pointer);
    }
    if problem.fields.is_empty() {
        problem.fields.push(FieldProblem::new(&format!("/operations/{n}"), problem.code));
    }
    problem
}
