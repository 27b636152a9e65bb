//! Taking out of a shape what no longer fits, so that the rest of it stands.

use super::{Part, Shape};
use crate::object::{DeclError, LayoutDecl, ObjectDecl};

impl Shape {
    /// Takes out as little as may mend this fault, and says whether there was anything to take out.
    pub fn without(&mut self, fault: &DeclError) -> bool {
        let Some(part) = self.parts.get_mut(&fault.file) else { return false };
        let mended = fault.field.as_deref().is_some_and(|field| part.drop_field(field)) || part.drop_looks();
        if !mended {
            self.parts.shift_remove(&fault.file);
        }
        true
    }
}

impl Part {
    /// Takes out a field, or what is changed about it. Not the one that names the records.
    pub fn drop_field(&mut self, key: &str) -> bool {
        match self {
            Part::Own(decl) => decl.title != key && decl.fields.shift_remove(key).is_some() && decl.forget(key),
            Part::Change(change) => {
                let gone = change.fields.shift_remove(key).is_some() | change.changed.shift_remove(key).is_some();
                if let Some(layout) = &mut change.layout {
                    layout.forget(key);
                }
                change.unique.retain(|set| set.iter().all(|name| name != key));
                if let Some(hints) = &mut change.duplicates {
                    hints.retain(|hint| hint.fields.iter().all(|name| name != key));
                }
                gone
            }
        }
    }

    /// Takes out layout, views, board and rules; whether there were any.
    fn drop_looks(&mut self) -> bool {
        match self {
            Part::Own(decl) => {
                let bare = ObjectDecl {
                    layout: LayoutDecl::default(),
                    views: Vec::new(),
                    board: None,
                    calendar: None,
                    map: None,
                    validations: Vec::new(),
                    subtitle: Vec::new(),
                    unique: Vec::new(),
                    duplicates: Vec::new(),
                    compare: Vec::new(),
                    merge: None,
                    ..(**decl).clone()
                };
                let had = bare != **decl;
                **decl = bare;
                had
            }
            Part::Change(change) => {
                let had = change.layout.take().is_some()
                    | change.views.take().is_some()
                    | change.board.take().is_some()
                    | change.calendar.take().is_some()
                    | change.subtitle.take().is_some()
                    | change.duplicates.take().is_some()
                    | !change.validations.is_empty()
                    | !change.unique.is_empty();
                change.validations.clear();
                change.unique.clear();
                had
            }
        }
    }
}

impl ObjectDecl {
    /// Takes a field's name out of everything that names it; always true, to be chained.
    pub fn forget(&mut self, key: &str) -> bool {
        let other = |name: &String| name.trim_start_matches('-').split([':', '.']).next() != Some(key);
        self.layout.forget(key);
        self.subtitle.retain(other);
        self.unique.retain(|set| set.iter().all(other));
        self.duplicates.retain(|hint| hint.fields.iter().all(other));
        self.compare.retain(|compared| compared.fields.iter().all(other));
        self.merge = self.merge.take().filter(|merge| merge.names().all(other));
        for view in &mut self.views {
            view.columns.retain(other);
            view.sort.retain(other);
            view.totals.retain(other);
            view.quick.retain(other);
            view.group = view.group.take().filter(other);
        }
        self.timeline.on.retain(other);
        self.tie = self.tie.take().filter(|tie| tie.ends.iter().chain(&tie.kind).chain(&tie.strength).chain(&tie.shows).all(other));
        self.period = self.period.take().filter(|period| other(&period.from) && other(&period.to));
        self.tree = self.tree.take().filter(|tree| other(&tree.parent) && tree.figures.iter().all(other));
        self.timeline.also.retain(other);
        self.behind.retain(other);
        self.validations.iter_mut().for_each(|rule| rule.field = rule.field.take().filter(other));
        if let Some(board) = &mut self.board {
            for place in [
                &mut board.subtitle,
                &mut board.amount,
                &mut board.date,
                &mut board.tags,
                &mut board.since,
                &mut board.next,
                &mut board.next_at,
            ] {
                *place = place.take().filter(other);
            }
        }
        self.board = self.board.take().filter(|board| board.by != key);
        self.calendar = self.calendar.take().filter(|calendar| calendar.start != key);
        if let Some(calendar) = &mut self.calendar {
            for place in [&mut calendar.end, &mut calendar.title, &mut calendar.colour] {
                *place = place.take().filter(other);
            }
        }
        self.map = self.map.take().filter(|map| other(&map.place));
        if let Some(map) = &mut self.map {
            map.amount = map.amount.take().filter(other);
        }
        true
    }
}

impl LayoutDecl {
    /// Takes a field off the record's page and out of quick create.
    pub fn forget(&mut self, key: &str) {
        for list in [&mut self.quick, &mut self.chips, &mut self.figures].into_iter().chain(self.sections.iter_mut().map(|s| &mut s.fields))
        {
            list.retain(|name| name != key);
        }
    }
}
