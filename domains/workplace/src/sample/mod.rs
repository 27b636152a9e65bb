//! A believable customer base of an Indonesian coffee and food distributor: for demonstrations,
//! practice and load tests.
//!
//! Plain data without identities: links are indexes. The same seed and day give the same records,
//! and each record can be made on its own, so that a million stream by without being kept.
//! Mail and web addresses end in `.test`, which is nobody's, so that no message leaves for a
//! stranger.

mod catalogue;
mod contacts;
mod deals;
mod dice;
mod firms;
mod history;
mod leads;
mod names;
mod numbers;
mod orders;
mod phrases;
mod places;
mod records;
mod talks;
mod tasks;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use catalogue::{FIRM, PRODUCTS, TEAMS, USERS};
use history::History;
pub use orders::{Order, unit_cost, warranty};
pub use places::{PLACES, Place};
pub use records::{Account, Contact, Interaction, Lead, Opportunity, Product, Task, Team, User};

/// How many records of each kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Firms and households.
    pub accounts: usize,
    /// People at them.
    pub contacts: usize,
    /// Leads.
    pub leads: usize,
    /// Opportunities over two years.
    pub opportunities: usize,
    /// Conversations over two years.
    pub interactions: usize,
    /// Tasks, done and open.
    pub tasks: usize,
}

impl Sizes {
    /// The demonstration: a firm of twelve users after two years.
    pub const DEMO: Sizes = Sizes { accounts: 2_000, contacts: 5_000, leads: 300, opportunities: 1_200, interactions: 30_000, tasks: 900 };

    /// A large workspace: a million contacts give 200,000 accounts, 300,000 opportunities and five million
    /// timeline entries.
    #[must_use]
    pub fn for_contacts(contacts: usize) -> Sizes {
        let share = |of: usize, whole: usize| (contacts as u128 * of as u128 / whole as u128).max(1) as usize;
        Sizes {
            accounts: share(1, 5),
            contacts: contacts.max(1),
            leads: share(1, 50),
            opportunities: share(3, 10),
            interactions: share(87, 100),
            tasks: share(1, 50),
        }
    }
}

/// Makes single records; the same index always gives the same record.
///
/// Interactions and opportunities with a higher index are later in time.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    today: Date,
    sizes: Sizes,
    history: History,
    places: Vec<(u32, &'static Place)>,
    shuffle: Shuffle,
}

impl Generator {
    /// A generator of the demonstration's size whose history ends the day before `today`.
    #[must_use]
    pub fn new(seed: u64, today: Date) -> Self {
        Self::with_sizes(seed, today, Sizes::DEMO)
    }

    /// A generator of any size; links stay within the sizes. Every size must be at least 1.
    #[must_use]
    pub fn with_sizes(seed: u64, today: Date, sizes: Sizes) -> Self {
        Self {
            seed,
            today,
            sizes,
            history: History::new(today),
            places: PLACES.iter().map(|place| (place.weight, place)).collect(),
            shuffle: Shuffle::new(sizes.accounts.max(1) as u64, seed),
        }
    }

    /// How many records of each kind the links assume.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }
}

/// A whole customer base in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The twelve users; owners are indexes into this.
    pub users: Vec<User>,
    /// Their four teams.
    pub teams: Vec<Team>,
    /// What the firm sells.
    pub products: Vec<Product>,
    /// Firms and households.
    pub accounts: Vec<Account>,
    /// People.
    pub contacts: Vec<Contact>,
    /// Leads.
    pub leads: Vec<Lead>,
    /// Opportunities, oldest first.
    pub opportunities: Vec<Opportunity>,
    /// Conversations, oldest day first.
    pub interactions: Vec<Interaction>,
    /// Tasks.
    pub tasks: Vec<Task>,
}

impl Sample {
    /// The demonstration's customer base, with two years of history up to `today`.
    #[must_use]
    pub fn demo(seed: u64, today: Date) -> Self {
        Self::collect(&Generator::new(seed, today))
    }

    /// Everything a generator makes.
    #[must_use]
    pub fn collect(generator: &Generator) -> Self {
        let sizes = generator.sizes();
        Self {
            users: USERS.to_vec(),
            teams: TEAMS.to_vec(),
            products: PRODUCTS.to_vec(),
            accounts: (0..sizes.accounts).map(|at| generator.account(at)).collect(),
            contacts: (0..sizes.contacts).map(|at| generator.contact(at)).collect(),
            leads: (0..sizes.leads).map(|at| generator.lead(at)).collect(),
            opportunities: (0..sizes.opportunities).map(|at| generator.opportunity(at)).collect(),
            interactions: (0..sizes.interactions).map(|at| generator.interaction(at)).collect(),
            tasks: (0..sizes.tasks).map(|at| generator.task(at)).collect(),
        }
    }
}

/// Gives every account a rank by weight that has nothing to do with its index, and back again.
#[derive(Debug)]
struct Shuffle {
    count: u64,
    factor: u64,
    inverse: u64,
    shift: u64,
}

impl Shuffle {
    fn new(count: u64, seed: u64) -> Self {
        let mut factor = (count as f64 * 0.618) as u64 | 1;
        let inverse = loop {
            match inverse_of(factor, count) {
                Some(inverse) => break inverse,
                None => factor += 1,
            }
        };
        Self { count, factor, inverse, shift: seed % count }
    }

    fn rank(&self, index: usize) -> usize {
        let product = u128::from(self.factor) * index as u128 + u128::from(self.shift);
        (product % u128::from(self.count)) as usize
    }

    fn index(&self, rank: usize) -> usize {
        let back = rank as u128 + u128::from(self.count - self.shift);
        (back * u128::from(self.inverse) % u128::from(self.count)) as usize
    }
}

/// The inverse of `factor` modulo `count`, if they share no divisor.
fn inverse_of(factor: u64, count: u64) -> Option<u64> {
    let (mut old, mut new) = (i128::from(factor % count), i128::from(count));
    let (mut old_share, mut new_share) = (1_i128, 0_i128);
    while new != 0 {
        let quotient = old / new;
        (old, new) = (new, old - quotient * new);
        (old_share, new_share) = (new_share, old_share - quotient * new_share);
    }
    if count == 1 {
        return Some(0);
    }
    (old == 1).then(|| old_share.rem_euclid(i128::from(count)) as u64)
}
