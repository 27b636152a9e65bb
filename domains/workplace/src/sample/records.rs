//! The records of the sample firm as plain data. Links are indexes of other records.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A person who works with the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Full name.
    pub name: &'static str,
    /// Address under `akrab.test`, also the sign-in name.
    pub email: &'static str,
    /// `administrator`, `manager`, `sales`, `marketing`, `service` or `readonly`.
    pub role: &'static str,
    /// Key of the team.
    pub team: &'static str,
    /// `Bapak` or `Ibu`.
    pub honorific: &'static str,
}

/// A team of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Stable key.
    pub key: &'static str,
    /// Indonesian name.
    pub name_id: &'static str,
    /// English name.
    pub name_en: &'static str,
}

/// A firm or household that buys, has bought or may buy.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Name without legal form: `Kopi Senja Nusantara`.
    pub name: String,
    /// `company` or `household`.
    pub kind: &'static str,
    /// `PT`, `CV`, `UD`, `Koperasi`, `Yayasan`; empty for none.
    pub legal_form: &'static str,
    /// `cafe`, `restaurant`, `hotel`, `retail`, `catering`, `cooperative`, `office`, `distributor`,
    /// `bakery`, `hospital`, `school`; `household` for households.
    pub industry: &'static str,
    /// `micro`, `small`, `medium` or `large`.
    pub size: &'static str,
    /// City as written in addresses.
    pub city: &'static str,
    /// Province.
    pub province: &'static str,
    /// Official code of the regency or city (`32.73`).
    pub regency_code: &'static str,
    /// Street, number, RT/RW.
    pub street: String,
    /// Kecamatan.
    pub district: &'static str,
    /// Kelurahan or desa.
    pub village: &'static str,
    /// Five digits.
    pub postcode: String,
    /// As typed; parses as an Indonesian number.
    pub phone: String,
    /// General address; none for households and the smallest.
    pub email: Option<String>,
    /// Web site with scheme.
    pub website: Option<String>,
    /// 16 digits with a right check digit.
    pub npwp: Option<String>,
    /// In rupiah; zero where everything is paid at once.
    pub credit_limit: Decimal,
    /// Days to pay; 0 is cash.
    pub payment_terms_days: u32,
    /// `prospect`, `active`, `dormant` or `lost`.
    pub status: &'static str,
    /// How the firm came to know of us.
    pub source: &'static str,
    /// Day it was written down.
    pub known_since: Date,
    /// Day of the first order; none for prospects.
    pub customer_since: Option<Date>,
    /// Free labels.
    pub tags: Vec<&'static str>,
    /// Index of the responsible user.
    pub owner: usize,
}

impl Account {
    /// The name with its legal form: `PT Kopi Senja Nusantara`.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.legal_form.is_empty() { self.name.clone() } else { format!("{} {}", self.legal_form, self.name) }
    }
}

/// A person at an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// `Bapak`, `Ibu`, `Mas`, `Mbak`, `Ko`, `Ci`; empty when unknown.
    pub honorific: &'static str,
    /// `H.`, `Ir.`, `Drs.` …; empty for none.
    pub titles_before: &'static str,
    /// Full name without titles.
    pub name: String,
    /// `S.E.`, `S.E., M.M.` …; empty for none.
    pub titles_after: &'static str,
    /// What people call the person, where it is not the first name.
    pub nickname: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Mobile number as typed.
    pub phone: String,
    /// WhatsApp number as typed, mostly the same.
    pub whatsapp: Option<String>,
    /// Position in the firm; empty in households.
    pub job_title: &'static str,
    /// Day the person was written down.
    pub met: Date,
    /// Index of the account.
    pub account: usize,
    /// Birthday where known.
    pub birthday: Option<Date>,
    /// City as written in addresses.
    pub city: &'static str,
    /// `id` or `en`.
    pub language: &'static str,
    /// How the person became known.
    pub source: &'static str,
    /// Index of the responsible user.
    pub owner: usize,
}

/// Someone who showed interest and is not a customer yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Full name.
    pub name: String,
    /// Firm as the person wrote it; empty for private buyers.
    pub company: String,
    /// Mobile number as typed.
    pub phone: String,
    /// Mail address.
    pub email: Option<String>,
    /// Where the lead came from.
    pub source: &'static str,
    /// What the person asked for, in words.
    pub interest: String,
    /// City as written in addresses.
    pub city: &'static str,
    /// `new`, `working`, `qualified`, `converted`, `nurture` or `disqualified`.
    pub status: &'static str,
    /// 0 to 100.
    pub score: u8,
    /// When the lead came in.
    pub captured_at: Timestamp,
    /// Index of the responsible user; fresh leads may have none.
    pub owner: Option<usize>,
}

/// A sale in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Opportunity {
    /// What it is about: `Kontrak pasokan 2027`.
    pub name: String,
    /// Index of the account.
    pub account: usize,
    /// Index of the contact.
    pub contact: usize,
    /// `new`, `qualified`, `proposal`, `negotiation`, `contract`, `won` or `lost`.
    pub stage: &'static str,
    /// In rupiah.
    pub amount: Decimal,
    /// Day it closed or is expected to.
    pub close_date: Date,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Where it came from.
    pub source: &'static str,
    /// Why it was won or lost; none while open.
    pub reason: Option<&'static str>,
    /// Whom we compete with or lost to.
    pub competitor: Option<&'static str>,
    /// What is to be done next; none when closed.
    pub next_step: Option<String>,
    /// Free labels.
    pub tags: Vec<&'static str>,
    /// Index of the responsible user.
    pub owner: usize,
}

/// A conversation that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// `meeting`, `visit`, `call`, `email`, `whatsapp`, `chat`, `letter` or `event`.
    pub channel: &'static str,
    /// `in` or `out`.
    pub direction: &'static str,
    /// One line.
    pub subject: String,
    /// What was said.
    pub body: String,
    /// Index of the account.
    pub account: usize,
    /// Index of the contact.
    pub contact: usize,
    /// Index of the opportunity it belongs to.
    pub opportunity: Option<usize>,
    /// When it began.
    pub at: Timestamp,
    /// Minutes; none for written channels.
    pub duration: Option<u32>,
    /// `positive`, `neutral`, `negative`, `no_answer` or `order`.
    pub outcome: &'static str,
    /// What was agreed to do next.
    pub next_step: Option<String>,
    /// Index of the user.
    pub owner: usize,
}

/// Something a user has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is to be done.
    pub subject: String,
    /// `call`, `whatsapp`, `email`, `visit`, `meeting` or `todo`.
    pub kind: &'static str,
    /// When it is due.
    pub due: Timestamp,
    /// When it was done; none while open.
    pub done_at: Option<Timestamp>,
    /// `low`, `normal` or `high`.
    pub priority: &'static str,
    /// Index of the account.
    pub account: usize,
    /// Index of the contact.
    pub contact: usize,
    /// Index of the opportunity.
    pub opportunity: Option<usize>,
    /// Index of the responsible user.
    pub owner: usize,
}

/// Something the sample firm sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Stock code.
    pub code: &'static str,
    /// Name on price lists.
    pub name: &'static str,
    /// `coffee`, `tea`, `syrup`, `dairy`, `dry`, `frozen`, `packaging` or `machine`.
    pub category: &'static str,
    /// Selling unit.
    pub unit: &'static str,
    /// Price of a unit in rupiah.
    pub price: u32,
}
