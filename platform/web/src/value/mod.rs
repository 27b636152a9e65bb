//! Values as a person reads and types them, by field type: [`Look`] shows, [`input`] edits,
//! [`Typed`] holds what stands in a form.
//!
//! To add a field type: one arm in `show.rs` (words and markup), one in `typed.rs` (how its value
//! is written into a form and read out of it) and one in `input.rs` (its control).

pub mod input;
mod look;
pub(crate) mod rich;
mod show;
mod typed;

pub use look::{Look, local_path};
pub use show::{mark, shape, state, toned};
pub use typed::Typed;

use akrab_model::{Field, Object};

/// The fields a layout's key stands for: the field itself, or the parts of a composite.
pub fn fields_of<'o>(object: &'o Object, key: &str) -> Vec<&'o Field> {
    match object.field(key) {
        Some(field) => vec![field],
        None => object.fields.iter().filter(|f| f.part_of.as_deref() == Some(key)).collect(),
    }
}

/// Label of a layout's key: the field's, or the composite's as declared.
pub fn label_of<'o>(object: &'o Object, key: &str, lang: &str) -> &'o str {
    match object.field(key) {
        Some(field) => field.label.get(lang),
        None => object.decl.fields.get(key).map_or("", |decl| decl.label.get(lang)),
    }
}
