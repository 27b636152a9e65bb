//! Lists of numbers and addresses that are not to be used: who does not want to be called, and what is suppressed. The
//! decision looks into them each time.

use crate::{Result, Tx};
use akrab_model::text::{email, phone};
use akrab_model::{FieldProblem, FieldType, Problem, Record};
use akrab_store::BlockRow;
use serde_json::json;

/// Entries taken in at once.
const BATCH: usize = 500;
/// Lines of one file.
const MOST: usize = 1_000_000;
/// Refused lines that are told.
const TOLD: usize = 100;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockList {
    /// Numbers that are not called.
    DoNotCall,
    /// Addresses and numbers that nothing is sent to.
    Suppressed,
}

impl BlockList {
    pub const ALL: [BlockList; 2] = [BlockList::DoNotCall, BlockList::Suppressed];

    /// Its key in addresses and in the database.
    pub fn key(self) -> &'static str {
        match self {
            BlockList::DoNotCall => "do_not_call",
            BlockList::Suppressed => "suppressed",
        }
    }
    /// By its key.
    pub fn of(key: &str) -> Option<BlockList> {
        BlockList::ALL.into_iter().find(|list| list.key() == key)
    }
}

/// Why something is on a list: message key `block-reason-<key>`.
pub const BLOCK_REASONS: [&str; 5] = ["asked", "bounced", "complained", "registry", "other"];

/// What became of a list that was taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlocksTaken {
    pub added: usize,
    /// On the list already.
    pub known: usize,
    pub refused: usize,
    /// Line and text of the first ones that were refused.
    pub told: Vec<(usize, String)>,
}

impl Tx<'_> {
    /// Puts a number or an address on a list.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` for what is neither, at `address` or `reason`.
    pub fn block_add(&mut self, list: BlockList, address: &str, reason: &str, note: &str) -> Result<()> {
        self.may_declare()?;
        let address =
            self.block_address(list, address).ok_or_else(|| Problem::invalid(vec![FieldProblem::new("address", "block_address")]))?;
        let row = self.block_row(list, &address, reason, note)?;
        if self.conn.blocks_add(&[row])? > 0 {
            self.audit("block_added", None, json!({ "title": address, "list": list.key(), "reason": reason }))?;
        }
        Ok(())
    }

    /// Takes an entry off a list.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found`.
    pub fn block_remove(&mut self, list: BlockList, address: &str) -> Result<()> {
        self.may_declare()?;
        if !self.conn.block_drop(list.key(), address)? {
            return Err(Problem::not_found());
        }
        self.audit("block_removed", None, json!({ "title": address, "list": list.key() }))
    }

    /// Takes a list in, one entry a line; of a line with several columns the first that can be read counts.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` for an unknown reason or too many lines.
    pub fn blocks_take(&mut self, list: BlockList, text: &str, reason: &str) -> Result<BlocksTaken> {
        self.may_declare()?;
        self.block_row(list, "", reason, "")?;
        let mut taken = BlocksTaken::default();
        let mut rows = Vec::new();
        for (n, line) in text.lines().enumerate() {
            if n >= MOST {
                return Err(Problem::invalid(vec![FieldProblem::new("file", "too_many").with("max", MOST)]));
            }
            if line.trim().is_empty() {
                continue;
            }
            let found = line.split([';', ',', '\t']).find_map(|cell| self.block_address(list, cell.trim().trim_matches('"')));
            match found {
                Some(address) => rows.push(self.block_row(list, &address, reason, "")?),
                // the head of a table says what it is, and is no entry
                None if n == 0 => {}
                None => {
                    taken.refused += 1;
                    if taken.told.len() < TOLD {
                        taken.told.push((n + 1, line.trim().chars().take(80).collect()));
                    }
                }
            }
        }
        for part in rows.chunks(BATCH) {
            let added = self.conn.blocks_add(part)?;
            taken.added += added;
            taken.known += part.len() - added;
        }
        self.audit("block_taken", None, json!({ "list": list.key(), "rows": taken.added, "reason": reason }))?;
        Ok(taken)
    }

    /// Entries of a list by address, those that begin with `text`, behind `after`.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn blocks(&mut self, list: BlockList, text: &str, after: &str, limit: usize) -> Result<Vec<BlockRow>> {
        self.may_declare()?;
        // a number is looked for as it is kept, however it is typed
        let typed = text.trim();
        let kept = self.block_address(list, typed).unwrap_or_else(|| match typed.strip_prefix('0') {
            Some(rest) if self.engine.settings().country == "ID" && !typed.contains('@') => format!("+62{}", rest.replace([' ', '-'], "")),
            _ => typed.to_lowercase(),
        });
        Ok(self.conn.blocks(list.key(), &kept, after, limit)?)
    }

    /// What stands on the lists about the numbers and addresses of a record.
    ///
    /// # Errors
    /// What the database answers.
    pub fn blocks_about(&mut self, record: &Record) -> Result<Vec<BlockRow>> {
        let addresses = addresses(record, None);
        Ok(self.conn.blocks_of(&addresses)?)
    }

    /// Whether a person is not to be called, and whether an address is not to be used, on a channel.
    pub(super) fn blocked(&mut self, object: &str, id: i64, channel: &str, address: Option<&str>) -> Result<(bool, bool)> {
        let addresses = match address {
            Some(address) => vec![address.to_string()],
            None => self.find(object, id)?.map(|record| addresses(&record, Some(channel))).unwrap_or_default(),
        };
        let found = self.conn.blocks_of(&addresses)?;
        // several numbers: one that may be used is enough
        let on = |list: BlockList| {
            !addresses.is_empty()
                && addresses.iter().all(|address| found.iter().any(|row| row.list == list.key() && row.address == *address))
        };
        Ok((on(BlockList::DoNotCall), on(BlockList::Suppressed)))
    }

    fn block_row(&self, list: BlockList, address: &str, reason: &str, note: &str) -> Result<BlockRow> {
        if !BLOCK_REASONS.contains(&reason) {
            return Err(Problem::invalid(vec![FieldProblem::new("reason", "unknown_choice")]));
        }
        Ok(BlockRow {
            list: list.key().into(),
            address: address.into(),
            reason: reason.into(),
            note: note.trim().chars().take(500).collect(),
            at: self.ctx.micros(),
            actor: self.ctx.author(),
        })
    }

    /// A number or an address in the form in which records keep it; on the list of calls numbers alone.
    fn block_address(&self, list: BlockList, text: &str) -> Option<String> {
        if text.contains('@') {
            return email::parse(text).ok().filter(|_| list == BlockList::Suppressed);
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let country = self.engine.settings().country.clone();
        phone::parse(text, &country).ok().filter(|_| digits >= 6).map(|phone| phone.e164)
    }
}

/// Numbers and addresses of a record, all or those of a channel.
fn addresses(record: &Record, channel: Option<&str>) -> Vec<String> {
    let wanted = |kind: FieldType| match channel {
        Some("email") => kind == FieldType::Email,
        Some(_) => kind == FieldType::Phone,
        None => matches!(kind, FieldType::Email | FieldType::Phone),
    };
    let fields = record.object.fields.iter().filter(|field| wanted(field.kind) && record.has(&field.key));
    let mut found: Vec<String> = fields.map(|field| record.text(&field.key).to_string()).filter(|text| !text.is_empty()).collect();
    found.sort_unstable();
    found.dedup();
    found
}
