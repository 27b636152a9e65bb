//! Setting fields, making records, giving people something to do.

use super::{At, Took};
use crate::behaviour::Draft;
use crate::{Result, Tx};
use akrab_model::flow::{Lapse, Values, Who, tasks};
use akrab_model::value::Input;
use akrab_model::{FieldType, Object, Problem, ProblemKind, RecordId, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;

impl Tx<'_> {
    pub(super) fn flow_set(&mut self, ats: &[At<'_>], values: &Values) -> Result<Vec<Took>> {
        let Some(object) = ats.first().map(|at| at.record.object.clone()) else { return Ok(Vec::new()) };
        let inputs = ats.iter().map(|at| self.flow_values(at, &object, values)).collect::<Result<Vec<Input>>>()?;
        let asked: Vec<_> = ats.iter().zip(&inputs).map(|(at, input)| (at.record.id, input, &at.origin)).collect();
        let changes = self.update_many(&object, &asked)?;
        let took = |(input, change)| Took::wrote(Json::Object(input), json!({ "change": change }));
        Ok(inputs.into_iter().zip(changes).map(took).collect())
    }

    pub(super) fn flow_create(&mut self, ats: &[At<'_>], object: &str, link: Option<&str>, values: &Values) -> Result<Vec<Took>> {
        let object = self.object(object)?;
        let mut inputs = Vec::with_capacity(ats.len());
        for at in ats {
            let mut input = self.flow_values(at, &object, values)?;
            if let Some(link) = link {
                input.insert(link.into(), json!(at.record.id));
            }
            self.inherit_owner(at, &object, &mut input);
            inputs.push(input);
        }
        let ids = self.flow_made(ats, &object, &inputs)?;
        Ok(made(&object, inputs, &ids))
    }

    /// Makes a record for each of the steps.
    fn flow_made(&mut self, ats: &[At<'_>], object: &Arc<Object>, inputs: &[Input]) -> Result<Vec<RecordId>> {
        if inputs.len() > 1 {
            let inputs: Vec<&Input> = inputs.iter().collect();
            for behaviour in self.behaviours(&object.key) {
                behaviour.before_many(&inputs, self)?;
            }
        }
        let mut drafts = Vec::with_capacity(ats.len());
        for (at, input) in ats.iter().zip(inputs) {
            self.stand_for(&at.origin);
            let draft = self.prepare_new(object, input)?;
            drafts.push(Draft { origin: Some(at.origin.clone()), ..draft });
        }
        self.insert(object, drafts)
    }

    /// Whoever is responsible for the record is so for what is made of it, unless somebody else is named.
    fn inherit_owner(&self, at: &At<'_>, made: &Object, input: &mut Input) {
        let key = |object: &Object| object.owner.map(|ix| object.at(ix).key.clone());
        if let (Some(to), Some(from)) = (key(made), key(&at.record.object))
            && !input.contains_key(&to)
            && let Some(owner) = at.record.link(&from)
        {
            input.insert(to, json!(owner));
        }
    }

    pub(super) fn flow_task(
        &mut self,
        ats: &[At<'_>],
        (title, note): (&str, Option<&str>),
        to: &Who,
        due: Option<&Lapse>,
        values: &Values,
    ) -> Result<Vec<Took>> {
        let object = tasks(&self.registry).cloned().ok_or_else(|| Problem::new(ProblemKind::Conflict, "flow_no_tasks"))?;
        let decl = object.decl.timeline.clone();
        let (mut inputs, mut people) = (Vec::with_capacity(ats.len()), Vec::with_capacity(ats.len()));
        for at in ats {
            let mut input = self.flow_values(at, &object, values)?;
            input.insert(object.title_field().key.clone(), json!(self.flow_line(at, title)?));
            if let (Some(body), Some(note)) = (&decl.body, note.filter(|note| !note.trim().is_empty())) {
                input.insert(body.clone(), json!(self.flow_text(at, note)?));
            }
            if let (Some(key), Some(due)) = (&decl.at, due)
                && let Some(field) = object.field(key)
            {
                let now = self.ctx.now.clone();
                let moment = self.flow_moment(due, &now)?;
                input.insert(key.clone(), self.flow_moment_of(field.kind, moment));
            }
            self.link_along(at, &object, &mut input);
            let person = self.flow_people(at, std::slice::from_ref(to))?.into_iter().next();
            if let (Some(owner), Some(person)) = (object.owner.map(|ix| object.at(ix).key.clone()), &person) {
                input.insert(owner, json!(person.id));
            }
            inputs.push(input);
            people.push(person);
        }
        let ids = self.flow_made(ats, &object, &inputs)?;
        let responsible: Vec<_> = ids.iter().zip(people).filter_map(|(id, person)| Some((*id, person?.id))).collect();
        self.tell_assigned(&object, &responsible)?;
        Ok(made(&object, inputs, &ids))
    }

    /// Links of the new record: to this one, and to those this one is linked to.
    fn link_along(&self, at: &At<'_>, made: &Arc<Object>, input: &mut Input) {
        let of = &at.record.object;
        for key in &made.decl.timeline.on {
            let Some(field) = made.field(key).filter(|f| f.kind == FieldType::Link && !input.contains_key(key)) else { continue };
            let Some(to) = field.to else { continue };
            if to == of.ix {
                input.insert(key.clone(), json!(at.record.id));
                continue;
            }
            let linked = of.fields.iter().filter(|f| f.kind == FieldType::Link && f.to == Some(to));
            if let Some(Value::Link(id)) = linked.map(|f| at.record.get(&f.key)).find(|value| !value.is_null()) {
                input.insert(key.clone(), json!(id));
            }
        }
    }
}

fn made(object: &Object, inputs: Vec<Input>, ids: &[RecordId]) -> Vec<Took> {
    let took = |(input, id): (Input, &RecordId)| Took::wrote(Json::Object(input), json!({ "object": object.key, "id": id }));
    inputs.into_iter().zip(ids).map(took).collect()
}
