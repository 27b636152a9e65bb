//! A file's bytes as UTF-8, refusing what is no text and rows without end while reading.

use super::{MAX_COLUMNS, MAX_ROW, at};
use crate::Result;
use crate::file::failure;
use akrab_model::Problem;
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::fs::File;
use std::io::{self, Read};

/// Reads a file as UTF-8, without a byte-order mark.
pub struct Decoded {
    file: File,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Unread part of `raw`.
    from: usize,
    to: usize,
    ended: bool,
    /// The decoder gave its last character.
    spent: bool,
    /// Decoded, and not asked for yet.
    left: Vec<u8>,
    guard: Guard,
}

/// The decoder writes whole characters: it wants room for some.
const ROOM: usize = 16;

/// Follows rows and quotes the way the CSV reader does.
struct Guard {
    /// None while the delimiter is still being guessed: then only NUL bytes are refused.
    delimiter: Option<u8>,
    line: u64,
    row_line: u64,
    row: usize,
    columns: usize,
    quoted: bool,
    /// At the beginning of a field, where a quote opens.
    start: bool,
}

impl Decoded {
    pub fn new(file: File, encoding: &'static Encoding) -> Decoded {
        let guard = Guard { delimiter: None, line: 1, row_line: 1, row: 0, columns: 1, quoted: false, start: true };
        Decoded {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 64 * 1024],
            from: 0,
            to: 0,
            ended: false,
            spent: false,
            left: Vec::new(),
            guard,
        }
    }

    /// With limits on rows and columns.
    pub fn guarded(mut self, delimiter: u8) -> Decoded {
        self.guard.delimiter = Some(delimiter);
        self
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty() && out.len() >= ROOM {
            return self.decode(out);
        }
        if self.left.is_empty() {
            let mut room = [0; ROOM];
            let written = self.decode(&mut room)?;
            self.left.extend_from_slice(&room[..written]);
        }
        let given = self.left.len().min(out.len());
        out[..given].copy_from_slice(&self.left[..given]);
        self.left.drain(..given);
        Ok(given)
    }
}

impl Decoded {
    fn decode(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // a reader asks again after the end; a decoder may not be asked
        while !self.spent {
            if self.from == self.to && !self.ended {
                self.to = self.file.read(&mut self.raw)?;
                self.from = 0;
                self.ended = self.to == 0;
            }
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(&self.raw[self.from..self.to], out, self.ended);
            self.from += read;
            self.spent = self.ended && result == DecoderResult::InputEmpty;
            self.guard.watch(&out[..written])?;
            match result {
                DecoderResult::Malformed(..) => return Err(refused(at("file_broken_encoding", self.guard.line))),
                _ if written > 0 => return Ok(written),
                DecoderResult::OutputFull => return Err(io::Error::other("no room for one character")),
                DecoderResult::InputEmpty => {}
            }
        }
        Ok(0)
    }
}

impl Guard {
    fn watch(&mut self, text: &[u8]) -> io::Result<()> {
        for byte in text {
            if *byte == 0 {
                return Err(refused(at("file_has_nul", self.line)));
            }
            if let Some(delimiter) = self.delimiter {
                self.follow(*byte, delimiter)?;
            }
            self.line += u64::from(*byte == b'\n');
        }
        Ok(())
    }

    fn follow(&mut self, byte: u8, delimiter: u8) -> io::Result<()> {
        self.row += 1;
        if self.row > MAX_ROW {
            return Err(refused(at("row_too_long", self.row_line).with("max", MAX_ROW)));
        }
        if byte == b'"' {
            // a quote opens at the beginning of a field; the second of two opens it again
            self.quoted = !self.quoted && self.start;
            self.start = true;
            return Ok(());
        }
        self.start = false;
        if self.quoted {
            return Ok(());
        }
        if byte == delimiter {
            self.start = true;
            self.columns += 1;
            if self.columns > MAX_COLUMNS {
                return Err(refused(at("too_many_columns", self.row_line).with("max", MAX_COLUMNS)));
            }
        } else if byte == b'\n' || byte == b'\r' {
            self.start = true;
            self.row = 0;
            self.columns = 1;
            self.row_line = self.line + u64::from(byte == b'\n');
        }
        Ok(())
    }
}

/// Carries a problem through a reader that only knows input errors.
fn refused(problem: Problem) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// The problem inside an input error, if one of ours.
pub fn problem_of(error: io::Error) -> Problem {
    match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) => failure(error),
    }
}

/// The first characters, at most `limit` bytes.
pub fn prefix(reader: Decoded, limit: usize) -> Result<String> {
    let mut bytes = Vec::new();
    reader.take(limit as u64).read_to_end(&mut bytes).map_err(problem_of)?;
    let whole = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes.len(),
        Err(e) => e.valid_up_to(),
    };
    bytes.truncate(whole);
    String::from_utf8(bytes).map_err(Problem::internal)
}
