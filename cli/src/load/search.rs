//! Finds the largest number of calls that is still good: doubles until one is not, then halves what lies between. A number
//! is not good if it was not three times: bad seconds of the machine would end the search far too low.

/// How often a number is tried before it is not good.
const TRIES: u32 = 3;

/// What came of trying a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    Good,
    Bad,
    /// So bad that no bad second of the machine explains it: it is not tried again.
    Hopeless,
}

/// What is known of the limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    first: u32,
    most: u32,
    /// The largest number that was good.
    good: u32,
    /// The smallest that was not.
    bad: Option<u32>,
    /// How often the number to try next was bad.
    doubts: u32,
}

impl Search {
    /// A search that begins with `first`, and tries no more than `most`.
    pub(super) const fn new(first: u32, most: u32) -> Self {
        Self { first: if first < most { first } else { most }, most, good: 0, bad: None, doubts: 0 }
    }

    /// The number to try next, which may be the same again. None, once the limit is known to 5 %, and below forty to the call.
    pub(super) fn next(&self) -> Option<u32> {
        let next = match (self.good, self.bad) {
            (0, None) => self.first,
            (good, None) => good.saturating_mul(2).min(self.most),
            (good, Some(bad)) => {
                let close = bad.saturating_sub(good) <= (good / 20).max(1);
                if close { good } else { good.midpoint(bad) }
            }
        };
        (next > self.good).then_some(next)
    }

    /// The number to try next was tried.
    pub(super) fn learn(&mut self, calls: u32, trial: Trial) {
        self.doubts += 1;
        match trial {
            Trial::Bad if self.doubts < TRIES => return,
            Trial::Good => self.good = self.good.max(calls),
            Trial::Bad | Trial::Hopeless => self.bad = Some(self.bad.map_or(calls, |bad| bad.min(calls))),
        }
        self.doubts = 0;
    }

    /// The largest number that was good; zero, if none was.
    pub(super) const fn good(&self) -> u32 {
        self.good
    }

    /// The smallest number that was not, if there was one.
    pub(super) const fn bad(&self) -> Option<u32> {
        self.bad
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Searches where up to `limit` calls are good, but in the attempts that are `unlucky`, and a quarter more are hopeless.
    /// What was tried, and what was found.
    fn found_with(unlucky: &[usize], first: u32, most: u32, limit: u32) -> (Vec<u32>, u32) {
        let (mut search, mut tried) = (Search::new(first, most), Vec::new());
        while let Some(calls) = search.next() {
            let trial = match calls {
                calls if calls > limit + limit / 4 => Trial::Hopeless,
                calls if calls > limit || unlucky.contains(&tried.len()) => Trial::Bad,
                _ => Trial::Good,
            };
            search.learn(calls, trial);
            tried.push(calls);
        }
        assert!(search.bad().is_none_or(|bad| bad > search.good()), "{search:?}");
        (tried, search.good())
    }

    fn found(first: u32, most: u32, limit: u32) -> (Vec<u32>, u32) {
        found_with(&[], first, most, limit)
    }

    #[test]
    fn it_doubles_until_it_fails_and_then_halves() {
        assert_eq!(found(1, 1_000, 8), (vec![1, 2, 4, 8, 16, 12, 10, 10, 10, 9, 9, 9], 8));
        let tried = vec![100, 200, 400, 800, 600, 600, 600, 500, 550, 575, 575, 575];
        assert_eq!(found(100, 10_000, 570), (tried, 550));
    }

    #[test]
    fn two_bad_seconds_do_not_end_it() {
        assert_eq!(found_with(&[1, 2], 1, 1_000, 8).1, 8);
        assert_eq!(found_with(&[1, 3, 4, 7], 1, 1_000, 8).1, 8);
        assert_eq!(found_with(&[0, 1], 5, 5, 9), (vec![5, 5, 5], 5));
        // Three of one number do.
        assert_eq!(found_with(&[2, 3, 4], 1, 1_000, 8), (vec![1, 2, 4, 4, 4, 3], 3));
    }

    #[test]
    fn a_first_number_that_is_too_large_is_halved_at_once() {
        assert_eq!(found(64, 1_000, 3), (vec![64, 32, 16, 8, 4, 2, 3], 3));
        assert_eq!(found(1, 1_000, 0), (vec![1], 0));
    }

    #[test]
    fn there_are_never_more_than_there_may_be() {
        assert_eq!(found(1, 5, 9), (vec![1, 2, 4, 5], 5));
        assert_eq!(found(64, 5, 9), (vec![5], 5));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_found_is_good_and_close(first in 1_u32..5_000, limit in 0_u32..100_000) {
            let (tried, good) = found(first, u32::MAX, limit);
            prop_assert!(good <= limit && limit - good <= good / 20, "{good} of {limit}");
            prop_assert!(tried.len() < 60);
        }
    }
}
