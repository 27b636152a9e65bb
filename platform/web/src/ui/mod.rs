//! The UI kit: every part a page is made of, as functions and small builders over plain data.
//!
//! Nothing here knows the engine or an object; pages pass words, links and ready markup.
//! A part is one file: its markup here, its look in `assets/src/css`, its behaviour (always
//! optional) in `assets/src/ts`, tied together by the hooks listed in `assets/README.md`.

pub mod avatar;
pub mod board;
pub mod bulk;
pub mod button;
pub mod chart;
pub mod chip;
pub mod composer;
pub mod dialog;
pub mod element;
pub mod empty;
pub mod error;
pub mod figures;
pub mod filter;
pub mod form;
pub mod frame;
pub mod icon;
pub mod input;
pub mod layout;
pub mod menu;
pub mod pager;
pub mod palette;
pub mod phone;
pub mod progress;
pub mod record;
pub mod related;
pub mod row;
pub mod section;
pub mod segmented;
pub mod setting;
pub mod sidebar;
pub mod stage;
pub mod status;
pub mod steps;
pub mod table;
pub mod tabs;
pub mod tag;
pub mod task;
pub mod timeline;
pub mod toast;

pub use avatar::{company, person};
pub use button::Button;
pub use element::Attrs;
pub use icon::{icon, icon_sized};
pub use status::{Status, status};
pub use tag::{Tone, tag, tag_toned};
