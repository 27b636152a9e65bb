//! Exports of other programs, known by the titles of their columns.
//!
//! `systems.json` says what such files look like and which of their columns there is no use for; which of our fields
//! a column is, object files say by their aliases.

use super::mapping::bare;
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
    /// What people agreed to, which wants its own proof.
    Consent,
    /// No row has anything there.
    Blank,
    /// Another column of the file fills the field it is for.
    Taken,
    /// There is no such field.
    NoField,
}

#[derive(Deserialize)]
struct Data {
    why: HashMap<String, Vec<String>>,
    /// Systems that write 90 % as 0.9.
    fractions: HashSet<String>,
    /// What words of other programs may be called here: keys of choices, the likeliest first.
    words: HashMap<String, Vec<String>>,
    modules: Vec<Module>,
}

#[derive(Deserialize)]
struct Module {
    system: String,
    module: String,
    headers: Vec<String>,
}

struct Known {
    why: HashMap<String, Left>,
    fractions: HashSet<String>,
    words: HashMap<String, Vec<String>>,
    modules: Vec<(System, HashSet<String>)>,
    /// In how many systems a title stands.
    common: HashMap<String, usize>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let data: Data = serde_json::from_str(include_str!("systems.json")).unwrap_or(Data {
        why: HashMap::new(),
        fractions: HashSet::new(),
        words: HashMap::new(),
        modules: Vec::new(),
    });
    let reason = |key: &str| serde_json::from_value(serde_json::json!(key)).unwrap_or(Left::NoField);
    let why = data.why.iter().flat_map(|(key, titles)| titles.iter().map(move |t| (exact(t), reason(key)))).collect();
    let modules: Vec<(System, HashSet<String>)> = data
        .modules
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
    Known { why, fractions: data.fractions, words: data.words, modules, common }
});

/// Keys of choices that a word of another program may stand for, the likeliest first.
pub(super) fn called(word: &str) -> &'static [String] {
    KNOWN.words.get(word).map_or(&[], Vec::as_slice)
}

/// A share of one as this system writes it, in hundredths; none when it means what it says.
pub(super) fn hundredths(system: &str, text: &str) -> Option<Decimal> {
    let share: Decimal = text.trim().parse().ok()?;
    let small = share > Decimal::ZERO && share <= Decimal::ONE;
    (small && KNOWN.fractions.contains(system)).then(|| (share * Decimal::ONE_HUNDRED).normalize())
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
    header: &[String],
    samples: &[Vec<String>],
    columns: &[Option<String>],
    known: &dyn Fn(&str) -> bool,
) -> Vec<(usize, Left)> {
    let blank = |n: usize| samples.len() >= 5 && samples.iter().all(|row| row.get(n).is_none_or(String::is_empty));
    let reason = |n: usize| match KNOWN.why.get(&exact(&header[n])) {
        Some(why) => *why,
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
