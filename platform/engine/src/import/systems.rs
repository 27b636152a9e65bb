//! Exports of other programs, known by the titles of their columns.
//!
//! `systems.json` says what such files look like and which of their columns there is no use for; which of our fields
//! a column is, object files say by their aliases.

use super::mapping::bare;
use super::source::Line;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// At least so many titles, and such a part of the file's, must be of a system for it to be named.
const FEWEST: usize = 4;
const PART: f64 = 0.6;

/// A program whose export a file seems to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct System {
    /// `hubspot`, `salesforce` …
    pub key: String,
    /// What the file holds there: `contacts`, `deals` …
    pub module: String,
}

/// Why a column of the file is matched to no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Kept by this program by itself: when and by whom a record was made.
    KeptHere,
    /// Follows from other values.
    WorkedOut,
    /// Of use inside of the other program only.
    Technical,
    /// Read together with another column: what a stage ended in, which currency, rows of another kind.
    Along,
    /// What people agreed to, which wants its own proof.
    Consent,
    /// No row has anything there.
    Blank,
    /// Another column of the file fills the field it is for.
    Taken,
    /// There is no such field.
    NoField,
}

#[derive(Deserialize, Default)]
struct Data {
    why: HashMap<String, Vec<String>>,
    /// Systems that write 90 % as 0.9.
    fractions: HashSet<String>,
    /// What words of other programs may be called here: keys of choices, the likeliest first.
    words: HashMap<String, Vec<String>>,
    /// Stages as they come with other programs, with how likely a sale is there, in hundredths.
    stages: HashMap<String, u32>,
    /// What stands between several values in one cell.
    several: HashMap<String, String>,
    /// Columns that say whether something was won or lost, whatever stage it was in.
    outcome: Vec<String>,
    /// Columns that name the currency of the amounts.
    currency: Vec<String>,
    apart: Vec<Apart>,
    /// How lines begin that stand under a table and are no rows.
    footers: HashMap<String, Vec<String>>,
    modules: Vec<Module>,
}

/// Rows that are no records of this kind.
#[derive(Deserialize)]
struct Apart {
    system: String,
    column: String,
    words: Vec<String>,
    /// Plural of the records the file is read for; of whatever kind when there is none.
    of: Option<String>,
    code: String,
}

#[derive(Deserialize)]
struct Module {
    system: String,
    module: String,
    headers: Vec<String>,
}

struct Known {
    data: Data,
    why: HashMap<String, Left>,
    modules: Vec<(System, HashSet<String>)>,
    /// In how many systems a title stands.
    common: HashMap<String, usize>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut data: Data = serde_json::from_str(include_str!("systems.json")).unwrap_or_default();
    let reason = |key: &str| serde_json::from_value(serde_json::json!(key)).unwrap_or(Left::NoField);
    let why = data.why.iter().flat_map(|(key, titles)| titles.iter().map(move |t| (exact(t), reason(key)))).collect();
    let modules: Vec<(System, HashSet<String>)> = std::mem::take(&mut data.modules)
        .into_iter()
        .map(|m| (System { key: m.system, module: m.module }, m.headers.iter().map(|h| exact(h)).collect()))
        .collect();
    let mut systems: HashMap<String, HashSet<&str>> = HashMap::new();
    for (system, titles) in &modules {
        for title in titles {
            systems.entry(title.clone()).or_default().insert(&system.key);
        }
    }
    let common = systems.into_iter().map(|(title, systems)| (title, systems.len())).collect();
    Known { data, why, modules, common }
});

/// Whether this column of a system says only of which kind a row is.
pub(super) fn tells_apart(system: &str, title: &str) -> bool {
    KNOWN.data.apart.iter().any(|a| a.system == system && exact(&a.column) == exact(title))
}

/// Keys of choices that a word of another program may stand for, the likeliest first.
pub(super) fn called(word: &str) -> &'static [String] {
    KNOWN.data.words.get(word).map_or(&[], Vec::as_slice)
}

/// How likely a sale is in a stage that other programs call so, in hundredths.
pub(super) fn stage_share(word: &str) -> Option<u32> {
    KNOWN.data.stages.get(word).copied()
}

/// The first of several records in one cell, without the address some write behind a name: `Budi (budi@contoh.id);Ani`.
pub(super) fn first_of(text: &str) -> &str {
    let first = text.split(';').next().unwrap_or(text).trim();
    match first.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
        Some((name, mail)) if mail.contains('@') => name.trim(),
        _ => first,
    }
}

/// What stands between several values in one cell of this system.
pub(super) fn between(system: &str) -> Option<&'static str> {
    KNOWN.data.several.get(system).map(String::as_str)
}

/// What stands beside the columns that fill fields.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Says whether something was won or lost.
    pub outcome: Option<usize>,
    /// Names the currency of the amounts.
    pub currency: Option<usize>,
    /// Rows left out: column, its words, why.
    apart: Vec<(usize, &'static [String], &'static str)>,
    footers: &'static [String],
}

impl Beside {
    /// What a file of this system has for records called `of`, besides the columns that fill fields.
    pub fn of(system: &str, header: &[String], of: &str, taken: &dyn Fn(usize) -> bool) -> Beside {
        let data = &KNOWN.data;
        let place = |title: &String| header.iter().position(|h| exact(h) == exact(title));
        let free = |titles: &[String]| titles.iter().filter_map(place).find(|n| !taken(*n));
        let meant = data.apart.iter().filter(|a| a.system == system && a.of.as_ref().is_none_or(|wanted| wanted == of));
        Beside {
            outcome: free(&data.outcome),
            currency: free(&data.currency),
            apart: meant.filter_map(|a| Some((place(&a.column)?, a.words.as_slice(), a.code.as_str()))).collect(),
            footers: data.footers.get(system).map_or(&[], Vec::as_slice),
        }
    }

    /// Why this row is no record of the kind the file is read for.
    pub fn left_out(&self, line: &Line) -> Option<&'static str> {
        let word = |column: usize| line.text(column).trim().to_lowercase();
        if let Some((.., code)) = self.apart.iter().find(|(column, words, _)| words.contains(&word(*column))) {
            return Some(*code);
        }
        let mut filled = (0..line.cells.len()).map(word).filter(|text| !text.is_empty());
        let footer = match (filled.next(), filled.next()) {
            (Some(only), None) => self.footers.iter().any(|begin| only.starts_with(begin.as_str())),
            _ => false,
        };
        footer.then_some("import_row_footer")
    }
}

/// A share of one as this system writes it, in hundredths; none when it means what it says.
pub(super) fn hundredths(system: &str, text: &str) -> Option<Decimal> {
    let share: Decimal = text.trim().parse().ok()?;
    let small = share > Decimal::ZERO && share <= Decimal::ONE;
    (small && KNOWN.data.fractions.contains(system)).then(|| (share * Decimal::ONE_HUNDRED).normalize())
}

/// Marks count here: `Account Name` and `accountName` are of different programs.
fn exact(title: &str) -> String {
    title.trim().to_lowercase()
}

/// The program and the kind of records whose export these columns are; none when nothing speaks for one of them.
pub fn recognise(header: &[String]) -> Option<System> {
    let titles: HashSet<String> = header.iter().map(|h| exact(h)).filter(|t| !t.is_empty()).collect();
    let score = |known: &HashSet<String>| -> Option<f64> {
        let found: Vec<&String> = titles.iter().filter(|t| known.contains(*t) || numbered(t).is_some_and(|t| known.contains(&t))).collect();
        // what only one system says speaks for it; what all say speaks for none
        let weight: f64 = found.iter().map(|t| 1.0 / *KNOWN.common.get(*t).unwrap_or(&1) as f64).sum();
        let own = found.iter().any(|t| KNOWN.common.get(*t).is_none_or(|n| *n == 1));
        (found.len() >= FEWEST && own && found.len() as f64 >= titles.len() as f64 * PART).then_some(weight)
    };
    let scored = KNOWN.modules.iter().filter_map(|(system, known)| Some((score(known)?, system)));
    // of two that fit alike the first one listed counts; a sum's last digits depend on its order
    let better = |a: f64, b: f64| a > b + 1e-9;
    scored.reduce(|best, one| if better(one.0, best.0) { one } else { best }).map(|(_, system)| system.clone())
}

/// `E-mail 3 - Value` is as `E-mail 1 - Value`.
fn numbered(title: &str) -> Option<String> {
    let place = title.find(|c: char| c.is_ascii_digit())?;
    let rest = title[place..].trim_start_matches(|c: char| c.is_ascii_digit());
    Some(format!("{}1{rest}", &title[..place]))
}

/// Why these columns fill nothing.
pub fn left_out(
    system: Option<&str>,
    header: &[String],
    blank: &dyn Fn(usize) -> bool,
    columns: &[Option<String>],
    known: &dyn Fn(&str) -> bool,
) -> Vec<(usize, Left)> {
    let reason = |n: usize| match KNOWN.why.get(&exact(&header[n])) {
        Some(why) => *why,
        None if system.is_some_and(|system| tells_apart(system, &header[n])) => Left::Along,
        None if known(&bare(&header[n])) => Left::Taken,
        None if blank(n) => Left::Blank,
        None => Left::NoField,
    };
    (0..header.len()).filter(|n| columns.get(*n).is_none_or(Option::is_none)).map(|n| (n, reason(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(titles: &str) -> Option<String> {
        let header: Vec<String> = titles.split(',').map(str::to_string).collect();
        recognise(&header).map(|s| format!("{} {}", s.key, s.module))
    }

    #[test]
    fn systems_are_known_by_their_titles() {
        for (titles, want) in [
            ("Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Associated Company", "hubspot contacts"),
            ("Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Deal owner", "hubspot deals"),
            ("Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,OwnerId", "salesforce opportunities"),
            ("Id,LastName,FirstName,MailingCity,Phone,Email,OwnerId,SystemModstamp", "salesforce contacts"),
            ("Record Id,Deal Owner,Deal Name,Account Name.id,Account Name,Stage,Closing Date", "zoho deals"),
            ("id,name,is_company,parent_id/id,email,phone,function,street,city,vat", "odoo contacts"),
            ("Person - ID,Person - Name,Person - Email,Person - Phone,Person - Organization", "pipedrive people"),
            ("id,name,emailAddress,phoneNumber,accountName,assignedUserName,createdAt", "espocrm contacts"),
            ("First Name,Last Name,Organization Name,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value,Phone 1 - Label", "google contacts"),
        ] {
            assert_eq!(of(titles).as_deref(), Some(want), "{titles}");
        }
        for none in ["Nama,Telepon,Email,Kota", "First Name,Last Name,Email,Phone,City", "a,b,c,d,e,f", "name"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
