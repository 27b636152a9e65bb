//! A record as it stands together with its circle.

use super::whole::Circle;
use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::object::{MeasureDecl, RollupDecl, Scope};
use akrab_model::{Record, Value};

impl Tx<'_> {
    /// The record with its roll-ups over everything that links to anybody in the circle, and the formulas that follow
    /// from them. A figure the actor may not know of the whole circle is absent.
    ///
    /// # Errors
    /// What the database answers.
    pub fn rolled_up(&mut self, record: &Record, circle: &Circle) -> Result<Record> {
        let mut whole = record.clone();
        if circle.is_alone() {
            return Ok(whole);
        }
        let object = record.object.clone();
        let mut waiting: Vec<(&str, &RollupDecl)> =
            object.fields.iter().filter(|f| record.has(&f.key)).filter_map(|f| Some((f.key.as_str(), f.rollup.as_ref()?))).collect();
        // those over the same links are one question
        while let Some((_, first)) = waiting.first().copied() {
            let (alike, others): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|(_, decl)| (&decl.of, &decl.via) == (&first.of, &first.via));
            waiting = others;
            let Some(of) = self.registry.object(&first.of).cloned() else { continue };
            let scope = self.rights.scope(&of, Access::Read);
            let filter = circle.about(&self.registry, &of, &first.via);
            let measures: Vec<MeasureDecl> = alike.iter().map(|(_, decl)| measure(decl)).collect();
            let values = match scope {
                Scope::None => vec![None; alike.len()],
                _ => self.measured(&of.key, &filter, &measures.iter().collect::<Vec<_>>())?,
            };
            for ((key, _), value) in alike.into_iter().zip(values) {
                match value {
                    // nought of what one may see is not nought
                    Some(value) if scope == Scope::All || !is_nothing(&value) => whole.set(key, value),
                    _ => whole.remove(key),
                }
            }
        }
        let (mut before, mut after) = (record.clone(), whole.clone());
        self.ctx.world.formulas.apply(&object, &mut before);
        self.ctx.world.formulas.apply(&object, &mut after);
        for field in object.fields.iter().filter(|f| f.formula.is_some() && record.has(&f.key)) {
            if before.get(&field.key) != after.get(&field.key) {
                whole.set(&field.key, after.get(&field.key).clone());
            }
        }
        Ok(whole)
    }
}

fn measure(decl: &RollupDecl) -> MeasureDecl {
    let (field, filter) = (decl.field.clone(), decl.filter.clone());
    MeasureDecl { function: decl.function, field, filter, label: None, tone: Default::default() }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Int(0) => true,
        Value::Dec(number) => number.is_zero(),
        _ => false,
    }
}
