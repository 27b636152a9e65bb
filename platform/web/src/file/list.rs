//! The tab with the files of a record.

use super::words;
use crate::fail::{Reply, encode};
use crate::record::Sight;
use crate::ui::button::Button;
use crate::ui::icon::icon_sized;
use crate::ui::menu::{menu_post, more_menu_ghost};
use crate::visit::Visit;
use akrab_engine::attachment::Attachment;
use akrab_engine::file::FileKind;
use akrab_engine::{Result, Tx};
use axum::extract::Path;
use maud::{Markup, html};

/// The tab's name in addresses.
pub const TAB: &str = "files";

/// The files of a record, as far as its page shows them.
#[derive(Default)]
pub struct Files {
    pub count: i64,
    /// Read when the tab is open.
    pub here: Vec<Attachment>,
    pub binned: Vec<Attachment>,
    /// Largest file, in MB.
    pub max_mb: u32,
}

impl Files {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, object: &str, id: i64, open: bool) -> Result<Files> {
        let mut files = Files { max_mb: tx.engine.settings().file_mb, ..Files::default() };
        if !open {
            return Ok(Files { count: tx.attachments_count(object, id)?, ..files });
        }
        files.here = tx.attachments(object, id, false)?;
        files.binned = tx.attachments(object, id, true)?;
        files.count = files.here.len() as i64;
        Ok(files)
    }
}

/// `GET /{plural}/{id}/attachments`: the tab.
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    visit.object(&plural)?;
    visit.go(&format!("/{plural}/{id}?tab={TAB}"), None)
}

/// Where a file of a record is reached.
pub fn href(record: &str, file: i64) -> String {
    format!("{record}/attachments/{file}")
}

/// What takes files that are dropped or pasted anywhere on the page.
pub fn target(sight: &Sight) -> Markup {
    let t = sight.look.t;
    if !sight.may_edit {
        return html! {};
    }
    html! {
        div.ak-drop-page hidden data-file-drop={ (sight.href()) "/attachments" } data-max-mb=(sight.files.max_mb)
            data-too-large=(t.with("problem-file-too-large", &[("max", sight.files.max_mb.into())])) data-failed=(t.get("file-failed"))
            data-waits=(t.get("file-waits")) data-kept=(t.get("file-kept")) data-title=(t.get("file-uploads")) data-close=(t.get("close"))
            data-cancel=(t.get("cancel")) {
            (icon_sized("file-up", 28)) b { (t.get("file-drop-here")) }
        }
    }
}

/// The tab.
pub fn draw(sight: &Sight, csrf: &str) -> Markup {
    let t = sight.look.t;
    let files = &sight.files;
    html! {
        div id="timeline" {
            @if sight.may_edit { (adder(sight, csrf)) }
            @if files.here.is_empty() { p.ak-faint.ak-small { (t.get("file-none")) } }
            ul.ak-files aria-label=(t.get("files")) { @for file in &files.here { (line(sight, file, csrf)) } }
            @if !files.binned.is_empty() { (bin(sight, csrf)) }
        }
    }
}

/// The form that works without script as well.
fn adder(sight: &Sight, csrf: &str) -> Markup {
    let t = sight.look.t;
    html! {
        form.ak-file-add method="post" action={ (sight.href()) "/attachments" } enctype="multipart/form-data" data-file-form {
            input type="hidden" name="csrf" value=(csrf);
            div.ak-drop {
                (icon_sized("file-up", 20))
                div.ak-two-lines aria-hidden="true" {
                    b data-file-name { (t.get("file-add")) }
                    div.ak-two-lines-detail { (t.with("file-add-hint", &[("max", sight.files.max_mb.into())])) }
                }
                input.ak-drop-input type="file" name="file" multiple required aria-label=(t.get("file-add"));
            }
            noscript { (Button::new(t.get("file-send")).icon("upload").primary().submit()) }
        }
    }
}

/// The picture of a file, or the icon of its kind.
pub fn mark(record: &str, file: &Attachment) -> Markup {
    let href = href(record, file.id);
    html! {
        span.ak-file-mark data-ending=(words::ending(&file.name)) {
            @if FileKind::of_mime(&file.content_type).is_picture() {
                img src={ (href) "/picture?size=small&revision=" (file.revision) } alt="" loading="lazy" width="44" height="44";
            } @else {
                (icon_sized(words::icon(&file.name, &file.content_type), 20))
            }
        }
    }
}

fn line(sight: &Sight, file: &Attachment, csrf: &str) -> Markup {
    let look = &sight.look;
    let t = look.t;
    let href = href(&sight.href(), file.id);
    let mut told = vec![words::size(t, file.size), look.moment_words(&look.local(file.updated_at))];
    told.extend(file.updated_by.and_then(|id| look.people.name(id)));
    if file.revision > 1 {
        told.push(t.with("file-revision", &[("n", file.revision.into())]));
    }
    html! {
        li.ak-file-row {
            (mark(&sight.href(), file))
            div.ak-two-lines {
                a.ak-truncate href=(href) data-dialog-href=(href) title=(file.name) { b { (file.name) } }
                div.ak-two-lines-detail { (told.join(" · ")) }
                @if !file.description.is_empty() { div.ak-two-lines-detail { (file.description) } }
            }
            span.ak-spacer {}
            (Button::only_icon("download", t.get("file-download")).ghost().href(format!("{href}/content")).attr("download", ""))
            @if sight.may_edit {
                (more_menu_ghost(&t.with("file-more", &[("name", words::short(&file.name).into())]), html! {
                    a.ak-menu-item href={ (href) "/edit" } data-dialog-href={ (href) "/edit" } { (icon_sized("pencil", 16)) span { (t.get("file-reword")) } }
                    a.ak-menu-item href=(href) data-dialog-href=(href) { (icon_sized("history", 16)) span { (t.get("file-revisions")) } }
                    (menu_post("trash-2", &t.get("file-bin"), &format!("{href}/bin"), csrf, true))
                }))
            }
        }
    }
}

fn bin(sight: &Sight, csrf: &str) -> Markup {
    let t = sight.look.t;
    let count = t.number(sight.files.binned.len() as i64);
    html! {
        details.ak-section data-remember-fold="files-bin" {
            summary { (icon_sized("chevron-down", 14)) h2 { (t.get("file-in-bin")) " " span.ak-muted { (count) } } }
            ul.ak-files {
                @for file in &sight.files.binned {
                    li.ak-file-row {
                        (mark(&sight.href(), file))
                        div.ak-two-lines { span.ak-truncate { (file.name) } div.ak-two-lines-detail { (words::size(t, file.size)) } }
                        span.ak-spacer {}
                        @if sight.may_edit {
                            form method="post" action={ (href(&sight.href(), file.id)) "/restoration" } {
                                input type="hidden" name="csrf" value=(csrf);
                                (Button::new(t.get("file-restore")).icon("rotate-ccw").ghost().submit())
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Back to the tab, in the list the record was opened from.
pub fn back(plural: &str, id: i64, list: Option<&str>) -> String {
    let list = list.map(|query| format!("&in={}", encode(query))).unwrap_or_default();
    format!("/{plural}/{id}?tab={TAB}{list}")
}
