//! People at accounts.

use jiff::ToSpan;
use jiff::civil::Date;

use super::deals::Deal;
use super::dice::{Dice, Stream};
use super::firms::{Core, SOURCES};
use super::names::{Culture, Drawn};
use super::records::Contact;
use super::{Generator, numbers};

/// Hosts of private mail; `.test` belongs to nobody.
const MAIL: &[(u32, &str)] = &[(60, "surel.test"), (25, "kotakpos.test"), (15, "posel.test")];

impl Generator {
    /// The contact with this index. The first contacts are the main ones of the accounts with the
    /// same index; the others work mostly at the greater accounts.
    #[must_use]
    pub fn contact(&self, index: usize) -> Contact {
        let dice = &mut Dice::new(self.seed, Stream::ContactDetail, index);
        let account = self.account_of(index);
        let core = self.account_core(account);
        let person = self.person(index, &core);
        let honorific = honorific(&person, dice);
        let (titles_before, titles_after) = titles(&person, &core, dice);
        let phone = numbers::mobile(dice);
        let whatsapp = match dice.below(100) {
            0..=81 => Some(phone.clone()),
            82..=87 => Some(numbers::mobile(dice)),
            _ => None,
        };
        let abroad = matches!(core.industry, "hotel" | "office") && dice.chance(8);
        Contact {
            honorific,
            titles_before,
            titles_after,
            nickname: nickname(&person.name, dice),
            email: self.mail(index, account, &core, &person.name, dice),
            phone,
            whatsapp,
            job_title: job(&core, index < self.sizes.accounts, dice),
            account,
            birthday: dice.chance(42).then(|| birthday(dice)),
            city: core.place.city,
            language: if abroad { "en" } else { "id" },
            source: dice.weighted(SOURCES),
            owner: core.owner,
            met: self.met(index),
            name: person.name,
        }
    }

    /// The account a contact belongs to.
    pub(super) fn account_of(&self, contact: usize) -> usize {
        if contact < self.sizes.accounts {
            return contact;
        }
        let dice = &mut Dice::new(!self.seed, Stream::Contact, contact);
        self.weighty_account(dice)
    }

    /// An account, the greater ones more often.
    pub(super) fn weighty_account(&self, dice: &mut Dice) -> usize {
        let count = self.sizes.accounts.max(1);
        let rank = (dice.unit().powf(1.6) * count as f64) as usize;
        self.shuffle.index(rank.min(count - 1))
    }

    /// A contact to deal with, and its account: the main one of an account or one of the others.
    pub(super) fn partner(&self, dice: &mut Dice) -> (usize, usize) {
        let (accounts, contacts) = (self.sizes.accounts, self.sizes.contacts.max(1));
        if contacts > accounts && dice.chance(40) {
            let contact = dice.between(accounts as i64, contacts as i64 - 1) as usize;
            return (contact, self.account_of(contact));
        }
        let account = self.weighty_account(dice);
        if account < contacts { (account, account) } else { (account % contacts, account % contacts) }
    }

    /// With whom something happens on a day: those of the opportunity it is about, or anybody known by then.
    pub(super) fn party(&self, deal: Option<&Deal>, day: Date, dice: &mut Dice) -> (usize, usize, Core) {
        if let Some(deal) = deal {
            return (deal.contact, deal.account, deal.core);
        }
        let mut found = self.partner(dice);
        for _ in 0..12 {
            if self.met(found.0) <= day {
                break;
            }
            found = self.partner(dice);
        }
        (found.0, found.1, self.account_core(found.1))
    }

    /// The day an account was written down: six in ten before the history begins.
    pub(super) fn known_since(&self, account: usize) -> Date {
        self.first_day(account)
    }

    /// The day a contact was written down, never before its account.
    pub(super) fn met(&self, contact: usize) -> Date {
        let firm = self.known_since(self.account_of(contact));
        if contact < self.sizes.accounts { firm } else { self.first_day(contact).max(firm) }
    }

    fn first_day(&self, index: usize) -> Date {
        let spread = (index.wrapping_mul(7_919) % 1_000) as i64;
        let days = if spread < 600 { 735 + spread } else { 3 + (spread - 600) * 7 / 4 };
        self.today.saturating_sub(days.days())
    }

    fn mail(&self, index: usize, account: usize, core: &Core, name: &str, dice: &mut Dice) -> Option<String> {
        let work = !core.is_household() && core.size != "micro" && dice.chance(68);
        if !work && dice.chance(30) {
            return None;
        }
        let local = local_part(name, dice);
        Some(if work { format!("{local}@{}", self.domain(account)) } else { format!("{local}{}@{}", index % 9_973, dice.weighted(MAIL)) })
    }
}

/// `budi.santoso`, `bsantoso`, `budi`.
pub(super) fn local_part(name: &str, dice: &mut Dice) -> String {
    let plain = |word: &str| -> String { word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect() };
    let words: Vec<String> = name.split(' ').map(plain).filter(|word| word.len() > 1).collect();
    match (words.first(), words.last()) {
        (Some(first), Some(last)) if words.len() > 1 => match dice.below(4) {
            0 => format!("{first}{last}"),
            1 => format!("{}{last}", &first[..1]),
            _ => format!("{first}.{last}"),
        },
        (Some(only), _) => only.clone(),
        _ => "kontak".to_owned(),
    }
}

fn honorific(person: &Drawn, dice: &mut Dice) -> &'static str {
    let (full, close) = match (person.woman, person.culture) {
        (true, Culture::Tionghoa) => ("Ibu", "Ci"),
        (false, Culture::Tionghoa) => ("Bapak", "Ko"),
        (true, _) => ("Ibu", "Mbak"),
        (false, _) => ("Bapak", "Mas"),
    };
    match dice.below(100) {
        0..=79 => full,
        80..=88 => close,
        _ => "",
    }
}

fn titles(person: &Drawn, core: &Core, dice: &mut Dice) -> (&'static str, &'static str) {
    let before = match dice.below(100) {
        0..=4 if person.culture.is_mostly_muslim() => {
            if person.woman {
                "Hj."
            } else {
                "H."
            }
        }
        5..=6 => "Ir.",
        7 => {
            if person.woman {
                "Dra."
            } else {
                "Drs."
            }
        }
        8..=35 if core.industry == "hospital" => "dr.",
        _ => "",
    };
    let after = match dice.below(100) {
        0..=4 => "S.E.",
        5 => "S.H.",
        6 => "S.Kom.",
        7 => "S.T.",
        8 => "S.E., M.M.",
        9 => "A.Md.",
        10 => "S.Par.",
        _ => "",
    };
    (before, after)
}

/// Short forms people go by: the ending of a long first name.
fn nickname(name: &str, dice: &mut Dice) -> Option<String> {
    const ENDINGS: &[&str] = &["yanto", "wati", "yadi", "tono", "ningsih", "udin", "lina", "nita", "dayat", "dewi", "zal", "rul", "man"];
    let first = name.split(' ').next()?;
    if first.len() < 7 || !dice.chance(55) {
        return None;
    }
    let ending = ENDINGS.iter().find(|ending| first.ends_with(**ending))?;
    let short = if *ending == "ningsih" { "ning" } else { ending };
    Some(short[..1].to_uppercase() + &short[1..])
}

fn job(core: &Core, main: bool, dice: &mut Dice) -> &'static str {
    if core.is_household() {
        return "";
    }
    if main && matches!(core.size, "micro" | "small") && dice.chance(72) {
        return "Pemilik";
    }
    let jobs: &[&str] = match core.industry {
        "cafe" => &["Manajer Operasional", "Kepala Barista", "Bagian Pembelian", "Manajer Gerai", "Keuangan"],
        "restaurant" => &["Kepala Koki", "Manajer Restoran", "Bagian Pembelian", "Manajer Operasional", "Keuangan"],
        "hotel" => &["F&B Manager", "Purchasing Manager", "Executive Chef", "General Manager", "Cost Control", "Staf Pembelian"],
        "retail" => &["Manajer Kategori", "Staf Pembelian", "Kepala Toko", "Direktur", "Keuangan"],
        "catering" => &["Direktur", "Kepala Dapur", "Bagian Pembelian", "Administrasi"],
        "cooperative" => &["Ketua Koperasi", "Bendahara", "Sekretaris", "Pengelola Toko"],
        "bakery" => &["Kepala Produksi", "Bagian Pembelian", "Manajer Toko", "Keuangan"],
        "hospital" => &["Kepala Instalasi Gizi", "Bagian Pengadaan", "Kepala Rumah Tangga", "Keuangan"],
        "school" => &["Kepala Tata Usaha", "Pengelola Kantin", "Bagian Pengadaan"],
        "distributor" => &["Direktur", "Manajer Pembelian", "Kepala Gudang", "Manajer Penjualan", "Keuangan"],
        _ => &["General Affairs", "Sekretaris Direksi", "Staf Pengadaan", "Manajer HRD", "Keuangan"],
    };
    dice.pick(jobs)
}

fn birthday(dice: &mut Dice) -> Date {
    let year = 1984.0 + dice.bell() * 9.5;
    let year = (year as i16).clamp(1950, 2005);
    Date::new(year, 1 + dice.below(12) as i8, 1 + dice.below(28) as i8).unwrap_or(Date::ZERO)
}
