//! `/preferences/SECRET`: somebody says himself what he wants to be contacted for. Opening it changes nothing, and a link that
//! is over shows nothing.

use super::confirm::{guest_look, over, paced};
use crate::fail::Reply;
use crate::form::{Fields, Form};
use crate::guard::Facts;
use crate::route::{Router, get};
use crate::settings::consent::channel_words;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::input::checkbox;
use crate::ui::layout;
use crate::value::Look;
use akrab_engine::contact::{Consent, Preference, PreferencesPage};
use akrab_model::format;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// What the addresses begin with.
pub(crate) const PREFER: &str = "/preferences/";

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route("/preferences/{secret}", get(show).post(take))
}

async fn show(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(secret): Path<String>) -> Reply {
    paced(&web, &facts)?;
    match web.engine.preferences_open(&secret, Some(facts.ip)).await {
        Ok(page) => {
            let look = guest_look(&web, &facts, &page.ctx);
            Ok(drawn(&web, &facts, &look, ask(&web, &facts, &look, &page, &secret)))
        }
        Err(problem) => over(&web, &facts, problem),
    }
}

async fn take(
    State(web): State<Web>,
    Extension(facts): Extension<Facts>,
    Path(secret): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Reply {
    paced(&web, &facts)?;
    let page = match web.engine.preferences_open(&secret, Some(facts.ip)).await {
        Ok(page) => page,
        Err(problem) => return over(&web, &facts, problem),
    };
    let fields = Fields(pairs);
    let yes: Vec<&str> = fields.all("yes").collect();
    let one = |key: &str, channel: &str| -> Preference { (key.into(), channel.into(), yes.contains(&format!("{key}/{channel}").as_str())) };
    let said = page.purposes.iter().flat_map(|p| p.channels.iter().map(|c| one(&p.key, &c.channel)).collect::<Vec<_>>()).collect();
    if let Err(problem) = web.engine.preferences_take(&secret, said, Some(facts.ip)).await {
        return over(&web, &facts, problem);
    }
    let look = guest_look(&web, &facts, &page.ctx);
    let t = look.t;
    let card = html! { div.ak-open-thanks role="status" { (crate::ui::icon::icon_sized("circle-check", 28)) h1 { (t.get("form-thanks-title")) } p { (t.get("prefer-thanks")) } } };
    Ok(drawn(&web, &facts, &look, card))
}

fn ask(web: &Web, facts: &Facts, look: &Look, page: &PreferencesPage, secret: &str) -> Markup {
    let t = look.t;
    let company = web.engine.settings().company.clone();
    html! {
        h1 { (t.get("prefer-title")) }
        p.ak-open-intro { (t.with("prefer-text", &[("company", company.into())])) }
        form.ak-open-form method="post" action={ (PREFER) (secret) } {
            input type="hidden" name="csrf" value=(facts.csrf(facts.cookie_user));
            @for purpose in &page.purposes {
                div.ak-form-row {
                    b { (purpose.wording.get(look.key())) }
                    @for one in &purpose.channels {
                        @let on = one.state == Consent::Given || (one.state == Consent::Unsaid && !one.needs_consent);
                        (checkbox("yes", &format!("{}/{}", purpose.key, one.channel), &channel_words(t, &one.channel), on))
                    }
                }
            }
            (Button::new(t.get("prefer-send")).icon("check").primary().large().submit())
        }
        p.ak-muted.ak-small { (t.with("confirm-until", &[("day", format::date(look.local(page.until).date()).into())])) }
    }
}

fn drawn(web: &Web, facts: &Facts, look: &Look, card: Markup) -> Response {
    layout::open(look.t, facts.guest_theme(web), &look.t.get("prefer-title"), false, html! { div.ak-open-card { (card) } }).into_response()
}
