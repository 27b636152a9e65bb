//! The company's directory in the settings: its address, its token, the role of newcomers.

use super::line::{Filled, Kind, Line, buttons, draw as draw_lines};
use super::{Errors, faults, frame, once, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::visit::Visit;
use maud::html;

const HERE: &str = "/settings/directory";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route(HERE, get(page).post(open)).route("/settings/directory/close", post(close))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, None, &Errors::new()).await
}

/// The page; with a token that was just made, shown this once.
async fn draw(visit: &Visit, token: Option<String>, errors: &Errors) -> Reply {
    let (t, look) = (visit.t, visit.look());
    let known = visit.read(|tx| tx.directory()).await?;
    let address = format!("{}{}", crate::oauth::issuer(&visit.web, &visit.facts), crate::scim::PLACE);
    let people = visit.engine().people();
    let roles = people.roles.iter().filter(|role| !role.is_administrator()).map(|role| (role.id.to_string(), role.name.clone())).collect();
    let role = known.as_ref().map(|known| known.role).or(people.usual_role().map(|role| role.id));
    let lines = [Line::new(t, "role", "directory-role", Kind::Choice(roles)).hint(t.get("directory-role-hint"))];
    let filled = Filled::default().set("role", role.map(|role| role.to_string()).unwrap_or_default());
    let verb = if known.is_some() { "directory-renew" } else { "directory-open" };
    let body = html! {
        p.ak-muted { (t.get("directory-text")) }
        @if let Some(token) = &token {
            (once(visit, "directory-token-once", token, "/settings/directory"))
        }
        (setting(&t.get("directory-address"), &t.get("directory-address-text"), true, html! {
            div.ak-row.ak-gap-8 { code.ak-mono { (address) } (Button::new(t.get("copy")).icon("copy").attr("data-copy", address.clone())) }
        }))
        (setting(&t.get("directory-token"), &t.get("directory-token-text"), true, html! {
            @if let Some(known) = &known {
                dl.ak-fields {
                    div.ak-field-pair { dt { (t.get("token-hint")) } dd { span.ak-mono { (known.hint) "…" } } }
                    div.ak-field-pair { dt { (t.get("directory-since")) } dd { (look.moment_words(&look.local(known.created_at))) } }
                    div.ak-field-pair { dt { (t.get("directory-people")) } dd { (t.number(known.people as i64)) } }
                }
            }
            form.ak-stack.ak-content-narrow method="post" action=(HERE) {
                (visit.token_field())
                (draw_lines(t, &lines, &filled, errors))
                (buttons(t, Button::new(t.get(verb)).primary(), ""))
            }
        }))
        @if known.is_some() {
            (setting(&t.get("directory-close"), &t.get("directory-close-text"), true, html! {
                form method="post" action="/settings/directory/close" { (visit.token_field()) (Button::new(t.get("directory-close")).danger().submit()) }
            }))
        }
    };
    let frame = frame(visit, &t.get("settings-directory")).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

async fn open(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let role = fields.text("role").parse().unwrap_or(0);
    match visit.write(move |tx| tx.directory_open(role)).await {
        Ok(token) => draw(&visit, Some(token), &Errors::new()).await,
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, None, &errors).await
        }
    }
}

async fn close(visit: Visit) -> Reply {
    visit.require_admin()?;
    visit.write(|tx| tx.directory_close()).await?;
    visit.go(HERE, Flash::ok(visit.t.get("directory-closed")))
}
