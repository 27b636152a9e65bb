//! `GET /{plural}/{id}/network`

use super::picture::{Drawing, draw};
use super::plan::plan;
use crate::fail::{Reply, encode};
use crate::record::words;
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, TopBar};
use crate::ui::input::{self, Input};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::{FARTHEST, Network, NetworkAsk, Node, has_network};
use akrab_model::object::FieldRight;
use akrab_model::{FieldType, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};

/// Most nodes of a picture.
const MOST: usize = 500;
/// Names in the list beside it.
const LISTED: usize = 12;

/// What the address says.
struct Asked {
    depth: usize,
    kinds: Vec<String>,
    past: bool,
}

impl Asked {
    fn read(pairs: &[(String, String)]) -> Asked {
        let all = |name: &str| -> Vec<String> {
            pairs.iter().filter(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone()).collect()
        };
        let depth = all("depth").first().and_then(|depth| depth.parse().ok()).unwrap_or(2);
        Asked { depth: usize::clamp(depth, 1, FARTHEST), kinds: all("kind"), past: !all("past").is_empty() }
    }

    fn query(&self) -> String {
        let mut query = format!("?depth={}", self.depth);
        for kind in &self.kinds {
            query.push_str(&format!("&kind={}", encode(kind)));
        }
        if self.past {
            query.push_str("&past=1");
        }
        query
    }
}

pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    if !has_network(&visit.registry(), &object) {
        return Err(Problem::not_found().into());
    }
    let asked = Asked::read(&pairs);
    let ask = NetworkAsk { object: object.key.clone(), id, depth: asked.depth, kinds: asked.kinds.clone(), past: asked.past, most: MOST };
    let own = object.clone();
    let (record, network) = visit.read(move |tx| Ok((tx.get(&own.key, id)?, tx.network(&ask)?))).await?;
    let look = visit.look();
    let t = look.t;
    let mut frame = visit.frame(&t.get("network")).await;
    frame.top = TopBar::Lined;
    frame.breadcrumb = vec![
        Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{plural}")) },
        Crumb { label: words::full_title(&record), href: Some(words::href(&record)) },
    ];
    frame.actions = Some(html! { (Button::new(t.get("network-record")).icon("arrow-up-right").ghost().href(words::href(&record))) });
    let here = format!("{}/network", words::href(&record));
    let page = html! {
        div.ak-network-page {
            (bar(&look, &here, &asked))
            div.ak-network id="network" {
                div.ak-network-canvas { (picture(&look, &network, &asked)) }
                (side(&look, &network, &asked))
            }
        }
    };
    visit.page(&frame, page)
}

fn walk(look: &Look, asked: &Asked, node: &Node) -> String {
    format!("{}/network{}", look.href(look.registry.at(node.object), node.id), asked.query())
}

fn picture(look: &Look, network: &Network, asked: &Asked) -> Markup {
    let plan = plan(network);
    let to = |node: &Node| walk(look, asked, node);
    let kind = |key: &str| kinds(look).into_iter().find(|(known, _)| known == key).map_or_else(String::new, |(_, words)| words);
    html! {
        (draw(&Drawing { look, network, plan: &plan, walk: &to, kind: &kind }))
        @if network.ties.is_empty() { p.ak-network-none { (look.t.get("network-none")) } }
        @if network.cut { p.ak-network-cut { (look.t.with("network-cut", &[("n", look.t.number(MOST as i64).into())])) } }
    }
}

/// How far, which ties, and whether past ones too.
fn bar(look: &Look, here: &str, asked: &Asked) -> Markup {
    let t = look.t;
    let steps: Vec<(String, String)> =
        (1..=FARTHEST).map(|n| (n.to_string(), t.with("network-steps", &[("n", t.number(n as i64).into())]))).collect();
    html! {
        form.ak-network-bar method="get" action=(here) data-live="#network" {
            label.ak-row.ak-gap-8 { span.ak-small.ak-muted { (t.get("network-depth")) } (input::select(&Input::new("depth", &asked.depth.to_string()), &steps)) }
            details.ak-network-kinds data-menu {
                summary.btn data-variant="outline" { (t.get("network-kinds")) @if !asked.kinds.is_empty() { span.ak-count { (asked.kinds.len()) } } }
                div.ak-network-choices {
                    @for (key, words) in kinds(look) { (input::checkbox("kind", &key, &words, asked.kinds.contains(&key))) }
                }
            }
            (input::checkbox("past", "1", &t.get("network-past"), asked.past))
            span.ak-spacer {}
            noscript { (Button::new(t.get("network-show")).submit()) }
        }
    }
}

/// Every kind of tie the person may read, with its words: `relationship:supplier`, `Pemasok / Pelanggan`.
fn kinds(look: &Look) -> Vec<(String, String)> {
    let lang = look.key();
    let mut kinds = Vec::new();
    for object in look.registry.objects() {
        let readable = |key: &str| object.field_ix(key).is_some_and(|ix| look.rights.field(object, ix) > FieldRight::Hidden);
        if let Some(tie) = object.decl.tie.as_ref().filter(|tie| tie.ends.iter().all(|end| readable(end))) {
            match tie.kind.as_deref().and_then(|key| object.field(key)).filter(|field| field.kind == FieldType::Choice) {
                Some(field) => {
                    kinds.extend(field.choices.iter().filter(|choice| choice.turns.is_none() && !choice.retired).map(|choice| {
                        let label = choice.label.get(lang);
                        let words = match &choice.other {
                            Some(other) if other.get(lang) != label => format!("{label} / {}", other.get(lang)),
                            _ => label.to_string(),
                        };
                        (format!("{}:{}", object.key, choice.key), words)
                    }))
                }
                None => kinds.push((object.key.clone(), look.label(object).to_string())),
            }
        }
        if let Some(tree) = object.decl.tree.as_ref().filter(|tree| readable(&tree.parent)) {
            let label = object.field(&tree.parent).map_or("", |field| look.name(field));
            kinds.push((format!("{}.{}", object.key, tree.parent), label.to_string()));
        }
    }
    kinds
}

/// Who has most influence, and over whom each is reached.
fn side(look: &Look, network: &Network, asked: &Asked) -> Markup {
    let t = look.t;
    let mut order: Vec<usize> = (1..network.nodes.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(network.nodes[*at].influence), *at));
    html! {
        section.ak-network-side {
            h2 { (t.get("network-influence")) }
            p.ak-hint { (t.with("network-count", &[("nodes", t.number(network.nodes.len() as i64).into()), ("ties", t.number(network.ties.len() as i64).into())])) }
            ol {
                @for at in order.into_iter().take(LISTED) {
                    @let node = &network.nodes[at];
                    @let object = look.registry.at(node.object);
                    li.ak-related-row {
                        (look.avatar(object, &node.title, 26))
                        div.ak-two-lines {
                            a.ak-two-lines-title href=(walk(look, asked, node)) { (node.title) }
                            @let way = way(network, at);
                            div.ak-two-lines-detail { @if way.is_empty() { (t.get("network-direct")) } @else { (t.with("network-over", &[("names", way.into())])) } }
                        }
                        span.ak-related-end title=(t.get("network-influence-hint")) { (node.influence) }
                    }
                }
            }
        }
    }
}

/// The names on the way from the middle, without its ends.
fn way(network: &Network, at: usize) -> String {
    let mut names = Vec::new();
    let mut over = network.nodes[at].over;
    while let Some(step) = over.filter(|step| *step != 0) {
        names.push(network.nodes[step].title.as_str());
        over = network.nodes[step].over;
    }
    names.reverse();
    names.join(" → ")
}
