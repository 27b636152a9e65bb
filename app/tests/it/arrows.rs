//! The shape of the code: who may use whom, and what must not be found where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").into()
}

/// Crates of ours that each crate may use.
const PLATFORM: &[&str] = &["akrab-model", "akrab-store", "akrab-engine", "akrab-connect", "akrab-web", "akrab-handles", "akrab-matching"];
const DOMAINS: &[&str] = &["akrab-activities", "akrab-customers", "akrab-sales", "akrab-purchases", "akrab-workplace"];

fn allowed(name: &str) -> Vec<&'static str> {
    match name {
        "akrab-model" | "akrab-handles" | "akrab-matching" => vec![],
        "akrab-store" => vec!["akrab-model"],
        "akrab-engine" => vec!["akrab-matching", "akrab-model", "akrab-store", "akrab-handles"],
        "akrab-connect" | "akrab-web" => vec!["akrab-model", "akrab-engine"],
        "akrab" => [PLATFORM, DOMAINS].concat(),
        domain => {
            let place = DOMAINS.iter().position(|d| *d == domain).unwrap_or_else(|| panic!("{domain} has no place in the order of crates"));
            [PLATFORM, &DOMAINS[..place]].concat()
        }
    }
}

#[test]
fn no_crate_uses_what_it_must_not() {
    let mut seen = 0;
    for manifest in manifests() {
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let table: toml::Table = text.parse().expect("a manifest is TOML");
        let name = table["package"]["name"].as_str().expect("a name").to_string();
        if name == "xtask" {
            continue;
        }
        seen += 1;
        let allowed = allowed(&name);
        for section in ["dependencies", "build-dependencies"] {
            let used = table.get(section).and_then(|d| d.as_table()).into_iter().flat_map(|d| d.keys());
            for used in used.filter(|u| u.starts_with("akrab")) {
                assert!(allowed.contains(&used.as_str()), "{name} must not use {used} ({})", manifest.display());
            }
        }
    }
    assert!(seen >= 10, "only {seen} crates were found");
}

#[test]
fn no_dependency_without_a_use() {
    let mut idle = Vec::new();
    for manifest in manifests() {
        let table: toml::Table = fs::read_to_string(&manifest).expect("a manifest").parse().expect("a manifest is TOML");
        let mut files = Vec::new();
        let folder = manifest.parent().expect("a folder");
        for part in ["src", "tests", "benches"] {
            rust_files(&folder.join(part), &mut files);
        }
        files.push(folder.join("build.rs"));
        let code: String = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for name in table.get(section).and_then(|d| d.as_table()).into_iter().flat_map(|d| d.keys()) {
                let path = format!("{}::", name.replace('-', "_"));
                if !code.contains(&path) {
                    idle.push(format!("{name} in {section} of {}", manifest.display()));
                }
            }
        }
    }
    refuse("dependencies nothing uses", idle);
}

fn manifests() -> Vec<PathBuf> {
    let mut found = vec![root().join("app/Cargo.toml")];
    for group in ["platform", "domains"] {
        for entry in fs::read_dir(root().join(group)).expect("crates").flatten() {
            let manifest = entry.path().join("Cargo.toml");
            if manifest.exists() {
                found.push(manifest);
            }
        }
    }
    found
}

/// Lines of code, without comments, of every Rust file below the folders.
fn code(folders: &[&str]) -> Vec<(PathBuf, usize, String)> {
    let mut files = Vec::new();
    for folder in folders {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(!files.is_empty(), "no code below {folders:?}");
    let mut lines = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            lines.push((file.clone(), n + 1, line.to_string()));
        }
    }
    lines
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn refuse(what: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

#[test]
fn only_the_store_says_sql() {
    let signs = ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "CREATE INDEX", "ALTER TABLE", "PRAGMA ", "\"UPDATE "];
    let elsewhere = ["platform/model/src", "platform/engine/src", "platform/connect/src", "platform/web/src", "domains", "app/src"];
    let lines = code(&elsewhere).into_iter().filter(|(_, _, l)| signs.iter().any(|s| l.contains(s)));
    refuse("SQL outside the store", lines.map(|(f, n, l)| format!("{}:{n}: {}", f.display(), l.trim())).collect());
}

#[test]
fn the_platform_names_no_object_of_a_domain() {
    let registry = akrab_engine::engine::compile(&crate::workspace::objects()).expect("the objects are sound");
    // a word that is also a field of the platform's own objects (the lead of a team) tells nothing, nor does a list's order
    let own = |name: &str| registry.objects().filter(|o| o.is_system()).any(|o| o.field(name).is_some());
    let names: Vec<&str> = registry
        .objects()
        .filter(|o| !o.is_system())
        .flat_map(|o| [o.key.as_str(), o.plural.as_str()])
        .filter(|n| !own(n) && *n != "order")
        .collect();
    assert!(names.len() >= 11);
    let folders = ["platform/web/src", "platform/store/src", "platform/engine/src", "platform/connect/src"];
    let named = |line: &str| names.iter().any(|n| [format!("\"{n}\""), format!("\"/{n}")].iter().any(|w| line.contains(w.as_str())));
    let tests = |file: &Path| file.components().any(|c| c.as_os_str() == "tests") || file.ends_with("tests.rs");
    let lines = code(&folders).into_iter().filter(|(f, n, l)| !tests(f) && named(l) && !below_tests(f, *n));
    refuse("names of business objects in the platform", lines.map(|(f, n, l)| format!("{}:{n}: {}", f.display(), l.trim())).collect());
}

/// Words the platform has a meaning of its own for: a user's account, the company itself, the lead of a team, the order of
/// a list, the return of what is to be mended.
const OWN_WORDS: [&str; 5] = ["account", "perusahaan", "lead", "order", "return"];

#[test]
fn the_platforms_words_name_no_object_of_a_domain() {
    let registry = akrab_engine::engine::compile(&crate::workspace::objects()).expect("the objects are sound");
    let mut faults = Vec::new();
    for lang in ["id", "en"] {
        let objects = registry.objects().filter(|o| !o.is_system());
        let names: Vec<String> = objects.flat_map(|o| [o.label(lang).to_lowercase(), o.plural_label(lang).to_lowercase()]).collect();
        let mut files = Vec::new();
        ftl_files(&root().join("platform/web/locales"), &mut files);
        let of_lang = |file: &Path| file.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.rsplit('.').nth(1) == Some(lang));
        for file in files.into_iter().filter(|f| of_lang(f)) {
            for (n, line) in fs::read_to_string(&file).expect("a locale file").lines().enumerate() {
                let said = line.split_once(" = ").map_or(line, |(_, words)| words).to_lowercase();
                let mut words = said.split(|c: char| !c.is_alphanumeric());
                if !line.starts_with('#') && words.any(|w| names.iter().any(|name| name == w) && !OWN_WORDS.contains(&w)) {
                    faults.push(format!("{}:{}: {line}", file.display(), n + 1));
                }
            }
        }
    }
    refuse("business objects in the platform's words", faults);
}

/// Whether the line stands among the file's own tests.
fn below_tests(file: &Path, line: usize) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.lines().take(line).any(|l| l.trim() == "#[cfg(test)]"))
}

#[test]
fn unescaped_markup_has_one_place() {
    let mut places = BTreeMap::new();
    for (file, n, line) in code(&["platform/web/src", "domains", "app/src"]) {
        if line.contains("PreEscaped") {
            places.entry(file).or_insert(n);
        }
    }
    assert!(places.len() <= 1, "unescaped markup in {places:?}");
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX"];
    let lines = code(&["platform", "domains", "app/src", "xtask/src"]).into_iter().filter(|(_, _, l)| words.iter().any(|w| l.contains(w)));
    refuse("left for later", lines.map(|(f, n, l)| format!("{}:{n}: {}", f.display(), l.trim())).collect());
}

/// Messages of all locale files of one language.
fn messages(lang: &str) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for manifest in manifests() {
        let mut files = Vec::new();
        ftl_files(&manifest.with_file_name("locales"), &mut files);
        let of_lang = |file: &Path| {
            let own = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            own == format!("{lang}.ftl") || own.ends_with(&format!(".{lang}.ftl")) || file.parent().is_some_and(|p| p.ends_with(lang))
        };
        for file in files.into_iter().filter(|f| of_lang(f)) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            for line in text.lines() {
                if let Some((key, _)) =
                    line.split_once(" =").filter(|(k, _)| k.starts_with(|c: char| c.is_ascii_lowercase()) && !k.contains(' '))
                {
                    let before = found.insert(key.to_string(), file.clone());
                    assert!(before.is_none(), "{key} is worded in {} and in {}", file.display(), before.unwrap_or_default().display());
                }
            }
        }
    }
    found
}

fn ftl_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            ftl_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "ftl") {
            found.push(path);
        }
    }
}

#[test]
fn both_languages_have_the_same_messages() {
    let (id, en) = (messages("id"), messages("en"));
    assert!(id.len() > 50);
    let missing = |a: &BTreeMap<String, PathBuf>, b: &BTreeMap<String, PathBuf>, lang: &str| -> Vec<String> {
        a.iter().filter(|(k, _)| !b.contains_key(*k)).map(|(k, f)| format!("{k} of {} is missing in {lang}", f.display())).collect()
    };
    refuse("messages", [missing(&id, &en, "en"), missing(&en, &id, "id")].concat());
}

#[test]
fn every_message_used_exists() {
    let known = messages("id");
    let mut missing = Vec::new();
    for (file, n, line) in code(&["platform", "domains", "app/src"]) {
        for key in texts_after(&line, &["t.get(\"", "t.with(\"", "words.get(\"", "words.with(\"", "text.get(\"", "text.with(\""]) {
            if key.contains('-') && !known.contains_key(key) {
                missing.push(format!("{}:{n}: {key}", file.display()));
            }
        }
        let mut codes = texts_after(&line, &["Problem::malformed(\"", "conflict(\"", "unknown(\""]);
        // faults of declarations and of files carry their codes through several hands
        codes.extend(texts_after(&line, &["\""]).into_iter().filter(|text| text.starts_with("decl_") || text.starts_with("toml_")));
        for call in ["FieldProblem::new(", ".fault(", "Problem::new("] {
            codes.extend(line.split(call).skip(1).filter_map(|rest| {
                let (inside, _) = rest.split_once(')')?;
                inside.rsplit_once(", \"")?.1.strip_suffix('"')
            }));
        }
        for code in codes {
            let key = format!("problem-{}", code.replace('_', "-"));
            if !known.contains_key(&key) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                missing.push(format!("{}:{n}: {key}", file.display()));
            }
        }
    }
    for code in akrab_model::text::ParseError::CODES {
        let key = format!("problem-{}", code.replace('_', "-"));
        if !known.contains_key(&key) {
            missing.push(format!("parse error: {key}"));
        }
    }
    refuse("messages without words", missing);
}

/// The quoted text behind each of the beginnings.
fn texts_after<'l>(line: &'l str, beginnings: &[&str]) -> Vec<&'l str> {
    beginnings.iter().flat_map(|b| line.split(b).skip(1).filter_map(|rest| rest.split('"').next())).collect()
}

#[test]
fn the_project_speaks_of_the_product_alone() {
    let words = ["/home/", "/Users/", "C:\\\\"];
    let lines = code(&["platform", "domains", "app/src", "xtask/src"]).into_iter().filter(|(_, _, l)| words.iter().any(|w| l.contains(w)));
    refuse("paths of one machine", lines.map(|(f, n, l)| format!("{}:{n}: {}", f.display(), l.trim())).collect());
}
