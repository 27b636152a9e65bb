//! Sign-in, an empty object, an error.

use crate::shell::{T, frame, more, star_off};
use akrab_web::ui::button::Button;
use akrab_web::ui::empty::{Empty, Way, empty};
use akrab_web::ui::error::{ErrorBlock, error_block};
use akrab_web::ui::form::{self, Row};
use akrab_web::ui::frame::{Theme, TopBar};
use akrab_web::ui::input::{self, Input};
use akrab_web::ui::layout::{Bare, bare, bare_card, or_line};
use akrab_web::ui::tabs::{Tab, tab_bar};
use akrab_web::ui::tag::Tone;
use maud::{Markup, html};

pub fn sign_in(theme: Theme) -> Markup {
    let page = Bare {
        t: T,
        theme,
        title: "Masuk".into(),
        csrf: "sample".into(),
        foot: "Akrab 1.0 · data tersimpan di server Anda".into(),
        language_form: None,
        languages: Some(("?lang=id".into(), "?lang=en".into())),
        theme_url: Some("/theme".into()),
        flash: None,
    };
    bare(
        &page,
        bare_card(
            html! {
                h1.ak-question { "Masuk ke Nusantara Kopi" } p { "crm.nusantarakopi.co.id" }
                form method="post" action="/sign-in" {
                    (form::row(T, &Row::new("Email"), Input::new("email", "ratna@nusantarakopi.co.id").autofocus(), input::email))
                    (form::row(T, &Row { beside: Some(("Lupa?".into(), "#".into())), ..Row::new("Kata sandi") }, Input::new("password", "kopi-tubruk-1"), |i| input::password(T, i, "current-password")))
                    (input::checkbox("stay", "1", "Tetap masuk di perangkat ini", true))
                    (Button::new("Masuk").primary().large().submit())
                }
                (or_line("atau"))
                (Button::new("Kunci sandi (sidik jari atau wajah)").icon("fingerprint").large())
                (Button::new("Akun perusahaan (SSO)").icon("building").large())
            },
            html! { "Belum punya akun? Minta undangan kepada admin: " b { "Suparman" } },
        ),
    )
}

pub fn empty_page(theme: Theme) -> Markup {
    let mut f = frame(theme, "Kampanye", &["Pemasaran"], "Kampanye");
    f.beside_title = Some(star_off());
    f.actions = Some(more());
    let way = |icon: &str, title: &str, detail: &str, note: &str, tone| Way {
        icon: icon.into(),
        title: title.into(),
        detail: detail.into(),
        note: note.into(),
        tone,
        href: "#".into(),
    };
    f.page(html! {
        (tab_bar("Tampilan", &[Tab::new("Semua kampanye", "#", true).count("0").icon("table-2")], html! { (Button::only_icon("plus", "Tampilan baru").ghost()) }, html! {}))
        (empty(&Empty {
            icon: "megaphone".into(),
            title: "Belum ada kampanye".into(),
            text: "Kampanye mengirim pesan yang sama ke satu segmen lewat WhatsApp atau email, lalu menghitung berapa yang membalas dan memesan.".into(),
            actions: Some(html! { (Button::new("Kampanye baru").icon("plus").primary().large()) (Button::new("Coba dengan data contoh").icon("flask-conical").large()) }),
            ways: vec![
                way("layers", "Siapkan segmen", "Misalnya kafe di Jawa Timur yang tidak memesan 60 hari", "4 segmen siap", Tone::Neutral),
                way("message-circle", "Hubungkan WhatsApp Business", "Diperlukan untuk mengirim pesan massal", "Belum terhubung", Tone::Warn),
                way("upload", "Impor dari layanan lain", "CSV atau XLSX, riwayat ikut terbawa", "", Tone::Neutral),
            ],
        }))
    })
}

pub fn error_page(theme: Theme) -> Markup {
    let mut f = frame(theme, "QT-2026-0418", &["Penawaran"], "Penawaran");
    f.top = TopBar::Lined;
    f.actions = Some(more());
    f.page(error_block(T, &ErrorBlock {
        icon: "cloud-off".into(),
        title: "Penawaran belum terkirim".into(),
        text: "Server email tidak menjawab dalam 30 detik. Tidak ada email yang keluar, jadi pelanggan tidak menerima pesan ganda.".into(),
        kept: "Isi penawaran, lampiran PDF, dan teks email Anda".into(),
        todo: "Coba lagi sekarang, atau unduh PDF dan kirim lewat WhatsApp".into(),
        again: "Hubungi admin: Suparman · 0811-2400-019".into(),
        actions: Some(html! { (Button::new("Coba lagi").icon("refresh-cw").primary().large()) (Button::new("Unduh PDF").icon("download").large()) span.ak-spacer {} (Button::new("Kembali ke penawaran").ghost().large()) }),
        reference: "SMTP-7F3A-2291".into(),
        time: "19/11/2026 10.42.07".into(),
    }))
}
