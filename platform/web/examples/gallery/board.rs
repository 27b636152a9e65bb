//! The board of opportunities.

use crate::shell::{T, frame, more, new_button, star_off};
use akrab_web::ui::avatar::{Shape, avatar_labelled};
use akrab_web::ui::board::{BoardColumn, BoardEnd, Card, board as draw, board_key};
use akrab_web::ui::button::Button;
use akrab_web::ui::chip::{choice_chip, quick_filter};
use akrab_web::ui::frame::{Theme, tool_bar};
use akrab_web::ui::segmented::{Segment, segmented};
use akrab_web::ui::status::Status;
use akrab_web::ui::tabs::{Tab, tab_bar};
use maud::{Markup, html};

#[expect(clippy::too_many_arguments, reason = "a line of sample data")]
fn card(title: &str, account: &str, amount: &str, date: &str, tags: &[&str], next: Option<(Status, &str)>, age: &str, owner: &str) -> Card {
    Card {
        id: title.into(),
        title: title.into(),
        href: "#".into(),
        subtitle: account.into(),
        amount: format!("Rp {amount}"),
        date: date.into(),
        tags: tags.iter().map(|t| (*t).into()).collect(),
        next: next.map(|(s, w)| (s, String::new(), w.into())),
        age: format!("{age} hr"),
        rotting: matches!(age, "34" | "41"),
        owner: Some(avatar_labelled(Shape::Person, owner, 20)),
        move_url: "/move".into(),
        peek: None,
    }
}

fn column(label: &str, count: &str, sum: &str, weighted: &str, percent: u8, more: u8, cards: Vec<Card>) -> BoardColumn {
    BoardColumn {
        stage: label.to_lowercase(),
        label: label.into(),
        count: count.into(),
        sum: format!("Rp {sum}"),
        weighted: format!("tertimbang Rp {weighted}"),
        percent: Some(percent),
        add_href: Some("#".into()),
        cards,
        more: Some((format!("Muat {more} lagi"), "#".into())),
    }
}

pub fn board(theme: Theme) -> Markup {
    use Status::{Late, Ok, Today};
    let columns = vec![
        column(
            "Baru",
            "14",
            "412 jt",
            "41 jt",
            10,
            10,
            vec![
                card(
                    "Suplai kopi kantin 3 gedung",
                    "PT Lintas Data Nusantara",
                    "84.000.000",
                    "15 Jan",
                    &["Kantor"],
                    Some((Ok, "Email besok")),
                    "2",
                    "Ratna Dewi",
                ),
                card(
                    "Paket pembukaan kedai",
                    "Kopi Lereng Merapi",
                    "36.500.000",
                    "10 Des",
                    &["Mesin", "Bundel"],
                    Some((Today, "Telepon hari ini")),
                    "4",
                    "Bagus Prakoso",
                ),
                card("House blend label sendiri", "Minimarket Berkah Jaya", "52.000.000", "20 Jan", &[], None, "6", "Yohanes Tanu"),
            ],
        ),
        column(
            "Kualifikasi",
            "11",
            "684 jt",
            "171 jt",
            25,
            8,
            vec![
                card(
                    "Ganti pemasok 12 gerai",
                    "Kedai Rindang",
                    "240.000.000",
                    "22 Des",
                    &["Kontrak tahunan"],
                    Some((Ok, "Cicip kopi 25 Nov")),
                    "9",
                    "Ratna Dewi",
                ),
                card(
                    "Mesin espresso 2 grup",
                    "Toko Sumber Rejeki",
                    "68.500.000",
                    "18 Des",
                    &["Mesin"],
                    Some((Late, "Terlambat 2 hari")),
                    "12",
                    "Siti Aminah",
                ),
                card("Kopi rapat direksi", "Koperasi Mitra Sejati", "42.000.000", "12 Jan", &[], None, "34", "Ratna Dewi"),
            ],
        ),
        column(
            "Penawaran",
            "9",
            "1,24 M",
            "618 jt",
            50,
            5,
            vec![
                card(
                    "Kontrak pasokan 2027",
                    "Hotel Bumi Arjuna",
                    "209.924.000",
                    "30 Nov",
                    &["Kontrak tahunan"],
                    Some((Today, "Telepon hari ini")),
                    "8",
                    "Bagus Prakoso",
                ),
                card(
                    "Kopi sarapan 4 cabang",
                    "Hotel Puri Segara",
                    "186.000.000",
                    "28 Nov",
                    &["Prioritas"],
                    Some((Ok, "Rapat 23 Nov")),
                    "11",
                    "Made Wirawan",
                ),
                card(
                    "Grosir Arabika Gayo",
                    "CV Aroma Timur",
                    "125.000.000",
                    "4 Des",
                    &[],
                    Some((Late, "Terlambat 9 hari")),
                    "41",
                    "Made Wirawan",
                ),
            ],
        ),
        column(
            "Negosiasi",
            "6",
            "893 jt",
            "670 jt",
            75,
            3,
            vec![
                card(
                    "Pasokan kopi katering haji",
                    "PT Karya Boga Lestari",
                    "385.000.000",
                    "25 Nov",
                    &["Prioritas"],
                    Some((Ok, "Revisi harga 20 Nov")),
                    "14",
                    "Ratna Dewi",
                ),
                card(
                    "Kemitraan gerai koperasi",
                    "Koperasi Sejahtera Bersama",
                    "164.000.000",
                    "2 Des",
                    &[],
                    Some((Today, "WhatsApp hari ini")),
                    "7",
                    "Yohanes Tanu",
                ),
            ],
        ),
        column(
            "Kontrak",
            "3",
            "536 jt",
            "482 jt",
            90,
            1,
            vec![
                card(
                    "Perpanjangan 2027",
                    "Restoran Dapur Minang Raya",
                    "248.000.000",
                    "27 Nov",
                    &["Perpanjangan"],
                    Some((Ok, "Tanda tangan 24 Nov")),
                    "5",
                    "Yohanes Tanu",
                ),
                card(
                    "Sewa mesin 24 bulan",
                    "Kafe Senja Utara",
                    "176.000.000",
                    "1 Des",
                    &["Mesin", "Sewa"],
                    Some((Late, "Terlambat 1 hari")),
                    "10",
                    "Siti Aminah",
                ),
            ],
        ),
    ];
    let ends = [
        BoardEnd {
            stage: "won".into(), label: "Menang".into(), summary: "31 · Rp 2,06 M".into(), icon: "trophy".into(), href: "#".into()
        },
        BoardEnd {
            stage: "lost".into(),
            label: "Kalah".into(),
            summary: "12 · Rp 540 jt".into(),
            icon: "circle-x".into(),
            href: "#".into(),
        },
    ];
    let mut f = frame(theme, "Peluang", &["Penjualan"], "Peluang");
    f.beside_title = Some(star_off());
    f.actions = Some(html! { (more()) (new_button("Peluang baru", "C")) });
    f.page(html! {
        (tab_bar("Tampilan", &[
            Tab::new("Alur penjualan", "#", true).count("43").icon("square-kanban"),
            Tab::new("Peluang saya", "#", false).count("17"),
            Tab::new("Tutup bulan ini", "#", false).count("12"),
            Tab::new("Mandek", "#", false).count("6"),
        ], html! { (Button::only_icon("plus", "Tampilan baru").ghost()) }, html! {}))
        (tool_bar(html! {
            (segmented("Jenis tampilan", &[Segment::with_icon("table-2", "Tabel", "#", false), Segment::with_icon("square-kanban", "Papan", "#", true), Segment::with_icon("calendar", "Kalender", "#", false)]))
            span.ak-line-v {}
            (choice_chip("Alur", "Penjualan langsung", html! {}))
            (quick_filter("PJ", html! {})) (quick_filter("Perkiraan tutup", html! {})) (quick_filter("Nilai", html! {}))
            (Button::new("Filter").icon("list-filter").ghost())
        }, html! {
            span.ak-text-13.ak-muted.ak-num.ak-hide-phone { "43 peluang · " b { "Rp 3,77 M" } " · tertimbang " b { "Rp 1,98 M" } }
            span.ak-line-v {} (Button::only_icon("settings-2", "Pengaturan papan").ghost())
        }))
        (draw(T, &columns, &ends))
        (board_key(T))
    })
}
