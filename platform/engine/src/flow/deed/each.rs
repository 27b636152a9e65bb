//! Steps taken for each of several records that point here.

use super::{At, Next, Took};
use crate::rights::Access;
use crate::{Result, Tx};
use akrab_model::filter::{Filter, Op};
use serde_json::{Value as Json, json};

impl Tx<'_> {
    /// Looks for the next record; none ends the step.
    pub(super) fn flow_each(&mut self, at: &At<'_>, object: &str, via: &str, when: Option<&Json>, limit: u32) -> Result<Took> {
        let count = at.level.count;
        let over = |more: bool| Took::told(Json::Null, json!({ "records": count, "more": more }));
        let object = self.object(object)?;
        let mut all = vec![Filter::test(via, Op::Is, at.record.id)];
        all.extend(when.map(Filter::from_json).transpose()?);
        let registry = self.registry.clone();
        let (env, rights) = (self.env(), self.rights.clone());
        let cond = Filter::All(all).bind(&registry, &object, &env, &rights)?.and(rights.cond(&object, Access::Read));
        let next = self.conn.ids_after(&registry, &object, &cond, at.level.child.unwrap_or(0), 1)?.first().copied();
        Ok(match next {
            Some(_) if count >= limit => over(true),
            Some(id) => Took { next: Next::Child(id), ..Took::told(Json::Null, json!({ "object": object.key, "id": id })) },
            None => over(false),
        })
    }
}
