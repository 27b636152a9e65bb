//! All addresses in one place.

use crate::fail::Fail;
use crate::guard::{self, BODY_LIMIT, UPLOAD_LIMIT};
use crate::route::{Router, get};
use crate::state::Web;
use crate::{
    api, approval, area, assets, audit, board, bulk, calendar, cleaning, dashboard, dav, export, filter, health, import, inbox, inlet,
    jobs, list, live, mcp, network, oauth, policy, process, public, quality, report, scim, settings, setup, sign_in, twin, view,
};
use akrab_model::Problem;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// The whole web part as one service.
pub fn router(web: Web) -> axum::Router {
    let mut routes = Router::new()
        .route("/assets/{file}", get(assets::serve))
        .merge(health::routes())
        .merge(api::routes())
        .merge(mcp::routes())
        .merge(oauth::routes())
        .merge(inlet::routes())
        .merge(public::routes())
        .merge(scim::routes())
        .merge(dav::routes())
        .merge(sign_in::routes())
        .merge(setup::routes())
        .merge(settings::routes())
        .merge(audit::routes())
        .merge(filter::people::routes())
        .merge(jobs::routes())
        .merge(import::routes())
        .merge(export::routes())
        .merge(bulk::routes())
        .merge(twin::routes())
        .merge(cleaning::routes())
        .merge(list::routes())
        .merge(board::routes())
        .merge(calendar::routes())
        .merge(inbox::routes())
        .merge(live::routes())
        .merge(approval::routes())
        .merge(process::routes())
        .merge(network::routes())
        .merge(area::routes())
        .merge(policy::routes())
        .merge(quality::routes())
        .merge(report::routes())
        .merge(dashboard::routes())
        .merge(view::routes());
    for feature in web.features.iter() {
        routes = routes.merge(feature.routes.clone());
    }
    routes
        .merge(crate::record::routes())
        .into_axum()
        .fallback(async || Fail::from(Problem::not_found()))
        .method_not_allowed_fallback(async || Fail::with_status(Problem::malformed("method_not_allowed"), StatusCode::METHOD_NOT_ALLOWED))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(crate::pack::pack))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(web.clone(), guard::guard))
        .with_state(web)
}

/// For routes that take files: `.layer(upload_limit())`.
pub fn upload_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(UPLOAD_LIMIT)
}
