//! The sections of the file that are declarations in versions: `[approvals.KEY]`, in the words of the declaration. What is there
//! under the same key gets a new version, if it differs.

use super::{Came, Part};
use crate::approval::ApprovalDecl;
use crate::policy::PolicyDecl;
use crate::process::ProcessDecl;
use crate::template::MailTemplate;
use crate::versions::Kept;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Label, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Declarations by their keys.
type Named<D> = BTreeMap<String, D>;

impl Tx<'_> {
    /// A part as text; nothing where there is none of it.
    pub(super) fn section_out(&mut self, part: Part) -> Result<String> {
        match part {
            Part::Objects => Ok(String::new()),
            Part::Templates => written("mail_templates", "# Templates of mails.", self.mail_templates()?),
            Part::Approvals => written("approvals", "# Approval rules.", self.approval_rules()?),
            Part::Processes => written("processes", "# Process maps.", self.processes()?),
            Part::Policies => written("policies", "# Policies.", self.policy_rules()?),
            Part::Forms => self.forms_out(),
            Part::Flows => self.flow_export(None),
        }
    }

    /// Takes a part over.
    pub(super) fn section_in(&mut self, part: Part, text: &str) -> Result<Vec<Came>> {
        match part {
            Part::Objects => Err(Problem::internal("objects are taken in before the others")),
            Part::Templates => {
                let known = self.mail_templates()?;
                self.take(
                    ("mail_templates", text),
                    known,
                    |decl: &MailTemplate| &decl.name,
                    |tx, key, decl| tx.mail_template_save(key, decl, None).map(drop),
                )
            }
            Part::Approvals => {
                let known = self.approval_rules()?;
                self.take(
                    ("approvals", text),
                    known,
                    |decl: &ApprovalDecl| &decl.name,
                    |tx, key, decl| tx.approval_rule_save(key, decl, None).map(drop),
                )
            }
            Part::Processes => {
                let known = self.processes()?;
                self.take(
                    ("processes", text),
                    known,
                    |decl: &ProcessDecl| &decl.name,
                    |tx, key, decl| tx.process_save(key, decl, None).map(drop),
                )
            }
            Part::Policies => {
                let known = self.policy_rules()?;
                self.take(
                    ("policies", text),
                    known,
                    |decl: &PolicyDecl| &decl.name,
                    |tx, key, decl| tx.policy_rule_save(key, decl, None).map(drop),
                )
            }
            Part::Forms => self.forms_in(text),
            Part::Flows => {
                let lang = self.ctx.lang_key();
                let come = self.flows_take(text)?;
                Ok(come
                    .into_iter()
                    .map(|(one, name)| Came { key: one.key, name: name.get(lang).into(), new: one.new, changed: one.changed })
                    .collect())
            }
        }
    }

    fn take<D: DeserializeOwned + PartialEq>(
        &mut self,
        (section, text): (&str, &str),
        known: Vec<Kept<D>>,
        name: impl Fn(&D) -> &Label,
        save: impl Fn(&mut Tx, &str, &D) -> Result<()>,
    ) -> Result<Vec<Came>> {
        let file: BTreeMap<String, Named<D>> = toml::from_str(text).map_err(|error| crate::written::unreadable(text, &error))?;
        let known: Named<D> = known.into_iter().filter(|kept| !kept.retired).map(|kept| (kept.key, kept.decl)).collect();
        let mut came = Vec::new();
        for (key, decl) in file.into_iter().filter(|(of, _)| of == section).flat_map(|(_, all)| all) {
            let changed = known.get(&key) != Some(&decl);
            if changed {
                save(self, &key, &decl).map_err(|problem| placed(&key, problem))?;
            }
            came.push(Came { name: name(&decl).get(self.ctx.lang_key()).into(), new: !known.contains_key(&key), changed, key });
        }
        Ok(came)
    }
}

fn written<D: Serialize>(section: &str, head: &str, kept: Vec<Kept<D>>) -> Result<String> {
    let all: Named<D> = kept.into_iter().filter(|kept| !kept.retired).map(|kept| (kept.key, kept.decl)).collect();
    if all.is_empty() {
        return Ok(String::new());
    }
    let text = toml::to_string_pretty(&BTreeMap::from([(section, all)])).map_err(Problem::internal)?;
    Ok(format!("{head}\n\n{text}"))
}

/// Faults with the key of what they are in.
pub(crate) fn placed(key: &str, problem: Problem) -> Problem {
    let at = |fault: FieldProblem| FieldProblem { pointer: format!("/{key}/{}", fault.pointer.trim_start_matches('/')), ..fault };
    Problem { fields: problem.fields.into_iter().map(at).collect(), ..problem }
}
