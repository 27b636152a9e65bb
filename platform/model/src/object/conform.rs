//! Faults of declarations that show once all objects are known: filters, roll-ups, boards, stages, panels.

use super::{DeclError, Field, FieldType, Object, ObjectIx, Registry, RollupDecl};
use crate::filter::{Cond, Env, Filter, Rights};
use crate::object::FieldIx;
use crate::problem::{FieldProblem, Problem};
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
                if let Some(message) = filter.as_ref().and_then(|json| fault(self.registry, self.object, json)) {
                    self.at(field, format!("`{entry}`: {message}"));
                }
            }
        }
        for view in &decl.views {
            self.filter(self.object, view.filter.as_ref(), &format!("key = \"{}\"", view.key), &format!("view `{}`", view.key));
        }
        for rule in &decl.validations {
            self.filter(self.object, rule.must.as_ref(), &format!("key = \"{}\"", rule.key), &format!("validation `{}`", rule.key));
        }
        for action in &decl.actions {
            self.filter(self.object, action.when.as_ref(), &format!("key = \"{}\"", action.key), &format!("action `{}`", action.key));
        }
        self.filter(self.object, decl.open.as_ref(), "open = ", "`open`");
        self.board();
        self.calendar();
        self.map();
        for related in &decl.layout.related {
            let (object, field) = related.split_once('.').unwrap_or((related, ""));
            let links = self.registry.object(object).and_then(|o| o.field(field)).is_some_and(|f| f.to == Some(self.object.ix));
            if !links {
                self.told(related, format!("related panel `{related}` names no link to this object"));
            }
        }
    }

    /// A fault in the line where `mark` stands.
    fn told(&mut self, mark: &str, message: String) {
        self.faults.push(DeclError { mark: Some(mark.into()), ..DeclError::new("", None, message) });
    }

    fn at(&mut self, field: &Field, message: impl Into<String>) {
        self.faults.push(DeclError::new("", Some(&field.key), message));
    }

    fn filter(&mut self, object: &Object, filter: Option<&Json>, mark: &str, place: &str) {
        if let Some(message) = filter.and_then(|json| fault(self.registry, object, json)) {
            self.told(mark, format!("{place}: {message}"));
        }
    }

    fn rollup(&mut self, field: &Field, rollup: &RollupDecl) {
        let Some(child) = self.registry.object(&rollup.of).cloned() else {
            return self.at(field, format!("the roll-up counts the unknown object `{}`", rollup.of));
        };
        if !child.field(&rollup.via).is_some_and(|f| f.kind == FieldType::Link && f.to == Some(self.object.ix)) {
            self.at(field, format!("`via` names no link of `{}` to this object: `{}`", child.key, rollup.via));
        }
        let of = rollup.field.as_deref().map(|key| (key, child.field(key).filter(|f| f.is_column())));
        match (rollup.function, of) {
            (AggregateFn::Count, None) => {}
            (AggregateFn::Count, Some(_)) => self.at(field, "`count` counts records and takes no `field`"),
            (function, None) => self.at(field, format!("`{}` needs the `field` it is of", function.key())),
            (_, Some((key, None))) => self.at(field, format!("the roll-up is of the unknown field `{key}` of `{}`", child.key)),
            (function @ (AggregateFn::Sum | AggregateFn::Avg), Some((key, Some(of)))) if !of.kind.is_number() => {
                self.at(field, format!("`{}` takes a number, which `{key}` is not", function.key()));
            }
            (function, Some((key, Some(of)))) => {
                let declared = self.object.decl.fields.get(&field.key).and_then(|decl| decl.result);
                if function != AggregateFn::Filled && declared.is_none() && of.kind != FieldType::Money {
                    self.at(field, format!("the roll-up needs `result`, the type of its value: `{key}` is no amount of money"));
                }
            }
        }
        if let Some(message) = rollup.filter.as_ref().and_then(|json| fault(self.registry, &child, json)) {
            self.at(field, message);
        }
    }

    fn stage(&mut self, field: &Field) {
        let pipeline = self.registry.object("pipeline").map(|o| o.ix);
        let link = field.pipeline.as_deref().and_then(|key| self.object.field(key));
        if !link.is_some_and(|f| f.kind == FieldType::Link && f.to == pipeline) {
            self.at(field, "a stage needs `pipeline`, the field that links to its pipeline");
        }
    }

    fn board(&mut self) {
        use FieldType::{Choice, Choices, Date, DateTime, Stage};
        let Some(board) = self.object.decl.board.clone() else { return };
        let moment = |kind| matches!(kind, Date | DateTime);
        let any = |_| true;
        let entries: [(&str, Option<&String>, &dyn Fn(FieldType) -> bool, &str); 8] = [
            ("by", Some(&board.by), &|kind| matches!(kind, Stage | Choice), "a stage or a choice"),
            ("subtitle", board.subtitle.as_ref(), &any, ""),
            ("amount", board.amount.as_ref(), &FieldType::is_number, "a number"),
            ("date", board.date.as_ref(), &moment, "a day or a moment"),
            ("tags", board.tags.as_ref(), &|kind| matches!(kind, Choice | Choices), "a choice or choices"),
            ("since", board.since.as_ref(), &moment, "a day or a moment"),
            ("next", board.next.as_ref(), &any, ""),
            ("next_at", board.next_at.as_ref(), &moment, "a day or a moment"),
        ];
        for (entry, name, fits, wanted) in entries {
            let Some(name) = name else { continue };
            let mark = format!("{entry} = \"{name}\"");
            match self.object.field(name).map(|f| f.kind) {
                None => self.told(&mark, format!("the board's `{entry}` names the unknown field `{name}`")),
                Some(kind) if !fits(kind) => self.told(&mark, format!("the board's `{entry}` takes {wanted}, which `{name}` is not")),
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
            ("start", Some(&calendar.start), &|kind| matches!(kind, Date | DateTime), "a day or a moment"),
            ("end", calendar.end.as_ref(), &|kind| matches!(kind, Date | DateTime | Duration), "a day, a moment or a duration"),
            ("title", calendar.title.as_ref(), &|_| true, ""),
            ("colour", calendar.colour.as_ref(), &|kind| matches!(kind, Choice | Stage), "a choice or a stage"),
        ];
        for (entry, name, fits, wanted) in entries {
            let Some(name) = name else { continue };
            let mark = format!("{entry} = \"{name}\"");
            match self.object.field(name).filter(|f| f.is_column()).map(|f| f.kind) {
                None => self.told(&mark, format!("the calendar's `{entry}` names the unknown field `{name}`")),
                Some(kind) if !fits(kind) => self.told(&mark, format!("the calendar's `{entry}` takes {wanted}, which `{name}` is not")),
                Some(_) => {}
            }
        }
    }

    fn map(&mut self) {
        let Some(map) = self.object.decl.map.clone() else { return };
        if !self.registry.places(self.object).contains(&map.place) {
            self.told(&format!("place = \"{}\"", map.place), format!("the map's `place` names no address: `{}`", map.place));
        }
        if let Some(amount) = map.amount.filter(|key| !self.object.field(key).is_some_and(|f| f.kind.is_number())) {
            self.told(&format!("amount = \"{amount}\""), format!("the map's `amount` takes a number, which `{amount}` is not"));
        }
    }
}

/// What is wrong with a filter over records of `object`.
fn fault(registry: &Registry, object: &Object, json: &Json) -> Option<String> {
    let env = Env { now: Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), me: Some(1), team: vec![1] };
    let problem = Filter::from_json(json).and_then(|filter| filter.bind(registry, object, &env, &Everything)).err()?;
    Some(words(&problem))
}

fn words(problem: &Problem) -> String {
    let Some(fault) = problem.fields.first() else { return problem.to_string() };
    let arg = |name: &str| fault.args.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str());
    let FieldProblem { pointer, code, .. } = fault;
    let place = pointer.trim_start_matches('/');
    match code.as_str() {
        "filter_unknown_field" => format!("the filter asks for the unknown field `{place}`"),
        "filter_wrong_operator" => format!("the filter asks `{place}` with `{}`, which its type does not know", arg("op")),
        "filter_wrong_value" => format!("the filter compares `{place}` with `{}`, which is no value of it", arg("value")),
        "filter_unknown_choice" => format!("the filter compares `{place}` with `{}`, which is no choice of it", arg("value")),
        code => format!("the filter cannot be read: {code} at `{place}`"),
    }
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
