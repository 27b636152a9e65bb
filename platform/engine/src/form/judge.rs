//! What is wrong with a form before anybody fills it in.

use super::keep::FormDraft;
use super::offer::MOST_OFFERED;
use super::plan::{FormPlan, is_askable, is_typed};
use crate::people::Person;
use crate::write::Tx;
use crate::{Door, Result};
use akrab_model::object::FieldRight;
use akrab_model::{FieldProblem, FieldType, Object, Problem};
use std::collections::HashSet;
use std::sync::Arc;

const NAME: usize = 100;
const WORDS: usize = 2_000;
const FIELDS: usize = 60;
const ORIGINS: usize = 20;

impl Tx<'_> {
    pub(super) fn judge_form(&mut self, draft: &FormDraft) -> Result<()> {
        let mut faults = Vec::new();
        if draft.name.trim().is_empty() {
            faults.push(FieldProblem::new("name", "required"));
        } else if draft.name.chars().count() > NAME {
            faults.push(FieldProblem::new("name", "too_long").with("max", NAME));
        }
        faults.extend(words(&draft.plan));
        let owner = self.engine.people().user(draft.owner).filter(|person| person.active).cloned();
        let object = self.registry.object(&draft.plan.object).filter(|o| !o.is_system() && !o.decl.hidden).cloned();
        match (owner, object) {
            (Some(owner), Some(object)) => faults.extend(self.judge_asked(&owner, &object, &draft.plan)?),
            (None, _) => faults.push(FieldProblem::new("owner", "required")),
            (_, None) => faults.push(FieldProblem::new("object", "required")),
        }
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    /// Whether whoever the form writes for could make such a record of it.
    fn judge_asked(&mut self, owner: &Arc<Person>, object: &Arc<Object>, plan: &FormPlan) -> Result<Vec<FieldProblem>> {
        let mut faults = Vec::new();
        let ctx = self.engine.ctx(owner, Door::Form, &self.ctx.request);
        let mut tx = self.acting(ctx);
        if tx.rights.require_create(object).is_err() {
            return Ok(vec![FieldProblem::new("owner", "form_owner_may_not").with("name", &owner.name)]);
        }
        let (fillable, _) = tx.row_fields(object, &[]);
        let fits = |key: &str| fillable.iter().any(|known| known == key);
        let lang = tx.ctx.lang_key();
        if plan.fields.is_empty() || plan.fields.len() > FIELDS {
            faults.push(if plan.fields.is_empty() {
                FieldProblem::new("fields", "required")
            } else {
                FieldProblem::new("fields", "too_many").with("max", FIELDS)
            });
        }
        let mut seen = HashSet::new();
        let registry = tx.registry.clone();
        for asked in &plan.fields {
            let field = object.field(&asked.key).filter(|field| is_askable(&registry, field));
            // files are no part of rows, so they are asked about by themselves
            let file = field.filter(|field| field.kind == FieldType::File).and_then(|_| object.field_ix(&asked.key));
            let fits = file.map_or_else(|| fits(&asked.key), |ix| tx.rights.field(object, ix) == FieldRight::Edit);
            if field.is_none() || !fits || plan.fixed.contains_key(&asked.key) {
                faults.push(FieldProblem::new("fields", "form_field").with("field", &asked.key));
            } else if !seen.insert(&asked.key) {
                faults.push(FieldProblem::new("fields", "form_twice").with("field", label(object, &asked.key, lang)));
            }
            if asked.label.chars().count() > NAME {
                faults.push(FieldProblem::new("fields", "too_long").with("max", NAME));
            }
            if let Some(target) = field.filter(|field| field.kind == FieldType::Link).and_then(|field| field.to) {
                let fault = |code: &str| FieldProblem::new("fields", code).with("field", label(object, &asked.key, lang));
                match &asked.from {
                    None => faults.push(fault("form_link_rule")),
                    Some(from) => match tx.form_offered(&registry.at(target).clone(), from) {
                        Ok(offered) if offered.len() > MOST_OFFERED => faults.push(fault("form_link_many").with("max", MOST_OFFERED)),
                        Ok(_) => {}
                        Err(problem) if problem.fields.is_empty() => return Err(problem),
                        Err(problem) => faults.extend(problem.fields.into_iter().map(|f| FieldProblem { pointer: "/fields".into(), ..f })),
                    },
                }
            }
        }
        let env = tx.parse_env().own();
        for (key, value) in &plan.fixed {
            let Some(field) =
                object.field(key).filter(|f| fits(key) && (is_typed(f) || f.kind == FieldType::Link) && f.writable() && !f.hidden)
            else {
                faults.push(FieldProblem::new("fixed", "form_field").with("field", key));
                continue;
            };
            if let Err(fault) = field.parse(value, &env) {
                faults.push(FieldProblem { pointer: "/fixed".into(), ..fault });
            }
        }
        let has = |key: &str| plan.fixed.get(key).is_some_and(|value| !value.is_null()) || plan.fields.iter().any(|asked| asked.key == key);
        let missing = object.fields.iter().filter(|f| f.required && f.writable() && !f.hidden && f.default.is_none() && !has(&f.key));
        let missing = missing.filter(|f| object.owner.is_none_or(|ix| object.at(ix).key != f.key) && f.kind != FieldType::Stage);
        faults.extend(missing.map(|field| FieldProblem::new("fields", "form_needs").with("field", field.label.get(lang))));
        if let Some(tick) = &plan.tick {
            let known = crate::contact::are_people(object) && !tx.policies(&tick.purpose)?.is_empty();
            if !known {
                faults.push(FieldProblem::new("tick", "unknown_choice").with("value", &tick.purpose));
            }
        }
        Ok(faults)
    }
}

fn label(object: &Object, key: &str, lang: &str) -> String {
    object.field(key).map_or_else(|| key.to_string(), |field| field.label.get(lang).to_string())
}

/// Faults of what is said around the fields.
fn words(plan: &FormPlan) -> Vec<FieldProblem> {
    let mut faults = Vec::new();
    if plan.title.trim().is_empty() {
        faults.push(FieldProblem::new("title", "required"));
    }
    if !matches!(plan.lang.as_str(), "id" | "en") {
        faults.push(FieldProblem::new("lang", "required"));
    }
    for (name, text, most) in
        [("title", &plan.title, NAME), ("intro", &plan.intro, WORDS), ("thanks", &plan.thanks, WORDS), ("button", &plan.button, NAME)]
    {
        if text.chars().count() > most {
            faults.push(FieldProblem::new(name, "too_long").with("max", most));
        }
    }
    if !plan.next.is_empty() && (origin_of(&plan.next).is_none() || plan.next.len() > WORDS) {
        faults.push(FieldProblem::new("next", "form_next"));
    }
    if plan.origins.len() > ORIGINS {
        faults.push(FieldProblem::new("origins", "too_many").with("max", ORIGINS));
    }
    let odd = plan.origins.iter().find(|origin| origin_of(origin).as_ref() != Some(origin));
    faults.extend(odd.map(|origin| FieldProblem::new("origins", "form_origin").with("value", origin)));
    faults
}

/// Scheme, host and port of an address that may stand in a policy of a page; none for anything that could say more there.
pub(super) fn origin_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "https" | "http"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    let sound = !host.is_empty() && host.len() <= 250 && host.bytes().all(plain) && address.bytes().all(|b| b > b' ' && b < 0x7f);
    sound.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::origin_of;

    #[test]
    fn nothing_but_an_origin_comes_into_a_policy() {
        assert_eq!(origin_of("https://contoh.co.id/terima-kasih?x=1").as_deref(), Some("https://contoh.co.id"));
        assert_eq!(origin_of("http://localhost:8080").as_deref(), Some("http://localhost:8080"));
        for odd in
            ["", "javascript:alert(1)", "https://", "https://a b", "https://a;script-src *", "https://a@b", "//contoh.co.id", "https://*"]
        {
            assert_eq!(origin_of(odd), None, "{odd}");
        }
    }
}
