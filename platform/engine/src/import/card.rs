//! The text of a business card as values of a new record: the fields are those that address books fill too.

use super::column_guess;
use crate::Tx;
use akrab_model::text::business_card::{self, BusinessCard};
use akrab_model::{FieldIx, FieldType, Object};

impl Tx<'_> {
    /// What a pasted card says, by the field it belongs to, as it would be typed; what fits no field stands in the notes.
    pub fn card_fields(&self, object: &Object, text: &str) -> Vec<(String, String)> {
        let country = self.engine.settings().country.clone();
        let card = business_card::read(text, &country);
        let free: Vec<FieldIx> = self.editable(object).into_iter().filter(|ix| object.at(*ix).to.is_none()).collect();
        let known = |title: &str| column_guess(object, &free, &[title.to_string()], &|_| false).into_iter().next().flatten();
        let mut found: Vec<(String, String)> = Vec::new();
        let mut rest = Vec::new();
        let name = object.title_field();
        let BusinessCard {
            honorific,
            name: who,
            job_title,
            company,
            phones,
            whatsapp,
            emails,
            website,
            street,
            city,
            province,
            postcode,
            rest: left,
        } = card;
        if name.kind == FieldType::PersonName {
            found.extend([(name.key.clone(), who), (format!("{}_honorific", name.key), honorific.unwrap_or_default())]);
        } else {
            rest.push(who);
        }
        let (mut phones, mut emails) = (phones.into_iter(), emails.into_iter());
        for (title, value) in [
            ("Job title", job_title),
            ("Company", company),
            ("Phone number", phones.next().unwrap_or_default()),
            ("WhatsApp", whatsapp.unwrap_or_default()),
            ("Email address", emails.next().unwrap_or_default()),
            ("Website", website),
            ("Street", street),
            ("City", city),
            ("Province", province),
            ("Postal code", postcode),
        ] {
            match known(title).filter(|key| !found.iter().any(|(taken, _)| taken == key)) {
                _ if value.is_empty() => {}
                Some(key) => found.push((key, value)),
                None => rest.push(value),
            }
        }
        rest.extend(phones.chain(emails).chain(left));
        rest.retain(|line| !line.is_empty());
        if let Some(notes) = known("Notes").filter(|_| !rest.is_empty()) {
            found.push((notes, rest.join("\n")));
        }
        found.retain(|(_, value)| !value.is_empty());
        found
    }
}
