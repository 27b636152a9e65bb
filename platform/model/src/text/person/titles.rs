//! Tables of honorifics and titles, and how each is recognised.

/// The first word of a name, cut also behind a dotted title ("Prof.Dr.Agus" begins with "Prof.").
pub(super) fn head(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let word_end = text.find(' ').unwrap_or(text.len());
    let word = &text[..word_end];
    // The longest dotted title the word begins with: "K.H." before "K.".
    let glued =
        BEFORE.iter().filter(|title| title.len() < word.len() && starts_with_ignoring_case(word, title)).map(|title| title.len()).max();
    let end = glued.filter(|_| word_end > 0).unwrap_or(word_end);
    Some((&text[..end], &text[end..]))
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// The usual form of an honorific, `None` when the word is none.
pub(super) fn honorific(word: &str) -> Option<&'static str> {
    Some(match word.trim_end_matches('.').to_lowercase().as_str() {
        "bapak" | "bpk" | "bp" | "pak" => "Bapak",
        "ibu" | "bu" => "Ibu",
        "sdr" | "saudara" => "Sdr.",
        "sdri" | "saudari" => "Sdri.",
        "tn" | "tuan" => "Tuan",
        "ny" | "nyonya" => "Nyonya",
        "nn" | "nona" => "Nona",
        "mas" => "Mas",
        "mbak" | "mba" => "Mbak",
        "kak" | "kakak" => "Kakak",
        "ko" | "koh" => "Ko",
        "ci" | "cik" | "cici" => "Ci",
        "mr" => "Mr.",
        "mrs" => "Mrs.",
        "ms" => "Ms.",
        "miss" => "Miss",
        _ => return None,
    })
}

/// Titles before a name in their usual form.
const BEFORE: &[&str] = &[
    "H.", "Hj.", "K.H.", "Ust.", "Ustz.", "dr.", "drg.", "drh.", "apt.", "Ir.", "Drs.", "Dra.", "Dr.", "Prof.", "R.", "R.A.", "R.M.",
    "Rr.", "Tgk.", "Pdt.", "Rm.", "Sr.", "Letkol.", "Kol.",
];

/// The usual form of a title before a name. `shouted`: the whole text is in capitals, so that
/// "DR." cannot be told from "dr." by its letters.
pub(super) fn before(word: &str, tail: &str, shouted: bool) -> Option<&'static str> {
    match word {
        "dr." | "dr" => return Some("dr."),
        "Dr." | "Dr" | "Dr.(H.C.)" => return Some("Dr."),
        "DR." | "DR" if shouted || word.ends_with('.') => return Some("Dr."),
        _ => {}
    }
    if word.ends_with('.') {
        return BEFORE.iter().find(|title| title.eq_ignore_ascii_case(word)).copied();
    }
    Some(match word.to_lowercase().as_str() {
        "hj" => "Hj.",
        "kh" => "K.H.",
        "ir" => "Ir.",
        "drs" => "Drs.",
        "dra" => "Dra.",
        "drg" => "drg.",
        "drh" => "drh.",
        "prof" => "Prof.",
        "ust" | "ustadz" | "ustad" => "Ust.",
        "pdt" => "Pdt.",
        "letkol" => "Letkol.",
        // A lone H may be an initial; before a name of two words it is the pilgrim's.
        "h" if tail.contains(' ') => "H.",
        _ => return None,
    })
}

/// Titles after a name in their usual form.
const AFTER: &[&str] = &[
    "S.E.",
    "S.H.",
    "S.Kom.",
    "S.T.",
    "S.Pd.",
    "S.Sos.",
    "S.Si.",
    "S.Ked.",
    "S.Farm.",
    "S.I.Kom.",
    "S.Psi.",
    "S.Ak.",
    "S.M.",
    "S.Ag.",
    "S.P.",
    "S.Pt.",
    "S.TP.",
    "S.Gz.",
    "S.S.",
    "S.Ds.",
    "A.Md.",
    "M.M.",
    "M.B.A.",
    "M.Si.",
    "M.Kom.",
    "M.T.",
    "M.Hum.",
    "M.H.",
    "M.Kn.",
    "M.Pd.",
    "M.Sc.",
    "M.Ag.",
    "M.A.",
    "M.E.",
    "M.Ak.",
    "M.Farm.",
    "Ph.D.",
    "Sp.A.",
    "Sp.OG.",
    "Sp.PD.",
    "Sp.B.",
    "Sp.Ort.",
    "Sp.KG.",
    "Sp.KGA.",
    "Sp.BM.",
    "Sp.Pros.",
    "Sp.Perio.",
    "Sp.JP.",
    "Sp.M.",
    "Sp.S.",
    "Sp.KK.",
    "Sp.KJ.",
    "Sp.Rad.",
    "Sp.An.",
    "Sp.THT.",
    "Sp.P.",
    "Sp.U.",
    "Sp.BS.",
    "Sp.OT.",
    "Sp.PK.",
    "Ak.",
    "CA",
    "CPA",
    "BKP",
    "Lc.",
    "B.A.",
    "B.Sc.",
    "Psy.",
];

/// Titles that are no word of a name even without dots and comma.
const SURE: &[&str] = &[
    "se", "sh", "skom", "mba", "mm", "msi", "mkom", "spd", "ssos", "ssi", "sikom", "spsi", "amd", "phd", "msc", "mpd", "sfarm", "st", "mt",
    "mh",
];

/// The usual form of a title after a name. `apart`: a comma or another title sets it apart.
pub(super) fn after(word: &str, apart: bool) -> Option<String> {
    let plain: String = word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let dots = word.bytes().filter(|b| *b == b'.').count();
    // "Se" may be a word of a name; "SE" and "se" at the end of one are not.
    let sure = SURE.contains(&plain.as_str()) && (dots > 0 || !is_capitalised(word));
    if apart || sure || dots >= 2 || (dots == 1 && !word.ends_with('.')) {
        let known = AFTER.iter().find(|title| {
            let letters = title.bytes().filter(|b| *b != b'.').map(|b| b.to_ascii_lowercase());
            letters.eq(plain.bytes())
        });
        // "A.K." and "B.A." may be initials unless a comma sets them apart.
        if let Some(title) = known.filter(|t| apart || sure || t.len() > 4 || SURE.contains(&plain.as_str())) {
            return Some((*title).to_owned());
        }
    }
    let degree = ["S.", "M.", "Sp.", "A.Md", "D.", "B."].iter().any(|start| word.starts_with(start));
    (apart && degree && dots >= 2 && plain.len() >= 3).then(|| word.to_owned())
}

/// Whether only the first letter is a capital, as names are written.
fn is_capitalised(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().skip(1).all(char::is_lowercase)
}
