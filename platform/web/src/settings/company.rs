//! The company: name, language of the workspace, currency, time zone, country of phone numbers.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::setup::{currencies, languages, zones};
use crate::visit::Visit;
use akrab_engine::Settings;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/company", get(page).post(save))
}

/// The options with the present value among them.
fn with(mut options: Vec<(String, String)>, present: &str) -> Vec<(String, String)> {
    if !options.iter().any(|(value, _)| value == present) {
        options.push((present.into(), present.into()));
    }
    options
}

fn lines(visit: &Visit) -> Vec<Line> {
    let (t, now) = (visit.t, &visit.settings);
    vec![
        Line::new(t, "company", "setup-company", Kind::Text).required(),
        Line::new(t, "lang", "company-language", Kind::Choice(languages())),
        Line::new(t, "currency", "currency", Kind::Choice(with(currencies(), &now.currency))),
        Line::new(t, "time_zone", "time-zone", Kind::Choice(with(zones(), &now.time_zone))),
    ]
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let now = &visit.settings;
    let filled = Filled::default().set("company", now.company.clone()).set("lang", now.lang.as_str());
    let filled = filled.set("currency", now.currency.clone()).set("time_zone", now.time_zone.clone());
    form(&visit, &filled, &Errors::new()).await
}

async fn form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = sheet(visit, "/settings/company", &lines(visit), (filled, errors), "save", "");
    show_form(visit, &t.get("settings-company"), body, errors).await
}

async fn save(visit: Visit, fields: Fields) -> Reply {
    let settings = Settings {
        company: fields.text("company").into(),
        lang: fields.text("lang").parse().unwrap_or_default(),
        currency: fields.text("currency").into(),
        time_zone: fields.text("time_zone").into(),
        ..(*visit.settings).clone()
    };
    match visit.engine().save_settings(&visit.ctx, settings).await {
        Ok(()) => visit.go("/settings/company", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}
