//! Maps of any object that has a place: records counted by province, then by regency.
//!
//! A map is a way to see a list ([`crate::list`]). It is drawn of the names and codes of the provinces alone, as tiles
//! that stand where the provinces lie; no server outside is asked.

mod draw;

pub use draw::{choices, draw};

use crate::list::state::Listing;
use akrab_engine::AreaRequest;
use akrab_model::object::MapDecl;

/// What the map asks the engine.
pub fn request(listing: &Listing, map: &MapDecl) -> AreaRequest {
    AreaRequest { object: listing.object.key.clone(), filter: listing.filter.clone(), q: listing.address.q.clone(), map: map.clone() }
}
