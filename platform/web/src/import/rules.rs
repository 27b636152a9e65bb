//! Step three: how rows find their records, and what they may do to them.

use super::{errand, importable};
use crate::editor::Sheet;
use crate::form::{Fields, one_of};
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, group, row};
use crate::ui::frame::{content, foot_bar};
use crate::ui::input::{Input, checkbox, radios, select};
use crate::value::Typed;
use crate::{Fail, Reply, Visit, fail};
use akrab_engine::import::{ImportSpec, Inspection, Mode, OnBadValue, OnMatch, Unknown, ValueMap, fills};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input as Values;
use akrab_model::{Field, FieldType, Object};
use axum::extract::Path;
use maud::{Markup, html};
use std::sync::Arc;

/// `POST /{plural}/import/{file}/rules`: the columns are matched, the rules are asked for.
pub async fn ask(visit: Visit, Path((plural, file)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = importable(&visit, &plural)?;
    page(&visit, &object, file, &fields, &[]).await
}

async fn page(visit: &Visit, object: &Arc<Object>, file: i64, fields: &Fields, errors: &[(String, String)]) -> Reply {
    let t = visit.t;
    let plural = &object.plural;
    let wanted = Some(fields.text("pattern").to_string());
    let found = visit.engine().import_inspect_by(&visit.ctx, &object.key, file, sheet(fields), wanted).await?;
    let new = new_rows(visit, object, &found, fields).await?;
    let columns = columns(fields, found.shape.header.len());
    let unknown = visit.engine().import_words(&visit.ctx, &object.key, file, sheet(fields), &columns).await?;
    let mut frame = visit.frame(&t.get("import-title")).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{plural}")) });
    let body = html! {
        (errand(t, object, Some(file), 2))
        form.ak-errand method="post" action={ "/" (plural) "/import/" (file) "/check" } {
            (visit.token_field())
            @if let Some(sheet) = sheet(fields) { input type="hidden" name="sheet" value=(sheet); }
            input type="hidden" name="pattern" value=(fields.text("pattern"));
            input type="hidden" name="system" value=(found.system.as_ref().map_or("", |s| s.key.as_str()));
            @for (n, key) in columns.iter().enumerate() { input type="hidden" name={ "c" (n) } value=(key.as_deref().unwrap_or("")); }
            (content(true, html! { (error_summary(t, errors)) (questions(visit, object, &found, &columns, new))
                (words_wanted(visit, object, &found, &unknown, fields))
                (links_wanted(visit, object, &found, &columns, fields)) }))
            (foot_bar(
                html! { (t.get("import-check-promise")) },
                html! {
                    (Button::new(t.get("go-back")).ghost().href(format!("/{plural}/import/{file}")))
                    (Button::new(t.get("import-check")).primary().submit())
                },
            ))
        }
    };
    if errors.is_empty() { visit.page(&frame, body) } else { visit.invalid(&frame, body) }
}

/// Owner and labels of new rows where the file has none.
async fn new_rows(visit: &Visit, object: &Arc<Object>, found: &Inspection, fields: &Fields) -> Result<Markup, Fail> {
    let mut typed = Typed::posted(fields.0.clone());
    let (look, own) = (visit.look(), object.clone());
    let rights = visit.rights();
    let keys: Vec<String> = defaulted(object, &rights).iter().map(|f| f.key.clone()).collect();
    for field in keys.iter().filter_map(|key| object.field(key)) {
        let kept = found.pattern.as_ref().and_then(|p| p.defaults.get(&field.key));
        if let Some(value) = kept.filter(|_| !typed.has(&field.key)).and_then(|json| field.parse(json, &look.parse_env()).ok()) {
            typed.put(&look, field, &value);
        }
    }
    let sheet = visit.read(move |tx| Sheet::load(tx, look, own, typed)).await?;
    let shown = sheet.writable(object, &keys);
    Ok(html! {
        @if !shown.is_empty() {
            (group(&visit.t.get("import-new-rows"), html! {
                p.ak-muted.ak-small.ak-form-wide { (visit.t.get("import-new-rows-text")) }
                @for field in shown { (sheet.row(field)) }
            }))
        }
    })
}

/// The fields a person may set for all new rows at once.
fn defaulted<'o>(object: &'o Object, rights: &akrab_engine::Rights) -> Vec<&'o Field> {
    object.owner.map(|ix| object.at(ix)).into_iter().chain(crate::bulk::tagged(object, rights)).collect()
}

fn questions(visit: &Visit, object: &Object, found: &Inspection, columns: &[Option<String>], new: Markup) -> Markup {
    let t = visit.t;
    let kept = found.pattern.as_ref();
    let key = |value: serde_json::Value, otherwise: &str| value.as_str().map_or_else(|| otherwise.to_string(), Into::into);
    let on_match = kept.map_or("fill_empty".into(), |p| key(serde_json::json!(p.on_match), "fill_empty"));
    let mode = kept.map_or("both".into(), |p| key(serde_json::json!(p.mode), "both"));
    // what another program writes is no reason to refuse its rows
    let lenient = if found.system.is_some() { "blank_and_note" } else { "refuse" };
    let on_bad = kept.map_or(lenient.into(), |p| key(serde_json::json!(p.on_bad_value), "refuse"));
    let usual = found.usual_keys(object);
    let ticked = |set: &Vec<String>| kept.map_or(!found.match_by.contains(set) || usual.contains(set), |p| p.match_by.contains(set));
    let sets = offered(object, found, columns);
    let named = |keys: [&str; 4]| {
        keys.iter().map(|k| ((*k).to_string(), t.get(&format!("import-match-{}", k.replace('_', "-"))))).collect::<Vec<_>>()
    };
    html! {
        (group(&t.get("import-match-by"), html! {
            @if sets.is_empty() { p.ak-muted { (t.get("import-match-by-none")) } }
            @for set in &sets { (checkbox("match", &set.join(","), &words(visit, object, set), ticked(set))) }
        }))
        (group(&t.get("import-if-matching"), radios("on_match", &named(["fill_empty", "update", "skip", "ask"]), &on_match)))
        (group(&t.get("import-mode"), radios("mode", &["both", "create", "update"].map(|m| (m.to_string(), t.get(&format!("import-mode-{m}")))), &mode)))
        (group(&t.get("import-bad"), radios("on_bad_value", &[
            ("refuse".to_string(), t.get("import-bad-refuse")),
            ("blank_and_note".to_string(), t.get("import-bad-blank")),
        ], &on_bad)))
        (new)
    }
}

/// Words of the file that fields do not know: what each means.
fn words_wanted(visit: &Visit, object: &Object, found: &Inspection, unknown: &[Unknown], fields: &Fields) -> Markup {
    let t = visit.t;
    let mut n = 0;
    html! {
        @for one in unknown {
            @let label = object.field(&one.field).map_or(one.field.clone(), |f| f.label.get(visit.lang()).to_string());
            (group(&t.with("import-words", &[("field", label.clone().into())]), html! {
                p.ak-muted.ak-small.ak-form-wide { (t.get("import-words-text")) }
                @for word in &one.words {
                    @let at = { n += 1; n - 1 };
                    @let kept = found.pattern.as_ref().and_then(|p| p.values.get(&one.field)?.get(&word.text)).or(word.meant.as_ref());
                    // what nobody has decided stays empty: a word is no reason to refuse a whole row
                    @let chosen = fields.get(&format!("wv{at}")).map_or_else(|| kept.map_or_else(|| "null".to_string(), ToString::to_string), str::to_string);
                    @let told = t.with("import-word", &[("word", word.text.clone().into()), ("n", (word.rows as i64).into())]);
                    input type="hidden" name={ "wf" (at) } value=(one.field);
                    input type="hidden" name={ "wt" (at) } value=(word.text);
                    (row(t, &Row::new(told), Input::new(&format!("wv{at}"), &chosen), |i| select(i, &meanings(visit, one))))
                }
                @if one.more > 0 { p.ak-muted { (t.with("import-words-more", &[("n", t.number(one.more as i64).into())])) } }
            }))
        }
    }
}

fn meanings(visit: &Visit, one: &Unknown) -> Vec<(String, String)> {
    let t = visit.t;
    let mut options = vec![(String::new(), t.get("import-word-as-is")), ("null".to_string(), t.get("import-word-blank"))];
    options.extend(one.options.iter().map(|(value, words)| (value.to_string(), words.clone())));
    options
}

/// Links whose records may be made when there is none.
fn links_wanted(visit: &Visit, object: &Object, found: &Inspection, columns: &[Option<String>], fields: &Fields) -> Markup {
    let t = visit.t;
    let (registry, rights) = (visit.registry(), visit.rights());
    let beside = |key: &str| columns.iter().flatten().any(|c| c.split_once('.').is_some_and(|(link, of)| link == key && of != "id"));
    let plain = |key: &str| columns.iter().flatten().any(|c| c == key);
    let links: Vec<(&Field, String)> = object
        .fields
        .iter()
        .filter(|f| f.kind == FieldType::Link && (plain(&f.key) || beside(&f.key)))
        .filter_map(|f| {
            let target = registry.at(f.to?);
            (!target.is_system() && rights.may_create(target)).then(|| (f, target.label(visit.lang()).to_lowercase()))
        })
        .collect();
    let asked = fields.get("made").is_some();
    let ticked = |key: &str| match (asked, &found.pattern) {
        (true, _) => fields.all("make").any(|k| k == key),
        (false, Some(pattern)) => pattern.make.iter().any(|k| k == key),
        (false, None) => {
            if found.system.is_some() {
                found.make.iter().any(|k| k == key)
            } else {
                beside(key)
            }
        }
    };
    html! {
        @if !links.is_empty() {
            (group(&t.get("import-links"), html! {
                input type="hidden" name="made" value="1";
                p.ak-muted.ak-small.ak-form-wide { (t.get("import-links-text")) }
                @for (field, target) in &links {
                    (checkbox("make", &field.key, &t.with("import-links-make", &[("record", target.clone().into()), ("field", field.label.get(visit.lang()).to_string().into())]), ticked(&field.key)))
                }
            }))
        }
    }
}

/// What was said about words: field → word → value.
fn values(fields: &Fields) -> ValueMap {
    let mut values = ValueMap::new();
    for n in 0..10_000 {
        let Some(field) = fields.get(&format!("wf{n}")) else { break };
        let said = fields.text(&format!("wv{n}"));
        if let (false, Ok(value)) = (said.is_empty(), serde_json::from_str(said)) {
            values.entry(field.to_string()).or_default().insert(fields.text(&format!("wt{n}")).to_string(), value);
        }
    }
    values
}

/// Sets that are mapped now: what was guessed, else the title.
fn offered(object: &Object, found: &Inspection, columns: &[Option<String>]) -> Vec<Vec<String>> {
    let mapped = |key: &String| columns.iter().flatten().any(|c| fills(c, key));
    let mut sets: Vec<Vec<String>> = found.match_by.iter().filter(|set| set.iter().all(mapped)).cloned().collect();
    if sets.is_empty() && mapped(&object.decl.title) {
        // what has its moment is known by both: the same meeting comes every week
        let moment = object.decl.timeline.at.as_ref();
        if moment.is_none_or(mapped) {
            sets.push(std::iter::once(&object.decl.title).chain(moment).cloned().collect());
        }
    }
    sets
}

/// "Telepon + Nama"
pub fn words(visit: &Visit, object: &Object, set: &[String]) -> String {
    let label = |key: &String| object.field(key).map_or_else(|| key.clone(), |f| f.label.get(visit.lang()).to_string());
    set.iter().map(label).collect::<Vec<_>>().join(" + ")
}

/// `POST /{plural}/import/{file}/check`: starts the trial.
pub async fn check(visit: Visit, Path((plural, file)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = importable(&visit, &plural)?;
    let count = fields.0.iter().filter_map(|(name, _)| name.strip_prefix('c')?.parse::<usize>().ok()).max().map_or(0, |n| n + 1);
    let spec = ImportSpec {
        object: object.key.clone(),
        file,
        sheet: sheet(&fields),
        columns: columns(&fields, count),
        match_by: fields.all("match").map(|set| set.split(',').map(String::from).collect()).collect(),
        mode: one_of::<Mode>("mode", fields.text("mode"))?,
        on_match: one_of::<OnMatch>("on_match", fields.text("on_match"))?,
        on_bad_value: one_of::<OnBadValue>("on_bad_value", fields.text("on_bad_value"))?,
        defaults: defaults(&visit, &object, &fields),
        values: values(&fields),
        make: fields.all("make").map(str::to_string).collect(),
        system: fields.get("system").filter(|s| !s.is_empty()).map(str::to_string),
    };
    match visit.engine().import_start(&visit.ctx, spec, true).await {
        Ok(job) => visit.go(&format!("/jobs/{job}"), None),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            page(&visit, &object, file, &fields, &fail::field_errors(visit.t, &problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

fn defaults(visit: &Visit, object: &Object, fields: &Fields) -> Values {
    let typed = Typed::posted(fields.0.clone());
    let chosen = defaulted(object, &visit.rights());
    let blank = |value: &serde_json::Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    typed.input(chosen.into_iter().filter(|f| typed.has(&f.key))).into_iter().filter(|(_, value)| !blank(value)).collect()
}

fn sheet(fields: &Fields) -> Option<String> {
    Some(fields.text("sheet").to_string()).filter(|s| !s.is_empty())
}

fn columns(fields: &Fields, count: usize) -> Vec<Option<String>> {
    (0..count.min(500)).map(|n| Some(fields.text(&format!("c{n}")).to_string()).filter(|k| !k.is_empty())).collect()
}
