//! First set-up: company, roles and the first administrator of an empty workspace.

use crate::{Door, Engine, Result, Settings};
use akrab_model::format::Lang;
use akrab_model::{FieldProblem, Problem};
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

/// Roles of a new workspace: key, and name in both languages.
const ROLES: [(&str, &str, &str); 6] = [
    ("administrator", "Admin", "Administrator"),
    ("manager", "Manajer", "Manager"),
    ("sales", "Penjualan", "Sales"),
    ("marketing", "Pemasaran", "Marketing"),
    ("service", "Layanan", "Service"),
    ("readonly", "Hanya lihat", "Read only"),
];

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
        let missing: Vec<_> = ROLES.iter().filter(|(key, ..)| !self.people().roles.iter().any(|r| r.key == *key)).collect();
        if !missing.is_empty() {
            let ctx = self.system("a workspace begins with its roles", Door::Command);
            self.write(&ctx, move |tx| {
                for (key, id, en) in &missing {
                    let input = json!({ "key": key, "name": lang.pick(id, en) });
                    tx.create("role", input.as_object().unwrap_or(&serde_json::Map::new()))?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(self.people().roles.iter().map(|r| (r.key.clone(), r.id)).collect())
    }

    /// Sets an empty workspace up and gives the administrator's id.
    ///
    /// # Errors
    /// `already_set_up`; `invalid` with the faults of the input, then nothing is kept but roles.
    pub async fn set_up(&self, first: FirstSetup) -> Result<i64> {
        self.refresh_people().await?;
        if !self.is_fresh() {
            return Err(Problem::new(akrab_model::problem::ProblemKind::Conflict, "already_set_up"));
        }
        let mut faults = Vec::new();
        for (field, value) in [("company", &first.company), ("name", &first.name), ("email", &first.email)] {
            if value.trim().is_empty() {
                faults.push(FieldProblem::new(field, "required"));
            }
        }
        if let Err(problem) = super::password::judge(&first.password, &[&first.email, &first.name, &first.company]) {
            faults.extend(problem.fields);
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let ctx = self.system("first set-up", Door::Page);
        let settings = Settings {
            company: first.company.trim().into(),
            lang: first.lang,
            currency: first.currency.clone(),
            time_zone: first.time_zone.clone(),
            ready: true,
            ..Settings::default()
        };
        self.save_settings(&ctx, settings).await?;
        let roles = self.ensure_roles(first.lang).await?;
        let role = roles.iter().find(|(key, _)| key == "administrator").map(|(_, id)| *id);
        let input = json!({ "name": first.name, "email": first.email, "role": role, "language": first.lang.as_str() });
        let user = self
            .write(&ctx, move |tx| {
                let object = tx.object("user")?;
                // two visitors at once: only the first becomes administrator
                if !tx.conn.ids_after(&tx.registry.clone(), &object, &akrab_model::Cond::True, 0, 1)?.is_empty() {
                    return Err(Problem::new(akrab_model::problem::ProblemKind::Conflict, "already_set_up"));
                }
                tx.create("user", input.as_object().unwrap_or(&serde_json::Map::new()))
            })
            .await?;
        self.set_password(&ctx, user, &first.password).await?;
        Ok(user)
    }
}
