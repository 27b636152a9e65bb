//! The working day: Today, practice and demo data.

pub mod sample;
pub mod seed;
pub mod today;

use akrab_web::Feature;

/// What the domains add to the web part: pages and words.
pub fn features() -> Vec<Feature> {
    let group = |key, (id, en)| Feature::default().group(key).locales(id, en);
    vec![
        today::feature(),
        group("customers", akrab_customers::WORDS),
        group("sales", akrab_sales::WORDS),
        Feature::default().locales(akrab_purchases::WORDS.0, akrab_purchases::WORDS.1),
        group("activities", akrab_activities::WORDS),
    ]
}

#[cfg(test)]
mod tests;
