//! A ranking: the positions of a table in the order of the ids that stand there, so that a page of a list is read from where it
//! begins, and nothing else is.
//!
//! It stands in pieces: whatever comes into a large table moves the few positions of one piece. A build that only decides
//! requests has no lists, and ranks nothing.

use crate::decide::MANAGES;

/// The most positions of a piece; a full one is halved.
const MOST: usize = 256;

/// Positions in the order of what stands there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranking {
    // None of them is empty.
    pieces: Vec<Vec<u32>>,
}

/// A place between two positions of a ranking.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    piece: usize,
    at: usize,
}

impl Ranking {
    /// The place before the first position that does not come `before` something.
    pub(crate) fn gap(&self, before: &dyn Fn(u32) -> bool) -> Gap {
        // The last piece that begins before it, or the first one.
        let after = self.pieces.partition_point(|piece| piece.first().is_some_and(|first| before(*first)));
        let piece = after.saturating_sub(1);
        let at = self.pieces.get(piece).map_or(0, |piece| piece.partition_point(|position| before(*position)));
        Gap { piece, at }
    }

    /// Puts in a position, behind those that come `before` it.
    pub(crate) fn insert(&mut self, position: u32, before: &dyn Fn(u32) -> bool) {
        if !MANAGES {
            return;
        }
        let Gap { piece: index, at } = self.gap(before);
        let Some(piece) = self.pieces.get_mut(index) else {
            self.pieces.push(vec![position]);
            return;
        };
        piece.insert(at, position);
        if piece.len() > MOST {
            // What is put in behind everything, as most ids are, leaves full pieces behind.
            let half = if at == MOST { MOST } else { MOST / 2 };
            let rest = piece.split_off(half);
            self.pieces.insert(index.saturating_add(1), rest);
        }
    }

    /// Takes out a position that stands behind those that come `before` it.
    pub(crate) fn remove(&mut self, position: u32, before: &dyn Fn(u32) -> bool) {
        if !MANAGES {
            return;
        }
        let gap = self.gap(before);
        // The gap may be at the end of one piece, and the position at the beginning of the next.
        for index in gap.piece..gap.piece.saturating_add(2) {
            let Some(piece) = self.pieces.get_mut(index) else { return };
            let length = piece.len();
            piece.retain(|known| *known != position);
            if piece.is_empty() {
                self.pieces.remove(index);
                return;
            }
            if piece.len() < length {
                return;
            }
        }
    }

    /// The positions after a place, rising.
    pub(crate) fn after(&self, gap: Gap) -> impl Iterator<Item = u32> {
        let (first, rest) = self.split(gap);
        first.1.iter().chain(rest.1.iter().flatten()).copied()
    }

    /// The positions before a place, falling.
    pub(crate) fn before(&self, gap: Gap) -> impl Iterator<Item = u32> {
        let (first, rest) = self.split(gap);
        first.0.iter().rev().chain(rest.0.iter().rev().flat_map(|piece| piece.iter().rev())).copied()
    }

    /// The two sides of a place: of its own piece, and of the other pieces.
    #[expect(clippy::type_complexity, reason = "two pairs of slices, taken apart at once")]
    fn split(&self, Gap { piece, at }: Gap) -> ((&[u32], &[u32]), (&[Vec<u32>], &[Vec<u32>])) {
        let (earlier, later) = self.pieces.split_at_checked(piece).unwrap_or((&self.pieces, &[]));
        let Some((own, later)) = later.split_first() else { return ((&[], &[]), (earlier, &[])) };
        (own.split_at_checked(at).unwrap_or((own, &[])), (earlier, later))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(ranking: &Ranking) -> Vec<u32> {
        ranking.after(ranking.gap(&|_| false)).collect()
    }

    #[test]
    fn positions_stand_in_the_order_of_what_they_are_put_in_by_whatever_the_order_of_coming() {
        for step in [1_u32, 7, 499, 1_999] {
            let mut ranking = Ranking::default();
            // The ids are the positions themselves, and 2,003 is prime: every one comes once.
            let positions: Vec<u32> = (0..2_003_u32).map(|index| index * step % 2_003).collect();
            for position in &positions {
                ranking.insert(*position, &|other| other < *position);
            }
            assert_eq!(all(&ranking), (0..2_003).collect::<Vec<_>>());
            assert!(ranking.pieces.iter().all(|piece| (1..=MOST).contains(&piece.len())));
            for bound in [0, 1, 255, 256, 257, 1_000, 2_002, 2_003, 5_000] {
                let gap = ranking.gap(&|other| other < bound);
                let end = bound.min(2_003);
                assert_eq!(ranking.after(gap).collect::<Vec<_>>(), (end..2_003).collect::<Vec<_>>());
                assert_eq!(ranking.before(gap).collect::<Vec<_>>(), (0..end).rev().collect::<Vec<_>>());
            }
            for position in positions.iter().filter(|position| **position % 3 != 0) {
                ranking.remove(*position, &|other| other < *position);
            }
            assert_eq!(all(&ranking), (0..2_003).filter(|position| position % 3 == 0).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_comes_in_order_fills_its_pieces() {
        let mut ranking = Ranking::default();
        (0..2_560).for_each(|position| ranking.insert(position, &|other| other < position));
        assert_eq!(ranking.pieces.len(), 10);
    }

    #[test]
    fn an_empty_ranking_has_nothing_on_either_side() {
        let mut ranking = Ranking::default();
        let gap = ranking.gap(&|_| true);
        assert_eq!((ranking.after(gap).count(), ranking.before(gap).count()), (0, 0));
        ranking.remove(0, &|_| false);
        ranking.insert(4, &|_| true);
        ranking.remove(4, &|_| false);
        assert_eq!(all(&ranking), [0_u32; 0]);
    }
}
