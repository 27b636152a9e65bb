//! A small world of companies and people, and a store to keep it in.

use akrab_model::object::ObjectDecl;
use akrab_model::{FieldIx, Object, Raw, Registry};
use akrab_store::{NewRow, Options, Store, StoreError, Target};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const USER: &str = r#"
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
"#;

pub const COMPANY: &str = r#"
key = "company"
plural = "companies"
label = { id = "Perusahaan", en = "Company" }
plural_label = { id = "Perusahaan", en = "Companies" }
purpose = { id = "Uji", en = "Test" }
icon = "building"
group = "customers"
title = "name"
unique = [["branch", "size"]]
[fields]
name = { type = "text", label = { id = "Nama", en = "Name" } }
city = { type = "text", index = true, label = { id = "Kota", en = "City" } }
email = { type = "email", unique = true, label = { id = "Surel", en = "E-mail" } }
note = { type = "long_text", label = { id = "Catatan", en = "Note" } }
status = { type = "choice", index = true, label = { id = "Status", en = "Status" }, choices = [
  { key = "new", label = { id = "Baru", en = "New" } }, { key = "old", label = { id = "Lama", en = "Old" } } ] }
tags = { type = "choices", label = { id = "Tanda", en = "Tags" }, choices = [
  { key = "a", label = { id = "A", en = "A" } }, { key = "ab", label = { id = "AB", en = "AB" } }, { key = "b", label = { id = "B", en = "B" } } ] }
size = { type = "integer", index = true, label = { id = "Ukuran", en = "Size" } }
amount = { type = "money", label = { id = "Nilai", en = "Amount" } }
founded = { type = "date", label = { id = "Berdiri", en = "Founded" } }
seen = { type = "date_time", label = { id = "Dilihat", en = "Seen" } }
active = { type = "boolean", label = { id = "Aktif", en = "Active" } }
branch = { type = "text", label = { id = "Cabang", en = "Branch" } }
parent = { type = "link", to = "company", label = { id = "Induk", en = "Parent" } }
friends = { type = "links", to = "person", label = { id = "Teman", en = "Friends" }, columns = { role = { type = "text", label = { id = "Peran", en = "Role" } } } }
"#;

const PERSON: &str = r#"
key = "person"
plural = "people"
label = { id = "Orang", en = "Person" }
plural_label = { id = "Orang", en = "People" }
purpose = { id = "Uji", en = "Test" }
icon = "user"
group = "customers"
title = "name"
[fields]
name = { type = "person_name", label = { id = "Nama", en = "Name" } }
company = { type = "link", to = "company", label = { id = "Perusahaan", en = "Company" } }
age = { type = "integer", label = { id = "Umur", en = "Age" } }
born = { type = "date", label = { id = "Lahir", en = "Born" } }
"#;

pub fn registry() -> Arc<Registry> {
    registry_with(COMPANY)
}

pub fn registry_with(company: &str) -> Arc<Registry> {
    let decls = [("user.toml", USER), ("company.toml", company), ("person.toml", PERSON)];
    let decls = decls.map(|(file, text)| (file.to_string(), toml::from_str::<ObjectDecl>(text).expect(file)));
    Arc::new(Registry::compile(decls.into()).expect("the fixture compiles"))
}

pub fn ix(object: &Object, key: &str) -> FieldIx {
    object.field_ix(key).unwrap_or_else(|| panic!("no field {key}"))
}

/// A new row by field keys.
pub fn new_row(object: &Object, cells: &[(&str, Raw)]) -> NewRow {
    NewRow { id: None, cells: cells.iter().map(|(k, v)| (ix(object, k), v.clone())).collect() }
}

/// An empty workspace with the fixture's tables, cleared away when dropped.
pub struct World {
    pub store: Store,
    pub registry: Arc<Registry>,
    dir: PathBuf,
}

/// Runs `test` on SQLite, and on PostgreSQL when there is one.
pub fn everywhere<F: Future<Output = ()>>(test: impl Fn(World) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for postgres in [false, true] {
            if let Some(target) = target(postgres) {
                test(world(&target).await).await;
                clear(&target).await;
            }
        }
    });
}

/// A place of its own for each test.
pub fn target(postgres: bool) -> Option<Target> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let name = format!("akrab_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    match postgres {
        false => Some(Target::Sqlite { path: std::env::temp_dir().join(name).join("akrab.db") }),
        true => std::env::var("AKRAB_TEST_PG").ok().map(|url| Target::Postgres { url, schema: name }),
    }
}

pub async fn world(target: &Target) -> World {
    let store = Store::open(target, &Options::default()).await.expect("the store opens");
    let registry = registry();
    let steps = store.plan(&registry).await.expect("a plan");
    store.apply(&steps).await.expect("the plan applies");
    let dir = match target {
        Target::Sqlite { path } => path.parent().expect("a folder").into(),
        Target::Postgres { .. } => PathBuf::new(),
    };
    World { store, registry, dir }
}

/// Drops the schema of a PostgreSQL target; the folder of a SQLite one goes with its world.
pub async fn clear(target: &Target) {
    if let Target::Postgres { url, schema } = target {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("a connection");
        tokio::spawn(connection);
        client.batch_execute(&format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE")).await.expect("the schema goes");
    }
}

impl World {
    /// Inserts rows and gives their ids.
    pub async fn insert(&self, object: &str, rows: Vec<NewRow>) -> Result<Vec<i64>, StoreError> {
        let (registry, object) = (Arc::clone(&self.registry), Arc::clone(self.registry.object(object).expect("an object")));
        self.store.write(move |conn| conn.insert(&registry, &object, &rows)).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !self.dir.as_os_str().is_empty() {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len() as u64) as usize]
    }
    pub fn maybe(&mut self, raw: Raw) -> Raw {
        if self.roll(4) == 0 { Raw::Null } else { raw }
    }
}
