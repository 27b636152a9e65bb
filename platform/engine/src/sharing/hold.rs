//! What must hold of territories and rules: a tree without circles, conditions that can be asked, one taker each.

use super::load::filter;
use crate::behaviour::{Behaviour, Draft};
use crate::rights::Everything;
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Cond, Filter, Object, Problem, Record, Value};
use std::sync::Arc;

/// The rules of territories, placing rules and sharing rules.
pub(crate) fn behaviours() -> [Arc<dyn Behaviour>; 3] {
    [Arc::new(Tree), Arc::new(Placings), Arc::new(Openings)]
}

/// Territories form a tree; one that is used stays.
struct Tree;

impl Behaviour for Tree {
    fn object(&self) -> &'static str {
        "territory"
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let (Some(own), true) = (draft.before.as_ref().map(|b| b.id), draft.changed("parent")) else { return Ok(()) };
        // two changes at once could each find the other's circle still open
        tx.alone("territory parents")?;
        let (mut above, mut met) = (draft.get("parent").int(), Vec::new());
        while let Some(id) = above {
            if id == own || met.contains(&id) {
                return Err(draft.fault("parent", "territory_circle"));
            }
            met.push(id);
            above = tx.find("territory", id)?.and_then(|territory| territory.link("parent"));
        }
        Ok(())
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        let here = Value::Link(record.id);
        let named = [("territory", "parent"), ("territory_rule", "territory"), ("sharing_rule", "to_territory")];
        let mut used = false;
        for (object, field) in named {
            used |= tx.as_system("what stands on a territory").find_by(object, field, &here)?.is_some();
        }
        if used || tx.has_placed(record.id)? {
            return Err(Problem::new(ProblemKind::Conflict, "territory_in_use"));
        }
        Ok(())
    }
}

/// Rules that place records: of an object with territories, by its own fields, to one place.
struct Placings;

impl Behaviour for Placings {
    fn object(&self) -> &'static str {
        "territory_rule"
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let object = object_of(draft, tx)?;
        if object.territory.is_none() {
            return Err(draft.fault("object", "rule_object"));
        }
        let asked = judged(draft, &object, tx)?;
        if !of_its_own(&asked) {
            return Err(draft.fault("filter", "placing_own_fields"));
        }
        let via = draft.get("via").text().unwrap_or_default().to_string();
        match (draft.get("territory").int().is_some(), via.is_empty()) {
            (true, true) => Ok(()),
            (false, false) => {
                let link = object.field(&via).filter(|f| f.kind == akrab_model::FieldType::Link && !f.system);
                let target = link.and_then(|f| f.to).map(|to| tx.registry.at(to).clone());
                if target.is_some_and(|t| t.territory.is_some()) { Ok(()) } else { Err(draft.fault("via", "rule_link")) }
            }
            _ => Err(draft.fault("territory", "rule_one_place")),
        }
    }
}

/// Rules that open records: of an object people see, to exactly one taker.
struct Openings;

impl Behaviour for Openings {
    fn object(&self) -> &'static str {
        "sharing_rule"
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let object = object_of(draft, tx)?;
        judged(draft, &object, tx)?;
        let takers = ["to_role", "to_team", "to_territory", "to_user"];
        if takers.iter().filter(|key| draft.get(key).int().is_some()).count() != 1 {
            return Err(draft.fault("to_role", "rule_one_taker"));
        }
        Ok(())
    }
}

fn object_of(draft: &Draft, tx: &Tx) -> Result<Arc<Object>> {
    let key = draft.get("object").text().unwrap_or_default();
    let object = tx.registry.object(key).filter(|o| !o.is_system() && !o.decl.hidden).cloned();
    object.ok_or_else(|| draft.fault("object", "rule_object"))
}

/// The condition as it would be asked now.
fn judged(draft: &Draft, object: &Object, tx: &Tx) -> Result<Cond> {
    let asked: Filter = filter(&draft.after).ok_or_else(|| draft.fault("filter", "rule_filter"))?;
    let registry = tx.registry.clone();
    asked.bind(&registry, object, &tx.env(), &Everything).map_err(|_| draft.fault("filter", "rule_filter"))
}

/// Asks for nothing but the record's own fields: else it would be placed wrongly when others change.
fn of_its_own(cond: &Cond) -> bool {
    match cond {
        Cond::True | Cond::False => true,
        Cond::All(items) | Cond::Any(items) => items.iter().all(of_its_own),
        Cond::Not(item) => of_its_own(item),
        Cond::Test(test) => test.path.is_empty(),
        Cond::Child(_) | Cond::Ids(_) | Cond::Found(_) | Cond::Shared(_) => false,
    }
}
