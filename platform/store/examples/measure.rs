//! Fills a workspace with contacts and timeline entries and tells what pages, counts, searches and
//! writes cost: `measure FILE|postgres://… [CONTACTS]`. An existing workspace is only measured.

use akrab_model::filter::{Is, Test};
use akrab_model::object::ObjectDecl;
use akrab_model::query::AggregateFn;
use akrab_model::text::fold;
use akrab_model::{Aggregate, Cond, Cursor, Object, Page, Query, Raw, Registry, Sort};
use akrab_store::{Bin, Change, Conn, Entry, NewRow, Options, SearchEntry, Store, StoreError, Target, TimelineQuery};
use std::sync::Arc;
use std::time::{Duration, Instant};

const DECLS: [&str; 3] = [
    r#"
key = "user"
plural = "users"
label = { id = "Pengguna", en = "User" }
plural_label = { id = "Pengguna", en = "Users" }
purpose = { id = "Orang", en = "People" }
icon = "user"
group = "system"
title = "name"
owned = false
[fields]
name = { type = "text", label = { id = "Nama", en = "Name" } }
"#,
    r#"
key = "account"
plural = "accounts"
label = { id = "Perusahaan", en = "Account" }
plural_label = { id = "Perusahaan", en = "Accounts" }
purpose = { id = "Ukur", en = "Measure" }
icon = "building"
group = "customers"
title = "name"
[fields]
name = { type = "text", label = { id = "Nama", en = "Name" } }
industry = { type = "choice", index = true, label = { id = "Industri", en = "Industry" }, choices = [
  { key = "hotel", label = { id = "Hotel", en = "Hotel" } }, { key = "kafe", label = { id = "Kafe", en = "Café" } } ] }
"#,
    r#"
key = "contact"
plural = "contacts"
label = { id = "Kontak", en = "Contact" }
plural_label = { id = "Kontak", en = "Contacts" }
purpose = { id = "Ukur", en = "Measure" }
icon = "user"
group = "customers"
title = "name"
[fields]
name = { type = "person_name", label = { id = "Nama", en = "Name" } }
email = { type = "email", index = true, label = { id = "Surel", en = "E-mail" } }
phone = { type = "phone", index = true, label = { id = "Telepon", en = "Phone" } }
account = { type = "link", to = "account", label = { id = "Perusahaan", en = "Account" } }
city = { type = "text", index = true, label = { id = "Kota", en = "City" } }
job = { type = "text", label = { id = "Jabatan", en = "Job" } }
status = { type = "choice", index = true, label = { id = "Status", en = "Status" }, choices = [
  { key = "new", label = { id = "Baru", en = "New" } }, { key = "old", label = { id = "Lama", en = "Old" } } ] }
value = { type = "money", index = true, label = { id = "Nilai", en = "Value" } }
score = { type = "score", label = { id = "Skor", en = "Score" } }
note = { type = "long_text", label = { id = "Catatan", en = "Note" } }
"#,
];

const FIRST: &str = "Budi Siti Agus Dewi Andi Sri Joko Putri Rina Hendra Wayan Made Ketut Nyoman Bambang Yanti Rudi Lestari Eko Wulan \
    Dian Fajar Gita Hadi Indah Irfan Kartika Lukman Maya Nanda Oka Panji Qori Rizky Sari Taufik Umar Vina Wahyu Yusuf Zahra";
const LAST: &str = "Santoso Wijaya Pratama Saputra Hidayat Kusuma Nugroho Setiawan Lubis Siregar Nasution Simanjuntak Halim Tanoto \
    Gunawan Hartono Susanto Purnomo Rahayu Utami Wibowo Suryadi Iskandar Ramadhan Harahap Sitompul Manurung Ginting Tarigan Sembiring";
const CITIES: &str = "Jakarta Surabaya Bandung Medan Semarang Makassar Denpasar Palembang Yogyakarta Balikpapan Manado Padang";
const BATCH: usize = 2_000;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
    fn word(&mut self, from: &str) -> String {
        let words: Vec<&str> = from.split_whitespace().collect();
        words[self.roll(words.len())].into()
    }
}

#[tokio::main]
async fn main() -> Result<(), StoreError> {
    let mut args = std::env::args().skip(1);
    let place = args.next().unwrap_or_else(|| "measure.db".into());
    let contacts: usize = args.next().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let target = match place.starts_with("postgres") {
        true => Target::Postgres { url: place, schema: "measure".into() },
        false => Target::Sqlite { path: place.into() },
    };
    let decls = DECLS.map(|text| ("measure".to_string(), toml::from_str::<ObjectDecl>(text).expect("a declaration")));
    let registry = Arc::new(Registry::compile(decls.into()).expect("a registry"));
    let store = Store::open(&target, &Options::default()).await?;
    let steps = store.plan(&registry).await?;
    if !steps.is_empty() {
        store.apply(&steps).await?;
        fill(&store, &registry, contacts).await?;
    }
    ask(&store, &registry, contacts).await?;
    println!("{:?}\nrss {} MB", store.stats(), rss());
    store.close().await;
    Ok(())
}

fn rss() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or_default() / 1024
}

async fn fill(store: &Store, registry: &Arc<Registry>, contacts: usize) -> Result<(), StoreError> {
    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    for start in (0..contacts).step_by(BATCH) {
        let registry = Arc::clone(registry);
        let began = Instant::now();
        store.write(move |conn| batch(conn, &registry, start, contacts)).await?;
        slowest = slowest.max(began.elapsed());
        if start % 100_000 == 0 {
            let rate = (start + BATCH) as f64 / started.elapsed().as_secs_f64();
            println!("{start}: {rate:.0} contacts/s, slowest batch {slowest:?}, rss {} MB", rss());
        }
    }
    println!("{contacts} contacts, {} timeline rows in {:?}", contacts * 5, started.elapsed());
    store.write(Conn::analyze).await
}

/// As an import does it: records, history, timeline and search in one transaction.
fn batch(conn: &mut Conn, registry: &Registry, start: usize, contacts: usize) -> Result<(), StoreError> {
    let object = registry.object("contact").expect("contacts");
    let account = registry.object("account").expect("accounts");
    let mut dice = Dice(start as u64 + 1);
    let ix = |key: &str| object.field_ix(key).expect(key);
    let companies: Vec<NewRow> = (0..BATCH / 5)
        .map(|n| NewRow {
            id: None,
            cells: vec![
                (account.title, format!("PT {} {}", dice.word(LAST), start + n).into()),
                (account.field_ix("industry").expect("a field"), ["hotel", "kafe"][n % 2].into()),
            ],
        })
        .collect();
    let companies = conn.insert(registry, account, &companies)?;
    let mut rows = Vec::with_capacity(BATCH);
    let mut words = Vec::with_capacity(BATCH);
    for n in start..(start + BATCH).min(contacts) {
        let (first, last, city) = (dice.word(FIRST), dice.word(LAST), dice.word(CITIES));
        let email = format!("{}.{}{n}@contoh.co.id", first.to_lowercase(), last.to_lowercase());
        let phone = format!("+628{:010}", n * 7);
        let name = format!("{first} {last}");
        words.push((name.clone(), vec![fold(&name), email.clone(), phone.clone(), fold(&city)]));
        rows.push(NewRow {
            id: None,
            cells: vec![
                (ix("name"), name.into()),
                (ix("email"), email.into()),
                (ix("phone"), phone.into()),
                (ix("account"), Raw::Int(companies[n % companies.len()])),
                (ix("city"), if n % 10 == 0 { Raw::Null } else { city.into() }),
                (ix("job"), "Kepala Pembelian".into()),
                (ix("status"), if n % 5 == 0 { "new" } else { "old" }.into()),
                (ix("value"), Raw::Int(dice.roll(1_000_000) as i64 * 10_000)),
                (ix("score"), Raw::Int(dice.roll(101) as i64)),
                (ix("owner"), Raw::Int(dice.roll(50) as i64)),
                (ix("created_at"), Raw::Int(1_700_000_000_000_000 + n as i64 * 1_000_000)),
                (ix("updated_at"), Raw::Int(1_700_000_000_000_000 + n as i64 * 1_000_000)),
            ],
        });
    }
    let ids = conn.insert(registry, object, &rows)?;
    let entries: Vec<_> =
        ids.iter().zip(words).map(|(id, (title, words))| SearchEntry { object: "contact".into(), id: *id, title, words }).collect();
    conn.search_put(&entries)?;
    let changes: Vec<_> = ids.iter().map(|id| change(*id)).collect();
    let told = conn.add_changes(&changes)?;
    let mut timeline = Vec::with_capacity(BATCH * 5);
    for (n, (id, told)) in ids.iter().zip(&told).enumerate() {
        for k in 0..5 {
            timeline.push(entry(*id, *told, start + n, k));
        }
    }
    conn.timeline_put(&timeline)
}

fn change(id: i64) -> Change {
    Change {
        id: 0,
        object: "contact".into(),
        record: id,
        at: 1_700_000_000_000_000,
        actor: Some(1),
        door: "import".into(),
        request: "r1".into(),
        kind: "create".into(),
        diff: "{}".into(),
    }
}

fn entry(id: i64, told: i64, n: usize, k: i64) -> Entry {
    Entry {
        id: 0,
        subject_object: "contact".into(),
        subject_id: if k == 0 { id } else { (id + k * 7_919) % id.max(1) + 1 },
        at: 1_700_000_000_000_000 + (n as i64 * 5 + k) * 1_000_000,
        kind: if k == 0 { "change" } else { "call" }.into(),
        source_object: "contact".into(),
        source_id: id,
        change_id: (k == 0).then_some(told),
        open: false,
    }
}

/// Median and 95th percentile of reads.
async fn time<T: Send + 'static>(
    store: &Store,
    label: &str,
    times: usize,
    f: impl Fn(&mut Conn, usize) -> Result<T, StoreError> + Send + Sync + Clone + 'static,
) -> Result<(), StoreError> {
    let mut took = Vec::new();
    for n in 0..times {
        let f = f.clone();
        took.push(
            store
                .read(move |conn| {
                    let began = Instant::now();
                    f(conn, n)?;
                    Ok::<_, StoreError>(began.elapsed())
                })
                .await?,
        );
    }
    took.sort();
    println!("{label:<44} p50 {:>10.1?}  p95 {:>10.1?}  max {:>10.1?}", took[times / 2], took[times * 95 / 100], took[times - 1]);
    Ok(())
}

fn page(
    conn: &mut Conn,
    registry: &Registry,
    object: &Object,
    sort: &[(&str, bool)],
    cond: Cond,
    after: Option<Cursor>,
) -> Result<Page, StoreError> {
    let ix = |key: &str| object.field_ix(key).expect(key);
    let columns = ["name", "email", "phone", "account", "city", "status", "value"].map(ix).to_vec();
    let sort = sort.iter().map(|(key, descending)| Sort { field: ix(key), descending: *descending }).collect();
    conn.select(registry, &Query { object: object.ix, columns, cond, sort, limit: 50, after, bin: false })
}

async fn ask(store: &Store, registry: &Arc<Registry>, contacts: usize) -> Result<(), StoreError> {
    let object = Arc::clone(registry.object("contact").expect("contacts"));
    let account = Arc::clone(registry.object("account").expect("accounts"));
    let ix = |key: &str| object.field_ix(key).expect(key);
    let test = |key: &str, is: Is| Cond::Test(Test { path: vec![], object: object.ix, field: ix(key), is });
    let hotel = Cond::Test(Test {
        path: vec![akrab_model::filter::Step { object: object.ix, field: ix("account"), guard: Cond::True }],
        object: account.ix,
        field: account.field_ix("industry").expect("a field"),
        is: Is::Eq("hotel".into()),
    });
    let mine = test("owner", Is::Eq(Raw::Int(7)));
    let pages: Vec<(&str, Vec<(&str, bool)>, Cond)> = vec![
        ("page by id", vec![], Cond::True),
        ("page by name", vec![("name", false)], Cond::True),
        ("page by name, down", vec![("name", true)], Cond::True),
        ("page by city, down", vec![("city", true)], Cond::True),
        ("page by status, value down", vec![("status", false), ("value", true)], Cond::True),
        ("page by score (no index)", vec![("score", true)], Cond::True),
        ("page by name, one owner", vec![("name", false)], mine.clone()),
        ("page by value down, one city", vec![("value", true)], test("city", Is::Eq("medan".into()))),
        ("page by name, account's industry", vec![("name", false)], hotel.clone()),
        ("page by name, e-mail has 99999", vec![("name", false)], test("email", Is::Contains("99999".into()))),
        (
            "page by value, score over 99",
            vec![("value", true)],
            test("score", Is::Range { from: Some(Raw::Int(100)), from_open: false, to: None, to_open: false }),
        ),
    ];
    for (label, sort, cond) in pages {
        let sort: Vec<(&'static str, bool)> =
            sort.into_iter().map(|(k, d)| (Box::leak(k.to_string().into_boxed_str()) as &str, d)).collect();
        let (registry, object) = (Arc::clone(registry), Arc::clone(&object));
        time(store, label, 20, move |conn, _| page(conn, &registry, &object, &sort, cond.clone(), None)).await?;
    }
    let (reg, obj) = (Arc::clone(registry), Arc::clone(&object));
    time(store, "page by name from anywhere", 100, move |conn, n| {
        let keys = vec![Raw::from(fold(&Dice(n as u64 * 77 + 5).word(FIRST)))];
        page(conn, &reg, &obj, &[("name", false)], Cond::True, Some(Cursor { keys, id: 500, back: n % 2 == 0 }))
    })
    .await?;
    let counts: Vec<(&str, Cond, Option<u64>)> = vec![
        ("count all, capped", Cond::True, Some(10_000)),
        ("count all", Cond::True, None),
        ("count one owner", mine.clone(), None),
        ("count industry, capped", hotel.clone(), Some(10_000)),
        ("count score 100, capped", test("score", Is::Eq(Raw::Int(100))), Some(10_000)),
    ];
    for (label, cond, cap) in counts {
        let (registry, object) = (Arc::clone(registry), Arc::clone(&object));
        time(store, label, 5, move |conn, _| conn.count(&registry, &object, &cond, Bin::Living, cap)).await?;
    }
    let (reg, obj, value, city) = (Arc::clone(registry), Arc::clone(&object), ix("value"), ix("city"));
    let sum = [Aggregate { function: AggregateFn::Sum, field: Some(value) }];
    time(store, "sum of value, one owner", 5, move |conn, _| conn.aggregates(&reg, &obj, &mine, &sum)).await?;
    let (reg, obj) = (Arc::clone(registry), Arc::clone(&object));
    time(store, "groups by city with sums", 3, move |conn, _| conn.groups(&reg, &obj, &Cond::True, city, None, 0, &sum, 20)).await?;
    let (reg, obj, status, name) = (Arc::clone(registry), Arc::clone(&object), ix("status"), ix("name"));
    time(store, "board of two lanes", 5, move |conn, _| {
        let sort = [Sort { field: value, descending: true }];
        conn.lanes(&reg, &obj, &Cond::True, status, &["new".into(), "old".into()], &[name, value], &sort, 20)
    })
    .await?;
    let (reg, obj) = (Arc::clone(registry), Arc::clone(&object));
    time(store, "record by id", 200, move |conn, n| {
        conn.row(&reg, &obj, (n * 4_813 % contacts) as i64 + 1, &[name, value, status], &Cond::True, Bin::Living)
    })
    .await?;
    time(store, "timeline, 50 entries", 200, move |conn, n| {
        conn.timeline("contact", (n * 4_813 % contacts) as i64 + 1, &TimelineQuery { limit: 50, ..TimelineQuery::default() })
    })
    .await?;
    for text in [
        "b",
        "bu",
        "sa",
        "bud",
        "san",
        "628",
        "budi",
        "jakarta",
        "contoh",
        "budi s",
        "b s",
        "budi.santoso12",
        "san jak",
        "qqqq",
        "santoso 99",
    ] {
        let terms: Vec<Vec<String>> = text.split(' ').map(|t| vec![t.to_string()]).collect();
        time(store, &format!("search {text}"), 10, move |conn, _| conn.search(&terms, None, 20)).await?;
    }
    time(store, "near santosi", 10, move |conn, _| conn.search_near("santosi")).await?;
    let (reg, obj) = (Arc::clone(registry), Arc::clone(&object));
    let began = Instant::now();
    let writes = (0..400).map(|n: i64| {
        let (store, reg, obj) = (store.clone(), Arc::clone(&reg), Arc::clone(&obj));
        tokio::spawn(async move { store.write(move |conn| conn.update(&reg, &obj, n * 31 + 1, None, &[(value, Raw::Int(n))])).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.map_err(|e| StoreError::Other(e.to_string()))??;
    }
    println!("400 writes at once: {:.0} a second", 400.0 / began.elapsed().as_secs_f64());
    let began = Instant::now();
    for n in 0..50_i64 {
        let (reg, obj) = (Arc::clone(registry), Arc::clone(&object));
        store.write(move |conn| conn.update(&reg, &obj, n * 31 + 1, None, &[(value, Raw::Int(n))])).await?;
    }
    println!("50 writes one after another: {:?} each", began.elapsed() / 50);
    Ok(())
}
