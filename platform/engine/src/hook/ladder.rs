//! When a delivery is tried again, and when a subscriber that does not answer is left alone.

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Pauses between tries; after the last one a delivery is dead.
pub const LADDER: [i64; 9] = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// A subscriber that has not answered for so long is stopped…
const GIVEN_UP: i64 = 5 * 24 * HOUR;
/// …when it was asked at least so often meanwhile.
const ASKED: i64 = 10;
/// Longest time a subscriber is left alone between tries.
const LONGEST_REST: i64 = 5 * MINUTE;
/// Longest wait a subscriber can ask for.
const LONGEST_WISH: i64 = 24 * HOUR;

/// The pause after a try, a tenth more or less by `chance`, so that what failed together does not come back together;
/// none after the last.
pub(super) fn pause(attempts: i64, chance: u16) -> Option<i64> {
    let pause = *LADDER.get(usize::try_from(attempts - 1).ok()?)?;
    Some(pause - pause / 10 + pause / 5 * i64::from(chance) / 65_536)
}

/// How long a subscriber is left alone after so many failures in a row.
pub(super) fn rest(failures: i64) -> i64 {
    (5 * SECOND).saturating_mul(1 << failures.clamp(1, 20).saturating_sub(1)).min(LONGEST_REST)
}

/// Whether a subscriber that fails since then is stopped.
pub(super) fn is_given_up(since: i64, failures: i64, now: i64) -> bool {
    failures >= ASKED && now - since >= GIVEN_UP
}

/// The wait an answer asks for (`Retry-After` in seconds), as far as it is granted.
pub(super) fn wish(text: &str) -> Option<i64> {
    let seconds: i64 = text.trim().parse().ok().filter(|seconds| *seconds > 0)?;
    Some(seconds.saturating_mul(SECOND).min(LONGEST_WISH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_follow_the_ladder_and_end() {
        for (n, step) in LADDER.iter().enumerate() {
            let (shortest, longest) = (pause(n as i64 + 1, 0).unwrap(), pause(n as i64 + 1, u16::MAX).unwrap());
            assert!(shortest < longest && shortest >= step * 89 / 100 && longest <= step * 111 / 100, "{n}");
        }
        assert_eq!((pause(10, 0), pause(0, 0)), (None, None));
    }

    #[test]
    fn a_subscriber_is_given_up_after_five_days_of_asking() {
        let day = 24 * HOUR;
        assert!(is_given_up(0, 10, 5 * day) && !is_given_up(0, 10, 5 * day - 1) && !is_given_up(0, 1, 30 * day));
        assert_eq!((rest(1), rest(2), rest(60)), (5 * SECOND, 10 * SECOND, LONGEST_REST));
        assert_eq!(
            (wish("120"), wish("-1"), wish("Wed, 21 Oct 2026 07:28:00 GMT"), wish("99999999999")),
            (Some(120 * SECOND), None, None, Some(LONGEST_WISH))
        );
    }
}
