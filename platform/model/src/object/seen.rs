//! How an object may be looked at besides as a list: which of its fields a calendar and a map begin with.

use super::{CalendarDecl, Field, FieldType, MapDecl, Object, Registry};

impl Object {
    /// Fields a calendar may go by.
    pub fn dates(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| matches!(f.kind, FieldType::Date | FieldType::DateTime) && f.is_column() && !f.hidden)
    }

    /// What the calendar begins with; none for records that have no date but those of their making.
    pub fn calendar(&self) -> Option<CalendarDecl> {
        if self.decl.calendar.is_some() {
            return self.decl.calendar.clone();
        }
        let own = |key: &Option<String>| key.as_deref().and_then(|key| self.field(key)).filter(|f| !f.hidden && !f.system);
        let dates = || self.dates().filter(|f| !f.system);
        let named = own(&self.decl.timeline.at).or_else(|| own(&self.decl.board.as_ref().and_then(|board| board.date.clone())));
        let start = named.or_else(|| dates().find(|f| f.writable())).or_else(|| dates().next())?;
        let by = own(&self.decl.board.as_ref().map(|board| board.by.clone())).or_else(|| own(&self.decl.timeline.kind));
        let colour = by.or_else(|| self.fields.iter().find(|f| f.kind == FieldType::Choice && f.choices.len() > 1 && !f.hidden));
        Some(CalendarDecl { start: start.key.clone(), end: None, title: None, colour: colour.map(|f| f.key.clone()) })
    }

    /// Keys of its addresses.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.decl.fields.iter().filter(|(_, f)| f.kind == FieldType::Address && !f.hidden).map(|(key, _)| key.as_str())
    }
}

impl Registry {
    /// Every address a map of the object may go by: its own first, then those one link away.
    pub fn places(&self, object: &Object) -> Vec<String> {
        let mut found: Vec<String> = object.addresses().map(Into::into).collect();
        for link in object.fields.iter().filter(|f| f.kind == FieldType::Link && !f.hidden && !f.system) {
            let Some(target) = link.to.map(|to| self.at(to)) else { continue };
            if !target.is_system() && target.key != object.key {
                found.extend(target.addresses().map(|address| format!("{}.{address}", link.key)));
            }
        }
        found
    }

    /// What the map begins with; none for records without a place.
    pub fn map_of(&self, object: &Object) -> Option<MapDecl> {
        if object.decl.map.is_some() {
            return object.decl.map.clone();
        }
        let place = self.places(object).into_iter().next()?;
        Some(MapDecl { place, amount: object.decl.board.as_ref().and_then(|board| board.amount.clone()) })
    }
}
