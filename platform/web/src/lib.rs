//! Pages, API, sign-in: everything people and programs reach over HTTP.
//!
//! A page is a handler that takes a [`Visit`] (proof of a signed-in person), asks the engine once,
//! and renders with the kit in [`ui`]:
//!
//! ```ignore
//! pub fn routes() -> Router {
//!     Router::new().route("/things/{id}", get(show).post(save))
//! }
//!
//! async fn show(visit: Visit, Path(id): Path<i64>) -> Reply {
//!     let record = visit.read(move |tx| tx.get("thing", id)).await?;      // Problem → page, fragment or JSON
//!     let mut frame = visit.frame(record.title()).await;                   // title, side bar, user menu, toast
//!     frame.breadcrumb.push(visit.crumb("things-title", "/things"));
//!     visit.page(&frame, html! { … })                                      // only the body when htmx asks
//! }
//!
//! async fn save(visit: Visit, Path(id): Path<i64>, Form(input): Form<Thing>) -> Reply {
//!     visit.write(move |tx| tx.update("thing", id, &input.fields(), Some(input.version))).await?;
//!     visit.go(&format!("/things/{id}"), Flash::ok(words))  // 303, or HX-Redirect for scripts
//! }
//! ```
//!
//! - Add a page: a file with `pub fn routes() -> Router`, one line in [`router`] (platform) or a
//!   [`Feature`] handed to [`Web::new`] (domains): routes, side bar entries, Fluent sources.
//! - Words: `locales/NAME.id.ftl` and `locales/NAME.en.ftl` are found by themselves; domains hand theirs
//!   over in their `Feature`. `visit.t` is the [`locale::Text`] of the person.
//! - Errors: return `Err(Fail)`; `?` turns a [`akrab_model::Problem`] into one. [`fail`] renders it by
//!   who asks. For forms, catch `invalid` yourself, draw the form again with [`fail::field_errors`]
//!   and answer with [`Visit::invalid`] (422).
//! - Forms carry `csrf` (`visit.csrf`) in a hidden field; scripts send `X-CSRF-Token`. The check runs
//!   before the handler for every method that changes something. Uploads use axum's `Multipart` under
//!   [`router::upload_limit`].
//! - API handlers take [`ApiCaller`] instead of `Visit`; everything below `/api/` answers problem+json.
//! - [`Visit::is_fragment`] tells whether only the inner HTML is wanted (header `HX-Request`).

pub mod api;
pub mod approval;
pub mod area;
mod assets;
pub mod audit;
pub mod board;
pub mod bulk;
pub mod calendar;
pub mod caller;
pub mod cleaning;
mod cookie;
pub mod dashboard;
mod dav;
pub mod download;
pub mod editor;
pub mod export;
pub mod fail;
mod file;
pub mod filter;
pub mod flash;
pub mod form;
pub mod frame;
pub mod guard;
pub mod health;
pub mod history;
pub mod import;
pub mod inbox;
mod inlet;
pub mod jobs;
pub mod list;
pub mod live;
pub mod locale;
pub mod map;
mod mcp;
pub mod metrics;
mod network;
mod oauth;
pub mod pace;
mod pack;
pub mod policy;
pub mod process;
mod public;
mod quality;
pub mod record;
pub mod report;
pub mod route;
pub mod router;
mod scim;
pub mod search;
pub mod serve;
mod settings;
mod setup;
mod sign_in;
mod stalled;
pub mod state;
pub mod trash;
pub mod twin;
pub mod ui;
mod unheard;
pub mod value;
pub mod view;
pub mod visit;

pub use caller::ApiCaller;
pub use fail::{Fail, Reply};
pub use flash::Flash;
pub use form::{Fields, Form};
pub use guard::{Peer, RequestId};
pub use router::router;
pub use serve::serve;
pub use state::{Config, Feature, Home, Nav, Place, Web};
pub use visit::Visit;
