//! What people of the sample firm have put on their deals: notes with lists and tasks, drawings, offers, sheets; and
//! the templates they write on.

use super::basics::context;
use akrab_engine::note_template::NoteTemplate;
use akrab_engine::{Door, Engine, ListRequest, Result};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Label};
use akrab_sales::keys::{OPPORTUNITY, opportunity};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::json;
use std::io::Cursor;

/// Whose deals they are.
const SELLER: &str = "siti@akrab.test";
/// Largest of these files.
const LIMIT: u64 = 1 << 20;

const NOTES: [&str; 3] = [
    "## Rapat kebutuhan\n\nYang disepakati:\n\n- Biji **Gayo** dan *Toraja*, giling sedang\n- Kirim tiap Selasa, paling lambat 09.00\n\n- [x] Kirim contoh 1 kg\n- [ ] Hitung ulang ongkos kirim\n- [ ] Tanyakan jadwal pembukaan cabang\n\n@Budi Hartono tolong lihat harganya.",
    "## Harga yang diminta\n\n| Barang | Sekarang | Diminta |\n|---|---|---|\n| Gayo 1 kg | 185.000 | 172.000 |\n| Toraja 1 kg | 210.000 | 198.000 |\n\nAlasannya: [harga pesaing](https://example.com), volume dua kali lipat.",
    "Kunjungan ke dapur:\n\n1. Mesin lama, 2 grup\n2. Air belum disaring\n3. Barista tiga orang\n\n> \"Kami ingin satu pemasok saja.\"\n\n- [ ] Tawarkan pelatihan barista",
];

/// Makes them, unless there are templates already.
pub(super) async fn papers(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    if !engine.read(&ctx, |tx| tx.note_templates()).await?.is_empty() {
        return Ok(());
    }
    engine.write(&ctx, |tx| templates().iter().try_for_each(|template| tx.note_template_save(template).map(drop))).await?;
    let Some(seller) = engine.people().by_email(SELLER).cloned() else { return Ok(()) };
    let ctx = engine.ctx(&seller, Door::Page, "sample");
    let open = vec![Filter::test(opportunity::OWNER, Op::Is, "me"), Filter::test("stage.category", Op::Is, "open")];
    let request = ListRequest {
        object: OPPORTUNITY.into(),
        filter: Some(Filter::All(open)),
        sort: vec![format!("-{}", opportunity::AMOUNT)],
        limit: NOTES.len(),
        ..ListRequest::default()
    };
    let deals = engine.list(&ctx, request).await?.records;
    for (n, deal) in deals.iter().enumerate() {
        let (id, account, note) = (deal.id, deal.link(opportunity::ACCOUNT), NOTES[n]);
        engine
            .write(&ctx, move |tx| {
                let mut input = Input::new();
                let title = note.lines().next().unwrap_or("").trim_start_matches("## ").trim_end_matches(':');
                for (key, value) in
                    [("subject", json!(title)), ("channel", json!("note")), ("body", json!(note)), ("opportunity", json!(id))]
                {
                    input.insert(key.into(), value);
                }
                if let Some(account) = account {
                    input.insert("account".into(), json!(account));
                }
                tx.create("interaction", &input).map(drop)
            })
            .await?;
        for (name, description, content) in files(n, deal.title()) {
            let kept = engine.file_put(&ctx, &name, Cursor::new(content), LIMIT).await?.id;
            engine.write(&ctx, move |tx| tx.attach(OPPORTUNITY, id, kept, description)).await?;
        }
    }
    // the first drawing was changed once
    if let Some(deal) = deals.first() {
        let (id, kept) = (deal.id, engine.file_put(&ctx, "Denah kafe.png", Cursor::new(drawing(9)), LIMIT).await?.id);
        let first = engine.read(&ctx, move |tx| tx.attachments(OPPORTUNITY, id, false)).await?;
        if let Some(drawing) = first.into_iter().find(|file| file.name == "Denah kafe.png") {
            engine.write(&ctx, move |tx| tx.attach_again(OPPORTUNITY, id, drawing.id, kept)).await?;
        }
    }
    Ok(())
}

fn templates() -> Vec<NoteTemplate> {
    let label = |id: &str, en: &str| Label { id: id.into(), en: en.into() };
    vec![
        NoteTemplate {
            id: 0,
            object: Some(OPPORTUNITY.into()),
            kind: None,
            name: label("Rapat kebutuhan", "Meeting about needs"),
            text: label(
                "## Rapat tentang {{name}}\n\nHadir: \n\n### Kebutuhan\n\n- \n\n### Tindak lanjut\n\n- [ ] Kirim ringkasan ke {{account.name}}\n- [ ] Jadwalkan pertemuan berikutnya\n",
                "## Meeting about {{name}}\n\nPresent: \n\n### Needs\n\n- \n\n### Next steps\n\n- [ ] Send a summary to {{account.name}}\n- [ ] Agree on the next meeting\n",
            ),
        },
        NoteTemplate {
            id: 0,
            object: None,
            kind: Some("call".into()),
            name: label("Catatan telepon", "Notes of a call"),
            text: label(
                "**Siapa yang dihubungi:** \n\n**Yang dibicarakan:** \n\n- [ ] Tindak lanjut\n",
                "**Who was called:** \n\n**What was said:** \n\n- [ ] Follow up\n",
            ),
        },
        NoteTemplate {
            id: 0,
            object: None,
            kind: Some("visit".into()),
            name: label("Laporan kunjungan", "Visit report"),
            text: label(
                "**Tujuan:** \n\n**Yang dilihat:** \n\n- Stok kopi: \n- Mesin: \n- Produk pesaing: \n\n**Disepakati:** \n",
                "**Aim:** \n\n**What was seen:** \n\n- Coffee in stock: \n- Machines: \n- Competitors' products: \n\n**Agreed:** \n",
            ),
        },
        NoteTemplate {
            id: 0,
            object: None,
            kind: Some("meeting".into()),
            name: label("Notula rapat", "Minutes"),
            text: label(
                "**Agenda:** \n\n1. \n\n**Keputusan:** \n\n- \n\n- [ ] \n",
                "**Agenda:** \n\n1. \n\n**Decisions:** \n\n- \n\n- [ ] \n",
            ),
        },
        NoteTemplate {
            id: 0,
            object: None,
            kind: Some("letter".into()),
            name: label("Surat masuk", "Letter received"),
            text: label("**Nomor surat:** \n\n**Perihal:** \n\n**Isi pokok:** \n", "**Number:** \n\n**Subject:** \n\n**Gist:** \n"),
        },
    ]
}

/// Name, description and content of what hangs on a deal.
fn files(n: usize, deal: &str) -> Vec<(String, &'static str, Vec<u8>)> {
    let offer = pdf(&["Penawaran", deal, "Biji kopi pilihan, kirim mingguan", "Berlaku 30 hari"]);
    let sheet = "Barang;Jumlah;Harga\nGayo 1 kg;40;172000\nToraja 1 kg;25;198000\nGula aren 1 kg;10;45000\n";
    match n {
        0 => vec![
            ("Denah kafe.png".into(), "Dari arsitek, lantai satu", drawing(6)),
            ("Penawaran 2026.pdf".into(), "", offer),
            ("Kebutuhan per bulan.csv".into(), "", sheet.as_bytes().to_vec()),
        ],
        1 => vec![("Penawaran.pdf".into(), "Sudah dikirim lewat email", offer)],
        _ => vec![("Dapur.png".into(), "", drawing(4))],
    }
}

/// A plan of a café with so many tables.
fn drawing(tables: u32) -> Vec<u8> {
    let mut plan = RgbImage::from_pixel(960, 640, Rgb([250, 248, 244]));
    let mut fill = |x: u32, y: u32, width: u32, height: u32, colour: [u8; 3]| {
        for px in x..(x + width).min(960) {
            for py in y..(y + height).min(640) {
                plan.put_pixel(px, py, Rgb(colour));
            }
        }
    };
    for (x, y, width, height) in [(40, 40, 880, 8), (40, 592, 880, 8), (40, 40, 8, 560), (912, 40, 8, 560), (640, 40, 8, 360)] {
        fill(x, y, width, height, [60, 56, 52]);
    }
    fill(680, 80, 200, 60, [15, 118, 110]);
    for n in 0..tables {
        fill(100 + (n % 3) * 170, 100 + (n / 3) * 150, 90, 90, [196, 164, 124]);
    }
    let mut bytes = Vec::new();
    // a picture in memory is always written
    let _ = plan.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png);
    bytes
}

/// One page with these lines.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut page = String::from("BT /F1 24 Tf 72 760 Td 30 TL\n");
    for (n, line) in lines.iter().enumerate() {
        let plain: String = line.chars().filter(|c| c.is_ascii() && !matches!(c, '(' | ')' | '\\')).collect();
        page.push_str(&format!("({plain}) Tj T*\n"));
        if n == 0 {
            page.push_str("/F1 14 Tf\n");
        }
    }
    page.push_str("ET");
    let parts = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_string(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".into(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".into(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{part}\nendobj\n", n + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", parts.len() + 1));
    places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
    file.push_str(&format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", parts.len() + 1));
    file.into_bytes()
}
