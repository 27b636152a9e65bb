//! The life of a breach: when it begins, that it is told once, and when it is over; and how far people found a policy right.

/// What one check saw of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It breaks the policy: beyond the limit.
    Broken,
    /// Neither broken nor well: between the limit and what clears it.
    Between,
    /// It keeps the policy.
    Kept,
}

/// A breach that is open: how many checks in a row saw the record keep the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Episode {
    pub calm: u32,
}

/// What a check means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing was open, and nothing is.
    None,
    /// It begins: whoever is responsible hears of it.
    Opens,
    /// It goes on; nobody is told again.
    Stays(Episode),
    /// It is over.
    Clears,
}

/// The next turn of what is open, or is not, after a check. `calm`: how many checks in a row end it.
pub fn turn(open: Option<Episode>, seen: Seen, calm: u32) -> Turn {
    match (open, seen) {
        (None, Seen::Broken) => Turn::Opens,
        (None, _) => Turn::None,
        (Some(_), Seen::Broken | Seen::Between) => Turn::Stays(Episode { calm: 0 }),
        (Some(open), Seen::Kept) if open.calm + 1 >= calm => Turn::Clears,
        (Some(open), Seen::Kept) => Turn::Stays(Episode { calm: open.calm + 1 }),
    }
}

/// Verdicts from which on a policy is judged by them.
pub const JUDGED: u64 = 10;
/// Below this share of useful breaches a policy is worth another look.
pub const POOR: u64 = 50;

/// How many of a hundred breaches people found useful; none before anybody has said so.
pub fn precision(useful: u64, useless: u64) -> Option<u64> {
    let all = useful + useless;
    (all > 0).then(|| (useful * 100 + all / 2) / all)
}

/// Whether what people said calls for another look at the policy.
pub fn wants_review(useful: u64, useless: u64) -> bool {
    useful + useless >= JUDGED && precision(useful, useless).is_some_and(|share| share < POOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Alert limit 20, clear limit 18 for 2 periods.
    #[test]
    fn an_episode_is_told_once_and_does_not_flicker() {
        let seen = |value: i64| match value {
            21.. => Seen::Broken,
            19..=20 => Seen::Between,
            _ => Seen::Kept,
        };
        let mut open = None;
        let mut told = Vec::new();
        for value in [19, 21, 22, 19, 17, 19, 17, 17] {
            let next = turn(open, seen(value), 2);
            told.push((value, next));
            open = match next {
                Turn::Opens => Some(Episode::default()),
                Turn::Stays(episode) => Some(episode),
                Turn::None | Turn::Clears => None,
            };
        }
        let stays = |calm| Turn::Stays(Episode { calm });
        let expected = [Turn::None, Turn::Opens, stays(0), stays(0), stays(1), stays(0), stays(1), Turn::Clears];
        assert_eq!(told.iter().map(|(_, turn)| *turn).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_people_find_useless_is_proposed_for_review() {
        assert_eq!((precision(2, 8), wants_review(2, 8)), (Some(20), true));
        assert_eq!((precision(1, 2), wants_review(1, 2)), (Some(33), false));
        assert_eq!((precision(6, 4), wants_review(6, 4)), (Some(60), false));
        assert_eq!(precision(0, 0), None);
    }
}
