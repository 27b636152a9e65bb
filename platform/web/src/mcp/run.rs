//! Doing what an assistant asks, with the rights of whoever it works for.

use super::describe;
use crate::api::{object_of, reports, shape};
use crate::{ApiCaller, Fail};
use akrab_engine::{ListRequest, Once, Result, TimelineRequest, Tx};
use akrab_model::report::Report;
use akrab_model::value::Input;
use akrab_model::{Count, FieldProblem, Filter, Problem};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

/// Arguments of a call, read strictly.
pub struct Arguments(Input);

impl Arguments {
    /// # Errors
    /// `unknown_field` for one the tool does not take, `required` for one that is missing.
    pub fn new(given: Input, schema: &Input) -> Result<Arguments> {
        let known = schema["properties"].as_object();
        if let Some(unknown) = given.keys().find(|key| known.is_none_or(|known| !known.contains_key(*key))) {
            return Err(Problem::invalid(vec![FieldProblem::new(unknown, "unknown_field").with("field", unknown)]));
        }
        let wanted = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let missing: Vec<FieldProblem> =
            wanted.filter(|key| given.get(*key).is_none_or(Json::is_null)).map(|key| FieldProblem::new(key, "required")).collect();
        if missing.is_empty() { Ok(Arguments(given)) } else { Err(Problem::invalid(missing)) }
    }

    fn maybe<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(value) = self.0.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
        let wrong = |_| Problem::invalid(vec![FieldProblem::new(key, "wrong_type")]);
        serde_json::from_value(value.clone()).map(Some).map_err(wrong)
    }
    fn of<T: DeserializeOwned + Default>(&self, key: &str) -> Result<T> {
        Ok(self.maybe(key)?.unwrap_or_default())
    }
    fn filter(&self) -> Result<Option<Filter>> {
        let Some(json) = self.0.get("filter").filter(|json| !json.is_null()) else { return Ok(None) };
        let placed = |mut problem: Problem| {
            for field in &mut problem.fields {
                field.pointer = format!("/filter{}", field.pointer.trim_end_matches('/'));
            }
            problem
        };
        Filter::from_json(json).map(Some).map_err(placed)
    }
    fn limit(&self, usual: usize, most: usize) -> Result<usize> {
        let limit: usize = self.maybe("limit")?.unwrap_or(usual);
        let out = || Problem::invalid(vec![FieldProblem::new("limit", "out_of_range").with("min", 1).with("max", most)]);
        if (1..=most).contains(&limit) { Ok(limit) } else { Err(out()) }
    }
    /// The request's own name, bound to all of it.
    fn once(&self, tool: &str) -> Result<Option<Once>> {
        let Some(key) = self.maybe::<String>("key")? else { return Ok(None) };
        let asked = Json::Object(self.0.clone()).to_string();
        Once::new(&key, &[b"mcp", tool.as_bytes(), asked.as_bytes()]).map(Some)
    }
}

/// Runs a tool and gives its answer.
///
/// # Errors
/// What the engine answers; `not_found` for an unknown tool.
pub async fn run(caller: &ApiCaller, tool: &'static str, given: Arguments) -> Result<Json, Fail> {
    let lang = caller.ctx.lang_key();
    match tool {
        "list_objects" => caller.read(move |tx| Ok(json!({ "objects": describe::objects(&tx.registry, &tx.rights, lang) }))).await,
        "describe_object" => {
            caller
                .read(move |tx| {
                    let object = tx.object(&object(tx, &given)?)?;
                    tx.rights.require_read(&object)?;
                    Ok(describe::object(&tx.registry, &tx.rights, &object, lang))
                })
                .await
        }
        "list_reports" => {
            let entries = caller.read(|tx| tx.reports()).await?;
            let told = entries
                .iter()
                .map(|e| json!({ "key": e.key, "name": e.name.get(lang), "about": e.about.get(lang), "object": e.report.object }));
            Ok(json!({ "reports": told.collect::<Vec<_>>() }))
        }
        "run_report" => report(caller, given).await,
        "create_record" | "update_record" | "run_action" => caller.write(move |tx| write(tx, tool, &given)).await,
        _ => caller.read(move |tx| read(tx, tool, &given)).await,
    }
}

/// The object an argument names by its plural key, or by its own, which reports say.
fn object(tx: &Tx, given: &Arguments) -> Result<String> {
    let plural: String = given.of("object")?;
    let unknown = |_| Problem::invalid(vec![FieldProblem::new("object", "unknown_choice").with("value", &plural)]);
    let own = tx.registry.object(&plural).map(|object| object.plural.clone());
    object_of(tx, own.as_deref().unwrap_or(&plural)).map_err(unknown)
}

fn id(given: &Arguments) -> Result<i64> {
    given.maybe::<i64>("id")?.filter(|id| *id > 0).ok_or_else(Problem::not_found)
}

fn asked(tx: &Tx, given: &Arguments) -> Result<ListRequest> {
    Ok(ListRequest {
        object: object(tx, given)?,
        filter: given.filter()?,
        q: given.maybe("q")?,
        sort: given.of("sort")?,
        columns: given.of("columns")?,
        limit: given.limit(50, 200)?,
        after: given.maybe("after")?,
        ..ListRequest::default()
    })
}

fn read(tx: &mut Tx, tool: &str, given: &Arguments) -> Result<Json> {
    match tool {
        "search" => {
            let (q, limit): (String, usize) = (given.of("q")?, given.limit(20, 100)?);
            let named: Vec<String> = given.of("objects")?;
            let keys = named.iter().map(|plural| object_of(tx, plural)).collect::<Result<Vec<_>>>()?;
            let hits = tx.search(&q, (!keys.is_empty()).then_some(keys.as_slice()), limit)?;
            Ok(json!({ "hits": hits.iter().map(shape::hit).collect::<Vec<_>>() }))
        }
        "list_records" => {
            let request = asked(tx, given)?;
            let page = tx.list(&request)?;
            let whole = page.next.is_none() && request.after.is_none();
            let count = if whole { Count::Exact(page.records.len() as u64) } else { tx.count(&request, false)? };
            Ok(shape::page(&page, Some(count)))
        }
        "summarise_records" => {
            let (request, totals) = (asked(tx, given)?, given.of::<Vec<String>>("totals")?);
            match given.maybe::<String>("by")? {
                Some(by) => Ok(json!({ "groups": tx.groups(&request, &by, None, &totals)?.iter().map(shape::group).collect::<Vec<_>>() })),
                None => Ok(json!({ "totals": tx.totals(&request, &totals)?.iter().map(shape::total).collect::<Vec<_>>() })),
            }
        }
        "get_record" => {
            let (key, id) = (object(tx, given)?, id(given)?);
            Ok(shape::record(&tx.get(&key, id)?))
        }
        "get_timeline" => {
            let (key, id) = (object(tx, given)?, id(given)?);
            let request = TimelineRequest { limit: given.limit(20, 100)?, ..TimelineRequest::default() };
            let timeline = tx.timeline(&key, id, &request)?;
            let told = |events: &[akrab_engine::Event]| events.iter().map(shape::event).collect::<Vec<Json>>();
            Ok(json!({ "upcoming": told(&timeline.upcoming), "events": told(&timeline.events) }))
        }
        _ => Err(Problem::not_found()),
    }
}

fn write(tx: &mut Tx, tool: &str, given: &Arguments) -> Result<Json> {
    let (key, once) = (object(tx, given)?, given.once(tool)?);
    let answer = tx.once(once.as_ref(), |tx| match tool {
        "create_record" => {
            let id = tx.create(&key, &given.of::<Input>("values")?)?;
            Ok((201, shape::record(&tx.get_own(&key, id)?).to_string()))
        }
        "update_record" => {
            let id = id(given)?;
            tx.update(&key, id, &given.of::<Input>("values")?, given.maybe("version")?)?;
            Ok((200, shape::record(&tx.get_own(&key, id)?).to_string()))
        }
        _ => {
            let (id, action) = (id(given)?, given.of::<String>("action")?);
            let outcome = tx.act(&key, id, &action, &given.of::<Input>("inputs")?)?;
            let named = |(object, id): &(String, i64)| Some(json!({ "object": tx.registry.object(object)?.plural, "id": id }));
            let made: Vec<Json> = outcome.made.iter().filter_map(named).collect();
            Ok((200, json!({ "made": made }).to_string()))
        }
    })?;
    let answer = crate::api::again_record(tx, &key, answer)?;
    serde_json::from_str(&answer.body).map_err(Problem::internal)
}

async fn report(caller: &ApiCaller, given: Arguments) -> Result<Json, Fail> {
    let (key, own, within) = (given.maybe::<String>("key")?, given.0.get("report").filter(|r| !r.is_null()).cloned(), given.filter()?);
    let (lang, currency) = (caller.ctx.lang, caller.web.engine.settings().currency.clone());
    let table = match (key, own) {
        (Some(key), _) => {
            let read = move |tx: &mut Tx| {
                let entry = tx.report_entry(&key)?;
                tx.report(&entry.report, within.as_ref())
            };
            caller.read(read).await?
        }
        (None, Some(own)) => {
            let wrong = |e: serde_json::Error| {
                Problem::invalid(vec![FieldProblem::new("report", "report_unreadable").with("cause", e.to_string())])
            };
            let report: Report = serde_json::from_value(own).map_err(wrong)?;
            caller.web.engine.report(&caller.ctx, report, within).await?
        }
        (None, None) => return Err(Problem::invalid(vec![FieldProblem::new("key", "required")]).into()),
    };
    Ok(reports::result(&table, lang, &currency))
}
