//! Accounts: cafés, hotels, shops, kitchens, offices and households.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::catalogue;
use super::dice::{Dice, Stream};
use super::places::Place;
use super::records::Account;
use super::{Generator, names, numbers};

/// What other records need to know of an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Core {
    pub place: &'static Place,
    pub industry: &'static str,
    pub size: &'static str,
    pub status: &'static str,
    pub owner: usize,
}

impl Core {
    pub(super) fn is_household(&self) -> bool {
        self.industry == "household"
    }
}

const FIRST: [&str; 120] = [
    "Senja",
    "Fajar",
    "Pelita",
    "Cahaya",
    "Sinar",
    "Mentari",
    "Bintang",
    "Purnama",
    "Kirana",
    "Surya",
    "Candra",
    "Embun",
    "Samudra",
    "Bahari",
    "Teluk",
    "Telaga",
    "Danau",
    "Sungai",
    "Muara",
    "Pantai",
    "Karang",
    "Mutiara",
    "Intan",
    "Permata",
    "Kencana",
    "Mas",
    "Perak",
    "Gading",
    "Jati",
    "Cemara",
    "Pinus",
    "Beringin",
    "Kenanga",
    "Melati",
    "Mawar",
    "Anggrek",
    "Teratai",
    "Dahlia",
    "Kamboja",
    "Cempaka",
    "Flamboyan",
    "Akasia",
    "Rinjani",
    "Merapi",
    "Semeru",
    "Bromo",
    "Kerinci",
    "Lawu",
    "Gede",
    "Singgalang",
    "Agung",
    "Batur",
    "Tambora",
    "Latimojong",
    "Galunggung",
    "Ciremai",
    "Papandayan",
    "Sindoro",
    "Ungaran",
    "Arjuna",
    "Bima",
    "Nakula",
    "Sadewa",
    "Yudhistira",
    "Srikandi",
    "Rama",
    "Sinta",
    "Hanoman",
    "Garuda",
    "Merak",
    "Cendrawasih",
    "Elang",
    "Merpati",
    "Rajawali",
    "Kutilang",
    "Jalak",
    "Mahkota",
    "Mustika",
    "Pusaka",
    "Prima",
    "Utama",
    "Perdana",
    "Mega",
    "Graha",
    "Griya",
    "Wisma",
    "Puri",
    "Loka",
    "Bumi",
    "Tirta",
    "Bayu",
    "Agni",
    "Buana",
    "Dwipa",
    "Nusa",
    "Wana",
    "Sagara",
    "Arum",
    "Wangi",
    "Harum",
    "Lestari",
    "Asri",
    "Indah",
    "Permai",
    "Rindang",
    "Teduh",
    "Damai",
    "Tentram",
    "Sentosa",
    "Rukun",
    "Guyub",
    "Karya",
    "Cipta",
    "Reka",
    "Daya",
    "Tiga",
    "Dua",
    "Sembilan",
    "Seribu",
    "Satu",
];

const SECOND: [&str; 100] = [
    "Abadi",
    "Jaya",
    "Makmur",
    "Sejahtera",
    "Mandiri",
    "Bersama",
    "Gemilang",
    "Sukses",
    "Mulia",
    "Berkah",
    "Barokah",
    "Rezeki",
    "Amanah",
    "Setia",
    "Mitra",
    "Sahabat",
    "Saudara",
    "Keluarga",
    "Bunda",
    "Mande",
    "Mbok Darmi",
    "Mak Uwo",
    "Nenek",
    "Eyang",
    "Abah",
    "Rasa",
    "Selera",
    "Nikmat",
    "Lezat",
    "Sedap",
    "Gurih",
    "Manis",
    "Aroma",
    "Citarasa",
    "Pawon",
    "Dapur",
    "Tungku",
    "Lumbung",
    "Panen",
    "Ladang",
    "Kebun",
    "Sawah",
    "Hutan",
    "Lembah",
    "Bukit",
    "Puncak",
    "Lereng",
    "Tepi",
    "Pesisir",
    "Kota",
    "Alun-Alun",
    "Simpang",
    "Persada",
    "Pratama",
    "Utomo",
    "Nirwana",
    "Khatulistiwa",
    "Mataram",
    "Majapahit",
    "Pajajaran",
    "Sriwijaya",
    "Kertanegara",
    "Singosari",
    "Banten",
    "Andalas",
    "Celebes",
    "Borneo",
    "Priangan",
    "Minahasa",
    "Parahyangan",
    "Tengger",
    "Gayo",
    "Toraja",
    "Kintamani",
    "Mandailing",
    "Selatan",
    "Utara",
    "Timur",
    "Barat",
    "Tengah",
    "Baru",
    "Lama",
    "Kecil",
    "Besar",
    "Tua",
    "Muda",
    "Biru",
    "Merah",
    "Hijau",
    "Putih",
    "Kelana",
    "Rantau",
    "Perantau",
    "Nelayan",
    "Petani",
    "Pelangi",
    "Angkasa",
    "Dirgantara",
    "Semesta",
    "Cakrawala",
];

/// Sets apart the firms of a customer base so large that pairs of words run out.
const THIRD: [&str; 40] = [
    "Raya",
    "Indah",
    "Sakti",
    "Lestari",
    "Nusantara",
    "Indonesia",
    "Group",
    "Dua",
    "Tiga",
    "Plaza",
    "Sentra",
    "Boga",
    "Pangan",
    "Niaga",
    "Usaha",
    "Tama",
    "Tunggal",
    "Perkasa",
    "Sentral",
    "Express",
    "Corner",
    "Garden",
    "House",
    "Square",
    "Point",
    "Station",
    "Village",
    "Terrace",
    "Junction",
    "Hub",
    "Nuansa",
    "Pesona",
    "Pusaka",
    "Warisan",
    "Tradisi",
    "Modern",
    "Muda",
    "Ceria",
    "Bahagia",
    "Sentosa",
];

const STREETS: [&str; 56] = [
    "Jl. Jenderal Sudirman",
    "Jl. Diponegoro",
    "Jl. Ahmad Yani",
    "Jl. Gajah Mada",
    "Jl. Hayam Wuruk",
    "Jl. Imam Bonjol",
    "Jl. Teuku Umar",
    "Jl. Gatot Subroto",
    "Jl. M.T. Haryono",
    "Jl. S. Parman",
    "Jl. Pahlawan",
    "Jl. Pemuda",
    "Jl. Veteran",
    "Jl. Merdeka",
    "Jl. Kartini",
    "Jl. Cut Nyak Dien",
    "Jl. Sultan Agung",
    "Jl. Sisingamangaraja",
    "Jl. Hasanuddin",
    "Jl. Pattimura",
    "Jl. Wahidin Sudirohusodo",
    "Jl. Dr. Sutomo",
    "Jl. Cokroaminoto",
    "Jl. K.H. Agus Salim",
    "Jl. K.H. Ahmad Dahlan",
    "Jl. K.H. Wahid Hasyim",
    "Jl. Letjen Suprapto",
    "Jl. Brigjen Katamso",
    "Jl. Yos Sudarso",
    "Jl. R.E. Martadinata",
    "Jl. Adisucipto",
    "Jl. Slamet Riyadi",
    "Jl. Melati",
    "Jl. Mawar",
    "Jl. Kenanga",
    "Jl. Anggrek",
    "Jl. Cempaka",
    "Jl. Flamboyan",
    "Jl. Merpati",
    "Jl. Rajawali",
    "Jl. Cendrawasih",
    "Jl. Garuda",
    "Jl. Manggis",
    "Jl. Rambutan",
    "Jl. Pasar Baru",
    "Jl. Stasiun",
    "Jl. Pelabuhan",
    "Jl. Raya Timur",
    "Jl. Raya Barat",
    "Jl. Lingkar Selatan",
    "Jl. Perintis Kemerdekaan",
    "Jl. Sam Ratulangi",
    "Jl. Urip Sumoharjo",
    "Jl. Bung Tomo",
    "Jl. Kapten Muslihat",
    "Jl. Basuki Rahmat",
];

pub(super) const SOURCES: &[(u32, &str)] = &[
    (26, "referral"),
    (20, "canvassing"),
    (14, "exhibition"),
    (12, "website"),
    (12, "social"),
    (8, "whatsapp"),
    (5, "marketplace"),
    (3, "phone"),
];

const TAGS: &[&str] = &[
    "kunci",
    "banyak cabang",
    "sensitif harga",
    "pesan lewat WA",
    "ramah lingkungan",
    "wajib halal",
    "potensi naik",
    "reseller",
    "musiman",
    "bayar tepat waktu",
    "butuh mesin",
    "kopi spesialti",
];

impl Generator {
    /// The account with this index.
    #[must_use]
    pub fn account(&self, index: usize) -> Account {
        let core = self.account_core(index);
        let dice = &mut Dice::new(self.seed, Stream::AccountDetail, index);
        let household = core.is_household();
        let place = core.place;
        let (district, village) = dice.pick(place.districts);
        let legal_form = legal_form(&core, dice);
        let landline = !household && dice.chance(if core.size == "micro" { 25 } else { 80 });
        let domain = self.domain(index);
        let online = !household
            && dice.chance(match core.size {
                "micro" => 35,
                "small" => 75,
                _ => 97,
            });
        let taxed = !household
            && dice.chance(match core.size {
                "micro" => 10,
                "small" => 55,
                _ => 95,
            });
        let trading = core.status != "prospect" && !household;
        Account {
            name: self.account_name(index),
            kind: if household { "household" } else { "company" },
            legal_form,
            industry: core.industry,
            size: core.size,
            city: place.city,
            province: place.province,
            regency_code: place.code,
            street: street(household, dice),
            district,
            village,
            postcode: format!("{:05}", dice.between(i64::from(place.postcodes.0), i64::from(place.postcodes.1))),
            phone: if landline { numbers::landline(place.area, dice) } else { numbers::mobile(dice) },
            email: online.then(|| format!("{}@{domain}", dice.pick(&["info", "halo", "admin", "pembelian", "kontak"]))),
            website: (online && dice.chance(70)).then(|| format!("https://www.{domain}")),
            npwp: taxed.then(|| numbers::npwp(dice)),
            credit_limit: if trading { credit(core.size, dice) } else { Decimal::ZERO },
            payment_terms_days: if trading { terms(core.size, dice) } else { 0 },
            status: core.status,
            source: dice.weighted(SOURCES),
            customer_since: (core.status != "prospect").then(|| self.since(dice)),
            known_since: self.known_since(index),
            tags: tags(&core, dice),
            owner: core.owner,
        }
    }

    /// Whether an account is a household.
    pub fn is_household(&self, account: usize) -> bool {
        self.account_core(account).is_household()
    }

    /// What is settled first about an account, without its texts.
    pub(super) fn account_core(&self, index: usize) -> Core {
        let dice = &mut Dice::new(self.seed, Stream::Account, index);
        let (place, other) = (dice.weighted(&self.places), dice.weighted(&self.places));
        // A few great customers, many small ones.
        let standing = self.shuffle.rank(index) as f64 / self.sizes.accounts.max(1) as f64;
        let size = match standing {
            s if s < 0.02 => "large",
            s if s < 0.12 => "medium",
            s if s < 0.45 => "small",
            _ => "micro",
        };
        // Great firms sit in great cities.
        let upgraded = matches!(size, "large" | "medium") && other.weight > place.weight;
        let place = if upgraded { other } else { place };
        let industry = industry(size, dice);
        let status = match size {
            "large" | "medium" => dice.weighted(&[(16, "prospect"), (66, "active"), (11, "dormant"), (7, "lost")]),
            _ => dice.weighted(&[(23, "prospect"), (50, "active"), (17, "dormant"), (10, "lost")]),
        };
        let owner = dice.weighted(if place.is_west() { catalogue::WEST } else { catalogue::EAST });
        Core { place, industry, size, status, owner }
    }

    /// The name without legal form.
    pub(super) fn account_name(&self, index: usize) -> String {
        let core = self.account_core(index);
        if core.is_household() {
            let person = self.person(index, &core);
            let family = person.name.rsplit(' ').next().unwrap_or(&person.name);
            return format!("Keluarga {family}");
        }
        let (first, second, third) = self.words(index);
        let both = if third.is_empty() { format!("{first} {second}") } else { format!("{first} {second} {third}") };
        // The pattern depends on the index alone, so that a name needs no further draw.
        let patterns: &[&str] = match core.industry {
            "cafe" => &["Kopi {}", "Kedai Kopi {}", "{} Coffee", "Warung Kopi {}", "Kafe {}", "Kedai {}"],
            "restaurant" => &["Rumah Makan {}", "Restoran {}", "Dapur {}", "Warung {}", "Bakmi {}", "Sate {}"],
            "hotel" => &["Hotel {}", "{} Resort", "Grand {}", "{} Hotel", "Penginapan {}"],
            "retail" => &["Toko {}", "Swalayan {}", "{} Mart", "Grosir {}", "Minimarket {}"],
            "catering" => &["Katering {}", "{} Boga", "Jasa Boga {}", "{} Catering"],
            "cooperative" => &["Serba Usaha {}", "Karyawan {}", "Konsumen {}", "Pegawai {}"],
            "bakery" => &["Roti {}", "{} Bakery", "Toko Roti {}", "Kue {}"],
            "hospital" => &["Rumah Sakit {}", "Klinik {}"],
            "school" => &["Universitas {}", "Sekolah {}", "Politeknik {}"],
            "distributor" => &["{} Distribusi", "{} Pangan", "{} Niaga", "{} Boga Utama"],
            _ => &["{} Teknologi", "{} Konsultan", "{} Properti", "{} Logistik", "{} Media", "{} Konstruksi", "{} Finansial", "{} Energi"],
        };
        patterns[(index / 7 + index) % patterns.len()].replace("{}", &both)
    }

    /// The words that tell this firm from all others.
    fn words(&self, index: usize) -> (&'static str, &'static str, &'static str) {
        const PAIRS: usize = FIRST.len() * SECOND.len();
        let pair = (index % PAIRS * 7001 + (self.seed % PAIRS as u64) as usize) % PAIRS;
        let round = index / PAIRS;
        let third = if round == 0 { "" } else { THIRD[(round - 1) % THIRD.len()] };
        (FIRST[pair % FIRST.len()], SECOND[pair / FIRST.len()], third)
    }

    /// The firm's mail and web domain.
    pub(super) fn domain(&self, index: usize) -> String {
        let (first, second, third) = self.words(index);
        let mut domain: String = [first, second, third].concat().chars().filter(char::is_ascii_alphabetic).collect();
        domain.make_ascii_lowercase();
        domain.push_str(".test");
        domain
    }

    fn since(&self, dice: &mut Dice) -> Date {
        let days = 20 + (dice.unit().powf(1.4) * 3_400.0) as i64;
        self.today.saturating_sub(days.days())
    }
}

fn industry(size: &str, dice: &mut Dice) -> &'static str {
    let choices: &[(u32, &str)] = match size {
        "large" => {
            &[(30, "hotel"), (20, "retail"), (15, "distributor"), (15, "restaurant"), (8, "catering"), (7, "office"), (5, "hospital")]
        }
        "medium" => &[
            (24, "hotel"),
            (20, "restaurant"),
            (14, "cafe"),
            (12, "retail"),
            (10, "catering"),
            (8, "office"),
            (5, "cooperative"),
            (4, "hospital"),
            (3, "school"),
        ],
        "small" => &[
            (34, "cafe"),
            (22, "restaurant"),
            (11, "retail"),
            (9, "bakery"),
            (8, "catering"),
            (6, "office"),
            (5, "cooperative"),
            (3, "hotel"),
            (2, "school"),
        ],
        _ => &[(46, "cafe"), (16, "restaurant"), (14, "retail"), (9, "bakery"), (4, "catering"), (3, "cooperative"), (8, "household")],
    };
    dice.weighted(choices)
}

fn legal_form(core: &Core, dice: &mut Dice) -> &'static str {
    match (core.industry, core.size) {
        ("household", _) => "",
        ("cooperative", _) => "Koperasi",
        ("school", _) => "Yayasan",
        ("hospital", _) => dice.weighted(&[(60, "PT"), (40, "Yayasan")]),
        (_, "large") => dice.weighted(&[(96, "PT"), (4, "CV")]),
        (_, "medium") => dice.weighted(&[(72, "PT"), (24, "CV"), (4, "UD")]),
        (_, "small") => dice.weighted(&[(24, "PT"), (34, "CV"), (12, "UD"), (30, "")]),
        _ => dice.weighted(&[(4, "PT"), (12, "CV"), (12, "UD"), (72, "")]),
    }
}

fn street(household: bool, dice: &mut Dice) -> String {
    let street = dice.pick(&STREETS);
    let number = 1 + dice.below(240);
    let (rt, rw) = (1 + dice.below(9), 1 + dice.below(14));
    match dice.below(10) {
        _ if household => format!("{street} No. {number}, RT {rt:03}/RW {rw:03}"),
        0..=4 => format!("{street} No. {number}"),
        5..=6 => format!("{street} No. {number}, RT {rt:03}/RW {rw:03}"),
        7 => format!(
            "Ruko {} Blok {} No. {}, {street}",
            dice.pick(&["Sentra Niaga", "Plaza Utama", "Grand Boulevard", "Mutiara"]),
            dice.pick(&["A", "B", "C", "D"]),
            1 + number % 30
        ),
        8 => format!("{street} Kav. {}, Lt. {}", 1 + number % 60, 1 + rt % 5),
        _ => format!("{street} No. {number}{}", dice.pick(&["A", "B", "C"])),
    }
}

fn credit(size: &str, dice: &mut Dice) -> Decimal {
    match size {
        "large" => numbers::sum(250e6, 2_000e6, dice),
        "medium" => numbers::sum(50e6, 250e6, dice),
        "small" => numbers::sum(5e6, 50e6, dice),
        _ if dice.chance(35) => numbers::sum(1e6, 5e6, dice),
        _ => Decimal::ZERO,
    }
}

fn terms(size: &str, dice: &mut Dice) -> u32 {
    match size {
        "large" => dice.pick(&[30, 30, 45, 60]),
        "medium" => dice.pick(&[14, 30, 30]),
        "small" => dice.pick(&[0, 7, 14, 14]),
        _ => dice.pick(&[0, 0, 0, 7]),
    }
}

fn tags(core: &Core, dice: &mut Dice) -> Vec<&'static str> {
    let mut tags = Vec::new();
    if core.size == "large" {
        tags.push("kunci");
    }
    for _ in 0..dice.pick(&[0, 0, 1, 1, 2]) {
        let tag = dice.pick(&TAGS[1..]);
        if !tags.contains(&tag) && !core.is_household() {
            tags.push(tag);
        }
    }
    tags
}

impl Generator {
    /// The person with this index: name, sex and where the name comes from.
    pub(super) fn person(&self, index: usize, core: &Core) -> names::Drawn {
        names::draw(core.place.culture, &mut Dice::new(self.seed, Stream::Contact, index))
    }
}
