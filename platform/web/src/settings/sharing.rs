//! Sharing rules: records that match a condition are open to a role, a team, a territory or a person.

use super::condition::{self, Condition};
use super::line::{Filled, Kind, Line};
use super::{frame, rule, show};
use crate::fail::Reply;
use crate::form::Fields;
use crate::list::head;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_model::value::Input;
use akrab_model::{Object, Record};
use maud::html;
use serde_json::json;

const LIST: &str = "/settings/sharing";
/// Links of a rule to whom it opens records, with the words before the name.
const TAKERS: [(&str, &str); 4] = [("to_role", "role"), ("to_team", "team"), ("to_territory", "territory"), ("to_user", "user")];

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route(LIST, get(page)).merge(rule::routes::<Sharing>())
}

async fn page(visit: Visit) -> Reply {
    visit.object("sharing_rule")?;
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let request =
        ListRequest { object: "sharing_rule".into(), sort: vec!["object".into(), "name".into()], limit: 200, ..ListRequest::default() };
    let rules = visit.engine().list(&visit.ctx, request).await?.records;
    let mut rows = Vec::new();
    for rule in &rules {
        let Ok(object) = rule::object_of::<Sharing>(&visit, rule.text("object")) else { continue };
        let kept = condition::kept(rule);
        let words = Condition::load(&visit, object.clone(), kept.clone()).await?.words();
        let asked = ListRequest { object: object.key.clone(), filter: kept, ..ListRequest::default() };
        let count = visit
            .engine()
            .count(&visit.ctx, asked, false)
            .await
            .map_or_else(|_| t.get("rule-broken"), |n| head::count_words(&visit.look(), n));
        rows.push(vec![
            rule::name::<Sharing>(&visit, rule),
            html! { (object.plural_label(visit.lang())) },
            html! { (words) },
            html! { (taker(&visit, rule)) },
            html! { (t.get(if rule.text("level") == "edit" { "share-edit" } else { "share-read" })) },
            html! { (count) },
        ]);
    }
    let mut frame = frame(&visit, &t.get("settings-sharing")).await;
    if admin {
        frame.actions = Some(html! { (Button::new(t.get("sharing-new")).icon("plus").primary().href(format!("{LIST}/new"))) });
    }
    let heads = ["rule-name", "object", "rule-condition", "share-to", "share-level", "sharing-records"].map(|key| t.get(key));
    let widths = [None, Some(130), None, Some(190), Some(170), Some(80)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n == 5, width)).collect();
    let none = Empty { icon: "share-2".into(), title: t.get("sharing-none"), text: t.get("sharing-empty"), ..Empty::default() };
    let body = html! { @if rows.is_empty() { (empty(&none)) } @else { (plain_table(&t.get("settings-sharing"), &heads, &rows, None)) } };
    show(&visit, &frame, body, false).await
}

/// "Tim Jawa dan di bawahnya".
fn taker(visit: &Visit, rule: &Record) -> String {
    let t = visit.t;
    let found = TAKERS.iter().find_map(|(key, words)| Some((*words, rule.link_title(key)?)));
    let Some((words, name)) = found else { return "—".into() };
    let deep = rule.get("below").bool() && matches!(words, "team" | "territory");
    t.with(if deep { "sharing-taker-below" } else { "sharing-taker" }, &[("kind", t.get(words).into()), ("name", name.into())])
}

/// Rules that open records.
struct Sharing;

impl rule::Kind for Sharing {
    const OBJECT: &str = "sharing_rule";
    const LIST: &str = LIST;
    const RULES: &str = LIST;
    const NEW: &str = "sharing-new";
    const SAVED: &str = "saved";
    const ABOUT: &str = "sharing-rule-of";
    const CHOICE: &str = "to";

    fn over(object: &Object) -> bool {
        !object.is_system()
    }

    fn lines(visit: &Visit, _: &Object) -> Vec<Line> {
        let t = visit.t;
        let people = visit.engine().people();
        let named = |key: &str, name: &str| t.with("sharing-taker", &[("kind", t.get(key).into()), ("name", name.trim().into())]);
        let mut takers = vec![(String::new(), "—".to_string())];
        takers.extend(people.roles.iter().filter(|r| !r.is_administrator()).map(|r| (format!("to_role:{}", r.id), named("role", &r.name))));
        takers.extend(people.teams.iter().map(|(id, name, _)| (format!("to_team:{id}"), named("team", name))));
        takers.extend(
            super::territory_options(&people.sharing)
                .into_iter()
                .map(|(id, name)| (format!("to_territory:{id}"), named("territory", &name))),
        );
        takers.extend(people.users().into_iter().filter(|p| p.active).map(|p| (format!("to_user:{}", p.id), named("user", &p.name))));
        let levels = [("read", "share-read"), ("edit", "share-edit")].map(|(value, key)| (value.to_string(), t.get(key)));
        vec![
            Line::new(t, "name", "rule-name", Kind::Text).required(),
            Line::new(t, "to", "share-to", Kind::Choice(takers)).required(),
            Line::new(t, "below", "sharing-below", Kind::Check).hint(t.get("sharing-below-hint")),
            Line::new(t, "level", "share-level", Kind::Choice(levels.to_vec())).hint(t.get("sharing-level-hint")),
            Line::new(t, "active", "rule-active", Kind::Check),
        ]
    }

    fn filled(rule: &Record) -> Filled {
        let to = TAKERS.iter().find_map(|(key, _)| Some(format!("{key}:{}", rule.link(key)?))).unwrap_or_default();
        Filled::record(rule, &["name", "below", "level", "active"]).set("to", to)
    }

    fn put(fields: &Fields, input: &mut Input) {
        input.remove("to");
        if fields.text("level").is_empty() {
            input.insert("level".into(), json!("read"));
        }
        let (key, id) = fields.text("to").split_once(':').unwrap_or_default();
        for (taker, _) in TAKERS {
            let chosen = id.parse::<i64>().ok().filter(|_| taker == key);
            input.insert(taker.into(), chosen.map_or(json!(null), |id| json!(id)));
        }
    }

    fn line(field: &str) -> &str {
        if field.starts_with("to_") { "to" } else { field }
    }
}
