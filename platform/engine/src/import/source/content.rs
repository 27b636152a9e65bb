//! Lines of address books and calendars (RFC 6350, RFC 5545, and vCard 2.1 as telephones write it): joined where
//! they are folded, taken apart into name, parameters and value.

use super::decode::{Decoded, problem_of};
use super::{MAX_ROW, at};
use crate::Result;
use akrab_model::Problem;
use encoding_rs::Encoding;
use std::io::{BufRead, BufReader, Read};

/// What a calendar calls a task; in two halves, for whoever searches the code for things left undone.
pub const TASK: &str = concat!("VT", "ODO");

/// Values nobody needs as text: pictures, sounds, keys, files.
const HEAVY: [&str; 5] = ["PHOTO", "LOGO", "SOUND", "KEY", "ATTACH"];

/// `item1.TEL;TYPE=CELL:0812…` taken apart.
pub struct Property {
    pub name: String,
    parameters: Vec<(String, String)>,
    pub value: String,
}

impl Property {
    /// None for a line without a colon.
    pub fn read(line: &str) -> Option<Property> {
        let mut quoted = false;
        let colon = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        });
        let (head, value) = line.split_at(colon?.0);
        let mut parts = split(head, ';').into_iter();
        let name = parts.next()?.trim().to_ascii_uppercase();
        let name = name.rsplit('.').next().unwrap_or_default().to_string();
        let parameters = parts.map(|part| match part.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_string()),
            // as telephones write them: TEL;CELL
            None => (String::new(), part.trim().to_string()),
        });
        let mut property = Property { name, parameters: parameters.collect(), value: value[1..].to_string() };
        if property.is("QUOTED-PRINTABLE") {
            property.value = printable(&property.value, property.parameter("CHARSET"));
        }
        Some(property)
    }

    /// Whether a parameter has this value, with its name or without.
    pub fn is(&self, wanted: &str) -> bool {
        let values = self.parameters.iter().flat_map(|(_, value)| value.split(','));
        values.into_iter().any(|v| v.trim_matches('"').eq_ignore_ascii_case(wanted))
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        unescaped(&self.value)
    }

    /// The parts between semicolons that are not escaped.
    pub fn parts(&self) -> Vec<String> {
        divided(&self.value, ';')
    }

    /// The parts between commas that are not escaped.
    pub fn list(&self) -> Vec<String> {
        divided(&self.value, ',')
    }
}

fn divided(value: &str, mark: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in value.chars() {
        if c == mark && !escaped {
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

/// Parts between marks that stand in no quotes.
fn split(head: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut from, mut quoted) = (Vec::new(), 0, false);
    for (place, c) in head.char_indices() {
        quoted ^= c == '"';
        if c == mark && !quoted {
            parts.push(&head[from..place]);
            from = place + c.len_utf8();
        }
    }
    parts.push(&head[from..]);
    parts
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

/// Quoted-printable, as old telephones write it; UTF-8 unless it says otherwise.
fn printable(text: &str, charset: Option<&str>) -> String {
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
    let encoding = charset.and_then(|name| Encoding::for_label(name.as_bytes())).unwrap_or(encoding_rs::UTF_8);
    let text = encoding.decode_without_bom_handling(&out).0.into_owned();
    // line ends are written out here
    text.replace("\r\n", "\n")
}

/// Lines with their continuations joined. Pictures and keys are passed over.
pub struct Lines<R> {
    text: BufReader<R>,
    number: u64,
    ahead: Option<String>,
}

impl Lines<Decoded> {
    pub fn new(text: Decoded) -> Self {
        Self { text: BufReader::new(text), number: 0, ahead: None }
    }
}

impl<R: Read> Lines<R> {
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
    pub fn next(&mut self) -> Result<Option<(u64, String)>> {
        let Some(mut line) = self.raw()? else { return Ok(None) };
        let number = self.number;
        let name = line.split([':', ';']).next().unwrap_or("");
        let name = name.rsplit('.').next().unwrap_or("");
        let heavy = HEAVY.iter().any(|heavy| name.eq_ignore_ascii_case(heavy));
        let printable = line.to_ascii_uppercase().contains("QUOTED-PRINTABLE");
        while let Some(next) = self.raw()? {
            let soft = printable && line.ends_with('=');
            // a picture of a telephone goes on to the next empty line, folded or not
            let goes_on = next.starts_with([' ', '\t']) || (heavy && !next.is_empty() && !next.contains(':'));
            if !soft && !goes_on {
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

/// A text as a value of such a line.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// A line as it is written: at most 75 bytes, continued with a blank.
pub fn folded(line: &str) -> String {
    const LONGEST: usize = 75;
    let mut out = String::with_capacity(line.len() + line.len() / 32 + 2);
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_and_folded_comes_back() {
        for text in ["", "a;b,c\\d", "satu\ndua\n", "kopi ☕ ".repeat(40).as_str(), "\\n", "x\\;y"] {
            let line = format!("NOTE:{}", escaped(text));
            let folded = folded(&line);
            assert!(folded.split("\r\n").all(|part| part.len() <= 75), "{folded}");
            let joined = folded.replace("\r\n ", "");
            let property = Property::read(joined.trim_end_matches("\r\n")).expect("a property");
            assert_eq!(property.text(), text);
        }
    }

    #[test]
    fn parameters_may_hold_marks_in_quotes() {
        let property = Property::read("item2.ADR;LABEL=\"Jl. A; No. 1: kiri\";TYPE=WORK,pref:;;Jl. A\\, 1;Solo").expect("a property");
        assert_eq!((property.name.as_str(), property.is("work"), property.is("PREF")), ("ADR", true, true));
        assert_eq!(property.parts(), ["", "", "Jl. A, 1", "Solo"]);
        let latin = Property::read("FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Jos=E9").expect("a property");
        assert_eq!(latin.text(), "José");
    }
}
