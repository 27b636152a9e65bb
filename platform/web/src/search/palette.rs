//! `GET /search?q=`: hits by object, actions and places; recent records while nothing is typed.

use crate::fail::{Reply, encode};
use crate::list::tools::new_words;
use crate::record::words;
use crate::ui::button::key;
use crate::ui::frame::content;
use crate::ui::icon::icon;
use crate::ui::palette::{Hit, marked, results};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Access;
use akrab_model::object::Scope;
use akrab_model::text::fold;
use akrab_model::{Object, Record};
use axum::extract::Query;
use maud::html;
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// Hits looked for, and shown of one object before the way to all of them.
const SHOWN: usize = 60;
const OF_ONE: usize = 6;
const RECENT: usize = 8;

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let started = Instant::now();
    let q = asked.q.trim().to_string();
    let wanted = q.clone();
    let (hits, recent) = visit
        .read(move |tx| {
            let recent = tx.recents(if wanted.is_empty() { RECENT } else { 50 })?;
            let hits = if wanted.is_empty() { Vec::new() } else { tx.search(&wanted, None, SHOWN)? };
            Ok((hits, recent))
        })
        .await?;
    let look = visit.look();
    let mut groups: Vec<(String, Vec<Hit>)> = Vec::new();
    if q.is_empty() {
        let found: Vec<Hit> = recent.iter().map(|hit| line(&look, &hit.record, "", false)).collect();
        if !found.is_empty() {
            groups.push((visit.t.get("search-recent"), found));
        }
    } else {
        let seen: HashSet<(&str, i64)> = recent.iter().map(|hit| (hit.object.key.as_str(), hit.record.id)).collect();
        for hit in &hits {
            let heading = hit.object.plural_label(look.key()).to_string();
            let entry = line(&look, &hit.record, &q, seen.contains(&(hit.object.key.as_str(), hit.record.id)));
            match groups.iter_mut().find(|(name, _)| *name == heading) {
                Some((_, group)) if group.len() < OF_ONE => group.push(entry),
                Some((_, group)) if group.len() == OF_ONE => group.push(all(&visit, &hit.object, &q)),
                Some(_) => {}
                None => groups.push((heading, vec![entry])),
            }
        }
    }
    let places = places(&visit, &q).await;
    let mut actions = actions(&visit, &q);
    let found = hits.len() + actions.len() + places.len();
    if found == 0 {
        actions = offers(&visit, &q);
    }
    if !actions.is_empty() {
        groups.push((visit.t.get("search-actions"), actions));
    }
    if !places.is_empty() {
        groups.push((visit.t.get("search-places"), places));
    }
    let took = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let number = if hits.len() == SHOWN { format!("{found}+") } else { found.to_string() };
    let count = if q.is_empty() { String::new() } else { visit.t.with("search-count", &[("n", number.into()), ("ms", took.into())]) };
    let none = visit.t.with("search-none", &[("q", q.as_str().into())]);
    let body = html! {
        @if found == 0 && !q.is_empty() && !groups.is_empty() { p.ak-palette-none { (none) } }
        (results(&groups, &count, &none))
    };
    if visit.is_fragment() {
        return visit.fragment(body, None);
    }
    let frame = visit.frame(&visit.t.get("search")).await;
    let page = content(
        true,
        html! {
            form.ak-search-page method="get" action="/search" role="search" {
                input.ak-input type="search" name="q" value=(q) autofocus autocomplete="off" placeholder=(visit.t.get("palette-placeholder")) aria-label=(visit.t.get("search"));
            }
            div.ak-search-hits role="listbox" aria-label=(visit.t.get("search-results")) { (body) }
            p.ak-small.ak-muted { (count) }
        },
    );
    visit.page(&frame, page)
}

fn line(look: &Look, record: &Record, q: &str, opened: bool) -> Hit {
    let object = &record.object;
    let owner = object.owner.map(|ix| look.words(object.at(ix), record)).filter(|name| !name.is_empty());
    let holder = object.holders().map(|ix| object.at(ix)).find_map(|field| {
        let id = record.link(&field.key)?;
        Some((look.href(look.registry.at(field.to?), id), record.title_in(&field.key, id)?))
    });
    let mut detail: Vec<String> = holder.iter().map(|(_, title)| title.to_string()).chain([look.subtitle(record)]).collect();
    detail.extend(owner.map(|name| look.t.with("record-owner-short", &[("name", name.into())])));
    detail.retain(|part| !part.is_empty());
    let href = holder.map_or_else(|| words::href(record), |(href, _)| href);
    Hit {
        lead: Some(look.avatar(object, record.title(), 22)),
        title: Some(marked(&words::full_title(record), q)),
        detail: Some(marked(&detail.join(" · "), q)),
        end: opened.then(|| html! { (look.t.get("search-opened")) }),
        actions_url: Some(format!("{href}/actions")),
        href,
        post: None,
    }
}

/// The way to every hit of one object: its list, searched.
fn all(visit: &Visit, object: &Object, q: &str) -> Hit {
    Hit {
        lead: Some(icon("list-filter")),
        title: Some(html! { (visit.t.with("search-all", &[("objects", object.plural_label(visit.lang()).into())])) }),
        href: format!("/{}?q={}", object.plural, encode(q)),
        ..Hit::default()
    }
}

/// Creating a record of each object.
fn actions(visit: &Visit, q: &str) -> Vec<Hit> {
    let (rights, registry) = (visit.rights(), visit.registry());
    let may = registry.objects().filter(|o| o.in_menu() && rights.may_create(o));
    may.map(|o| (new_words(visit.t, o), o))
        .filter(|(words, _)| matches(words, q))
        .map(|(words, o)| Hit {
            lead: Some(icon("plus")),
            title: Some(marked(&words, q)),
            href: format!("/{}/new", o.plural),
            ..Hit::default()
        })
        .take(6)
        .collect()
}

/// What finds nothing may be the name of somebody new.
fn offers(visit: &Visit, q: &str) -> Vec<Hit> {
    let (rights, registry) = (visit.rights(), visit.registry());
    let named = registry.objects().filter(|o| o.in_menu() && rights.may_create(o) && crate::value::shape(o).is_some());
    let offer = |o: &Arc<Object>| Hit {
        lead: Some(icon("plus")),
        title: Some(html! { (new_words(visit.t, o)) }),
        detail: Some(html! { "“" (q) "”" }),
        href: format!("/{}/new?name={}", o.plural, encode(q)),
        ..Hit::default()
    };
    named.take(3).map(offer).collect()
}

/// Lists and pages of the frame.
async fn places(visit: &Visit, q: &str) -> Vec<Hit> {
    let rights = visit.rights();
    let t = visit.t;
    let home = visit.web.home();
    let mut all: Vec<(String, String, String, Option<String>)> =
        vec![(home.icon.into(), t.get(home.name), home.href.into(), Some("G H".into()))];
    for object in visit.registry().objects().filter(|o| o.in_menu() && rights.scope(o, Access::Read) != Scope::None) {
        let go = object.decl.go_key.as_ref().map(|k| format!("G {}", k.to_uppercase()));
        all.push((object.decl.icon.clone(), object.plural_label(visit.lang()).to_string(), format!("/{}", object.plural), go));
    }
    all.insert(1, ("inbox".into(), t.get("inbox"), "/inbox".into(), Some("G I".into())));
    all.push(("settings".into(), t.get("settings"), "/settings".into(), None));
    for key in ["language", "theme"] {
        let words = if key == "theme" { theme_words(visit) } else { t.get(key) };
        all.push(("user-pen".into(), words, "/settings/profile".into(), None));
    }
    for object in visit.registry().objects().filter(|o| o.in_menu()) {
        let named = |key: &str| format!("{} · {}", t.get(key), object.plural_label(visit.lang()));
        if rights.may_create(object) {
            all.push(("upload".into(), named("list-import"), format!("/{}/import", object.plural), None));
        }
        if rights.scope(object, Access::Delete) != Scope::None {
            all.push(("trash-2".into(), named("list-bin"), format!("/{}/bin", object.plural), None));
        }
    }
    all.extend(crate::settings::places(visit).into_iter().map(|(icon, label, href)| (icon, label, href, None)));
    if !q.is_empty() {
        all.extend(by_name(visit).into_iter().map(|(icon, label, href)| (icon, label, href, None)));
    }
    all.into_iter()
        .filter(|(_, words, ..)| matches(words, q))
        .take(8)
        .map(|(name, words, href, go)| Hit {
            lead: Some(icon(&name)),
            title: Some(marked(&words, q)),
            end: go.map(|go| key(&go)),
            href,
            ..Hit::default()
        })
        .chain(sign_out(visit, q))
        .collect()
}

/// Lists that stand in no menu, and the views of all of them: for who asks for them by their names.
fn by_name(visit: &Visit) -> Vec<(String, String, String)> {
    let (rights, registry, lang) = (visit.rights(), visit.registry(), visit.lang());
    let readable = registry.objects().filter(|o| !o.is_system() && !o.decl.register);
    let readable: Vec<&Arc<Object>> = readable.filter(|o| rights.scope(o, Access::Read) != Scope::None).collect();
    let lists = readable.iter().filter(|o| !o.in_menu());
    let lists = lists.map(|o| (o.decl.icon.clone(), o.plural_label(lang).to_string(), format!("/{}", o.plural)));
    let views = readable.iter().flat_map(|o| o.decl.views.iter().map(move |view| (o, view)));
    let views = views.map(|(o, view)| {
        let words = format!("{} · {}", view.label.get(lang), o.plural_label(lang));
        (o.decl.icon.clone(), words, format!("/{}?view={}", o.plural, view.key))
    });
    lists.chain(views).collect()
}

/// "Tema: Ikuti perangkat, Terang, Gelap", so that each word finds it.
fn theme_words(visit: &Visit) -> String {
    let themes = ["theme-system", "theme-light", "theme-dark"].map(|key| visit.t.get(key));
    format!("{}: {}", visit.t.get("theme"), themes.join(", "))
}

fn sign_out(visit: &Visit, q: &str) -> Option<Hit> {
    let words = visit.t.get("sign-out");
    (!q.is_empty() && matches(&words, q)).then(|| Hit {
        lead: Some(icon("log-out")),
        title: Some(marked(&words, q)),
        href: "/sign-out".into(),
        post: Some(visit.csrf.clone()),
        ..Hit::default()
    })
}

fn matches(words: &str, q: &str) -> bool {
    q.is_empty() || fold(words).contains(&fold(q))
}
