//! Sample data for a workspace nobody has kept a record in yet.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::visit::Visit;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use maud::html;
use tokio::sync::Mutex;

/// Asks, and fills.
pub(crate) const ADDRESS: &str = "/settings/sample";

/// Filled once, however often somebody presses.
static FILLING: Mutex<()> = Mutex::const_new(());

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route(ADDRESS, get(ask).post(fill))
}

/// Whether sample data is offered to whoever looks.
pub(crate) async fn offered(visit: &Visit) -> Result<bool, crate::fail::Fail> {
    Ok(visit.ctx.is_admin() && visit.seeing.is_none() && visit.engine().archive_room(&visit.ctx).await?)
}

async fn ask(visit: Visit) -> Reply {
    visit.require_admin()?;
    if !offered(&visit).await? {
        return Err(full().into());
    }
    let t = visit.t;
    let title = t.get("sample-title");
    let d = Dialog {
        id: "sample",
        icon: Some("flask-conical"),
        title: &title,
        body: html! { p { (t.get("sample-text")) } p.ak-muted { (t.get("sample-keep")) } },
        footer: dialog::foot(t, "/", Button::new(t.get("sample-do")).primary().submit()),
        wide: false,
        close_href: "/",
    };
    visit.dialog(&title, dialog_form(t, &d, ADDRESS, &visit.csrf)).await
}

async fn fill(visit: Visit) -> Reply {
    visit.require_admin()?;
    let (engine, ctx, seed) = (visit.engine().clone(), visit.ctx.clone(), visit.web.seed.clone());
    let filling = async move {
        let _alone = FILLING.lock().await;
        if !engine.archive_room(&ctx).await? {
            return Err(full());
        }
        seed(engine, true).await
    };
    // the data is made to its end even if nobody waits that long
    tokio::spawn(filling).await.map_err(Problem::internal)??;
    visit.go("/", Flash::ok(visit.t.get("sample-done")))
}

fn full() -> Problem {
    Problem::new(ProblemKind::Conflict, "sample_no_room")
}
