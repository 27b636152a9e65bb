//! Templates of mails: subject and text in both languages, with fields of a record in them. Made once in the settings, used
//! by steps of flows, and kept in versions.

use crate::versions::{Kept, Version};
use crate::{Result, Tx};
use akrab_model::flow::{names_field, paths};
use akrab_model::format::Lang;
use akrab_model::{FieldProblem, Label, Problem, Record};
use serde::{Deserialize, Serialize};
use serde_json::json;

const KIND: &str = "mail_template";
const LONGEST_SUBJECT: usize = 250;
const LONGEST_TEXT: usize = 10_000;

/// A template as it is declared; `{{field}}` stands for a field of the record, also over links.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailTemplate {
    pub name: Label,
    /// Object of the records it tells of.
    pub object: String,
    pub subject: Label,
    pub text: Label,
}

/// A mail as one person gets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    pub subject: String,
    pub text: String,
}

impl Tx<'_> {
    /// Templates as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn mail_templates(&mut self) -> Result<Vec<Kept<MailTemplate>>> {
        self.kept_now(KIND, None)
    }

    /// One template as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn mail_template(&mut self, key: &str) -> Result<Kept<MailTemplate>> {
        self.kept_now(KIND, Some(key))?.pop().ok_or_else(Problem::not_found)
    }

    /// Versions of a template, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn mail_template_versions(&mut self, key: &str) -> Result<Vec<Version>> {
        self.versions_of(KIND, key)
    }

    /// What is wrong with a template, at `name_id`, `subject_en`, `text_id` …
    pub fn mail_template_faults(&self, template: &MailTemplate) -> Vec<FieldProblem> {
        let mut faults = Vec::new();
        let object = self.registry.object(&template.object).filter(|object| !object.is_system() && !object.decl.hidden);
        if object.is_none() {
            faults.push(FieldProblem::new("object", "flow_unknown_object"));
        }
        let parts = [
            ("name", &template.name, LONGEST_SUBJECT),
            ("subject", &template.subject, LONGEST_SUBJECT),
            ("text", &template.text, LONGEST_TEXT),
        ];
        for (part, label, most) in parts {
            for (lang, words) in [("id", &label.id), ("en", &label.en)] {
                let field = format!("{part}_{lang}");
                if words.trim().is_empty() {
                    faults.push(FieldProblem::new(&field, "required"));
                } else if words.chars().count() > most {
                    faults.push(FieldProblem::new(&field, "too_long").with("max", most));
                }
                let Some(object) = object.filter(|_| part != "name") else { continue };
                let unknown = paths(words).find(|path| *path != "id" && !names_field(&self.registry, object, path));
                faults.extend(unknown.map(|path| FieldProblem::new(&field, "unknown_field").with("field", path)));
            }
        }
        faults
    }

    /// Keeps a version of a template; mails from now on are written by it.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with every fault; `stale` when `known` is not the present
    /// version any more.
    pub fn mail_template_save(&mut self, key: &str, template: &MailTemplate, known: Option<i64>) -> Result<i64> {
        let mut faults = self.mail_template_faults(template);
        if !crate::calendar::is_key(key) {
            faults.push(FieldProblem::new("key", "calendar_key"));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        self.kept_template(key, template, known, false)
    }

    /// Takes a template out of use, or back into it. Steps that name it go on with it.
    ///
    /// # Errors
    /// As [`Tx::mail_template_save`].
    pub fn mail_template_retire(&mut self, key: &str, retired: bool) -> Result<i64> {
        self.may_declare()?;
        let kept = self.mail_template(key)?;
        self.kept_template(key, &kept.decl, None, retired)
    }

    fn kept_template(&mut self, key: &str, template: &MailTemplate, known: Option<i64>, retired: bool) -> Result<i64> {
        let version = self.keep_version(KIND, (key, &template.name, template), None, known, retired)?;
        let title = template.name.get(self.ctx.lang_key()).to_string();
        self.audit("mail_template", None, json!({ "title": title, "key": key, "version": version, "retired": retired }))?;
        Ok(version)
    }

    /// The mail a template makes of a record, in a language; with what the actor may see of it.
    ///
    /// # Errors
    /// What the database answers.
    pub fn mail_fill(&mut self, template: &MailTemplate, record: &Record, lang: Lang) -> Result<Filled> {
        let subject = self.record_text(record, template.subject.get(lang.as_str()), lang)?;
        let subject: String = subject.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_SUBJECT).collect();
        Ok(Filled { subject, text: self.record_text(record, template.text.get(lang.as_str()), lang)? })
    }
}
