//! Names of people: titles and honorifics apart, mononyms whole, nothing split for sorting.

mod titles;

use super::fold;
use crate::format::Lang;

/// A full name with what stands around it taken off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// How the person is addressed, in its usual form: `Bapak`, `Ibu`, `Sdr.` …
    pub honorific: Option<String>,
    /// Titles before the name in their order: `Prof.`, `Dr.`, `Hj.` …
    pub titles_before: Vec<String>,
    /// The name itself as typed, blanks single. Never empty unless the text was.
    pub name: String,
    /// Titles after the name in their order: `S.E.`, `M.M.` …
    pub titles_after: Vec<String>,
}

/// Takes honorifics and titles off a full name. Anything not surely a title stays in the name.
#[must_use]
pub fn parse(full: &str) -> PersonName {
    let mut text = full.split_whitespace().collect::<Vec<_>>().join(" ");
    let titles_after = take_after(&mut text);
    let mut rest = text.as_str();
    let mut honorific = None;
    let mut titles_before = Vec::new();
    let shouted = !full.chars().any(char::is_lowercase);
    while let Some((first, tail)) = titles::head(rest) {
        let tail = tail.trim_start();
        if tail.is_empty() {
            break;
        }
        if honorific.is_none()
            && titles_before.is_empty()
            && let Some(found) = titles::honorific(first)
        {
            honorific = Some(found.to_owned());
        } else if let Some(found) = titles::before(first, tail, shouted) {
            if !titles_before.iter().any(|title| title == found) {
                titles_before.push(found.to_owned());
            }
        } else {
            break;
        }
        rest = tail;
    }
    PersonName { honorific, titles_before, name: rest.to_owned(), titles_after }
}

/// Takes the titles off the end of `text`, with or without commas before them.
fn take_after(text: &mut String) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(at) = text.trim_end_matches([',', ' ']).rfind([',', ' ']) {
        let rest = text[..at].trim_end_matches([',', ' ']).len();
        if rest == 0 {
            break;
        }
        let word = text[at + 1..].trim_matches([',', ' ']);
        let after_comma = text[rest..=at].contains(',');
        let Some(title) = titles::after(word, after_comma || !found.is_empty()) else {
            break;
        };
        found.push(title);
        text.truncate(rest);
    }
    let bare = text.trim_end_matches([',', ' ']).len();
    if bare > 0 {
        text.truncate(bare);
    }
    found.reverse();
    found
}

/// What colleagues call somebody: the first name without titles, abbreviations and the Balinese `I` and `Ni`.
#[must_use]
pub fn call_name(full: &str) -> String {
    let name = parse(full).name;
    let words: Vec<&str> = name.split_whitespace().collect();
    let telling = |word: &&&str| word.chars().count() > 1 && !word.ends_with('.') && !matches!(fold(word).as_str(), "ni");
    words.iter().find(telling).or(words.first()).map(|word| word.trim_end_matches(',').to_string()).unwrap_or_default()
}

/// The name with its titles, without honorific: `H. Abdul Karim, S.E., M.M.`
#[must_use]
pub fn display(name: &PersonName) -> String {
    let mut out = String::with_capacity(name.name.len() + 16);
    for title in &name.titles_before {
        out.push_str(title);
        out.push(' ');
    }
    out.push_str(&name.name);
    for title in &name.titles_after {
        out.push_str(", ");
        out.push_str(title);
    }
    out
}

/// How to address the person in speech or the first line of a message: `Bapak Budi`, `Ibu Rina`.
///
/// Uses the nickname, else the first word of the name that people call each other by ("I Wayan
/// Sudarma" is Wayan, "Muhammad Rizky" is Rizky). Without an honorific Indonesian says
/// `Bapak/Ibu`, English the name alone. There is never a double blank.
#[must_use]
pub fn greeting(honorific: Option<&str>, name: &str, nickname: Option<&str>, lang: Lang) -> String {
    let called = nickname.map(str::trim).filter(|n| !n.is_empty()).unwrap_or_else(|| called_by(name));
    let honorific = honorific.map(str::trim).filter(|h| !h.is_empty());
    let before = match (honorific, lang) {
        (Some(h), Lang::Id) => titles::honorific(h).unwrap_or(h),
        (None, Lang::Id) => "Bapak/Ibu",
        (Some(h), Lang::En) => match titles::honorific(h) {
            Some("Bapak" | "Tuan" | "Sdr." | "Mr.") => "Mr.",
            Some("Ibu" | "Sdri." | "Ms.") => "Ms.",
            Some("Nyonya" | "Mrs.") => "Mrs.",
            Some("Nona" | "Miss") => "Miss",
            _ => "",
        },
        (None, Lang::En) => "",
    };
    [before, called].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// The word of a name people use, past prefixes that nobody is called by.
fn called_by(name: &str) -> &str {
    let mut chosen = "";
    for word in name.split_whitespace() {
        chosen = word;
        let bare = word.trim_end_matches(['.', ',']).to_lowercase();
        let prefix = matches!(
            bare.as_str(),
            "muhammad"
                | "muhamad"
                | "mohammad"
                | "mohamad"
                | "mochamad"
                | "mochammad"
                | "moch"
                | "moh"
                | "mhd"
                | "muh"
                | "md"
                | "abd"
                | "i"
                | "ni"
                | "siti"
                | "sitti"
                | "st"
                | "gusti"
                | "ayu"
                | "luh"
                | "ida"
                | "bagus"
                | "anak"
                | "agung"
                | "andi"
                | "teuku"
                | "cut"
                | "raden"
                | "rr"
                | "tb"
        );
        if !prefix && bare.chars().count() > 1 {
            break;
        }
    }
    chosen.trim_end_matches(',')
}

/// One or two capital letters for the round picture of a person or firm.
#[must_use]
pub fn initials(name: &str) -> String {
    let first = |word: &str| word.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string());
    let mut letters = parse(name).name.split_whitespace().filter_map(first).collect::<Vec<_>>().into_iter();
    let start = letters.next().unwrap_or_default();
    start + &letters.next_back().unwrap_or_default()
}

/// A name in capitals or small letters throughout, written as a name; `None` when it needs nothing.
/// This is a suggestion: names are kept as typed.
#[must_use]
pub fn tidy(name: &str) -> Option<String> {
    let spaced = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = spaced.chars().any(char::is_lowercase);
    let upper = spaced.chars().any(char::is_uppercase);
    let tidied = if lower && upper || spaced.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        spaced
    } else {
        spaced.split(' ').map(tidy_word).collect::<Vec<_>>().join(" ")
    };
    (tidied != name).then_some(tidied)
}

fn tidy_word(word: &str) -> String {
    let folded = fold(word);
    if matches!(folded.as_str(), "bin" | "binti" | "al" | "van" | "de") {
        return folded;
    }
    if matches!(folded.as_str(), "ii" | "iii" | "iv") {
        return folded.to_uppercase();
    }
    let mut out = String::with_capacity(word.len());
    let mut start = true;
    let mut letters = 0;
    for c in word.chars() {
        if start && c.is_alphabetic() {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        // "Nur'aini" goes on small after its apostrophe; "O'Neill" and "D'Souza" do not.
        start = if c.is_alphabetic() {
            letters += 1;
            false
        } else {
            let again = !matches!(c, '\'' | '’') || letters == 1;
            letters = 0;
            again
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn called_by() {
        for (full, called) in [
            ("Dr. Rahmat Hidayat, S.E.", "Rahmat"),
            ("Ratna Kusumawati", "Ratna"),
            ("I Made Sukarta", "Made"),
            ("Ni Made Suartini", "Made"),
            ("M. Rizki", "Rizki"),
            ("Sumarni", "Sumarni"),
            ("", ""),
        ] {
            assert_eq!(call_name(full), called, "{full}");
        }
    }

    #[test]
    fn taken_apart() {
        for (full, honorific, before, name, after) in [
            ("Suharto", "", "", "Suharto", ""),
            ("Budi Santoso", "", "", "Budi Santoso", ""),
            ("Bpk. Slamet Ramadhan", "Bapak", "", "Slamet Ramadhan", ""),
            ("Bpk Slamet", "Bapak", "", "Slamet", ""),
            ("IBU RINA", "Ibu", "", "RINA", ""),
            ("Ibu", "", "", "Ibu", ""),
            ("Ny. Siwarto Tarigan", "Nyonya", "", "Siwarto Tarigan", ""),
            ("H. Abdul Karim, S.E., M.M.", "", "H.", "Abdul Karim", "S.E. M.M."),
            ("H.Abdul Karim SE, MM", "", "H.", "Abdul Karim", "S.E. M.M."),
            ("Bapak H. Abdul Karim, SE.", "Bapak", "H.", "Abdul Karim", "S.E."),
            ("Dr. dr. Hj. Rina Wati, Sp.A.", "", "Dr. dr. Hj.", "Rina Wati", "Sp.A."),
            ("drg. Maya Sari Sp.Ort", "", "drg.", "Maya Sari", "Sp.Ort."),
            ("drg. Maya Sari, Sp.Ort.", "", "drg.", "Maya Sari", "Sp.Ort."),
            ("dr. Budi Santoso Sp.JP", "", "dr.", "Budi Santoso", "Sp.JP."),
            ("dr. Rina", "", "dr.", "Rina", ""),
            ("DR. LESTARI MAYA GINANJAR", "", "Dr.", "LESTARI MAYA GINANJAR", ""),
            ("Prof. Dr. Ir. Agus Salim, M.Sc., Ph.D.", "", "Prof. Dr. Ir.", "Agus Salim", "M.Sc. Ph.D."),
            ("Prof.Dr.Agus", "", "Prof. Dr.", "Agus", ""),
            ("Ir Dedi Umar", "", "Ir.", "Dedi Umar", ""),
            ("Dra. Fatimah Hidayat", "", "Dra.", "Fatimah Hidayat", ""),
            ("Laras Mega Sanjaya, S.E.", "", "", "Laras Mega Sanjaya", "S.E."),
            ("Budi Santoso S.Kom", "", "", "Budi Santoso", "S.Kom."),
            ("Wati, S.Tr.Kom.", "", "", "Wati", "S.Tr.Kom."),
            ("Hj. Rini", "", "Hj.", "Rini", ""),
            ("R. Soeprapto", "", "R.", "Soeprapto", ""),
            ("K.H. Ahmad", "", "K.H.", "Ahmad", ""),
            ("KH Ahmad Dahlan", "", "K.H.", "Ahmad Dahlan", ""),
            ("Simanjuntak, B.", "", "", "Simanjuntak, B.", ""),
            ("I Wayan Sudarma", "", "", "I Wayan Sudarma", ""),
            ("I Gusti Ngurah Rai", "", "", "I Gusti Ngurah Rai", ""),
            ("Siti Nurhaliza binti Ahmad", "", "", "Siti Nurhaliza binti Ahmad", ""),
            ("Moh. Hasan", "", "", "Moh. Hasan", ""),
            ("M. Rizky", "", "", "M. Rizky", ""),
            ("Anisa R.", "", "", "Anisa R.", ""),
            ("O'Neill", "", "", "O'Neill", ""),
            ("Ma'ruf  Amin ", "", "", "Ma'ruf Amin", ""),
            ("Irwan Hakim", "", "", "Irwan Hakim", ""),
            ("Kolonel", "", "", "Kolonel", ""),
            ("Sri Rahayu", "", "", "Sri Rahayu", ""),
            ("WIDODO UMAR ST", "", "", "WIDODO UMAR", "S.T."),
            ("budi santoso se", "", "", "budi santoso", "S.E."),
            ("Budi Santoso, ", "", "", "Budi Santoso", ""),
            ("Mariam St", "", "", "Mariam St", ""),
            ("Hj. Hj. Ika", "", "Hj.", "Ika", ""),
            ("Cindy MM", "", "", "Cindy", "M.M."),
            ("", "", "", "", ""),
        ] {
            let got = parse(full);
            let got = (got.honorific.unwrap_or_default(), got.titles_before.join(" "), got.name, got.titles_after.join(" "));
            assert_eq!((got.0.as_str(), got.1.as_str(), got.2.as_str(), got.3.as_str()), (honorific, before, name, after), "{full}");
        }
    }

    #[test]
    fn shown() {
        for full in ["H. Abdul Karim, S.E., M.M.", "Dr. dr. Hj. Rina Wati, Sp.A.", "Suharto"] {
            assert_eq!(display(&parse(full)), full);
        }
        assert_eq!(display(&parse("Bpk. Budi SE")), "Budi, S.E.");
    }

    #[test]
    fn greetings() {
        for (honorific, name, nickname, id, en) in [
            (Some("Bapak"), "Budi Santoso", None, "Bapak Budi", "Mr. Budi"),
            (Some("Bpk."), "Budi Santoso", None, "Bapak Budi", "Mr. Budi"),
            (Some("Ibu"), "Siti Nurhaliza", None, "Ibu Nurhaliza", "Ms. Nurhaliza"),
            (None, "Suharto", None, "Bapak/Ibu Suharto", "Suharto"),
            (Some(""), "Suharto", Some(" "), "Bapak/Ibu Suharto", "Suharto"),
            (Some("Mbak"), "Siti", None, "Mbak Siti", "Siti"),
            (Some("Bapak"), "I Wayan Sudarma", None, "Bapak Wayan", "Mr. Wayan"),
            (Some("Ibu"), "Ni Luh Putu Ayu", None, "Ibu Putu", "Ms. Putu"),
            (Some("Bapak"), "Muhammad Rizky", None, "Bapak Rizky", "Mr. Rizky"),
            (Some("Bapak"), "Abd. Rahman", Some("Maman"), "Bapak Maman", "Mr. Maman"),
            (Some("Bapak"), "", None, "Bapak", "Mr."),
        ] {
            assert_eq!(greeting(honorific, name, nickname, Lang::Id), id, "{name}");
            assert_eq!(greeting(honorific, name, nickname, Lang::En), en, "{name}");
        }
    }

    #[test]
    fn round_pictures() {
        for (name, want) in
            [("Budi Santoso", "BS"), ("Suharto", "S"), ("Bpk. Budi Agung Santoso, S.E.", "BS"), ("i wayan", "IW"), ("", ""), ("Émile", "É")]
        {
            assert_eq!(initials(name), want, "{name}");
        }
    }

    #[test]
    fn tidied() {
        for (name, want) in [
            ("BUDI SANTOSO", Some("Budi Santoso")),
            ("budi santoso", Some("Budi Santoso")),
            ("Budi santoso", None),
            ("Budi  Santoso", Some("Budi Santoso")),
            ("NUR'AINI", Some("Nur'aini")),
            ("O'NEILL", Some("O'Neill")),
            ("siti nurhaliza binti ahmad", Some("Siti Nurhaliza binti Ahmad")),
            ("ABDUL-KARIM", Some("Abdul-Karim")),
            ("simanjuntak b.", Some("Simanjuntak B.")),
            ("HAMENGKUBUWONO II", Some("Hamengkubuwono II")),
            ("", None),
        ] {
            assert_eq!(tidy(name).as_deref(), want, "{name}");
        }
    }
}
