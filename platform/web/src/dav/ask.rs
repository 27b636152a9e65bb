//! What is asked for: properties of an address, and the reports of address books.

use super::query::Filter;
use super::xml::{self, CARD, DAV, Element, Name};
use akrab_model::Problem;

/// A question.
#[derive(Debug)]
pub struct Ask {
    pub kind: Kind,
    /// Properties asked for; none means the usual ones.
    pub names: Option<Vec<Name>>,
    /// Only which properties there are.
    pub only_names: bool,
    /// Cards in the newer form.
    pub four: bool,
}

/// Which question it is.
#[derive(Debug)]
pub enum Kind {
    Properties,
    /// These cards.
    Cards(Vec<String>),
    /// Cards of which the filter holds, so many at most.
    Query(Filter, Option<usize>),
    /// What has changed since.
    Sync(Option<String>),
    Other,
}

impl Ask {
    /// Reads a question; an empty one asks for all properties.
    ///
    /// # Errors
    /// `bad_xml`.
    pub fn read(body: &[u8]) -> Result<Ask, Problem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Ask { kind: Kind::Properties, names: None, only_names: false, four: false });
        }
        let root = xml::read(body)?;
        let prop = root.child(DAV, "prop");
        let names = prop.map(|prop| prop.children.iter().map(|name| Name::new(&name.space, &name.name)).collect());
        let data = prop.and_then(|prop| prop.child(CARD, "address-data"));
        let four = data.and_then(|data| data.attribute("version")).is_some_and(|version| version.starts_with('4'));
        let hrefs = || root.children.iter().filter(|c| c.is(DAV, "href")).map(|c| c.text.trim().to_string()).collect();
        let kind = match (root.space.as_str(), root.name.as_str()) {
            (DAV, "propfind") => Kind::Properties,
            (CARD, "addressbook-multiget") => Kind::Cards(hrefs()),
            (CARD, "addressbook-query") => Kind::Query(Filter::read(root.child(CARD, "filter")), limit(&root)),
            (DAV, "sync-collection") => {
                let token = root.child(DAV, "sync-token").map(|token| token.text.trim().to_string());
                Kind::Sync(token.filter(|token| !token.is_empty()))
            }
            _ => Kind::Other,
        };
        Ok(Ask { kind, names, only_names: root.child(DAV, "propname").is_some(), four })
    }

    /// Whether the cards themselves are asked for.
    pub fn wants_cards(&self) -> bool {
        self.names.as_ref().is_some_and(|names| names.contains(&Name::new(CARD, "address-data")))
    }
}

fn limit(root: &Element) -> Option<usize> {
    root.child(CARD, "limit")?.child(CARD, "nresults")?.text.trim().parse().ok()
}
