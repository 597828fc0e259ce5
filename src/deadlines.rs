//! Deadlines: when open holds become assumed charges, the earliest first.
//!
//! A hold that closes stays in the heap until it comes to the top, or until the closed ones outnumber the open ones: then
//! the heap is built anew. INVARIANT: the heap is at most twice as long as what is open, and a little.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    order,
    short::{self, Short},
    time::Timestamp,
};

/// So that a few holds are not worth cleaning up after.
const SPARE: usize = 64;

/// A hold, as the table of reservations knows it: where it stands, and which of those that stood there it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hold {
    pub(crate) slot: u32,
    pub(crate) number: u32,
}

/// The deadlines of open holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Timestamp, Hold)>>,
    open: usize,
}

impl Deadlines {
    /// How many holds are open.
    pub(crate) fn count(&self) -> usize {
        self.open
    }

    /// A hold opens.
    pub(crate) fn open(&mut self, deadline: Timestamp, hold: Hold) {
        self.heap.push(Reverse((deadline, hold)));
        self.open = self.open.saturating_add(1);
    }

    /// A hold closed; `is_open` says of any hold whether it still is.
    pub(crate) fn close(&mut self, is_open: impl Fn(Hold) -> bool) {
        self.open = self.open.saturating_sub(1);
        if self.heap.len() > self.open.saturating_mul(2).saturating_add(SPARE) {
            self.heap.retain(|Reverse((_, hold))| is_open(*hold));
        }
        while let Some(Reverse((_, hold))) = self.heap.peek()
            && !is_open(*hold)
        {
            self.heap.pop();
        }
    }

    /// The earliest deadline of an open hold.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// The deadline by which at most `most` holds are left, whatever the others do; `None` where that many are left now.
    pub(crate) fn at_most(&self, most: usize, is_open: impl Fn(Hold) -> bool) -> Option<Timestamp> {
        let last = self.open.checked_sub(most)?.checked_sub(1)?;
        if last == 0 {
            return self.next();
        }
        let open = self.heap.iter().filter(|Reverse((_, hold))| is_open(*hold));
        let mut deadlines: Vec<Timestamp> = open.map(|Reverse((deadline, _))| *deadline).collect();
        order::sort_by(&mut deadlines, Timestamp::cmp);
        deadlines.get(last).copied()
    }

    /// Walks the heap from its top: `visit` sees a deadline and its hold, open or not, and says whether later ones matter.
    pub(crate) fn search(&self, mut visit: impl FnMut(Timestamp, Hold) -> bool) {
        let heap = self.heap.as_slice();
        let mut ahead: Short<usize, 32> = short::copied(&[0]);
        while let Some(position) = ahead.pop() {
            let Some(Reverse((deadline, hold))) = heap.get(position) else { continue };
            if visit(*deadline, *hold) {
                let left = position.saturating_mul(2).saturating_add(1);
                ahead.extend([left, left.saturating_add(1)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn closed_holds_never_outnumber_the_open_ones_for_long() {
        let mut deadlines = Deadlines::default();
        let mut open = BTreeSet::new();
        let at = |millis: u32| Timestamp::EPOCH.plus(millis.into());
        // The first hold closes last, so that what closes before it never comes to the top.
        for number in 0..10_000 {
            let hold = Hold { slot: number % 7, number };
            deadlines.open(at(number), hold);
            open.insert(hold.number);
            if number > 10 && number % 50 > 0 {
                open.remove(&(number - 1));
                deadlines.close(|hold| open.contains(&hold.number));
            }
            assert_eq!(deadlines.count(), open.len());
            assert!(deadlines.heap.len() <= 2 * open.len() + SPARE + 1);
            assert_eq!(deadlines.next(), open.first().map(|first| at(*first)));
            let third = open.iter().nth(2).map(|third| at(*third));
            let left = open.len().saturating_sub(3);
            if third.is_some() {
                assert_eq!(deadlines.at_most(left, |hold| open.contains(&hold.number)), third);
            }
        }
    }
}
