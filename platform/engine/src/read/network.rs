//! The network around a record: whom it is tied to, by what, and over whom.
//!
//! Ties are records of objects that declare them, and the links of trees. Everything is read with the asker's rights: what he
//! may not see is neither a node nor a way to one.

use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::object::{FieldRight, Scope};
use akrab_model::{FieldIx, Object, ObjectIx, Problem, Raw, RecordId};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Most steps around a record.
pub const FARTHEST: usize = 4;
/// What a tie without a strength of its own counts.
const USUAL: i64 = 3;

/// What of a network is asked for.
#[derive(Debug, Clone)]
pub struct NetworkAsk {
    pub object: String,
    pub id: RecordId,
    /// Steps around it, at most [`FARTHEST`].
    pub depth: usize,
    /// Kinds of ties, as [`Tie::kind`] names them; all of them when empty.
    pub kinds: Vec<String>,
    /// Ties whose time is over, or has not begun, too.
    pub past: bool,
    /// Most nodes.
    pub most: usize,
}

/// A record in the network. The first is the one that was asked about.
#[derive(Debug, Clone)]
pub struct Node {
    pub object: ObjectIx,
    pub id: RecordId,
    pub title: String,
    /// Steps from the middle.
    pub depth: usize,
    /// The node over which it is reached, on a shortest way.
    pub over: Option<usize>,
    /// The strengths of all its ties in the picture together.
    pub influence: i64,
}

/// A connection of two nodes.
#[derive(Debug, Clone)]
pub struct Tie {
    pub ends: [usize; 2],
    /// `relationship:supplier`, `position`, `account.parent`.
    pub kind: String,
    pub strength: i64,
    /// It holds today.
    pub current: bool,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Network {
    pub nodes: Vec<Node>,
    pub ties: Vec<Tie>,
    /// There were more nodes than asked for.
    pub cut: bool,
}

/// A kind of connection: the two links, and what its records say.
struct Way {
    object: Arc<Object>,
    /// Field and object of each end; the record itself is the end of a tree's link that has no field.
    ends: [(Option<FieldIx>, ObjectIx); 2],
    columns: Vec<FieldIx>,
    kind: Option<FieldIx>,
    strength: Option<FieldIx>,
    period: [Option<FieldIx>; 2],
}

/// A connection as read.
struct Found {
    ends: [(ObjectIx, RecordId); 2],
    kind: String,
    strength: i64,
    current: bool,
}

/// Whether records of this object can be tied to others at all.
pub fn has_network(registry: &akrab_model::Registry, object: &Object) -> bool {
    let ends = |tied: &Object| {
        tied.decl.tie.iter().flat_map(|tie| tie.ends.clone()).any(|end| tied.field(&end).and_then(|f| f.to) == Some(object.ix))
    };
    object.decl.tree.is_some() || registry.objects().any(|tied| ends(tied))
}

impl Tx<'_> {
    /// The network around a record.
    ///
    /// # Errors
    /// `not_found` for a record out of sight, and what the database answers.
    pub fn network(&mut self, ask: &NetworkAsk) -> Result<Network> {
        let object = self.object(&ask.object)?;
        let middle = self.titles_of(object.ix, &[ask.id])?.pop().ok_or_else(Problem::not_found)?;
        let ways = self.ways();
        let mut nodes = vec![Node { object: object.ix, id: ask.id, title: middle.1, depth: 0, over: None, influence: 0 }];
        let mut places: HashMap<(ObjectIx, RecordId), usize> = HashMap::from([((object.ix, ask.id), 0)]);
        let mut unseen: HashSet<(ObjectIx, RecordId)> = HashSet::new();
        let mut known: BTreeMap<(ObjectIx, RecordId), Found> = BTreeMap::new();
        let mut edge: Vec<usize> = vec![0];
        let mut cut = false;
        // the last round only closes triangles among those that are there
        for depth in 1..=ask.depth.clamp(1, FARTHEST) + 1 {
            let last = depth > ask.depth.clamp(1, FARTHEST);
            let from: Vec<(ObjectIx, RecordId)> = edge.drain(..).map(|at| (nodes[at].object, nodes[at].id)).collect();
            if from.is_empty() {
                break;
            }
            let found = self.round(&ways, &from, ask)?;
            if !last {
                let reached: BTreeSet<(ObjectIx, RecordId)> =
                    found.iter().flat_map(|(_, one)| one.ends).filter(|end| !places.contains_key(end) && !unseen.contains(end)).collect();
                let titles = self.called(&reached)?;
                unseen.extend(reached.iter().filter(|end| !titles.contains_key(end)));
                for (_, one) in &found {
                    for (here, there) in [(one.ends[0], one.ends[1]), (one.ends[1], one.ends[0])] {
                        let (Some(over), Some(title)) = (places.get(&here).copied(), titles.get(&there)) else { continue };
                        if places.contains_key(&there) || nodes[over].depth + 1 != depth {
                            continue;
                        }
                        if nodes.len() >= ask.most {
                            cut = true;
                            continue;
                        }
                        places.insert(there, nodes.len());
                        edge.push(nodes.len());
                        nodes.push(Node { object: there.0, id: there.1, title: title.clone(), depth, over: Some(over), influence: 0 });
                    }
                }
            }
            known.extend(found);
        }
        let mut ties = Vec::new();
        for one in known.into_values() {
            let [Some(a), Some(b)] = one.ends.map(|end| places.get(&end).copied()) else { continue };
            nodes[a].influence += one.strength;
            nodes[b].influence += one.strength;
            ties.push(Tie { ends: [a, b], kind: one.kind, strength: one.strength, current: one.current });
        }
        Ok(Network { nodes, ties, cut })
    }

    /// The kinds of connections whose records and links the actor may read.
    fn ways(&self) -> Vec<Way> {
        let seen = |object: &Object, key: &str| object.field_ix(key).filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden);
        let mut ways = Vec::new();
        for object in self.registry.objects().filter(|object| self.rights.scope(object, Access::Read) != Scope::None) {
            let field = |key: Option<&String>| key.and_then(|key| seen(object, key));
            if let Some(tie) = &object.decl.tie
                && let [Some(a), Some(b)] = tie.ends.each_ref().map(|end| seen(object, end))
                && let [Some(to_a), Some(to_b)] = [a, b].map(|end| object.at(end).to)
            {
                let kind = field(tie.kind.as_ref());
                let strength = field(tie.strength.as_ref());
                let period = object.decl.period.as_ref();
                let period = [field(period.map(|p| &p.from)), field(period.map(|p| &p.to))];
                let columns = [Some(a), Some(b), kind, strength, period[0], period[1]].into_iter().flatten().collect();
                ways.push(Way { object: object.clone(), ends: [(Some(a), to_a), (Some(b), to_b)], columns, kind, strength, period });
            }
            if let Some(parent) = object.decl.tree.as_ref().and_then(|tree| seen(object, &tree.parent)) {
                let ends = [(None, object.ix), (Some(parent), object.ix)];
                ways.push(Way { object: object.clone(), ends, columns: vec![parent], kind: None, strength: None, period: [None, None] });
            }
        }
        ways
    }

    /// Every connection of these records, by what it is kept in.
    fn round(&mut self, ways: &[Way], from: &[(ObjectIx, RecordId)], ask: &NetworkAsk) -> Result<Vec<((ObjectIx, RecordId), Found)>> {
        let today = self.ctx.now.date();
        let mut found = Vec::new();
        for way in ways {
            for (end, to) in way.ends {
                let ids: Vec<Raw> = from.iter().filter(|(object, _)| *object == to).map(|(_, id)| Raw::Int(*id)).collect();
                if ids.is_empty() {
                    continue;
                }
                let rows = match end {
                    Some(field) => self.among(&way.object, field, ids, way.columns.clone())?,
                    None => self.themselves(way, &ids)?,
                };
                for (id, cells) in rows {
                    if let Some(one) = way.read(id, &cells, today)
                        && (ask.past || one.current)
                        && (ask.kinds.is_empty() || ask.kinds.contains(&one.kind))
                    {
                        found.push(((way.object.ix, id), one));
                    }
                }
            }
        }
        Ok(found)
    }

    /// Records of a tree with what they hang on.
    fn themselves(&mut self, way: &Way, ids: &[Raw]) -> Result<Vec<(RecordId, Vec<Raw>)>> {
        let ids: Vec<RecordId> = ids.iter().filter_map(Raw::int).collect();
        let cond = self.rights.cond(&way.object, Access::Read);
        let registry = self.registry.clone();
        let rows = self.conn.rows(&registry, &way.object, &ids, &way.columns, &cond)?;
        Ok(rows.into_iter().filter(|row| row.deleted_at.is_none()).map(|row| (row.id, row.cells)).collect())
    }

    /// Names of records, of those the actor may see.
    fn called(&mut self, ends: &BTreeSet<(ObjectIx, RecordId)>) -> Result<HashMap<(ObjectIx, RecordId), String>> {
        let mut by_object: BTreeMap<ObjectIx, Vec<RecordId>> = BTreeMap::new();
        for (object, id) in ends {
            by_object.entry(*object).or_default().push(*id);
        }
        let mut called = HashMap::new();
        for (object, ids) in by_object {
            called.extend(self.titles_of(object, &ids)?.into_iter().map(|(id, title)| ((object, id), title)));
        }
        Ok(called)
    }
}

impl Way {
    fn read(&self, id: RecordId, cells: &[Raw], today: Date) -> Option<Found> {
        let cell = |field: Option<FieldIx>| cells.get(self.columns.iter().position(|ix| Some(*ix) == field)?);
        let end = |(field, to): (Option<FieldIx>, ObjectIx)| Some((to, if field.is_none() { id } else { cell(field)?.int()? }));
        let ends = [end(self.ends[0])?, end(self.ends[1])?];
        let day = |field: Option<FieldIx>| cell(field).and_then(Raw::int);
        let today = i64::from(Date::new(1970, 1, 1).ok()?.until(today).ok()?.get_days());
        let kind = match (self.ends[0].0, cell(self.kind).and_then(Raw::text)) {
            (None, _) => format!("{}.{}", self.object.key, self.object.at(self.ends[1].0?).key),
            (_, Some(kind)) => format!("{}:{kind}", self.object.key),
            (_, None) => self.object.key.clone(),
        };
        Some(Found {
            ends,
            kind,
            strength: cell(self.strength).and_then(Raw::int).unwrap_or(USUAL),
            current: day(self.period[0]).is_none_or(|from| from <= today) && day(self.period[1]).is_none_or(|to| to >= today),
        })
    }
}
