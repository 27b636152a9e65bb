//! Address books: each card of a vCard file (2.1, 3.0, 4.0) is a row, its usual properties are columns.

use super::content::{Lines, Property};
use super::decode::Decoded;
use super::{Layout, Line, MAX_CELL, at, guess};
use crate::Result;
use crate::file::failure;
use serde_json::Value as Json;
use std::fs::File;
use std::path::Path;

/// Titles of the columns, known to every object that has such fields.
const COLUMNS: [&str; 20] = [
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
    "WhatsApp",
    "Nickname",
    "Phone number 2",
    "Phone number 3",
    "Email address 2",
    "UID",
    "Honorific",
];
const PHONES: [usize; 3] = [3, 15, 16];
const MAILS: [usize; 2] = [4, 17];

/// Whether a text begins like an address book.
pub fn is_vcard(head: &[u8]) -> bool {
    begins(head, "BEGIN:VCARD")
}

/// Whether a text begins with these letters, whatever stands between them.
pub(super) fn begins(head: &[u8], with: &str) -> bool {
    let text: String = head.iter().filter(|b| b.is_ascii_graphic()).take(with.len()).map(|b| char::from(*b)).collect();
    text.eq_ignore_ascii_case(with)
}

pub fn layout(path: &Path) -> Result<Layout> {
    match guess::layout(path)? {
        Layout::Csv { encoding, .. } => Ok(Layout::Vcard { encoding }),
        other => Ok(other),
    }
}

pub fn each(path: &Path, encoding: &str, sink: &mut dyn FnMut(Line) -> Result<bool>) -> Result<()> {
    let file = File::open(path).map_err(failure)?;
    let mut lines = Lines::new(Decoded::new(file, guess::named(encoding)?));
    if !sink(Line::new(1, COLUMNS.map(|title| Json::String(title.into())).to_vec()))? {
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
    phones: Vec<(u8, String)>,
    mails: Vec<String>,
    picture: bool,
    /// More telephones or mail addresses than there are columns.
    beyond: Vec<String>,
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
                // how somebody is addressed stands before his titles, and in no formatted name
                let before = akrab_model::text::person::parse(&format!("{} X", part(3)));
                first(&mut self.cells[19], before.honorific.unwrap_or_default());
                first(&mut self.cells[0], name);
            }
            "ORG" => first(&mut self.cells[1], property.parts().first().cloned().unwrap_or_default()),
            "TITLE" => first(&mut self.cells[2], text()),
            "TEL" => self.phone(property),
            "EMAIL" => {
                let mail = text().trim().trim_start_matches("mailto:").to_string();
                if !mail.is_empty() && !self.mails.iter().any(|m| m.eq_ignore_ascii_case(&mail)) {
                    self.mails.push(mail);
                }
            }
            "ADR" if self.cells[5..9].iter().all(String::is_empty) => {
                let parts = property.parts();
                for (cell, n) in [(5, 2), (6, 3), (7, 4), (8, 5)] {
                    self.cells[cell] = parts.get(n).cloned().unwrap_or_default();
                }
            }
            "BDAY" => first(&mut self.cells[9], day(&text())),
            "URL" => first(&mut self.cells[10], text()),
            "NOTE" => first(&mut self.cells[11], text()),
            "CATEGORIES" => first(&mut self.cells[12], property.list().join("; ")),
            "X-WHATSAPP" | "X-WA" => first(&mut self.cells[13], text()),
            "IMPP" if text().to_lowercase().starts_with("whatsapp:") => {
                first(&mut self.cells[13], text().split_once(':').map(|(_, n)| n.to_string()).unwrap_or_default());
            }
            "NICKNAME" => first(&mut self.cells[14], property.list().into_iter().next().unwrap_or_default()),
            "UID" => first(&mut self.cells[18], text().trim_start_matches("urn:uuid:").to_string()),
            "PHOTO" | "LOGO" => self.picture = true,
            _ => {}
        }
    }

    fn phone(&mut self, property: &Property) {
        let text = property.text();
        let number = text.trim().trim_start_matches("tel:").split(";ext=").next().unwrap_or("").to_string();
        if number.is_empty() || property.is("FAX") || property.is("PAGER") {
            return;
        }
        if property.is("WHATSAPP") || property.is("X-WHATSAPP") {
            if self.cells[13].is_empty() {
                self.cells[13] = number;
            }
            return;
        }
        if self.phones.iter().any(|(_, known)| *known == number) {
            return;
        }
        // the one to be reached by first: marked as such, then a mobile one
        let rank = if property.is("PREF") || property.is("1") { 0 } else { 1 + u8::from(!property.is("CELL")) };
        self.phones.push((rank, number));
    }

    fn line(mut self) -> Result<Line> {
        self.phones.sort_by_key(|(rank, _)| *rank);
        let phones: Vec<String> = self.phones.into_iter().map(|(_, number)| number).collect();
        for (places, found) in [(&PHONES[..], phones), (&MAILS[..], self.mails)] {
            let mut found = found.into_iter();
            for (place, value) in places.iter().zip(&mut found) {
                self.cells[*place] = value;
            }
            self.beyond.extend(found);
        }
        if let Some(n) = self.cells.iter().position(|c| c.len() > MAX_CELL) {
            return Err(at("cell_too_long", self.number).with("column", n + 1).with("max", MAX_CELL));
        }
        let cell = |text: String| {
            let text = text.trim();
            if text.is_empty() { Json::Null } else { Json::String(text.into()) }
        };
        let mut line = Line::new(self.number, self.cells.into_iter().map(cell).collect());
        if self.picture {
            line.said.push(("card_picture", String::new()));
        }
        if !self.beyond.is_empty() {
            line.said.push(("card_beyond", self.beyond.join("; ")));
        }
        Ok(line)
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
