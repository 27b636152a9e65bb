//! Reports as PDF, read again without the code that wrote them.

use crate::workspace::{Workspace, both};
use akrab_engine::report::{FileFormat, ReportDraft};
use akrab_engine::view::ViewScope;
use akrab_engine::{Ctx, Door};
use akrab_model::format::Lang;
use serde_json::{Value as Json, json};
use std::io::Read;
use std::sync::Arc;

/// What a PDF says.
pub struct Paper {
    /// Texts of each page, in the order in which they were put there.
    pub pages: Vec<Vec<String>>,
    /// Width and height of the first page.
    pub size: (f32, f32),
}

impl Paper {
    pub fn text(&self) -> String {
        self.pages.iter().map(|page| page.join("\n")).collect::<Vec<_>>().join("\n")
    }
    pub fn says(&self, text: &str) -> bool {
        self.pages.iter().flatten().any(|own| own == text)
    }
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|w| w == what).map(|n| n + from)
}

/// Reads a PDF: its streams by their length, and the texts its pages show.
pub fn read(bytes: &[u8]) -> Paper {
    assert!(bytes.starts_with(b"%PDF-1.") && bytes.ends_with(b"%%EOF"), "a whole file");
    let table = find(bytes, b"startxref", 0).and_then(|at| std::str::from_utf8(&bytes[at + 9..bytes.len() - 5]).ok());
    let table: usize = table.and_then(|n| n.trim().parse().ok()).expect("the place of the table");
    assert!(bytes[table..].starts_with(b"xref"), "the table is where it is said to be");
    let mut pages = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(bytes, b"stream\n", at) {
        let head = String::from_utf8_lossy(&bytes[at..begin]).into_owned();
        let length: usize =
            head.rsplit("/Length ").next().and_then(|n| n.split_whitespace().next()).and_then(|n| n.parse().ok()).expect("a length");
        let body = &bytes[begin + 7..begin + 7 + length];
        let mut content = Vec::new();
        flate2::read::ZlibDecoder::new(body).read_to_end(&mut content).expect("packed content");
        pages.push(texts(&content));
        at = begin + 7 + length + b"\nendstream".len();
    }
    let boxed = find(bytes, b"/MediaBox [", 0).expect("a size") + 11;
    let numbers: Vec<f32> =
        String::from_utf8_lossy(&bytes[boxed..boxed + 40]).split([' ', ']']).filter_map(|n| n.parse().ok()).take(4).collect();
    Paper { pages, size: (numbers[2], numbers[3]) }
}

/// The texts that content shows.
fn texts(content: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut at = 0;
    while at < content.len() {
        let (codes, end) = match content[at] {
            b'(' => literal(content, at + 1),
            // what stands for a text when it is copied shows nothing
            b'<' if content.get(at + 1) == Some(&b'<') => {
                at = find(content, b">>", at).expect("an end") + 2;
                continue;
            }
            b'<' => {
                let end = find(content, b">", at).expect("an end");
                let digits = &content[at + 1..end];
                let codes = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"));
                (codes.collect(), end + 1)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        assert!(content[end..].starts_with(b" Tj"), "a text is shown");
        texts.push(codes.into_iter().map(letter).collect());
        at = end;
    }
    texts
}

fn literal(content: &[u8], from: usize) -> (Vec<u8>, usize) {
    let (mut codes, mut at, mut depth) = (Vec::new(), from, 1);
    loop {
        match content[at] {
            b'\\' => {
                at += 1;
                codes.push(content[at]);
            }
            b'(' => {
                depth += 1;
                codes.push(b'(');
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return (codes, at + 1);
                }
                codes.push(b')');
            }
            code => codes.push(code),
        }
        at += 1;
    }
}

fn letter(code: u8) -> char {
    match code {
        0x85 => '…',
        0x93 => '“',
        0x94 => '”',
        0x96 => '–',
        0x97 => '—',
        0x9b => '›',
        0xa0 => ' ',
        code => char::from(code),
    }
}

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

async fn saved(w: &Workspace, ctx: &Ctx, name: &str, about: &str, report: Json) -> String {
    let report = serde_json::from_value(report).expect("a report");
    let draft = ReportDraft { name: name.into(), about: about.into(), scope: ViewScope::Everyone, report };
    w.engine.write(ctx, move |tx| tx.create_report(&draft)).await.expect("saved").to_string()
}

async fn printed(w: &Workspace, ctx: &Ctx, key: &str) -> Paper {
    let (name, content) = w.engine.report_file(ctx, key, FileFormat::Pdf).await.expect("a file");
    assert!(name.ends_with(".pdf"), "{name}");
    read(&content)
}

both!(a_report_is_printed_with_all_it_says, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    for (name, kind, amount) in [("Satu", "renewal", 1_500_000), ("Dua", "renewal", 500_000), ("Tiga", "expansion", 1_250)] {
        w.make("opportunity", json!({"name": name, "kind": kind, "amount": amount, "owner": ratna})).await;
    }
    let ctx = w.of(ratna, Door::Page);
    let asked = json!({"object": "opportunity", "chart": "bar", "groups": [{"field": "kind"}],
        "filter": {"all": [{"field": "amount", "op": "gt", "value": 1000}, {"field": "kind", "op": "in", "value": ["renewal", "expansion", "new_business"]}]},
        "measures": [{"key": "n"}, {"key": "s", "function": "sum", "field": "amount"}]});
    let key = saved(w, &ctx, "Jenis (peluang)", "Berapa & senilai apa", asked).await;
    let paper = printed(w, &ctx, &key).await;
    assert_eq!((paper.pages.len(), paper.size), (1, (595.28, 841.89)), "upright, as there are two columns");
    for text in [
        "Jenis (peluang)",
        "Berapa & senilai apa",
        "3 peluang",
        "Perpanjangan",
        "Jumlah peluang",
        "2",
        "Rp 2.000.000",
        "Rp 1.250",
        "Jumlah",
        "Rp 2.001.250",
        "Halaman 1 dari 1",
    ] {
        assert!(paper.says(text), "{text:?} in {:?}", paper.text());
    }
    let whole = paper.text().replace('\n', " ");
    assert!(whole.contains("Dibuat untuk ratna, 02/03/2026 09.00. Angkanya dari data yang boleh ia lihat."), "{whole}");
    assert!(
        whole.contains("Filter: ") && whole.contains("Perpanjangan, Perluasan, Pelanggan baru"),
        "every value of a filter is named: {whole}"
    );
    let english = printed(w, &Ctx { lang: Lang::En, ..ctx.clone() }, &key).await;
    for text in ["3 opportunities", "Renewal", "Rp 2,000,000", "Total", "Page 1 of 1"] {
        assert!(english.says(text), "{text:?} in {:?}", english.text());
    }
    // every way to draw gives a file
    for chart in ["table", "column", "line", "area", "stacked", "funnel", "donut", "heat", "number"] {
        let asked = json!({"object": "opportunity", "chart": chart, "groups": [{"field": "created_at", "by": "month"}], "pivot": {"field": "kind"},
            "measures": [{"key": "s", "function": "sum", "field": "amount"}], "target": "4000000"});
        let key = saved(w, &ctx, chart, "", asked).await;
        let paper = printed(w, &ctx, &key).await;
        assert!(paper.says("Mar 2026") && paper.says("Rp 2.001.250"), "{chart}: {:?}", paper.text());
    }
});

both!(long_and_wide_tables_go_on_with_their_heads, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let ctx = w.of(ratna, Door::Page);
    let mut accounts = Vec::new();
    for n in 0..110 {
        accounts.push(
            w.make("account", json!({"name": if n == 7 { "北京 Kopi".to_string() } else { format!("Toko Łaba {n:03}") }, "owner": ratna}))
                .await,
        );
    }
    for (n, account) in accounts.iter().enumerate() {
        let day = format!("{}-{:02}-03", 2024 + n / 60, n / 5 % 12 + 1);
        w.make(
            "opportunity",
            json!({"name": format!("Mesin {n}"), "account": account, "amount": 1_000_000 + n, "close_date": day, "owner": ratna}),
        )
        .await;
    }
    let long = json!({"object": "opportunity", "groups": [{"field": "account"}], "limit": 500, "measures": [{"key": "n"}]});
    let paper = printed(w, &ctx, &saved(w, &ctx, "Panjang", "", long).await).await;
    assert!(paper.pages.len() >= 3, "{} pages", paper.pages.len());
    for (n, page) in paper.pages.iter().enumerate() {
        assert!(page.contains(&"Jumlah peluang".to_string()), "the head of page {n}: {page:?}");
        assert!(page.contains(&format!("Halaman {} dari {}", n + 1, paper.pages.len())), "{page:?}");
    }
    // letters of the fonts or as near as they come; what has none is said
    let count = paper.pages.iter().flatten().filter(|text| text.starts_with("Toko Laba ")).count();
    assert_eq!(count, 109);
    assert!(paper.says("?? Kopi") && paper.text().contains("di luar aksara Latin"));
    let wide = json!({"object": "opportunity", "groups": [{"field": "owner"}], "pivot": {"field": "close_date", "by": "month"},
        "measures": [{"key": "s", "function": "sum", "field": "amount"}]});
    let paper = printed(w, &ctx, &saved(w, &ctx, "Lebar", "", wide).await).await;
    assert_eq!(paper.size, (841.89, 595.28), "lying");
    let blocks = paper.pages.iter().flatten().filter(|text| text.starts_with("Kolom ") && text.contains(" dari ")).count();
    assert!(blocks >= 2, "columns that do not fit stand below: {:?}", paper.text());
    assert_eq!(paper.pages.iter().flatten().filter(|text| *text == "ratna").count(), blocks, "each with the groups before them");
});

both!(a_dashboard_is_printed_under_its_filters_with_the_rights_of_its_reader, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let dewi = w.user("dewi", role(w, "marketing"), None).await;
    w.make("opportunity", json!({"name": "Satu", "kind": "renewal", "amount": 25, "owner": ratna})).await;
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    let page = browser.get("/dashboards/sales?period=this_year").await.html;
    assert!(page.contains("/dashboards/sales/file?format=pdf&amp;period=this_year"), "the file is what the page shows");
    assert_eq!(browser.get("/dashboards/sales/file?format=pdf&period=this_year").await.status, axum::http::StatusCode::OK);
    assert_eq!(browser.get("/dashboards/sales/file?format=csv").await.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    let narrow: akrab_engine::report::Narrow =
        Arc::new(|report| Some(json!({"field": report.period_field(), "op": "within", "value": "this_year"})));
    let ctx = w.of(ratna, Door::Page);
    let (_, content) = w.engine.dashboard_file(&ctx, "sales", FileFormat::Pdf, narrow.clone()).await.expect("a file");
    let paper = read(&content);
    for text in ["Corong penjualan", "Pelanggan utama", "Nilai menang"] {
        assert!(paper.says(text), "{text}: {:?}", paper.text());
    }
    assert!(paper.text().contains("tahun ini"), "its filters stand there: {:?}", paper.text());
    let (_, content) = w.engine.dashboard_file(&w.of(dewi, Door::Page), "sales", FileFormat::Pdf, narrow).await.expect("a file");
    let hers = read(&content);
    assert!(hers.says("Corong penjualan") && !hers.text().contains("Nilai menang"), "amounts are hidden from her: {}", hers.text());
});
