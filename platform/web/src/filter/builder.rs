//! The builder: fields, operators and values as the kit's part wants them.

use super::fields::{self, Choice};
use super::people::{PEOPLE, is_person};
use super::tree;
use super::words::{Titles, Wording, op_words, sentence, titles};
use crate::list::address::{Address, push};
use crate::list::head;
use crate::list::state::Listing;
use crate::ui::filter::{FilterBuilder, filter_builder};
use crate::value::Look;
use crate::{Reply, Visit};
use akrab_engine::{Rights, Tx};
use akrab_model::filter::{Filter, Op};
use akrab_model::{FieldType, Object};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};

/// Most added words offered for one field.
const WORDS: usize = 300;

/// Address of the builder: a page of its own without script, a part of the list with it.
pub fn page(address: &Address) -> String {
    format!("{}#filter", address.first_page().at(&format!("{}/filter", address.base)))
}

/// Where the builder comes to when it is opened first; it is as large as the list itself.
pub fn mount(address: &Address) -> Markup {
    let href = address.first_page().at(&format!("{}/filter", address.base));
    html! { div data-filter-src=(href) hidden {} }
}

/// `GET /{plural}/filter`.
pub async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let own = object.clone();
    let (listing, titles, words, count) = visit
        .read(move |tx| {
            let listing = Listing::resolve(tx, &look, own, address, None)?;
            let titles = match &listing.filter {
                Some(filter) => titles(&listing.look, tx, &listing.object, filter)?,
                None => Titles::new(),
            };
            let count = tx.count(&listing.request(), false)?;
            Ok((listing, titles, own_words(tx), count))
        })
        .await?;
    let frame = visit.frame(object.plural_label(visit.lang())).await;
    let count = count_words(&listing.look, &object, &head::count_words(&listing.look, count), None);
    let standing = (!visit.is_fragment()).then(|| listing.address.first_page().href());
    visit.page(&frame, builder(&listing, &visit.rights(), &titles, &words, count, standing.as_deref()))
}

/// Words people have added to open fields, by object and field.
pub(crate) type OwnWords = HashMap<(String, String), Vec<String>>;

pub(crate) fn own_words(tx: &mut Tx) -> OwnWords {
    let open: Vec<(String, String)> =
        tx.registry.objects().flat_map(|o| o.fields.iter().filter(|f| f.open).map(|f| (o.key.clone(), f.key.clone()))).collect();
    // fields out of sight simply have none
    open.into_iter().filter_map(|(o, f)| Some(((o.clone(), f.clone()), tx.field_words(&o, &f, "", WORDS).ok()?))).collect()
}

/// The builder of a list, with the words of the count now; on a page of its own its × leads to `standing`.
fn builder(listing: &Listing, rights: &Rights, titles: &Titles, words: &OwnWords, count: Markup, standing: Option<&str>) -> Markup {
    let (s, object, address) = (&listing.look, &listing.object, &listing.address);
    let filter = listing.filter.as_ref();
    let mut choices = fields::choices(s, object, rights);
    let drawn = filter.map(tree::for_builder).unwrap_or_else(|| json!({"all": []}));
    choices.extend(fields::named(s, object, &drawn, &choices));
    let first = address.first_page();
    let mut save = first.at(&format!("{}/views/new", address.base));
    if !save.contains('?') {
        push(&mut save, "view", "");
    }
    let plain_fields: Vec<_> = choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect();
    let keep: Vec<_> = [
        ("view", first.view.clone()),
        ("sort", first.sort.clone()),
        ("group", first.group.clone()),
        ("columns", first.columns.clone()),
        ("q", first.q.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_string(), value?)))
    .collect();
    filter_builder(
        s.t,
        &FilterBuilder {
            action: &address.base,
            filter: &drawn.to_string(),
            fields: &field_list(s, &choices, titles, words).to_string(),
            operators: &operator_list(s, &choices).to_string(),
            count_url: &Address { filter: None, ..first.clone() }.at(&format!("{}/count", address.base)),
            count,
            title: &s.t.with("filter-title", &[("records", object.plural_label(s.key()).to_lowercase().into())]),
            plain_fields: &plain_fields,
            plain_operators: &plain_operators(s),
            clear_href: &first.with_filter(None).href(),
            save_href: &save,
            keep: &keep,
            csrf: None,
            param: "filter",
            untouched: &untouched(s, object, filter, titles),
            standing,
            stay: None,
        },
    )
}

/// What the builder has no editor for, in words.
fn untouched(s: &Look, object: &std::sync::Arc<Object>, filter: Option<&Filter>, titles: &Titles) -> Vec<String> {
    let wording = Wording { s, object, titles, whole: true };
    filter.map(tree::untouched).unwrap_or_default().into_iter().map(|one| sentence(&wording.of(one)).replace('\n', " ")).collect()
}

/// The builder over the filter of a report or a flow: applying it opens `action` with what is kept, or posts it there.
#[allow(clippy::too_many_arguments, reason = "the parts of one page")]
pub(crate) fn of_report(
    s: &Look,
    object: &std::sync::Arc<Object>,
    filter: Option<&Json>,
    rights: &Rights,
    titles: &Titles,
    words: &OwnWords,
    keep: &[(String, String)],
    action: &str,
    csrf: Option<&str>,
) -> Markup {
    of_form(
        s,
        object,
        filter,
        rights,
        (titles, words),
        keep,
        &Place { action, clear: &clear(action, keep), csrf, param: "filter", stay: None },
    )
}

/// Where a builder leads.
pub(crate) struct Place<'a> {
    pub action: &'a str,
    /// Address without any condition; empty where removing all of them says the same.
    pub clear: &'a str,
    /// Posted with this token instead of asked for.
    pub csrf: Option<&'a str>,
    /// The field of the form that carries the condition.
    pub param: &'a str,
    /// Open over a form that waits; see [`FilterBuilder::stay`].
    pub stay: Option<&'a str>,
}

/// Address of a page with what is kept, without any condition.
pub(crate) fn clear(action: &str, keep: &[(String, String)]) -> String {
    let mut clear = action.to_string();
    for (name, value) in keep {
        push(&mut clear, name, value);
    }
    clear
}

/// The builder over the filter of a form; what else the form holds goes along.
pub(crate) fn of_form(
    s: &Look,
    object: &std::sync::Arc<Object>,
    filter: Option<&Json>,
    rights: &Rights,
    (titles, words): (&Titles, &OwnWords),
    keep: &[(String, String)],
    place: &Place<'_>,
) -> Markup {
    let mut choices = fields::choices(s, object, rights);
    let filter = filter.and_then(|f| Filter::from_json(f).ok());
    let drawn = filter.as_ref().map(tree::for_builder).unwrap_or_else(|| json!({"all": []}));
    choices.extend(fields::named(s, object, &drawn, &choices));
    let plain_fields: Vec<_> = choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect();
    filter_builder(
        s.t,
        &FilterBuilder {
            action: place.action,
            filter: &drawn.to_string(),
            fields: &field_list(s, &choices, titles, words).to_string(),
            operators: &operator_list(s, &choices).to_string(),
            count_url: &format!("/{}/count?view=", object.plural),
            count: html! {},
            title: &s.t.with("filter-title", &[("records", object.plural_label(s.key()).to_lowercase().into())]),
            plain_fields: &plain_fields,
            plain_operators: &plain_operators(s),
            clear_href: place.clear,
            save_href: "",
            keep,
            csrf: place.csrf,
            param: place.param,
            untouched: &untouched(s, object, filter.as_ref(), titles),
            standing: None,
            stay: place.stay,
        },
    )
}

/// "186 dari 1.284 perusahaan cocok".
pub fn count_words(s: &Look, object: &Object, matching: &str, all: Option<&str>) -> Markup {
    let records = object.plural_label(s.key()).to_lowercase();
    match all {
        Some(all) => html! { b { (matching) } " " (s.t.with("filter-count-of", &[("all", all.into()), ("records", records.into())])) },
        None => html! { b { (matching) } " " (s.t.with("filter-count", &[("records", records.into())])) },
    }
}

fn field_list(s: &Look, choices: &[Choice], titles: &Titles, words: &OwnWords) -> Json {
    choices
        .iter()
        .map(|c| {
            let mut entry = json!({"key": c.key, "label": c.label, "type": fields::type_name(c.kind)});
            if !c.group.is_empty() {
                entry["group"] = c.group.clone().into();
            }
            if let Some(field) = &c.field {
                if !field.choices.is_empty() || field.open {
                    let added = words.get(&(c.object.clone(), field.key.clone())).into_iter().flatten();
                    let declared = field.choices.iter().map(|o| json!([o.key, o.label.get(s.key())]));
                    entry["options"] = declared.chain(added.map(|word| json!([word, word]))).collect();
                } else if c.kind == FieldType::Boolean {
                    entry["options"] = json!([["true", s.t.get("value-yes")], ["false", s.t.get("value-no")]]);
                } else if let Some(to) = field.to {
                    let target = s.registry.at(to);
                    let mut known: Vec<Json> =
                        titles.iter().filter(|((o, _), _)| *o == to.0).map(|((_, id), title)| json!([id.to_string(), title])).collect();
                    if is_person(s, field) {
                        known.extend([json!(["me", s.t.get("filter-me")]), json!(["my_team", s.t.get("filter-my-team")])]);
                    }
                    entry["search"] = if is_person(s, field) { PEOPLE.into() } else { format!("/pick/{}", target.key).into() };
                    entry["options"] = known.into();
                }
            }
            entry
        })
        .collect()
}

fn operator_list(s: &Look, choices: &[Choice]) -> Json {
    let kinds: BTreeMap<String, FieldType> = choices.iter().map(|c| (fields::type_name(c.kind), c.kind)).collect();
    kinds
        .into_iter()
        .map(|(name, kind)| {
            let offered = fields::operators(kind).filter(|op| !(kind.is_text() && matches!(op, Op::In | Op::NotIn)));
            let list: Vec<Json> = offered.map(|op| json!({"op": op, "label": op_words(s, kind, op), "editor": editor(kind, op)})).collect();
            (name, Json::from(list))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The value editor an operator wants.
fn editor(kind: FieldType, op: Op) -> &'static str {
    match (kind, op) {
        (_, Op::Empty | Op::NotEmpty) => "none",
        (_, Op::Within | Op::NotWithin) => "relative",
        (FieldType::Date | FieldType::DateTime, Op::Between) => "date-between",
        (_, Op::Between) => "between",
        (FieldType::Date | FieldType::DateTime, _) => "date",
        (FieldType::Boolean, _) => "choice",
        (
            FieldType::Choice | FieldType::Choices | FieldType::Stage | FieldType::Link | FieldType::Links,
            Op::In | Op::NotIn | Op::CameFrom,
        ) => "choices",
        (FieldType::Choice, _) => "choice",
        (FieldType::Stage | FieldType::Link | FieldType::Links, _) => "link",
        (FieldType::Money, _) => "money",
        (FieldType::Integer | FieldType::Decimal | FieldType::Percent | FieldType::Duration | FieldType::Score, _) => "number",
        _ => "text",
    }
}

/// Operators of the form without script: those that fit most types.
fn plain_operators(s: &Look) -> Vec<(String, String)> {
    let all = [Op::Contains, Op::Is, Op::IsNot, Op::In, Op::Gt, Op::Lt, Op::Within, Op::Empty, Op::NotEmpty];
    all.iter().filter_map(|op| Some((serde_json::to_value(op).ok()?.as_str()?.to_string(), op_words(s, FieldType::Text, *op)))).collect()
}
