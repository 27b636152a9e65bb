//! A company's page.

use crate::shell::{T, frame, star_off};
use akrab_web::ui::avatar::{Shape, avatar};
use akrab_web::ui::button::Button;
use akrab_web::ui::composer::{Composer, ComposerTab, composer};
use akrab_web::ui::figures::{Figure, change, figures};
use akrab_web::ui::frame::{Theme, TopBar};
use akrab_web::ui::input::checkbox;
use akrab_web::ui::menu::{menu, more_menu_ghost};
use akrab_web::ui::progress::{blocks, progress_with_figure};
use akrab_web::ui::record::{NextAction, RecordHead, next_action, place, record_columns, record_head};
use akrab_web::ui::related::{Related, RelatedRow, related};
use akrab_web::ui::section::{Field, section};
use akrab_web::ui::status::{Status, dot};
use akrab_web::ui::tabs::{Tab, pill_tabs, tab_bar};
use akrab_web::ui::tag::{Tone, tag, tag_around, toned};
use akrab_web::ui::timeline::{Day, Entry, timeline};
use maud::{Markup, html};

pub fn entry(icon: &str, title: &str, detail: &str, time: &str, body: &str) -> Entry {
    Entry {
        icon: icon.into(),
        title: title.into(),
        href: Some("#".into()),
        detail: (!detail.is_empty()).then(|| html! { (detail) }),
        body: (!body.is_empty()).then(|| html! { (body) }),
        quote: body.starts_with('“'),
        time: time.into(),
        ..Entry::default()
    }
}

pub fn person_row(name: &str, role: &str, end: Markup) -> RelatedRow {
    RelatedRow {
        lead: Some(avatar(Shape::Person, name, 26)),
        title: name.into(),
        href: "#".into(),
        detail: Some(html! { (role) }),
        end: Some(end),
    }
}

pub fn doc_row(title: &str, detail: Markup, end: &str) -> RelatedRow {
    RelatedRow { lead: None, title: title.into(), href: "#".into(), detail: Some(detail), end: Some(html! { (end) }) }
}

pub fn panel(title: &str, count: &str, all: bool, rows: Vec<RelatedRow>) -> Markup {
    related(
        T,
        &Related {
            title: title.into(),
            count: Some(count.into()),
            all_href: all.then(|| "#".into()),
            add_href: Some("#".into()),
            rows,
            empty: String::new(),
        },
    )
}

pub fn top_actions(words: &str) -> Markup {
    html! {
        (place(T, words, Some("#"), Some("#")))
        (Button::only_icon("bell-plus", "Ikuti").ghost()) (Button::only_icon("link", "Salin tautan").ghost())
        (more_menu_ghost("Lainnya", html! {}))
    }
}

fn head() -> RecordHead {
    RecordHead {
        lead: Some(avatar(Shape::Company, "Hotel Bumi Arjuna", 44)),
        title: "Hotel Bumi Arjuna".into(),
        number: "PLG-00482".into(),
        beside: Some(star_off()),
        chips: vec![
            tag_around(html! { (dot(Status::Ok)) "Aktif" }, Tone::Outline, None),
            tag("Hotel"),
            tag("Kontrak tahunan"),
            tag("Kelas A"),
            tag_around(html! { (avatar(Shape::Person, "Bagus Prakoso", 16)) "Bagus Prakoso" }, Tone::Outline, Some("#")),
        ],
        actions: [
            ("phone", "Telepon"),
            ("message-circle", "WhatsApp"),
            ("mail", "Email"),
            ("notebook-pen", "Catatan"),
            ("square-check-big", "Tugas"),
            ("plus", "Peluang"),
        ]
        .iter()
        .map(|(i, l)| maud::Render::render(&Button::new(*l).icon(i).href("#")))
        .collect(),
        ..RecordHead::default()
    }
}

fn strip() -> Markup {
    figures(
        "Angka utama",
        &[
            Figure::new("Omzet 12 bulan", html! { "Rp 486.250.000" }, html! { (change(true, true, "12%")) " dari tahun lalu" }),
            Figure::new("Piutang", html! { "Rp 72.400.000" }, toned("Rp 18.600.000 lewat 12 hari", Tone::Bad)),
            Figure::new("Peluang terbuka", html! { "2 " small { "· Rp 310 jt" } }, html! { "Tutup terdekat 30 Nov" }),
            Figure::new("Tiket terbuka", html! { "1" }, toned("Batas balas 3 jam lagi", Tone::Warn)),
            Figure::new("Kontak terakhir", html! { "Hari ini 09.12" }, html! { "WhatsApp dari Lestari" }),
            Figure::new("Risiko", html! { "Sedang" (blocks(3, 5, Tone::Warn)) }, html! { "Bayar melambat, keluhan 1" }),
        ],
    )
}

fn fields() -> Markup {
    let text = |l: &str, v: &str| Field::text(l, v).edit("/edit");
    html! {
        (section(T, "Profil", true, &[
            text("Jenis", "Hotel bintang 4"), text("Kota", "Malang, Jawa Timur"), text("Alamat", "Jl. Ijen No. 77, Klojen 65115"), text("NPWP", "01.234.567.8-652.000"), text("Kamar", "148"),
            Field::new("Situs", html! { a.ak-link href="#" { "bumiarjuna.co.id" } }),
        ]))
        (section(T, "Syarat dagang", true, &[
            text("Termin", "30 hari"), text("Batas kredit", "Rp 100.000.000"),
            Field::new("Terpakai", progress_with_figure("Batas kredit terpakai", 72, Tone::Warn)),
            text("Daftar harga", "Horeka B"), text("Pengiriman", "Selasa & Jumat"),
        ]))
        (section(T, "Hubungan", true, &[
            Field::new("PJ", html! { span.ak-row { (avatar(Shape::Person, "Bagus Prakoso", 18)) "Bagus Prakoso" } }),
            text("Sumber", "Pameran SIAL 2024"), text("Pelanggan sejak", "14/03/2024"), text("Izin pesan", "WhatsApp, email"),
        ]))
        (section(T, "Cabang & induk", false, &[text("Induk", "")]))
    }
}

fn middle() -> Markup {
    let kinds = [
        ("notebook-pen", "Catatan"),
        ("message-circle", "WhatsApp"),
        ("mail", "Email"),
        ("phone", "Telepon"),
        ("square-check-big", "Tugas"),
        ("calendar", "Rapat"),
    ]
    .map(|(i, l)| ComposerTab {
        kind: l.to_lowercase(),
        icon: i.into(),
        label: l.into(),
        href: "#".into(),
        key: None,
        current: l == "WhatsApp",
    });
    let due = |e: Entry, tone| Entry { tone, time_tone: tone, ..e };
    html! {
        (tab_bar("Bagian", &[
            Tab::new("Riwayat", "#", true), Tab::new("Email", "#", false).count("18"), Tab::new("Chat", "#", false).count("42"),
            Tab::new("Tugas", "#", false).count("3"), Tab::new("Catatan", "#", false).count("6"), Tab::new("Berkas", "#", false).count("9"),
        ], html! {}, html! {}))
        (composer(T, &Composer {
            draft_key: "sample", action: "/compose", csrf: "sample", tabs: &kinds,
            value: "Baik Bu Lestari, 120 kg bisa kami siapkan mulai Desember. Simulasi harganya saya kirim siang ini, ya.",
            fresh: true,
            placeholder: "Tulis pesan", fields: html! {}, mention: "", send: "Kirim",
            note: html! { "ke " b { "Lestari Handayani" } " 0812-3456-7890 · dalam jendela 24 jam" },
        }))
        div.ak-timeline-tools {
            (pill_tabs("Jenis", &["Semua", "Pesan", "Telepon", "Transaksi", "Tiket", "Perubahan"].map(|l| Tab::new(l, "#", l == "Semua"))))
            (checkbox("related", "1", "Dengan data terkait", true))
            (Button::only_icon("search", "Cari dalam riwayat").ghost())
        }
        (timeline(&[
            Day { label: "Akan datang".into(), entries: vec![
                due(entry("phone", "Telepon Lestari soal harga 2027", "· Bagus", "Hari ini 14.00", ""), Tone::Warn),
                due(entry("receipt-text", "Tagih INV-2026-1102", "· Rp 18.600.000", "Terlambat 2 hari", ""), Tone::Bad),
            ] },
            Day { label: "Hari ini, Kamis 19 November".into(), entries: vec![
                entry("message-circle", "Lestari Handayani", "lewat WhatsApp", "09.12", "“Bu, untuk House Blend bulan depan kami tambah jadi 120 kg ya. Harganya masih sama?”"),
                entry("life-buoy", "Tiket #2071", "Kemasan 5 kg bocor saat tiba", "08.40", "Dibuka oleh Yanto (gudang hotel) · batas balas 14.40"),
            ] },
            Day { label: "Kemarin".into(), entries: vec![
                entry("phone", "Bagus menelepon Lestari", "8 menit", "15.40", "Minta contoh Gayo Wine 2 kg untuk banquet. Chef Anton mencoba hari Senin."),
                entry("arrow-right-left", "Kontrak pasokan 2027", "Kualifikasi → Penawaran", "11.05", ""),
                entry("mail", "Penawaran QT-2026-0418", "dikirim ke 2 orang, dibuka 3×", "10.58", ""),
            ] },
        ]))
    }
}

pub fn record(theme: Theme) -> Markup {
    let mut f = frame(theme, "Hotel Bumi Arjuna", &["Perusahaan", "Kontrak tahunan"], "Hotel Bumi Arjuna");
    f.top = TopBar::Record;
    f.actions = Some(top_actions("3 dari 214"));
    let side = html! {
        (panel("Kontak", "4", true, vec![person_row("Lestari Handayani", "Manajer Pembelian", tag("Utama")), person_row("Anton", "Executive Chef", tag("Pengguna")), person_row("Hendra Wibisono", "General Manager", tag("Pemutus"))]))
        (panel("Peluang", "2", false, vec![doc_row("Kontrak pasokan 2027", html! { "Penawaran · tutup 30 Nov" }, "Rp 210 jt"), doc_row("Mesin banquet 2 unit", html! { "Baru · tutup 20 Jan" }, "Rp 100 jt")]))
        (panel("Pesanan", "27", true, vec![doc_row("SO-2026-0931", html! { "10 Nov · selesai" }, "Rp 53,8 jt"), doc_row("SO-2026-0874", html! { "13 Okt · selesai" }, "Rp 47,2 jt")]))
        (panel("Faktur belum lunas", "2", false, vec![doc_row("INV-2026-1187", html! { "jatuh tempo 12 Des" }, "Rp 53,8 jt"), doc_row("INV-2026-1102", toned("lewat 12 hari", Tone::Bad), "Rp 18,6 jt")]))
        (panel("Tiket", "1", false, vec![doc_row("#2071 Kemasan bocor", toned("balas sebelum 14.40", Tone::Warn), "Terbuka")]))
    };
    f.page(html! {
        (record_head(&head()))
        (next_action(&NextAction {
            state: Status::Today, when: "Berikutnya hari ini 14.00".into(),
            what: "Telepon Lestari soal kenaikan harga House Blend 2027 — siapkan simulasi untuk 120 kg per bulan".into(),
            owner: Some(avatar(Shape::Person, "Bagus Prakoso", 18)),
            actions: html! { (Button::new("Selesai").icon("check").ghost()) (menu("Tunda", None, html! {})) },
        }))
        (strip())
        (record_columns(fields(), middle(), side))
    })
}
