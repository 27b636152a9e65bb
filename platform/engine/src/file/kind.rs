//! What a file is, judged by its first bytes.

/// Kinds told apart because something depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Text,
    Zip,
    Pdf,
    Png,
    Jpeg,
    Unknown,
}

impl FileKind {
    /// `head`: the first bytes, some hundreds are enough.
    pub fn of(head: &[u8]) -> FileKind {
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            FileKind::Zip
        } else if head.starts_with(b"%PDF-") {
            FileKind::Pdf
        } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            FileKind::Png
        } else if head.starts_with(b"\xff\xd8\xff") {
            FileKind::Jpeg
        } else if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || !head.iter().any(|b| *b < 9 || (14..32).contains(b)) {
            FileKind::Text
        } else {
            FileKind::Unknown
        }
    }

    /// Whether content of this kind may bear a name with this ending. Old office files are known by
    /// their name alone.
    pub fn fits(self, ending: &str) -> bool {
        match ending {
            "pdf" => self == FileKind::Pdf,
            "png" => self == FileKind::Png,
            "jpg" | "jpeg" => self == FileKind::Jpeg,
            "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" | "zip" => self == FileKind::Zip,
            "txt" | "csv" | "tsv" | "vcf" | "eml" | "md" => self == FileKind::Text,
            "doc" | "xls" | "ppt" => self == FileKind::Unknown,
            _ => !matches!(self, FileKind::Pdf | FileKind::Png | FileKind::Jpeg | FileKind::Zip),
        }
    }

    /// The kind a MIME type of ours stands for.
    pub fn of_mime(mime: &str) -> FileKind {
        [FileKind::Text, FileKind::Zip, FileKind::Pdf, FileKind::Png, FileKind::Jpeg]
            .into_iter()
            .find(|kind| kind.mime() == mime)
            .unwrap_or(FileKind::Unknown)
    }

    pub fn mime(self) -> &'static str {
        match self {
            FileKind::Text => "text/plain",
            FileKind::Zip => "application/zip",
            FileKind::Pdf => "application/pdf",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Unknown => "application/octet-stream",
        }
    }
}
