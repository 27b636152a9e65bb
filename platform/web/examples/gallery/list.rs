//! The list of companies: plain, grouped and selected, with the side panel, filter and quick create.

use crate::shell::{T, frame, more, new_button, star_off};
use akrab_web::ui::avatar::{Shape, avatar, avatar_labelled};
use akrab_web::ui::bulk::{BulkAction, bulk_bar, list_body, peek_panel};
use akrab_web::ui::button::Button;
use akrab_web::ui::chip::{FilterChip, filter_chip, quick_filter};
use akrab_web::ui::dialog::{Dialog, dialog_form};
use akrab_web::ui::filter::{FilterBuilder, filter_builder};
use akrab_web::ui::form::{self, Duplicate, Row as FormRow};
use akrab_web::ui::frame::{Theme, tool_bar, unsaved_view};
use akrab_web::ui::icon::icon_sized;
use akrab_web::ui::input::{self, Input};
use akrab_web::ui::pager::{Pager, pager};
use akrab_web::ui::section::{Field, field_list};
use akrab_web::ui::segmented::{Segment, segmented};
use akrab_web::ui::status::{Status, status};
use akrab_web::ui::table::{Cell, Column, Group, Line, Phone, Row, Sorting, Table, table, total};
use akrab_web::ui::tabs::{Tab, tab_bar};
use akrab_web::ui::tag::{Tone, tag, toned};
use akrab_web::ui::timeline::{Entry, entry};
use maud::{Markup, html};

struct Company(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    bool,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ROWS: &[Company] = &[
    Company(
        "Hotel Bumi Arjuna",
        "Hotel",
        "Malang",
        "Lestari Handayani",
        "0812-3456-7890",
        true,
        "Bagus Prakoso",
        "486.250.000",
        "!72.400.000",
        "Hari ini",
    ),
    Company(
        "PT Karya Boga Lestari",
        "Katering",
        "Jakarta Selatan",
        "Felicia Tanoto",
        "0811-8820-145",
        true,
        "Ratna Dewi",
        "412.780.000",
        "38.250.000",
        "Kemarin",
    ),
    Company(
        "Hotel Puri Segara",
        "Hotel",
        "Denpasar",
        "I Gede Suardana",
        "0819-3301-2276",
        true,
        "Made Wirawan",
        "367.400.000",
        "",
        "Kemarin",
    ),
    Company(
        "Koperasi Mitra Sejati",
        "Koperasi",
        "Bekasi",
        "Yuliana Sihombing",
        "0812-9987-0431",
        true,
        "Ratna Dewi",
        "298.150.000",
        "45.900.000",
        "17/11/2026",
    ),
    Company(
        "Kafe Ruang Tengah",
        "Kafe",
        "Surabaya",
        "Nabila Putri Azzahra",
        "0878-5512-9034",
        true,
        "Bagus Prakoso",
        "214.600.000",
        "12.750.000",
        "17/11/2026",
    ),
    Company(
        "Restoran Dapur Minang Raya",
        "Restoran",
        "Padang",
        "Erwin Chaniago",
        "0813-6340-7718",
        false,
        "Yohanes Tanu",
        "187.320.000",
        "!61.480.000",
        "02/10/2026",
    ),
    Company(
        "Kafe Senja Utara",
        "Kafe",
        "Semarang",
        "Dimas Aditya",
        "0813-2290-4471",
        true,
        "Siti Aminah",
        "128.900.000",
        "8.150.000",
        "16/11/2026",
    ),
    Company(
        "Koperasi Sejahtera Bersama",
        "Koperasi",
        "Makassar",
        "Andi Rahmawati",
        "0852-4210-6693",
        true,
        "Yohanes Tanu",
        "121.450.000",
        "",
        "14/11/2026",
    ),
    Company(
        "Kopi Tepi Danau",
        "Kafe",
        "Medan",
        "Rotua Simanjuntak",
        "0812-6071-5520",
        true,
        "Yohanes Tanu",
        "109.875.000",
        "16.300.000",
        "13/11/2026",
    ),
    Company(
        "Hotel Graha Cendana",
        "Hotel",
        "Kupang",
        "Maria Goreti Nahak",
        "0821-4477-3908",
        false,
        "Made Wirawan",
        "98.640.000",
        "!22.150.000",
        "21/09/2026",
    ),
    Company("Toko Sumber Rejeki", "Toko", "Surakarta", "Suparman", "0857-2911-0087", true, "Siti Aminah", "94.300.000", "", "12/11/2026"),
    Company(
        "Kedai Rindang",
        "Kafe",
        "Bandung",
        "Asep Suhendar",
        "0822-1845-6630",
        true,
        "Ratna Dewi",
        "87.250.000",
        "4.600.000",
        "12/11/2026",
    ),
    Company(
        "Toko Haji Somad",
        "Toko",
        "Banjarmasin",
        "Somad",
        "0815-4902-1186",
        true,
        "Siti Aminah",
        "76.480.000",
        "9.825.000",
        "10/11/2026",
    ),
    Company("Minimarket Berkah Jaya", "Toko", "Palembang", "Mulyadi", "0831-7750-2294", true, "Yohanes Tanu", "", "", "10/11/2026"),
    Company(
        "Warung Kopi Pak Kumis",
        "Kafe",
        "Yogyakarta",
        "Sutrisno",
        "0856-4330-7719",
        true,
        "Siti Aminah",
        "61.900.000",
        "2.350.000",
        "09/11/2026",
    ),
    Company(
        "CV Aroma Timur",
        "Toko",
        "Ambon",
        "Yopie Latuheru",
        "0813-4366-8801",
        false,
        "Made Wirawan",
        "58.120.000",
        "!19.740.000",
        "28/08/2026",
    ),
    Company("Toko Sinar Pagi", "Toko", "Pontianak", "Tan Mei Ling", "0812-5703-9942", true, "Siti Aminah", "52.760.000", "", "06/11/2026"),
    Company("Kopi Lereng Merapi", "Kafe", "Sleman", "Wulan", "0878-3921-5507", true, "Bagus Prakoso", "", "", "05/11/2026"),
];

fn money(text: &str) -> Cell {
    match text.strip_prefix('!') {
        Some(late) => Cell::new(html! { span.ak-money-late title="Lewat jatuh tempo" { (icon_sized("clock-alert", 13)) "Rp " (late) } }),
        None if text.is_empty() => Cell::default(),
        None => Cell::new(html! { "Rp " (text) }),
    }
}

fn row(c: &Company, selected: bool) -> Line {
    let state = match (c.5, c.7.is_empty()) {
        (_, true) => status(Status::New, "Prospek"),
        (true, _) => status(Status::Ok, "Aktif"),
        (false, _) => status(Status::Risk, "Berisiko"),
    };
    Line::Row(Box::new(Row {
        id: c.4.into(),
        title: c.0.into(),
        href: "#".into(),
        peek: Some("/peek.html".into()),
        lead: Some(avatar(Shape::Company, c.0, 20)),
        selected,
        cells: vec![
            Cell::new(tag(c.1)),
            Cell::text(c.2).muted(),
            Cell::text(c.3),
            Cell::text(c.4).muted(),
            Cell::new(state).edit("/edit"),
            Cell::new(avatar_labelled(Shape::Person, c.6, 20)),
            money(c.7),
            money(c.8),
            Cell::text(c.9).muted().title("Kamis, 19 November 2026 09.12"),
        ],
    }))
}

fn column(key: &str, label: &str, width: u16, numeric: bool, phone: Phone) -> Column {
    Column {
        key: key.into(),
        label: label.into(),
        full: None,
        width: Some(width),
        numeric,
        phone,
        sorting: Some(Sorting { href: "#".into(), descending: (key == "revenue").then_some(true), add_href: "#".into() }),
        locked: None,
    }
}

fn companies(lines: Vec<Line>) -> Table {
    Table {
        id: "list".into(),
        caption: "Perusahaan".into(),
        first: column("name", "Nama", 236, false, Phone::Hidden),
        columns: vec![
            column("segment", "Segmen", 92, false, Phone::Subtitle),
            column("city", "Kota", 114, false, Phone::Subtitle),
            column("contact", "Kontak utama", 148, false, Phone::Subtitle),
            column("phone", "Telepon", 122, false, Phone::Hidden),
            column("status", "Status", 92, false, Phone::Status),
            column("owner", "PJ", 50, false, Phone::Hidden),
            column("revenue", "Omzet 12 bln", 130, true, Phone::Field),
            column("due", "Piutang", 134, true, Phone::Field),
            column("last", "Terakhir", 102, false, Phone::Meta),
        ],
        lines,
        totals: Some((
            html! { b { "1.284 perusahaan" } },
            vec![
                Some(html! { "6 nilai" }),
                Some(html! { "38 kota" }),
                None,
                None,
                None,
                None,
                Some(total("Jumlah", "Rp 38,4 M")),
                Some(total("Jumlah", "Rp 4,18 M")),
                Some(html! { "maks 214 hr" }),
            ],
        )),
        selectable: true,
        columns_url: Some("/columns".into()),
        ..Table::default()
    }
}

fn tabs(end: Markup) -> Markup {
    tab_bar(
        "Tampilan",
        &[
            Tab::new("Semua pelanggan", "#", true).count("1.284").icon("table-2"),
            Tab::new("Pelanggan saya", "#", false).count("214"),
            Tab::new("Berisiko", "#", false).count("23"),
            Tab::new("Piutang lewat 30 hari", "#", false).count("41"),
        ],
        html! { (Button::only_icon("plus", "Tampilan baru").ghost()) },
        end,
    )
}

fn chip(field: &str, operator: &str, value: &str) -> Markup {
    filter_chip(&FilterChip {
        field: field.into(),
        operator: operator.into(),
        value: value.into(),
        edit_href: "#filter".into(),
        remove_href: Some("#".into()),
        remove_label: format!("Hapus filter {field}"),
    })
}

fn tools(group: Button) -> Markup {
    tool_bar(
        html! {
            (segmented("Jenis tampilan", &[
                Segment::with_icon("table-2", "Tabel", "#", true),
                Segment::with_icon("square-kanban", "Papan", "#", false),
                Segment::with_icon("calendar", "Kalender", "#", false),
                Segment::with_icon("map", "Peta", "#", false),
            ]))
            span.ak-line-v {}
            (chip("Status", "bukan", "Tidak aktif"))
            (chip("Segmen", "salah satu", "Hotel, Kafe, +4"))
            (quick_filter("Kota", html! {}))
            (quick_filter("PJ", html! {}))
            (Button::new("Filter").icon("list-filter").ghost().href("#filter").flag("data-filter-open", true))
        },
        html! {
            (Button::new("Urut: Omzet").icon("arrow-down-wide-narrow").ghost())
            (group)
            (Button::only_icon("columns-3", "Kolom").ghost())
        },
    )
}

fn page(theme: Theme, body: Markup) -> Markup {
    let mut f = frame(theme, "Perusahaan", &["Pelanggan"], "Perusahaan");
    f.beside_title = Some(star_off());
    f.actions = Some(html! { (Button::new("Impor").icon("upload").href("#")) (more()) (new_button("Perusahaan baru", "C")) });
    f.page(body)
}

fn pages() -> Markup {
    pager(
        T,
        &Pager {
            shown: "1–50 dari 1.284".into(),
            rows: 50,
            choices: vec![(25, "#".into()), (50, "#".into())],
            previous: None,
            next: Some("#".into()),
        },
    )
}

fn bulk() -> Markup {
    let action =
        |icon: &str, label: &str, danger| BulkAction { icon: icon.into(), label: label.into(), action: "/bulk".into(), danger, key: None };
    bulk_bar(
        T,
        &[
            action("pencil", "Ubah kolom", false),
            action("user-check", "Tugaskan", false),
            action("tag", "Tag", false),
            action("megaphone", "Ke kampanye", false),
            action("message-circle", "WhatsApp", false),
            action("merge", "Gabung", false),
            action("download", "Ekspor", false),
            action("trash-2", "Hapus", true),
        ],
        Some("Pilih semua 1.284 yang cocok"),
        "sample",
    )
}

pub fn list(theme: Theme, with_filter: bool) -> Markup {
    let lines = ROWS.iter().map(|c| row(c, false)).collect();
    page(
        theme,
        html! {
            (tabs(unsaved_view("Perubahan belum disimpan", html! {
                (Button::new("Kembalikan").ghost()) (Button::new("Simpan sebagai baru")) (Button::new("Simpan").soft())
            })))
            (tools(Button::new("Kelompok").icon("rows-3").ghost()))
            @if with_filter { (builder()) }
            (list_body(T, table(T, &companies(lines)), pages(), bulk()))
        },
    )
}

pub fn selection(theme: Theme) -> Markup {
    let group = |label: &str, count: &str, a: &str, b: &str, open| {
        Line::Group(Group {
            label: label.into(),
            count: count.into(),
            open,
            href: "#".into(),
            totals: vec![None, None, None, None, None, None, Some(html! { (a) }), Some(html! { (b) }), None],
        })
    };
    let lines = vec![
        group("Hotel", "148", "Rp 12,6 M", "Rp 1,42 M", true),
        row(&ROWS[0], true),
        row(&ROWS[2], false),
        row(&ROWS[9], true),
        Line::More("Muat 145 lagi".into(), "#".into()),
        group("Kafe", "402", "Rp 9,85 M", "Rp 920 jt", true),
        row(&ROWS[4], true),
        row(&ROWS[6], true),
        row(&ROWS[8], false),
        row(&ROWS[14], true),
        Line::More("Muat 397 lagi".into(), "#".into()),
        group("Toko", "517", "Rp 5,92 M", "Rp 804 jt", false),
    ];
    page(
        theme,
        html! {
            (tabs(html! {}))
            (tools(Button::new("Kelompok: Segmen").icon("rows-3").soft()))
            (list_body(T, table(T, &companies(lines)), pages(), bulk()))
        },
    )
}

pub fn peek(theme: Theme) -> Markup {
    let body = peek_panel(
        T,
        "1 dari 1.284",
        "#",
        html! {
            div {
                div.ak-row.ak-gap-12 {
                    (avatar(Shape::Company, "Hotel Bumi Arjuna", 36))
                    div { h2.ak-question { "Hotel Bumi Arjuna" } div.ak-muted.ak-text-13 { "Hotel bintang 4 · Malang, Jawa Timur" } }
                }
            }
            div { (field_list(T, &[
                Field::new("Omzet 12 bulan", html! { b { "Rp 486.250.000" } " " (toned("▲ 12%", Tone::Ok)) }),
                Field::new("Piutang", html! { b { "Rp 72.400.000" } " " (toned("· Rp 18.600.000 lewat 12 hari", Tone::Bad)) }),
                Field::text("Kontak utama", "Lestari Handayani · 0812-3456-7890"),
            ])) }
            div { h3.ak-head { "Riwayat" } ol { (entry(&Entry { icon: "message-circle".into(), title: "Lestari Handayani".into(), time: "Hari ini 09.12".into(), body: Some(html! { "“Bu, untuk House Blend bulan depan kami tambah jadi 120 kg ya. Harganya masih sama?”" }), ..Entry::default() })) } }
        },
    );
    let lines = ROWS.iter().map(|c| row(c, false)).collect();
    let html = page(
        theme,
        html! {
            (tabs(html! {})) (tools(Button::new("Kelompok").icon("rows-3").ghost()))
            (list_body(T, table(T, &companies(lines)), pages(), bulk()))
        },
    );
    maud::PreEscaped(html.0.replace("Intip\" hidden></aside>", &format!("Intip\">{}</aside>", body.0)))
}

fn builder() -> Markup {
    let fields = r#"[{"key":"status","label":"Status","type":"choice","options":[["inactive","Tidak aktif"],["active","Aktif"]]},{"key":"segment","label":"Segmen","type":"choice","options":[["hotel","Hotel"],["cafe","Kafe"],["shop","Toko"]]},{"key":"invoices.age","label":"Faktur › umur","type":"number"},{"key":"orders","label":"Pesanan","type":"children"},{"key":"orders.sum","label":"Jumlah pesanan","type":"number"},{"key":"owner","label":"PJ","type":"link","search":"/lookup/user"}]"#;
    let operators = r#"{"choice":[{"op":"is_not","label":"bukan","editor":"choice"},{"op":"in","label":"salah satu","editor":"choices"}],"number":[{"op":"gt","label":"lebih dari","editor":"number"}],"children":[{"op":"none_within","label":"tidak ada dalam","editor":"relative"}],"link":[{"op":"in","label":"termasuk","editor":"link"}]}"#;
    let filter = r#"{"all":[{"field":"status","op":"is_not","value":"inactive"},{"field":"segment","op":"in","value":["hotel","cafe"]},{"any":[{"field":"invoices.age","op":"gt","value":"30"},{"field":"orders","op":"none_within","value":"last_90_days"},{"all":[{"field":"orders.sum","op":"gt","value":"10jt"},{"field":"owner","op":"in","value":"Tim saya"}]}]}]}"#;
    filter_builder(
        T,
        &FilterBuilder {
            action: "#",
            filter,
            fields,
            operators,
            count_url: "",
            count: html! { b { "186" } " dari 1.284 perusahaan cocok" },
            title: "Tampilkan perusahaan yang cocok dengan",
            plain_fields: &[],
            plain_operators: &[],
            clear_href: "#",
            save_href: "#",
            keep: &[],
        },
    )
}

pub fn quick_create(theme: Theme) -> String {
    let options = |words: &[&str]| words.iter().map(|w| ((*w).to_owned(), (*w).to_owned())).collect::<Vec<_>>();
    let twin = |title: &str, reason: &str, score: &str| Duplicate {
        lead: Some(avatar(Shape::Company, title, 26)),
        title: title.into(),
        reason: reason.into(),
        score: score.into(),
        href: "#".into(),
        use_href: Some("#".into()),
        value: "1".into(),
    };
    let body = html! {
        (form::row(T, &FormRow::new("Nama perusahaan"), Input::new("name", "Kop. Mitra Sejati").required(true).autofocus(), input::text))
        (form::duplicates(T, &[twin("Koperasi Mitra Sejati", "Bekasi · nama mirip, telepon sama · PJ Ratna Dewi", "96% cocok"), twin("Koperasi Mitra Sejahtera", "Karawang · nama mirip · PJ Siti Aminah", "71% cocok")]))
        (form::columns(html! {
            (form::row(T, &FormRow::new("Segmen"), Input::new("segment", "Koperasi"), |i| input::select(i, &options(&["Koperasi", "Hotel"]))))
            (form::row(T, &FormRow::new("Kota"), Input::new("city", "Bekasi"), |i| input::select(i, &options(&["Bekasi"]))))
            (form::row(T, &FormRow::new("Kontak utama").hint("Kontak baru akan dibuat"), Input::new("contact", "Yuliana"), input::text))
            (form::row(T, &FormRow::new("Telepon").hint("Cocok dengan Yuliana Sihombing"), Input::new("phone", "0812-9987-0431"), input::phone))
            (form::row(T, &FormRow::new("Perkiraan omzet sebulan"), Input::new("revenue", "25jt"), |i| input::money(i, "IDR")))
            (form::row(T, &FormRow::new("Penanggung jawab"), Input::new("owner", "Ratna Dewi (saya)"), |i| input::select(i, &options(&["Ratna Dewi (saya)"]))))
        }))
    };
    let footer = html! {
        (Button::new("Isian lainnya").icon("list-plus").ghost()) span.ak-spacer {}
        (Button::new("Batal").ghost().flag("data-close", true)) (Button::new("Simpan & buat lagi").submit_as("next", "1"))
        (Button::new("Simpan").key("Ctrl S").primary().submit())
    };
    let d = Dialog { id: "new-company", icon: Some("building-2"), title: "Perusahaan baru", body, footer, wide: false, close_href: "#" };
    let mount = "data-dialog-mount>";
    list(theme, false).0.replace(mount, &format!("{mount}{}", dialog_form(T, &d, "#", "sample").0))
}
