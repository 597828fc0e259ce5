//! Measuring: medians of interleaved samples, so that both sides see the same machine.

use std::time::Instant;

/// One row of the table; times in picoseconds for one operation.
#[derive(Debug)]
pub(crate) struct Row {
    /// What of ours was measured.
    pub(crate) what: &'static str,
    /// How long it took.
    pub(crate) ours: u128,
    /// What it is compared with.
    pub(crate) peer: &'static str,
    /// How long that took.
    pub(crate) theirs: u128,
}

const SAMPLES: usize = 21;

/// Measures two operations in turns. Each closure does `operations` operations and says how many nanoseconds they took.
pub(crate) fn compare(mut ours: impl FnMut() -> u128, mut theirs: impl FnMut() -> u128) -> (u128, u128) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    // The first turn warms both up.
    for turn in 0..=SAMPLES {
        let (a, b) = (ours(), theirs());
        if turn > 0 {
            left.push(a);
            right.push(b);
        }
    }
    (median(left), median(right))
}

/// Picoseconds of one of `operations` operations.
pub(crate) fn each(operations: u32, mut operation: impl FnMut(u32)) -> u128 {
    let start = Instant::now();
    for index in 0..operations {
        operation(index);
    }
    start.elapsed().as_nanos() * 1_000 / u128::from(operations)
}

/// The middle of some samples.
pub(crate) fn median(mut samples: Vec<u128>) -> u128 {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied().unwrap_or(0)
}
