//! First set-up: company, roles and the first administrator of an empty workspace.

use crate::people::{self, People};
use crate::{Door, Engine, Result, Settings, Tx};
use akrab_model::format::Lang;
use akrab_model::{FieldProblem, Problem, ProblemKind};
use serde_json::json;

/// What the first visitor says.
#[derive(Debug, Clone, Default)]
pub struct FirstSetup {
    pub company: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub lang: Lang,
    pub currency: String,
    pub time_zone: String,
}

/// Key of the role with all rights.
pub(crate) const ADMINISTRATOR: &str = "administrator";
/// Key of the role somebody new has unless another is chosen.
pub const USUAL_ROLE: &str = "sales";

/// Roles of every workspace: key, and name in both languages.
const ROLES: [(&str, &str, &str); 6] = [
    (ADMINISTRATOR, "Admin", "Administrator"),
    ("manager", "Manajer", "Manager"),
    (USUAL_ROLE, "Penjualan", "Sales"),
    ("marketing", "Pemasaran", "Marketing"),
    ("service", "Layanan", "Service"),
    ("readonly", "Hanya lihat", "Read only"),
];

impl FirstSetup {
    /// Judges what was given.
    ///
    /// # Errors
    /// `invalid` with every fault.
    pub fn judge(&self) -> Result<()> {
        let mut faults = Vec::new();
        for (field, value) in [("company", &self.company), ("name", &self.name), ("email", &self.email)] {
            if value.trim().is_empty() {
                faults.push(FieldProblem::new(field, "required"));
            }
        }
        if let Err(problem) = super::password::judge(&self.password, &[&self.email, &self.name, &self.company]) {
            faults.extend(problem.fields);
        }
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

/// Whether every workspace has a role of this key.
pub(crate) fn is_built_in(key: &str) -> bool {
    ROLES.iter().any(|(known, ..)| *known == key)
}

impl Engine {
    /// Whether nobody can sign in yet.
    pub fn is_fresh(&self) -> bool {
        self.people().is_empty()
    }

    /// Makes the roles that are missing; gives (key, id) of all.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn ensure_roles(&self, lang: Lang) -> Result<Vec<(String, i64)>> {
        if ROLES.iter().any(|(key, ..)| !self.people().roles.iter().any(|r| r.key == *key)) {
            let ctx = self.system("a workspace begins with its roles", Door::Command);
            self.write(&ctx, move |tx| tx.make_roles(lang).map(|_| ())).await?;
        }
        Ok(self.people().roles.iter().map(|r| (r.key.clone(), r.id)).collect())
    }

    /// Sets an empty workspace up and gives the administrator's id.
    ///
    /// # Errors
    /// `already_set_up`, also for whoever comes second at the same moment; `invalid` with the faults of the
    /// input. Then nothing is kept of it.
    pub async fn set_up(&self, first: FirstSetup) -> Result<i64> {
        self.refresh_people().await?;
        if !self.is_fresh() {
            return Err(already());
        }
        first.judge()?;
        let ctx = self.system("first set-up", Door::Page);
        let settings = Settings {
            company: first.company.trim().into(),
            lang: first.lang,
            currency: first.currency.clone(),
            time_zone: first.time_zone.clone(),
            ready: true,
            ..Settings::default()
        };
        settings.judge()?;
        let password = self.hash_of(&first.password).await?;
        let (kept, lang) = (settings.clone(), first.lang);
        let user = self
            .write(&ctx, move |tx| {
                // two visitors at once: the second waits here, and then finds the first one's administrator
                people::bump(tx.conn)?;
                let object = tx.object("user")?;
                if !tx.conn.ids_after(&tx.registry.clone(), &object, &akrab_model::Cond::True, 0, 1)?.is_empty() {
                    return Err(already());
                }
                kept.save(tx.conn)?;
                let role = tx.make_roles(lang)?;
                let input = json!({ "name": first.name, "email": first.email, "role": role, "language": lang.as_str() });
                let user = tx.create("user", input.as_object().unwrap_or(&serde_json::Map::new()))?;
                tx.conn.password_set(user, &password, tx.ctx.micros())?;
                Ok(user)
            })
            .await?;
        self.inner.settings.store(std::sync::Arc::new(settings));
        Ok(user)
    }
}

fn already() -> Problem {
    Problem::new(ProblemKind::Conflict, "already_set_up")
}

impl Tx<'_> {
    /// Makes the roles that are missing; gives the administrator's.
    fn make_roles(&mut self, lang: Lang) -> Result<Option<i64>> {
        let known = People::load(self.conn, &self.registry)?.roles;
        let mut administrator = None;
        for (key, id, en) in ROLES {
            let role = match known.iter().find(|r| r.key == key) {
                Some(role) => role.id,
                None => {
                    let input = json!({ "key": key, "name": lang.pick(id, en) });
                    self.create("role", input.as_object().unwrap_or(&serde_json::Map::new()))?
                }
            };
            if key == ADMINISTRATOR {
                administrator = Some(role);
            }
        }
        Ok(administrator)
    }
}
