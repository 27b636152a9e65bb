//! What text files say, without handing them out: the beginning of a text, or of a table.

use akrab_engine::file::FileKind;
use akrab_engine::{Engine, FileMeta};
use akrab_model::Problem;
use std::fs::File;
use std::io::Read;

/// Bytes of a text that are shown.
const BYTES: u64 = 128 << 10;
const ROWS: usize = 200;
const COLUMNS: usize = 30;
/// Characters of a cell.
const CELL: usize = 200;

/// The beginning of a file that can be read.
pub(super) enum Preview {
    Text { text: String, cut: bool },
    Table { rows: Vec<Vec<String>>, cut: bool },
}

/// What a text file begins with; none for other files.
///
/// # Errors
/// As [`Engine::file_local`].
pub(super) async fn read(engine: &Engine, name: &str, file: &FileMeta) -> akrab_engine::Result<Option<Preview>> {
    if FileKind::of_mime(&file.content_type) != FileKind::Text {
        return Ok(None);
    }
    let path = engine.file_local(file).await?;
    let (ending, whole) = (super::words::ending(name), u64::try_from(file.size).unwrap_or_default() <= BYTES);
    let work = move || {
        let mut bytes = Vec::new();
        File::open(path).and_then(|file| file.take(BYTES).read_to_end(&mut bytes)).map_err(Problem::internal)?;
        let text = decoded(&bytes);
        let table = matches!(ending.as_str(), "csv" | "tsv").then(|| table(&text, ending == "tsv", whole)).flatten();
        Ok::<_, Problem>(Some(table.unwrap_or(Preview::Text { text, cut: !whole })))
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// UTF-8, UTF-16 with its mark, and everything else by its bytes.
fn decoded(bytes: &[u8]) -> String {
    let wide = |two: &[u8], low: bool| {
        let pair = [two.first().copied().unwrap_or(0), two.get(1).copied().unwrap_or(0)];
        if low { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => String::from_utf16_lossy(&rest.chunks(2).map(|two| wide(two, true)).collect::<Vec<_>>()),
        [0xfe, 0xff, rest @ ..] => String::from_utf16_lossy(&rest.chunks(2).map(|two| wide(two, false)).collect::<Vec<_>>()),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned(),
    };
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Rows of a table; none for what is hardly one.
fn table(text: &str, tabs: bool, whole: bool) -> Option<Preview> {
    let first = text.lines().next().unwrap_or("");
    let by = if tabs { '\t' } else { [';', ',', '\t'].into_iter().max_by_key(|c| first.matches(*c).count())? };
    let mut lines = records(text, by);
    if !whole && lines.len() > 1 {
        // the last one may be cut in two
        lines.pop();
    }
    let cut = !whole || lines.len() > ROWS;
    lines.truncate(ROWS);
    let wide = lines.iter().any(|row| row.len() > 1);
    wide.then_some(Preview::Table { rows: lines, cut })
}

fn records(text: &str, by: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    let close = |row: &mut Vec<String>, cell: &mut String| {
        if row.len() < COLUMNS {
            row.push(cell.chars().take(CELL).collect());
        }
        cell.clear();
    };
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            c if c == by && !quoted => close(&mut row, &mut cell),
            '\n' if !quoted => {
                close(&mut row, &mut cell);
                rows.push(std::mem::take(&mut row));
                if rows.len() > ROWS {
                    return rows;
                }
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        close(&mut row, &mut cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{decoded, records};

    #[test]
    fn texts_of_several_encodings_are_read() {
        assert_eq!(decoded(b"\xef\xbb\xbfnama\x07;kota"), "nama;kota");
        assert_eq!(decoded(b"\xff\xfeA\x00\n\x00"), "A\n");
        assert_eq!(decoded(b"caf\xe9"), "caf\u{fffd}");
    }

    #[test]
    fn quoted_cells_hold_what_separates_others() {
        assert_eq!(records("a;\"b;\"\"c\"\"\nd\";e\nf", ';'), [vec!["a", "b;\"c\"\nd", "e"], vec!["f"]]);
    }
}
