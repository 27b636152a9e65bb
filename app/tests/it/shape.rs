//! What a workspace makes and changes of its objects itself: at once everywhere, on both databases, without loss.

mod log;
mod objects;
mod pages;
mod rules;

use crate::browser::{Answer, Browser};
use crate::workspace::{Workspace, both, map};
use akrab_engine::shape::{Deed, Edit};
use akrab_engine::{Door, ListRequest};
use akrab_model::object::shape::{FieldChange, ObjectChange, Part};
use akrab_model::object::{FieldDecl, Label, ObjectDecl};
use akrab_model::{FieldType, ProblemKind, Value};
use serde_json::json;

/// The object of the scenario: ten fields, a link to the account, a formula, a pipeline.
pub const VEHICLES: &str = r#"
[[objects]]
key = "kendaraan"
plural = "armada"
label = { id = "Kendaraan", en = "Vehicle" }
plural_label = { id = "Kendaraan", en = "Vehicles" }
purpose = { id = "Armada pelanggan yang kita rawat.", en = "Fleets of customers that we service." }
icon = "truck"
group = "customers"
title = "plat"

[objects.fields.plat]
type = "text"
label = { id = "Nomor polisi", en = "Plate" }
required = true
unique = true
index = true
search = true

[objects.fields.perusahaan]
type = "link"
to = "account"
label = { id = "Perusahaan", en = "Account" }

[objects.fields.merek]
type = "choice"
label = { id = "Merek", en = "Make" }
choices = [
  { key = "hino", label = { id = "Hino", en = "Hino" } },
  { key = "isuzu", label = { id = "Isuzu", en = "Isuzu" } },
]

[objects.fields.tahun]
type = "integer"
label = { id = "Tahun", en = "Year" }
min = 1980

[objects.fields.harga]
type = "money"
label = { id = "Harga", en = "Price" }
index = true

[objects.fields.diskon]
type = "percent"
label = { id = "Potongan", en = "Discount" }

[objects.fields.bersih]
type = "formula"
label = { id = "Harga bersih", en = "Net price" }
result = "money"
formula = "harga - harga * or_zero(diskon) / 100.0"

[objects.fields.alasan]
type = "text"
label = { id = "Alasan potongan", en = "Why the discount" }
required_when = { field = "diskon", op = "gt", value = 15 }

[objects.fields.alur]
type = "link"
to = "pipeline"
label = { id = "Alur", en = "Pipeline" }

[objects.fields.tahap]
type = "stage"
pipeline = "alur"
label = { id = "Tahap", en = "Stage" }

[objects.board]
by = "tahap"
amount = "harga"

[[objects.validations]]
key = "murah"
formula = "or_zero(diskon) <= 50.0"
message = { id = "Potongan paling banyak 50 %.", en = "A discount is at most 50 %." }
field = "diskon"

[objects.access.manager]
create = true
read = "all"
edit = "all"
[objects.access.sales]
create = true
read = "team"
edit = "team"
"#;

fn label(text: &str) -> Label {
    Label::new(text, text)
}

/// An edit of the part of an object as it is now.
fn edit(w: &Workspace, object: &str, deed: Deed, change: impl FnOnce(&mut ObjectDecl)) -> Edit {
    let world = w.engine.world();
    let Some(Part::Own(mut decl)) = world.shape.parts.get(object).cloned() else { panic!("{object} was not made here") };
    change(&mut decl);
    Edit { object: object.into(), part: Some(Part::Own(decl)), version: world.part_version(object), deed, detail: String::new() }
}

async fn admin(w: &Workspace) -> akrab_engine::Ctx {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let id = match w.engine.people().by_email("admin@contoh.test") {
        Some(person) => person.id,
        None => w.user("admin", role, None).await,
    };
    w.of(id, Door::Page)
}

trait Code {
    fn await_code(self) -> &'static str;
}

impl<T: std::fmt::Debug> Code for akrab_engine::Result<T> {
    fn await_code(self) -> &'static str {
        self.expect_err("refused").code
    }
}

/// The CSRF token goes by itself; what a page shows under a name.
pub fn hidden_value(html: &str, name: &str) -> String {
    let at = format!("name=\"{name}\" value=\"");
    html.split(&at).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_string()
}

/// Posts a form of the settings, and says yes to the plan if one is shown.
async fn press(browser: &mut Browser, address: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.submit(address, fields).await;
    if answer.status == 303 {
        return answer;
    }
    assert_eq!(answer.status, 200, "{address}: {}", answer.html);
    assert!(answer.html.contains("name=\"sure\""), "a plan is shown: {}", answer.html);
    let sure = browser.submit(address, &[fields, &[("sure", "1")]].concat()).await;
    assert_eq!(sure.status, 303, "{address}: {}", sure.html);
    sure
}
