//! The working day: Today, practice and demo data.

pub mod sample;
pub mod seed;
pub mod today;

#[cfg(test)]
mod tests;
