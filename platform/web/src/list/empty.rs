//! Lists with nothing in them: nothing yet, nothing that matches.

use super::state::Listing;
use crate::Visit;
use crate::settings::sample::ADDRESS;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, Way, empty};
use akrab_engine::Rights;
use akrab_model::Object;
use maud::{Markup, html};

/// No record yet: what the object is for and how to begin; with sample data where there is none of anything.
pub fn object(visit: &Visit, object: &Object, rights: &Rights, sample: bool) -> Markup {
    let t = visit.t;
    let lang = visit.lang();
    let create = rights.may_create(object);
    let new = format!("/{}/new", object.plural);
    empty(&Empty {
        icon: object.decl.icon.clone(),
        title: t.with("empty-object", &[("records", object.plural_label(lang).to_lowercase().into())]),
        text: object.purpose(lang).to_string(),
        actions: create.then(|| html! {
            (Button::new(super::tools::new_words(visit.t, object)).primary().large().icon("plus").href(new.clone()).attr("data-dialog-href", new.clone()))
            @if sample { (Button::new(t.get("empty-sample")).large().icon("flask-conical").href(ADDRESS).attr("data-dialog-href", ADDRESS)) }
        }),
        ways: if create {
            vec![Way {
                icon: "upload".into(),
                title: t.get("empty-import"),
                detail: t.get("empty-import-detail"),
                href: format!("/{}/import", object.plural),
            }]
        } else {
            Vec::new()
        },
    })
}

/// Nothing matches the filter.
pub fn filtered(listing: &Listing) -> Markup {
    let t = listing.look.t;
    let address = super::address::Address { q: None, ..listing.address.first_page().with_filter(None) };
    let save = listing.view().state.filter.is_some() && listing.address.filter.is_some();
    empty(&Empty {
        icon: "search-x".into(),
        title: t.with("empty-filter", &[("records", listing.records().into())]),
        text: t.get("empty-filter-text"),
        actions: Some(html! {
            (Button::new(t.get("empty-filter-clear")).primary().large().icon("eraser").href(address.href()))
            @if save { (Button::new(t.get("view-reset")).large().href(listing.address.reset().href())) }
        }),
        ways: Vec::new(),
    })
}
