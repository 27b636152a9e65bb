//! Figures brought to the records there are: after a declaration has gained or changed a roll-up or formula, and
//! after bulk loading.

use super::Tx;
use super::rollup::{Everything, of_no_children};
use crate::{Ctx, Door, Engine, Result};
use akrab_model::filter::{Filter, Is, Test};
use akrab_model::query::{Aggregate, AggregateFn};
use akrab_model::{Cond, Cursor, FieldIx, Object, Problem, Query, Raw, RecordId, Registry, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Setting with what every stored figure was worked out by: object → field → definition.
const DEFINITIONS: &str = "figures";
/// Records brought up to date in one transaction.
const BATCH: usize = 500;

type Definitions = BTreeMap<String, BTreeMap<String, String>>;

impl Engine {
    /// Works out for all records what is declared now and was not, or otherwise, when they were written.
    pub(crate) async fn fill_figures(&self) -> Result<()> {
        let ctx = self.system("figures of new declarations", Door::Job);
        let wanted = definitions(&self.registry());
        let kept = self.read(&ctx, |tx| Ok(tx.conn.setting_get(DEFINITIONS)?)).await?;
        let kept: Definitions = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        if wanted == kept {
            return Ok(());
        }
        let due = wanted.iter().filter(|(object, fields)| {
            let known = kept.get(*object);
            fields.iter().any(|(field, text)| known.and_then(|k| k.get(field)) != Some(text))
        });
        let due: BTreeSet<String> = due.map(|(object, _)| object.clone()).collect();
        for object in in_order(&self.registry(), &due) {
            self.fill(&ctx, &object).await?;
        }
        let text = serde_json::to_string(&wanted).map_err(Problem::internal)?;
        self.write(&ctx, move |tx| Ok(tx.conn.setting_set(DEFINITIONS, &text)?)).await
    }

    /// Works out every roll-up and formula of an object's records anew, those in the bin too.
    ///
    /// # Errors
    /// `forbidden` for anybody but the program itself; what the database answers.
    pub async fn fill(&self, ctx: &Ctx, object: &str) -> Result<()> {
        if ctx.person().is_some() {
            return Err(Problem::forbidden());
        }
        let object = self.object(object)?;
        for bin in [false, true] {
            let mut after = None;
            loop {
                let (table, from) = (object.clone(), after.clone());
                after = self.write(ctx, move |tx| tx.fill_page(&table, from.clone(), bin)).await?;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// How every computed field is worked out.
fn definitions(registry: &Registry) -> Definitions {
    let mut found = Definitions::new();
    for object in registry.objects() {
        for field in &object.fields {
            let text = match (&field.formula, &field.rollup) {
                (Some(formula), _) => format!("{:?} {formula}", field.kind),
                (None, Some(rollup)) => format!("{:?} {}", field.kind, serde_json::to_string(rollup).unwrap_or_default()),
                (None, None) => continue,
            };
            found.entry(object.key.clone()).or_default().insert(field.key.clone(), text);
        }
    }
    found
}

/// The objects, and those whose figures build on theirs; what is counted comes before what counts it.
fn in_order(registry: &Registry, due: &BTreeSet<String>) -> Vec<String> {
    let mut all = due.clone();
    let mut waiting: Vec<String> = due.iter().cloned().collect();
    while let Some(object) = waiting.pop().and_then(|key| registry.object(&key).cloned()) {
        for (parent, _, _) in &object.feeds {
            let parent = &registry.at(*parent).key;
            if all.insert(parent.clone()) {
                waiting.push(parent.clone());
            }
        }
    }
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for key in &all {
        place(registry, key, &all, &mut seen, &mut order);
    }
    order
}

fn place(registry: &Registry, key: &str, all: &BTreeSet<String>, seen: &mut BTreeSet<String>, order: &mut Vec<String>) {
    if !all.contains(key) || !seen.insert(key.to_string()) {
        return;
    }
    let counted = registry.object(key).into_iter().flat_map(|o| &o.fields).filter_map(|f| f.rollup.as_ref());
    for rollup in counted {
        place(registry, &rollup.of, all, seen, order);
    }
    order.push(key.to_string());
}

impl Tx<'_> {
    /// Brings a page of records up to date and gives where the next one begins.
    fn fill_page(&mut self, object: &Arc<Object>, after: Option<Cursor>, bin: bool) -> Result<Option<Cursor>> {
        let registry = self.registry.clone();
        let query = Query { object: object.ix, columns: Vec::new(), cond: Cond::True, sort: Vec::new(), limit: BATCH, after, bin };
        let page = self.conn.select(&registry, &query)?;
        let ids: Vec<RecordId> = page.rows.iter().map(|row| row.id).collect();
        // whoever changes a record below from now on waits, and then counts anew
        for id in &ids {
            self.conn.lock(object, *id)?;
        }
        let mut figures = Vec::new();
        for (ix, field) in object.columns().filter(|(_, f)| f.rollup.is_some()) {
            figures.push((field.key.clone(), field.kind, self.figures(object, ix, &ids)?, of_no_children(field)));
        }
        let formulas = self.engine.inner.formulas.load_full();
        let columns: Vec<FieldIx> = object.columns().map(|(ix, _)| ix).collect();
        for row in self.conn.rows(&registry, object, &ids, &columns, &Cond::True)? {
            let old = crate::read::record_of(object, &columns, &row);
            let mut record = old.clone();
            for (key, kind, figures, none) in &figures {
                let figure = figures.get(&row.id).map(|raw| Value::from_raw(*kind, raw));
                record.set(key, figure.or_else(|| none.clone()).unwrap_or(Value::Null));
            }
            formulas.apply(object, &mut record);
            let computed = object.columns().filter(|(_, f)| f.formula.is_some() || f.rollup.is_some());
            let cells: Vec<_> =
                computed.map(|(ix, f)| (ix, record.raw(&f.key))).filter(|(ix, raw)| old.raw(&object.at(*ix).key) != *raw).collect();
            self.conn.set_cells(&registry, object, row.id, &cells)?;
        }
        Ok(page.next)
    }

    /// One roll-up of these records, as stored; nothing for those without records below.
    fn figures(&mut self, parent: &Object, field: FieldIx, ids: &[RecordId]) -> Result<HashMap<RecordId, Raw>> {
        let registry = self.registry.clone();
        let Some(decl) = &parent.at(field).rollup else { return Ok(HashMap::new()) };
        let Some((child, via)) = registry.object(&decl.of).and_then(|child| Some((child, child.field_ix(&decl.via)?))) else {
            return Ok(HashMap::new());
        };
        let counted = match &decl.filter {
            Some(json) => Filter::from_json(json)?.bind(&registry, child, &self.system_env(), &Everything)?,
            None => Cond::True,
        };
        let below = Is::In(ids.iter().map(|id| Raw::Int(*id)).collect());
        let cond = Cond::Test(Test { path: Vec::new(), object: child.ix, field: via, is: below }).and(counted);
        let of = decl.field.as_deref().and_then(|key| child.field_ix(key));
        let wanted = match decl.function {
            AggregateFn::Count => Vec::new(),
            function => vec![Aggregate { function, field: of }],
        };
        let groups = self.conn.groups(&registry, child, &cond, via, None, 0, &wanted, i32::MAX as usize)?;
        let figure = |group: akrab_model::query::Group| {
            let figure = group.figures.into_iter().next().unwrap_or(Raw::Int(group.count as i64));
            Some((group.key.int()?, figure))
        };
        Ok(groups.into_iter().filter_map(figure).collect())
    }
}
