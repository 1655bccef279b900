//! How many are in, up to a limit, and when that is news.

use super::lines::{Filled, Full, Room};

/// How many there are of one kind.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) held: usize,
    /// Since there was no room: who was refused.
    full: Option<u64>,
}

impl Tally {
    /// Takes one more. Else, whoever is told that it is full is given with what to tell, if it was not before.
    pub(super) fn take(&mut self, most: usize, limit: Full) -> Result<(), Option<Filled>> {
        if self.held < most {
            self.held += 1;
            return Ok(());
        }
        let told = self.full.is_some();
        *self.full.get_or_insert(0) += 1;
        Err((!told).then_some(Filled { limit, held: most }))
    }

    /// Gives one back. There is room again when there is some for an eighth, so that one who comes and goes is no news.
    pub(super) fn give_back(&mut self, most: usize, limit: Full) -> Option<Room> {
        self.held = self.held.saturating_sub(1);
        let refused = self.full.take_if(|_| self.held <= most - (most / 8).clamp(1, most))?;
        Some(Room { limit, refused })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_it_is_full_is_told_once_and_that_there_is_room_once() {
        let mut tally = Tally::default();
        (0..16).for_each(|_| tally.take(16, Full::Calls).unwrap());
        let filled = Filled { limit: Full::Calls, held: 16 };
        assert_eq!(tally.take(16, Full::Calls), Err(Some(filled)));
        for _ in 0..9 {
            // Who leaves makes room for the next, which is no news.
            assert_eq!(tally.give_back(16, Full::Calls), None);
            tally.take(16, Full::Calls).unwrap();
            assert_eq!(tally.take(16, Full::Calls), Err(None));
        }
        assert_eq!(tally.give_back(16, Full::Calls), None);
        assert_eq!(tally.give_back(16, Full::Calls), Some(Room { limit: Full::Calls, refused: 10 }));
        assert_eq!(tally.give_back(16, Full::Calls), None);

        let mut one = Tally::default();
        one.take(1, Full::Calls).unwrap();
        assert!(one.take(1, Full::Calls).is_err());
        assert_eq!(one.give_back(1, Full::Calls), Some(Room { limit: Full::Calls, refused: 1 }));
    }
}
