//! Address books: each card of a vCard file (2.1, 3.0, 4.0) is a row, its usual properties are columns.

use super::decode::{Decoded, problem_of};
use super::{Layout, Line, MAX_CELL, MAX_ROW, at, guess};
use crate::Result;
use crate::file::failure;
use akrab_model::Problem;
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Titles of the columns, known to every object that has such fields.
const COLUMNS: [&str; 13] = [
    "Full name",
    "Company",
    "Job title",
    "Phone number",
    "Email address",
    "Street",
    "City",
    "Province",
    "Postal code",
    "Date of birth",
    "Website",
    "Notes",
    "Tags",
];

/// Whether a text begins like an address book.
pub fn is_vcard(head: &[u8]) -> bool {
    let text: String = head.iter().filter(|b| b.is_ascii_graphic()).take(11).map(|b| char::from(*b)).collect();
    text.eq_ignore_ascii_case("BEGIN:VCARD")
}

pub fn layout(path: &Path) -> Result<Layout> {
    match guess::layout(path)? {
        Layout::Csv { encoding, .. } => Ok(Layout::Vcard { encoding }),
        other => Ok(other),
    }
}

pub fn each(path: &Path, encoding: &str, sink: &mut dyn FnMut(Line) -> Result<bool>) -> Result<()> {
    let file = File::open(path).map_err(failure)?;
    let mut lines = Unfolded { text: BufReader::new(Decoded::new(file, guess::named(encoding)?)), number: 0, ahead: None };
    let header = Line { number: 1, cells: COLUMNS.map(|title| Json::String(title.into())).to_vec() };
    if !sink(header)? {
        return Ok(());
    }
    let mut card: Option<Card> = None;
    while let Some((number, line)) = lines.next()? {
        let Some(property) = Property::read(&line) else { continue };
        match (property.name.as_str(), &mut card) {
            ("BEGIN", _) => card = Some(Card { number, ..Card::default() }),
            ("END", Some(_)) => {
                let done = card.take().unwrap_or_default();
                if !sink(done.line()?)? {
                    return Ok(());
                }
            }
            (_, Some(card)) => card.take_in(&property),
            _ => {}
        }
    }
    match card {
        Some(card) => Err(at("file_broken", card.number)),
        None => Ok(()),
    }
}

/// What is known of one card, by column.
#[derive(Default)]
struct Card {
    number: u64,
    cells: [String; COLUMNS.len()],
    /// The telephone found so far is a mobile one.
    mobile: bool,
}

impl Card {
    fn take_in(&mut self, property: &Property) {
        let text = || property.text();
        let first = |cell: &mut String, value: String| {
            if cell.is_empty() {
                *cell = value;
            }
        };
        match property.name.as_str() {
            "FN" => self.cells[0] = text(),
            "N" => {
                let part = |n: usize| property.parts().get(n).cloned().unwrap_or_default();
                let name = [part(3), part(1), part(2), part(0)].iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" ");
                let name = if part(4).is_empty() { name } else { format!("{name}, {}", part(4)) };
                first(&mut self.cells[0], name);
            }
            "ORG" => first(&mut self.cells[1], property.parts().first().cloned().unwrap_or_default()),
            "TITLE" => first(&mut self.cells[2], text()),
            "TEL" => {
                let mobile = property.is("CELL");
                if self.cells[3].is_empty() || (mobile && !self.mobile) {
                    self.cells[3] = text().trim_start_matches("tel:").to_string();
                    self.mobile = mobile;
                }
            }
            "EMAIL" => first(&mut self.cells[4], text().trim_start_matches("mailto:").to_string()),
            "ADR" if self.cells[5..9].iter().all(String::is_empty) => {
                let parts = property.parts();
                for (cell, n) in [(5, 2), (6, 3), (7, 4), (8, 5)] {
                    self.cells[cell] = parts.get(n).cloned().unwrap_or_default();
                }
            }
            "BDAY" => first(&mut self.cells[9], day(&text())),
            "URL" => first(&mut self.cells[10], text()),
            "NOTE" => first(&mut self.cells[11], text()),
            "CATEGORIES" => first(&mut self.cells[12], text()),
            _ => {}
        }
    }

    fn line(self) -> Result<Line> {
        if let Some(n) = self.cells.iter().position(|c| c.len() > MAX_CELL) {
            return Err(at("cell_too_long", self.number).with("column", n + 1).with("max", MAX_CELL));
        }
        let cell = |text: String| {
            let text = text.trim();
            if text.is_empty() { Json::Null } else { Json::String(text.into()) }
        };
        Ok(Line { number: self.number, cells: self.cells.into_iter().map(cell).collect() })
    }
}

/// `19900501` and `1990-05-01T…` as a day; a birthday without a year is none.
fn day(text: &str) -> String {
    let date = text.split('T').next().unwrap_or("");
    match date.len() {
        8 if date.bytes().all(|b| b.is_ascii_digit()) => format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]),
        _ if date.starts_with("--") => String::new(),
        _ => date.into(),
    }
}

/// `item1.TEL;TYPE=CELL:0812…` taken apart.
struct Property {
    name: String,
    parameters: Vec<String>,
    value: String,
}

impl Property {
    fn read(line: &str) -> Option<Property> {
        let mut quoted = false;
        let colon = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        });
        let (head, value) = line.split_at(colon?.0);
        let mut parts = head.split(';').map(|p| p.trim().to_ascii_uppercase());
        let name = parts.next()?;
        let name = name.rsplit('.').next().unwrap_or_default().to_string();
        let property = Property { name, parameters: parts.collect(), value: value[1..].to_string() };
        Some(if property.is("QUOTED-PRINTABLE") { Property { value: unquoted(&property.value), ..property } } else { property })
    }

    /// Whether a parameter has this value, with its name or without.
    fn is(&self, wanted: &str) -> bool {
        let values = self.parameters.iter().map(|p| p.split_once('=').map_or(p.as_str(), |(_, value)| value));
        values.flat_map(|v| v.split(',')).any(|v| v.trim_matches('"') == wanted)
    }

    fn text(&self) -> String {
        unescaped(&self.value)
    }

    /// The parts between semicolons that are not escaped.
    fn parts(&self) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut escaped = false;
        for c in self.value.chars() {
            if c == ';' && !escaped {
                parts.push(String::new());
                continue;
            }
            if let Some(last) = parts.last_mut() {
                last.push(c);
            }
            escaped = c == '\\' && !escaped;
        }
        parts.iter().map(|p| unescaped(p).trim().to_string()).collect()
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

/// Quoted-printable of UTF-8, as old telephones write it.
fn unquoted(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut n = 0;
    while n < bytes.len() {
        let code = (bytes[n] == b'=').then(|| text.get(n + 1..n + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok())).flatten();
        match code {
            Some(byte) => {
                out.push(byte);
                n += 3;
            }
            None => {
                out.push(bytes[n]);
                n += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Lines with their continuations joined. Pictures and keys are passed over.
struct Unfolded<R> {
    text: BufReader<R>,
    number: u64,
    ahead: Option<String>,
}

impl<R: Read> Unfolded<R> {
    fn raw(&mut self) -> Result<Option<String>> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        let read = (&mut self.text).take(MAX_ROW as u64 + 1).read_until(b'\n', &mut line).map_err(problem_of)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read > MAX_ROW {
            return Err(at("row_too_long", self.number).with("max", MAX_ROW));
        }
        let text = String::from_utf8(line).map_err(Problem::internal)?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_string()))
    }

    /// The next line and its number.
    fn next(&mut self) -> Result<Option<(u64, String)>> {
        let Some(mut line) = self.raw()? else { return Ok(None) };
        let number = self.number;
        let heavy =
            ["PHOTO", "LOGO", "SOUND", "KEY"].iter().any(|name| line.get(..name.len()).is_some_and(|l| l.eq_ignore_ascii_case(name)));
        let printable = line.to_ascii_uppercase().contains("QUOTED-PRINTABLE");
        while let Some(next) = self.raw()? {
            let soft = printable && line.ends_with('=');
            if !soft && !next.starts_with([' ', '\t']) {
                self.ahead = Some(next);
                break;
            }
            if heavy {
                continue;
            }
            if soft {
                line.pop();
                line.push_str(&next);
            } else {
                line.push_str(&next[1..]);
            }
            if line.len() > MAX_ROW {
                return Err(at("row_too_long", number).with("max", MAX_ROW));
            }
        }
        Ok(Some((number, line)))
    }
}
