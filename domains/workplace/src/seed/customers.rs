//! What the sample firm knows of its greatest customers: groups and branches, who works where since when, who deals with whom,
//! households, addresses, needs, and the people behind it all.

use super::basics::context;
use akrab_customers::keys::{self, account, contact, important_date, position};
use akrab_engine::{Ctx, Engine, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Record, RecordId, Value};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

/// Customers with a whole profile.
const KNOWN: usize = 60;
/// Households with members.
const HOUSEHOLDS: usize = 14;

const NEEDS: [(&str, &str, i64, &str); 10] = [
    ("Biji datang sebelum pukul 10.00", "need", 5, "not_met"),
    ("Rasa yang sama di setiap cabang", "expectation", 5, "partly"),
    ("Harga dikunci selama enam bulan", "need", 4, "partly"),
    ("Satu orang yang bisa dihubungi kapan saja", "expectation", 4, "met"),
    ("Kemasan 250 g untuk dijual lagi", "need", 3, "not_met"),
    ("Pelatihan barista tiap kuartal", "need", 3, "met"),
    ("Sertifikat halal untuk semua sirup", "need", 5, "met"),
    ("Mesin cadangan bila rusak pada akhir pekan", "need", 4, "not_met"),
    ("Kabar sebelum harga naik", "expectation", 4, "partly"),
    ("Faktur pajak pada hari yang sama", "need", 3, "met"),
];
const TOPICS: [(&str, &str, &str); 6] = [
    ("Panen baru Gayo dan Toraja", "whatsapp", "on_news"),
    ("Harga biji hijau", "email", "monthly"),
    ("Mesin espresso dan perawatannya", "email", "quarterly"),
    ("Resep menu musiman", "whatsapp", "monthly"),
    ("Pelatihan dan lomba barista", "email", "on_news"),
    ("Kemasan ramah lingkungan", "email", "quarterly"),
];
const FACTS: [(&str, &str); 12] = [
    ("hobby", "Bersepeda tiap Minggu pagi"),
    ("like", "Kopi tubruk tanpa gula"),
    ("membership", "Asosiasi Hotel dan Restoran"),
    ("hobby", "Mancing di laut"),
    ("dislike", "Telepon sebelum pukul 9"),
    ("gift", "Parsel Lebaran, senang sekali"),
    ("like", "Kue lapis legit"),
    ("association", "Komunitas Barista Nusantara"),
    ("hobby", "Badminton hari Kamis"),
    ("dislike", "Tamu tanpa janji"),
    ("like", "Single origin Flores Bajawa"),
    ("gift", "Set cangkir keramik saat pembukaan cabang"),
];
const TIES: [(&str, i64); 8] = [
    ("supplier", 4),
    ("partner", 3),
    ("distributor", 5),
    ("competitor", 2),
    ("supplier", 2),
    ("influencer", 3),
    ("franchisor", 4),
    ("partner", 5),
];
const FRIENDS: [(&str, i64); 6] = [("colleague", 3), ("friend", 5), ("introducer", 4), ("superior", 3), ("relative", 4), ("adviser", 2)];

/// The position a contact of the sample holds where it works.
pub(super) fn position_of(made: &Record, index: usize, id: RecordId, today: Date) -> Option<Vec<(&'static str, Value)>> {
    let at = made.link(contact::ACCOUNT)?;
    let met = if let Value::Time(at) = made.get("created_at") { at.to_zoned(TimeZone::UTC).date() } else { today };
    let from = met.saturating_sub((index as i64 * 37 % 1_500 + 20).days());
    let title = Some(made.text(contact::JOB_TITLE)).filter(|title| !title.is_empty()).unwrap_or("Peran kerja");
    let mut values = vec![
        (position::CONTACT, Value::Link(id)),
        (position::ACCOUNT, Value::Link(at)),
        (position::JOB_TITLE, Value::Text(title.into())),
        (position::FROM_ON, Value::Date(from)),
        (position::MAIN, Value::Bool(true)),
    ];
    if let Some(role) = made.get(contact::ROLE).text() {
        values.push((position::ROLES, Value::Keys(vec![role.into()])));
    }
    Some(values)
}

/// The birthday of a contact among the days to remember.
pub(super) fn birthday_of(made: &Record, id: RecordId) -> Option<Vec<(&'static str, Value)>> {
    let Value::Date(born) = made.get(contact::BIRTHDAY) else { return None };
    Some(vec![
        (important_date::CONTACT, Value::Link(id)),
        (important_date::KIND, Value::Text("birthday".into())),
        (important_date::OCCASION, Value::Text("Ulang tahun".into())),
        (important_date::DAY, Value::Int(born.day().into())),
        (important_date::MONTH, Value::Int(born.month().into())),
        (important_date::YEAR, Value::Int(born.year().into())),
        (important_date::DAYS_BEFORE, Value::Int(7)),
        ("owner", made.get("owner").clone()),
    ])
}

/// Makes profiles of the greatest customers.
pub(super) async fn customers(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    let request = |object: &str, filter: Option<Filter>, sort: &str, limit: usize| ListRequest {
        object: object.into(),
        filter,
        sort: vec![sort.into()],
        limit,
        ..ListRequest::default()
    };
    let company = Filter::test(account::KIND, Op::Is, "company");
    let accounts = engine.list(&ctx, request(keys::ACCOUNT, Some(company), "-won_value", KNOWN)).await?.records;
    let ids: Vec<RecordId> = accounts.iter().map(|one| one.id).collect();
    let at = Filter::test(contact::ACCOUNT, Op::In, ids.clone());
    let people = engine.list(&ctx, request(keys::CONTACT, Some(at), "name", 160)).await?.records;
    let household = Filter::test(account::KIND, Op::Is, "household");
    let households = engine.list(&ctx, request(keys::ACCOUNT, Some(household), "name", HOUSEHOLDS)).await?.records;
    let products = match engine.object("product") {
        Ok(_) => engine.list(&ctx, request("product", None, "name", 20)).await?.records.iter().map(|one| one.id).collect(),
        Err(_) => Vec::new(),
    };
    let today = ctx.now.date();
    write(engine, &ctx, move |tx| groups(tx, &ids)).await?;
    write(engine, &ctx, move |tx| {
        let firms: Vec<&Record> = accounts.iter().collect();
        firms_known(tx, &firms, &products, today)?;
        people_known(tx, &firms, &people, today)
    })
    .await?;
    write(engine, &ctx, move |tx| homes(tx, &households, today)).await?;
    write(engine, &ctx, |tx| akrab_customers::prepare(tx).map(drop)).await
}

async fn write(engine: &Engine, ctx: &Ctx, f: impl Fn(&mut Tx) -> Result<()> + Send + Sync + 'static) -> Result<()> {
    engine.write(ctx, f).await
}

fn make(tx: &mut Tx, object: &str, input: Json) -> Result<RecordId> {
    let Json::Object(input) = input else { return Ok(0) };
    tx.create(object, &input.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// A few groups of companies: some branches hang on others.
fn groups(tx: &mut Tx, ids: &[RecordId]) -> Result<()> {
    for (n, id) in ids.iter().enumerate().skip(6) {
        let above = match n % 5 {
            0 | 1 => ids.get(n % 6),
            2 => ids.get(n - 2).filter(|_| n > 10),
            _ => None,
        };
        if let Some(above) = above {
            tx.set_values(keys::ACCOUNT, *id, vec![(account::PARENT, Value::Link(*above))])?;
        }
    }
    Ok(())
}

fn firms_known(tx: &mut Tx, firms: &[&Record], products: &[RecordId], today: Date) -> Result<()> {
    for (n, firm) in firms.iter().enumerate() {
        let owner = firm.link("owner");
        for (statement, kind, importance, fit) in NEEDS.iter().cycle().skip(n * 3).take(1 + n % 3) {
            let review = today.saturating_add(((n * 11 % 90) as i64 + 5).days());
            let linked: Vec<Json> = products.iter().cycle().skip(n).take(products.len().min(1)).map(|id| json!({ "id": id })).collect();
            make(
                tx,
                keys::NEED,
                json!({"statement": statement, "kind": kind, "importance": importance, "fit": fit, "account": firm.id, "owner": owner,
                    "next_review": (*fit != "met").then(|| review.to_string()), "products": (!linked.is_empty()).then_some(linked)}),
            )?;
        }
        let (kind, strength) = TIES[n % TIES.len()];
        for far in [1 + n % 3, 7 + n % 11] {
            let other = firms[(n + far) % firms.len()];
            if other.id == firm.id {
                continue;
            }
            let from = today.saturating_sub(((n * 61 % 1_500) as i64 + 40).days());
            let ended = (n % 7 == 3).then(|| today.saturating_sub((30 + n as i64).days()).to_string());
            make(
                tx,
                keys::RELATIONSHIP,
                json!({"account": firm.id, "other": other.id, "kind": kind, "strength": strength, "from_on": from.to_string(), "to_on": ended}),
            )?;
        }
        let part = |key: &str| firm.text(&format!("address_{key}")).to_string();
        for (kind, name, street) in
            [("delivery", "Gudang", "Kawasan Pergudangan Blok"), ("billing", "Kantor keuangan", "Jl. Pemuda No.")].iter().take(1 + n % 2)
        {
            make(
                tx,
                keys::CUSTOMER_ADDRESS,
                json!({"account": firm.id, "kind": kind, "name": format!("{name} {}", part("city")),
                    "address_street": format!("{street} {} RT {:02}/RW {:02}", n + 3, n % 9 + 1, n % 6 + 1), "address_village": part("village"),
                    "address_district": part("district"), "address_city": part("city"), "address_province": part("province"), "address_postcode": part("postcode")}),
            )?;
        }
        let handle: String = firm.title().to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).take(20).collect();
        make(tx, keys::CONTACT_POINT, json!({"account": firm.id, "kind": "instagram", "value": format!("@{handle}"), "label": "work"}))?;
        if n % 3 == 0 {
            make(
                tx,
                keys::CONTACT_POINT,
                json!({"account": firm.id, "kind": "phone", "value": format!("021-555{:04}", 1000 + n * 37), "label": "warehouse"}),
            )?;
        }
        let (topic, channel, frequency) = TOPICS[n % TOPICS.len()];
        make(
            tx,
            keys::NEWS_INTEREST,
            json!({"account": firm.id, "topic": topic, "channel": channel, "frequency": frequency, "since": today.saturating_sub((n as i64 * 9).days()).to_string()}),
        )?;
    }
    Ok(())
}

fn people_known(tx: &mut Tx, firms: &[&Record], people: &[Record], today: Date) -> Result<()> {
    for (n, person) in people.iter().enumerate() {
        // where they worked before, or work besides
        if n % 3 == 0 {
            let firm = firms[(n * 7 + 3) % firms.len()];
            let left = today.saturating_sub(((n * 53 % 900) as i64 + 60).days());
            let came = left.saturating_sub(((n * 97 % 1_200) as i64 + 200).days());
            let still = n % 12 == 0;
            if person.link(contact::ACCOUNT) != Some(firm.id) {
                make(
                    tx,
                    keys::POSITION,
                    json!({"contact": person.id, "account": firm.id, "job_title": (["Kepala Gudang", "Manajer Operasional", "Komisaris", "Barista Kepala"][n / 3 % 4]),
                        "roles": ([(["technical", "influencer", "decision_maker", "user"][n / 3 % 4])]), "from_on": came.to_string(), "to_on": (!still).then(|| left.to_string())}),
                )?;
            }
        }
        let (kind, strength) = FRIENDS[n % FRIENDS.len()];
        let other = &people[(n * 5 + 1) % people.len()];
        if other.id != person.id {
            make(
                tx,
                keys::ACQUAINTANCE,
                json!({"contact": person.id, "other": other.id, "kind": kind, "strength": strength, "from_on": today.saturating_sub(((n * 31 % 2_000) as i64).days()).to_string()}),
            )?;
        }
        for (kind, value) in FACTS.iter().cycle().skip(n * 2).take(1 + n % 3) {
            let on = (*kind == "gift" || *kind == "membership").then(|| today.saturating_sub(((n * 17 % 400) as i64).days()).to_string());
            make(
                tx,
                keys::PROFILE_FACT,
                json!({"contact": person.id, "kind": kind, "value": value, "on": on, "source": "Kunjungan", "confirmed_at": today.saturating_sub(((n * 3 % 120) as i64).days()).to_string()}),
            )?;
        }
        if n % 4 == 1 {
            let (month, day) = (n % 12 + 1, n % 28 + 1);
            make(
                tx,
                keys::IMPORTANT_DATE,
                json!({"contact": person.id, "kind": "anniversary", "occasion": "Hari jadi usaha", "month": month, "day": day, "year": 2012 + n % 10, "days_before": 14}),
            )?;
        }
        if n % 6 == 2 {
            let (value, observes) = [("Islam", "idul_fitri"), ("Kristen", "natal"), ("Hindu", "nyepi"), ("Buddha", "waisak")][n / 6 % 4];
            make(tx, keys::SENSITIVE_FACT, json!({"contact": person.id, "kind": "religion", "value": value, "observes": observes}))?;
        } else if n % 6 == 4 {
            make(
                tx,
                keys::SENSITIVE_FACT,
                json!({"contact": person.id, "kind": "family", "value": (["Anak kedua baru masuk SD", "Istri juga pengusaha kue", "Anak kuliah di Malang"][n % 3])}),
            )?;
        }
        make(
            tx,
            keys::CONTACT_POINT,
            json!({"contact": person.id, "kind": (["instagram", "linkedin", "tiktok"][n % 3]), "value": format!("@{}", person.title().to_lowercase().replace([' ', '\''], ".")), "label": "private"}),
        )?;
        let days = [vec!["tue", "thu"], vec!["mon", "wed", "fri"], vec!["sat"]][n % 3].iter().map(|day| (*day).to_string()).collect();
        let hours = vec![["h09", "h14", "h12"][n % 3].to_string()];
        tx.set_values(keys::CONTACT, person.id, vec![(contact::BEST_DAYS, Value::Keys(days)), (contact::BEST_HOURS, Value::Keys(hours))])?;
    }
    Ok(())
}

/// Households with two people, and one who moved from one to another.
fn homes(tx: &mut Tx, households: &[Record], today: Date) -> Result<()> {
    let spouses = ["Ratna Dewi", "Suharto", "Yuliana Putri", "Bambang Wibowo", "Sri Lestari", "Made Adnyana", "Lina Marlina"];
    let since = |n: usize| today.saturating_sub((n as i64 * 180 + 400).days()).to_string();
    for (n, home) in households.iter().enumerate() {
        let there = Filter::test(contact::ACCOUNT, Op::Is, home.id);
        let request = ListRequest { object: keys::CONTACT.into(), filter: Some(there), limit: 3, ..ListRequest::default() };
        let living = tx.list(&request)?.records;
        for (m, person) in living.iter().enumerate() {
            let relation = ["head", "child", "parent"][m % 3];
            make(
                tx,
                keys::HOUSEHOLD_MEMBER,
                json!({"household": home.id, "contact": person.id, "relation": relation, "from_on": since(n)}),
            )?;
        }
        let name = spouses[n % spouses.len()];
        let spouse = make(
            tx,
            keys::CONTACT,
            json!({"name": name, "name_honorific": if n % 2 == 0 { "Ibu" } else { "Bapak" }, "account": home.id, "owner": home.link("owner"), "source": "referral"}),
        )?;
        make(tx, keys::HOUSEHOLD_MEMBER, json!({"household": home.id, "contact": spouse, "relation": "spouse", "from_on": since(n)}))?;
        if let Some(head) = living.first() {
            make(tx, keys::ACQUAINTANCE, json!({"contact": head.id, "other": spouse, "kind": "spouse", "strength": 5}))?;
        }
        if n == 3 {
            make(
                tx,
                keys::HOUSEHOLD_MEMBER,
                json!({"household": households[0].id, "contact": spouse, "relation": "other", "from_on": today.saturating_sub(60.days()).to_string()}),
            )?;
        }
    }
    Ok(())
}
