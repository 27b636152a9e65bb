//! What maps and their figures are called.

use crate::locale::Text;
use crate::ui::timeline::Entry;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::process::{Limit, Passed};
use maud::html;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of time as people say it: "3 hari 4 jam", "5 jam 30 menit".
pub fn length(t: Text, micros: i64) -> String {
    let part = |key: &str, n: i64| t.with(key, &[("n", n.into())]);
    let (days, hours, minutes) = (micros / DAY, micros % DAY / HOUR, micros % HOUR / MINUTE);
    match (days, hours, minutes) {
        (0, 0, minutes) => part("length-minutes", minutes),
        (0, hours, 0) => part("length-hours", hours),
        (0, hours, minutes) => format!("{} {}", part("length-hours", hours), part("length-minutes", minutes)),
        (1..10, 1.., _) => format!("{} {}", part("length-days", days), part("length-hours", hours)),
        (days, ..) => part("length-days", days),
    }
}

/// A length where there is little room: "7 hari", "5 jam".
pub fn rough(t: Text, micros: i64) -> String {
    let whole = [DAY, HOUR].into_iter().find(|unit| micros >= *unit).map_or(micros, |unit| micros / unit * unit);
    length(t, whole)
}

/// Working time: days differ in length, so it is told in hours.
pub fn working(t: Text, micros: i64) -> String {
    let (hours, minutes) = (micros / HOUR, micros % HOUR / MINUTE);
    match (hours, minutes) {
        (0, minutes) => t.with("length-minutes", &[("n", minutes.into())]),
        (hours, minutes) if hours < 10 && minutes > 0 => {
            format!("{} {}", t.with("length-hours", &[("n", hours.into())]), t.with("length-minutes", &[("n", minutes.into())]))
        }
        (hours, _) => t.with("length-hours", &[("n", hours.into())]),
    }
}

/// "3 hari"; "16 jam kerja".
pub fn limit(t: Text, limit: Limit) -> String {
    let (number, unit) = limit.parts();
    let key = match (unit, limit.working) {
        ("d", _) => "length-days",
        ("h", true) => "length-hours-working",
        ("h", false) => "length-hours",
        (_, true) => "length-minutes-working",
        _ => "length-minutes",
    };
    t.with(key, &[("n", number.into())])
}

/// Units a limit is given in; `w` is an hour of work.
pub fn units(t: Text) -> Vec<(String, String)> {
    ["w", "h", "d", "m"].iter().map(|key| ((*key).to_string(), t.get(&format!("process-unit-{key}")))).collect()
}

/// Whom a map may name: roles, the record's owner, users.
pub fn who_options(visit: &Visit) -> Vec<(String, String)> {
    let people = visit.engine().people();
    let t = visit.t;
    let mut options = vec![("owner".to_string(), t.get("approval-who-owner"))];
    options.extend(people.roles.iter().map(|r| (format!("role:{}", r.key), t.with("process-role", &[("name", r.name.as_str().into())]))));
    options.extend(people.at_work().iter().map(|p| (format!("user:{}", p.email), p.name.clone())));
    options
}

/// What a history tells of somebody who passed over a map: "melewati proses Penjualan", and what was not met.
pub fn passed(look: &Look, object: &akrab_model::Object, one: &Passed, by: &str) -> (String, String) {
    let t = look.t;
    let title = t.with("process-told-passed", &[("name", one.process.get(look.key()).into())]);
    let field = |key: &String| object.field(key).map_or_else(|| key.clone(), |f| look.name(f).to_string());
    let mut parts = vec![by.to_string()];
    parts.extend(one.path.then(|| t.get("process-told-path")));
    parts.extend(one.fields.iter().map(|key| t.with("process-told-field", &[("name", field(key).into())])));
    parts.extend(one.rules.iter().map(|rule| rule.get(look.key()).to_string()));
    (title, parts.join(" · "))
}

/// The same as an entry of a timeline.
pub fn entry(look: &Look, object: &akrab_model::Object, one: &Passed, by: &str, base: Entry) -> Entry {
    let (title, detail) = passed(look, object, one, by);
    Entry { icon: "git-commit-horizontal".into(), title, detail: Some(html! { "· " (detail) }), ..base }
}
