//! The time of a random stream: mostly small steps, some across windows, a few backward or too far.

use chrono::DateTime;

use super::dice::Dice;

/// Where streams start: shortly before ends of days, weeks, months and leap days, and in the middle of nowhere.
const STARTS: [i64; 6] = [
    1_764_000_000_000, // a Monday afternoon
    1_709_164_700_000, // the last minutes before 2024-02-29
    1_740_787_190_000, // ten seconds before 2025-03-01
    1_767_225_599_999, // the last millisecond of 2025
    1_743_292_800_123, // a Sunday before a month's end
    1_730_246_400_000, // two days before a short month
];

/// An instant as a policy file writes it.
pub fn rfc3339(millis: i64) -> String {
    format!("{:?}", DateTime::from_timestamp_millis(millis).expect("an instant of this century"))
}

/// What the engine's clock needs to follow the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It follows.
    Nothing,
    /// An `expire`, which moves it by a heartbeat.
    Expire,
    /// An `advance_clock`: the step was too far.
    Advance,
}

/// What the host's clock shows, line after line.
#[derive(Clone, Debug)]
pub struct Clock {
    now_ms: i64,
    /// An instant that the engine's clock has surely reached.
    reached_ms: i64,
}

impl Clock {
    /// A clock at one of the starts.
    pub fn new(dice: &mut Dice) -> Self {
        let start_ms = *dice.pick(&STARTS);
        Self { now_ms: start_ms, reached_ms: start_ms }
    }

    /// What it shows.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Goes on, as a clock does, and says what a good host would do about it; seldom, this one forgets.
    pub fn tick(&mut self, dice: &mut Dice, max_forward_ms: i64) -> Need {
        self.now_ms += match dice.weighted(&[60, 60, 50, 30, 10, 3, 2, 1, 2]) {
            0 => 0,
            1 => dice.between(1, 9),
            2 => dice.between(10, 250),
            3 => dice.between(251, 5_000),
            4 => *dice.pick(&[1_000, 10_000, 60_000, 59_999, 60_001]),
            5 => dice.between(60_000, 700_000),
            6 => dice.between(700_000, 7_200_000),
            7 => dice.between(7_200_000, 200_000_000),
            _ => -dice.between(1, 100_000),
        };
        if self.now_ms - self.reached_ms <= max_forward_ms / 4 * 3 || dice.chance(6) {
            return Need::Nothing;
        }
        if self.now_ms - self.reached_ms <= max_forward_ms {
            self.reached_ms = self.now_ms - max_forward_ms / 2;
            return Need::Expire;
        }
        self.reached_ms = self.now_ms;
        Need::Advance
    }

    /// What one line shows where the host's clock is wrong for a moment: too early, or beyond what is accepted.
    pub fn glitch(&self, dice: &mut Dice, max_forward_ms: i64) -> i64 {
        match dice.below(4) {
            0 => self.now_ms - dice.between(1, 100_000_000),
            1 => self.now_ms + max_forward_ms,
            2 => self.now_ms + max_forward_ms + 1,
            _ => self.now_ms + dice.between(0, 2 * max_forward_ms),
        }
    }
}
