//! Making and changing dashboards: which reports, in which order, how wide.

use super::show::find;
use crate::fail::field_errors;
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::report::kept::{Kept, Scope, id_of, scopes};
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row, error_summary, row};
use crate::ui::frame::content;
use crate::ui::icon::icon_sized;
use crate::ui::input::{Input, checkbox, select, text};
use crate::{Fail, Reply, Visit};
use akrab_engine::report::{Dashboard, DashboardDraft, ReportEntry};
use akrab_engine::view::ViewScope;
use akrab_model::Problem;
use akrab_model::report::Tile;
use axum::extract::Path;
use maud::{Markup, html};

/// Widths offered, in columns of twelve.
const WIDTHS: [u8; 8] = [3, 4, 5, 6, 7, 8, 9, 12];

/// What stands in the form.
struct Bench {
    /// Id of the dashboard that is changed.
    key: Option<String>,
    name: String,
    about: String,
    scope: String,
    tiles: Vec<Tile>,
    errors: Vec<(String, String)>,
}

impl Bench {
    fn of(dashboard: &Dashboard, lang: &str) -> Bench {
        Bench {
            key: dashboard.editable.then(|| dashboard.key.clone()),
            name: if dashboard.editable { dashboard.name.get(lang).into() } else { String::new() },
            about: dashboard.about.get(lang).into(),
            scope: dashboard.scope.map_or("private", ViewScope::key).into(),
            tiles: dashboard.tiles.clone(),
            errors: Vec::new(),
        }
    }

    fn read(fields: &Fields) -> Bench {
        let mut tiles: Vec<Tile> = Vec::new();
        for (name, value) in &fields.0 {
            match (name.as_str(), tiles.last_mut()) {
                ("tile", _) => tiles.push(Tile { report: value.clone(), width: 4, tall: false }),
                ("width", Some(tile)) => tile.width = value.parse().unwrap_or(4),
                ("tall", Some(tile)) => tile.tall = true,
                _ => {}
            }
        }
        Bench {
            key: Some(fields.text("key").to_string()).filter(|k| !k.is_empty()),
            name: fields.text("name").into(),
            about: fields.text("about").into(),
            scope: fields.text("scope").into(),
            tiles,
            errors: Vec::new(),
        }
    }

    fn draft(&self) -> Result<DashboardDraft, Problem> {
        Ok(DashboardDraft {
            name: self.name.clone(),
            about: self.about.clone(),
            scope: one_of::<Scope>("scope", &self.scope)?.0,
            tiles: self.tiles.clone(),
        })
    }
}

/// `GET /dashboards/new`.
pub async fn new(visit: Visit) -> Reply {
    let bench =
        Bench { key: None, name: String::new(), about: String::new(), scope: "private".into(), tiles: Vec::new(), errors: Vec::new() };
    draw(&visit, bench).await
}

/// `GET /dashboards/{key}/edit`: a shipped one becomes one's own copy.
pub async fn edit(visit: Visit, Path(key): Path<String>) -> Reply {
    let dashboard = find(&visit, &key).await?;
    draw(&visit, Bench::of(&dashboard, visit.lang())).await
}

/// `POST /dashboards/arrange`: a tile more, less, or in another place; nothing is saved yet.
pub async fn arrange(visit: Visit, fields: Fields) -> Reply {
    let mut bench = Bench::read(&fields);
    let place = |name: &str| fields.text(name).parse::<usize>().ok();
    if let Some(n) = place("up").filter(|n| (1..bench.tiles.len()).contains(n)) {
        bench.tiles.swap(n, n - 1);
    }
    if let Some(n) = place("down").filter(|n| n + 1 < bench.tiles.len()) {
        bench.tiles.swap(n, n + 1);
    }
    if let Some(n) = place("remove").filter(|n| *n < bench.tiles.len()) {
        bench.tiles.remove(n);
    }
    let add = fields.text("add");
    if !add.is_empty() {
        bench.tiles.push(Tile { report: add.into(), width: 4, tall: true });
    }
    draw(&visit, bench).await
}

/// `POST /dashboards`.
pub async fn create(visit: Visit, fields: Fields) -> Reply {
    save(visit, None, &fields).await
}

/// `POST /dashboards/{key}`.
pub async fn change(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let id = id_of(&key)?;
    save(visit, Some(id), &fields).await
}

async fn save(visit: Visit, id: Option<i64>, fields: &Fields) -> Reply {
    let mut bench = Bench::read(fields);
    let saved = async {
        let draft = bench.draft()?;
        let id = visit
            .write(move |tx| match id {
                Some(id) => tx.change_dashboard(id, &draft).map(|()| id),
                None => tx.create_dashboard(&draft),
            })
            .await?;
        Ok::<_, Fail>(id.to_string())
    };
    let saved = saved.await;
    let on = &visit;
    let faulty = |problem: Problem| async move {
        bench.errors = field_errors(on.t, &problem);
        let mut response = draw(on, bench).await?;
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    };
    Kept::Dashboard.saved(on, fields.text("name"), saved, faulty).await
}

async fn draw(visit: &Visit, bench: Bench) -> Reply {
    if visit.ctx.read_only {
        return Err(Problem::forbidden().into());
    }
    let t = visit.t;
    let reports = visit.read(|tx| tx.reports()).await?;
    let title = if bench.key.is_some() { bench.name.clone() } else { t.get("dashboard-new") };
    let mut frame = visit.frame(&title).await;
    frame.breadcrumb.push(visit.crumb("dashboards-title", "/dashboards"));
    let action = bench.key.as_ref().map_or("/dashboards".to_string(), |key| format!("/dashboards/{key}"));
    let scopes = scopes(visit);
    let error = |name: &str| form::error(&bench.errors, name);
    visit.page(&frame, content(true, html! {
        (error_summary(t, &bench.errors))
        form.ak-stack method="post" action=(action) data-guard {
            (visit.token_field())
            // Enter in a field saves; the buttons of tiles come later
            input.ak-sr type="submit" tabindex="-1" aria-hidden="true" value="";
            @if let Some(key) = &bench.key { input type="hidden" name="key" value=(key); }
            (row(t, &Row::new(t.get("view-name")).error(error("name")), Input::new("name", &bench.name).required(true).attr("maxlength", "60"), text))
            (row(t, &Row::new(t.get("report-about")), Input::new("about", &bench.about).attr("maxlength", "140"), text))
            (row(t, &Row::new(t.get("view-scope")), Input::new("scope", &bench.scope), |i| select(i, &scopes)))
            h2.ak-section-head { (t.get("dashboard-tiles")) }
            ol.ak-dash-edit data-sortable="" { @for (n, tile) in bench.tiles.iter().enumerate() { (line(visit, n, tile, bench.tiles.len(), &reports)) } }
            div.ak-row.ak-gap-8 {
                (select(&Input::new("add", "").attr("aria-label", t.get("dashboard-add")), &options(visit, &reports)))
                (Button::new(t.get("dashboard-add")).icon("plus").submit().attr("formaction", "/dashboards/arrange").attr("formnovalidate", ""))
            }
            div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().large().submit()) (Button::new(t.get("cancel")).ghost().large().href("/dashboards")) }
        }
    }))
}

fn options(visit: &Visit, reports: &[ReportEntry]) -> Vec<(String, String)> {
    let all = reports.iter().map(|r| (r.key.clone(), r.name.get(visit.lang()).to_string()));
    [(String::new(), visit.t.get("dashboard-add-choose"))].into_iter().chain(all).collect()
}

fn line(visit: &Visit, n: usize, tile: &Tile, count: usize, reports: &[ReportEntry]) -> Markup {
    let t = visit.t;
    let name =
        reports.iter().find(|r| r.key == tile.report).map_or_else(|| t.get("dashboard-gone"), |r| r.name.get(visit.lang()).to_string());
    let widths: Vec<(String, String)> = WIDTHS.iter().map(|w| (w.to_string(), t.with("dashboard-width", &[("n", (*w).into())]))).collect();
    let arrange = |button: Button, what: &str| {
        button.ghost().submit_as(what, n.to_string()).attr("formaction", "/dashboards/arrange").attr("formnovalidate", "")
    };
    let named = |key: &str| t.with(key, &[("name", name.as_str().into())]);
    html! {
        li data-id=(n) {
            span.ak-dash-grip data-handle aria-hidden="true" { (icon_sized("grip-vertical", 15)) }
            input type="hidden" name="tile" value=(tile.report);
            b.ak-truncate { (name) }
            span.ak-spacer {}
            (select(&Input { id: format!("f-width-{n}"), ..Input::new("width", &tile.width.to_string()) }.attr("aria-label", named("dashboard-width-of")), &widths))
            (checkbox("tall", "1", &t.get("dashboard-tall"), tile.tall))
            @if n > 0 { (arrange(Button::only_icon("arrow-up", named("dashboard-up")), "up")) }
            @if n + 1 < count { (arrange(Button::only_icon("arrow-down", named("dashboard-down")), "down")) }
            (arrange(Button::only_icon("x", named("dashboard-remove")), "remove"))
        }
    }
}

/// `GET /dashboards/{key}/default`.
pub async fn ask_default(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let dashboard = find(&visit, &key).await?;
    let t = visit.t;
    let people = visit.engine().people();
    let title = t.with("dashboard-default-title", &[("name", dashboard.name.get(visit.lang()).into())]);
    let close = format!("/dashboards/{key}");
    let d = Dialog {
        id: "dashboard-default",
        icon: Some("users-round"),
        title: &title,
        body: html! {
            p.ak-muted { (t.get("dashboard-default-text")) }
            @for role in &people.roles { (checkbox("role", &role.key, &role.name, false)) }
        },
        footer: dialog::foot(t, &close, Button::new(t.get("view-save")).primary().submit()),
        wide: false,
        close_href: &close,
    };
    visit.dialog(&title, dialog_form(t, &d, &format!("/dashboards/{key}/default"), &visit.csrf)).await
}

/// `POST /dashboards/{key}/default`: the roles ticked begin with this one.
pub async fn default(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let dashboard = find(&visit, &key).await?;
    let roles: Vec<String> = fields.all("role").map(Into::into).collect();
    let own = key.clone();
    visit.write(move |tx| roles.iter().try_for_each(|role| tx.set_first_dashboard(role, Some(&own)))).await?;
    let words = visit.t.with("dashboard-default-saved", &[("name", dashboard.name.get(visit.lang()).into())]);
    visit.go(&format!("/dashboards/{key}"), Flash::ok(words))
}

/// `GET /dashboards/{key}/delete`.
pub async fn ask_delete(visit: Visit, Path(key): Path<String>) -> Reply {
    let dashboard = find(&visit, &key).await?;
    Kept::Dashboard.ask_delete(&visit, &key, dashboard.name.get(visit.lang()), dashboard.editable).await
}

/// `POST /dashboards/{key}/delete`.
pub async fn delete(visit: Visit, Path(key): Path<String>) -> Reply {
    let id = id_of(&key)?;
    visit.write(move |tx| tx.delete_dashboard(id)).await?;
    Kept::Dashboard.deleted(&visit)
}
