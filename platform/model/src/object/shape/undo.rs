//! Taking one change out of what stands today, with everything before and after it left as it is.
//!
//! A part is looked at as JSON: the way from `after` back to `before` is walked over what stands `now`. Where that is no
//! longer what the change made of it, somebody has built on it since, and the place is named instead of guessed at.

use super::{FieldChange, ObjectChange, Part};
use serde_json::{Map, Value as Json};

/// One place a change was made at.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Names from the outside in: `fields`, `colour`, `label`, `en`. An entry of a list goes by what it is known by.
    pub path: Vec<String>,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// Between the words of an entry that is known by its label: Indonesian, then English.
pub const BETWEEN: char = '\u{1f}';

/// Values that mean something only as a whole.
const WHOLE: [&str; 11] =
    ["visible_when", "required_when", "must", "filter", "where", "default", "rollup", "open", "board", "calendar", "map"];

/// Lists that stay as shipped while they are not there.
const SHIPPED: [&str; 3] = ["views", "subtitle", "duplicates"];

/// What a change did, place by place.
pub fn places(before: Option<&Part>, after: Option<&Part>) -> Vec<Place> {
    let (mut was, mut is) = (before.and_then(body), after.and_then(body));
    if let (None, Some(Part::Own(_))) | (Some(Part::Own(_)), None) = (before, after) {
        // of an object that comes or goes its fields say what it is
        let fields = |body: Option<Json>| Some(serde_json::json!({ "fields": body?.get("fields")?.clone() }));
        (was, is) = (fields(was), fields(is));
    }
    let walk = Walk { shipped: is_change(before.or(after)) };
    let mut found = Vec::new();
    walk.differ(&mut Vec::new(), was.as_ref(), is.as_ref(), &mut found);
    found
}

impl Part {
    /// This part without the change that made `after` of `before`. Fields it made go out of sight, choices it added are no
    /// longer offered: nothing is lost.
    ///
    /// # Errors
    /// The places that were changed again since.
    pub fn taking_back(&self, before: Option<&Part>, after: Option<&Part>) -> Result<Part, Vec<Vec<String>>> {
        let unreadable = || vec![Vec::new()];
        if let (Part::Own(decl), None) = (self, before) {
            let mut decl = decl.clone();
            decl.hidden = true;
            return Ok(Part::Own(decl));
        }
        let empty = match self {
            Part::Change(change) => Some(Part::Change(Box::new(ObjectChange::of(&change.object)))),
            Part::Own(_) => None,
        };
        let (before, after) = (before.or(empty.as_ref()), after.or(empty.as_ref()));
        let (Some(now), Some(mut was), Some(is)) = (body(self), before.and_then(body), after.and_then(body)) else {
            return Err(unreadable());
        };
        keep_what_was_made(&mut was, &is);
        let walk = Walk { shipped: is_change(Some(self)) };
        let mut stands = Vec::new();
        let back = walk.back(&mut Vec::new(), Some(&now), Some(&was), Some(&is), &mut stands).unwrap_or_default();
        stands.extend(placed_twice(&now, &back));
        if !stands.is_empty() {
            return Err(stands);
        }
        let part = match self {
            Part::Own(_) => serde_json::from_value(back).map(Part::Own),
            Part::Change(_) => serde_json::from_value::<Box<ObjectChange>>(back).map(|mut change| {
                change.changed.retain(|_, field| *field != FieldChange::default());
                Part::Change(change)
            }),
        };
        part.map_err(|_| unreadable())
    }
}

fn is_change(part: Option<&Part>) -> bool {
    matches!(part, Some(Part::Change(_)))
}

fn body(part: &Part) -> Option<Json> {
    match part {
        Part::Own(decl) => serde_json::to_value(decl).ok(),
        Part::Change(change) => serde_json::to_value(change).ok(),
    }
}

/// Fields and choices that the change made are put out of sight instead of being taken away.
fn keep_what_was_made(was: &mut Json, is: &Json) {
    let Some(made) = is.get("fields").and_then(Json::as_object) else { return };
    let Some(was) = was.as_object_mut() else { return };
    let fields = was.entry("fields").or_insert_with(|| Json::Object(Map::new()));
    let Some(fields) = fields.as_object_mut() else { return };
    for (key, made) in made {
        match fields.get_mut(key) {
            None => {
                let mut field = made.clone();
                if let Some(field) = field.as_object_mut() {
                    field.remove("required");
                    field.insert("hidden".into(), true.into());
                }
                fields.insert(key.clone(), field);
            }
            Some(field) => {
                let empty = Vec::new();
                let list = |of: &Json| of.get("choices").and_then(Json::as_array).cloned().unwrap_or_default();
                let mut choices = list(field);
                let known: Vec<String> = choices.iter().map(known_by).collect();
                for choice in made.get("choices").and_then(Json::as_array).unwrap_or(&empty) {
                    if !known.contains(&known_by(choice)) {
                        let mut choice = choice.clone();
                        choice["retired"] = true.into();
                        choices.push(choice);
                    }
                }
                if let Some(field) = field.as_object_mut().filter(|_| !choices.is_empty()) {
                    field.insert("choices".into(), choices.into());
                }
            }
        }
    }
}

/// Fields that would stand in two sections of a page and did not before.
fn placed_twice(now: &Json, back: &Json) -> Vec<Vec<String>> {
    let placed = |part: &Json| -> Vec<String> {
        let sections = part.pointer("/layout/sections").and_then(Json::as_array).cloned().unwrap_or_default();
        let fields = sections.iter().filter_map(|section| section.get("fields")?.as_array().cloned()).flatten();
        fields.filter_map(|field| field.as_str().map(Into::into)).collect()
    };
    let count = |all: &[String], key: &String| all.iter().filter(|other| *other == key).count();
    let (before, after) = (placed(now), placed(back));
    let mut twice: Vec<&String> = after.iter().filter(|key| count(&after, key) > 1 && count(&before, key) < 2).collect();
    twice.sort();
    twice.dedup();
    twice.into_iter().map(|key| vec!["layout".into(), "sections".into(), key.clone()]).collect()
}

/// What an entry of a list is known by.
fn known_by(entry: &Json) -> String {
    if let Some(key) = entry.get("key").and_then(Json::as_str) {
        return key.into();
    }
    if let (Some(id), Some(en)) = (entry.pointer("/label/id"), entry.pointer("/label/en")) {
        return format!("{}{BETWEEN}{}", id.as_str().unwrap_or_default(), en.as_str().unwrap_or_default());
    }
    match entry.get("fields").unwrap_or(entry) {
        Json::String(text) => text.clone(),
        Json::Array(items) if items.iter().all(Json::is_string) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn empty_map() -> &'static Json {
    static EMPTY: std::sync::LazyLock<Json> = std::sync::LazyLock::new(|| Json::Object(Map::new()));
    &EMPTY
}

struct Walk {
    /// What is absent stands as shipped, and is not empty.
    shipped: bool,
}

impl Walk {
    /// Whether the names here are those of entries, and no entry means an empty one.
    fn is_open(&self, path: &[String]) -> bool {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            [] | ["fields" | "changed" | "access"] | ["changed", _] | ["fields", _, "columns"] => true,
            ["layout"] => !self.shipped,
            _ => false,
        }
    }

    /// Whether a list that is not there is an empty one.
    fn is_bare(&self, path: &[String]) -> bool {
        let last = path.last().map_or("", String::as_str);
        !(self.shipped && ((path.len() == 1 && SHIPPED.contains(&last)) || (last == "choices" && path[0] == "changed")))
    }

    fn maps<'j>(&self, path: &[String], sides: &[Option<&'j Json>]) -> Option<Vec<&'j Map<String, Json>>> {
        let whole = path.last().is_some_and(|last| WHOLE.contains(&last.as_str()));
        let side = |side: &Option<&'j Json>| side.or_else(|| self.is_open(path).then(empty_map)).and_then(Json::as_object);
        if whole { None } else { sides.iter().map(side).collect() }
    }

    fn lists(&self, path: &[String], sides: &[Option<&Json>]) -> Option<Vec<Vec<Json>>> {
        let whole = path.last().is_some_and(|last| WHOLE.contains(&last.as_str()));
        if whole || !sides.iter().flatten().any(|side| side.is_array()) {
            return None;
        }
        let side = |side: &Option<&Json>| match side {
            None => self.is_bare(path).then(Vec::new),
            Some(json) => json.as_array().cloned(),
        };
        let lists: Vec<Vec<Json>> = sides.iter().map(side).collect::<Option<_>>()?;
        let single = |list: &Vec<Json>| {
            let mut names: Vec<String> = list.iter().map(known_by).collect();
            names.sort();
            names.windows(2).all(|pair| pair[0] != pair[1])
        };
        lists.iter().all(single).then_some(lists)
    }

    fn differ(&self, path: &mut Vec<String>, was: Option<&Json>, is: Option<&Json>, found: &mut Vec<Place>) {
        if was == is {
            return;
        }
        if let Some(maps) = self.maps(path, &[was, is]) {
            let names: Vec<&String> = maps[0].keys().chain(maps[1].keys().filter(|name| !maps[0].contains_key(*name))).collect();
            for name in names {
                path.push(name.clone());
                self.differ(path, maps[0].get(name), maps[1].get(name), found);
                path.pop();
            }
            return;
        }
        let lists = self.lists(path, &[was, is]).filter(|lists| lists.iter().flatten().all(Json::is_object));
        let Some(lists) = lists else {
            return found.push(Place { path: path.clone(), before: was.cloned(), after: is.cloned() });
        };
        let at = |list: &[Json], name: &str| list.iter().find(|entry| known_by(entry) == name).cloned();
        let mut names: Vec<String> = lists[0].iter().map(known_by).collect();
        names.extend(lists[1].iter().map(known_by).filter(|name| !lists[0].iter().any(|entry| known_by(entry) == *name)));
        let count = found.len();
        for name in names {
            let (was, is) = (at(&lists[0], &name), at(&lists[1], &name));
            path.push(name);
            self.differ(path, was.as_ref(), is.as_ref(), found);
            path.pop();
        }
        if found.len() == count {
            // only their order
            let names = |list: &[Json]| Json::from(list.iter().map(known_by).collect::<Vec<_>>());
            found.push(Place { path: path.clone(), before: Some(names(&lists[0])), after: Some(names(&lists[1])) });
        }
    }

    fn back(
        &self,
        path: &mut Vec<String>,
        now: Option<&Json>,
        was: Option<&Json>,
        is: Option<&Json>,
        stands: &mut Vec<Vec<String>>,
    ) -> Option<Json> {
        if was == is || now == was {
            return now.cloned();
        }
        if now == is {
            return was.cloned();
        }
        if let Some(maps) = self.maps(path, &[now, was, is]) {
            return Some(self.back_of_map(path, (maps[0], maps[1], maps[2]), stands));
        }
        let merged = self.lists(path, &[now, was, is]).and_then(|lists| self.back_of_list(path, &lists, stands));
        if merged.is_none() {
            stands.push(path.clone());
            return now.cloned();
        }
        merged
    }

    fn back_of_map(
        &self,
        path: &mut Vec<String>,
        (now, was, is): (&Map<String, Json>, &Map<String, Json>, &Map<String, Json>),
        stands: &mut Vec<Vec<String>>,
    ) -> Json {
        let mut back = Map::new();
        for name in now.keys().chain(was.keys().filter(|name| !now.contains_key(*name))) {
            path.push(name.clone());
            let value = self.back(path, now.get(name), was.get(name), is.get(name), stands);
            path.pop();
            if let Some(value) = value {
                back.insert(name.clone(), value);
            }
        }
        Json::Object(back)
    }

    /// Entries the change added go, those it took away come back, those it changed are walked into.
    fn back_of_list(&self, path: &mut Vec<String>, lists: &[Vec<Json>], stands: &mut Vec<Vec<String>>) -> Option<Json> {
        let [now, was, is] = lists else { return None };
        let at = |list: &[Json], name: &str| list.iter().find(|entry| known_by(entry) == name).cloned();
        let mut back = Vec::new();
        for entry in now {
            let name = known_by(entry);
            let (before, after) = (at(was, &name), at(is, &name));
            if before.is_none() && after.is_none() {
                back.push(entry.clone());
                continue;
            }
            path.push(name);
            back.extend(self.back(path, Some(entry), before.as_ref(), after.as_ref(), stands));
            path.pop();
        }
        self.reorder(&mut back, now, was, is)?;
        for (n, entry) in was.iter().enumerate() {
            let name = known_by(entry);
            if at(now, &name).is_some() || at(&back, &name).is_some() {
                continue;
            }
            if let Some(after) = at(is, &name) {
                // taken away since: what the change did to it is gone with it, unless there was anything to do
                if after != *entry {
                    stands.push(path.iter().cloned().chain([name]).collect());
                }
                continue;
            }
            let before_it: Vec<String> = was[..n].iter().rev().map(known_by).collect();
            let place = before_it.iter().find_map(|name| back.iter().position(|entry| known_by(entry) == *name));
            back.insert(place.map_or(0, |place| place + 1), entry.clone());
        }
        Some(Json::Array(back))
    }

    /// Where the change put entries into another order, they go back to the old one; none where they were moved again.
    fn reorder(&self, back: &mut [Json], now: &[Json], was: &[Json], is: &[Json]) -> Option<()> {
        let names = |list: &[Json]| list.iter().map(known_by).collect::<Vec<_>>();
        let (now, was, is) = (names(now), names(was), names(is));
        let common = |list: &[String]| -> Vec<String> {
            list.iter().filter(|name| was.contains(name) && is.contains(name) && now.contains(name)).cloned().collect()
        };
        let (wanted, made) = (common(&was), common(&is));
        if wanted == made {
            return Some(());
        }
        if common(&now) != made {
            return None;
        }
        let places: Vec<usize> = (0..back.len()).filter(|n| wanted.contains(&known_by(&back[*n]))).collect();
        let entries: Vec<Json> = places.iter().map(|n| back[*n].clone()).collect();
        for (place, name) in places.into_iter().zip(&wanted) {
            if let Some(entry) = entries.iter().find(|entry| known_by(entry) == *name) {
                back[place] = entry.clone();
            }
        }
        Some(())
    }
}
