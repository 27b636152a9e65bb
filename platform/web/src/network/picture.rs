//! The network as SVG. Every node is a link that walks on; shapes tell people from firms, dashes what is over.

use super::plan::Plan;
use crate::ui::avatar::Shape;
use crate::value::{Look, shape};
use akrab_engine::{Network, Node};
use maud::{Markup, html};

/// With so many nodes all of them are named, with more only the ones that matter. Where there is a script it names as many as
/// there is room for, and more when the picture comes nearer.
const NAMED: usize = 70;
/// With so few ties each says what it is.
const TOLD: usize = 26;
/// Longest name in the picture, in characters.
const LONGEST: usize = 24;

/// What the picture needs besides the network.
pub struct Drawing<'a> {
    pub look: &'a Look,
    pub network: &'a Network,
    pub plan: &'a Plan,
    /// The address of a node's own network.
    pub walk: &'a dyn Fn(&Node) -> String,
    /// The words of a kind of tie, from its first end.
    pub kind: &'a dyn Fn(&str) -> String,
}

/// The picture.
pub fn draw(d: &Drawing<'_>) -> Markup {
    let reach = d.plan.reach.ceil() as i64;
    let view = format!("{} {} {} {}", -reach, -reach, reach * 2, reach * 2);
    let whole = |value: f64| value.round() as i64;
    let mut ranked: Vec<i64> = d.network.nodes.iter().map(|node| node.influence).collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    let mark = ranked.get(NAMED / 3).copied().unwrap_or_default();
    let told = d.network.ties.len() <= TOLD;
    html! {
        svg.ak-network-picture id="network-picture" data-network viewBox=(view) role="group" aria-label=(d.look.t.get("network")) {
            g.ak-network-ties {
                @for tie in &d.network.ties {
                    @let ((ax, ay), (bx, by)) = (d.plan.spots[tie.ends[0]], d.plan.spots[tie.ends[1]]);
                    line x1=(whole(ax)) y1=(whole(ay)) x2=(whole(bx)) y2=(whole(by)) data-strength=(tie.strength.clamp(1, 5)) data-past[!tie.current] {
                        title { (d.network.nodes[tie.ends[0]].title) " – " (d.network.nodes[tie.ends[1]].title) ": " ((d.kind)(&tie.kind)) }
                    }
                    @if told { text x=(whole((ax + bx) / 2.0)) y=(whole((ay + by) / 2.0) - 5) text-anchor="middle" { ((d.kind)(&tie.kind)) } }
                }
            }
            @for (at, node) in d.network.nodes.iter().enumerate() {
                @let object = d.look.registry.at(node.object);
                @let (x, y) = d.plan.spots[at];
                @let r = 9 + (node.influence.min(40) / 4);
                a.ak-network-node href=((d.walk)(node)) data-depth=(node.depth) data-object=(object.key) data-influence=(node.influence) data-minor[at > 0 && d.network.nodes.len() > NAMED && node.influence <= mark] aria-current=[(at == 0).then_some("true")] {
                    title { (node.title) " · " (d.look.label(object)) }
                    @if shape(object) == Some(Shape::Person) { circle cx=(whole(x)) cy=(whole(y)) r=(r) {} }
                    @else { rect x=(whole(x) - r) y=(whole(y) - r) width=(r * 2) height=(r * 2) rx="5" {} }
                    text x=(whole(x)) y=(whole(y) + r + 3) text-anchor="middle" { (short(&node.title)) }
                }
            }
        }
    }
}

fn short(title: &str) -> String {
    if title.chars().count() <= LONGEST {
        title.to_string()
    } else {
        format!("{}…", title.chars().take(LONGEST - 1).collect::<String>().trim_end())
    }
}
