//! Today: what is late, what is due, whom to call, what comes next, and how the month stands.

mod draw;
mod lead;
mod line;
mod load;
mod side;

use akrab_customers::keys::{GREETING, IMPORTANT_DATE};
use akrab_engine::{Access, Tx};
use akrab_model::Object;
use akrab_model::object::Scope;
use akrab_web::route::{Router, get, post};
use akrab_web::ui::frame::TopBar;
use akrab_web::ui::sidebar::NavItem;
use akrab_web::value::Look;
use akrab_web::{Feature, Home, Nav, Place, Reply, Visit};
use axum::extract::Query;
pub(crate) use load::Day;
use serde::Deserialize;
use std::sync::Arc;

/// Where everybody begins.
const HOME: Home = Home { icon: "sun", name: "today", href: "/today" };

/// The page, its place in the side bar and its words.
pub fn feature() -> Feature {
    Feature::default()
        .home(HOME)
        .routes(routes())
        .nav(|tx, look| {
            let due = load::due_count(tx, look).unwrap_or(0);
            let mut item = NavItem::new(HOME.icon, look.t.get(HOME.name), HOME.href);
            if due > 0 {
                item = item.count(due.to_string(), false);
            }
            let mut all = vec![Nav { place: Place::Top, order: 0, item }];
            all.extend(occasions(tx, look));
            all
        })
        .locales(include_str!("../../locales/today.id.ftl"), include_str!("../../locales/today.en.ftl"))
}

/// Days to remember and the greetings for them, below the customers they are of.
fn occasions(tx: &Tx, look: &Look) -> Vec<Nav> {
    let objects = [IMPORTANT_DATE, GREETING].into_iter().filter_map(|key| look.registry.object(key));
    let readable = objects.filter(|o| tx.rights.scope(o, Access::Read) != Scope::None);
    let nav = |object: &Arc<Object>| Nav {
        place: Place::Group(object.decl.group.clone()),
        order: object.decl.order,
        item: NavItem::new(&object.decl.icon, object.plural_label(look.key()), format!("/{}", object.plural)),
    };
    readable.map(nav).collect()
}

#[inline(always)]
fn routes() -> Router {
    Router::new()
        .route("/today", get(show))
        .route("/today/tasks", post(line::add))
        .route("/today/deferral", post(line::defer))
        .route("/today/leads/{id}/take", post(lead::take))
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    /// `team` for everybody of one's team.
    pub who: Option<String>,
}

impl Asked {
    pub fn team(&self) -> bool {
        self.who.as_deref() == Some("team")
    }
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let look = visit.look();
    let team = asked.team();
    let day = visit.read(move |tx| Day::load(tx, look, team)).await?;
    let mut frame = visit.frame(&visit.t.get("today")).await;
    frame.top = TopBar::Own;
    if day.may_create {
        frame.create_href = Some("/tasks/new?back=/today".into());
    }
    visit.page(&frame, draw::page(&visit, &day))
}
