//! The text of a business card or of a signature under a mail: who it is, where, and how to reach them. Whatever is not
//! understood is kept, line by line.

use super::{company, email, fold, person, phone, words};
use crate::area;

/// What a card says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusinessCard {
    pub honorific: Option<String>,
    /// Name with its titles.
    pub name: String,
    pub job_title: String,
    pub company: String,
    /// As written, the first to be reached by first.
    pub phones: Vec<String>,
    pub whatsapp: Option<String>,
    pub emails: Vec<String>,
    pub website: String,
    pub street: String,
    pub city: String,
    pub province: String,
    pub postcode: String,
    /// Lines nothing was made of.
    pub rest: Vec<String>,
}

/// Words that job titles are made of.
const JOBS: [&str; 58] = [
    "manager",
    "manajer",
    "direktur",
    "director",
    "direksi",
    "kepala",
    "staf",
    "staff",
    "supervisor",
    "owner",
    "pemilik",
    "sales",
    "marketing",
    "pemasaran",
    "penjualan",
    "purchasing",
    "pembelian",
    "head",
    "ceo",
    "cfo",
    "cto",
    "coo",
    "cmo",
    "chief",
    "president",
    "presiden",
    "komisaris",
    "sekretaris",
    "secretary",
    "admin",
    "administrasi",
    "engineer",
    "konsultan",
    "consultant",
    "barista",
    "chef",
    "officer",
    "general",
    "gm",
    "founder",
    "cofounder",
    "pendiri",
    "ketua",
    "wakil",
    "partner",
    "koordinator",
    "coordinator",
    "lead",
    "executive",
    "eksekutif",
    "analyst",
    "analis",
    "procurement",
    "keuangan",
    "finance",
    "operasional",
    "operations",
    "asisten",
];
/// Words that begin the line of an address.
const STREETS: [&str; 26] = [
    "jl",
    "jln",
    "jalan",
    "gedung",
    "ruko",
    "komplek",
    "kompleks",
    "perum",
    "perumahan",
    "lantai",
    "lt",
    "kawasan",
    "graha",
    "menara",
    "blok",
    "desa",
    "kel",
    "kelurahan",
    "kec",
    "kecamatan",
    "gg",
    "gang",
    "wisma",
    "plaza",
    "kav",
    "dusun",
];
/// Words before a number or an address, and what they mean.
const MOBILE: [&str; 9] = ["hp", "mobile", "mob", "cell", "m", "ponsel", "handphone", "telkomsel", "h"];
const CHAT: [&str; 3] = ["wa", "whatsapp", "whatsap"];
const DESK: [&str; 12] = ["tel", "telp", "telepon", "telephone", "phone", "ph", "p", "t", "kantor", "office", "call", "hotline"];
const OTHER: [&str; 8] = ["fax", "faks", "faksimile", "f", "npwp", "nik", "nib", "rekening"];

/// Reads a card. Country is that of numbers written without one: `ID`.
#[must_use]
pub fn read(text: &str, country: &str) -> BusinessCard {
    let mut card = BusinessCard::default();
    let mut mobile = Vec::new();
    let mut left: Vec<String> = Vec::new();
    for line in text.lines().flat_map(|line| line.split(['|', '•', '·', '\t'])) {
        let line = line.trim().trim_matches(['*', '"']).trim();
        if line.chars().any(char::is_alphanumeric) && !reach(line, country, &mut card, &mut mobile) {
            left.push(line.to_string());
        }
    }
    mobile.append(&mut card.phones);
    card.phones = mobile;
    let left: Vec<String> = left.into_iter().filter(|line| !place(line, &mut card)).collect();
    who(left, &mut card);
    card
}

/// Takes numbers, addresses and sites out of a line; whether nothing else stood in it.
fn reach(line: &str, country: &str, card: &mut BusinessCard, mobile: &mut Vec<String>) -> bool {
    let mut found = false;
    let mut rest = String::new();
    for word in line.split_whitespace() {
        let bare = word.trim_matches(['<', '>', '(', ')', ',', ';', '[', ']']);
        let bare = bare
            .rsplit_once(':')
            .map_or(bare, |(before, after)| if before.ends_with("http") || before.ends_with("https") { bare } else { after });
        if let Ok(mail) = email::parse(bare) {
            found = true;
            if !card.emails.contains(&mail) {
                card.emails.push(mail);
            }
        } else if card.website.is_empty() && is_site(bare) {
            found = true;
            card.website = bare.to_string();
        } else {
            rest.push(' ');
            rest.push_str(word);
        }
    }
    let label = |text: &str| words(text).into_iter().next().unwrap_or_default();
    if found
        && words(&rest).iter().all(|word| ["email", "e", "mail", "surel", "web", "website", "situs", "w", "www"].contains(&word.as_str()))
    {
        return true;
    }
    let first = label(&rest);
    if OTHER.contains(&first.as_str()) {
        return false;
    }
    let (numbers, between) = numbers(&rest, country);
    let letters = words(&between);
    let known = |word: &String| {
        let word = word.as_str();
        MOBILE.contains(&word) || CHAT.contains(&word) || DESK.contains(&word) || ["ext", "dan", "and", "atau", "or"].contains(&word)
    };
    if numbers.is_empty() || !letters.iter().all(known) {
        return found && rest.trim().is_empty();
    }
    let chat = letters.iter().any(|word| CHAT.contains(&word.as_str()));
    for number in numbers {
        let is_mobile = phone::parse(&number, country).is_ok_and(|parsed| parsed.is_mobile());
        if chat && card.whatsapp.is_none() {
            card.whatsapp = Some(number.clone());
        }
        let place = if is_mobile { &mut *mobile } else { &mut card.phones };
        let only_chat = chat && letters.iter().all(|word| CHAT.contains(&word.as_str()));
        if !only_chat && !place.contains(&number) {
            place.push(number);
        }
    }
    true
}

/// Telephone numbers of a line, and what stood between them.
fn numbers(line: &str, country: &str) -> (Vec<String>, String) {
    let (mut numbers, mut between, mut run) = (Vec::new(), String::new(), String::new());
    let mut close = |run: &mut String, between: &mut String| {
        let text = run.trim().trim_end_matches(['-', '.', '(', '/']).trim();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if (8..=15).contains(&digits) && phone::parse(text, country).is_ok() {
            numbers.push(text.to_string());
        } else {
            between.push_str(run);
        }
        run.clear();
    };
    for c in line.chars().chain(['\n']) {
        let starts = c.is_ascii_digit() || matches!(c, '+' | '(');
        if starts || (!run.is_empty() && matches!(c, ' ' | '-' | '.' | ')')) {
            run.push(c);
        } else {
            close(&mut run, &mut between);
            between.push(c);
        }
    }
    (numbers, between)
}

fn is_site(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let host = lower.split("://").last().unwrap_or(&lower).split('/').next().unwrap_or("");
    let ends = [".com", ".co.id", ".id", ".net", ".org", ".co", ".biz", ".io", ".test"].iter().any(|end| host.ends_with(end));
    let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    !host.contains('@') && plain && (lower.starts_with("http") || lower.starts_with("www.") || (ends && host.len() > 5))
}

/// Takes a line that says where somebody is; whether it was one.
fn place(line: &str, card: &mut BusinessCard) -> bool {
    let first = words(line).into_iter().next().unwrap_or_default();
    let postcode = postcode(line);
    let mut parts: Vec<String> =
        line.split(',').map(|part| part.trim().trim_end_matches('.').to_string()).filter(|p| !p.is_empty()).collect();
    let strip = |part: &str| {
        postcode.as_deref().map_or(part.to_string(), |code| part.replace(code, "")).trim().trim_end_matches('-').trim().to_string()
    };
    let known = parts.iter().any(|part| {
        let part = strip(part);
        !part.is_empty() && (area::province_named(&part).is_some() || area::regency_named(None, &part).is_some())
    });
    let street = STREETS.contains(&first.as_str());
    if !street && !(known && (postcode.is_some() || parts.len() > 1 || !card.street.is_empty())) {
        return false;
    }
    if let Some(code) = postcode.clone().filter(|_| card.postcode.is_empty()) {
        card.postcode = code;
        parts = parts.iter().map(|part| strip(part)).filter(|part| !part.is_empty()).collect();
    }
    parts.retain(|part| {
        let here = if card.city.is_empty() && area::regency_named(None, part).is_some() {
            &mut card.city
        } else if card.province.is_empty() && area::province_named(part).is_some() {
            &mut card.province
        } else {
            return true;
        };
        *here = part.clone();
        false
    });
    if !parts.is_empty() {
        let more = parts.join(", ");
        card.street = if card.street.is_empty() { more } else { format!("{}, {more}", card.street) };
    }
    true
}

/// Five digits that stand alone.
fn postcode(line: &str) -> Option<String> {
    let mut parts = line.split(|c: char| !c.is_ascii_digit());
    parts.rfind(|part| part.len() == 5 && !part.starts_with('0')).map(str::to_string)
}

/// Name, job and firm among the lines that are left.
fn who(left: Vec<String>, card: &mut BusinessCard) {
    for line in left {
        let mut pieces: Vec<&str> =
            line.split(" - ").flat_map(|part| part.split(" – ")).flat_map(|part| part.split(" — ")).map(str::trim).collect();
        // "Direktur, PT Karya": a comma parts a job from a firm, and nothing else
        if let [one] = pieces.as_slice()
            && let Some((before, after)) = one.rsplit_once(", ")
            && company::parse(after).form.is_some()
        {
            pieces = vec![before, after];
        }
        let mut lost = false;
        for piece in &pieces {
            lost |= !said(piece, card);
        }
        if lost {
            card.rest.push(line);
        }
    }
}

/// Takes a piece for what it is; whether it was anything.
fn said(piece: &str, card: &mut BusinessCard) -> bool {
    let all = words(piece);
    let firm = company::parse(piece).form.is_some();
    let job = all.len() <= 8 && all.iter().any(|word| JOBS.contains(&word.as_str()));
    if card.company.is_empty() && firm && !job {
        card.company = piece.to_string();
    } else if card.job_title.is_empty() && job && !firm {
        card.job_title = piece.to_string();
    } else if card.name.is_empty() && !firm && is_name(piece) {
        let parsed = person::parse(piece);
        card.name = person::display(&parsed);
        card.honorific = parsed.honorific;
    } else {
        return false;
    }
    true
}

/// A few words of letters that begin large, and no greeting.
fn is_name(piece: &str) -> bool {
    const GREETINGS: [&str; 12] =
        ["salam", "hormat", "regards", "terima", "thanks", "thank", "best", "kind", "warm", "sincerely", "demikian", "cheers"];
    let name = person::parse(piece).name;
    let parts: Vec<&str> = name.split_whitespace().collect();
    let letters = |part: &&str| part.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '-' | '’'));
    let large = |part: &&str| part.chars().next().is_some_and(char::is_uppercase);
    let greeting = words(piece).iter().any(|word| GREETINGS.contains(&fold(word).as_str()));
    (1..=6).contains(&parts.len()) && parts.iter().all(letters) && parts.first().is_some_and(large) && !greeting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_under_a_mail_is_read() {
        let card = read(
            "Hormat kami,\n\nIbu Siti Rahmawati, S.E.\nManajer Pembelian\nPT Sinar Abadi Tbk\nJl. Braga No. 12, Sumur Bandung\nBandung, Jawa Barat 40111\nTelp. (022) 423-4567 | HP/WA: 0812-3456-7890\nEmail: siti@sinarabadi.test\nwww.sinarabadi.test\nFax: (022) 423-4568",
            "ID",
        );
        assert_eq!((card.honorific.as_deref(), card.name.as_str()), (Some("Ibu"), "Siti Rahmawati, S.E."));
        assert_eq!((card.job_title.as_str(), card.company.as_str()), ("Manajer Pembelian", "PT Sinar Abadi Tbk"));
        assert_eq!(card.phones, ["0812-3456-7890", "(022) 423-4567"]);
        assert_eq!(card.whatsapp.as_deref(), Some("0812-3456-7890"));
        assert_eq!((card.emails, card.website.as_str()), (vec!["siti@sinarabadi.test".to_string()], "www.sinarabadi.test"));
        assert_eq!(card.street, "Jl. Braga No. 12, Sumur Bandung");
        assert_eq!((card.city.as_str(), card.province.as_str(), card.postcode.as_str()), ("Bandung", "Jawa Barat", "40111"));
        assert_eq!(card.rest, ["Hormat kami,", "Fax: (022) 423-4568"]);
    }

    #[test]
    fn a_card_with_one_name_and_little_else_is_read() {
        let card = read("SUHARTO\nOwner - Kedai Kopi Tugu\n+62 813 9876 5432\nsuharto@tugu.test / kedai@tugu.test", "ID");
        assert_eq!((card.name.as_str(), card.job_title.as_str()), ("SUHARTO", "Owner"));
        assert_eq!(card.phones, ["+62 813 9876 5432"]);
        assert_eq!(card.emails, ["suharto@tugu.test", "kedai@tugu.test"]);
        assert_eq!(card.rest, ["Owner - Kedai Kopi Tugu"], "what is not understood is kept with its line");
    }

    #[test]
    fn a_foreign_card_is_read() {
        let card = read(
            "John O'Neill\nHead of Procurement, Blue Harbour Ltd\nT: +44 20 7946 0958\nM: +44 7700 900123\nhttps://blueharbour.test/contact",
            "ID",
        );
        assert_eq!(
            (card.name.as_str(), card.job_title.as_str(), card.company.as_str()),
            ("John O'Neill", "Head of Procurement", "Blue Harbour Ltd")
        );
        assert_eq!(card.phones.len(), 2, "{:?}", card.phones);
        assert_eq!(card.website, "https://blueharbour.test/contact");
        assert!(card.rest.is_empty(), "{:?}", card.rest);
    }

    #[test]
    fn nothing_is_lost() {
        for text in ["", "???", "a\nb\nc", "Selalu segar sejak 1998\nBuka 08.00-17.00", "12345678901234567890123"] {
            let card = read(text, "ID");
            let kept = format!("{card:?}");
            for word in text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)) {
                assert!(kept.contains(word), "{word} of {text:?} is not in {kept}");
            }
        }
    }
}
