//! Personal data at the sample firm: what they are used for, what people asked, an incident, a rule of how long things are kept,
//! what may be sent, and a customer who answered.

use super::basics::context;
use akrab_customers::keys::{
    ACCOUNT, CONTACT, DATA_INCIDENT, DATA_REQUEST, PROCESSING_ACTIVITY, account, contact, data_incident as i, data_request as r,
    processing_activity as p,
};
use akrab_engine::privacy::{Retention, RetentionDecl};
use akrab_engine::{Door, Engine, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Label, RecordId};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

/// Who answers requests.
const KEEPER: &str = "budi@akrab.test";
/// The account whose customer answered, by its place in the list.
const ANSWERED: usize = 4;

/// Makes them, unless the record of processing has been begun.
pub(super) async fn privacy(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    let begun = ListRequest { object: PROCESSING_ACTIVITY.into(), limit: 1, ..ListRequest::default() };
    if !engine.list(&ctx, begun).await?.records.is_empty() {
        return Ok(());
    }
    let Some(keeper) = engine.people().by_email(KEEPER).map(|person| person.id) else { return Ok(()) };
    let secret = engine.write(&ctx, move |tx| registers(tx, keeper)).await?;
    if let Some(secret) = secret {
        let said = json!({ (account::NPWP): "0745821934542000", (account::PHONE): "0812-9034-7715" });
        engine.confirmation_take(&secret, map(said), None).await?;
    }
    Ok(())
}

fn registers(tx: &mut Tx, keeper: RecordId) -> Result<Option<String>> {
    for (name, aim, basis, people, data, retention) in ACTIVITIES {
        tx.create(
            PROCESSING_ACTIVITY,
            &map(json!({ (p::NAME): name, (p::AIM): aim, (p::BASIS): basis, (p::PEOPLE): people.split(' ').collect::<Vec<_>>(),
                (p::DATA): data.split(' ').collect::<Vec<_>>(), (p::RETENTION): retention, "owner": keeper })),
        )?;
    }
    let people = ids(tx, CONTACT, Filter::test(contact::EMAIL, Op::NotEmpty, true), 3)?;
    let ago = |hours: i64| ago(tx.ctx.now.timestamp(), hours);
    let asked = [
        ("access", 20, "Mohon salinan semua data saya yang disimpan."),
        ("deletion", 61, "Saya sudah tidak bekerja di sana. Tolong hapus data saya."),
        ("correction", 5, "Nomor telepon saya sudah ganti."),
    ];
    let moments: Vec<String> = asked.iter().map(|(_, hours, _)| ago(*hours)).collect();
    let found = ago(30);
    for (((kind, _, words), at), person) in asked.iter().zip(moments).zip(people) {
        let request = json!({ (r::CONTACT): person, (r::KIND): kind, (r::RECEIVED_AT): at, (r::CHANNEL): "email", (r::WORDS): words, "owner": keeper });
        tx.create(DATA_REQUEST, &map(request))?;
    }
    let incident = json!({ (i::SUMMARY): "Daftar kontak terkirim ke alamat email yang salah", (i::FOUND_AT): found, (i::SEVERITY): "medium",
        (i::STATE): "contained", (i::PEOPLE): 42, (i::KINDS): ["contact"], (i::CAUSE): "Alamat penerima dipilih dari saran yang salah.",
        (i::MEASURES): "Penerima sudah menghapus berkas; pengiriman daftar lewat email dihentikan.", "owner": keeper });
    tx.create(DATA_INCIDENT, &map(incident))?;
    let old = RetentionDecl {
        object: CONTACT.into(),
        filter: Some(json!({ "field": contact::STATUS, "op": "is", "value": "former" })),
        since: "updated_at".into(),
        months: 24,
        what: Retention::Erase,
        active: false,
    };
    let name = Label::new("Kontak yang sudah pindah", "Contacts who have left");
    let mut system = tx.as_system("the sample firm begins");
    system.ctx.door = Door::Command;
    let accounts = ids(&mut system, ACCOUNT, Filter::test(account::NPWP, Op::NotEmpty, true), ANSWERED + 1)?;
    system.retention_save("former_contacts", &name, &old, Some(0), false)?;
    let Some(account) = accounts.get(ANSWERED) else { return Ok(None) };
    let fields = ["phone", "npwp"].map(String::from);
    Ok(Some(system.confirmation_ask(ACCOUNT, *account, &fields)?.1))
}

fn ids(tx: &mut Tx, object: &str, filter: Filter, limit: usize) -> Result<Vec<RecordId>> {
    let request = ListRequest { object: object.into(), filter: Some(filter), limit, ..ListRequest::default() };
    Ok(tx.list(&request)?.records.iter().map(|record| record.id).collect())
}

fn ago(now: Timestamp, hours: i64) -> String {
    now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(now).to_string()
}

fn map(json: Json) -> Input {
    if let Json::Object(map) = json { map.into_iter().collect() } else { Input::new() }
}

/// Name, purpose, basis, whose data, which, how long.
const ACTIVITIES: [(&str, &str, &str, &str, &str, &str); 5] = [
    (
        "Pesanan dan pengiriman",
        "Melayani pesanan kopi, mengirim barang, dan menagih.",
        "contract",
        "customers contacts",
        "identity contact purchases payments",
        "10 tahun setelah transaksi terakhir",
    ),
    (
        "Penagihan dan pajak",
        "Menyimpan faktur dan bukti bayar sesuai aturan pajak.",
        "law",
        "customers",
        "identity purchases payments",
        "10 tahun",
    ),
    (
        "Penawaran dan kabar produk",
        "Mengirim penawaran, kabar panen, dan undangan cicip kopi.",
        "consent",
        "customers contacts prospects",
        "contact",
        "Sampai izin ditarik",
    ),
    (
        "Kunjungan dan percakapan penjualan",
        "Mencatat kebutuhan dan janji kepada pelanggan.",
        "interest",
        "contacts prospects",
        "contact conversations",
        "24 bulan setelah kontak terakhir",
    ),
    (
        "Penanganan keluhan",
        "Menjawab keluhan mutu dan pengiriman.",
        "contract",
        "customers contacts",
        "contact conversations purchases",
        "5 tahun",
    ),
];
