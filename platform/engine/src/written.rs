//! Why a TOML file cannot be read: the line, and a fault that has words in both languages.

use akrab_model::{FieldProblem, Problem};

/// The line of a text at which something begins, counted from one.
fn line(text: &str, at: usize) -> usize {
    let before = text[..at.min(text.len())].bytes().filter(|byte| *byte == b'\n').count();
    (before + 1).min(text.lines().count().max(1))
}

/// Line and fault. The reader says it in English; what it says is recognised, and said in our words.
pub(crate) fn fault(text: &str, error: &toml::de::Error) -> (usize, FieldProblem) {
    let line = error.span().map_or(1, |span| line(text, span.start));
    (line, recognised(error.message()))
}

fn recognised(message: &str) -> FieldProblem {
    let is = |code: &str| FieldProblem::new("", code);
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_string();
    // "…, expected one of `a`, `b`"
    let known = || {
        let list = message.split_once("expected ").map_or("", |(_, list)| list);
        list.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ")
    };
    if message.starts_with("unknown field `") {
        return match known() {
            known if known.is_empty() => is("toml_unknown_key").with("key", quoted(message)),
            known => is("toml_unknown_key_of").with("key", quoted(message)).with("known", known),
        };
    }
    if message.starts_with("missing field `") {
        return is("toml_missing").with("key", quoted(message));
    }
    if message.starts_with("unknown variant `") {
        return is("toml_unknown_word").with("value", quoted(message)).with("known", known());
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") || message.starts_with("invalid length") {
        return is("toml_wrong_type");
    }
    if message.contains("duplicate key") {
        return is("toml_twice");
    }
    is("toml_unreadable")
}

/// The problem of a file that cannot be read.
pub(crate) fn unreadable(text: &str, error: &toml::de::Error) -> Problem {
    let (line, fault) = fault(text, error);
    Problem::invalid(vec![FieldProblem::new("file", "toml_line").with("line", line).because(&fault)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use akrab_model::object::ObjectDecl;

    const OBJECT: &str = "key = \"a\"\nplural = \"as\"\nicon = \"box\"\ngroup = \"customers\"\ntitle = \"name\"\n\
        label = { id = \"A\", en = \"A\" }\nplural_label = { id = \"A\", en = \"A\" }\npurpose = { id = \"A\", en = \"A\" }\n\
        [fields.name]\ntype = \"text\"\nlabel = { id = \"A\", en = \"A\" }\n";

    #[test]
    fn what_the_reader_says_is_recognised() {
        let cases = [
            (OBJECT.replace("icon", "icn"), "toml_unknown_key_of", 3),
            (OBJECT.replace("icon = \"box\"\n", ""), "toml_missing", 1),
            (OBJECT.replace("\"text\"", "\"teks\""), "toml_unknown_word", 10),
            (OBJECT.replace("\"box\"", "7"), "toml_wrong_type", 3),
            (OBJECT.replace("group = ", "icon = "), "toml_twice", 4),
            (OBJECT.replace("[fields.name]", "[fields.name"), "toml_unreadable", 9),
        ];
        for (text, code, line) in cases {
            let error = toml::from_str::<ObjectDecl>(&text).expect_err(code);
            let (at, found) = fault(&text, &error);
            assert_eq!((found.code.as_str(), at), (code, line), "{}", error.message());
        }
    }
}
