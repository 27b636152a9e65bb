//! Oneself: name, language, theme, shortcuts.

use super::line::{Filled, Kind, Line, draw, read};
use super::{Errors, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::setup::languages;
use crate::state::Web;
use crate::ui::button::Button;
use crate::visit::Visit;
use akrab_engine::Door;
use axum::Router;
use axum::routing::get;
use maud::html;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/settings/profile", get(page).post(save))
}

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let themes = ["system", "light", "dark"].map(|key| (key.to_string(), t.get(&format!("theme-{key}"))));
    vec![
        Line::new(t, "name", "person-name", Kind::Text).required(),
        Line::new(t, "language", "language", Kind::Choice(languages())),
        Line::new(t, "theme", "theme", Kind::Choice(themes.to_vec())),
        Line::new(t, "single_keys", "single-keys", Kind::Check).hint(t.get("single-keys-hint")),
    ]
}

async fn page(visit: Visit) -> Reply {
    let person = &visit.person;
    let filled =
        Filled::default().set("name", person.name.clone()).set("language", person.language.clone()).set("theme", person.theme.clone());
    let filled = if person.single_keys { filled.set("single_keys", "1") } else { filled };
    form(&visit, &filled, &Errors::new()).await
}

async fn form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = html! {
        form.ak-stack method="post" action="/settings/profile" data-guard {
            (visit.token_field())
            (draw(t, &lines(visit), filled, errors))
            p.ak-muted.ak-small { (t.get("email")) ": " (visit.person.email) " · " (t.get("role")) ": " (visit.person.role.name) }
            div { (Button::new(t.get("save")).primary().submit()) }
        }
    };
    show_form(visit, &t.get("settings-profile"), body, errors).await
}

async fn save(visit: Visit, fields: Fields) -> Reply {
    let input = read(&lines(&visit), &fields);
    let lang = crate::locale::Lang::from_code(fields.text("language"));
    // nobody needs a right on users to change what concerns himself alone
    let ctx = visit.engine().system("a person changes his own profile", Door::Page);
    let id = visit.person.id;
    match visit.engine().write(&ctx, move |tx| tx.update("user", id, &input, None).map(|_| ())).await {
        Ok(()) => visit.go("/settings/profile", Flash::ok(crate::locale::Text::new(lang).get("saved"))),
        Err(problem) => form(&visit, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}
