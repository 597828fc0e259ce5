//! The only source of chance: SplitMix64 on integers, so that one seed means one stream on every platform.

/// A deterministic sequence of pseudo-random numbers.
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// The sequence of one seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed ^ 0x51ab_7e5f_0c3d_9e27 }
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`. The bias of the remainder is far below what a test could notice.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number of `start..=end`.
    pub fn between(&mut self, start: i64, end: i64) -> i64 {
        start
            + i64::try_from(self.below(u64::try_from(end - start + 1).expect("start is not above end")))
                .expect("a small range")
    }

    /// True `percent` times out of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the choices.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).expect("an index of a slice")]
    }

    /// The index of one of the weights, each as likely as it is heavy.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        unreachable!("the number is below the sum of the weights")
    }
}
