//! Where a field or an object is used: what somebody should know before he takes it out of sight or removes it.

use crate::approval::{ApprovalDecl, Guard, Who};
use crate::{Ctx, Engine, Result};
use akrab_model::object::{FieldRight, ObjectDecl};
use akrab_model::{Filter, Object, Problem, Registry, Value};
use serde_json::Value as Json;

/// One place a field or an object is used in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// `layout`, `view`, `saved_view`, `board`, `formula`, `rollup`, `condition`, `validation`, `stage`, `role`, `pattern`, `duplicate`,
    /// `link`, `records`, `flow`, `approval`, `sharing_rule`, `territory_rule`; message key `use-<kind>`.
    pub kind: &'static str,
    /// Key of the object it stands in.
    pub object: String,
    /// What it is called there.
    pub name: String,
    /// It would not work any more, so it must be changed before the removal.
    pub blocks: bool,
}

impl Engine {
    /// Everything that uses a field, or with none an object.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `not_found`, what the database answers.
    pub async fn shape_uses(&self, ctx: &Ctx, object: &str, field: Option<&str>) -> Result<Vec<Use>> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let (key, field) = (object.to_string(), field.map(str::to_string));
        let people = self.people();
        let system = self.system("where a field is used", ctx.door);
        let lang = ctx.lang_key();
        let find = move |tx: &mut crate::Tx| -> Result<Vec<Use>> {
            let registry = tx.registry.clone();
            let object = registry.object(&key).cloned().ok_or_else(Problem::not_found)?;
            let mut found = declared(&registry, &object, field.as_deref(), lang);
            let said = |kind, name: String| Use { kind, object: key.clone(), name, blocks: false };
            for view in tx.conn.view_list(&object.key)? {
                let body: Json = serde_json::from_str(&view.body).unwrap_or_default();
                if field.as_deref().is_none_or(|field| names(&body, field)) {
                    found.push(said("saved_view", view.name));
                }
            }
            found.extend(rules(tx, &object, field.as_deref(), lang)?);
            for pattern in tx.patterns(&object)? {
                if field.as_ref().is_none_or(|field| pattern.columns.iter().any(|(_, to)| to == field)) {
                    found.push(said("pattern", pattern.name));
                }
            }
            if let Some(field) = &field {
                let limited = |role: &&std::sync::Arc<crate::Role>| {
                    role.rights.get(&object.key).and_then(|access| access.fields.get(field)).is_some_and(|right| *right != FieldRight::Edit)
                };
                found.extend(people.roles.iter().filter(limited).map(|role| said("role", role.name.clone())));
                found.extend(tx.gates(&object, field)?.into_iter().map(|stage| said("stage", stage)));
            } else {
                let rows = tx.conn.table_rows(&object.table)?;
                found.push(said("records", rows.to_string()));
            }
            Ok(found)
        };
        self.read(&system, find).await
    }
}

impl crate::Tx<'_> {
    /// Names of the stages that ask for a field before they are entered.
    fn gates(&mut self, object: &Object, field: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let stages = self.object("stage")?;
        let registry = self.registry.clone();
        let columns: Vec<_> = stages.columns().map(|(ix, _)| ix).collect();
        let ids = self.conn.ids_after(&registry, &stages, &akrab_model::Cond::True, 0, 2_000)?;
        for row in self.conn.rows(&registry, &stages, &ids, &columns, &akrab_model::Cond::True)? {
            let stage = crate::read::record_of(&stages, &columns, row);
            let asks = matches!(stage.get("gate"), Value::Json(Json::Array(keys)) if keys.iter().any(|key| key == field));
            if !asks {
                continue;
            }
            let pipeline = stage.link("pipeline").map(|id| self.find("pipeline", id)).transpose()?.flatten();
            if pipeline.is_some_and(|pipeline| pipeline.text("object") == object.key) {
                found.push(stage.title().to_string());
            }
        }
        Ok(found)
    }
}

/// Uses in what works by itself: flows, approval rules, and the rules that share and place records.
fn rules(tx: &mut crate::Tx, object: &Object, field: Option<&str>, lang: &str) -> Result<Vec<Use>> {
    let registry = tx.registry.clone();
    let mut found = Vec::new();
    for standing in &tx.engine.flows().standing {
        let Some(ready) = standing.ready.as_ref().filter(|_| !standing.row.gone) else { continue };
        if ready.flow.uses(&registry, &object.key, field) {
            found.push(Use { kind: "flow", object: ready.flow.object.clone(), name: ready.flow.name.get(lang).into(), blocks: true });
        }
    }
    let named = |of: &str, when: Option<&Json>| {
        let filter = when.and_then(|json| Filter::from_json(json).ok());
        filter.is_some_and(|filter| filter.uses(&registry, of, &object.key, field))
    };
    for rule in tx.approval_rules()?.into_iter().filter(|rule| !rule.retired) {
        let of = rule.decl.object.clone();
        if (of == object.key && asks_for(&rule.decl, field)) || named(&of, rule.decl.when.as_ref()) {
            found.push(Use { kind: "approval", object: of, name: rule.name.get(lang).into(), blocks: true });
        }
    }
    for kind in ["sharing_rule", "territory_rule"] {
        for rule in crate::people::rows(tx.conn, &registry, kind)? {
            let of = rule.text("object").to_string();
            let own = of == object.key && field.is_none_or(|field| rule.has("via") && rule.text("via") == field);
            let filter = if let Value::Json(json) = rule.get("filter") { Some(json) } else { None };
            if own || named(&of, filter) {
                found.push(Use { kind, object: of, name: rule.title().to_string(), blocks: true });
            }
        }
    }
    Ok(found)
}

/// Whether an approval rule of the object itself names a field of it besides in its condition.
fn asks_for(rule: &ApprovalDecl, field: Option<&str>) -> bool {
    let Some(field) = field else { return true };
    let who = rule.steps.iter().flat_map(|step| step.who.iter().chain(&step.fallback));
    let guarded = |guard: &Guard| matches!(guard, Guard::Value { field: of, .. } if of == field);
    rule.field.as_deref() == Some(field)
        || rule.void_on.iter().any(|of| of == field)
        || rule.guards.iter().any(guarded)
        || rule.formula.as_deref().is_some_and(|text| words(text).any(|word| word == field))
        || who.into_iter().any(|who| matches!(who, Who::Field(path) if path.split('.').next() == Some(field)))
}

/// Uses in the declarations.
fn declared(registry: &Registry, object: &Object, field: Option<&str>, lang: &str) -> Vec<Use> {
    let mut found = Vec::new();
    for other in registry.objects() {
        let here = other.key == object.key;
        let said = |kind, name: &str, blocks| Use { kind, object: other.key.clone(), name: name.into(), blocks };
        for used in other.fields.iter().filter(|used| !used.system && used.part_of.is_none()) {
            let name = used.label.get(lang);
            match field {
                None if !here && used.to == Some(object.ix) => found.push(said("link", name, true)),
                None if !here && used.rollup.as_ref().is_some_and(|r| r.of == object.key) => found.push(said("rollup", name, true)),
                Some(field) if used.key != field || !here => {
                    let formula = here && used.formula.as_ref().is_some_and(|formula| words(formula).any(|word| word == field));
                    let rollup = used.rollup.as_ref().filter(|r| r.of == object.key);
                    let rollup = rollup.is_some_and(|r| {
                        r.via == field || r.field.as_deref() == Some(field) || r.filter.as_ref().is_some_and(|f| names(f, field))
                    });
                    let when = [&used.visible_when, &used.required_when].into_iter().flatten().any(|filter| here && names(filter, field));
                    for (kind, is) in [("formula", formula), ("rollup", rollup), ("condition", when)] {
                        if is {
                            found.push(said(kind, name, true));
                        }
                    }
                }
                _ => {}
            }
        }
        for link in other.fields.iter().filter(|link| link.part_of.is_none()) {
            let Some(target) = link.to.map(|to| registry.at(to)) else { continue };
            let filter = link.must.as_ref().and_then(|json| Filter::from_json(json).ok());
            if filter.is_some_and(|filter| filter.uses(registry, &target.key, &object.key, field)) && (field.is_some() || !here) {
                found.push(said("condition", link.label.get(lang), true));
            }
        }
        for set in other.decl.unique.iter().filter(|set| here && field.is_some_and(|field| set.iter().any(|name| name == field))) {
            let labels: Vec<&str> = set.iter().filter_map(|key| other.field(key)).map(|f| f.label.get(lang)).collect();
            found.push(said("unique", &labels.join(" + "), false));
        }
        let panel = |related: &&String| match field {
            None => !here && related.split('.').next() == Some(object.key.as_str()),
            Some(field) => related.split('/').next() == Some(format!("{}.{field}", object.key).as_str()),
        };
        if other.decl.layout.related.iter().any(|related| panel(&related)) {
            found.push(said("layout", other.label(lang), true));
        }
        if let (true, Some(field)) = (here, field) {
            looks(&other.decl, field, lang, &mut |kind, name, blocks| found.push(said(kind, name, blocks)));
        }
    }
    found
}

/// Uses in the looks and rules of the field's own object.
fn looks(decl: &ObjectDecl, field: &str, lang: &str, said: &mut dyn FnMut(&'static str, &str, bool)) {
    let layout = &decl.layout;
    let lists = [&layout.quick, &layout.chips, &layout.figures].into_iter().chain(layout.sections.iter().map(|s| &s.fields));
    if lists.into_iter().flatten().any(|name| name == field) {
        said("layout", decl.label.get(lang), false);
    }
    for view in &decl.views {
        let named = view.columns.iter().chain(&view.sort).chain(&view.totals).chain(&view.quick).chain(&view.group);
        let plain = named.into_iter().any(|name| name.trim_start_matches('-').split([':', '.']).next() == Some(field));
        let filtered = view.filter.as_ref().is_some_and(|filter| names(filter, field));
        if plain || filtered {
            said("view", view.label.get(lang), filtered);
        }
    }
    if decl.board.as_ref().is_some_and(|board| board.by == field) {
        said("board", decl.label.get(lang), false);
    }
    let calendar = decl.calendar.as_ref().map(|c| [Some(&c.start), c.end.as_ref(), c.title.as_ref(), c.colour.as_ref()]);
    if calendar.is_some_and(|named| named.into_iter().flatten().any(|name| name == field)) {
        said("calendar", decl.label.get(lang), false);
    }
    for hint in decl.duplicates.iter().filter(|hint| hint.fields.iter().any(|name| name == field)) {
        said("duplicate", hint.reason.get(lang), false);
    }
    for rule in &decl.validations {
        let filter = rule.must.as_ref().is_some_and(|filter| names(filter, field));
        let formula = rule.formula.as_ref().is_some_and(|formula| words(formula).any(|word| word == field));
        if filter || formula {
            said("validation", rule.message.get(lang), true);
        }
    }
}

fn words(formula: &str) -> impl Iterator<Item = &str> {
    formula.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// Whether some text of this JSON names the field, alone or at the beginning of a path.
fn names(json: &Json, field: &str) -> bool {
    match json {
        Json::String(text) => text.trim_start_matches('-').split(['.', ':']).next() == Some(field),
        Json::Array(items) => items.iter().any(|item| names(item, field)),
        Json::Object(map) => map.iter().any(|(key, value)| key != "value" && names(value, field)),
        _ => false,
    }
}
