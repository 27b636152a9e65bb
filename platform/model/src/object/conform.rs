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
        self.between();
        self.calendar();
        self.map();
        self.whole();
        for related in &decl.layout.related {
            let links = super::Panel::of(related).is_some_and(|panel| panel.fits(self.registry, self.object));
            if !links {
                self.told(related, is("decl_related_link").with("name", related));
            }
        }
    }

    /// What the page asks of others names objects that link here, and fields of theirs.
    fn whole(&mut self) {
        let decl = &self.object.decl;
        for circle in &decl.circle {
            self.other(&circle.of, &circle.via, &circle.filter, circle.member.iter());
        }
        for figure in &decl.figures {
            let all = [Some(&figure.value), figure.also.as_ref(), figure.before.as_ref()].into_iter().flatten().chain(&figure.lines);
            self.other(&figure.of, &figure.via, &None, std::iter::empty());
            all.for_each(|measure| self.other(&figure.of, &figure.via, &measure.filter, measure.field.iter()));
        }
        for panel in &decl.panels {
            let named = panel
                .columns
                .iter()
                .chain(&panel.named)
                .chain(&panel.due)
                .chain(&panel.late)
                .chain(&panel.end)
                .chain(&panel.by)
                .chain(&panel.sum);
            self.other(&panel.of, &panel.via, &panel.filter, named);
            panel.figures.iter().for_each(|measure| self.other(&panel.of, &panel.via, &measure.filter, measure.field.iter()));
        }
    }

    fn other<'n>(&mut self, of: &str, via: &str, filter: &Option<Json>, fields: impl Iterator<Item = &'n String>) {
        let place = format!("{of}.{via}");
        let Some(other) = self.registry.object(of).cloned() else { return self.told(of, is("decl_related_nothing").with("name", place)) };
        if other.field(via).is_none_or(|f| f.to != Some(self.object.ix)) {
            self.told(via, is("decl_related_link").with("name", place));
        }
        for name in fields.filter(|name| other.field(name).is_none()) {
            self.told(name, is("decl_unknown_name").with("name", name));
        }
        if let Some(found) = filter.as_ref().and_then(|json| fault(self.registry, &other, json)) {
            self.told(of, is("decl_condition").with("entry", "where").because(&found));
        }
    }

    /// Ties lead somewhere, periods are days, a tree leads to its own object.
    fn between(&mut self) {
        let decl = &self.object.decl;
        let kind = |key: &String| self.object.field(key).map(|field| (field.kind, field.to));
        let mut wrong = Vec::new();
        if let Some(tie) = &decl.tie {
            wrong.extend(tie.ends.iter().filter(|end| !matches!(kind(end), Some((FieldType::Link, _)))));
            wrong.extend(tie.kind.iter().filter(|key| !matches!(kind(key), Some((FieldType::Choice, _)))));
            wrong.extend(tie.strength.iter().filter(|key| !matches!(kind(key), Some((FieldType::Integer, _)))));
        }
        if let Some(period) = &decl.period {
            wrong.extend([&period.from, &period.to].into_iter().filter(|key| !matches!(kind(key), Some((FieldType::Date, _)))));
        }
        if let Some(tree) = &decl.tree {
            wrong.extend([&tree.parent].into_iter().filter(|key| kind(key) != Some((FieldType::Link, Some(self.object.ix)))));
            wrong.extend(tree.figures.iter().filter(|key| !kind(key).is_some_and(|(kind, _)| kind.is_number())));
        }
        if let Some(merge) = &decl.merge {
            wrong.extend(merge.same.iter().chain(&merge.each).filter(|key| !self.object.field(key).is_some_and(Field::is_column)));
            wrong.extend(merge.main.iter().filter(|key| !matches!(kind(key), Some((FieldType::Boolean, _)))));
            wrong.extend(merge.keeps.iter().map(|keeps| &keeps.kind).filter(|key| !matches!(kind(key), Some((FieldType::Choice, _)))));
        }
        let wrong: Vec<String> = wrong.into_iter().cloned().collect();
        for name in wrong {
            self.told(&name, is("decl_wrong_kind").with("name", &name));
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
