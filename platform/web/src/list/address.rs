//! The address of a list: everything about its state stands in there.

use akrab_engine::view::Span;
use akrab_model::object::ViewKind;
use serde_json::Value as Json;

/// What the address says; `None` leaves it to the view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Address {
    /// `/accounts`.
    pub base: String,
    /// Key of a shipped view or id of a saved one.
    pub view: Option<String>,
    pub kind: Option<ViewKind>,
    /// Filter JSON; empty text means none although the view has one.
    pub filter: Option<String>,
    pub q: Option<String>,
    /// `-amount,name`
    pub sort: Option<String>,
    /// `segment`, `closed_on:month`; empty text means none.
    pub group: Option<String>,
    /// `city:120,phone`
    pub columns: Option<String>,
    /// `amount:sum`
    pub totals: Option<String>,
    pub after: Option<String>,
    pub limit: Option<usize>,
    pub pipeline: Option<i64>,
    /// Number of the first row, for "51–100".
    pub from: Option<u64>,
    /// Keys of open groups.
    pub open: Option<String>,
    /// A day within what a calendar shows.
    pub at: Option<String>,
    pub span: Option<Span>,
    /// Fields a calendar goes by; empty text means none.
    pub start: Option<String>,
    pub end: Option<String>,
    pub words: Option<String>,
    pub colour: Option<String>,
    /// Address a map goes by, and the number it sums up; empty text means none.
    pub place: Option<String>,
    pub amount: Option<String>,
    /// Code of the province a map shows.
    pub area: Option<String>,
}

/// Stands for a choice while the address around it is written; nobody types it.
const CHOICE: &str = "\u{1}";
const CHOICE_ENCODED: &str = "%01";

impl Address {
    /// Reads the query of `/plural`.
    pub fn read(plural: &str, pairs: &[(String, String)]) -> Self {
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_string());
        let some = |name: &str| get(name).filter(|v| !v.is_empty());
        Address {
            base: format!("/{plural}"),
            view: some("view"),
            kind: some("type").as_deref().and_then(ViewKind::of),
            filter: get("filter"),
            q: some("q"),
            sort: get("sort"),
            group: get("group"),
            columns: some("columns"),
            totals: get("totals"),
            after: some("after"),
            limit: some("limit").and_then(|v| v.parse().ok()),
            pipeline: some("pipeline").and_then(|v| v.parse().ok()),
            from: some("from").and_then(|v| v.parse().ok()),
            open: get("open"),
            at: some("at"),
            span: some("span").as_deref().and_then(Span::of),
            start: some("start"),
            end: get("end"),
            words: get("words"),
            colour: get("colour"),
            place: some("place"),
            amount: get("amount"),
            area: some("area"),
        }
    }

    /// The address with this path in place of the list's own.
    pub fn at(&self, path: &str) -> String {
        let mut out = path.to_string();
        let (pipeline, limit, from) =
            (self.pipeline.map(|p| p.to_string()), self.limit.map(|l| l.to_string()), self.from.map(|n| n.to_string()));
        let pairs = [
            ("view", self.view.as_deref()),
            ("type", self.kind.map(ViewKind::key)),
            ("filter", self.filter.as_deref()),
            ("q", self.q.as_deref()),
            ("sort", self.sort.as_deref()),
            ("group", self.group.as_deref()),
            ("columns", self.columns.as_deref()),
            ("totals", self.totals.as_deref()),
            ("pipeline", pipeline.as_deref()),
            ("span", self.span.map(Span::key)),
            ("start", self.start.as_deref()),
            ("end", self.end.as_deref()),
            ("words", self.words.as_deref()),
            ("colour", self.colour.as_deref()),
            ("place", self.place.as_deref()),
            ("amount", self.amount.as_deref()),
            ("at", self.at.as_deref()),
            ("area", self.area.as_deref()),
            ("open", self.open.as_deref()),
            ("limit", limit.as_deref()),
            ("after", self.after.as_deref()),
            ("from", from.as_deref()),
        ];
        for (name, value) in pairs {
            if let Some(value) = value {
                push(&mut out, name, value);
            }
        }
        out
    }
    pub fn href(&self) -> String {
        self.at(&self.base)
    }

    /// The first page of the same list.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Address { after: None, from: None, ..self.clone() }
    }
    /// Another view, with nothing changed in it.
    pub fn of_view(&self, view: &str) -> Self {
        Address { base: self.base.clone(), view: Some(view.into()), limit: self.limit, ..Self::default() }
    }
    /// The view as it was saved.
    pub fn reset(&self) -> Self {
        Address { base: self.base.clone(), view: self.view.clone(), limit: self.limit, ..Self::default() }
    }
    #[must_use]
    pub fn with_kind(&self, kind: ViewKind) -> Self {
        Address { kind: Some(kind), at: None, area: None, ..self.first_page() }
    }
    #[must_use]
    pub fn with_filter(&self, filter: Option<&Json>) -> Self {
        Address { filter: Some(filter.map(Json::to_string).unwrap_or_default()), open: None, ..self.first_page() }
    }
    #[must_use]
    pub fn with_sort(&self, sort: &[String]) -> Self {
        Address { sort: Some(sort.join(",")), ..self.first_page() }
    }
    #[must_use]
    pub fn with_group(&self, group: Option<&str>) -> Self {
        Address { group: Some(group.unwrap_or_default().into()), open: None, ..self.first_page() }
    }
    /// The addresses of one thing chosen among many, `choose` putting the choice in: all but the choice is written once.
    pub fn choices(choose: impl Fn(&str) -> Self) -> impl Fn(&str) -> String {
        let whole = choose(CHOICE).href();
        let (before, after) = whole.split_once(CHOICE_ENCODED).unwrap_or((&whole, ""));
        let (before, after) = (before.to_string(), after.to_string());
        move |choice| {
            let mut out = String::with_capacity(before.len() + choice.len() + after.len());
            out.push_str(&before);
            encode(&mut out, choice);
            out.push_str(&after);
            out
        }
    }
    #[must_use]
    pub fn with_columns(&self, columns: &[String]) -> Self {
        Address { columns: Some(columns.join(",")), ..self.clone() }
    }
    #[must_use]
    pub fn with_limit(&self, limit: usize) -> Self {
        Address { limit: Some(limit), ..self.first_page() }
    }
    /// Another stretch of the calendar.
    #[must_use]
    pub fn with_span(&self, span: Option<Span>, at: &str) -> Self {
        Address { span, at: Some(at.into()), ..self.first_page() }
    }
    /// One province of the map, or the whole country.
    #[must_use]
    pub fn with_area(&self, area: Option<&str>) -> Self {
        Address { area: area.map(Into::into), ..self.first_page() }
    }
    #[must_use]
    pub fn page(&self, after: &str, from: u64) -> Self {
        Address { after: Some(after.into()), from: (from > 1).then_some(from), ..self.clone() }
    }

    /// Whether anything differs from the saved view because of the address.
    pub fn changes_view(&self) -> bool {
        self.kind.is_some()
            || self.filter.is_some()
            || self.sort.is_some()
            || self.group.is_some()
            || self.columns.is_some()
            || self.totals.is_some()
            || self.span.is_some()
            || [&self.start, &self.end, &self.words, &self.colour, &self.place, &self.amount].into_iter().any(Option::is_some)
    }
}

/// Appends `name=value`, percent-encoded, with `?` or `&` before it.
pub fn push(out: &mut String, name: &str, value: &str) {
    out.push(if out.contains('?') { '&' } else { '?' });
    out.push_str(name);
    out.push('=');
    encode(out, value);
}

fn encode(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b':') {
            continue;
        }
        // a byte within a letter begins no piece: the one before it ended there
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push('%');
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        let pairs = [
            ("view", "all"),
            ("filter", r#"{"field":"city","op":"is","value":"Kota & Daerah"}"#),
            ("sort", "-amount,name"),
            ("limit", "100"),
        ];
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
        let address = Address::read("accounts", &pairs);
        assert_eq!(
            address.href(),
            "/accounts?view=all&filter=%7B%22field%22:%22city%22,%22op%22:%22is%22,%22value%22:%22Kota%20%26%20Daerah%22%7D&sort=-amount,name&limit=100"
        );
        assert!(address.changes_view());
        assert!(!address.reset().changes_view());
        let sorted = Address::choices(|key| address.with_sort(&[key.to_string()]));
        for key in ["name", "-créé le"] {
            assert_eq!(sorted(key), address.with_sort(&[key.to_string()]).href());
        }
    }
}
