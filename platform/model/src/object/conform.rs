//! Faults of declarations that show once all objects are known: filters, roll-ups, boards, stages, panels.

use super::check::is;
use super::{DeclError, Field, FieldType, Object, ObjectIx, Registry, RollupDecl};
use crate::filter::{Cond, Env, Filter, Rights};
use crate::object::FieldIx;
use crate::problem::FieldProblem;
use crate::query::AggregateFn;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

/// Every fault, each with the file of its object; `files` stand in the order of the objects.
pub(super) fn faults(registry: &Registry, files: &[String]) -> Vec<DeclError> {
    let mut faults = Vec::new();
    for (object, file) in registry.objects().zip(files) {
        let mut found = Vec::new();
        Conform { registry, object, faults: &mut found }.all();
        faults.extend(found.into_iter().map(|fault| DeclError { file: file.clone(), ..fault }));
    }
    faults
}

struct Conform<'a> {
    registry: &'a Registry,
    object: &'a Object,
    faults: &'a mut Vec<DeclError>,
}

impl Conform<'_> {
    fn all(&mut self) {
        let decl = &self.object.decl;
        for field in &self.object.fields {
            if let Some(rollup) = &field.rollup {
                self.rollup(field, rollup);
            }
            if field.kind == FieldType::Stage {
                self.stage(field);
            }
            for (entry, filter) in [("visible_when", &field.visible_when), ("required_when", &field.required_when)] {
                if let Some(found) = filter.as_ref().and_then(|json| fault(self.registry, self.object, json)) {
                    self.at(field, is("decl_condition").with("entry", entry).because(&found));
                }
            }
        }
        for field in &self.object.fields {
            let target = field.to.map(|to| self.registry.at(to));
            if let Some(found) = target.zip(field.must.as_ref()).and_then(|(target, json)| fault(self.registry, target, json)) {
                self.at(field, is("decl_condition").with("entry", "must").because(&found));
            }
        }
        for view in &decl.views {
            self.filter(view.filter.as_ref(), &format!("key = \"{}\"", view.key), is("decl_view_filter").with("view", &view.key));
        }
        for rule in &decl.validations {
            self.filter(rule.must.as_ref(), &format!("key = \"{}\"", rule.key), is("decl_rule_filter").with("rule", &rule.key));
        }
        for action in &decl.actions {
            self.filter(action.when.as_ref(), &format!("key = \"{}\"", action.key), is("decl_action_filter").with("action", &action.key));
        }
        self.filter(decl.open.as_ref(), "open = ", is("decl_condition").with("entry", "open"));
        self.board();
        self.calendar();
        self.map();
        for related in &decl.layout.related {
            let (object, field) = related.split_once('.').unwrap_or((related, ""));
            let links = self.registry.object(object).and_then(|o| o.field(field)).is_some_and(|f| f.to == Some(self.object.ix));
            if !links {
                self.told(related, is("decl_related_link").with("name", related));
            }
        }
    }

    /// A fault in the line where `mark` stands.
    fn told(&mut self, mark: &str, fault: FieldProblem) {
        self.faults.push(DeclError { mark: Some(mark.into()), ..DeclError::new("", None, fault) });
    }

    fn at(&mut self, field: &Field, fault: FieldProblem) {
        self.faults.push(DeclError::new("", Some(&field.key), fault));
    }

    fn filter(&mut self, filter: Option<&Json>, mark: &str, place: FieldProblem) {
        if let Some(found) = filter.and_then(|json| fault(self.registry, self.object, json)) {
            self.told(mark, place.because(&found));
        }
    }

    fn rollup(&mut self, field: &Field, rollup: &RollupDecl) {
        let Some(child) = self.registry.object(&rollup.of).cloned() else {
            return self.at(field, is("decl_rollup_object").with("of", &rollup.of));
        };
        if !child.field(&rollup.via).is_some_and(|f| f.kind == FieldType::Link && f.to == Some(self.object.ix)) {
            self.at(field, is("decl_rollup_via").with("of", &child.key).with("via", &rollup.via));
        }
        let of = rollup.field.as_deref().map(|key| (key, child.field(key).filter(|f| f.is_column())));
        match (rollup.function, of) {
            (AggregateFn::Count, None) => {}
            (AggregateFn::Count, Some(_)) => self.at(field, is("decl_rollup_count")),
            (function, None) => self.at(field, is("decl_rollup_needs").with("function", function.key())),
            (_, Some((key, None))) => self.at(field, is("decl_rollup_field").with("name", key).with("of", &child.key)),
            (function @ (AggregateFn::Sum | AggregateFn::Avg), Some((key, Some(of)))) if !of.kind.is_number() => {
                self.at(field, is("decl_rollup_number").with("function", function.key()).with("name", key));
            }
            (function, Some((key, Some(of)))) => {
                let declared = self.object.decl.fields.get(&field.key).and_then(|decl| decl.result);
                if function != AggregateFn::Filled && declared.is_none() && of.kind != FieldType::Money {
                    self.at(field, is("decl_rollup_result").with("name", key));
                }
            }
        }
        if let Some(found) = rollup.filter.as_ref().and_then(|json| fault(self.registry, &child, json)) {
            self.at(field, is("decl_condition").with("entry", "where").because(&found));
        }
    }

    fn stage(&mut self, field: &Field) {
        let pipeline = self.registry.object("pipeline").map(|o| o.ix);
        let link = field.pipeline.as_deref().and_then(|key| self.object.field(key));
        if !link.is_some_and(|f| f.kind == FieldType::Link && f.to == pipeline) {
            self.at(field, is("decl_stage_pipeline"));
        }
    }

    fn board(&mut self) {
        use FieldType::{Choice, Choices, Date, DateTime, Stage};
        let Some(board) = self.object.decl.board.clone() else { return };
        let moment = |kind| matches!(kind, Date | DateTime);
        let any = |_| true;
        let entries: [(&str, Option<&String>, &dyn Fn(FieldType) -> bool, &str); 8] = [
            ("by", Some(&board.by), &|kind| matches!(kind, Stage | Choice), "decl_takes_stage"),
            ("subtitle", board.subtitle.as_ref(), &any, ""),
            ("amount", board.amount.as_ref(), &FieldType::is_number, "decl_takes_number"),
            ("date", board.date.as_ref(), &moment, "decl_takes_moment"),
            ("tags", board.tags.as_ref(), &|kind| matches!(kind, Choice | Choices), "decl_takes_choice"),
            ("since", board.since.as_ref(), &moment, "decl_takes_moment"),
            ("next", board.next.as_ref(), &any, ""),
            ("next_at", board.next_at.as_ref(), &moment, "decl_takes_moment"),
        ];
        for (entry, name, fits, wanted) in entries {
            let Some(name) = name else { continue };
            let mark = format!("{entry} = \"{name}\"");
            match self.object.field(name).map(|f| f.kind) {
                None => self.told(&mark, is("decl_board_unknown").with("entry", entry).with("name", name)),
                Some(kind) if !fits(kind) => {
                    self.told(&mark, is("decl_board_kind").with("entry", entry).with("name", name).because(&is(wanted)))
                }
                Some(_) => {}
            }
        }
    }
}

impl Conform<'_> {
    fn calendar(&mut self) {
        use FieldType::{Choice, Date, DateTime, Duration, Stage};
        let Some(calendar) = self.object.decl.calendar.clone() else { return };
        let entries: [(&str, Option<&String>, &dyn Fn(FieldType) -> bool, &str); 4] = [
            ("start", Some(&calendar.start), &|kind| matches!(kind, Date | DateTime), "decl_takes_moment"),
            ("end", calendar.end.as_ref(), &|kind| matches!(kind, Date | DateTime | Duration), "decl_takes_end"),
            ("title", calendar.title.as_ref(), &|_| true, ""),
            ("colour", calendar.colour.as_ref(), &|kind| matches!(kind, Choice | Stage), "decl_takes_stage"),
        ];
        for (entry, name, fits, wanted) in entries {
            let Some(name) = name else { continue };
            let mark = format!("{entry} = \"{name}\"");
            match self.object.field(name).filter(|f| f.is_column()).map(|f| f.kind) {
                None => self.told(&mark, is("decl_calendar_unknown").with("entry", entry).with("name", name)),
                Some(kind) if !fits(kind) => {
                    self.told(&mark, is("decl_calendar_kind").with("entry", entry).with("name", name).because(&is(wanted)))
                }
                Some(_) => {}
            }
        }
    }

    fn map(&mut self) {
        let Some(map) = self.object.decl.map.clone() else { return };
        if !self.registry.places(self.object).contains(&map.place) {
            self.told(&format!("place = \"{}\"", map.place), is("decl_map_place").with("name", &map.place));
        }
        if let Some(amount) = map.amount.filter(|key| !self.object.field(key).is_some_and(|f| f.kind.is_number())) {
            self.told(&format!("amount = \"{amount}\""), is("decl_map_amount").with("name", &amount));
        }
    }
}

/// What is wrong with a filter over records of `object`.
fn fault(registry: &Registry, object: &Object, json: &Json) -> Option<FieldProblem> {
    let env = Env { now: Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), me: Some(1), team: vec![1] };
    let problem = Filter::from_json(json).and_then(|filter| filter.bind(registry, object, &env, &Everything)).err()?;
    Some(problem.first())
}

/// Declarations are checked before anybody asks.
struct Everything;

impl Rights for Everything {
    fn may_read(&self, _: ObjectIx, _: FieldIx) -> bool {
        true
    }
    fn guard(&self, _: ObjectIx) -> Cond {
        Cond::True
    }
}
