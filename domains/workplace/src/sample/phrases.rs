//! What people write and say, with places for names, products, days and sums.

mod topics;

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::Date;

use akrab_model::format::{Lang, weekday};

pub(super) use topics::{TOPICS, Topic};

use super::deals::{product_for, product_of};
use super::dice::Dice;
use super::firms::Core;
use super::numbers;
use super::records::Product;

/// What fills the places of a sentence. Drawn once, so that all sentences of a text agree.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    person: &'a str,
    day: Date,
    soon: Date,
    place: &'static super::Place,
    district: &'static str,
    product: &'static Product,
    other: &'static Product,
    count: u32,
    small: u32,
    percent: u32,
    hour: i64,
    paper: u32,
}

const MONTHS: [&str; 12] =
    ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];

impl<'a> Slots<'a> {
    /// `person`: how the other side is addressed ("Pak Budi").
    pub(super) fn new(core: &Core, person: &'a str, day: Date, dice: &mut Dice) -> Self {
        let product = product_for(core.industry, dice);
        let step = match core.size {
            "large" => 50,
            "medium" => 20,
            _ => 5,
        };
        let count = match product.category {
            "machine" => 1 + dice.below(2),
            _ => step * (1 + dice.below(8)),
        };
        Self {
            person,
            day,
            soon: super::history::working_day(day.saturating_add(dice.between(1, 12).days())),
            place: core.place,
            district: dice.pick(core.place.districts).0,
            product,
            other: product_for(core.industry, dice),
            count,
            small: 2 + dice.below(7),
            percent: dice.pick(&[3, 5, 5, 7, 8, 10, 12, 15]),
            hour: dice.between(8, 16),
            paper: dice.below(9_000) + 1,
        }
    }

    /// Makes the talk be about coffee, for what is only said of coffee.
    pub(super) fn serve_coffee(&mut self, dice: &mut Dice) {
        self.product = product_of("coffee", dice);
        self.other = product_of("coffee", dice);
    }

    /// Puts the values into a sentence.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 48);
        self.fill_into(&mut out, template);
        out
    }

    /// Like [`Slots::fill`], at the end of a text.
    pub(super) fn fill_into(&self, out: &mut String, template: &str) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((slot, tail)) = after.split_once('}') else {
                break;
            };
            out.push_str(before);
            self.write(out, slot);
            rest = tail;
        }
        out.push_str(rest);
    }

    fn write(&self, out: &mut String, slot: &str) {
        let month = |day: Date| MONTHS[usize::from(day.month().unsigned_abs()) - 1];
        // Contracts are talked over in autumn for the year to come.
        let year = self.day.year() + i16::from(self.day.month() >= 9);
        let _ = match slot {
            "p" => write!(out, "{}", self.person),
            "prod" => write!(out, "{}", plain_name(self.product)),
            "prod2" => write!(out, "{}", if self.other == self.product { "Gula Aren Cair" } else { plain_name(self.other) }),
            "jml" => write!(out, "{} {}", self.count, self.product.unit),
            "harga" => write!(out, "Rp{}", numbers::grouped(self.product.price / 100 * (100 - self.percent / 2) / 500 * 500)),
            "hari" => write!(out, "{}", weekday(self.soon.weekday(), Lang::Id)),
            "tgl" => write!(out, "{} {}", self.soon.day(), month(self.soon)),
            "bulan" => write!(out, "{}", month(self.soon.saturating_add(28.days()))),
            "tahun" => write!(out, "{year}"),
            "kota" => write!(out, "{}", self.place.city),
            "kec" => write!(out, "{}", self.district),
            "n" => write!(out, "{}", self.small),
            "persen" => write!(out, "{}%", self.percent),
            "jam" => write!(out, "{:02}.{}", self.hour, if self.paper.is_multiple_of(2) { "00" } else { "30" }),
            "po" => write!(out, "PO-{:02}{:02}-{:04}", self.day.year() % 100, self.day.month(), self.paper),
            "inv" => write!(out, "INV/{}/{:02}/{:04}", self.day.year(), self.day.month(), self.paper),
            other => write!(out, "{other}"),
        };
    }
}

/// The name of a product as people say it, without the size of its pack.
pub(super) fn plain_name(product: &Product) -> &'static str {
    let size = |at: &usize| {
        let tail = &product.name[at + 1..];
        tail.starts_with(|c: char| c.is_ascii_digit()) || tail.starts_with("isi ")
    };
    let end = product.name.match_indices(' ').map(|(at, _)| at).find(size);
    &product.name[..end.unwrap_or(product.name.len())]
}

/// Whether a sentence fits the time of the year: feasts are spoken of before they come.
pub(super) fn in_season(template: &str, day: Date) -> bool {
    if template.contains("Lebaran") {
        super::history::is_before_feast(day)
    } else if template.contains("Natal") {
        day.month() >= 10
    } else {
        true
    }
}

/// Beginnings of notes, by channel.
pub(super) const OPENINGS: &[(&str, &[&str])] = &[
    (
        "meeting",
        &[
            "Rapat dengan {p} di kantor kami.",
            "Bertemu {p} di {kec}.",
            "Rapat daring dengan {p}, sekitar satu jam.",
            "Bertemu {p} dan tim pembelian.",
            "Makan siang kerja dengan {p} di {kota}.",
        ],
    ),
    (
        "visit",
        &[
            "Kunjungan ke tempat {p} di {kec}.",
            "Mampir ke lokasi, diterima {p}.",
            "Kunjungan rutin, bertemu {p}.",
            "Cek stok di tempat bersama {p}.",
            "Datang ke {kec} membawa contoh, diterima {p}.",
        ],
    ),
    (
        "call",
        &[
            "Telepon dengan {p}.",
            "Menelepon {p}.",
            "{p} menelepon.",
            "Bicara singkat dengan {p} lewat telepon.",
            "Telepon lanjutan dengan {p}.",
        ],
    ),
    (
        "event",
        &[
            "Bertemu {p} di pameran makanan dan minuman.",
            "{p} datang ke acara cupping kami.",
            "{p} hadir di kelas barista.",
            "Bertemu {p} di festival kopi {kota}.",
        ],
    ),
    ("letter", &["Surat resmi untuk {p}.", "Dokumen dikirim lewat kurir kepada {p}.", "Menerima surat dari {p}."]),
];

/// How notes end when it went well, and so on.
pub(super) const POSITIVE: &[&str] = &[
    "{p} tertarik dan minta dilanjutkan.",
    "Tanggapannya baik.",
    "{p} setuju dengan garis besarnya.",
    "Suasana enak, hubungan makin dekat.",
    "Mereka puas dengan pelayanan kita.",
    "{p} akan merekomendasikan ke kantor pusat.",
    "Peluangnya bagus, tinggal soal jadwal.",
    "{p} minta dihubungi lagi hari {hari}.",
];
pub(super) const NEUTRAL: &[&str] = &[
    "Belum ada keputusan.",
    "{p} perlu bicara dulu dengan pimpinannya.",
    "Menunggu kabar dari mereka.",
    "Akan dibahas lagi setelah tanggal {tgl}.",
    "Mereka masih membandingkan dengan pemasok lain.",
    "{p} minta waktu sampai hari {hari}.",
    "Belum mendesak bagi mereka.",
];
pub(super) const NEGATIVE: &[&str] = &[
    "{p} keberatan dengan harganya.",
    "Anggaran mereka bulan ini sudah habis.",
    "{p} kurang puas dan minta perbaikan.",
    "Mereka cenderung ke pemasok lain.",
    "{p} menunda sampai {bulan}.",
    "Ada kekecewaan soal pengiriman terakhir.",
];
pub(super) const ORDERED: &[&str] = &[
    "{p} langsung pesan {jml} {prod}.",
    "Pesanan masuk: {jml} {prod}, kirim hari {hari}.",
    "{p} menyetujui {po}.",
    "Pesanan tetap {jml} per bulan mulai {bulan}.",
    "Mereka menambah {prod2} pada pesanan berikutnya.",
];
pub(super) const NO_ANSWER: &[&str] = &[
    "Tidak diangkat, akan dicoba lagi hari {hari}.",
    "Nomor sibuk dua kali.",
    "{p} sedang rapat, minta ditelepon setelah jam {jam}.",
    "Diterima staf, {p} sedang keluar kota.",
    "Tidak tersambung, sudah dikirim pesan WhatsApp.",
];

/// What is done next.
pub(super) const NEXT_STEPS: &[&str] = &[
    "Kirim penawaran {prod}",
    "Telepon {hari} jam {jam}",
    "Antar contoh {prod} ke {kec}",
    "Kunjungan ulang {tgl}",
    "Kirim daftar harga terbaru",
    "Jadwalkan cupping bersama",
    "Tanyakan keputusan setelah {tgl}",
    "Kirim draf kontrak {tahun}",
    "Pastikan stok {prod}",
    "Konfirmasi jadwal kirim",
    "Kirim surat keterangan halal",
    "Minta dokumen NPWP dan NIB",
    "Hitung ulang harga untuk {jml}",
    "Siapkan pelatihan barista",
    "Bicarakan tempo pembayaran {n} minggu",
    "Kirim katalog dan foto produk",
    "Ajukan diskon {persen} ke manajer",
    "Cek pembayaran {inv}",
];

/// Subjects of tasks, by kind.
pub(super) const TASKS: &[(&str, &[&str])] = &[
    (
        "call",
        &[
            "Telepon {p} soal {prod}",
            "Telepon {p}: tanyakan keputusan",
            "Ingatkan {p} tentang {inv}",
            "Telepon {p}, konfirmasi kiriman {hari}",
            "Kabari {p} harga baru {prod}",
        ],
    ),
    (
        "whatsapp",
        &[
            "WA {p}: foto stok {prod}",
            "Kirim daftar harga ke {p} lewat WA",
            "WA {p} untuk pesanan {bulan}",
            "Tanya {p} sisa stok {prod}",
            "Ucapkan terima kasih ke {p}",
        ],
    ),
    (
        "email",
        &[
            "Kirim penawaran {jml} {prod}",
            "Balas surel {p} soal kontrak {tahun}",
            "Kirim draf kontrak ke {p}",
            "Kirim katalog {bulan} ke {p}",
            "Kirim sertifikat halal ke {p}",
        ],
    ),
    (
        "visit",
        &[
            "Kunjungi {p} di {kec}",
            "Antar contoh {prod} ke {p}",
            "Cek mesin di tempat {p}",
            "Kunjungan rutin {kota}: {p}",
            "Uji seduh {prod} di tempat {p}",
        ],
    ),
    (
        "meeting",
        &[
            "Rapat harga dengan {p}",
            "Presentasi {prod} untuk {p}",
            "Cupping bersama {p}",
            "Rapat evaluasi triwulan dengan {p}",
            "Negosiasi kontrak {tahun} dengan {p}",
        ],
    ),
    (
        "todo",
        &[
            "Siapkan penawaran {prod} untuk {p}",
            "Ajukan diskon {persen} untuk {p}",
            "Perbarui data NPWP {p}",
            "Siapkan contoh {prod}",
            "Periksa batas kredit sebelum {po}",
            "Susun jadwal kirim {bulan}",
        ],
    ),
];
