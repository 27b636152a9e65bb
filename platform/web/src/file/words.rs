//! How files are told of: icon, size, kind, what happened to them.

use crate::locale::Text;
use crate::ui::timeline::Entry;
use akrab_engine::attachment::FileTold;
use akrab_engine::file::FileKind;
use akrab_model::format;
use maud::html;
use rust_decimal::Decimal;

/// The icon of a kind of file: by its content, and for office files by their ending, which fits their content.
pub fn icon(name: &str, content_type: &str) -> &'static str {
    let kind = FileKind::of_mime(content_type);
    match (kind, ending(name).as_str()) {
        (FileKind::Pdf, _) => "file-text",
        (kind, _) if kind.is_picture() => "image",
        (FileKind::Zip, "xlsx" | "ods") | (FileKind::Unknown, "xls") | (FileKind::Text, "csv" | "tsv") => "file-spreadsheet",
        (FileKind::Zip, "pptx" | "odp") | (FileKind::Unknown, "ppt") => "presentation",
        (FileKind::Zip, "docx" | "odt") | (FileKind::Unknown, "doc") | (FileKind::Text, _) => "file-text",
        (FileKind::Zip, _) => "package",
        (FileKind::Unknown, "mp4" | "mov" | "webm") => "video",
        _ => "paperclip",
    }
}

/// The last part of a name, in small letters.
pub fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

/// "812 B", "3,4 KB", "12 MB".
pub fn size(t: Text, bytes: i64) -> String {
    let (unit, n) = match bytes {
        0..1_024 => return format!("{bytes} B"),
        1_024..1_048_576 => ("KB", 10),
        1_048_576..1_073_741_824 => ("MB", 20),
        _ => ("GB", 30),
    };
    let tenths = (bytes * 10) >> n;
    let shown = if tenths < 100 { Decimal::new(tenths, 1).normalize() } else { Decimal::from(tenths / 10) };
    format!("{} {unit}", format::number(shown, t.lang))
}

/// A name short enough for a line; its ending stays.
pub fn short(name: &str) -> String {
    const LONGEST: usize = 48;
    if name.chars().count() <= LONGEST {
        return name.into();
    }
    let chars: Vec<char> = name.chars().collect();
    let (head, tail) = (&chars[..LONGEST - 13], &chars[chars.len() - 12..]);
    format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

/// What happened to a file of a record, as an entry of its timeline.
pub fn entry(t: Text, href: &str, told: &FileTold, by: &str, base: Entry) -> Entry {
    let icon = match told.event.as_str() {
        "bin" => "trash-2",
        "restore" | "revert" => "rotate-ccw",
        "reword" => "pencil",
        _ => "paperclip",
    };
    let detail = deed(t, told);
    let gone = told.event == "bin";
    Entry {
        icon: icon.into(),
        title: short(&told.name),
        href: Some(if gone { format!("{href}?tab=files") } else { format!("{href}/attachments/{}", told.id) }),
        detail: Some(html! { "· " (detail) " · " (by) }),
        ..base
    }
}

/// The deed in words: "file added", "version 3".
pub fn deed(t: Text, told: &FileTold) -> String {
    let n = [("n", told.revision.into())];
    match told.event.as_str() {
        "revise" => t.with("file-told-revise", &n),
        "revert" => t.with("file-told-revert", &n),
        "reword" => t.get("file-told-reword"),
        "bin" => t.get("file-told-bin"),
        "restore" => t.get("file-told-restore"),
        _ => t.get("file-told-add"),
    }
}
