//! Exact amounts of US dollars.
//!
//! [`Money`] counts units of 10^-18 USD in an `i128`. That scale holds every published rate times every modifier
//! without rounding (which loading a price book proves), so a sum of charges is exact to its last digit.
//!
//! ```
//! use tollgate::money::Money;
//! let charge: Money = "0.0104765".parse()?;
//! assert_eq!((charge + charge).to_string(), "0.020953");
//! assert_eq!(format!("{charge:?}"), "0.0104765 USD");
//! # Ok::<(), tollgate::error::Error>(())
//! ```

use core::{
    fmt,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
    str::FromStr,
};

use rust_decimal::Decimal;

use crate::error::Error;

/// How many decimal places a [`Money`] holds.
pub const SCALE: u32 = 18;
/// Units in one US dollar.
pub const UNITS_PER_USD: i128 = 1_000_000_000_000_000_000;
/// Nine digits of an amount.
const BILLION: u64 = 1_000_000_000;
/// The largest amount that a policy or a command may name: 10^12 USD.
pub const LARGEST: Money = Money(1_000_000_000_000 * UNITS_PER_USD);

/// An exact amount in units of 10^-18 USD; it may be negative.
///
/// Addition and subtraction saturate: at the bound of 1.7 × 10^20 USD an amount stays there, so that an overflow
/// can never turn spending into credit.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

crate::packed!(struct Money(_));

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest representable amount.
    pub const MAX: Self = Self(i128::MAX);

    /// An amount from units of 10^-18 USD.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The amount in units of 10^-18 USD.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The amount without its sign in pieces: whole dollars, nine digits after the point, and the nine after those.
    ///
    /// ```
    /// use tollgate::money::Money;
    /// let money: Money = "12.5000000004".parse()?;
    /// assert_eq!(money.pieces(), (12, 500_000_000, 400_000_000));
    /// # Ok::<(), tollgate::error::Error>(())
    /// ```
    #[must_use]
    pub fn pieces(self) -> (u128, u32, u32) {
        const UNITS: u128 = UNITS_PER_USD.unsigned_abs();
        const SMALL: u64 = UNITS as u64;
        let magnitude = self.0.unsigned_abs();
        // Nearly every amount fits 64 bits, where division is cheap.
        let (whole, fraction) = match u64::try_from(magnitude) {
            Ok(small) => (u128::from(small / SMALL), small % SMALL),
            Err(_) => (magnitude / UNITS, (magnitude % UNITS) as u64),
        };
        (whole, (fraction / BILLION) as u32, (fraction % BILLION) as u32)
    }

    /// The larger of the amount and zero.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// The amount as a [`Decimal`], or `None` where it has more digits than a `Decimal` holds.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        let (mut mantissa, mut scale) = (self.0, SCALE);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_sub(1);
        }
        Decimal::try_from_i128_with_scale(mantissa, scale).ok()
    }

    /// The amount of a [`Decimal`].
    ///
    /// # Errors
    /// When it has more than 18 decimal places or does not fit.
    pub fn from_decimal(value: Decimal) -> Result<Self, Error> {
        let value = value.normalize();
        SCALE
            .checked_sub(value.scale())
            .and_then(|places| 10_i128.checked_pow(places))
            .and_then(|factor| value.mantissa().checked_mul(factor))
            .map(Self)
            .ok_or_else(|| {
                Error::invalid(format!("`{value}` does not fit an amount: use at most {SCALE} decimal places"))
            })
    }
}

/// A sum, or as much as the type holds. That it does not fit is not computed beside each sum, but branched to: an admission
/// makes some fifty.
pub(crate) fn sum(left: i128, right: i128) -> i128 {
    left.checked_add(right).unwrap_or_else(|| bound(left))
}

/// A sum, as [`sum`] makes it.
pub(crate) fn added(to: Money, amount: Money) -> Money {
    Money(sum(to.0, amount.0))
}

/// A difference, or as much as the type holds.
pub(crate) fn difference(left: i128, right: i128) -> i128 {
    left.checked_sub(right).unwrap_or_else(|| bound(left))
}

/// The bound on the side of a term of a sum that does not fit.
#[cold]
const fn bound(term: i128) -> i128 {
    if term < 0 { i128::MIN } else { i128::MAX }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_sub(other.0);
    }
}

impl core::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Debug for Money {
    /// As a person reads it: `0.014336 USD`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self} USD")
    }
}

impl fmt::Display for Money {
    /// Writes the shortest exact decimal: no exponent, no trailing zeros.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            out.write_str("-")?;
        }
        let (whole, high, low) = self.pieces();
        match u64::try_from(whole) {
            Ok(whole) => fmt::Display::fmt(&whole, out)?,
            Err(_) => fmt::Display::fmt(&whole, out)?,
        }
        let mut fraction = u64::from(high).wrapping_mul(BILLION).wrapping_add(low.into());
        if fraction == 0 {
            return Ok(());
        }
        let mut digits = [b'.'; 19];
        let mut end = digits.len();
        for (position, digit) in digits.iter_mut().enumerate().skip(1).rev() {
            *digit = b'0'.wrapping_add((fraction % 10) as u8);
            fraction /= 10;
            // Zeros at the end are left out.
            if *digit == b'0' && end == position.saturating_add(1) {
                end = position;
            }
        }
        let text = digits.get(..end).and_then(|digits| core::str::from_utf8(digits).ok());
        out.write_str(text.unwrap_or_default())
    }
}

impl FromStr for Money {
    type Err = Error;

    /// Reads a plain decimal such as `12`, `0.005` or `-3.20`: digits, one point, no exponent, no spaces.
    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).map(Self).ok_or_else(|| {
            Error::invalid(format!(
                "`{}` is not an amount: write a plain decimal of at most {SCALE} decimal places, such as `12.50`",
                crate::error::shown(text)
            ))
        })
    }
}

fn parse(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let places = SCALE.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let fraction: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let units = whole
        .parse::<i128>()
        .ok()?
        .checked_mul(UNITS_PER_USD)?
        .checked_add(fraction.checked_mul(10_i128.checked_pow(places)?)?)?;
    Some(if negative { units.checked_neg()? } else { units })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_the_shortest_exact_decimal() {
        for (units, text) in [
            (0, "0"),
            (1, "0.000000000000000001"),
            (-1, "-0.000000000000000001"),
            (UNITS_PER_USD, "1"),
            (-15 * UNITS_PER_USD / 10, "-1.5"),
            (i128::MAX, "170141183460469231731.687303715884105727"),
        ] {
            assert_eq!(Money(units).to_string(), text);
            assert_eq!(text.parse::<Money>().unwrap(), Money(units));
        }
    }

    #[test]
    fn refuses_what_is_not_a_plain_decimal() {
        for text in ["", "-", ".5", "5.", "1e3", "+1", " 1", "1_000", "0.0000000000000000001", "NaN", "1.2.3", "٣"] {
            assert!(text.parse::<Money>().is_err(), "{text:?}");
        }
        assert_eq!("1.5000000000000000000000".parse::<Money>().unwrap().to_string(), "1.5");
    }

    #[test]
    fn converts_to_and_from_a_decimal_without_loss() {
        let amount: Money = "123456.000000000000000001".parse().unwrap();
        assert_eq!(Money::from_decimal(amount.to_decimal().unwrap()).unwrap(), amount);
        assert_eq!(Money::MAX.to_decimal(), None);
    }

    #[test]
    fn saturates_instead_of_wrapping() {
        assert_eq!(Money::MAX + Money::from_units(1), Money::MAX);
        let amounts = [i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX - 1, i128::MAX].map(Money);
        for left in amounts {
            for right in amounts {
                assert_eq!(sum(left.0, right.0), (left + right).0);
                assert_eq!(difference(left.0, right.0), (left - right).0);
            }
        }
    }
}
