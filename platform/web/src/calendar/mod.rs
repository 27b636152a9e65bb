//! Calendars of any object: records at their days and hours, moved by hand.
//!
//! A calendar is a way to see a list ([`crate::list`]); only the window of days and moving are its own. The page holds
//! the days of the window as a plain agenda and the same entries as data; the script draws month, week and day of them.

mod draw;
mod entry;
mod shift;
mod window;

pub use draw::{choices, draw};
pub use window::Window;

use crate::list::state::Listing;
use crate::route::{Router, post};
use akrab_engine::calendar::{Rule, USUAL};
use akrab_engine::{Agenda, AgendaRequest, Result, Tx};
use akrab_model::object::CalendarDecl;
use jiff::civil::Date;

#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/{plural}/{id}/when", post(shift::shift))
}

/// Everything a calendar page shows.
pub struct Shown {
    pub window: Window,
    pub agenda: Agenda,
    /// Days off by the business calendar, with their names; those of every week have none.
    pub days_off: Vec<(Date, String)>,
}

/// Reads the window the address asks for.
///
/// # Errors
/// What the database answers.
pub fn read(tx: &mut Tx, listing: &Listing, calendar: &CalendarDecl) -> Result<Shown> {
    let window = Window::of(listing);
    let agenda = tx.agenda(&AgendaRequest {
        object: listing.object.key.clone(),
        filter: listing.filter.clone(),
        q: listing.address.q.clone(),
        calendar: calendar.clone(),
        from: window.from,
        to: window.to,
    })?;
    let hours = tx.calendar(USUAL)?;
    let lang = listing.look.key();
    let days_off = window.days().filter_map(|day| match hours.hours(day) {
        (Rule::Holiday(holiday), _) => Some((day, holiday.name.get(lang).to_string())),
        (Rule::Override(name), []) => Some((day, name.get(lang).to_string())),
        // free every week
        (Rule::Week, []) => Some((day, String::new())),
        _ => None,
    });
    let days_off = days_off.collect();
    Ok(Shown { window, agenda, days_off })
}
