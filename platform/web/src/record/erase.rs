//! Erasing a person: what it would do, said before it is done; and what is said on the page of somebody who was erased.

use super::load::Sight;
use super::words;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::dialog::{Confirm, confirm};
use crate::ui::record::{NextAction, next_action};
use crate::ui::status::Status;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::privacy::{Erased, Fate};
use akrab_engine::{Result, Tx};
use akrab_model::{Record, format};
use axum::extract::Path;
use maud::{Markup, html};

/// What became of a record, where its person was erased.
///
/// # Errors
/// What the database answers.
pub fn load(tx: &mut Tx, record: &Record) -> Result<Option<Erased>> {
    if record.object.fields.iter().any(|field| field.personal) { tx.erasure_of(&record.object.key, record.id) } else { Ok(None) }
}

/// Whether the person may be erased.
pub fn offered(sight: &Sight) -> bool {
    sight.may_delete && sight.erased.is_none() && akrab_engine::contact::are_people(&sight.object)
}

/// On the page of somebody who was erased.
pub fn banner(sight: &Sight) -> Markup {
    let (look, t) = (&sight.look, sight.look.t);
    let Some(erased) = &sight.erased else { return html! {} };
    let day = |at: jiff::Timestamp| format::date(look.local(at).date());
    next_action(&NextAction {
        state: Status::None,
        when: t.with("privacy-erased-banner", &[("day", day(erased.at).into())]),
        what: erased.until.map(|until| t.with("privacy-erased-until", &[("day", day(until).into())])).unwrap_or_default(),
        owner: None,
        actions: html! {},
    })
}

/// What was or would be done, in words.
pub(crate) fn counts(look: &Look, counts: &[(String, Fate, usize)]) -> Vec<String> {
    let words = |(key, fate, n): &(String, Fate, usize)| {
        let object = look.registry.object(key)?;
        let said = match fate {
            Fate::Cleared => "privacy-cleared",
            Fate::Kept => "privacy-kept",
            Fate::Removed => "privacy-removed",
        };
        Some(look.t.with(said, &[("objects", look.plural(object).into()), ("n", (*n as i64).into())]))
    };
    counts.iter().filter_map(words).collect()
}

/// `GET /{plural}/{id}/erasure`
pub(super) async fn ask(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let plan = visit.engine().erase_plan(&visit.ctx, &object.key, id).await?;
    let (t, look) = (visit.t, visit.look());
    let title = t.with("privacy-erase-of", &[("name", plan.record.title().into())]);
    let href = words::href(&plan.record);
    let body = html! {
        p { (t.get("privacy-erase-text")) }
        ul.ak-bullets { @for line in counts(&look, &plan.counts) { li { (line) } } @if plan.files > 0 { li { (t.with("privacy-erase-files", &[("n", (plan.files as i64).into())])) } } }
        @if let Some(until) = plan.until { p { (t.with("privacy-erase-locked", &[("day", format::date(look.local(until).date()).into())])) } }
    };
    let dialog = confirm(
        t,
        Confirm {
            id: "erasure",
            title: &title,
            body,
            action: &format!("{href}/erasure"),
            csrf: &visit.csrf,
            verb: &t.get("privacy-erase-do"),
            close_href: &href,
        },
    );
    visit.dialog(&title, dialog).await
}

/// `POST /{plural}/{id}/erasure`
pub(super) async fn run(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    visit.engine().erase(&visit.ctx, &object.key, id).await?;
    visit.go(&format!("/{plural}/{id}"), Flash::ok(visit.t.get("privacy-erased")))
}
