//! What numbers that authorities give look like.

use super::{Errors, fault, faults, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input, checkbox};
use crate::ui::setting::setting;
use crate::visit::Visit;
use akrab_engine::Settings;
use akrab_model::text::identity::{NumberRule, NumberRules};
use maud::html;
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/numbers", get(page).post(save))
}

fn rules(numbers: &NumberRules) -> [(&'static str, &NumberRule); 3] {
    [("npwp", &numbers.npwp), ("nik", &numbers.nik), ("nitku", &numbers.nitku)]
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, None, &Errors::new()).await
}

async fn draw(visit: &Visit, typed: Option<&Fields>, errors: &Errors) -> Reply {
    let t = visit.t;
    let numbers = visit.settings.numbers.clone();
    let ticked = |name: &str, kept: bool| typed.map_or(kept, |typed| typed.ticked(name));
    let body = html! {
        p.ak-muted { (t.get("numbers-text")) }
        form.ak-stack method="post" action="/settings/numbers" data-guard {
            (visit.token_field())
            (error_summary(t, errors))
            @for (key, rule) in rules(&numbers) {
                @let (fill, inside) = (format!("{key}-fill"), format!("{key}-inside"));
                (setting(&t.get(&format!("numbers-{key}")), &t.get(&format!("numbers-{key}-text")), false, html! {
                    @let lengths = typed.map_or_else(|| rule.lengths_text(), |typed| typed.text(key).to_string());
                    (form::row(t, &Row::new(t.get("numbers-lengths")).hint(t.get("numbers-lengths-hint")).error(error(errors, key)), Input::new(key, &lengths), input::text))
                    div.ak-form-row { (checkbox(&fill, "1", &t.get("numbers-fill"), ticked(&fill, rule.fill))) }
                    @if key != "nitku" {
                        div.ak-form-row { (checkbox(&inside, "1", &t.get(&format!("numbers-{key}-inside")), ticked(&inside, rule.inside))) }
                    }
                }))
            }
            div { (Button::new(t.get("save")).primary().submit()) }
        }
    };
    let frame = frame(visit, &t.get("settings-numbers")).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

/// `15, 16`, ascending and each once; nothing for what is no list of numbers.
fn lengths(text: &str) -> Option<Vec<u8>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let mut found = parts.map(|part| part.parse().ok()).collect::<Option<Vec<u8>>>()?;
    found.sort_unstable();
    found.dedup();
    Some(found)
}

async fn save(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let mut numbers = NumberRules::default();
    for (key, rule) in [("npwp", &mut numbers.npwp), ("nik", &mut numbers.nik), ("nitku", &mut numbers.nitku)] {
        let Some(lengths) = lengths(fields.text(key)) else {
            return draw(&visit, Some(&fields), &fault(&visit, key, "not_a_number")).await;
        };
        let (fill, inside) = (fields.ticked(&format!("{key}-fill")), fields.ticked(&format!("{key}-inside")));
        *rule = NumberRule { lengths, fill, inside };
    }
    let settings = Settings { numbers: Arc::new(numbers), ..(*visit.settings).clone() };
    match visit.engine().save_settings(&visit.ctx, settings).await {
        Ok(()) => visit.go("/settings/numbers", Flash::ok(visit.t.get("saved"))),
        Err(problem) => draw(&visit, Some(&fields), &faults(&visit, problem)?).await,
    }
}
