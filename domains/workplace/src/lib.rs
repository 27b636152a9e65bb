//! The working day: Today, practice and demo data.

pub mod sample;
pub mod seed;

#[cfg(test)]
mod tests;
