//! What customers of the sample firm have said, and customers that are being handed over: believable and fresh, so that
//! the pages of both have something to show.

use super::basics::context;
use akrab_engine::{Ctx, Door, Engine, ListRequest, Result};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Record, RecordId};
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value as Json, json};

/// Kind, summary, how it was said by one customer after the other, and where it stands.
const SAID: [(&str, &str, &[&str], &str); 12] = [
    (
        "wish",
        "Kemasan 500 gram untuk Gayo",
        &[
            "Kalau ada yang setengah kilo, kami ambil tiap minggu.",
            "1 kg terlalu banyak untuk cabang kecil kami.",
            "Bisa dibuat 500 gram? Lebih pas untuk dijual lagi.",
            "Pelanggan kami sering tanya ukuran yang lebih kecil.",
        ],
        "considered",
    ),
    (
        "wish",
        "Kirim sebelum jam 10",
        &[
            "Barista kami mulai jam 10, kopi harus sudah ada.",
            "Tolong pagi sekali, siang kami sibuk.",
            "Kalau bisa sebelum jam sepuluh ya.",
        ],
        "planned",
    ),
    (
        "complaint",
        "Karung sobek saat sampai",
        &["Dua karung sobek, bijinya tumpah di mobil.", "Plastik dalamnya bocor lagi, ini sudah kedua kali."],
        "new",
    ),
    (
        "complaint",
        "Faktur datang terlambat",
        &[
            "Faktur baru sampai setelah jatuh tempo.",
            "Bagian keuangan kami menunggu faktur seminggu.",
            "Mohon faktur dikirim bersama barang.",
        ],
        "considered",
    ),
    (
        "praise",
        "Pelatihan barista sangat membantu",
        &[
            "Tim kami jadi percaya diri setelah pelatihan kemarin.",
            "Pelatihnya sabar, semua paham.",
            "Sejak pelatihan, komplain tamu turun.",
        ],
        "done",
    ),
    ("praise", "Respons WhatsApp cepat", &["Selalu dibalas kurang dari lima menit, mantap.", "Enak, tidak perlu menunggu."], "done"),
    (
        "question",
        "Apakah ada sertifikat halal?",
        &["Untuk tender kami perlu salinan sertifikat halal.", "Ada halal dari BPJPH? Hotel kami minta."],
        "new",
    ),
    (
        "question",
        "Berapa lama biji tahan setelah disangrai?",
        &["Setelah dibuka sebaiknya habis berapa hari?", "Di gudang kami panas, masih aman berapa lama?"],
        "new",
    ),
    (
        "wish",
        "Pesan lewat katalog WhatsApp",
        &["Lebih gampang kalau bisa pilih dari katalog.", "Kami pesan dari ponsel terus, katalognya dong."],
        "new",
    ),
    (
        "complaint",
        "Rasa batch terakhir berubah",
        &["Lebih asam dari biasanya, tamu kami menanyakan.", "Sangraiannya kok lebih gelap?"],
        "considered",
    ),
    (
        "wish",
        "Tempo pembayaran 45 hari",
        &["Pemilik gedung bayar kami 45 hari, kami perlu sama.", "30 hari berat untuk kami di musim sepi."],
        "declined",
    ),
    (
        "wish",
        "Sewa mesin espresso",
        &["Kami mau buka cabang, mesin sewa dulu kalau boleh.", "Ada paket mesin dan biji sekaligus?"],
        "planned",
    ),
];
/// Note of a hand-over, its age in hours, and what became of it.
const HANDED: [(&str, i64, &str); 5] = [
    ("Pelanggan lama, pesan tiap Selasa. Kontak utamanya suka ditelepon pagi. Penawaran mesin sudah dikirim, tinggal ditanyakan.", 5, ""),
    ("Sudah menjadi pelanggan tetap; mulai sekarang lebih banyak soal layanan mesin daripada penjualan.", 20, ""),
    ("Pindah wilayah ke timur. Kontrak tahunan berlaku sampai Juni, harga khusus disetujui manajer.", 70, "acceptance"),
    ("Keluhan karung sobek sudah selesai, tolong jaga tiga bulan ke depan.", 130, "acceptance"),
    ("Ada dua peluang terbuka, tolong lanjutkan.", 90, "refusal"),
];

/// Makes them, unless somebody has said something already.
pub(super) async fn voices(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    let request = |object: &str, limit| ListRequest { object: object.into(), limit, ..ListRequest::default() };
    if !engine.list(&ctx, request("voice", 1)).await?.records.is_empty() {
        return Ok(());
    }
    engine.write(&ctx, |tx| tx.preset_take("indonesia")).await?;
    let loved = Filter::All(vec![Filter::test("contact", Op::NotEmpty, true), Filter::test("account", Op::NotEmpty, true)]);
    let latest = ListRequest { filter: Some(loved), sort: vec!["-starts_at".into()], limit: 120, ..request("interaction", 120) };
    let talks = engine.list(&ctx, latest).await?.records;
    said(engine, &ctx, &talks).await?;
    visited(engine, &ctx, &talks).await?;
    handed(engine, &ctx).await
}

fn input(pairs: &[(&str, Json)]) -> Input {
    pairs.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| ((*key).to_string(), value.clone())).collect()
}

fn link(record: &Record, key: &str) -> Json {
    record.link(key).map_or(Json::Null, |id| json!(id))
}

/// The product whose name has a word of what was said, if there is one.
async fn about(engine: &Engine, ctx: &Ctx, summary: &str) -> Result<Option<RecordId>> {
    const WORDS: [(&str, &str); 4] = [("Gayo", "Gayo"), ("espresso", "Mesin"), ("barista", "Pelatihan"), ("batch", "Blend")];
    let Some((_, name)) = WORDS.iter().find(|(word, _)| summary.contains(word)) else { return Ok(None) };
    let filter = Some(Filter::test("name", Op::Contains, *name));
    let request = ListRequest { object: "product".into(), filter, limit: 1, ..ListRequest::default() };
    Ok(engine.list(ctx, request).await?.records.first().map(|product| product.id))
}

async fn said(engine: &Engine, ctx: &Ctx, talks: &[Record]) -> Result<()> {
    let mut talks = talks.iter().step_by(2).cycle();
    for (kind, summary, quotes, status) in SAID {
        let product = about(engine, ctx, summary).await?;
        let mut voice: Option<RecordId> = None;
        for (n, quote) in quotes.iter().enumerate() {
            let Some(talk) = talks.next() else { return Ok(()) };
            let first = quote.split(['.', ',', '?']).next().unwrap_or(quote).to_string();
            let made = input(&[
                ("summary", json!(if n == 0 { summary.to_string() } else { first })),
                ("kind", json!(kind)),
                ("quote", json!(quote)),
                ("interaction", json!(talk.id)),
                ("said_at", talk.get("starts_at").to_json()),
                ("owner", link(talk, "owner")),
                ("voice", voice.map_or(Json::Null, |id| json!(id))),
                ("product", product.map_or(Json::Null, |id| json!(id))),
            ]);
            voice = engine
                .write(ctx, move |tx| {
                    let id = tx.create("utterance", &made)?;
                    Ok(tx.get("utterance", id)?.link("voice"))
                })
                .await?;
        }
        if let Some(voice) = voice.filter(|_| status != "new") {
            let change = input(&[("status", json!(status))]);
            engine.update(ctx, "voice", voice, change, None).await?;
        }
    }
    Ok(())
}

/// The latest visits and meetings say where they were, and who of the firm was there.
async fn visited(engine: &Engine, ctx: &Ctx, talks: &[Record]) -> Result<()> {
    const PLACES: [(&str, &str); 6] = [
        ("Dapur utama, lantai dasar", "-6.227934, 106.808647"),
        ("Gudang Rungkut", "-7.332214, 112.768845"),
        ("Kedai Jl. Braga 12", "-6.917464, 107.609810"),
        ("Ruang rapat lantai 3", "-6.193125, 106.821810"),
        ("Kafe Jl. Prawirotaman 8", "-7.819560, 110.371910"),
        ("Toko Jl. Gajah Mada 44", "-8.656290, 115.216930"),
    ];
    let staff: Vec<RecordId> = engine.people().at_work().iter().map(|p| p.id).collect();
    let visits = talks.iter().filter(|talk| matches!(talk.text("channel"), "visit" | "meeting"));
    for (n, visit) in visits.enumerate() {
        let (place, position) = PLACES[n % PLACES.len()];
        let with: Vec<RecordId> = visit.link("owner").into_iter().chain(staff.get(n % staff.len().max(1)).copied()).collect();
        let position = (visit.text("channel") == "visit").then_some(position);
        let change = input(&[
            ("place", json!(place)),
            ("position", json!(position)),
            ("staff", json!(with)),
            ("participants", json!([link(visit, "contact")])),
        ]);
        engine.update(ctx, "interaction", visit.id, change, None).await?;
    }
    Ok(())
}

/// Customers of sellers on their way to other people and teams.
async fn handed(engine: &Engine, ctx: &Ctx) -> Result<()> {
    let open = Filter::parse(r#"{"all":[{"field":"done_at","op":"empty"},{"field":"account","op":"not_empty"}]}"#)?;
    let request =
        ListRequest { object: "task".into(), filter: Some(open), sort: vec!["due_at".into()], limit: 60, ..ListRequest::default() };
    let tasks = engine.list(ctx, request).await?.records;
    let people = engine.people();
    let mut seen = Vec::new();
    for task in &tasks {
        let Some((account, giver)) = task.link("account").zip(task.link("owner")) else { continue };
        let Some(giver) = people.user(giver).filter(|p| p.active && p.role.key == "sales").cloned() else { continue };
        let owned = engine.read(ctx, move |tx| Ok(tx.find("account", account)?.and_then(|a| a.link("owner")))).await? == Some(giver.id);
        let Some((note, hours, end)) = HANDED.get(seen.len()).copied() else { break };
        if !owned || seen.contains(&account) {
            continue;
        }
        let Some(taker) =
            people.at_work().into_iter().find(|p| p.role.key == "service" || (p.team != giver.team && p.role.key == "sales")).cloned()
        else {
            break;
        };
        seen.push(account);
        let due = ctx.now.saturating_add((72 - hours).hours()).timestamp().to_string();
        let to_team = (seen.len() == 2).then_some(taker.team).flatten();
        let to_user = if to_team.is_some() { Json::Null } else { json!(taker.id) };
        let made = input(&[
            ("account", json!(account)),
            ("to_user", to_user),
            ("to_team", json!(to_team)),
            ("note", json!(note)),
            ("due_at", json!(due)),
        ]);
        let mut then = engine.ctx(&giver, Door::Page, "sample");
        then.now = ctx.now.saturating_sub(SignedDuration::from_hours(hours));
        let id = engine.create(&then, "handover", made).await?.id;
        if !end.is_empty() {
            let mut then = engine.ctx(&taker, Door::Page, "sample");
            then.now = ctx.now.saturating_sub(SignedDuration::from_hours(hours - 6));
            let reason =
                input(&[("reason", if end == "refusal" { json!("Wilayah itu bukan tanggung jawab tim kami.") } else { Json::Null })]);
            engine.write(&then, move |tx| tx.act("handover", id, end, &reason).map(drop)).await?;
        }
    }
    Ok(())
}
