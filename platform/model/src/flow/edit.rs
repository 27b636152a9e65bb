//! Changes to the steps of a flow: what the editor does.

use super::{Arm, Deed, Flow, Step};

/// A place between steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// First of all.
    Start,
    /// Behind this step.
    After(String),
    /// First in a list inside this step: the arm of a branch, the steps for each record.
    Inside(String, usize),
}

/// Where a step is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

impl Flow {
    /// All steps, outer ones before those inside of them.
    pub fn all_steps(&self) -> Vec<&Step> {
        fn gather<'f>(list: &'f [Step], found: &mut Vec<&'f Step>) {
            for step in list {
                found.push(step);
                for inner in step.deed.lists() {
                    gather(inner, found);
                }
            }
        }
        let mut found = Vec::new();
        gather(&self.steps, &mut found);
        found
    }

    pub fn find(&self, key: &str) -> Option<&Step> {
        self.all_steps().into_iter().find(|step| step.key == key)
    }

    /// The object a step acts on: the flow's own, or inside of steps for each record theirs.
    pub fn object_of(&self, key: &str) -> &str {
        fn within<'f>(list: &'f [Step], object: &'f str, key: &str) -> Option<&'f str> {
            list.iter().find_map(|step| {
                if step.key == key {
                    return Some(object);
                }
                let inner = if let Deed::Each { object, .. } = &step.deed { object.as_str() } else { object };
                step.deed.lists().into_iter().find_map(|list| within(list, inner, key))
            })
        }
        within(&self.steps, &self.object, key).unwrap_or(&self.object)
    }

    pub fn find_mut(&mut self, key: &str) -> Option<&mut Step> {
        fn within<'f>(list: &'f mut [Step], key: &str) -> Option<&'f mut Step> {
            for step in list {
                if step.key == key {
                    return Some(step);
                }
                if let Some(found) = step.deed.lists_mut().into_iter().find_map(|list| within(list, key)) {
                    return Some(found);
                }
            }
            None
        }
        within(&mut self.steps, key)
    }

    /// The list that has a step in it, and the step's place there.
    fn list_of(&mut self, key: &str) -> Option<(&mut Vec<Step>, usize)> {
        fn within<'f>(list: &'f mut Vec<Step>, key: &str) -> Option<(&'f mut Vec<Step>, usize)> {
            if let Some(n) = list.iter().position(|step| step.key == key) {
                return Some((list, n));
            }
            list.iter_mut().find_map(|step| step.deed.lists_mut().into_iter().find_map(|inner| within(inner, key)))
        }
        within(&mut self.steps, key)
    }

    /// A key no step has.
    fn free_key(&self) -> String {
        let taken: Vec<&str> = self.all_steps().into_iter().map(|step| step.key.as_str()).collect();
        (1..).map(|n| format!("s{n}")).find(|key| !taken.contains(&key.as_str())).unwrap_or_default()
    }

    /// Puts a step in and gives its key; none when there is no such spot.
    pub fn insert(&mut self, spot: &Spot, deed: Deed) -> Option<String> {
        let key = self.free_key();
        self.put(spot, Step { key: key.clone(), deed }).then_some(key)
    }

    fn put(&mut self, spot: &Spot, step: Step) -> bool {
        match spot {
            Spot::Start => self.steps.insert(0, step),
            Spot::After(before) => match self.list_of(before) {
                Some((list, n)) => list.insert(n + 1, step),
                None => return false,
            },
            Spot::Inside(around, n) => {
                let Some(list) = self.find_mut(around).and_then(|step| step.deed.lists_mut().into_iter().nth(*n)) else { return false };
                list.insert(0, step);
            }
        }
        true
    }

    /// Takes a step out, with what is inside of it.
    pub fn remove(&mut self, key: &str) -> Option<Step> {
        let (list, n) = self.list_of(key)?;
        Some(list.remove(n))
    }

    /// Puts a copy behind a step, with keys of its own; gives the copy's key.
    pub fn copy(&mut self, key: &str) -> Option<String> {
        let copied = self.find(key)?.clone();
        let made = self.insert(&Spot::After(key.into()), Deed::End {})?;
        let deed = self.renamed(copied.deed);
        self.find_mut(&made)?.deed = deed;
        Some(made)
    }

    /// The same with keys that no step of this flow has.
    fn renamed(&self, mut deed: Deed) -> Deed {
        fn rename(deed: &mut Deed, taken: &mut Vec<String>) {
            for list in deed.lists_mut() {
                for step in list.iter_mut() {
                    let key = (1..).map(|n| format!("s{n}")).find(|key| !taken.contains(key)).unwrap_or_default();
                    taken.push(key.clone());
                    step.key = key;
                    rename(&mut step.deed, taken);
                }
            }
        }
        let mut taken: Vec<String> = self.all_steps().into_iter().map(|step| step.key.clone()).collect();
        rename(&mut deed, &mut taken);
        deed
    }

    /// Moves a step past its neighbour; at the end of an inner list it comes out of it, and past a step with lists
    /// inside it goes over it. False when it stands at the end of everything.
    pub fn shift(&mut self, key: &str, way: Way) -> bool {
        let Some((list, n)) = self.list_of(key) else { return false };
        match way {
            Way::Up if n > 0 => {
                list.swap(n - 1, n);
                true
            }
            Way::Down if n + 1 < list.len() => {
                list.swap(n, n + 1);
                true
            }
            _ => self.leave(key, way),
        }
    }

    /// Out of the list it is in, to before or behind the step around it.
    fn leave(&mut self, key: &str, way: Way) -> bool {
        let around = self.all_steps().into_iter().find(|step| step.deed.lists().iter().any(|list| list.iter().any(|s| s.key == key)));
        let Some(around) = around.map(|step| step.key.clone()) else { return false };
        let Some(step) = self.remove(key) else { return false };
        let Some((list, n)) = self.list_of(&around) else { return false };
        list.insert(if way == Way::Up { n } else { n + 1 }, step);
        true
    }

    /// Moves a step to another spot; not into itself.
    pub fn transfer(&mut self, key: &str, spot: &Spot) -> bool {
        let mut changed = self.clone();
        let Some(step) = changed.remove(key) else { return false };
        let there = changed.put(spot, step);
        if there {
            *self = changed;
        }
        there
    }

    /// Adds an arm to a branch, before the one without a condition.
    pub fn add_arm(&mut self, key: &str) -> bool {
        let Some(Step { deed: Deed::Branch { arms }, .. }) = self.find_mut(key) else { return false };
        let last = arms.len().saturating_sub(usize::from(arms.last().is_some_and(Arm::is_otherwise)));
        arms.insert(last, Arm::default());
        true
    }

    /// Takes an arm out of a branch, with its steps.
    pub fn remove_arm(&mut self, key: &str, n: usize) -> bool {
        let Some(Step { deed: Deed::Branch { arms }, .. }) = self.find_mut(key) else { return false };
        if n < arms.len() && arms.len() > 1 {
            arms.remove(n);
            return true;
        }
        false
    }
}

impl Flow {
    /// Puts the steps of one list into another order. False unless these are exactly the steps of a list.
    pub fn order(&mut self, keys: &[String]) -> bool {
        let Some((list, _)) = keys.first().and_then(|key| self.list_of(key)) else { return false };
        let place = |step: &Step| keys.iter().position(|key| *key == step.key);
        if keys.len() != list.len() || list.iter().any(|step| place(step).is_none()) {
            return false;
        }
        list.sort_by_key(|step| place(step));
        true
    }
}
