//! How old what is known of somebody is: which fields are asked about, when each was last confirmed, and the one press that
//! says it is still right. The rules stand in object files (`fresh`), the days may be changed in the settings.

mod fill;
pub(crate) mod link;

pub use link::{Confirmation, ConfirmationPage, ConfirmationState};

use crate::rights::Access;
use crate::write::fresh::{confirmations, is_filled};
use crate::{Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::{FieldIx, FieldProblem, Label, Object, Problem, Record, RecordId, Value};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, json};
use std::collections::BTreeMap;

/// Where the days are kept that differ from those declared.
const AGES: &str = "fresh.ages";
/// No value is taken for fresh for longer, in days.
pub const OLDEST: u16 = 3_650;

type Ages = BTreeMap<String, BTreeMap<String, u16>>;

/// A field that is asked about from time to time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshField {
    /// Key of the field, or of the address.
    pub key: String,
    pub label: Label,
    /// Greatest age in days; 0 when nobody is asked.
    pub days: u16,
    /// The fields it is made of.
    pub parts: Vec<String>,
    /// The field that says when it was confirmed.
    pub at: FieldIx,
}

/// How one field of a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    pub field: FreshField,
    /// When it was last confirmed; never for a value nobody has.
    pub at: Option<Timestamp>,
    /// Fresh through this day.
    pub until: Option<Date>,
    pub filled: bool,
}

impl Freshness {
    /// Whether it is to be asked about on this day.
    #[must_use]
    pub fn is_stale(&self, today: Date) -> bool {
        self.filled && self.field.days > 0 && self.until.is_none_or(|until| until < today)
    }
}

impl Tx<'_> {
    fn ages(&mut self) -> Result<Ages> {
        Ok(self.conn.setting_get(AGES)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// The fields of an object that are asked about and that the actor may read, those nobody is asked about any more too.
    ///
    /// # Errors
    /// What the database answers.
    pub fn fresh_fields(&mut self, object: &Object) -> Result<Vec<FreshField>> {
        let ages = self.ages()?.remove(&object.key).unwrap_or_default();
        let mut found = Vec::new();
        for (at, field) in confirmations(object).filter(|(at, field)| !field.hidden && self.rights.field(object, *at) > FieldRight::Hidden)
        {
            let Some(key) = field.confirms.clone() else { continue };
            let Some(decl) = object.decl.fields.get(&key) else { continue };
            let days = ages.get(&key).copied().or(decl.fresh).unwrap_or_default();
            found.push(FreshField { label: decl.label.clone(), days, parts: field.derived.clone(), at, key });
        }
        Ok(found)
    }

    /// Changes after how many days fields of an object are asked about; 0 asks nobody.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` for a field that is not asked about, or too many days.
    pub fn fresh_ages_save(&mut self, object: &str, days: &BTreeMap<String, u16>) -> Result<()> {
        self.may_declare()?;
        let object = self.object(object)?;
        let known = self.fresh_fields(&object)?;
        if let Some((key, _)) = days.iter().find(|(key, days)| **days > OLDEST || !known.iter().any(|field| field.key == **key)) {
            return Err(Problem::invalid(vec![FieldProblem::new(key, "out_of_range").with("min", 0).with("max", OLDEST)]));
        }
        let mut ages = self.ages()?;
        ages.insert(object.key.clone(), days.clone());
        self.conn.setting_set(AGES, &serde_json::to_string(&ages).map_err(Problem::internal)?)?;
        self.audit("settings", None, json!({ "title": "fresh", "object": object.key, "days": days }))
    }

    /// How old each field of a record is that is asked about, as far as the actor may see them.
    ///
    /// # Errors
    /// What the database answers.
    pub fn freshness(&mut self, record: &Record) -> Result<Vec<Freshness>> {
        let zone = self.engine.settings().zone();
        let object = record.object.clone();
        let state = |field: FreshField| {
            let at = if let Value::Time(at) = record.get(&object.at(field.at).key) { Some(*at) } else { None };
            let day = at.map(|at| at.to_zoned(zone.clone()).date());
            let until = day.and_then(|day| day.checked_add(i64::from(field.days).days()).ok());
            Freshness { filled: is_filled(object.at(field.at), record), at, until, field }
        };
        Ok(self.fresh_fields(&object)?.into_iter().map(state).collect())
    }

    /// Says of fields of a record that they are still right. Nothing else of the record changes, nor when it was changed.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for whoever may not change the record or may not see the field; `invalid` for a field that is
    /// empty or not asked about.
    pub fn confirm(&mut self, object: &str, id: RecordId, keys: &[String]) -> Result<()> {
        let object = self.object(object)?;
        let record = self.get(&object.key, id)?;
        if self.ctx.read_only || !self.may(&object, Access::Edit, id)? {
            return Err(Problem::forbidden());
        }
        let known = self.fresh_fields(&object)?;
        let now = Value::Time(self.ctx.now.timestamp());
        let (mut cells, mut told) = (Vec::new(), Map::new());
        for key in keys {
            let field = known.iter().find(|field| field.key == *key).filter(|field| is_filled(object.at(field.at), &record));
            let field = field.ok_or_else(|| Problem::invalid(vec![FieldProblem::new(key, "not_to_confirm")]))?;
            let said = object.at(field.at);
            told.insert(said.key.clone(), json!([record.get(&said.key).to_json(), now.to_json()]));
            cells.push((field.at, now.to_raw()));
        }
        if cells.is_empty() {
            return Ok(());
        }
        let registry = self.registry.clone();
        self.conn.set_cells(&registry, &object, id, &cells)?;
        let change = self.change(&object, id, "confirm", serde_json::Value::Object(told).to_string());
        self.conn.add_changes(&[change])?;
        Ok(())
    }

    /// What one record took over from another is as old as it was there.
    pub(crate) fn as_old_as(&mut self, before: &Record, after: &Record, from: &Record) -> Result<()> {
        let object = after.object.clone();
        let taken = |field: &akrab_model::Field| {
            field.derived.iter().any(|key| before.get(key) != after.get(key))
                && field.derived.iter().all(|key| after.get(key) == from.get(key))
        };
        let cells: Vec<_> = confirmations(&object).filter(|(_, field)| taken(field)).map(|(ix, f)| (ix, from.raw(&f.key))).collect();
        let registry = self.registry.clone();
        Ok(self.conn.set_cells(&registry, &object, after.id, &cells)?)
    }
}
