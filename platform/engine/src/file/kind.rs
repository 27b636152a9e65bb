//! What a file is, judged by its first bytes.

use infer::MatcherType;

/// Kinds told apart because something depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Text,
    Zip,
    Pdf,
    Png,
    Jpeg,
    Webp,
    Gif,
    /// Made to be run: by Windows, Linux, macOS, Android or a virtual machine.
    Program,
    Unknown,
}

/// What programs are called that are told by their first bytes.
const PROGRAM: &str = "application/x-executable";

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
        } else if infer::image::is_webp(head) {
            FileKind::Webp
        } else if infer::image::is_gif(head) {
            FileKind::Gif
        } else if infer::get(head).is_some_and(|found| found.matcher_type() == MatcherType::App) {
            FileKind::Program
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
            "webp" => self == FileKind::Webp,
            "gif" => self == FileKind::Gif,
            "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" | "zip" => self == FileKind::Zip,
            "txt" | "csv" | "tsv" | "vcf" | "eml" | "md" => self == FileKind::Text,
            "doc" | "xls" | "ppt" => self == FileKind::Unknown,
            _ => !matches!(self, FileKind::Pdf | FileKind::Zip) && !self.is_picture(),
        }
    }

    /// A picture that can be shown.
    pub fn is_picture(self) -> bool {
        matches!(self, FileKind::Png | FileKind::Jpeg | FileKind::Webp | FileKind::Gif)
    }

    /// The kind a MIME type of ours stands for.
    pub fn of_mime(mime: &str) -> FileKind {
        use FileKind::*;
        [Text, Zip, Pdf, Png, Jpeg, Webp, Gif, Program].into_iter().find(|kind| kind.mime() == mime).unwrap_or(Unknown)
    }

    pub fn mime(self) -> &'static str {
        match self {
            FileKind::Text => "text/plain",
            FileKind::Zip => "application/zip",
            FileKind::Pdf => "application/pdf",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Webp => "image/webp",
            FileKind::Gif => "image/gif",
            FileKind::Program => PROGRAM,
            FileKind::Unknown => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FileKind;

    #[test]
    fn content_counts_and_not_the_name() {
        let exe = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00";
        assert_eq!(FileKind::of(exe), FileKind::Program);
        assert_eq!(FileKind::of(b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), FileKind::Program);
        assert_eq!(FileKind::of(b"MZ is how this letter begins"), FileKind::Text);
        assert_eq!(FileKind::of(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), FileKind::Text);
        assert_eq!(FileKind::of(b"GIF89a\x01\x00\x01\x00"), FileKind::Gif);
        assert!(!FileKind::Program.fits("jpg") && FileKind::Text.fits("svg") && !FileKind::Zip.fits("pdf"));
    }
}
