//! The Today page.

use crate::shell::{T, frame, new_button};
use akrab_web::ui::avatar::{Shape, avatar};
use akrab_web::ui::button::Button;
use akrab_web::ui::chart::gauge;
use akrab_web::ui::frame::{Theme, TopBar, with_side_panel};
use akrab_web::ui::icon::icon_sized;
use akrab_web::ui::related::panel_head;
use akrab_web::ui::segmented::{Segment, segmented};
use akrab_web::ui::status::{Status, status_strong};
use akrab_web::ui::tag::{Tone, toned};
use akrab_web::ui::task::{Task, appointment, person_line, task, task_section};
use maud::{Markup, html};

fn line(icon: &str, title: &str, about: &str, due: Markup) -> Markup {
    task(
        &Task {
            done_url: "/done".into(),
            done_label: format!("Selesai: {title}"),
            icon: icon.into(),
            title: title.into(),
            href: "#".into(),
            about: about.into(),
            due: Some(due),
            done: false,
        },
        "sample",
    )
}

fn late(words: &str) -> Markup {
    status_strong(Status::Late, words)
}

fn call(name: &str, company: &str, about: &str, number: &str, time: &str, first: bool) -> Markup {
    let button = Button::new("Telepon").icon("phone").href(format!("tel:{number}"));
    person_line(
        Some(avatar(Shape::Person, name, 26)),
        name,
        "#",
        html! { (company) },
        html! { span.ak-muted.ak-hide-phone { (about) } span.ak-muted.ak-hide-phone { (number) } },
        html! { span.ak-num { (time) } (if first { button.soft() } else { button }) (Button::only_icon("message-circle", format!("WhatsApp {name}"))) },
    )
}

fn lead(name: &str, source: &str, company: &str, age: &str, score: &str) -> Markup {
    person_line(
        Some(avatar(Shape::Person, name, 26)),
        name,
        "#",
        html! { (company) " · " (source) },
        html! {},
        html! { span.ak-small.ak-right.ak-num { span.ak-muted { (age) } br; b { "skor " (score) } } (Button::new("Ambil")) },
    )
}

fn decide(title: &str, detail: &str) -> Markup {
    person_line(
        None,
        title,
        "#",
        html! { (detail) },
        html! {},
        html! { (Button::only_icon("x", "Tolak")) (Button::only_icon("check", "Setujui")) },
    )
}

pub fn today(theme: Theme) -> Markup {
    let mut f = frame(theme, "Hari ini", &[], "Hari ini");
    f.top = TopBar::Own;
    let content = html! {
        (task_section("Terlambat", "3", Tone::Bad, html! {}, html! {
            (line("receipt-text", "Tagih INV-2026-1102", "Hotel Bumi Arjuna · Rp 18.600.000", late("Terlambat 2 hari")))
            (line("file-text", "Kirim penawaran mesin 2 grup", "Toko Sumber Rejeki · Rp 68.500.000", late("Terlambat 2 hari")))
            (line("package", "Tindak lanjuti contoh Gayo", "CV Aroma Timur", late("Terlambat 9 hari")))
        }))
        (task_section("Hari ini", "4", Tone::Neutral, html! { (Button::new("Tunda semua ke besok").ghost()) }, html! {
            (line("life-buoy", "Balas tiket #2071: kemasan bocor", "Hotel Bumi Arjuna", status_strong(Status::Today, "sebelum 14.40")))
            (line("mail", "Kirim simulasi harga 120 kg ke Lestari", "Hotel Bumi Arjuna · Kontrak pasokan 2027", html! { "siang" }))
            (line("clipboard-list", "Periksa stok Toraja untuk Desember", "Internal", html! { "16.00" }))
            (line("map-pin", "Siapkan daftar kunjungan Semarang", "Kafe Senja Utara, +4", html! { "17.00" }))
            li { form.ak-task-new method="post" action="/tasks" { (icon_sized("plus", 15)) input name="text" aria-label="Tugas baru" placeholder="Ketik tugas, mis. “telepon Suparman besok 10.00”"; } }
        }))
        (task_section("Telepon", "4", Tone::Neutral, html! { (Button::new("Mulai berurutan").icon("phone-forwarded")) }, html! {
            (call("Lestari Handayani", "Hotel Bumi Arjuna", "Kenaikan harga 2027", "0812-3456-7890", "14.00", true))
            (call("Wulan", "Kopi Lereng Merapi", "Paket pembukaan kedai", "0878-3921-5507", "15.00", false))
            (call("Andi Rahmawati", "Koperasi Sejahtera Bersama", "Kemitraan gerai", "0852-4210-6693", "sore", false))
            (call("Erwin Chaniago", "Restoran Dapur Minang Raya", "48 hari tanpa kontak", "0813-6340-7718", "kapan saja", false))
        }))
        (task_section("Besok", "3", Tone::Neutral, html! {}, html! {
            (line("file-pen-line", "Tanda tangan perpanjangan 2027", "Restoran Dapur Minang Raya", html! { "10.00" }))
            (line("package", "Kirim contoh Gayo Wine 2 kg", "Hotel Bumi Arjuna · Chef Anton", html! { "sebelum 12.00" }))
            (line("badge-percent", "Tinjau harga grosir Sumatra", "Internal", html! { "15.30" }))
        }))
    };
    let side = html! {
        section {
            (panel_head(T, "Target November", None, None, None))
            div.ak-row.ak-gap-16 { (gauge("71% dari target, rencana 63%", 71, Some(63)))
                div { div.ak-figure { "Rp 852.400.000" } div.ak-small.ak-muted { "dari Rp 1.200.000.000" } div.ak-small { (toned("8 poin di depan rencana", Tone::Ok)) } div.ak-small.ak-muted { "11 hari lagi" } } }
        }
        section { (panel_head(T, "Menunggu persetujuan", Some("2"), None, None))
            ul { (decide("Diskon 5% · Kontrak pasokan 2027", "Bagus · Rp 209,9 jt · margin 22,4%")) (decide("Batas kredit naik ke Rp 150 jt", "Yohanes · Dapur Minang Raya · telat 2×")) } }
        section { (panel_head(T, "Prospek baru", Some("3"), Some("#"), None))
            ul { (lead("Rina Kusumawati", "WhatsApp", "Kedai Teras Hijau, Bogor", "7 mnt", "86")) (lead("Suryadi", "Formulir web", "Warung Barokah, Tegal", "42 mnt", "61")) (lead("Grace Lontoh", "Pameran", "Hotel Minahasa Indah, Manado", "2 jam", "74")) } }
        section { (panel_head(T, "Agenda", Some("3"), None, None))
            ul { (appointment("09.30", false, "Rapat tim penjualan", "#", "Ruang Toraja · selesai")) (appointment("11.00", true, "Kunjungan PT Karya Boga Lestari", "#", "Felicia Tanoto · Kuningan")) (appointment("16.30", true, "Cicip kopi bersama Kedai Rindang", "#", "daring")) } }
    };
    f.page(html! {
        header.ak-today-head {
            div { h1 { "Selamat pagi, Ratna" } p { "Kamis, 19 November 2026 · 3 terlambat, 4 tugas, 4 telepon, 2 persetujuan" } }
            span.ak-spacer {}
            span.ak-hide-phone { (segmented("Siapa", &[Segment::new("Saya", "#", true), Segment::new("Tim saya", "#", false)])) }
            span.ak-hide-phone { (new_button("Tugas baru", "T")) }
        }
        (with_side_panel(content, side, false))
    })
}
