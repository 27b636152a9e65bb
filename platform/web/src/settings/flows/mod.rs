//! Flows: what the program does by itself, drawn, tried out, published and watched by administrators.

mod canvas;
mod edit;
mod editor;
mod file;
mod form;
mod list;
mod panel;
mod remove;
pub(crate) mod runs;
mod trial;
mod versions;
pub(crate) mod words;

use super::{Errors, frame, show};
use crate::route::{Router, get, post};

#[inline(always)]
pub(super) fn routes() -> Router {
    let base = "/settings/flows";
    let of = |rest: &str| format!("{base}/{{key}}{rest}");
    Router::new()
        .route(base, get(list::page))
        .route(&format!("{base}/new"), get(list::new).post(list::add))
        .route(&format!("{base}/export"), get(file::export))
        .route(&of(""), get(editor::page))
        .route(&of("/trigger"), post(edit::trigger))
        .route(&of("/step"), post(edit::step))
        .route(&of("/condition"), post(edit::condition))
        .route(&of("/add"), post(edit::add))
        .route(&of("/move"), post(edit::shift))
        .route(&of("/order"), post(edit::order))
        .route(&of("/copy"), post(edit::copy))
        .route(&of("/delete"), post(edit::delete))
        .route(&of("/arm"), post(edit::arm))
        .route(&of("/publish"), post(edit::publish))
        .route(&of("/discard"), post(edit::discard))
        .route(&of("/pause"), post(edit::pause))
        .route(&of("/remove"), get(remove::ask).post(remove::remove))
        .route(&of("/try"), get(trial::page))
        .route(&of("/versions"), get(versions::page))
        .route(&of("/runs"), get(runs::page))
        .route(&of("/runs/again"), post(runs::again))
        .route(&of("/runs/cancel"), post(runs::cancel))
        .route(&of("/runs/{run}"), get(runs::one))
        .route(&of("/runs/{run}/again"), post(runs::one_again))
        .route(&of("/runs/{run}/cancel"), post(runs::one_cancel))
}
