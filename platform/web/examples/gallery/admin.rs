//! Import dry run and the permission matrix.

use crate::shell::{T, frame, more};
use akrab_web::ui::button::Button;
use akrab_web::ui::frame::{Theme, TopBar, foot_bar, with_side_menu, with_side_panel};
use akrab_web::ui::icon::icon_sized;
use akrab_web::ui::progress::{level, stacked};
use akrab_web::ui::related::panel_head;
use akrab_web::ui::section::{Field, field_list};
use akrab_web::ui::segmented::{Segment, segmented};
use akrab_web::ui::sidebar::{NavGroup, NavItem};
use akrab_web::ui::status::{Status, status, status_strong};
use akrab_web::ui::steps::{outcome, steps};
use akrab_web::ui::table::plain_table;
use akrab_web::ui::tabs::{Tab, tab_bar};
use akrab_web::ui::tag::tag;
use maud::{Markup, html};

pub fn import(theme: Theme) -> Markup {
    let mut f = frame(theme, "Impor", &["Perusahaan"], "Perusahaan");
    f.beside_title = Some(html! { span.ak-muted.ak-text-13 { "pelanggan-jatim-2026.xlsx · lembar “Data” · 1.412 baris" } });
    f.actions =
        Some(html! { (Button::new("Simpan sebagai pola").icon("bookmark").ghost()) (Button::only_icon("x", "Tutup").ghost().href("#")) });
    let remark = |n: &str, col: &str, raw: &str, note: &str, state: Status, result: &str| {
        let result = if state == Status::Ok { status(state, result) } else { status_strong(state, result) };
        vec![html! { span.ak-muted { (n) } }, html! { (col) }, html! { span.ak-mono { (raw) } }, html! { span.ak-muted { (note) } }, result]
    };
    let heads = [
        ("Baris", false, Some(64)),
        ("Kolom", false, Some(92)),
        ("Isi berkas", false, Some(140)),
        ("Catatan", false, None),
        ("Hasil", false, Some(190)),
    ];
    let content = html! {
        div.ak-content {
            h2.ak-question { "Siap mengimpor 1.384 dari 1.412 baris" }
            p.ak-muted.ak-text-13 { "Ini baru uji coba. Belum ada data yang berubah." }
            br; (stacked("1.036 dibuat, 321 diperbarui, 27 tanpa perubahan, 28 dilewati", &[(1036, "1"), (321, "2"), (27, "4"), (28, "bad")]))
            div.ak-outcomes { (outcome("1", "plus", "Dibuat baru", "1.036")) (outcome("2", "pencil", "Diperbarui", "321")) (outcome("4", "equal", "Tanpa perubahan", "27")) (outcome("bad", "ban", "Dilewati", "28")) }
            div.ak-panel-head { h2 { "Yang perlu dilihat" } (segmented("Saring catatan", &[Segment::new("Semua 61", "#", true), Segment::new("Dilewati 28", "#", false), Segment::new("Peringatan 19", "#", false), Segment::new("Diubah 14", "#", false)])) span.ak-spacer {} (Button::new("Unduh baris bermasalah (28)").icon("download")) }
            (plain_table("Catatan", &heads, &[
                remark("14", "Telepon", "0812 3456", "Nomor terlalu pendek; perlu 10–13 angka", Status::Late, "Dilewati"),
                remark("57", "NPWP", "01.234.567.8", "Kurang 3 angka", Status::Risk, "Disimpan tanpa NPWP"),
                remark("103", "Kota", "Ujung Pandang", "Dikenali sebagai Makassar", Status::Ok, "Diubah ke Makassar"),
                remark("188", "Email", "budi@gmial.com", "Mungkin maksudnya gmail.com", Status::Risk, "Disimpan apa adanya"),
                remark("241", "Omzet", "12,5 juta", "Terbaca Rp 12.500.000", Status::Ok, "Diubah"),
                remark("266", "Nama", "(kosong)", "Nama perusahaan wajib diisi", Status::Late, "Dilewati"),
                remark("319", "PJ", "Pak Joko", "Tidak ada pengguna dengan nama ini", Status::Late, "Dilewati"),
            ], None))
            p { a.ak-link href="#" { "Tampilkan 49 catatan lagi" } }
        }
    };
    let pair = |a: &str, b: &str| html! { div.ak-map-pair { span { (a) } (icon_sized("arrow-right", 14)) b { (b) } } };
    let side = html! {
        section { (panel_head(T, "Aturan", None, None, None))
            (field_list(T, &[Field::text("Cocokkan lewat", "NPWP, lalu telepon, lalu nama + kota"), Field::text("Jika cocok", "Isi yang kosong saja"), Field::text("Jika baru", "Buat"), Field::text("PJ", "Dari berkas; jika kosong Siti"), Field::new("Tag", tag("impor-jatim"))])) }
        section { (panel_head(T, "Kolom", Some("14 dipasangkan, 2 diabaikan"), None, None)) (pair("Nama Toko", "Nama")) (pair("No. HP", "Telepon")) (pair("Kab/Kota", "Kota")) (pair("Sales", "Penanggung jawab")) }
    };
    f.page(html! {
        (steps("Langkah impor", &[("Unggah".into(), Some("#".into())), ("Pasangkan kolom".into(), Some("#".into())), ("Aturan".into(), Some("#".into())), ("Uji coba".into(), None), ("Jalankan".into(), None)], 3))
        (with_side_panel(content, side, true))
        (foot_bar(html! { (icon_sized("undo-2", 14)) "Bisa dibatalkan utuh selama 7 hari setelah dijalankan. Perkiraan waktu 40 detik." }, html! { (Button::new("Kembali").ghost()) (Button::new("Perbaiki 28 baris dulu")) (Button::new("Impor 1.384 baris").icon("play").primary()) }))
    })
}

pub fn permissions(theme: Theme) -> Markup {
    let mut f = frame(theme, "Manajer wilayah", &["Pengaturan", "Peran & izin"], "Pengaturan");
    f.top = TopBar::Lined;
    f.beside_title = Some(tag("6 orang"));
    f.actions = Some(html! { (Button::new("Lihat sebagai peran ini").icon("eye")) (more()) (Button::new("Simpan 2 perubahan").primary()) });
    let entry = |icon: &str, label: &str| NavItem::new(icon, label, "#").current(label == "Peran & izin");
    let groups = [
        NavGroup {
            label: "Umum".into(),
            items: vec![entry("building", "Perusahaan saya"), entry("languages", "Bahasa & format"), entry("stamp", "Merek & dokumen")],
            order_url: None,
        },
        NavGroup {
            label: "Orang".into(),
            items: vec![
                entry("users", "Pengguna"),
                entry("network", "Tim & wilayah"),
                entry("shield-check", "Peran & izin"),
                entry("key-round", "Masuk & keamanan"),
            ],
            order_url: None,
        },
        NavGroup {
            label: "Data".into(),
            items: vec![
                entry("database", "Objek & kolom"),
                entry("layout-template", "Tata letak"),
                entry("git-commit-horizontal", "Alur penjualan"),
            ],
            order_url: None,
        },
        NavGroup {
            label: "Sistem".into(),
            items: vec![
                entry("plug", "Integrasi"),
                entry("list-checks", "Pekerjaan"),
                entry("scroll-text", "Log audit"),
                entry("archive", "Cadangan"),
            ],
            order_url: None,
        },
    ];
    let scope = |n: u8, words: &str| html! { span.ak-row { (level(n)) span .ak-muted[n == 0] { (words) } } };
    let row = |icon: &str, label: &str, read: (u8, &str), edit: (u8, &str), delete: (u8, &str), changed: bool| {
        html! {
            tr {
                td { span.ak-row { (icon_sized(icon, 15)) b { (label) } } }
                td { span.ak-row { (icon_sized("check", 14)) "Ya" } }
                td { (scope(read.0, read.1)) } td { (scope(edit.0, edit.1)) } td { (scope(delete.0, delete.1)) } td data-changed[changed] { @if changed { (scope(1, "Sendiri")) } @else { (scope(0, "Tidak")) } }
            }
        }
    };
    let head = |label: &str| html! { tr.ak-matrix-head { td colspan="6" { (label) } } };
    let content = html! {
        (tab_bar("Peran", &[Tab::new("Admin", "#", false).count("2"), Tab::new("Manajer wilayah", "#", true).count("6"), Tab::new("Tenaga penjual", "#", false).count("24"), Tab::new("Hanya lihat", "#", false).count("8")], html! {}, html! { (Button::new("Bandingkan").icon("columns-2").ghost()) }))
        div.ak-table-wrap.ak-table-plain tabindex="0" role="region" aria-label="Izin" { table.ak-table.ak-matrix {
            colgroup { col width="200"; col width="116"; col; col; col; col; }
            thead { tr { @for label in ["Objek", "Buat", "Lihat", "Ubah", "Hapus", "Ekspor"] { th scope="col" { (label) } } } }
            tbody {
                (head("Pelanggan"))
                (row("building-2", "Perusahaan", (5, "Semua"), (4, "Wilayah"), (3, "Tim + bawahan"), false))
                (row("users", "Kontak", (5, "Semua"), (4, "Wilayah"), (3, "Tim + bawahan"), false))
                (row("user-plus", "Prospek", (3, "Tim + bawahan"), (3, "Tim + bawahan"), (2, "Tim"), true))
                (head("Penjualan"))
                (row("target", "Peluang", (4, "Wilayah"), (3, "Tim + bawahan"), (3, "Tim + bawahan"), false))
                (row("file-text", "Penawaran", (3, "Tim + bawahan"), (3, "Tim + bawahan"), (2, "Tim"), false))
            }
        } }
    };
    f.page(with_side_menu("Pengaturan", &groups, content))
}
