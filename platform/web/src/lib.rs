//! Pages, API, sign-in: everything people and programs reach over HTTP.

pub mod assets;
pub mod locale;
pub mod ui;
