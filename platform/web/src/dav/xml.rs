//! The XML of WebDAV: questions read into a small tree, answers written.

use akrab_model::Problem;
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

pub const MIME: &str = "application/xml; charset=utf-8";
pub const DAV: &str = "DAV:";
pub const CARD: &str = "urn:ietf:params:xml:ns:carddav";
pub const SERVER: &str = "http://calendarserver.org/ns/";
/// Deepest and largest question.
const DEEPEST: usize = 20;
const MOST: usize = 20_000;

/// An element of a question.
#[derive(Debug, Default, Clone)]
pub struct Element {
    pub space: String,
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn is(&self, space: &str, name: &str) -> bool {
        self.space == space && self.name == name
    }
    pub fn child(&self, space: &str, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(space, name))
    }
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a question; entities beyond the usual five stand for nothing.
///
/// # Errors
/// `bad_xml`.
pub fn read(body: &[u8]) -> Result<Element, Problem> {
    let bad = || Problem::malformed("bad_xml");
    let text = std::str::from_utf8(body).map_err(|_| bad())?;
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut seen = 0;
    loop {
        let (space, event) = reader.read_resolved_event().map_err(|_| bad())?;
        let space = match space {
            ResolveResult::Bound(space) => space.as_ref().to_string(),
            _ => String::new(),
        };
        match event {
            Event::Start(ref tag) | Event::Empty(ref tag) => {
                seen += 1;
                if open.len() > DEEPEST || seen > MOST {
                    return Err(bad());
                }
                let name = tag.local_name().as_ref().to_string();
                let attributes =
                    tag.attributes().filter_map(Result::ok).map(|a| (a.key.local_name().as_ref().to_string(), plain(&a.value)));
                let element = Element { space, name, attributes: attributes.collect(), ..Element::default() };
                match event {
                    Event::Empty(_) => open.last_mut().ok_or_else(bad)?.children.push(element),
                    _ => open.push(element),
                }
            }
            Event::End(_) => {
                let done = open.pop().ok_or_else(bad)?;
                open.last_mut().ok_or_else(bad)?.children.push(done);
            }
            Event::Text(text) => open.last_mut().ok_or_else(bad)?.text.push_str(&text),
            Event::CData(text) => open.last_mut().ok_or_else(bad)?.text.push_str(&text),
            Event::GeneralRef(name) => {
                let text = plain(&format!("&{};", &*name));
                open.last_mut().ok_or_else(bad)?.text.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if open.len() != 1 {
        return Err(bad());
    }
    open.pop().and_then(|root| root.children.into_iter().next()).ok_or_else(bad)
}

/// A text with the usual entities read.
fn plain(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

/// A text as it stands in XML.
pub fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// A property by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub space: String,
    pub name: String,
}

impl Name {
    pub fn new(space: &str, name: &str) -> Name {
        Name { space: space.into(), name: name.into() }
    }
    /// The property with what stands in it.
    fn with(&self, inner: &str) -> String {
        let prefix = match self.space.as_str() {
            DAV => "d",
            CARD => "c",
            SERVER => "s",
            _ => {
                let name = escaped(&self.name);
                return format!("<x:{name} xmlns:x=\"{}\">{inner}</x:{name}>", escaped(&self.space));
            }
        };
        let name = escaped(&self.name);
        if inner.is_empty() { format!("<{prefix}:{name}/>") } else { format!("<{prefix}:{name}>{inner}</{prefix}:{name}>") }
    }
}

/// Several answers in one.
pub struct Told(String);

impl Told {
    pub fn new() -> Told {
        let spaces = format!("xmlns:d=\"{DAV}\" xmlns:c=\"{CARD}\" xmlns:s=\"{SERVER}\"");
        Told(format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:multistatus {spaces}>"))
    }
    /// What is known of one address, and which properties it does not have.
    pub fn of(&mut self, href: &str, found: &[(Name, String)], missing: &[Name]) {
        self.0.push_str(&format!("<d:response><d:href>{}</d:href>", escaped(href)));
        let inner: String = found.iter().map(|(name, value)| name.with(value)).collect();
        if !found.is_empty() || missing.is_empty() {
            self.0.push_str(&format!("<d:propstat><d:prop>{inner}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"));
        }
        if !missing.is_empty() {
            let inner: String = missing.iter().map(|name| name.with("")).collect();
            self.0.push_str(&format!("<d:propstat><d:prop>{inner}</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>"));
        }
        self.0.push_str("</d:response>");
    }
    /// Nothing is there, or not for this person.
    pub fn gone(&mut self, href: &str) {
        self.0.push_str(&format!("<d:response><d:href>{}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>", escaped(href)));
    }
    /// Everything beyond this was left out.
    pub fn cut(&mut self, href: &str) {
        self.0.push_str(&format!(
            "<d:response><d:href>{}</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>",
            escaped(href)
        ));
    }
    pub fn sync(&mut self, token: &str) {
        self.0.push_str(&format!("<d:sync-token>{}</d:sync-token>", escaped(token)));
    }
    pub fn done(self) -> String {
        self.0 + "</d:multistatus>"
    }
}

/// Why something was refused.
pub fn fault(condition: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:error xmlns:d=\"{DAV}\"><{condition}/></d:error>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_by_their_namespaces() {
        let read = read(b"<?xml version='1.0'?><A:propfind xmlns:A='DAV:'><A:prop><A:getetag/><B:address-data xmlns:B='urn:ietf:params:xml:ns:carddav' version='4.0'/></A:prop></A:propfind>").unwrap();
        assert!(read.is(DAV, "propfind"));
        let prop = read.child(DAV, "prop").unwrap();
        assert!(prop.children[0].is(DAV, "getetag") && prop.children[1].is(CARD, "address-data"));
        assert_eq!(prop.children[1].attribute("version"), Some("4.0"));
        let text = super::read(b"<a>Toko &amp; Kopi &nbsp;</a>").unwrap();
        assert_eq!(text.text, "Toko & Kopi ");
        assert!(super::read(b"<a><b></a>").is_err() && super::read(b"").is_err());
        assert!(super::read("<a>".repeat(50).as_bytes()).is_err(), "too deep");
    }
}
