//! The frame all samples share.

use akrab_web::locale::{Lang, Text};
use akrab_web::ui::avatar::Shape;
use akrab_web::ui::button::Button;
use akrab_web::ui::frame::{Crumb, Frame, Theme, star};
use akrab_web::ui::phone::{BottomBar, Place};
use akrab_web::ui::sidebar::{Lead, NavGroup, NavItem, Sidebar};
use maud::{Markup, html};

pub const T: Text = Text { lang: Lang::Id };

pub fn item(icon: &str, label: &str, current: &str) -> NavItem {
    NavItem::new(icon, label, format!("#{label}")).current(label == current)
}

fn group(label: &str, current: &str, items: &[(&str, &str)]) -> NavGroup {
    NavGroup { label: label.to_owned(), items: items.iter().map(|(i, l)| item(i, l, current)).collect(), order_url: None }
}

pub fn frame(theme: Theme, title: &str, crumbs: &[&str], current: &str) -> Frame {
    let favourite = NavItem { lead: Lead::Avatar(Shape::Company, "Hotel Bumi Arjuna".into()), ..item("", "Hotel Bumi Arjuna", current) };
    Frame {
        t: T,
        theme,
        title: title.into(),
        breadcrumb: crumbs.iter().map(|c| Crumb { label: (*c).into(), href: Some("#".into()) }).collect(),
        sidebar: Sidebar {
            workspace: "Nusantara Kopi".into(),
            company: "PT Nusantara Kopi Sejahtera".into(),
            user: "Ratna Dewi".into(),
            user_menu: vec![("user".into(), "Profil saya".into(), "#".into())],
            sign_out: "/sign-out".into(),
            search: "/search".into(),
            groups: vec![
                NavGroup {
                    items: vec![
                        item("sun", "Hari ini", current).count("9", false),
                        item("inbox", "Kotak masuk", current).count("12", true),
                    ],
                    ..NavGroup::default()
                },
                NavGroup {
                    label: "Favorit".into(),
                    items: vec![favourite, item("square-kanban", "Peluang Q4 Jawa Timur", current)],
                    order_url: Some("/favourites/order".into()),
                },
                group("Pelanggan", current, &[("building-2", "Perusahaan"), ("users", "Kontak"), ("user-plus", "Prospek")]),
                group(
                    "Penjualan",
                    current,
                    &[("target", "Peluang"), ("file-text", "Penawaran"), ("shopping-bag", "Pesanan"), ("receipt-text", "Faktur")],
                ),
                group("Pemasaran", current, &[("megaphone", "Kampanye"), ("layers", "Segmen")]),
                group("Layanan", current, &[("life-buoy", "Tiket"), ("undo-2", "Retur")]),
                group("Mitra", current, &[("handshake", "Mitra")]),
                group("Analisis", current, &[("layout-dashboard", "Dasbor"), ("chart-no-axes-column", "Laporan")]),
            ],
            bottom: vec![item("settings", "Pengaturan", current)],
        },
        bottom: BottomBar {
            today: "#".into(),
            search: "#".into(),
            create: "#".into(),
            inbox: "#".into(),
            unread: Some("12".into()),
            current: if current == "Hari ini" { Place::Today } else { Place::Menu },
        },
        csrf: "sample".into(),
        single_keys: true,
        ..Frame::default()
    }
}

pub fn star_off() -> Markup {
    star(T, "/favourite", "sample", false)
}

pub fn more() -> Markup {
    akrab_web::ui::menu::more_menu("Lainnya", html! { (akrab_web::ui::menu::menu_link("printer", "Cetak", "#")) })
}

pub fn new_button(label: &str, key: &str) -> Button {
    Button::new(label).icon("plus").key(key).primary().href("#")
}
