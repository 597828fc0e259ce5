//! US dollars as whole numbers of 10^-24, twice as fine as any price needs: nothing is ever rounded, and an overflow
//! stops the test.

use std::ops::{Add, Neg, Sub};

use super::json::Json;

const PLACES: usize = 24;
const ONE: i128 = 1_000_000_000_000_000_000_000_000;

/// An amount of US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(pub i128);

impl Usd {
    pub const ZERO: Self = Self(0);

    /// Reads a plain decimal.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.trim_end_matches('0').len() > 18 {
            return None;
        }
        let mut units: i128 = whole.parse::<i128>().ok()?.checked_mul(ONE)?;
        for (place, digit) in fraction.trim_end_matches('0').bytes().enumerate() {
            units += i128::from(digit - b'0') * 10_i128.pow(u32::try_from(PLACES - place - 1).ok()?);
        }
        Some(Self(sign * units))
    }

    /// Reads a decimal that the wire's checks have let through.
    pub fn of(json: &Json) -> Self {
        Self::parse(json.text()).expect("a decimal string")
    }

    /// So many times the amount.
    pub fn times(self, count: i128) -> Self {
        Self(self.0.checked_mul(count).expect("an amount in range"))
    }

    /// This share of the amount, rounded up at the eighteenth decimal.
    pub fn share_up(self, part: i128, whole: i128) -> Self {
        let fine = ONE / 1_000_000_000_000_000_000;
        assert_eq!(self.0 % fine, 0, "an amount of at most 18 decimals");
        let product = (self.0 / fine).checked_mul(part).expect("an amount in range");
        Self((product + whole - 1).div_euclid(whole) * fine)
    }

    /// The price of one token at so much per million.
    pub fn per_token(per_mtok: Self) -> Self {
        assert_eq!(per_mtok.0 % 1_000_000, 0, "a rate of at most 18 decimals");
        Self(per_mtok.0 / 1_000_000)
    }

    /// The amount times a decimal factor, which must not need rounding.
    pub fn scaled(self, factor: Self) -> Self {
        // Factors have few digits: take their zeros away first, so that the product fits.
        let (mut numerator, mut denominator) = (factor.0, ONE);
        while denominator > 1 && numerator % 10 == 0 {
            numerator /= 10;
            denominator /= 10;
        }
        let product = self.0.checked_mul(numerator).expect("an amount in range");
        assert_eq!(product % denominator, 0, "a product of at most 24 decimals");
        Self(product / denominator)
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("an amount in range"))
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("an amount in range"))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl From<Usd> for Json {
    /// The shortest exact decimal.
    fn from(amount: Usd) -> Self {
        let digits = format!("{:025}", amount.0.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - PLACES);
        let fraction = fraction.trim_end_matches('0');
        let sign = if amount.0 < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        Json::Text(format!("{sign}{whole}{point}{fraction}"))
    }
}
