//! People as the directory keeps them.

use super::left::LeftMail;
use crate::Result;
use crate::write::Tx;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem, ProblemKind, Record, RecordId, Value};
use jiff::Timestamp;
use serde_json::json;

/// Longest name the directory may have for somebody.
const EXTERNAL: usize = 200;

/// Somebody as the directory sees him.
#[derive(Debug, Clone, PartialEq)]
pub struct ScimPerson {
    pub id: RecordId,
    pub version: i64,
    pub email: String,
    pub name: String,
    pub active: bool,
    pub language: String,
    pub zone: String,
    /// Key and name of the role.
    pub role: Option<(String, String)>,
    pub team: Option<RecordId>,
    pub external: Option<String>,
    pub created_at: Option<Timestamp>,
    pub changed_at: Option<Timestamp>,
}

/// What the directory wants of somebody; none leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScimWish {
    pub email: Option<String>,
    pub name: Option<String>,
    pub active: Option<bool>,
    pub language: Option<String>,
    pub zone: Option<String>,
    /// Key or name of a role.
    pub role: Option<String>,
    pub external: Option<String>,
}

fn moment(record: &Record, key: &str) -> Option<Timestamp> {
    match record.get(key) {
        Value::Int(micros) => Timestamp::from_microsecond(*micros).ok(),
        value => value.to_json().as_str().and_then(|text| text.parse().ok()),
    }
}

fn refused(field: &str, code: &'static str) -> Problem {
    Problem { fields: vec![FieldProblem::new(field, code)], ..Problem::new(ProblemKind::Invalid, code) }
}

impl Tx<'_> {
    /// Everybody the directory may know, by number. Service accounts are no people.
    ///
    /// # Errors
    /// What the database answers.
    pub fn scim_people(&mut self) -> Result<Vec<ScimPerson>> {
        let services: Vec<i64> = self.conn.service_accounts()?.into_iter().map(|(user, ..)| user).collect();
        let mut ids: Vec<i64> =
            self.engine.people().users().into_iter().map(|person| person.id).filter(|id| !services.contains(id)).collect();
        ids.sort_unstable();
        let names = self.conn.directory_names("user")?;
        ids.into_iter().filter_map(|id| self.scim_read(id, &names).transpose()).collect()
    }

    /// One person.
    ///
    /// # Errors
    /// `not_found`.
    pub fn scim_person(&mut self, id: RecordId) -> Result<ScimPerson> {
        if self.conn.is_service_account(id)? {
            return Err(Problem::not_found());
        }
        let names = self.conn.directory_names("user")?;
        self.scim_read(id, &names)?.ok_or_else(Problem::not_found)
    }

    fn scim_read(&mut self, id: RecordId, names: &[(i64, String)]) -> Result<Option<ScimPerson>> {
        let Some(record) = self.find("user", id)? else { return Ok(None) };
        let roles = self.engine.people().roles.clone();
        let role = record.link("role").and_then(|id| roles.iter().find(|role| role.id == id));
        Ok(Some(ScimPerson {
            id,
            version: record.version,
            email: record.text("email").into(),
            name: record.text("name").into(),
            active: record.get("active").bool(),
            language: record.text("language").into(),
            zone: record.text("time_zone").into(),
            role: role.map(|role| (role.key.clone(), role.name.clone())),
            team: record.link("team"),
            external: names.iter().find(|(known, _)| *known == id).map(|(_, external)| external.clone()),
            created_at: moment(&record, "created_at"),
            changed_at: moment(&record, "updated_at"),
        }))
    }

    /// Adds somebody.
    ///
    /// # Errors
    /// `invalid`; `taken` at `email` when somebody has the address.
    pub fn scim_add(&mut self, wish: &ScimWish) -> Result<ScimPerson> {
        let email = wish.email.clone().filter(|email| !email.trim().is_empty()).ok_or_else(|| refused("email", "required"))?;
        let mut input = self.scim_input(wish)?;
        input.entry("name").or_insert_with(|| email.split('@').next().unwrap_or_default().into());
        if !input.contains_key("role") {
            input.insert("role".into(), self.scim_role()?.into());
        }
        let language = self.engine.settings().lang;
        input.entry("language").or_insert_with(|| language.as_str().into());
        let id = self.create("user", &input)?;
        self.scim_named(id, wish)?;
        self.scim_person(id)
    }

    /// Changes somebody. Who may come in no longer is out at once, and the administrators are told what he leaves behind.
    ///
    /// # Errors
    /// `not_found`, `stale`, `invalid`; `scim_administrator` for what the directory may not change.
    pub fn scim_change(&mut self, id: RecordId, wish: &ScimWish, version: Option<i64>) -> Result<ScimPerson> {
        let before = self.scim_person(id)?;
        let input = self.scim_input(wish)?;
        let same = |key: &str, known: &str| input.get(key).is_none_or(|value| value.as_str() == Some(known));
        let administrator = self.engine.people().user(id).is_some_and(|person| person.role.is_administrator());
        if administrator && (!same("email", &before.email) || input.contains_key("role")) {
            return Err(refused("email", "scim_administrator"));
        }
        if !input.is_empty() {
            self.update("user", id, &input, version)?;
        } else if version.is_some_and(|version| version != before.version) {
            return Err(Problem::new(ProblemKind::Stale, "stale"));
        }
        self.scim_named(id, wish)?;
        if before.active && wish.active == Some(false) {
            self.scim_left(id, &before.name)?;
        }
        self.scim_person(id)
    }

    /// Takes somebody away: his account goes to the bin.
    ///
    /// # Errors
    /// `not_found`; `last_admin`.
    pub fn scim_remove(&mut self, id: RecordId) -> Result<()> {
        let before = self.scim_person(id)?;
        self.scim_left(id, &before.name)?;
        self.delete("user", id, None)?;
        self.conn.directory_name_set("user", id, None)?;
        Ok(())
    }

    fn scim_left(&mut self, user: RecordId, name: &str) -> Result<()> {
        self.enqueue(&LeftMail { user, name: name.into(), at: self.ctx.micros() }).map(|_| ())
    }

    fn scim_named(&mut self, id: RecordId, wish: &ScimWish) -> Result<()> {
        let Some(external) = &wish.external else { return Ok(()) };
        if external.len() > EXTERNAL {
            return Err(refused("externalId", "too_long"));
        }
        Ok(self.conn.directory_name_set("user", id, Some(external.as_str()).filter(|name| !name.is_empty()))?)
    }

    fn scim_input(&mut self, wish: &ScimWish) -> Result<Input> {
        let mut input = Input::new();
        let texts = [("email", &wish.email), ("name", &wish.name)];
        for (key, value) in texts {
            if let Some(value) = value.as_ref().map(|value| value.trim()).filter(|value| !value.is_empty()) {
                input.insert(key.into(), if key == "email" { value.to_lowercase().into() } else { value.into() });
            }
        }
        if let Some(active) = wish.active {
            input.insert("active".into(), active.into());
        }
        // what this program does not speak is left as it is
        if let Some(language) = wish.language.as_deref().map(|tag| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase())
            && ["id", "en"].contains(&language.as_str())
        {
            input.insert("language".into(), language.into());
        }
        if let Some(zone) = wish.zone.as_deref().filter(|zone| jiff::tz::TimeZone::get(zone).is_ok()) {
            input.insert("time_zone".into(), zone.into());
        }
        if let Some(wanted) = wish.role.as_deref().filter(|role| !role.is_empty()) {
            let people = self.engine.people();
            let role = people.roles.iter().find(|role| role.key == wanted || role.name.eq_ignore_ascii_case(wanted));
            let role = role.filter(|role| !role.is_administrator()).ok_or_else(|| refused("roles", "scim_role"))?;
            input.insert("role".into(), json!(role.id));
        }
        Ok(input)
    }
}
