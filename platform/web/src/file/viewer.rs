//! One file of a record: what it shows, its versions, what can be done with it.

use super::preview::{self, Preview};
use super::{list, words};
use crate::assets::asset_url;
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog};
use crate::ui::icon::icon_sized;
use crate::visit::Visit;
use akrab_engine::Access;
use akrab_engine::attachment::{Attachment, Revision};
use akrab_engine::file::FileKind;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

/// Which version is looked at.
#[derive(Deserialize)]
pub(super) struct Asked {
    revision: Option<i64>,
}

/// What the viewer shows.
struct Shown {
    file: Attachment,
    revisions: Vec<Revision>,
    /// The version looked at.
    at: Revision,
    may_edit: bool,
    /// Address of the file.
    href: String,
}

/// `GET /{plural}/{id}/attachments/{file}`
pub(super) async fn show(visit: Visit, Path((plural, id, file)): Path<(String, i64, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let href = list::href(&format!("/{plural}/{id}"), file);
    let shown = visit.read(move |tx| {
        let found = tx.attachment(&object, id, file)?;
        let revisions = tx.attachment_revisions(&object, id, file)?;
        let wanted = asked.revision.unwrap_or(found.revision);
        let at = revisions.iter().find(|r| r.revision == wanted).cloned().ok_or_else(akrab_model::Problem::not_found)?;
        let object = tx.object(&object)?;
        let may_edit = found.deleted_at.is_none() && tx.may(&object, Access::Edit, id)?;
        Ok(Shown { file: found, revisions, at, may_edit, href })
    });
    let shown = shown.await?;
    let preview = preview::read(visit.engine(), &shown.file.name, &shown.at.file).await?;
    let (t, name) = (visit.t, shown.file.name.clone());
    let close = list::back(&plural, id, None);
    let content = format!("{}/content?revision={}", shown.href, shown.at.revision);
    let d = Dialog {
        id: "file",
        icon: Some(words::icon(&name, &shown.at.content_type)),
        title: &name,
        body: html! {
            (picture(&visit, &shown, preview.as_ref(), &content))
            @if !shown.file.description.is_empty() { p.ak-file-description { (shown.file.description) } }
            (versions(&visit, &shown))
        },
        footer: html! {
            @if shown.may_edit { (new_version(&visit, &shown)) }
            span.ak-spacer {}
            (Button::new(t.get("close")).ghost().href(close.clone()).flag("data-close", true))
            (Button::new(t.get("file-download")).icon("download").primary().href(content.clone()).attr("download", ""))
        },
        wide: true,
        close_href: &close,
    };
    visit.dialog(&name, dialog(t, &d)).await
}

fn picture(visit: &Visit, shown: &Shown, preview: Option<&Preview>, content: &str) -> Markup {
    let t = visit.t;
    let kind = FileKind::of_mime(&shown.at.content_type);
    html! {
        @if kind.is_picture() {
            div.ak-file-view { img src={ (shown.href) "/picture?size=large&revision=" (shown.at.revision) } alt=(shown.file.name); }
        } @else if kind == FileKind::Pdf {
            div.ak-file-view.ak-pdf tabindex="0" role="document" aria-label=(shown.file.name) data-pdf=(content) data-worker=(asset_url("pdf-worker.js"))
                data-page=(t.get("file-page")) data-failed=(t.get("file-pdf-failed")) data-locked=(t.get("file-pdf-locked")) {
                p.ak-muted data-pdf-words { (t.get("file-pdf-wait")) }
            }
        } @else {
            @match preview {
                Some(Preview::Text { text, cut }) => { pre.ak-file-view.ak-file-text tabindex="0" aria-label=(shown.file.name) { (text) @if *cut { "\n…" } } }
                Some(Preview::Table { rows, cut }) => {
                    div.ak-file-view.ak-file-table tabindex="0" role="region" aria-label=(shown.file.name) {
                        table { @for (n, row) in rows.iter().enumerate() { tr { @for cell in row { @if n == 0 { th scope="col" { (cell) } } @else { td { (cell) } } } } } }
                        @if *cut { p.ak-muted.ak-small { (t.get("file-cut")) } }
                    }
                }
                None => div.ak-file-view.ak-file-blind { (icon_sized(words::icon(&shown.file.name, &shown.at.content_type), 40)) p.ak-muted { (t.get("file-no-preview")) } },
            }
        }
    }
}

fn versions(visit: &Visit, shown: &Shown) -> Markup {
    let t = visit.t;
    let look = visit.look();
    let people = visit.engine().people();
    html! {
        h3.ak-file-head { (t.get("file-revisions")) }
        ul.ak-file-versions {
            @for one in &shown.revisions {
                @let href = format!("{}?revision={}", shown.href, one.revision);
                li aria-current=[(one.revision == shown.at.revision).then_some("true")] {
                    a href=(href) data-dialog-href=(href) { b { (t.with("file-revision", &[("n", one.revision.into())])) } }
                    span.ak-muted {
                        (words::size(t, one.size)) " · " (look.moment_words(&look.local(one.at)))
                        @if let Some(name) = one.by.and_then(|id| people.name(id)) { " · " (name) }
                    }
                    span.ak-spacer {}
                    (Button::only_icon("download", t.get("file-download")).ghost().href(format!("{}/content?revision={}", shown.href, one.revision)).attr("download", ""))
                    @if shown.may_edit && one.file.id != shown.file.file.id {
                        form method="post" action={ (shown.href) "/revisions/" (one.revision) "/restoration" } {
                            input type="hidden" name="csrf" value=(visit.csrf);
                            (Button::only_icon("rotate-ccw", t.get("file-revert")).ghost().submit())
                        }
                    }
                }
            }
        }
    }
}

fn new_version(visit: &Visit, shown: &Shown) -> Markup {
    let t = visit.t;
    html! {
        form.ak-file-new method="post" action={ (shown.href) "/revisions" } enctype="multipart/form-data" data-file-form {
            input type="hidden" name="csrf" value=(visit.csrf);
            label.btn data-variant="outline" { (icon_sized("upload", 15)) (t.get("file-revise")) input.ak-sr type="file" name="file" required; }
            noscript { (Button::new(t.get("file-send")).submit()) }
        }
    }
}
