//! What somebody keeps at hand in the side bar: records and views.

use super::View;
use crate::Result;
use crate::write::Tx;
use akrab_model::{Problem, RecordId};

/// A favourite.
#[derive(Debug, Clone, PartialEq)]
pub enum Pin {
    /// A record: object key, id, title.
    Record { object: String, id: RecordId, title: String },
    /// A view: object key, the view's key, its name in both languages.
    View { object: String, view: Box<PinnedView> },
}

/// A view in the side bar.
#[derive(Debug, Clone, PartialEq)]
pub struct PinnedView {
    pub key: String,
    pub name: akrab_model::Label,
    pub kind: akrab_model::object::ViewKind,
}

/// Prefix of the object under which views are kept among favourites; the object's key follows.
const VIEW: &str = "view:";

impl Tx<'_> {
    /// Pins a view of an object to the actor's side bar, or takes it away.
    ///
    /// # Errors
    /// `not_found` for a view the actor may not open.
    pub fn pin_view(&mut self, object: &str, view: &str, on: bool) -> Result<()> {
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        let object = self.object(object)?;
        let view = self.views(&object)?.into_iter().find(|v| v.key == view).ok_or_else(Problem::not_found)?;
        let (place, record) = place_of(&object.key, &view);
        if on {
            self.conn.favourite_put(user, &place, record)?
        } else {
            self.conn.favourite_drop(user, &place, record)?
        }
        Ok(())
    }

    /// Whether a view is pinned.
    ///
    /// # Errors
    /// What the database answers.
    pub fn is_view_pinned(&mut self, object: &str, view: &View) -> Result<bool> {
        let Some(user) = self.ctx.user_id() else { return Ok(false) };
        let wanted = place_of(object, view);
        Ok(self.favourite_places(user)?.contains(&wanted))
    }

    /// The actor's favourites in their order, without those he may no longer see.
    ///
    /// # Errors
    /// What the database answers.
    pub fn pins(&mut self) -> Result<Vec<Pin>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let mut pins = Vec::new();
        for (place, record) in self.favourite_places(user)?.iter() {
            let record = *record;
            if let Some(rest) = place.strip_prefix(VIEW) {
                let (object, key) = rest.split_once(':').map_or_else(|| (rest, record.to_string()), |(o, k)| (o, k.to_string()));
                let Ok(object) = self.object(object) else { continue };
                let Ok(views) = self.views(&object) else { continue };
                if let Some(view) = views.into_iter().find(|v| v.key == key) {
                    let view = Box::new(PinnedView { key, name: view.name, kind: view.state.kind });
                    pins.push(Pin::View { object: object.key.clone(), view });
                }
                continue;
            }
            let Ok(object) = self.object(place) else { continue };
            if let Some((id, title)) = self.titles_of(object.ix, &[record])?.into_iter().next() {
                pins.push(Pin::Record { object: place.clone(), id, title });
            }
        }
        Ok(pins)
    }

    /// Puts the actor's favourites into this order. Places are as [`Pin::place`] gives them.
    ///
    /// # Errors
    /// What the database answers.
    pub fn order_pins(&mut self, places: &[String]) -> Result<()> {
        let Some(user) = self.ctx.user_id() else { return Ok(()) };
        let all = self.conn.favourite_list(user)?;
        let mut sorted = all.clone();
        let rank = |pin: &(String, i64)| places.iter().position(|p| *p == text_of(pin)).unwrap_or(usize::MAX);
        sorted.sort_by_key(rank);
        if sorted != all {
            for (place, record) in &all {
                self.conn.favourite_drop(user, place, *record)?;
            }
            for (place, record) in &sorted {
                self.conn.favourite_put(user, place, *record)?;
            }
        }
        Ok(())
    }
}

impl Pin {
    /// Name of its place, for [`Tx::order_pins`].
    pub fn place(&self) -> String {
        match self {
            Pin::Record { object, id, .. } => format!("{object}/{id}"),
            Pin::View { object, view } => match view.key.parse::<i64>() {
                Ok(id) => format!("{VIEW}{object}/{id}"),
                Err(_) => format!("{VIEW}{object}:{}/0", view.key),
            },
        }
    }
}

fn text_of((place, record): &(String, i64)) -> String {
    format!("{place}/{record}")
}

fn place_of(object: &str, view: &View) -> (String, i64) {
    match view.id {
        Some(id) => (format!("{VIEW}{object}"), id),
        None => (format!("{VIEW}{object}:{}", view.key), 0),
    }
}
