//! Names of firms: the legal form apart from the name, and a key to compare them by.

use super::fold;

/// A firm's name with its legal form taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// `PT`, `PT Tbk`, `PT (Persero)`, `PT (Persero) Tbk`, `CV`, `UD`, `Koperasi`, `Ltd` …
    pub form: Option<&'static str>,
    /// The name without its form, as typed.
    pub core: String,
}

/// Forms that stand before the name: how people write them (folded, without dots), and the code.
const PREFIXES: &[(&str, &str)] = &[
    ("pt", "PT"),
    ("cv", "CV"),
    ("fa", "Fa"),
    ("firma", "Fa"),
    ("ud", "UD"),
    ("pd", "PD"),
    ("perum", "Perum"),
    ("perumda", "Perumda"),
    ("bumdes", "BUMDes"),
    ("koperasi", "Koperasi"),
    ("kop", "Koperasi"),
    ("yayasan", "Yayasan"),
    ("perkumpulan", "Perkumpulan"),
    ("toko", "Toko"),
    ("tk", "Toko"),
];

/// Cooperatives whose kind is part of the name and stays in it.
const COOPERATIVES: &[&str] = &["ksp", "ksu", "primkop", "inkopkar", "kud"];

/// Public bodies, named by what they are.
const BODIES: &[&str] = &["dinas", "badan", "kementerian", "pemkab", "pemkot", "pemprov", "kecamatan", "kelurahan"];

/// Foreign forms, which stand behind the name.
const SUFFIXES: &[(&str, &str)] = &[
    ("sdn bhd", "Sdn Bhd"),
    ("pte ltd", "Pte Ltd"),
    ("co ltd", "Co., Ltd"),
    ("pty ltd", "Pty Ltd"),
    ("ltd", "Ltd"),
    ("limited", "Ltd"),
    ("inc", "Inc"),
    ("llc", "LLC"),
    ("gmbh", "GmbH"),
    ("bv", "B.V."),
    ("corp", "Corp"),
];

/// Takes the legal form off a name: `PT. Graha Logistik`, `Sentosa Niaga, CV`, `PT X (Persero) Tbk`.
#[must_use]
pub fn parse(name: &str) -> Company {
    let whole = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut core = whole.clone();
    let public = take_last(&mut core, |word| word == "tbk");
    let state = take_last(&mut core, |word| word == "persero");
    let regional = take_last(&mut core, |word| word == "perseroda");
    // "Toko Maju, UD": a shop says what it is, and its form behind the name is the legal one
    let prefix = match kept_trailing(&core) {
        Some((name, form)) => {
            core = name;
            Some(form)
        }
        None => take_first(&mut core).or_else(|| take_trailing_prefix(&mut core)),
    };
    // "Aneka Tambang Tbk, PT"
    let public = public || take_last(&mut core, |word| word == "tbk");
    let form = match (prefix, state, public) {
        (Some("PT") | None, true, true) => Some("PT (Persero) Tbk"),
        (Some("PT") | None, true, false) => Some("PT (Persero)"),
        (Some("PT") | None, false, true) => Some("PT Tbk"),
        (Some("PT"), false, false) if regional => Some("PT (Perseroda)"),
        (Some(form), _, _) => Some(form),
        (None, _, _) => take_suffix(&mut core).or_else(|| kind_in_name(&core)),
    };
    let core = core.trim_matches([' ', ',', '.', '-']).to_owned();
    if core.is_empty() { Company { form: None, core: whole } } else { Company { form, core } }
}

/// A word in the form it is compared by: "P.T." and "(Persero)" become "pt" and "persero".
fn plain(word: &str) -> String {
    fold(word).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn take_first(core: &mut String) -> Option<&'static str> {
    // "PT.Graha" and "P.T.Graha" are written without a blank as well.
    let glued = ["P.T.", "C.V.", "PT.", "CV.", "UD.", "U.D.", "FA.", "PD.", "TK."];
    let dotted = glued.iter().find(|g| core.get(..g.len()).is_some_and(|head| head.eq_ignore_ascii_case(g)));
    let end = dotted.map(|g| g.len()).or_else(|| core.find(' '))?;
    let word = plain(&core[..end]);
    let form = PREFIXES.iter().find(|(written, _)| *written == word)?.1;
    let rest = core[end..].trim_start_matches([' ', '.', ',']).to_owned();
    if rest.is_empty() {
        return None;
    }
    *core = rest;
    Some(form)
}

/// "Sentosa Niaga Indonesia, CV": phone books put the form last.
fn take_trailing_prefix(core: &mut String) -> Option<&'static str> {
    let (before, after) = core.rsplit_once([',', '('])?;
    let word = plain(after);
    let form = PREFIXES.iter().find(|(written, _)| *written == word)?.1;
    *core = before.trim_end().to_owned();
    Some(form)
}

/// The legal form behind a name that begins with "Toko", which stays in the name.
fn kept_trailing(core: &str) -> Option<(String, &'static str)> {
    let mut name = core.to_owned();
    let form = take_trailing_prefix(&mut name).filter(|form| *form != "Toko")?;
    (take_first(&mut name.clone()) == Some("Toko")).then_some((name, form))
}

fn take_last(core: &mut String, wanted: impl Fn(&str) -> bool) -> bool {
    let Some((before, last)) = core.rsplit_once(' ') else {
        return false;
    };
    if !wanted(&plain(last)) {
        return false;
    }
    let length = before.trim_end_matches([' ', ',']).len();
    core.truncate(length);
    true
}

fn take_suffix(core: &mut String) -> Option<&'static str> {
    let words: Vec<(usize, &str)> = core
        .split(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        })
        .collect();
    for take in [2, 1] {
        if words.len() <= take {
            continue;
        }
        let tail = &words[words.len() - take..];
        let written = tail.iter().map(|(_, word)| plain(word)).collect::<Vec<_>>().join(" ");
        if let Some((_, form)) = SUFFIXES.iter().find(|(suffix, _)| *suffix == written) {
            let length = core[..tail[0].0].trim_end_matches([' ', ',']).len();
            core.truncate(length);
            return Some(form);
        }
    }
    None
}

fn kind_in_name(core: &str) -> Option<&'static str> {
    let first = plain(core.split(' ').next()?);
    if COOPERATIVES.contains(&first.as_str()) {
        Some("Koperasi")
    } else if BODIES.contains(&first.as_str()) {
        Some("Instansi")
    } else {
        None
    }
}

/// The name in its usual written form: `PT Bank Contoh (Persero) Tbk`.
#[must_use]
pub fn display(company: &Company) -> String {
    let core = &company.core;
    match company.form {
        None | Some("Instansi") => core.clone(),
        Some("PT Tbk") => format!("PT {core} Tbk"),
        Some("PT (Persero)") => format!("PT {core} (Persero)"),
        Some("PT (Persero) Tbk") => format!("PT {core} (Persero) Tbk"),
        Some("PT (Perseroda)") => format!("PT {core} (Perseroda)"),
        Some("Koperasi") if kind_in_name(core) == Some("Koperasi") => core.clone(),
        Some(form) if SUFFIXES.iter().any(|(_, suffix)| *suffix == form) => {
            format!("{core} {form}")
        }
        Some(form) => format!("{form} {core}"),
    }
}

/// A key under which the same firm is found however its name is written: without legal form,
/// punctuation, case, accents and order of words.
#[must_use]
pub fn key(name: &str) -> String {
    let folded = fold(&parse(name).core);
    let mut words: Vec<String> = folded
        .split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '\''))
        .flat_map(undotted)
        .filter(|word| !word.is_empty())
        .collect();
    let strip = |word: &String| {
        !matches!(word.as_str(), "dan" | "and" | "the" | "tbk" | "persero" | "ksp" | "ksu" | "primkop")
            && !PREFIXES.iter().any(|(written, _)| written == word)
    };
    if words.iter().any(strip) {
        words.retain(strip);
    }
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// "p.t." is one word, "co.id" two.
fn undotted(word: &str) -> Vec<String> {
    let parts = word.split('.').filter(|part| !part.is_empty()).map(|part| part.replace('\'', ""));
    if word.split('.').all(|part| part.chars().count() <= 1) { vec![parts.collect()] } else { parts.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_apart_and_shown() {
        for (name, form, core, shown) in [
            ("PT Maju Bersama", Some("PT"), "Maju Bersama", "PT Maju Bersama"),
            ("PT. Graha Logistik", Some("PT"), "Graha Logistik", "PT Graha Logistik"),
            ("P.T. Graha", Some("PT"), "Graha", "PT Graha"),
            ("PT.Graha Logistik", Some("PT"), "Graha Logistik", "PT Graha Logistik"),
            ("pt graha", Some("PT"), "graha", "PT graha"),
            ("PT Bank Contoh Tbk", Some("PT Tbk"), "Bank Contoh", "PT Bank Contoh Tbk"),
            ("PT Bank Contoh, Tbk.", Some("PT Tbk"), "Bank Contoh", "PT Bank Contoh Tbk"),
            ("PT Kereta (Persero)", Some("PT (Persero)"), "Kereta", "PT Kereta (Persero)"),
            ("PT Telekom (Persero) Tbk", Some("PT (Persero) Tbk"), "Telekom", "PT Telekom (Persero) Tbk"),
            ("PT Air Daerah (Perseroda)", Some("PT (Perseroda)"), "Air Daerah", "PT Air Daerah (Perseroda)"),
            ("Sentosa Niaga Indonesia, CV", Some("CV"), "Sentosa Niaga Indonesia", "CV Sentosa Niaga Indonesia"),
            ("C.V. Nusantara", Some("CV"), "Nusantara", "CV Nusantara"),
            ("UD Nusantara Niaga", Some("UD"), "Nusantara Niaga", "UD Nusantara Niaga"),
            ("Toko Duta Persada", Some("Toko"), "Duta Persada", "Toko Duta Persada"),
            ("Toko Maju, UD", Some("UD"), "Toko Maju", "UD Toko Maju"),
            ("Aneka Tambang Tbk", Some("PT Tbk"), "Aneka Tambang", "PT Aneka Tambang Tbk"),
            ("P.T. ANEKA TAMBANG", Some("PT"), "ANEKA TAMBANG", "PT ANEKA TAMBANG"),
            ("PT ANEKA TAMBANG TBK", Some("PT Tbk"), "ANEKA TAMBANG", "PT ANEKA TAMBANG Tbk"),
            ("Aneka Tambang Tbk, PT", Some("PT Tbk"), "Aneka Tambang", "PT Aneka Tambang Tbk"),
            ("Abadi Bersama Logistik, PT", Some("PT"), "Abadi Bersama Logistik", "PT Abadi Bersama Logistik"),
            ("Tk. Subur", Some("Toko"), "Subur", "Toko Subur"),
            ("Koperasi Sejahtera", Some("Koperasi"), "Sejahtera", "Koperasi Sejahtera"),
            ("KSP Sejahtera", Some("Koperasi"), "KSP Sejahtera", "KSP Sejahtera"),
            ("Dinas Pendidikan Kota Bandung", Some("Instansi"), "Dinas Pendidikan Kota Bandung", "Dinas Pendidikan Kota Bandung"),
            ("Delta Gemilang", None, "Delta Gemilang", "Delta Gemilang"),
            ("Kopi Lim Pte. Ltd.", Some("Pte Ltd"), "Kopi Lim", "Kopi Lim Pte Ltd"),
            ("Harimau Sdn Bhd", Some("Sdn Bhd"), "Harimau", "Harimau Sdn Bhd"),
            ("Toko", None, "Toko", "Toko"),
            ("PT", None, "PT", "PT"),
            ("Ptolemy Cafe", None, "Ptolemy Cafe", "Ptolemy Cafe"),
            ("", None, "", ""),
        ] {
            let got = parse(name);
            assert_eq!((got.form, got.core.as_str()), (form, core), "{name}");
            assert_eq!(display(&got), shown, "{name}");
        }
    }

    #[test]
    fn same_firm_same_key() {
        for (a, b) in [
            ("PT. Maju Bersama Tbk", "maju bersama"),
            ("Bersama Maju, PT", "P.T. MAJU-BERSAMA"),
            ("CV Kopi & Teh", "Kopi dan Teh"),
            ("Koperasi Café Élan", "cafe elan"),
            ("PT A.B.C. Jaya", "PT ABC Jaya"),
            ("KSP Sejahtera", "Koperasi Sejahtera"),
            ("Toko  Ma'mur", "MAMUR"),
        ] {
            assert_eq!(key(a), key(b), "{a} / {b}");
        }
        assert_ne!(key("PT Maju Bersama"), key("PT Maju Sendiri"));
        assert_eq!(key("Toko"), "toko");
        assert_eq!(key(""), "");
    }
}
