//! Flows as a file, out of one workspace and into another.

use super::Flow;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::{FieldProblem, Label, Problem};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use toml::{Table, Value};

/// A flow with its key, as the file has it.
#[derive(Serialize, Deserialize)]
struct Named {
    key: String,
    #[serde(flatten)]
    flow: Flow,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    flows: Vec<Named>,
}

/// What a flow of a file is to a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Come {
    pub key: String,
    pub new: bool,
    /// False when it says what is there already.
    pub changed: bool,
    /// The version that counts now, or would.
    pub version: i64,
}

impl Tx<'_> {
    /// Flows that count, as a file: one of them, or all.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_export(&mut self, key: Option<&str>) -> Result<String> {
        self.may_declare()?;
        let mut out = String::from("# Flows of a workspace. Brought into another one in the settings or by `akrab flow import`.\n");
        let mut found = false;
        for row in self.conn.flows()?.into_iter().filter(|row| !row.gone && key.is_none_or(|key| row.key == key)) {
            found = true;
            let Some((_, flow)) = self.flow_latest(&row.key)? else { continue };
            let mut table = Table::try_from(Named { key: row.key, flow }).map_err(Problem::internal)?;
            if let Some(form) = form_of(&mut table).filter(|form| form.is_integer()) {
                let known = self.forms()?;
                let key = known.into_iter().find(|known| form.as_integer() == Some(known.id)).map(|known| known.key);
                *form = Value::from(key.unwrap_or_default());
            }
            out.push('\n');
            section("flows", &table, &mut out);
        }
        if key.is_some() && !found {
            return Err(Problem::not_found());
        }
        Ok(out)
    }

    fn flow_take_in(&mut self, named: &Named, new: bool) -> Result<Come> {
        let faults = self.flow_faults(&named.flow)?;
        if !faults.is_empty() {
            let at = |fault: FieldProblem| FieldProblem { pointer: format!("/{}{}", named.key, fault.pointer), ..fault };
            return Err(Problem::invalid(faults.into_iter().map(at).collect()));
        }
        let known = self.flow_latest(&named.key)?;
        if let Some((version, _)) = known.filter(|(_, flow)| *flow == named.flow) {
            return Ok(Come { key: named.key.clone(), new, changed: false, version });
        }
        self.flow_write_draft(&named.key, &named.flow, None)?;
        Ok(Come { key: named.key.clone(), new, changed: true, version: self.flow_publish(&named.key)? })
    }
}

/// The form a flow begins with: a number in the workspace, the last part of its address in a file.
fn form_of(flow: &mut Table) -> Option<&mut Value> {
    flow.get_mut("trigger")?.as_table_mut()?.get_mut("form")
}

impl Tx<'_> {
    /// The flows of a file, with the numbers their forms have here.
    fn flows_read(&mut self, text: &str) -> std::result::Result<Result<File>, toml::de::Error> {
        let mut table: Table = toml::from_str(text)?;
        let flows = table.get_mut("flows").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_table_mut);
        let forms: Vec<&mut Value> = flows.filter_map(form_of).filter(|form| form.is_str()).collect();
        if forms.is_empty() {
            // faults with their lines
            return toml::from_str(text).map(Ok);
        }
        let known = match self.forms() {
            Ok(known) => known,
            Err(problem) => return Ok(Err(problem)),
        };
        for form in forms {
            let here = known.iter().find(|known| form.as_str() == Some(&known.key)).map_or(0, |known| known.id);
            *form = here.into();
        }
        table.try_into().map(Ok)
    }

    /// As [`Engine::flow_import`], with the name of each.
    pub(crate) fn flows_take(&mut self, text: &str) -> Result<Vec<(Come, Label)>> {
        self.may_declare()?;
        let file = self.flows_read(text).map_err(|error| crate::written::unreadable(text, &error))??;
        let known: Vec<String> = self.conn.flows()?.into_iter().filter(|row| !row.gone).map(|row| row.key).collect();
        // a flow may run one that comes with it
        for named in file.flows.iter().filter(|named| !known.contains(&named.key)) {
            self.flow_make(&named.flow, Some(&named.key))?;
            // what comes from elsewhere begins to work when somebody has looked at it
            self.flow_pause(&named.key, true)?;
        }
        let take = |named: &Named| Ok((self.flow_take_in(named, !known.contains(&named.key))?, named.flow.name.clone()));
        file.flows.iter().map(take).collect()
    }
}

impl Engine {
    /// Brings flows of a file in. New ones come resting; those there are count in their new version at once. With `dry` it
    /// is only said what would come.
    ///
    /// # Errors
    /// `invalid` with the line, or with the flow and what is wrong with it; `forbidden` for anybody but administrators.
    pub async fn flow_import(&self, ctx: &Ctx, text: &str, dry: bool) -> Result<Vec<Come>> {
        let text = text.to_string();
        let take = move |tx: &mut Tx| Ok(tx.flows_take(&text)?.into_iter().map(|(come, _)| come).collect());
        if dry { self.try_out(ctx, take).await } else { self.write(ctx, take).await }
    }
}

/// Lists of tables that have sections of their own.
const LISTS: [&str; 3] = ["steps", "arms", "rules"];

fn section(path: &str, table: &Table, out: &mut String) {
    let _ = writeln!(out, "[[{path}]]");
    let apart = |key: &str, value: &Value| {
        LISTS.contains(&key) && value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_table))
    };
    for (key, value) in table.iter().filter(|(key, value)| !apart(key, value)) {
        let _ = writeln!(out, "{key} = {value}");
    }
    for (key, value) in table.iter().filter(|(key, value)| apart(key, value)) {
        let inner = format!("{path}.{key}");
        for item in value.as_array().into_iter().flatten().filter_map(Value::as_table) {
            out.push('\n');
            section(&inner, item, out);
        }
    }
}
