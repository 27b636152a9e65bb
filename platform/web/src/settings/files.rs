//! Files: how large one may be, how much room all may take, and where they lie.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, fault, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::ui::section::{Field, field_list};
use crate::visit::Visit;
use akrab_engine::Settings;
use maud::html;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/files", get(page).post(save))
}

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    vec![
        Line::new(t, "file_mb", "file-limit", Kind::Number).required().hint(t.get("file-limit-hint")),
        Line::new(t, "files_mb", "file-quota", Kind::Number).hint(t.get("file-quota-hint")),
    ]
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let now = &visit.settings;
    let filled = Filled::default().set("file_mb", now.file_mb.to_string());
    let filled = filled.set("files_mb", now.files_mb.map(|mb| mb.to_string()).unwrap_or_default());
    form(&visit, &filled, &Errors::new()).await
}

async fn form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let (count, bytes) = visit.read(|tx| tx.files_size()).await?;
    let place = match visit.engine().files_elsewhere() {
        None => t.get("file-where-disk"),
        Some((name, true)) => t.with("file-where-shelf", &[("name", name.into())]),
        Some((name, false)) => t.with("file-where-shelf-old", &[("name", name.into())]),
    };
    let used = t.with("file-used", &[("n", count.into()), ("size", crate::file::words::size(t, bytes).into())]);
    let facts = [Field::text(t.get("file-used-label"), &used), Field::text(t.get("file-where"), &place)];
    let body = html! {
        div.ak-stack {
            p.ak-muted { (t.get("file-settings-text")) }
            (field_list(t, &facts))
            (sheet(visit, "/settings/files", &lines(visit), (filled, errors), "save", ""))
        }
    };
    show_form(visit, &t.get("settings-files"), body, errors).await
}

async fn save(visit: Visit, fields: Fields) -> Reply {
    let quota = fields.text("files_mb");
    let Ok(file_mb) = fields.text("file_mb").parse() else {
        return form(&visit, &Filled::typed(&fields), &fault(&visit, "file_mb", "not_a_number")).await;
    };
    let files_mb = match (quota.is_empty(), quota.parse()) {
        (true, _) => None,
        (false, Ok(mb)) => Some(mb),
        (false, Err(_)) => return form(&visit, &Filled::typed(&fields), &fault(&visit, "files_mb", "not_a_number")).await,
    };
    let settings = Settings { file_mb, files_mb, ..(*visit.settings).clone() };
    match visit.engine().save_settings(&visit.ctx, settings).await {
        Ok(()) => visit.go("/settings/files", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}
