//! The working day: Today, practice and demo data.

pub mod sample;
pub mod seed;
pub mod today;

use akrab_web::Feature;

/// What the domains add to the web part: pages and words.
pub fn features() -> Vec<Feature> {
    let words = |(id, en)| Feature::default().locales(id, en);
    vec![today::feature(), words(akrab_customers::WORDS), words(akrab_sales::WORDS)]
}

#[cfg(test)]
mod tests;
