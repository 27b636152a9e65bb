//! An opportunity's page.

use crate::record::{doc_row, entry, panel, person_row, top_actions};
use crate::shell::{T, frame};
use akrab_web::ui::avatar::{Shape, avatar};
use akrab_web::ui::button::Button;
use akrab_web::ui::composer::composer_line;
use akrab_web::ui::frame::{Theme, TopBar};
use akrab_web::ui::record::{RecordHead, object_mark, record_columns, record_head};
use akrab_web::ui::section::{Field, section};
use akrab_web::ui::stage::{GateItem, StageState, StageStep, gate, stage_path};
use akrab_web::ui::table::plain_table;
use akrab_web::ui::tabs::{Tab, tab_bar};
use akrab_web::ui::tag::{Tone, tag, tag_around, tag_toned};
use akrab_web::ui::timeline::{Day, Entry, timeline};
use maud::{Markup, Render, html};

fn step(label: &str, detail: &str, state: StageState) -> StageStep {
    StageStep { label: label.into(), detail: detail.into(), state, value: label.to_lowercase() }
}

fn item(label: &str, detail: &str, met: bool, link: Option<&str>) -> GateItem {
    GateItem { label: label.into(), detail: detail.into(), met, link: link.map(|l| (l.into(), "#".into())) }
}

fn lines() -> Markup {
    let row = |p: &str, q: &str, u: &str, price: &str, d: &str, sum: &str| {
        vec![
            html! { span.ak-strong { (p) } },
            html! { b { (q) } " " span.ak-muted { (u) } },
            html! { "Rp " (price) },
            html! { (d) },
            html! { b { "Rp " (sum) } },
        ]
    };
    let heads = [
        ("Produk", false, None),
        ("Jumlah", true, Some(100)),
        ("Harga satuan", true, Some(118)),
        ("Diskon", true, Some(66)),
        ("Subtotal", true, Some(152)),
    ];
    let sum = |label: &str, value: &str| html! { tr { td.ak-right colspan="4" { (label) } td.ak-right { "Rp " (value) } } };
    plain_table(
        "Barang & jasa",
        &heads,
        &[
            row("House Blend Arjuna 1 kg", "1.440", "kg", "98.000", "5%", "134.064.000"),
            row("Arabika Gayo Wine 1 kg", "264", "kg", "215.000", "—", "56.760.000"),
            row("Servis mesin triwulanan", "4", "kali", "2.750.000", "—", "11.000.000"),
            row("Pelatihan barista 1 hari", "2", "sesi", "4.500.000", "10%", "8.100.000"),
        ],
        Some(html! {
            (sum("Subtotal", "209.924.000")) (sum("PPN 11%", "23.091.640"))
            tr { td.ak-right colspan="4" { b { "Total setahun" } } td.ak-right { b { "Rp 233.015.640" } } }
        }),
    )
}

pub fn opportunity(theme: Theme) -> Markup {
    let mut f = frame(theme, "Kontrak pasokan 2027", &["Peluang", "Alur penjualan"], "Peluang");
    f.top = TopBar::Record;
    f.actions = Some(top_actions("1 dari 9"));
    let head = RecordHead {
        lead: Some(object_mark("target")),
        title: "Kontrak pasokan 2027".into(),
        number: "PEL-01873".into(),
        chips: vec![
            tag_around(html! { (avatar(Shape::Company, "Hotel Bumi Arjuna", 16)) "Hotel Bumi Arjuna" }, Tone::Outline, Some("#")),
            tag("Kontrak tahunan"),
            tag_around(html! { (avatar(Shape::Person, "Bagus Prakoso", 16)) "Bagus Prakoso" }, Tone::Outline, Some("#")),
        ],
        facts: vec![
            ("Nilai".into(), html! { "Rp 209.924.000" }),
            ("Kemungkinan menang".into(), html! { "50%" }),
            ("Perkiraan tutup".into(), html! { "30 Nov 2026" }),
        ],
        actions: vec![
            Button::only_icon("phone", "Telepon").render(),
            Button::only_icon("message-circle", "WhatsApp").render(),
            Button::only_icon("mail", "Email").render(),
            Button::new("Majukan tahap").icon_after("arrow-right").primary().render(),
        ],
        ..RecordHead::default()
    };
    let text = |l: &str, v: &str| Field::text(l, v).edit("/edit");
    let left = html! {
        (gate("Syarat ke Negosiasi", "3 dari 5", &[
            item("Penawaran terkirim", "QT-2026-0418 · 18 Nov", true, None), item("Pemutus diketahui", "Hendra Wibisono", true, None), item("Margin di atas 18%", "saat ini 22,4%", true, None),
            item("Diskon disetujui", "menunggu keputusan Anda", false, Some("Putuskan")), item("Tanggal kirim pertama", "belum diisi", false, Some("Isi")),
        ]))
        (section(T, "Rincian", true, &[text("Alur", "Penjualan langsung"), text("Jenis", "Perpanjangan"), text("Sumber", "Pelanggan lama"), text("Pesaing", "Kopi Prima Abadi"), text("Anggaran", "Sudah disetujui"), text("Margin", "22,4%"), text("Kebutuhan", "120 kg per bulan, kirim Selasa & Jumat")]))
    };
    let middle = html! {
        (tab_bar("Bagian", &[Tab::new("Ringkasan", "#", true), Tab::new("Riwayat", "#", false), Tab::new("Email", "#", false).count("7"), Tab::new("Tugas", "#", false).count("2"), Tab::new("Berkas", "#", false).count("4")], html! {}, html! {}))
        div.ak-panel-head { h2 { "Barang & jasa" } span.ak-count { "4 baris" } span.ak-spacer {} (Button::new("Buat penawaran").icon("file-plus")) (Button::new("Tambah baris").icon("plus").ghost()) }
        (lines())
        (composer_line("Tulis catatan, @ untuk menyebut rekan", "#"))
        (timeline(&[
            Day { label: "Akan datang".into(), entries: vec![Entry { tone: Tone::Warn, time_tone: Tone::Warn, ..entry("phone", "Telepon Lestari soal harga 2027", "· Bagus", "Hari ini 14.00", "") }] },
            Day { label: "Kemarin".into(), entries: vec![
                entry("circle-percent", "Bagus minta persetujuan diskon", "5% untuk House Blend", "16.20", "“Volume naik dari 90 ke 120 kg; pesaing menawar Rp 91.000.”"),
                entry("arrow-right-left", "Tahap", "Kualifikasi → Penawaran", "11.05", ""),
                entry("mail", "Penawaran QT-2026-0418", "dikirim ke Lestari dan Hendra, dibuka 3×", "10.58", ""),
            ] },
        ]))
    };
    let side = html! {
        section {
            div.ak-panel-head { h2 { "Persetujuan diskon" } span.ak-spacer {} (tag_toned("Menunggu", Tone::Warn)) }
            p.ak-muted.ak-text-13 { "5% melampaui wewenang Bagus (3%). Margin menjadi 22,4%." }
            div.ak-row { (Button::new("Setujui").icon("check")) (Button::new("Tolak")) (Button::new("Tanya").icon("message-square").ghost()) }
        }
        (panel("Peran pembeli", "3", false, vec![person_row("Hendra Wibisono", "General Manager", tag("Pemutus")), person_row("Lestari Handayani", "Manajer Pembelian", tag_toned("Pendukung", Tone::Accent)), person_row("Anton", "Executive Chef", tag("Pengguna"))]))
        (panel("Penawaran", "2", false, vec![doc_row("QT-2026-0418", html! { "dikirim 18 Nov · dibuka 3×" }, "Rp 233,0 jt"), doc_row("QT-2026-0391", html! { "diganti" }, "Rp 219,8 jt")]))
        (panel("Berkas", "4", true, vec![doc_row("Simulasi harga 120 kg.xlsx", html! { "Bagus · 18 Nov" }, "42 KB"), doc_row("Draf kontrak 2027.pdf", html! { "Ratna · 17 Nov" }, "318 KB")]))
    };
    f.page(html! {
        (record_head(&head))
        (stage_path("Tahap", "/stage", "sample", &[
            step("Baru", "4 hari", StageState::Done), step("Kualifikasi", "11 hari", StageState::Done), step("Penawaran", "8 hari, batas 14", StageState::Current),
            step("Negosiasi", "target 10 hari", StageState::Ahead), step("Kontrak", "target 7 hari", StageState::Ahead),
        ], html! { (Button::new("Menang").icon("trophy").submit_as("stage", "won")) (Button::new("Kalah").icon("circle-x").submit_as("stage", "lost")) }))
        (record_columns(left, middle, side))
    })
}
