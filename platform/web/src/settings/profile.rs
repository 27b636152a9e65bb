//! Oneself: name, language, theme, shortcuts.

use super::line::{Filled, Kind, Line, read, sheet};
use super::{Errors, fault, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::setup::languages;
use crate::ui::avatar;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_model::format;
use maud::html;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/profile", get(page).post(save))
}

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let own = own_zone(visit);
    let mut zones = crate::setup::zones();
    if !own.is_empty() && !zones.iter().any(|(zone, _)| *zone == own) {
        zones.push((own.clone(), own));
    }
    zones.insert(0, (String::new(), t.with("time-zone-workspace", &[("zone", visit.settings.time_zone.as_str().into())])));
    let themes = ["system", "light", "dark"].map(|key| (key.to_string(), t.get(&format!("theme-{key}"))));
    let news = ["soon", "daily", "never"].map(|key| (key.to_string(), t.get(&format!("mail-news-{key}"))));
    let kinds = akrab_engine::notice::KINDS.map(|key| (key.to_string(), t.get(&format!("mail-kind-{key}")))).to_vec();
    let mail_hint = if visit.engine().sends_mail() { "mail-news-hint" } else { "mail-news-none" };
    vec![
        Line::new(t, "name", "person-name", Kind::Text).required(),
        Line::new(t, "language", "language", Kind::Choice(languages())),
        Line::new(t, "theme", "theme", Kind::Choice(themes.to_vec())),
        Line::new(t, "time_zone", "time-zone", Kind::Choice(zones)).hint(t.get("time-zone-hint")),
        Line::new(t, "mail_news", "mail-news", Kind::Choice(news.to_vec())).hint(t.get(mail_hint)),
        Line::new(t, "mail_kinds", "mail-kinds", Kind::Several(kinds)).hint(t.get("mail-kinds-hint")),
        Line::new(t, "quiet_from", "quiet-from", Kind::Choice(hours(visit))),
        Line::new(t, "quiet_to", "quiet-to", Kind::Choice(hours(visit))).hint(t.get("quiet-hint")),
        Line::new(t, "single_keys", "single-keys", Kind::Check).hint(t.get("single-keys-hint")),
    ]
}

/// The hours of a day, and none of them.
fn hours(visit: &Visit) -> Vec<(String, String)> {
    let hour = |n: i8| (n.to_string(), format::time(jiff::civil::time(n, 0, 0, 0), visit.ctx.lang));
    std::iter::once((String::new(), visit.t.get("quiet-none"))).chain((0..24).map(hour)).collect()
}

/// Name of the zone the person has chosen; empty for the workspace's.
fn own_zone(visit: &Visit) -> String {
    visit.person.zone.as_ref().and_then(|zone| zone.iana_name()).unwrap_or_default().to_string()
}

async fn page(visit: Visit) -> Reply {
    let person = &visit.person;
    let filled =
        Filled::default().set("name", person.name.clone()).set("language", person.language.clone()).set("theme", person.theme.clone());
    let filled = filled.set("time_zone", own_zone(&visit)).set("mail_news", person.mail_news.key());
    let kinds: Vec<String> = person.mail_kinds.iter().map(ToString::to_string).collect();
    let filled = filled.several("mail_kinds", &kinds);
    let filled = match person.quiet {
        Some((from, to)) => filled.set("quiet_from", from.to_string()).set("quiet_to", to.to_string()),
        None => filled,
    };
    let filled = if person.single_keys { filled.set("single_keys", "1") } else { filled };
    form(&visit, &filled, &Errors::new()).await
}

async fn form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let person = &visit.person;
    let body = html! {
        div.ak-row.ak-gap-12.ak-setting-person {
            (avatar::person(&person.name, 40))
            div.ak-two-lines { b { (person.name) } div.ak-two-lines-detail { (person.email) " · " (person.role.name) } }
        }
        (sheet(visit, "/settings/profile", &lines(visit), (filled, errors), "save", ""))
    };
    show_form(visit, &t.get("settings-profile"), body, errors).await
}

async fn save(visit: Visit, fields: Fields) -> Reply {
    let zone = fields.text("time_zone");
    if !zone.is_empty() && jiff::tz::TimeZone::get(zone).is_err() {
        return form(&visit, &Filled::typed(&fields), &fault(&visit, "time_zone", "unknown_choice")).await;
    }
    if fields.text("quiet_from").is_empty() != fields.text("quiet_to").is_empty() {
        let missing = if fields.text("quiet_to").is_empty() { "quiet_to" } else { "quiet_from" };
        return form(&visit, &Filled::typed(&fields), &fault(&visit, missing, "required")).await;
    }
    // an empty choice would be taken for none: who wants no mail says so
    if fields.text("mail_news") == "soon" && fields.all("mail_kinds").all(str::is_empty) {
        return form(&visit, &Filled::typed(&fields), &fault(&visit, "mail_kinds", "mail_no_kinds")).await;
    }
    let input = read(&lines(&visit), &fields);
    let lang = fields.text("language").parse().unwrap_or_default();
    // nobody needs a right on users to change what concerns himself alone
    let id = visit.person.id;
    let change = move |tx: &mut Tx| tx.as_system("a person changes his own profile").update("user", id, &input, None).map(|_| ());
    match visit.engine().write(&visit.ctx, change).await {
        Ok(()) => visit.go("/settings/profile", Flash::ok(crate::locale::Text::new(lang).get("saved"))),
        Err(problem) => form(&visit, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}
