//! What people arranged for themselves (views, columns, favourites) is asked for on every page and
//! changes seldom. It is remembered under the number that moves with each such change, in whatever
//! process it is made; who may see what of it is worked out anew each time.

use crate::Result;
use crate::write::Tx;
use akrab_store::{Conn, SavedView, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Entries kept at most.
const MOST: usize = 20_000;

/// One thing remembered.
#[derive(Debug, Clone)]
pub(crate) enum Look {
    /// All saved views of an object.
    Views(Arc<Vec<SavedView>>),
    /// Settings whose keys begin alike.
    Settings(Arc<Vec<(String, String)>>),
    Setting(Option<String>),
    Favourites(Arc<Vec<(String, i64)>>),
}

/// What is remembered in this process.
#[derive(Default)]
pub(crate) struct Looks {
    kept: Mutex<HashMap<String, (i64, Look)>>,
}

impl Looks {
    pub fn get(&self, key: &str, state: i64) -> Option<Look> {
        let kept = self.kept.lock().ok()?;
        kept.get(key).filter(|(known, _)| *known == state).map(|(_, look)| look.clone())
    }

    fn put(&self, key: String, state: i64, look: Look) {
        let Ok(mut kept) = self.kept.lock() else { return };
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (state, look));
    }
}

impl Tx<'_> {
    /// Reads, or recalls what was read in the same state.
    fn look(&mut self, key: String, read: impl FnOnce(&mut Conn) -> Result<Look, StoreError>) -> Result<Look> {
        let Some(state) = self.ctx.looks.filter(|_| !self.writing) else { return Ok(read(self.conn)?) };
        if let Some(look) = self.engine.inner.looks.get(&key, state) {
            return Ok(look);
        }
        let look = read(self.conn)?;
        self.engine.inner.looks.put(key, state, look.clone());
        Ok(look)
    }

    /// All saved views of an object, whoever may see them.
    pub(crate) fn saved_views(&mut self, object: &str) -> Result<Arc<Vec<SavedView>>> {
        let look = self.look(format!("views {object}"), |conn| Ok(Look::Views(Arc::new(conn.view_list(object)?))))?;
        Ok(if let Look::Views(views) = look { views } else { Arc::default() })
    }

    /// Settings of views whose keys begin with `start`.
    pub(super) fn view_settings(&mut self, start: &str) -> Result<Arc<Vec<(String, String)>>> {
        let look = self.look(format!("settings {start}"), |conn| Ok(Look::Settings(Arc::new(conn.settings(start)?))))?;
        Ok(if let Look::Settings(settings) = look { settings } else { Arc::default() })
    }

    /// A setting of views.
    pub(super) fn view_setting(&mut self, key: &str) -> Result<Option<String>> {
        let look = self.look(format!("setting {key}"), |conn| Ok(Look::Setting(conn.setting_get(key)?)))?;
        Ok(if let Look::Setting(setting) = look { setting } else { None })
    }

    /// Favourites of a user in their order, records and views alike.
    pub(crate) fn favourite_places(&mut self, user: i64) -> Result<Arc<Vec<(String, i64)>>> {
        let look = self.look(places_key(user), |conn| Ok(Look::Favourites(Arc::new(conn.favourite_list(user)?))))?;
        Ok(if let Look::Favourites(places) = look { places } else { Arc::default() })
    }
}

/// Where a user's favourites are remembered.
pub(super) fn places_key(user: i64) -> String {
    format!("favourites {user}")
}
