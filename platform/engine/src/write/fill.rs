//! Figures brought to the records there are: after a declaration has gained or changed a roll-up or formula, and
//! after bulk loading.

use super::Tx;
use super::rollup::of_no_children;
use crate::rights::Everything;
use crate::{Ctx, Door, Engine, Result};
use akrab_model::filter::{Filter, Is, Test};
use akrab_model::query::{Aggregate, AggregateFn};
use akrab_model::{Cond, FieldIx, Object, Problem, Raw, RecordId, Registry, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Setting with what every stored figure was worked out by: object → field → definition.
const DEFINITIONS: &str = "figures";
/// Records brought up to date in one transaction.
const BATCH: usize = 5_000;

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
        let mut after = Some(0);
        while let Some(from) = after {
            let table = object.clone();
            after = self.write(ctx, move |tx| tx.fill_page(&table, from)).await?;
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
    /// Brings the next records after `after` up to date, and gives the last of them unless none follow.
    fn fill_page(&mut self, object: &Arc<Object>, after: RecordId) -> Result<Option<RecordId>> {
        let registry = self.registry.clone();
        // whoever changes a record below from now on waits, and then counts anew
        let ids = self.conn.lock_after(object, after, BATCH)?;
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(None) };
        let mut figures = Vec::new();
        for (ix, field) in object.columns().filter(|(_, f)| f.rollup.is_some()) {
            figures.push((field.key.clone(), field.kind, self.figures(object, ix, *first, *last)?, of_no_children(field)));
        }
        let world = self.ctx.world.clone();
        let formulas = &world.formulas;
        let computed: Vec<FieldIx> =
            object.columns().filter(|(_, f)| f.formula.is_some() || f.rollup.is_some()).map(|(ix, _)| ix).collect();
        let inputs = object.columns().filter(|(_, f)| formulas.reads(object, &f.key)).map(|(ix, _)| ix);
        let read: Vec<FieldIx> = computed.iter().copied().chain(inputs).collect::<BTreeSet<_>>().into_iter().collect();
        let mut changed = Vec::new();
        for row in self.conn.rows(&registry, object, &ids, &read, &Cond::True)? {
            let mut record = crate::read::record_of(object, &read, row);
            let old: Vec<Raw> = computed.iter().map(|ix| record.raw(&object.at(*ix).key)).collect();
            for (key, kind, figures, none) in &figures {
                let figure = figures.get(&record.id).map(|raw| Value::from_raw(*kind, raw.clone()));
                record.set(key, figure.or_else(|| none.clone()).unwrap_or(Value::Null));
            }
            formulas.apply(object, &mut record);
            let new: Vec<Raw> = computed.iter().map(|ix| record.raw(&object.at(*ix).key)).collect();
            if new != old {
                changed.push((record.id, new));
            }
        }
        self.conn.set_columns(object, &computed, changed)?;
        Ok((ids.len() == BATCH).then_some(*last))
    }

    /// One roll-up of the records from `first` to `last`, as stored; nothing for those without records below.
    fn figures(&mut self, parent: &Object, field: FieldIx, first: RecordId, last: RecordId) -> Result<HashMap<RecordId, Raw>> {
        let registry = self.registry.clone();
        let Some(decl) = &parent.at(field).rollup else { return Ok(HashMap::new()) };
        let Some((child, via)) = registry.object(&decl.of).and_then(|child| Some((child, child.field_ix(&decl.via)?))) else {
            return Ok(HashMap::new());
        };
        let counted = match &decl.filter {
            Some(json) => Filter::from_json(json)?.bind(&registry, child, &self.system_env(), &Everything)?,
            None => Cond::True,
        };
        let below = Is::Range { from: Some(Raw::Int(first)), from_open: false, to: Some(Raw::Int(last)), to_open: false };
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
