//! Holiday lists that come with the program. They are data with a source: decrees change within the year, so a firm keeps
//! its own copy and edits it.

use super::HolidayListDecl;

impl HolidayListDecl {
    /// National holidays and *cuti bersama* of Indonesia, 2025 to 2028; what is not decreed yet is marked provisional.
    pub fn indonesia() -> HolidayListDecl {
        serde_json::from_str(include_str!("holidays/indonesia.json")).expect("the list that comes with the program is sound")
    }
}
