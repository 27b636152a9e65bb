//! Exports as other programs write them: companies, people and deals go in in this order, each with exactly what it
//! became. Unknown owners, stages and companies are remarks, never a reason to refuse.

use crate::import::{import, upload};
use crate::workspace::{Workspace, both};
use akrab_engine::{Ctx, Door};
use serde_json::json;

/// A workspace with one seller, and what its administrator asks.
async fn actor(w: &Workspace) -> Ctx {
    let admin = w.user("admin", 1, None).await;
    w.make("user", json!({"name": "Siti Aminah", "email": "siti@contoh.test", "role": 3})).await;
    w.of(admin, Door::Page)
}

/// What came of a file: rows by what became of them, linked records made beside, remarks by line.
#[derive(Debug, PartialEq)]
struct Came {
    created: u64,
    skipped: u64,
    refused: u64,
    made: Vec<(String, u64)>,
    notes: Vec<String>,
}

fn came(created: u64, skipped: u64, refused: u64, made: &[(&str, u64)], notes: &[&str]) -> Came {
    let made = made.iter().map(|(object, n)| ((*object).to_string(), *n)).collect();
    Came { created, skipped, refused, made, notes: notes.iter().map(ToString::to_string).collect() }
}

/// Tries a file out and brings it in, as guessed; both come to the same.
async fn brought(w: &Workspace, ctx: &Ctx, object: &str, name: &str, system: &str) -> Came {
    let content = std::fs::read(format!("{}/tests/it/programs/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a sample");
    let file = upload(w, ctx, name, content).await.expect("a file");
    let spec = w.engine.import_guess(ctx, object, file, None).await.unwrap_or_else(|p| panic!("{name}: {p:?}"));
    assert_eq!(spec.system.as_deref(), Some(system), "{name}");
    let (_, trial) = import(w, ctx, &spec, true).await;
    let (_, run) = import(w, ctx, &spec, false).await;
    assert_eq!(
        (&trial.counts, &trial.first, &trial.made),
        (&run.counts, &run.first, &run.made),
        "{name}: the trial tells what the run does"
    );
    let counts = run.counts;
    assert_eq!(counts.rows, counts.created + counts.updated + counts.unchanged + counts.skipped + counts.refused, "{name}");
    let notes = run.first.iter().map(|n| format!("{} {} {}", n.line, n.field.as_deref().unwrap_or("-"), n.code)).collect();
    Came { created: counts.created, skipped: counts.skipped, refused: counts.refused, made: run.made.into_iter().collect(), notes }
}

/// The records of an object in the order they came in, as text: links by their titles, what is empty as nothing.
async fn told(w: &Workspace, ctx: &Ctx, object: &str, fields: &[&str]) -> Vec<String> {
    let request = akrab_engine::ListRequest { object: object.into(), limit: 50, ..Default::default() };
    let mut ids: Vec<i64> = w.engine.list(ctx, request).await.expect("a list").records.iter().map(|r| r.id).collect();
    ids.sort_unstable();
    let mut all = Vec::new();
    for id in ids {
        let record = w.engine.get(ctx, object, id).await.expect("a record");
        let cell = |key: &&str| match record.link_title(key) {
            Some(title) => title.to_string(),
            None => match record.get(key).to_json() {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            },
        };
        all.push(fields.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    all
}

const ACCOUNT: &[&str] = &["name", "parent", "owner", "status", "industry", "address_city", "external_key"];
const CONTACT: &[&str] = &["name", "account", "owner", "email", "phone", "whatsapp", "external_key"];
const DEAL: &[&str] = &["name", "account", "contact", "stage", "amount", "probability", "close_date", "owner", "external_key"];

both!(
    /// Parents by name, above and below their children; several companies in one cell; people with their addresses.
    hubspot_goes_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let companies = brought(w, &ctx, "account", "hubspot-companies.csv", "hubspot").await;
        assert_eq!(companies, came(3, 0, 0, &[], &["3 owner no_such_record", "4 owner no_such_record", "4 parent no_such_record"]));
        assert_eq!(
            told(w, &ctx, "account", ACCOUNT).await,
            [
                "Kopi Senja Bandung | Kopi Senja Group | Siti Aminah | active | restaurant | Bandung | 9001",
                "Kopi Senja Group |  | admin | prospect | restaurant | Jakarta | 9002",
                "Hotel Arjuna |  | admin | prospect | hotel | Malang | 9003",
            ]
        );
        let people = brought(w, &ctx, "contact", "hubspot-contacts.csv", "hubspot").await;
        assert_eq!(people, came(3, 0, 0, &[("account", 1)], &["3 owner no_such_record", "4 phone phone_letters", "4 language unknown_choice"]));
        assert_eq!(
            told(w, &ctx, "contact", CONTACT).await,
            [
                "Rina Wijaya | Kopi Senja Bandung | Siti Aminah | rina@kopisenja.co.id | +6281234567890 |  | 301",
                "Suharto | Kopi Senja Group | admin | suharto@kopisenja.co.id | +6281355550002 |  | 302",
                "Élodie Dupont | Nouvelle Maison | admin | elodie@nouvelle.example |  |  | 303",
            ]
        );
        let deals = brought(w, &ctx, "opportunity", "hubspot-deals.csv", "hubspot").await;
        assert_eq!(deals, came(3, 0, 0, &[("account", 1)], &["3 owner no_such_record", "4 amount import_currency", "4 close_reason unknown_choice"]));
        assert_eq!(
            told(w, &ctx, "opportunity", DEAL).await,
            [
                "Mesin espresso | Kopi Senja Bandung | Rina Wijaya | Penawaran | 15000000 | 60 | 2026-05-31 | Siti Aminah | 501",
                "Biji kopi tahunan | Kopi Senja Group | Suharto | Menang | 48000000 | 100 | 2026-02-28 | admin | 502",
                "Ekspor | Warung Baru |  | Kalah |  | 0 |  | admin | 503",
            ]
        );
    }
);

both!(
    /// Ids alone: what is not there stays empty with a remark; what was deleted there is left out.
    salesforce_goes_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let accounts = brought(w, &ctx, "account", "salesforce-accounts.csv", "salesforce").await;
        assert_eq!(accounts, came(2, 1, 0, &[], &["2 owner no_such_record", "3 owner no_such_record", "4 - import_row_deleted"]));
        assert_eq!(
            told(w, &ctx, "account", ACCOUNT).await,
            [
                "Senja Cabang Solo | PT Senja Abadi | admin | active | restaurant | Surakarta | 0015g00000AAAA1AAM",
                "PT Senja Abadi |  | admin | active | manufacturing | Jakarta | 0015g00000AAAA2AAM",
            ]
        );
        let people = brought(w, &ctx, "contact", "salesforce-contacts.csv", "salesforce").await;
        assert_eq!(people, came(2, 0, 0, &[], &["2 owner no_such_record", "3 owner no_such_record", "3 account no_such_record"]));
        assert_eq!(
            told(w, &ctx, "contact", CONTACT).await,
            [
                "Budi Santoso | Senja Cabang Solo | admin | budi@senja.co.id | +62271555123 | +6281234567001 | 0035g00000CCCC1AAM",
                "Wati |  | admin | wati@lain.example |  |  | 0035g00000CCCC2AAM",
            ]
        );
        let deals = brought(w, &ctx, "opportunity", "salesforce-deals.csv", "salesforce").await;
        assert_eq!(deals, came(3, 0, 0, &[], &["2 owner no_such_record", "3 owner no_such_record", "4 account no_such_record"]));
        assert_eq!(
            told(w, &ctx, "opportunity", DEAL).await,
            [
                "Kontrak 2026 | Senja Cabang Solo |  | Penawaran | 125000000 | 90 | 2026-06-30 | admin | 0065g00000DDDD1AAM",
                "Gudang | PT Senja Abadi |  | Kalah | 9000000 | 0 | 2026-01-31 | admin | 0065g00000DDDD2AAM",
                "Tanpa perusahaan |  |  | Baru |  | 10 | 2026-07-31 | admin | 0065g00000DDDD3AAM",
            ]
        );
    }
);

both!(
    /// A report for people: month first, commas between thousands, lines below the table.
    a_report_of_salesforce_goes_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let deals = brought(w, &ctx, "opportunity", "salesforce-report.csv", "salesforce").await;
        assert_eq!(deals, came(2, 2, 0, &[("account", 1)], &["3 owner no_such_record", "4 - import_row_footer", "5 - import_row_footer"]));
        assert_eq!(
            told(w, &ctx, "opportunity", DEAL).await,
            [
                "Seprai 2026 | Hotel Bromo |  | Penawaran | 12400 | 50 | 2026-05-31 | Siti Aminah | ",
                "Handuk | Hotel Bromo |  | Menang | 1250000.5 | 100 | 2026-02-03 | admin | ",
            ]
        );
    }
);

both!(
    /// An id and a name for each link: found by the one, made from both, so that a later file finds it again.
    zoho_goes_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let accounts = brought(w, &ctx, "account", "zoho-accounts.csv", "zoho").await;
        assert_eq!(accounts, came(2, 0, 0, &[], &["3 owner no_such_record", "3 status unknown_choice"]));
        assert_eq!(
            told(w, &ctx, "account", ACCOUNT).await,
            [
                "Toko Melati | Melati Holding | Siti Aminah | active | retail | Surabaya | zcrm_48768001",
                "Melati Holding |  | admin | prospect |  |  | zcrm_48768002",
            ]
        );
        let people = brought(w, &ctx, "contact", "zoho-contacts.csv", "zoho").await;
        assert_eq!(people, came(2, 0, 0, &[("account", 1)], &["3 owner no_such_record"]));
        assert_eq!(
            told(w, &ctx, "contact", CONTACT).await,
            [
                "Dewi Lestari | Toko Melati | Siti Aminah | dewi@melati.example | +628127000111 |  | zcrm_48769001",
                "Joko | Toko Kenanga | admin | joko@kenanga.example |  |  | zcrm_48769002",
            ]
        );
        let deals = brought(w, &ctx, "opportunity", "zoho-deals.csv", "zoho").await;
        assert_eq!(deals, came(3, 0, 0, &[("account", 1)], &["3 owner no_such_record", "4 owner no_such_record"]));
        assert_eq!(
            told(w, &ctx, "opportunity", DEAL).await,
            [
                "Rak pajang | Toko Melati | Dewi Lestari | Baru | 95570.69 | 20 | 2026-11-15 | Siti Aminah | zcrm_48770001",
                "Seragam | Toko Kenanga | Joko | Penawaran | 12400 | 75 | 2026-09-12 | admin | zcrm_48770002",
                "Papan nama | Toko Anggrek |  | Kalah | 2500000 | 0 | 2026-01-10 | admin | zcrm_48770003",
            ]
        );
        assert_eq!(told(w, &ctx, "account", &["name", "external_key"]).await[2..], ["Toko Kenanga | zcrm_48768077", "Toko Anggrek | zcrm_48768099"]);
    }
);

both!(
    /// Won and lost stand in a column of their own, whatever the stage.
    pipedrive_goes_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let firms = brought(w, &ctx, "account", "pipedrive-organizations.csv", "pipedrive").await;
        assert_eq!(firms, came(2, 0, 0, &[], &["3 owner no_such_record"]));
        assert_eq!(
            told(w, &ctx, "account", &["name", "address_street", "tags"]).await,
            ["CV Surya Tani | Jl. Raya 5, Klaten | [\"Langganan\"]", "Koperasi Makmur |  | "]
        );
        let people = brought(w, &ctx, "contact", "pipedrive-people.csv", "pipedrive").await;
        assert_eq!(people, came(2, 0, 0, &[], &["3 owner no_such_record"]));
        assert_eq!(
            told(w, &ctx, "contact", CONTACT).await,
            [
                "Agus Salim | CV Surya Tani | Siti Aminah | agus@suryatani.example | +6227255501 | +6281311112222 | 801",
                "Nur | Surya Baru | admin | nur@suryabaru.example |  |  | 802",
            ]
        );
        let deals = brought(w, &ctx, "opportunity", "pipedrive-deals.csv", "pipedrive").await;
        assert_eq!(deals, came(3, 0, 0, &[("account", 1)], &["4 owner no_such_record", "4 amount import_currency"]));
        assert_eq!(
            told(w, &ctx, "opportunity", DEAL).await,
            [
                "Pupuk organik | CV Surya Tani | Agus Salim | Penawaran | 7500000 | 50 | 2026-04-30 | Siti Aminah | 11",
                "Traktor | CV Surya Tani | Agus Salim | Menang | 88000000 | 100 | 2026-02-01 | Siti Aminah | 12",
                "Bibit | Ladang Jaya |  | Kalah |  | 0 |  | admin | 13",
            ]
        );
    }
);

both!(
    /// Companies and people in one file: each import takes its own, and a company may stand below its people.
    odoo_goes_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let people = brought(w, &ctx, "contact", "odoo-partners.csv", "odoo").await;
        assert_eq!(people, came(1, 2, 0, &[("account", 1)], &["3 - import_row_other", "4 - import_row_other"]));
        let person = told(w, &ctx, "contact", CONTACT).await;
        assert_eq!(person, ["Andi Wijaya | PT Angin Timur | Siti Aminah | andi@angintimur.example | +628129000333 |  | __export__.res_partner_21_a1"]);
        let content = std::fs::read(format!("{}/tests/it/programs/odoo-partners.csv", env!("CARGO_MANIFEST_DIR"))).expect("a sample");
        let file = upload(w, &ctx, "odoo-partners.csv", content).await.expect("a file");
        let spec = w.engine.import_guess(&ctx, "account", file, None).await.expect("readable");
        let (_, report) = import(w, &ctx, &spec, false).await;
        let counts = report.counts;
        assert_eq!((counts.created, counts.updated, counts.skipped, counts.refused), (1, 1, 1, 0), "{:?}", report.first);
        assert_eq!(
            told(w, &ctx, "account", ACCOUNT).await,
            [
                "PT Angin Timur |  | admin | prospect |  | Makassar | __export__.res_partner_20_b2",
                "Angin Timur Bali | PT Angin Timur | admin | prospect |  | Denpasar | __export__.res_partner_22_c3",
            ]
        );
        let deals = brought(w, &ctx, "opportunity", "odoo-leads.csv", "odoo").await;
        assert_eq!(deals, came(2, 1, 0, &[("account", 1)], &["3 owner no_such_record", "4 - import_row_other"]));
        assert_eq!(
            told(w, &ctx, "opportunity", DEAL).await,
            [
                "Armada baru | PT Angin Timur |  | Penawaran | 350000000 | 60 | 2026-08-31 | Siti Aminah | __export__.crm_lead_5_x",
                "Servis tahunan | Bengkel Jaya |  | Menang | 24000000 | 100 | 2026-02-27 | admin | __export__.crm_lead_6_y",
            ]
        );
    }
);

both!(espocrm_goes_in, async |w: &Workspace| {
    let ctx = actor(w).await;
    let accounts = brought(w, &ctx, "account", "espocrm-accounts.csv", "espocrm").await;
    assert_eq!(accounts, came(1, 1, 0, &[], &["3 - import_row_deleted"]));
    assert_eq!(told(w, &ctx, "account", ACCOUNT).await, ["Rumah Sakit Harapan |  | Siti Aminah | active | hospital | Jakarta | 5f1a0001"]);
    let people = brought(w, &ctx, "contact", "espocrm-contacts.csv", "espocrm").await;
    assert_eq!(people, came(1, 0, 0, &[], &[]));
    assert_eq!(
        told(w, &ctx, "contact", CONTACT).await,
        ["Maya Sari | Rumah Sakit Harapan | Siti Aminah | maya@rsharapan.example | +6281290001111 |  | 5f1b0001"]
    );
    let deals = brought(w, &ctx, "opportunity", "espocrm-deals.csv", "espocrm").await;
    assert_eq!(deals, came(2, 0, 0, &[("account", 1)], &["3 owner no_such_record", "3 amount import_currency"]));
    assert_eq!(
        told(w, &ctx, "opportunity", DEAL).await,
        [
            "Alat medis | Rumah Sakit Harapan |  | Penawaran | 64000000 | 50 | 2026-09-30 | Siti Aminah | 5f1c0001",
            "Konsultasi | Klinik Baru |  | Kalah |  | 0 | 2026-03-31 | admin | 5f1c0002",
        ]
    );
});

both!(
    /// Several values in one cell: the first is taken, the others are told; labels of the program itself are none.
    google_contacts_go_in,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let people = brought(w, &ctx, "contact", "google-contacts.csv", "google").await;
        assert_eq!(people, came(2, 0, 1, &[], &["2 - card_beyond", "2 - card_beyond", "7 birthday not_a_date", "8 name required"]));
        assert_eq!(
            told(w, &ctx, "contact", &["name", "nickname", "account", "email", "phone", "whatsapp", "tags", "note", "address_city"]).await,
            [
                "Lestari Handayani | Tari | Hotel Bumi | lestari@hotelbumi.example | +6281234567890 | +6234155512 | [\"Klien\"] | Suka kopi ::: bukan teh | Malang",
                "Suharto |  |  |  | +6281377778888 |  |  |  | ",
            ]
        );
    }
);

both!(
    /// A row may name its parent by a number of the file itself; one that stands nowhere, and a row that is its own
    /// parent, are told. Taken back, children and parents are gone, whatever their order.
    parents_stand_above_and_below,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let bystander = w.make("account", json!({"name": "Sudah ada"})).await;
        let text = format!(
            "ID,Nama perusahaan,Perusahaan induk\nA1,Anak,A9\nA2,Cucu,Anak\nA3,Sendiri,Sendiri\nA4,Tamu,Sudah ada\nA5,Yatim,Tak ada\n{}A9,Induk,\n",
            (0..600).map(|n| format!("X{n},Lain {n},\n")).collect::<String>()
        );
        let file = upload(w, &ctx, "induk.csv", text).await.expect("a file");
        let spec = w.engine.import_guess(&ctx, "account", file, None).await.expect("readable");
        let spec = akrab_engine::import::ImportSpec { on_bad_value: akrab_engine::import::OnBadValue::BlankAndNote, ..spec };
        let (_, trial) = import(w, &ctx, &spec, true).await;
        let (job, run) = import(w, &ctx, &spec, false).await;
        assert_eq!((&trial.counts, &trial.first), (&run.counts, &run.first));
        assert_eq!((run.counts.created, run.counts.blanked, run.counts.refused), (606, 2, 0), "{:?}", run.first);
        let notes: Vec<_> = run.first.iter().map(|n| (n.line, n.field.as_deref().unwrap_or(""), n.code.as_str())).collect();
        assert_eq!(notes, [(4, "parent", "cycle"), (6, "parent", "no_such_record")]);
        let found = async |name: &str| {
            let filter = akrab_model::Filter::test("name", akrab_model::filter::Op::Is, json!(name));
            let request = akrab_engine::ListRequest { object: "account".into(), filter: Some(filter), limit: 1, columns: vec!["parent".into()], ..Default::default() };
            w.engine.list(&ctx, request).await.expect("a list").records.remove(0)
        };
        assert_eq!(found("Anak").await.link("parent"), Some(found("Induk").await.id));
        assert_eq!(found("Cucu").await.link("parent"), Some(found("Anak").await.id));
        assert_eq!(found("Tamu").await.link("parent"), Some(bystander));
        assert_eq!((found("Sendiri").await.link("parent"), found("Yatim").await.link("parent")), (None, None));
        w.engine.job_undo(&ctx, job).await.expect("queued");
        w.work_off().await;
        assert_eq!(told(w, &ctx, "account", &["name"]).await, ["Sudah ada"]);
    }
);
