//! Exact decimals from the digits of a JSON number, and the residue of floats in them.
//!
//! A catalogue that was written by a program with floats holds numbers such as `0.27999999999999997`. What was meant is
//! the short decimal beside it, and that is what a rate becomes: see [`Digits::scaled`].

use rust_decimal::Decimal;

use crate::form::Json;

/// A number by its digits: `mantissa` times ten to the `exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    mantissa: i128,
    exponent: i32,
    /// How many digits were written, without zeros before and after them.
    written: u32,
}

/// What a catalogue's number is multiplied by to become a rate: `times`, and ten to the `tens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// A whole number.
    pub times: i128,
    /// A power of ten.
    pub tens: i32,
}

/// A number as a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    /// The number itself.
    Exact(Decimal),
    /// The short decimal that a float was made of.
    Snapped(Decimal),
}

/// How many digits always fit in 64 bits, and ten to their number.
const DIGITS_OF_64_BITS: u32 = 18;
const PIECE: i128 = 1_000_000_000_000_000_000;

/// Numbers with fewer digits than this were written by hand: nothing in them is residue.
const FEWEST_OF_RESIDUE: u32 = 12;
/// A rate that a provider publishes has at most this many digits.
const MOST_OF_A_RATE: u32 = 9;

impl Digits {
    /// The digits of a number, or of a string that holds one; `None` for what is no number, is negative, or is longer
    /// than any rate.
    #[must_use]
    pub fn of(json: &Json) -> Option<Self> {
        match json {
            Json::Integer(value) => Self::new(*value, 0),
            Json::Fraction(digits) => Self::parse(digits),
            Json::String(text) => Self::parse(text),
            _ => None,
        }
    }

    /// The digits of a text such as `2.8e-07`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || (fraction.is_empty() && whole.len() < number.len()) {
            return None;
        }
        // In two pieces of 64 bits, since 128 are slow where the machine has 32: the digits before, and the last ones.
        let (mut before, mut last, mut in_last) = (0_i128, 0_u64, 0_u32);
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
            if in_last == DIGITS_OF_64_BITS {
                before = before.checked_mul(PIECE)?.checked_add(last.into())?;
                (last, in_last) = (0, 0);
            }
            last = last.wrapping_mul(10).wrapping_add(digit.into());
            in_last = in_last.saturating_add(1);
        }
        let mut mantissa = i128::from(last);
        if before != 0 {
            mantissa = before.checked_mul(10_i128.checked_pow(in_last)?)?.checked_add(mantissa)?;
        }
        Self::new(mantissa, exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?)
    }

    fn new(mantissa: i128, exponent: i32) -> Option<Self> {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        if !(0..1_000_000_000_000_000_000_000_000).contains(&mantissa) || !(-60..=60).contains(&exponent) {
            return None;
        }
        if let Ok(mut small) = u64::try_from(mantissa) {
            while small != 0 && small.checked_rem(10)? == 0 {
                small = small.checked_div(10)?;
                exponent = exponent.checked_add(1)?;
            }
            let written = small.checked_ilog10().map_or(0, |log| log.saturating_add(1));
            return Some(Self { mantissa: small.into(), exponent, written });
        }
        while mantissa.checked_rem(10)? == 0 {
            mantissa = mantissa.checked_div(10)?;
            exponent = exponent.checked_add(1)?;
        }
        Some(Self { mantissa, exponent, written: length(mantissa) })
    }

    /// The number as a whole one.
    #[must_use]
    pub fn whole(self) -> Option<u64> {
        let power = 10_i128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        u64::try_from(self.mantissa.checked_mul(power)?).ok()
    }

    /// The number times a factor, with the residue of a float taken away; `None` where it has no exact decimal of a size
    /// that a rate can have.
    ///
    /// A number of at least 12 digits is taken for a float's when a decimal of at most 9 digits lies within what its
    /// last digits can be wrong by: ten units of the last one for the 16 and 17 digits of a whole float, two for fewer
    /// digits of a price that somebody divided by the seconds of an hour.
    #[must_use]
    pub fn scaled(self, factor: Factor) -> Option<Scaled> {
        let value = self.mantissa.checked_mul(factor.times)?;
        let exponent = self.exponent.checked_add(factor.tens)?;
        if self.written >= FEWEST_OF_RESIDUE
            && let Some(drop) = length(value).checked_sub(MOST_OF_A_RATE)
        {
            let unit = 10_i128.checked_pow(drop)?;
            let short = value.checked_add(unit.checked_div(2)?)?.checked_div(unit)?.checked_mul(unit)?;
            let wrong_by = match (self.written >= 16, factor.times > 1) {
                (true, _) => 10_i128,
                (false, true) => 2,
                (false, false) => 0,
            }
            .checked_mul(factor.times)?;
            if short != value && short.checked_sub(value)?.abs() <= wrong_by {
                return decimal(short, exponent).map(Scaled::Snapped);
            }
        }
        decimal(value, exponent).map(Scaled::Exact)
    }
}

fn length(value: i128) -> u32 {
    value.checked_ilog10().map_or(0, |log| log.saturating_add(1))
}

fn decimal(mantissa: i128, exponent: i32) -> Option<Decimal> {
    let (mut mantissa, mut exponent) = (mantissa, exponent);
    while exponent < 0 && mantissa.checked_rem(10)? == 0 {
        if mantissa == 0 {
            return Some(Decimal::ZERO);
        }
        mantissa = mantissa.checked_div(10)?;
        exponent = exponent.checked_add(1)?;
    }
    match u32::try_from(exponent) {
        Ok(power) => Decimal::try_from_i128_with_scale(mantissa.checked_mul(10_i128.checked_pow(power)?)?, 0).ok(),
        Err(_) => Decimal::try_from_i128_with_scale(mantissa, exponent.unsigned_abs()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MTOK: Factor = Factor { times: 1, tens: 6 };
    const SAME: Factor = Factor { times: 1, tens: 0 };
    const HOUR: Factor = Factor { times: 3_600, tens: 0 };

    fn scaled(text: &str, factor: Factor) -> String {
        match Digits::parse(text).and_then(|digits| digits.scaled(factor)) {
            Some(Scaled::Exact(value)) => value.to_string(),
            Some(Scaled::Snapped(value)) => format!("~{value}"),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn residue_snaps_to_the_rate_that_was_meant() {
        let cases = [
            ("0.27999999999999997", SAME, "~0.28"),
            ("2.7999999999999997e-07", MTOK, "~0.28"),
            ("4.6999999999999995e-07", MTOK, "~0.47"),
            ("0.18000000000000002", SAME, "~0.18"),
            ("1.0399999999999998", SAME, "~1.04"),
            ("1.5000020000000002e-05", MTOK, "~15.00002"),
            ("9.999990000000002e-06", MTOK, "~9.99999"),
            ("3.3333333333333335e-05", HOUR, "~0.12"),
            ("0.000833333333333", HOUR, "~3"),
            ("8.33333333333e-05", HOUR, "~0.3"),
        ];
        for (text, factor, expected) in cases {
            assert_eq!(scaled(text, factor), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_residue_stays_as_it_is() {
        let cases = [
            ("5e-06", MTOK, "5"),
            ("2.50", SAME, "2.5"),
            ("0", MTOK, "0"),
            ("0.0", SAME, "0"),
            ("1E+2", SAME, "100"),
            ("1.41953125e-07", MTOK, "0.141953125"),
            ("3.1575520833e-08", MTOK, "0.031575520833"),
            ("0.08333333333333334", SAME, "0.08333333333333334"),
            ("8.142857142857142e-08", MTOK, "0.08142857142857142"),
            ("1.00000000001", SAME, "1.00000000001"),
        ];
        for (text, factor, expected) in cases {
            assert_eq!(scaled(text, factor), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-1", "1.", ".5", "1e", "1e5.0", "x", "1 ", "1e999", "99999999999999999999999999999999"] {
            assert_eq!(Digits::parse(text), None, "{text}");
        }
        assert_eq!(Digits::parse("256000.0").and_then(Digits::whole), Some(256_000));
        assert_eq!(Digits::parse("0.5").and_then(Digits::whole), None);
    }
}
