//! Lists of people made by chance, with duplicates whose truth is known, as real lists have them: misspelt, shortened,
//! turned round, moved, half empty, and beside them people who share a phone or an address and are not the same.

use akrab_matching::{Found, Given, Kind, Matcher, Spec};
use akrab_model::text::company;

/// Numbers by chance, the same each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }
    fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

#[derive(Clone)]
struct Person {
    name: Vec<String>,
    phone: String,
    email: String,
    firm: String,
    street: String,
    city: String,
    postcode: String,
    born: String,
}

const SYLLABLES: [&str; 24] = [
    "su", "wa", "ti", "ra", "han", "to", "di", "ni", "ma", "lan", "ku", "sar", "be", "yu", "no", "pra", "jo", "gun", "tri", "dar", "lis",
    "mega", "in", "dra",
];
const STREETS: [&str; 10] =
    ["diponegoro", "merdeka", "melati", "sudirman", "veteran", "kartini", "siliwangi", "pahlawan", "gajah mada", "anggrek"];
const CITIES: [&str; 8] = ["bandung", "surabaya", "medan", "solo", "malang", "bogor", "padang", "manado"];
const FIRMS: [&str; 12] =
    ["maju", "sinar", "graha", "karya", "mitra", "abadi", "sentosa", "utama", "niaga", "logistik", "tekstil", "pangan"];

fn person(c: &mut Chance) -> Person {
    let words = 1 + c.below(3);
    let name: Vec<String> = (0..words).map(|_| (0..2 + c.below(2)).map(|_| c.of(&SYLLABLES)).collect()).collect();
    let local: String = name.concat().chars().take(12).collect();
    Person {
        phone: format!("8{}{:08}", 10 + c.below(90), c.below(100_000_000)),
        email: format!("{local}{}@{}", c.below(9_999), c.of(&["gmail.com", "yahoo.com", "outlook.com"])),
        firm: if c.often(45) { format!("PT {} {} {}", c.of(&FIRMS), c.of(&FIRMS), c.of(&FIRMS)) } else { String::new() },
        street: format!("jl. {} no. {}", c.of(&STREETS), 1 + c.below(250)),
        city: c.of(&CITIES).into(),
        postcode: format!("{}", 10_000 + c.below(90_000)),
        born: format!("{}-{:02}-{:02}", 1950 + c.below(55), 1 + c.below(12), 1 + c.below(28)),
        name,
    }
}

fn slip(c: &mut Chance, text: &mut String) {
    if text.len() > 3 {
        let at = 1 + c.below(text.len() - 2);
        match c.below(3) {
            0 => drop(text.remove(at)),
            1 => text.insert(at, 'a'),
            _ => {
                let letter = text.remove(at);
                text.insert(at - 1, letter);
            }
        }
    }
}

/// The same person as somebody else wrote him down.
fn again(c: &mut Chance, known: &Person) -> Person {
    let mut p = known.clone();
    if c.often(25) {
        let n = c.below(p.name.len());
        slip(c, &mut p.name[n]);
    }
    if c.often(10) && p.name.len() > 1 {
        let last = p.name.len() - 1;
        p.name[last].truncate(1);
    }
    if c.often(8) {
        p.name.reverse();
    }
    if c.often(12) {
        slip(c, &mut p.phone);
    }
    if c.often(6) {
        p.phone = person(c).phone;
    }
    if c.often(10) {
        slip(c, &mut p.email);
    }
    if c.often(10) {
        let moved = person(c);
        (p.street, p.city, p.postcode) = (moved.street, moved.city, moved.postcode);
    }
    if c.often(8) {
        slip(c, &mut p.street);
    }
    p
}

/// People and who each is.
fn list(seed: u64, people: usize) -> Vec<(usize, Person)> {
    let mut c = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut all = Vec::new();
    for who in 0..people {
        let one = person(&mut c);
        for _ in 0..usize::from(c.often(22)) + usize::from(c.often(6)) {
            all.push((who, again(&mut c, &one)));
        }
        // somebody of the same house
        if c.often(3) {
            let mut other = person(&mut c);
            (other.street, other.city, other.postcode) = (one.street.clone(), one.city.clone(), one.postcode.clone());
            if c.often(60) {
                other.phone.clone_from(&one.phone);
            }
            all.push((people + who, other));
        }
        all.push((who, one));
    }
    for n in (1..all.len()).rev() {
        all.swap(n, c.below(n + 1));
    }
    for (_, p) in &mut all {
        for (text, percent) in
            [(&mut p.phone, 12), (&mut p.email, 25), (&mut p.street, 15), (&mut p.city, 8), (&mut p.postcode, 20), (&mut p.born, 40)]
        {
            if c.often(percent) {
                text.clear();
            }
        }
    }
    all
}

fn found(all: &[(usize, Person)], threads: usize) -> Found {
    let spec = |kind, shared| Spec { kind, shared };
    let mut matcher = Matcher::new(&[
        spec(Kind::Person, false),
        spec(Kind::Phone, true),
        spec(Kind::Email, false),
        spec(Kind::Company, true),
        spec(Kind::Address, true),
        spec(Kind::Date, false),
    ]);
    for (_, p) in all {
        let (name, firm) = (p.name.join(" "), company::key(&p.firm));
        let text = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_string()] };
        let texts = [text(&name), text(&p.phone), text(&p.email), text(&firm), Vec::new(), text(&p.born)];
        let texts: Vec<Vec<&str>> = texts.iter().map(|all| all.iter().map(String::as_str).collect()).collect();
        let given: Vec<Given> = texts.iter().map(|all| if all.is_empty() { Given::None } else { Given::Texts(all) }).collect();
        let mut given = given;
        given[4] = Given::Address { street: &p.street, city: &p.city, postcode: &p.postcode };
        matcher.push(&given);
    }
    matcher.find(threads, &|| true)
}

/// Precision and recall of what would be merged unseen.
fn quality(all: &[(usize, Person)], found: &Found) -> (f64, f64) {
    let mut sizes = std::collections::HashMap::<usize, usize>::new();
    all.iter().for_each(|(who, _)| *sizes.entry(*who).or_default() += 1);
    let pairs: usize = sizes.values().map(|n| n * (n - 1) / 2).sum();
    let kept: Vec<_> = found.pairs.iter().filter(|pair| pair.score >= found.threshold).collect();
    let right = kept.iter().filter(|pair| all[pair.a as usize].0 == all[pair.b as usize].0).count();
    (right as f64 / kept.len().max(1) as f64, right as f64 / pairs as f64)
}

#[test]
fn duplicates_are_found_and_neighbours_left_alone() {
    for seed in 1..=4 {
        let all = list(seed, 4_000);
        let found = found(&all, 2);
        let (precision, recall) = quality(&all, &found);
        let f1 = 2.0 * precision * recall / (precision + recall);
        eprintln!("seed {seed}: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}, threshold {:.4}", found.threshold);
        assert!(precision >= 0.97 && f1 >= 0.94, "seed {seed}: precision {precision:.4}, F1 {f1:.4}");
    }
}

/// What is missing altogether is no hindrance: then less is found, and still what is right.
#[test]
fn without_a_field_it_stays_right() {
    for blank in 0..3 {
        let mut all = list(9, 4_000);
        for (_, p) in &mut all {
            [&mut p.phone, &mut p.email, &mut p.born][blank].clear();
        }
        let (precision, recall) = quality(&all, &found(&all, 2));
        assert!(precision >= 0.95 && recall >= 0.75, "field {blank}: precision {precision:.4}, recall {recall:.4}");
    }
}

/// A list in which nobody stands twice: people of one region have names in common, colleagues a firm, all have a mail address
/// made of their name, and not one is another.
fn strangers(seed: u64, people: usize) -> Vec<(usize, Person)> {
    let mut c = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let word = |c: &mut Chance| (0..2 + c.below(2)).map(|_| c.of(&SYLLABLES)).collect::<String>();
    let regions: Vec<[Vec<String>; 2]> = (0..8).map(|_| [36, 24].map(|n| (0..n).map(|_| word(&mut c)).collect())).collect();
    let firms: Vec<String> = (0..people / 4).map(|_| person(&mut c).firm).collect();
    let one = |who: usize| {
        let mut p = person(&mut c);
        let region = c.below(regions.len());
        let [given, families] = &regions[region];
        p.name = vec![given[c.below(given.len())].clone(), families[c.below(families.len())].clone()];
        p.email = format!("{}.{}{who}@surel.test", p.name[0], p.name[1]);
        p.firm.clone_from(&firms[c.below(firms.len())]);
        p.city = CITIES[region].into();
        p.postcode.clear();
        p.street.clear();
        if c.often(60) {
            p.born.clear();
        }
        (who, p)
    };
    (0..people).map(one).collect()
}

#[test]
fn in_a_list_without_duplicates_none_are_found() {
    for (seed, people) in [(1, 5_000), (2, 1_000), (3, 20_000)] {
        let found = found(&strangers(seed, people), 2);
        let sure = found.pairs.iter().filter(|pair| pair.score >= found.threshold).count();
        eprintln!("{people} people: {} pairs, {sure} of them sure", found.pairs.len());
        assert_eq!(sure, 0, "seed {seed}: merged unseen");
        assert!(found.pairs.len() <= people / 1_000, "seed {seed}: {} pairs", found.pairs.len());
    }
}

/// A few duplicates among many strangers are found, and nobody else.
#[test]
fn few_duplicates_among_many_strangers_are_found() {
    let mut all = strangers(4, 5_000);
    let mut c = Chance(77);
    for who in (0..5_000).step_by(250) {
        let mut twin = all[who].1.clone();
        slip(&mut c, &mut twin.name[0]);
        twin.firm.clear();
        all.push((who, twin));
    }
    let found = found(&all, 2);
    let (precision, recall) = quality(&all, &found);
    assert!(precision >= 0.97 && recall >= 0.9, "precision {precision:.4}, recall {recall:.4}");
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let all = list(5, 1_500);
    let ids = |found: Found| found.pairs.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>();
    assert_eq!(ids(found(&all, 1)), ids(found(&all, 3)));
}

#[test]
fn a_list_of_one_or_none_has_no_duplicates() {
    assert!(found(&[], 2).pairs.is_empty());
    assert!(found(&list(1, 1)[..1], 2).pairs.is_empty());
}
