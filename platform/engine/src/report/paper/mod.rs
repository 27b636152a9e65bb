//! Reports as PDF: A4, with the chart as vectors and the whole table. The fonts are those every reader has, so a file is
//! small and nothing is installed; what their letters do not reach is said at the end (`letters.rs`).

mod accents;
mod chart;
mod ink;
mod letters;
mod share;
mod sheets;
mod table;

use super::files::Answered;
use crate::Result;
use akrab_model::Problem;
use akrab_model::format::{self, Lang};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use ink::Type;
use jiff::Zoned;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use sheets::Sheets;
use std::io::Write;
use table::Written;

/// Whoever reads it, and when it was made.
pub(super) struct Reader {
    pub company: String,
    pub person: String,
    pub lang: Lang,
    pub currency: String,
    pub at: Zoned,
}

/// A paper of these reports, under one title.
pub(super) fn pdf(title: &str, about: &str, parts: &[Answered], reader: &Reader) -> Result<Vec<u8>> {
    let written: Vec<Written> = parts.iter().map(|part| Written::of(&part.table, reader)).collect();
    let wide = written.iter().any(|table| table.wish() > Sheets::width_of(false));
    let mut sheets = Sheets::new(wide, title);
    let several = parts.len() != 1;
    head(&mut sheets, title, about, reader);
    for (part, table) in parts.iter().zip(&written) {
        if several {
            // a heading does not stand alone at the end of a page
            sheets.room(if part.table.lines.is_empty() { 90.0 } else { 240.0 });
            sheets.y += 10.0;
            sheets.paragraph(Type::new(12.0).bold(), &part.name);
            if !part.about.is_empty() {
                sheets.paragraph(Type::new(8.5).grey(), &part.about);
            }
        }
        told(&mut sheets, part, reader);
        sheets.y += 8.0;
        chart::draw(&mut sheets, &part.table, reader);
        table.draw(&mut sheets, reader);
        sheets.y += 10.0;
    }
    if parts.is_empty() {
        let words = reader.lang.pick("Tidak ada laporan yang boleh Anda lihat di sini.", "There is no report here that you may see.");
        sheets.paragraph(Type::new(9.0), words);
    }
    if sheets.pages.iter().any(|page| page.lost) {
        let words = reader.lang.pick(
            "Huruf di luar aksara Latin ditulis “?” di berkas PDF ini; halaman laporan dan berkas XLSX memuatnya lengkap.",
            "Letters of other scripts than Latin are written “?” in this PDF; the report's page and the XLSX have them all.",
        );
        sheets.paragraph(Type::new(8.0).grey(), words);
    }
    let page = |n: usize, all: usize| reader.lang.pick(format!("Halaman {n} dari {all}"), format!("Page {n} of {all}"));
    let foot: Vec<&str> = [reader.company.as_str(), title].into_iter().filter(|words| !words.is_empty()).collect();
    sheets.foot(&foot.join(" · "), &page);
    bound(sheets, title, reader)
}

/// Company, title, for whom and when.
fn head(sheets: &mut Sheets, title: &str, about: &str, reader: &Reader) {
    if !reader.company.is_empty() {
        sheets.paragraph(Type::new(9.0).grey(), &reader.company);
        sheets.y += 2.0;
    }
    sheets.paragraph(Type::new(18.0).bold(), title);
    if !about.is_empty() {
        sheets.paragraph(Type::new(9.5), about);
    }
    let (person, at) = (&reader.person, format::datetime(&reader.at, reader.lang));
    let words = reader.lang.pick(
        format!("Dibuat untuk {person}, {at}. Angkanya dari data yang boleh ia lihat."),
        format!("Made for {person}, {at}. The figures are of the records this person may see."),
    );
    sheets.paragraph(Type::new(8.5).grey(), &words);
}

/// Records behind a report, the day they are of, and the filters in words.
fn told(sheets: &mut Sheets, part: &Answered, reader: &Reader) {
    let lang = reader.lang;
    let records = part.table.object.plural_label(lang.as_str()).to_lowercase();
    let mut words = format!("{} {records}", format::number(part.table.rows.into(), lang));
    if let Some(day) = part.table.as_of {
        words.push_str(&format!(" · {} {}", lang.pick("keadaan per", "as of"), format::date(day)));
    }
    sheets.paragraph(Type::new(8.5).grey(), &words);
    if part.table.is_spread() {
        let words = lang.pick(
            "Satu data bisa masuk ke beberapa kelompok; jumlah menghitung setiap data satu kali.",
            "A record can stand in several groups; totals count each record once.",
        );
        sheets.paragraph(Type::new(8.5).grey(), words);
    }
    if !part.filters.is_empty() {
        let filters = part.filters.join("; ");
        sheets.paragraph(Type::new(8.5), &format!("{}: {filters}", lang.pick("Filter", "Filters")));
    }
}

/// The pages as one file.
fn bound(sheets: Sheets, title: &str, reader: &Reader) -> Result<Vec<u8>> {
    let (width, height) = sheets.size();
    let mut next = 1;
    let mut fresh = || {
        next += 1;
        Ref::new(next - 1)
    };
    let (catalog, tree, regular, bold, info) = (fresh(), fresh(), fresh(), fresh(), fresh());
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr(reader.lang.as_str()));
    pdf.document_info(info).title(TextStr(title)).author(TextStr(&reader.company)).creator(TextStr("Akrab"));
    for (font, name) in [(regular, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold")] {
        let mut font = pdf.type1_font(font);
        let mut codes = font.base_font(Name(name)).encoding_custom();
        codes.base_encoding(Name(b"WinAnsiEncoding"));
        codes.differences().consecutive(letters::DOTLESS, [Name(b"dotlessi")]);
    }
    let mut kids = Vec::new();
    for ink in sheets.pages {
        let (page, content) = (fresh(), fresh());
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&ink.done()).map_err(Problem::internal)?;
        let packed = packed.finish().map_err(Problem::internal)?;
        pdf.stream(content, &packed).filter(Filter::FlateDecode);
        let mut written = pdf.page(page);
        written.parent(tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
        written.resources().fonts().pair(ink::REGULAR, regular).pair(ink::BOLD, bold);
        written.finish();
        kids.push(page);
    }
    let count = i32::try_from(kids.len()).map_err(Problem::internal)?;
    pdf.pages(tree).kids(kids).count(count);
    Ok(pdf.finish())
}
