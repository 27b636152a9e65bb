//! Panels of related records, as layouts name them: `object.field`, or `object.field/view`.

use super::{Object, Registry, ViewDecl};

/// What a layout says of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panel<'a> {
    /// Object whose records are shown.
    pub object: &'a str,
    /// Its field that links here.
    pub via: &'a str,
    /// Its view, of which alone they are.
    pub view: Option<&'a str>,
}

impl<'a> Panel<'a> {
    /// Reads one; nothing for words that name no field.
    pub fn of(place: &'a str) -> Option<Panel<'a>> {
        let (object, rest) = place.split_once('.')?;
        let (via, view) = rest.split_once('/').map_or((rest, None), |(via, view)| (via, Some(view)));
        Some(Panel { object, via, view })
    }

    /// Whether its field leads to `home` and its view is there.
    pub fn fits(&self, registry: &Registry, home: &Object) -> bool {
        let Some(object) = registry.object(self.object) else { return false };
        object.field(self.via).is_some_and(|field| field.to == Some(home.ix)) && (self.view.is_none() || self.of_view(object).is_some())
    }

    /// The view it keeps to.
    pub fn of_view<'o>(&self, object: &'o Object) -> Option<&'o ViewDecl> {
        object.decl.views.iter().find(|view| Some(view.key.as_str()) == self.view)
    }
}
