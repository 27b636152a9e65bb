//! Where things are: the provinces, regencies and cities of Indonesia, and how people write their names.
//!
//! Addresses are free text. Here a written name is recognised ("Jatim", "Prov. Jawa Timur", "East Java") so that records
//! can be counted by area; what is not recognised is told as such and never guessed at.

use crate::text::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A province.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Province {
    /// Official code: `35`.
    pub code: &'static str,
    pub name: &'static str,
    /// ISO 3166-2: `ID-JI`.
    pub iso: &'static str,
    /// IANA name of its time zone.
    pub zone: &'static str,
    /// Column and row of its tile, west to east and north to south: neighbours stand beside each other as far as a grid
    /// allows. A tile says nothing about shape or size.
    pub tile: (u8, u8),
    others: &'static str,
}

impl Province {
    /// The two letters on its tile.
    pub fn letters(&self) -> &'static str {
        self.iso.split_once('-').map_or(self.iso, |(_, letters)| letters)
    }
}

/// A regency (*kabupaten*) or city (*kota*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regency {
    /// Official code: `35.78`.
    pub code: &'static str,
    pub name: &'static str,
    others: &'static str,
}

impl Regency {
    /// Code of its province.
    pub fn province(&self) -> &'static str {
        self.code.split('.').next().unwrap_or_default()
    }

    /// The shortest form of its name that means it alone wherever it stands: `Bandung` and `Kabupaten Bandung`,
    /// `Jakarta Selatan`, `Sidoarjo`, but `Kota Banjar`, as another province has a Banjar too.
    pub fn usual(&self) -> &'static str {
        let kinds = ["Kota Administrasi ", "Kabupaten Administrasi ", "Kota ", "Kabupaten "];
        let bare = kinds.iter().find_map(|kind| self.name.strip_prefix(kind)).unwrap_or(self.name);
        if regency_named(None, bare) == Some(self) { bare } else { self.name }
    }
}

/// Columns and rows of the tile map.
pub const GRID: (u8, u8) = (16, 8);

struct Areas {
    provinces: Vec<Province>,
    regencies: Vec<Regency>,
    province_names: HashMap<String, usize>,
    /// By the code of the province and the name; by the name alone where no two have it.
    regency_names: HashMap<(&'static str, String), usize>,
    regency_alone: HashMap<String, Option<usize>>,
}

static AREAS: LazyLock<Areas> = LazyLock::new(Areas::read);

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

impl Areas {
    fn read() -> Areas {
        let province = |line: &'static str| {
            let mut parts = line.split(',');
            let mut next = || parts.next().unwrap_or_default();
            let (code, name, iso, zone) = (next(), next(), next(), next());
            let tile = (next().parse().unwrap_or_default(), next().parse().unwrap_or_default());
            Province { code, name, iso, zone, tile, others: next() }
        };
        let provinces: Vec<Province> = lines(include_str!("area/provinces.csv")).map(province).collect();
        let regency = |line: &'static str| {
            let mut parts = line.split(',');
            let mut next = || parts.next().unwrap_or_default();
            Regency { code: next(), name: next(), others: next() }
        };
        let regencies: Vec<Regency> = lines(include_str!("area/regencies.csv")).map(regency).collect();
        let mut province_names = HashMap::new();
        for (n, one) in provinces.iter().enumerate() {
            for name in
                [one.name, one.iso, one.letters(), one.code].into_iter().chain(one.others.split('|')).filter(|name| !name.is_empty())
            {
                province_names.entry(letters(name)).or_insert(n);
                province_names.entry(bare_province(name)).or_insert(n);
            }
        }
        let (mut regency_names, mut regency_alone): (HashMap<_, _>, HashMap<String, Option<usize>>) = Default::default();
        // a bare name means the city where a city and a regency share it, as people say "Bandung"
        let mut order: Vec<usize> = (0..regencies.len()).collect();
        order.sort_by_key(|n| !is_city(regencies[*n].name));
        for n in order {
            let one = regencies[n];
            for key in [letters(&spelled(one.name)), letters(bare_regency(&spelled(one.name)))] {
                regency_names.entry((one.province(), key.clone())).or_insert(n);
                let alone = regency_alone.entry(key).or_insert(Some(n));
                // the same name in two provinces says nothing without the province
                if alone.is_some_and(|other| regencies[other].province() != one.province()) {
                    *alone = None;
                }
            }
        }
        // short and former names, each of one place alone, where no place is called so
        for (n, one) in regencies.iter().enumerate() {
            let kind = if is_city(one.name) { "kota" } else { "kabupaten" };
            for key in
                one.others.split('|').filter(|name| !name.is_empty()).flat_map(|name| [letters(name), letters(&format!("{kind} {name}"))])
            {
                regency_names.entry((one.province(), key.clone())).or_insert(n);
                regency_alone.entry(key).or_insert(Some(n));
            }
        }
        Areas { provinces, regencies, province_names, regency_names, regency_alone }
    }
}

/// All provinces by code.
pub fn provinces() -> &'static [Province] {
    &AREAS.provinces
}

/// Regencies and cities of a province, by code.
pub fn regencies(province: &str) -> impl Iterator<Item = &'static Regency> {
    AREAS.regencies.iter().filter(move |one| one.province() == province)
}

/// A province by its code.
pub fn province(code: &str) -> Option<&'static Province> {
    AREAS.provinces.iter().find(|one| one.code == code)
}

/// A regency or city by its code.
pub fn regency(code: &str) -> Option<&'static Regency> {
    AREAS.regencies.iter().find(|one| one.code == code)
}

/// The province a written name means.
pub fn province_named(name: &str) -> Option<&'static Province> {
    let found = AREAS.province_names.get(&letters(name)).or_else(|| AREAS.province_names.get(&bare_province(name)));
    found.map(|n| &AREAS.provinces[*n])
}

/// The regency or city a written name means, within a province if that is known. A name that several provinces have
/// means none of them without it.
pub fn regency_named(province: Option<&str>, name: &str) -> Option<&'static Regency> {
    let name = spelled(name);
    let found = |key: String| match province.and_then(|code| AREAS.provinces.iter().find(|one| one.code == code)) {
        Some(within) => AREAS.regency_names.get(&(within.code, key)).copied(),
        None => AREAS.regency_alone.get(&key).copied().flatten(),
    };
    found(letters(&name)).map(|n| &AREAS.regencies[n])
}

/// Letters and digits alone, folded.
fn letters(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A province's name without the words before it.
fn bare_province(name: &str) -> String {
    let name = fold(name);
    let mut rest = name.as_str();
    for word in ["provinsi", "propinsi", "province of", "prov.", "prov ", "daerah khusus ibukota", "daerah istimewa", "d.i.", "d.k.i."] {
        rest = rest.trim_start().strip_prefix(word).unwrap_or(rest);
    }
    letters(rest.trim().strip_suffix("province").unwrap_or(rest))
}

/// `kab. Sidoarjo` → `kabupaten sidoarjo`, `kota adm. jkt pusat` → `kota jakarta pusat`.
fn spelled(name: &str) -> String {
    let name = fold(name);
    let mut words: Vec<&str> = name.split([' ', '.', ',']).filter(|word| !word.is_empty()).collect();
    if matches!(words.first(), Some(&"kab" | &"kabupaten" | &"regency")) {
        words[0] = "kabupaten";
    }
    if matches!(words.first(), Some(&"kodya" | &"kotamadya" | &"kotamadia" | &"city")) {
        words[0] = "kota";
    }
    for word in words.iter_mut().filter(|word| **word == "jkt") {
        *word = "jakarta";
    }
    words.retain(|word| !matches!(*word, "administrasi" | "adm" | "administratif"));
    words.join(" ")
}

fn bare_regency(spelled: &str) -> &str {
    spelled.strip_prefix("kabupaten ").or_else(|| spelled.strip_prefix("kota ")).unwrap_or(spelled)
}

fn is_city(name: &str) -> bool {
    name.starts_with("Kota ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_province_has_a_tile_of_its_own_and_knows_its_names() {
        assert_eq!(provinces().len(), 38);
        let tiles: HashSet<_> = provinces().iter().map(|p| p.tile).collect();
        assert_eq!(tiles.len(), 38);
        assert!(tiles.iter().all(|(x, y)| *x < GRID.0 && *y < GRID.1));
        for one in provinces() {
            for name in
                [one.name, one.code, one.iso, &one.name.to_uppercase(), &format!("Provinsi {}", one.name), &format!("Prov. {}", one.name)]
            {
                assert_eq!(province_named(name), Some(one), "{name}");
            }
        }
        let all: usize = provinces().iter().map(|p| regencies(p.code).count()).sum();
        assert_eq!(all, 514);
    }

    #[test]
    fn names_are_known_as_people_write_them() {
        for (written, code) in [
            ("DKI Jakarta", "31"),
            ("jakarta", "31"),
            ("D.I. Yogyakarta", "34"),
            ("DIY", "34"),
            ("Jatim", "35"),
            ("East Java", "35"),
            ("West Java Province", "32"),
            ("Bangka Belitung", "19"),
            ("Kep. Riau", "21"),
            ("Bayern", ""),
            ("", ""),
        ] {
            assert_eq!(province_named(written).map_or("", |p| p.code), code, "{written}");
        }
        // "Papua" is a province of its own, not the first of six
        assert_eq!(province_named("Papua").map(|p| p.code), Some("91"));
        assert_eq!(province_named("Riau").map(|p| p.code), Some("14"));
    }

    #[test]
    fn cities_and_regencies_of_one_name_are_told_apart() {
        let named = |province, name| regency_named(province, name).map(|r| r.name);
        assert_eq!(named(Some("32"), "Bandung"), Some("Kota Bandung"));
        assert_eq!(named(Some("32"), "Kab. Bandung"), Some("Kabupaten Bandung"));
        assert_eq!(named(None, "Kota Surabaya"), Some("Kota Surabaya"));
        assert_eq!(named(None, "surabaya"), Some("Kota Surabaya"));
        assert_eq!(named(None, "Jakarta Selatan"), Some("Kota Administrasi Jakarta Selatan"));
        assert_eq!(named(Some("31"), "Kota Adm. Jakarta Selatan"), Some("Kota Administrasi Jakarta Selatan"));
        assert_eq!(named(Some("35"), "Bandung"), None);
        assert_eq!(named(None, "Springfield"), None);
        for one in provinces().iter().flat_map(|p| regencies(p.code)) {
            assert_eq!(regency_named(Some(one.province()), one.name), Some(one), "{}", one.name);
        }
    }

    #[test]
    fn short_and_former_names_mean_one_place() {
        for (usual, written) in [
            ("Surabaya", &["Sby", "SBY.", "Kota Sby", "Surabaya", "Kota Surabaya", "Kodya Surabaya"][..]),
            ("Bandung", &["Bdg", "Bandung", "Kota Bandung"]),
            ("Kabupaten Bandung", &["Kab. Bandung", "kabupaten bandung"]),
            (
                "Jakarta Selatan",
                &["Jaksel", "Jkt Selatan", "JKT SEL", "JAKARTA SELATAN", "Kota Jakarta Selatan", "Kota Administrasi Jakarta Selatan"],
            ),
            ("Jakarta Utara", &["Jakut", "Jkt. Utara", "Kota Adm. Jakarta Utara"]),
            ("Jakarta Barat", &["Jakbar", "jkt barat"]),
            ("Jakarta Timur", &["Jaktim", "Jkt Timur"]),
            ("Jakarta Pusat", &["Jakpus", "Jkt Pusat"]),
            ("Yogyakarta", &["Jogja", "Yogya", "Jogjakarta", "Yogyakarta", "Kota Yogya"]),
            ("Surakarta", &["Solo", "Surakarta"]),
            ("Makassar", &["Ujung Pandang", "Ujungpandang", "Makasar"]),
            ("Tangerang", &["Tng"]),
            ("Tangerang Selatan", &["Tangsel"]),
            ("Semarang", &["Smg"]),
            ("Malang", &["Mlg"]),
            ("Denpasar", &["Dps"]),
            ("Bekasi", &["Bks"]),
            ("Bogor", &["Bgr"]),
            ("Sidoarjo", &["Kab. Sidoarjo", "Sidoarjo"]),
            ("Kota Banjar", &["kota banjar"]),
        ] {
            for written in written {
                assert_eq!(regency_named(None, written).map(Regency::usual), Some(usual), "{written}");
            }
        }
        let all: Vec<&Regency> = provinces().iter().flat_map(|p| regencies(p.code)).collect();
        for one in &all {
            assert_eq!(regency_named(Some(one.province()), one.usual()), Some(*one), "{}", one.name);
            for other in one.others.split('|').filter(|name| !name.is_empty()) {
                assert_eq!(regency_named(None, other), Some(*one), "{other}");
                assert_eq!(
                    all.iter().filter(|any| any.others.split('|').any(|name| letters(name) == letters(other))).count(),
                    1,
                    "{other}"
                );
            }
        }
    }

    #[test]
    fn a_name_of_two_provinces_means_none_without_the_province() {
        let mut seen: HashMap<String, HashSet<&str>> = HashMap::new();
        for one in provinces().iter().flat_map(|p| regencies(p.code)) {
            seen.entry(one.name.to_string()).or_default().insert(one.province());
        }
        for (name, provinces) in seen.iter().filter(|(_, provinces)| provinces.len() > 1) {
            assert_eq!(regency_named(None, name), None, "{name} lies in {provinces:?}");
        }
    }
}
