//! Where nodes stand: the middle in the middle, each step a ring, what hangs together side by side.

use akrab_engine::Network;

/// Room between two nodes of a ring, and between rings.
const BESIDE: f64 = 46.0;
const RING: f64 = 165.0;
/// A full ring is spread over so many lines, so that the picture stays small.
const LINES: usize = 4;
const LINE: f64 = 44.0;
/// Nodes on a ring before it is spread.
const DENSE: usize = 14;

/// Places of all nodes, and the size of the picture around the middle.
pub struct Plan {
    pub spots: Vec<(f64, f64)>,
    /// From the middle to the border.
    pub reach: f64,
}

/// Places every node. Nodes come in the order in which they were reached.
pub fn plan(network: &Network) -> Plan {
    let count = network.nodes.len();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (at, node) in network.nodes.iter().enumerate() {
        if let Some(over) = node.over {
            below[over].push(at);
        }
    }
    // leaves of each branch say how much of the circle it needs
    let mut weight = vec![0_usize; count];
    for at in (0..count).rev() {
        weight[at] = if below[at].is_empty() { 1 } else { below[at].iter().map(|child| weight[*child]).sum() };
    }
    let deepest = network.nodes.iter().map(|node| node.depth).max().unwrap_or_default();
    let mut rings = vec![(0.0, 1_usize); deepest + 1];
    for depth in 1..=deepest {
        let on = network.nodes.iter().filter(|node| node.depth == depth).count();
        let lines = on.div_ceil(DENSE).clamp(1, LINES);
        let inner = rings[depth - 1].0 + LINE * (rings[depth - 1].1 - 1) as f64 + RING;
        let needed = on as f64 * BESIDE / lines as f64 / std::f64::consts::TAU;
        rings[depth] = (inner.max(needed), lines);
    }
    let mut spots = vec![(0.0, 0.0); count];
    let mut placed = vec![0_usize; deepest + 1];
    let mut open = vec![(0_usize, 0.0, std::f64::consts::TAU)];
    while let Some((at, from, to)) = open.pop() {
        let node = &network.nodes[at];
        if node.depth > 0 {
            let (radius, lines) = rings[node.depth];
            let radius = radius + LINE * (placed[node.depth] % lines) as f64;
            placed[node.depth] += 1;
            let angle = (from + to) / 2.0 - std::f64::consts::FRAC_PI_2;
            spots[at] = (radius * angle.cos(), radius * angle.sin());
        }
        let whole = weight[at].max(1) as f64;
        let mut start = from;
        let mut next = Vec::new();
        for child in &below[at] {
            // half of the room is shared alike, so that whoever has nobody behind stands free too
            let share = (weight[*child] as f64 / whole + 1.0 / below[at].len() as f64) / 2.0;
            let end = start + (to - from) * share;
            next.push((*child, start, end));
            start = end;
        }
        open.extend(next.into_iter().rev());
    }
    let reach = rings.last().map_or(0.0, |(radius, lines)| radius + LINE * (lines - 1) as f64);
    Plan { spots, reach: reach + 90.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use akrab_engine::Node;
    use akrab_model::ObjectIx;

    #[test]
    fn five_hundred_nodes_stand_apart() {
        let node = |id: i64, depth, over| Node { object: ObjectIx(0), id, title: String::new(), depth, over, influence: 0 };
        let mut nodes = vec![node(0, 0, None)];
        nodes.extend((1..=20).map(|n| node(n, 1, Some(0))));
        nodes.extend((21..500).map(|n| node(n, 2, Some((n % 20 + 1) as usize))));
        let plan = plan(&Network { nodes, ..Network::default() });
        let mut least = f64::INFINITY;
        for (n, a) in plan.spots.iter().enumerate() {
            for b in &plan.spots[n + 1..] {
                least = least.min((a.0 - b.0).hypot(a.1 - b.1));
            }
        }
        assert!(least > 20.0, "{least}");
        assert!(plan.spots.iter().all(|(x, y)| x.hypot(*y) < plan.reach));
    }
}
