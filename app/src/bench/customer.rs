//! The page of one customer with everything: ten thousand entries on its timeline, five hundred orders with their
//! invoices and payments, in the middle of the demonstration.

use super::Entry;
use super::client::Client;
use super::load::Work;
use super::report::Figure;
use super::server::Server;
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::{Door, Engine, ListRequest, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Record, RecordId, Value};
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use std::time::Duration;

const NAME: &str = "Pelanggan Panjang Riwayat";
const ORDERS: i64 = 500;
/// With orders, invoices and payments ten thousand entries.
const TALKS: i64 = 8_500;

/// Makes demonstration and customer where they are missing, then asks for the page again and again.
pub async fn measure(config: &Config, span: Duration) -> Result<(String, Vec<Figure>), Stop> {
    let engine = workspace::make(config).await?;
    if engine.people().roles.is_empty() {
        akrab_workplace::seed::demo(&engine, 1).await?;
    }
    let customer = customer(&engine).await?;
    let entry = super::enter(&engine).await?;
    let system = engine.system("measuring", Door::Command);
    let told = engine.read(&system, move |tx| tx.timeline_counts("account", customer)).await?;
    let volume = format!(
        "one customer with {} timeline entries and {ORDERS} orders, among {}",
        told.iter().map(|(_, n)| n).sum::<u64>(),
        super::volume(&engine).await?
    );
    engine.store().close().await;
    drop(engine);
    let server = Server::start(config).await?;
    let page = |query: &str| vec![format!("/accounts/{customer}{query}")];
    let get = |query: &str| Work::gets(page(query), &[("Cookie", &entry.cookie), ("Accept-Encoding", "gzip")]);
    let whole = server.load(&get(""), 1, span).await?;
    let circle = server.load(&get("?with=contacts%2Cbelow"), 1, span).await?;
    let search = server.load(&get("?find=tidak-ada-di-sana"), 1, span).await?;
    let (html, packed) = weigh(&server, &entry, &page("")[0]).await?;
    Ok((
        volume,
        vec![
            Figure::millis("page of the customer, p50", whole.at(0.5), 20.0),
            Figure::millis("page of the customer, p95", whole.at(0.95), 20.0),
            Figure::millis("the same with contacts and child accounts, p95", circle.at(0.95), 40.0),
            Figure::millis("words nobody said, looked for in the whole timeline, p95", search.at(0.95), 400.0),
            Figure::kilobytes("its HTML", html, 100.0),
            Figure::kilobytes("its HTML, packed", packed, 30.0),
        ],
    ))
}

/// What the page weighs, as it is and packed, in KB.
async fn weigh(server: &Server, entry: &Entry, path: &str) -> Result<(f64, f64), Stop> {
    let failed = |e: std::io::Error| Stop::failed(e.to_string());
    let mut client = Client::open(server.address()).await.map_err(failed)?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n", entry.cookie);
    let plain = client.send(format!("{head}\r\n").as_bytes()).await.map_err(failed)?;
    if plain.status != 200 {
        return Err(Stop::failed(format!("the customer's page answers {}", plain.status)));
    }
    let packed = client.send(format!("{head}Accept-Encoding: gzip\r\n\r\n").as_bytes()).await.map_err(failed)?;
    Ok((plain.bytes as f64 / 1_024.0, packed.bytes as f64 / 1_024.0))
}

async fn customer(engine: &Engine) -> Result<RecordId, Stop> {
    let system = engine.system("measuring", Door::Command);
    let request = ListRequest { object: "account".into(), filter: Some(Filter::test("name", Op::Is, NAME)), ..ListRequest::default() };
    if let Some(found) = engine.list(&system, request).await?.records.first() {
        return Ok(found.id);
    }
    let owner = engine.people().administrator().map(|person| person.id);
    let made = engine.write(&system, move |tx| make(tx, owner)).await?;
    for object in ["invoice", "order", "account"] {
        engine.fill(&system, object).await?;
    }
    Ok(made)
}

fn make(tx: &mut Tx, owner: Option<RecordId>) -> akrab_engine::Result<RecordId> {
    let input = json!({ "name": NAME, "status": "active", "owner": owner, "payment_terms": 30, "credit_limit": 100_000_000 });
    let account = tx.create("account", input.as_object().unwrap_or(&serde_json::Map::new()))?;
    let child = json!({ "name": format!("{NAME} Cabang"), "parent": account, "owner": owner });
    tx.create("account", child.as_object().unwrap_or(&serde_json::Map::new()))?;
    let contact = json!({ "name": "Lestari Handayani", "account": account, "phone": "081234567890", "owner": owner });
    let contact = tx.create("contact", contact.as_object().unwrap_or(&serde_json::Map::new()))?;
    let now = tx.ctx.now.clone();
    let day = |back: i64| now.date().saturating_sub(back.days());
    let at = |back: i64| now.timestamp().checked_sub((back * 60).minutes()).unwrap_or(Timestamp::UNIX_EPOCH);
    let new = |tx: &Tx, object: &str| -> akrab_engine::Result<Record> {
        let mut record = Record::new(tx.object(object)?, 0, 0);
        record.set("account", Value::Link(account));
        record.set("owner", owner.map_or(Value::Null, Value::Link));
        Ok(record)
    };
    let text = |text: &str| Value::Text(text.into());
    let mut talks = Vec::new();
    for n in 0..TALKS {
        let mut talk = new(tx, "interaction")?;
        talk.set("contact", Value::Link(contact));
        talk.set("subject", Value::Text(format!("Percakapan {n} tentang kiriman dan harga")));
        talk.set("channel", text(["call", "whatsapp", "email", "visit"][(n % 4) as usize]));
        talk.set("body", text("Menanyakan jadwal kirim, stok House Blend, dan syarat pembayaran bulan depan."));
        talk.set("starts_at", Value::Time(at(n * 2)));
        talk.set("created_at", Value::Time(at(n * 2)));
        talks.push(talk);
    }
    let object = tx.object("interaction")?;
    tx.load(&object, talks)?;
    let (mut orders, mut invoices, mut payments) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..ORDERS {
        let mut order = new(tx, "order")?;
        order.set("ordered_on", Value::Date(day(n)));
        order.set("status", text("delivered"));
        order.set("amount", Value::Dec((1_250_000 + n * 1_000).into()));
        order.set("cost", Value::Dec((900_000 + n * 700).into()));
        orders.push(order);
    }
    let object = tx.object("order")?;
    let ids = tx.load(&object, orders)?;
    for (n, id) in (0..).zip(&ids) {
        let mut invoice = new(tx, "invoice")?;
        invoice.set("order", Value::Link(*id));
        invoice.set("issued_on", Value::Date(day(n)));
        invoice.set("due_on", Value::Date(day(n - 30)));
        invoice.set("total", Value::Dec((1_250_000 + n * 1_000).into()));
        invoice.set("status", text("issued"));
        invoices.push(invoice);
    }
    let object = tx.object("invoice")?;
    let bills = tx.load(&object, invoices)?;
    // the newest are not paid yet
    for (n, id) in (0..).zip(&bills).skip(40) {
        let mut payment = new(tx, "payment")?;
        payment.set("invoice", Value::Link(*id));
        payment.set("paid_on", Value::Date(day(n - 33)));
        payment.set("amount", Value::Dec((1_250_000 + n * 1_000).into()));
        payment.set("method", text(["transfer", "qris"][(n % 2) as usize]));
        payment.set("status", text("received"));
        payment.set("days_late", Value::Int(3));
        payments.push(payment);
    }
    let object = tx.object("payment")?;
    tx.load(&object, payments)?;
    Ok(account)
}
