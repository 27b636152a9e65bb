//! The filter of `addressbook-query`, held against the lines of a card.

use super::xml::{CARD, Element};
use akrab_model::text::fold;

/// Conditions on the lines of a card.
#[derive(Debug, Default)]
pub struct Filter {
    all: bool,
    tests: Vec<Test>,
}

/// One property of the card.
#[derive(Debug)]
struct Test {
    name: String,
    all: bool,
    absent: bool,
    matches: Vec<Match>,
}

#[derive(Debug)]
struct Match {
    text: String,
    how: How,
    negated: bool,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Equals,
    Contains,
    Starts,
    Ends,
}

impl Filter {
    /// Reads it; without one every card is meant.
    pub fn read(element: Option<&Element>) -> Filter {
        let Some(element) = element else { return Filter::default() };
        let tests = element.children.iter().filter(|c| c.is(CARD, "prop-filter")).map(|test| Test {
            name: test.attribute("name").unwrap_or_default().to_ascii_uppercase(),
            all: test.attribute("test") == Some("allof"),
            absent: test.child(CARD, "is-not-defined").is_some(),
            matches: test.children.iter().filter(|c| c.is(CARD, "text-match")).map(Match::read).collect(),
        });
        Filter { all: element.attribute("test") == Some("allof"), tests: tests.collect() }
    }

    /// Whether it holds of a card.
    pub fn holds(&self, card: &str) -> bool {
        let lines = lines(card);
        let mut tests = self.tests.iter().map(|test| test.holds(&lines));
        if self.tests.is_empty() {
            true
        } else if self.all {
            tests.all(|holds| holds)
        } else {
            tests.any(|holds| holds)
        }
    }
}

impl Test {
    fn holds(&self, lines: &[(String, String)]) -> bool {
        let mut values = lines.iter().filter(|(name, _)| *name == self.name).map(|(_, value)| value.as_str());
        if self.absent {
            return values.next().is_none();
        }
        let one = |value: &str| {
            let mut each = self.matches.iter().map(|m| m.holds(value));
            if self.matches.is_empty() {
                true
            } else if self.all {
                each.all(|holds| holds)
            } else {
                each.any(|holds| holds)
            }
        };
        values.any(one)
    }
}

impl Match {
    fn read(element: &Element) -> Match {
        let how = match element.attribute("match-type") {
            Some("equals") => How::Equals,
            Some("starts-with") => How::Starts,
            Some("ends-with") => How::Ends,
            _ => How::Contains,
        };
        Match { text: fold(&element.text), how, negated: element.attribute("negate-condition") == Some("yes") }
    }

    fn holds(&self, value: &str) -> bool {
        let value = fold(value);
        let found = match self.how {
            How::Equals => value == self.text,
            How::Contains => value.contains(&self.text),
            How::Starts => value.starts_with(&self.text),
            How::Ends => value.ends_with(&self.text),
        };
        found != self.negated
    }
}

/// Names and values of a card's lines, unfolded and without parameters.
fn lines(card: &str) -> Vec<(String, String)> {
    let whole = card.replace("\r\n ", "").replace("\r\n\t", "");
    let parted = |line: &str| {
        let (head, value) = line.split_once(':')?;
        let name = head.split(';').next().unwrap_or(head).to_ascii_uppercase();
        Some((name, value.replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n")))
    };
    whole.split("\r\n").filter_map(parted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_looks_at_values_and_not_at_parameters() {
        let card = "BEGIN:VCARD\r\nFN:Suharto\r\nTEL;TYPE=CELL:+62812345\r\n 6789\r\nEND:VCARD\r\n";
        let ask = |text: &str| {
            let xml = format!("<filter xmlns='{CARD}' test='anyof'>{text}</filter>");
            Filter::read(Some(&super::super::xml::read(xml.as_bytes()).unwrap())).holds(card)
        };
        assert!(ask("<prop-filter name='FN'><text-match match-type='starts-with'>suh</text-match></prop-filter>"));
        assert!(ask("<prop-filter name='TEL'><text-match>3456789</text-match></prop-filter>"));
        assert!(!ask("<prop-filter name='TEL'><text-match>cell</text-match></prop-filter>"));
        assert!(ask("<prop-filter name='EMAIL'><is-not-defined/></prop-filter>"));
        assert!(!ask("<prop-filter name='FN'><text-match negate-condition='yes'>suharto</text-match></prop-filter>"));
        assert!(ask(""), "no condition: every card");
    }
}
