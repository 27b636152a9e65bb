//! Time zones by name. Those of Indonesia are known here, so they need no time-zone database.

use jiff::tz::{Offset, TimeZone};

/// Western Indonesia, UTC+7.
pub const WIB: &str = "Asia/Jakarta";
/// Central Indonesia, UTC+8.
pub const WITA: &str = "Asia/Makassar";
/// Eastern Indonesia, UTC+9.
pub const WIT: &str = "Asia/Jayapura";

/// The zone of this name: `WIB`, `WITA`, `WIT`, or one of the IANA database. `None` when nobody knows it.
pub fn find(name: &str) -> Option<TimeZone> {
    let hours = match name {
        WIB | "Asia/Pontianak" | "WIB" => 7,
        WITA | "WITA" => 8,
        WIT | "WIT" => 9,
        other => return TimeZone::get(other).ok(),
    };
    Some(TimeZone::fixed(Offset::constant(hours)))
}
