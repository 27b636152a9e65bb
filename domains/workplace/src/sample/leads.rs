//! Leads: people who asked and are not customers yet.

use jiff::ToSpan;
use jiff::civil::Time;

use super::catalogue::{ADMIN, EAST, MARKETING, PRODUCTS, WEST};
use super::dice::{Dice, Stream};
use super::records::Lead;
use super::{Generator, contacts, history, names, numbers, phrases};

const INTERESTS: &[&str] = &[
    "Minta daftar harga {} untuk kafe yang buka bulan depan",
    "Tanya minimum pemesanan {}",
    "Ingin contoh {} sebelum memutuskan",
    "Cari pemasok tetap {} untuk tiga gerai",
    "Tanya harga reseller {}",
    "Butuh {} rutin tiap dua minggu",
    "Minta penawaran {} untuk kantin karyawan",
    "Tertarik paket pembukaan kedai dengan {}",
    "Tanya pengiriman {} ke luar pulau",
    "Bandingkan harga {} dengan pemasok sekarang",
    "Minta katalog lengkap, terutama {}",
    "Tanya apakah {} bersertifikat halal",
];

impl Generator {
    /// The lead with this index; half of them came in the last three months.
    #[must_use]
    pub fn lead(&self, index: usize) -> Lead {
        let dice = &mut Dice::new(self.seed, Stream::Lead, index);
        let place = dice.weighted(&self.places);
        let person = names::draw(place.culture, dice);
        let days = 1 + (dice.unit().powf(2.2) * 420.0) as i64;
        let day = self.today.saturating_sub(days.days());
        let status = status(days, dice);
        let source = dice.weighted(&[
            (28, "website"),
            (22, "social"),
            (14, "exhibition"),
            (14, "whatsapp"),
            (12, "referral"),
            (6, "marketplace"),
            (4, "phone"),
        ]);
        let company = if dice.chance(78) { self.lead_company(dice) } else { String::new() };
        let owner = if status == "new" && dice.chance(55) {
            None
        } else if index % 30 == 11 {
            Some(ADMIN)
        } else if status == "nurture" {
            Some(MARKETING)
        } else {
            Some(dice.weighted(if place.is_west() { WEST } else { EAST }))
        };
        let minute = Time::new(dice.between(7, 21) as i8, dice.between(0, 59) as i8, 0, 0).unwrap_or(Time::midnight());
        Lead {
            email: dice.chance(74).then(|| format!("{}{}@surel.test", contacts::local_part(&person.name, dice), index)),
            name: person.name,
            company,
            phone: numbers::mobile(dice),
            source,
            interest: dice.pick(INTERESTS).replace("{}", phrases::plain_name(&PRODUCTS[dice.below(PRODUCTS.len() as u32) as usize])),
            city: place.city,
            status,
            score: score(status, dice),
            captured_at: history::at(day, minute, place.zone),
            owner,
        }
    }

    /// A firm's name that none of the accounts has.
    fn lead_company(&self, dice: &mut Dice) -> String {
        let index = self.sizes.accounts + dice.below(3_000) as usize;
        let form = dice.weighted(&[(25, "PT "), (20, "CV "), (8, "UD "), (47, "")]);
        let name = self.account_name(index);
        // A household's name cannot carry a legal form.
        let form =
            if ["Serba Usaha", "Karyawan", "Konsumen", "Pegawai"].iter().any(|kind| name.starts_with(kind)) { "Koperasi " } else { form };
        if name.starts_with("Keluarga ") { String::new() } else { format!("{form}{name}") }
    }
}

fn status(days: i64, dice: &mut Dice) -> &'static str {
    match days {
        0..=4 => dice.weighted(&[(70, "new"), (30, "working")]),
        5..=30 => dice.weighted(&[(10, "new"), (45, "working"), (25, "qualified"), (10, "converted"), (10, "disqualified")]),
        _ => dice.weighted(&[(8, "working"), (12, "qualified"), (30, "converted"), (22, "nurture"), (28, "disqualified")]),
    }
}

fn score(status: &str, dice: &mut Dice) -> u8 {
    let middle = match status {
        "converted" | "qualified" => 76.0,
        "working" => 56.0,
        "new" => 48.0,
        "nurture" => 38.0,
        _ => 20.0,
    };
    (middle + dice.bell() * 12.0).clamp(1.0, 99.0) as u8
}
