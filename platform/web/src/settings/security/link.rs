//! Who one is at the providers of identity: linking and ending it.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::route::{Router, post};
use crate::ui::button::Button;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::oidc::IdentityView;
use axum::extract::Path;
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/security/link/{id}/end", post(end))
}

pub(super) fn part(visit: &Visit, identities: &[IdentityView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = [t.get("identity-provider"), t.get("identity-as"), t.get("last-used"), String::new()];
    let heads: Vec<_> = heads.iter().map(|head| (head.as_str(), false, None)).collect();
    let row = |one: &IdentityView| {
        let used = one.linked.as_ref().and_then(|linked| linked.used_at);
        vec![
            html! { (one.name) },
            html! { (one.linked.as_ref().map_or_else(|| "—".to_string(), |linked| linked.email.clone())) },
            html! { (used.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)))) },
            html! {
                @if one.linked.is_some() {
                    form method="post" action={ "/settings/security/link/" (one.provider) "/end" } { (visit.token_field()) (Button::new(t.get("identity-end")).ghost().submit()) }
                } @else {
                    (Button::new(t.get("identity-link")).href(format!("/settings/security/link/{}?csrf={}", one.key, visit.csrf)))
                }
            },
        ]
    };
    plain_table(&t.get("identities"), &heads, &identities.iter().map(row).collect::<Vec<_>>(), None)
}

async fn end(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.write(move |tx| tx.oidc_unlink(id)).await?;
    visit.go("/settings/security", Flash::ok(visit.t.get("identity-ended")))
}
