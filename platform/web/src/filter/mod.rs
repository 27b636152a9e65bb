//! Filters on a page: in words as chips, and in the builder.
//!
//! The builder works on a flat list of fields. Conditions over child records are offered there as
//! fields of their own (see [`fields`]) and become real child conditions in [`tree`].

pub mod builder;
pub mod chips;
pub mod fields;
pub mod people;
pub mod tree;
pub mod words;
