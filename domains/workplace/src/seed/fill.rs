//! Sample data as records of the workspace.

use crate::sample::{Account, Contact, Interaction, Lead, Opportunity, Task};
use akrab_model::text::{company, fold, phone};
use akrab_model::{Object, Record, RecordId, Value};
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::sync::Arc;

/// Ids and facts the sample's indexes stand for.
#[derive(Clone)]
pub(super) struct Links {
    pub users: Vec<RecordId>,
    pub accounts: Vec<RecordId>,
    pub contacts: Vec<RecordId>,
    pub opportunities: Vec<RecordId>,
    pub pipeline: RecordId,
    /// Sample key, id and probability of each stage.
    pub stages: Vec<(&'static str, RecordId, u8)>,
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Links {
    pub(super) fn user(&self, index: usize) -> Value {
        link(&self.users, index)
    }
    pub(super) fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }
    /// A moment on a day, not later than now.
    fn at(&self, day: Date, hour: i8, minute: i8) -> Timestamp {
        day.to_datetime(time(hour, minute, 0, 0)).to_zoned(self.zone.clone()).map_or(self.now, |z| z.timestamp())
    }
    pub(super) fn past(&self, day: Date, hour: i8) -> Timestamp {
        self.at(day, hour, 0).min(self.now)
    }
}

pub(super) fn link(ids: &[RecordId], index: usize) -> Value {
    ids.get(index).map_or(Value::Null, |id| Value::Link(*id))
}

/// Collects a record's values; empty ones are left out.
pub(super) struct Sheet<'a> {
    record: Record,
    object: &'a Arc<Object>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(object: &'a Arc<Object>) -> Self {
        Sheet { record: Record::new(object.clone(), 0, 0), object }
    }
    pub(super) fn set(&mut self, key: &str, value: Value) -> &mut Self {
        if !value.is_null() {
            self.record.set(key, value);
        }
        self
    }
    pub(super) fn text(&mut self, key: &str, text: &str) -> &mut Self {
        if !text.is_empty() {
            self.record.set(key, Value::Text(text.into()));
        }
        self
    }
    fn phone(&mut self, key: &str, typed: &str) -> &mut Self {
        if let Ok(number) = phone::parse(typed, "ID") {
            self.text(key, &number.e164);
        }
        self
    }
    /// A choice by key, else by its Indonesian label, else the fallback.
    fn choice(&mut self, key: &str, wanted: &str, other: &str) -> &mut Self {
        let found = self.pick(key, wanted).unwrap_or_else(|| other.into());
        self.text(key, &found)
    }
    fn choices(&mut self, key: &str, wanted: &[&str]) -> &mut Self {
        let keys: Vec<String> = wanted.iter().filter_map(|w| self.pick(key, w)).collect();
        if !keys.is_empty() {
            self.record.set(key, Value::Keys(keys));
        }
        self
    }
    fn pick(&self, key: &str, wanted: &str) -> Option<String> {
        let folded = fold(wanted);
        let field = self.object.field(key)?;
        field.choices.iter().find(|c| c.key == wanted || fold(&c.label.id) == folded).map(|c| c.key.clone())
    }
    pub(super) fn made(&mut self, at: Timestamp, by: Value) -> &mut Self {
        self.record.set("created_at", Value::Time(at));
        self.set("created_by", by)
    }
    /// Most values were asked about lately, the others are as old as the record.
    fn confirmed(&mut self, index: usize, links: &Links) -> &mut Self {
        let made = if let Value::Time(at) = self.record.get("created_at") { *at } else { links.now };
        for (n, field) in self.object.fields.iter().enumerate().filter(|(_, field)| field.confirms.is_some()) {
            let mixed = index.wrapping_mul(2_654_435_761).wrapping_add(n.wrapping_mul(40_503)) >> 4;
            if mixed % 100 < 78 && field.derived.iter().any(|key| !self.record.get(key).is_blank()) {
                let day = links.today().saturating_sub(((mixed / 100 % 170) as i64 + 2).days());
                self.record.set(&field.key, Value::Time(links.past(day, 11).max(made)));
            }
        }
        self
    }
    pub(super) fn done(self) -> Record {
        self.record
    }
}

pub(super) fn account(object: &Arc<Object>, it: &Account, index: usize, links: &Links) -> Record {
    let name = it.full_name();
    let first_seen = it.customer_since.map_or(it.known_since, |since| since.min(it.known_since));
    let mut sheet = Sheet::new(object);
    sheet
        .text("name_key", &company::key(&name))
        .text("name", &name)
        .choice("kind", it.kind, "company")
        .choice("status", it.status, "active")
        .choice("industry", it.industry, "other")
        .choice("size", it.size, "small")
        .choice("source", it.source, "other")
        .choices("tags", &it.tags)
        .text("address_street", &it.street)
        .text("address_village", it.village)
        .text("address_district", it.district)
        .text("address_city", it.city)
        .text("address_province", it.province)
        .text("address_postcode", &it.postcode)
        .text("email", it.email.as_deref().unwrap_or_default())
        .text("website", it.website.as_deref().unwrap_or_default())
        .text("npwp", it.npwp.as_deref().unwrap_or_default())
        .phone("phone", &it.phone)
        .set("payment_terms", Value::Int(it.payment_terms_days.into()))
        .set("customer_since", it.customer_since.map_or(Value::Null, Value::Date))
        .set("owner", links.user(it.owner))
        .made(links.past(first_seen, 9), links.user(it.owner));
    if !it.credit_limit.is_zero() {
        sheet.set("credit_limit", Value::Dec(it.credit_limit));
    }
    let form = match it.legal_form {
        "PT" => "pt",
        "CV" => "cv",
        "UD" => "ud",
        "Koperasi" => "cooperative",
        "Yayasan" => "foundation",
        _ => "",
    };
    sheet.text("legal_form", form).confirmed(index, links);
    sheet.done()
}

pub(super) fn contact(object: &Arc<Object>, it: &Contact, index: usize, links: &Links) -> Record {
    let title = fold(it.job_title);
    let role = match () {
        () if ["pemilik", "direktur", "owner", "general manager", "ketua"].iter().any(|w| title.contains(w)) => "decision_maker",
        () if ["keuangan", "akuntan", "finance", "kasir"].iter().any(|w| title.contains(w)) => "finance",
        () if ["pembelian", "purchasing", "manajer", "manager", "kepala"].iter().any(|w| title.contains(w)) => "influencer",
        () if ["sekretaris", "admin", "resepsionis"].iter().any(|w| title.contains(w)) => "gatekeeper",
        () if title.is_empty() => "",
        () => "user",
    };
    let mut sheet = Sheet::new(object);
    sheet
        .text("name", &it.name)
        .text("name_honorific", it.honorific)
        .text("name_prefix", it.titles_before)
        .text("name_suffix", it.titles_after)
        .text("nickname", it.nickname.as_deref().unwrap_or_default())
        .text("job_title", it.job_title)
        .text("email", it.email.as_deref().unwrap_or_default())
        .phone("phone", &it.phone)
        .phone("whatsapp", it.whatsapp.as_deref().unwrap_or_default())
        .text("address_city", it.city)
        .text("language", it.language)
        .text("status", "active")
        .text("role", role)
        .choice("source", it.source, "other")
        .set("account", link(&links.accounts, it.account))
        .set("birthday", it.birthday.map_or(Value::Null, Value::Date))
        .set("owner", links.user(it.owner))
        .made(links.past(it.met, 10), links.user(it.owner));
    if it.whatsapp.is_some() {
        sheet.text("preferred_channel", "whatsapp");
    }
    sheet.confirmed(index, links);
    sheet.done()
}

/// A converted lead became this contact: index in the sample, and the contact with its firm's name.
pub(super) type Became<'a> = Option<(usize, &'a Contact, String)>;

pub(super) fn lead(object: &Arc<Object>, it: &Lead, became: Became<'_>, links: &Links) -> Record {
    let mut sheet = Sheet::new(object);
    sheet
        .text("name", &it.name)
        .text("company", &it.company)
        .phone("phone", &it.phone)
        .text("email", it.email.as_deref().unwrap_or_default())
        .choice("source", it.source, "other")
        .text("interest", &it.interest)
        .text("city", it.city)
        .choice("status", it.status, "new")
        .set("score", Value::Int(it.score.into()))
        .set("captured_at", Value::Time(it.captured_at))
        .set("owner", it.owner.map_or(Value::Null, |owner| links.user(owner)))
        .made(it.captured_at, Value::Null);
    if let Ok(due) = it.captured_at.checked_add(1.hour()) {
        sheet.set("first_response_due", Value::Time(due));
    }
    if it.status == "disqualified" {
        sheet.text("reason", "Di luar wilayah kirim");
    }
    if let Some((index, contact, company)) = became {
        sheet
            .text("name", &contact.name)
            .text("company", &company)
            .phone("phone", &contact.phone)
            .text("email", contact.email.as_deref().unwrap_or_default())
            .text("city", contact.city)
            .set("contact", link(&links.contacts, index))
            .set("account", link(&links.accounts, contact.account))
            .set("converted_at", Value::Time(it.captured_at.checked_add(72.hours()).unwrap_or(links.now).min(links.now)));
    }
    sheet.done()
}

pub(super) fn opportunity(object: &Arc<Object>, it: &Opportunity, index: usize, links: &Links) -> Record {
    let (_, stage, probability) = links.stages.iter().find(|(key, ..)| *key == it.stage).copied().unwrap_or(("", 0, 0));
    let open = !matches!(it.stage, "won" | "lost");
    // spread over the last weeks, so that some stand longer than their stage allows
    let moved = links.today().saturating_sub((index as i64 * 11 % 37).days());
    let since = if open { links.past(moved, 10).max(it.created_at) } else { links.past(it.close_date, 15) };
    let name = fold(&it.name);
    let kind = match () {
        () if name.contains("perpanjang") || name.contains("kontrak") => "renewal",
        () if name.contains("tambah") || name.contains("cabang") || name.contains("gerai") => "expansion",
        () => "new_business",
    };
    let mut sheet = Sheet::new(object);
    sheet
        .text("name", &it.name)
        .set("account", link(&links.accounts, it.account))
        .set("contact", link(&links.contacts, it.contact))
        .set("pipeline", Value::Link(links.pipeline))
        .set("stage", Value::Link(stage))
        .set("amount", Value::Dec(it.amount))
        .set("probability", Value::Dec(probability.into()))
        .set("close_date", Value::Date(it.close_date))
        .set("stage_since", Value::Time(since))
        .text("kind", kind)
        .choice("source", it.source, "other")
        .choices("tags", &it.tags)
        .text("competitor", it.competitor.unwrap_or_default())
        .set("owner", links.user(it.owner))
        .made(it.created_at, links.user(it.owner));
    if let Some(step) = it.next_step.as_deref().filter(|_| open) {
        let day = links.today().saturating_add((index as i64 * 5 % 19 - 4).days());
        sheet.text("next_step", step).set("next_at", Value::Time(links.at(day, 8 + (index % 9) as i8, 0)));
    }
    if !open {
        sheet.set("closed_at", Value::Time(since)).text("close_reason", reason(it.reason.unwrap_or_default()));
        if it.stage == "lost" && it.competitor.is_none() {
            sheet.set("no_competitor", Value::Bool(true));
        }
    }
    sheet.done()
}

fn reason(words: &str) -> &'static str {
    match words {
        "Harga sesuai" | "Harga lebih murah di pesaing" => "price",
        "Mutu rasa" | "Rasa kurang cocok" => "quality",
        "Pengiriman cepat" => "delivery",
        "Hubungan lama" => "relationship",
        "Tempo pembayaran" | "Syarat pembayaran tidak cocok" => "terms",
        "Dukungan pelatihan" => "service",
        "Anggaran ditunda" => "budget",
        "Tidak ada kabar" | "Gerai batal dibuka" => "no_decision",
        "Pindah pemasok" => "competitor",
        _ => "other",
    }
}

pub(super) fn interaction(object: &Arc<Object>, it: &Interaction, links: &Links) -> Record {
    let mut sheet = Sheet::new(object);
    sheet
        .text("subject", &it.subject)
        .choice("channel", it.channel, "note")
        .text("direction", it.direction)
        .text("body", &it.body)
        .set("account", link(&links.accounts, it.account))
        .set("contact", link(&links.contacts, it.contact))
        .set("opportunity", it.opportunity.map_or(Value::Null, |o| link(&links.opportunities, o)))
        .set("starts_at", Value::Time(it.at))
        .set("duration", it.duration.map_or(Value::Null, |d| Value::Int(d.into())))
        .choice("outcome", it.outcome, "neutral")
        .text("next_step", it.next_step.as_deref().unwrap_or_default())
        .set("owner", links.user(it.owner))
        .made(it.at, links.user(it.owner));
    sheet.done()
}

pub(super) fn task(object: &Arc<Object>, it: &Task, links: &Links) -> Record {
    let mut sheet = Sheet::new(object);
    let made = it.due.checked_sub(72.hours()).unwrap_or(it.due).min(links.now);
    sheet
        .text("subject", &it.subject)
        .choice("kind", it.kind, "todo")
        .set("due_at", Value::Time(it.due))
        .set("done_at", it.done_at.map_or(Value::Null, Value::Time))
        .choice("priority", it.priority, "normal")
        .set("account", link(&links.accounts, it.account))
        .set("contact", link(&links.contacts, it.contact))
        .set("opportunity", it.opportunity.map_or(Value::Null, |o| link(&links.opportunities, o)))
        .set("owner", links.user(it.owner))
        .made(made, links.user(it.owner));
    sheet.done()
}
