//! Forms in the file of settings: `[forms.KEY]` under the last part of their address, which they keep in every workspace, so that
//! what other sites show of them goes on. People are named by their addresses.

use super::keep::FormDraft;
use super::plan::FormPlan;
use crate::Result;
use crate::bundle::{Came, placed};
use crate::write::Tx;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, FieldType, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Longest key.
const KEY: usize = 40;

/// A form as the file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormFile {
    name: String,
    /// Whose rights submissions have; whoever takes the file in where nobody has this address.
    #[serde(default)]
    owner: String,
    #[serde(default)]
    open: bool,
    plan: FormPlan,
}

type Section = BTreeMap<String, BTreeMap<String, FormFile>>;

impl Tx<'_> {
    /// All forms as a section; nothing without any.
    pub(crate) fn forms_out(&mut self) -> Result<String> {
        let mut all = BTreeMap::new();
        for form in self.forms()?.into_iter().filter(|form| !form.key.is_empty()) {
            let FormDraft { name, owner, open, mut plan } = form.draft;
            plan.fixed = self.by_mail(&plan.object, plan.fixed);
            let owner = self.mail_of(owner).unwrap_or_default();
            all.insert(form.key, FormFile { name, owner, open, plan });
        }
        if all.is_empty() {
            return Ok(String::new());
        }
        let text = toml::to_string_pretty(&BTreeMap::from([("forms", all)])).map_err(Problem::internal)?;
        Ok(format!("# Forms.\n\n{text}"))
    }

    /// Takes a section over.
    pub(crate) fn forms_in(&mut self, text: &str) -> Result<Vec<Came>> {
        let mut file: Section = toml::from_str(text).map_err(|error| crate::written::unreadable(text, &error))?;
        let known = self.forms()?;
        let mut came = Vec::new();
        for (key, form) in file.remove("forms").unwrap_or_default() {
            let there = known.iter().find(|known| known.key == key);
            let draft = self.form_of(&key, form).map_err(|problem| placed(&key, problem))?;
            let changed = there.is_none_or(|there| there.draft != draft);
            let kept = match there {
                Some(there) if changed => self.form_change(there.id, &draft),
                Some(_) => Ok(()),
                None => self.form_add_at(&key, &draft).map(drop),
            };
            kept.map_err(|problem| placed(&key, problem))?;
            came.push(Came { new: there.is_none(), name: draft.name, changed, key });
        }
        Ok(came)
    }

    fn form_of(&mut self, key: &str, form: FormFile) -> Result<FormDraft> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if key.is_empty() || key.len() > KEY || !key.bytes().all(plain) {
            return Err(Problem::invalid(vec![FieldProblem::new("", "shape_no_key").with("key", key)]));
        }
        let mut plan = form.plan;
        for (field, value) in &mut plan.fixed {
            if let (true, Some(mail)) = (is_person(self, &plan.object, field), value.as_str()) {
                let unknown = || Problem::invalid(vec![FieldProblem::new("fixed", "form_person").with("name", mail)]);
                *value = json!(self.person_at(mail).ok_or_else(unknown)?);
            }
        }
        let owner = self.person_at(&form.owner).or(self.ctx.user_id()).unwrap_or(0);
        Ok(FormDraft { name: form.name, owner, open: form.open, plan })
    }

    /// Values that name people, by their addresses.
    fn by_mail(&self, object: &str, fixed: Input) -> Input {
        let told = |(key, value): (String, Json)| match is_person(self, object, &key) {
            true => {
                let id = value.as_i64().or_else(|| value.as_str()?.parse().ok());
                (key, id.and_then(|id| self.mail_of(id)).map_or(value, Json::from))
            }
            false => (key, value),
        };
        fixed.into_iter().filter(|(_, value)| !value.is_null()).map(told).collect()
    }

    fn mail_of(&self, id: i64) -> Option<String> {
        self.engine.people().user(id).map(|person| person.email.clone())
    }

    fn person_at(&self, mail: &str) -> Option<i64> {
        let people = self.engine.people();
        people.users().iter().find(|person| person.active && person.email.eq_ignore_ascii_case(mail)).map(|person| person.id)
    }
}

fn is_person(tx: &Tx, object: &str, field: &str) -> bool {
    let field = tx.registry.object(object).and_then(|object| object.field(field)).filter(|field| field.kind == FieldType::Link);
    field.and_then(|field| field.to).is_some_and(|to| tx.registry.at(to).key == "user")
}
