//! A rate: what one token, or one use, costs.

use rust_decimal::Decimal;

use super::usage::{CLASSES, UsageClass};
use crate::{
    form::{Definitions, Form, Json, Path, Problems, Writer},
    money::Money,
};

/// Units of 10^-18 USD in a rate of 1 USD per million tokens, for one token.
const UNITS_PER_MTOK_USD: i128 = 1_000_000_000_000;

/// The largest rate: 1,000,000 USD per million tokens, 1 USD a token.
pub const LARGEST_PER_MTOK: i64 = 1_000_000;

/// What one token (or one web search) costs, in units of 10^-18 USD; possibly unpriced, which never means free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(u64);

impl Rate {
    /// No price is published.
    pub const UNPRICED: Self = Self(u64::MAX);

    /// The price in units of 10^-18 USD, or `None` where there is none.
    #[must_use]
    pub const fn units(self) -> Option<u64> {
        if self.0 == u64::MAX { None } else { Some(self.0) }
    }

    /// The cost of a quantity.
    #[must_use]
    pub fn of(self, quantity: u64) -> Option<Money> {
        self.units().map(|units| Money::from_units(i128::from(units).saturating_mul(i128::from(quantity))))
    }

    pub(crate) fn from_usd(amount: Money) -> Option<Self> {
        u64::try_from(amount.units()).ok().filter(|units| *units != u64::MAX).map(Self)
    }

    /// The rate of `per_mtok` USD per million tokens under multipliers, or `None` where a token of it is not a whole
    /// number of units, or too dear.
    pub(crate) fn exact(per_mtok: Decimal, multipliers: &[Decimal]) -> Option<Self> {
        let mut numerator = per_mtok.mantissa().checked_mul(UNITS_PER_MTOK_USD)?;
        let mut scale = per_mtok.scale();
        for multiplier in multipliers {
            let multiplier = multiplier.normalize();
            numerator = numerator.checked_mul(multiplier.mantissa())?;
            scale = scale.checked_add(multiplier.scale())?;
        }
        let denominator = 10_i128.checked_pow(scale)?;
        if numerator.checked_rem(denominator)? != 0 {
            return None;
        }
        let units = u64::try_from(numerator.checked_div(denominator)?).ok()?;
        (units <= 1_000_000_000_000_000_000).then_some(Self(units))
    }
}

/// USD per million tokens in a price book: a decimal string from 0 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerMtok(pub Decimal);

/// A factor on rates in a price book: a decimal string above 0, at most 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier(pub Decimal);

fn read_decimal(
    json: &Json,
    path: &Path<'_>,
    problems: &mut Problems,
    good: impl Fn(Decimal) -> bool,
    remedy: &str,
) -> Option<Decimal> {
    let plain = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !text.starts_with('.') && !text.ends_with('.')
    };
    let Json::String(text) = json else {
        problems.report(path, json, format!("expected a decimal string, found {}", json.kind()), remedy);
        return None;
    };
    match Decimal::from_str_exact(text) {
        Ok(value) if plain(text) && good(value) => Some(value.normalize()),
        _ => {
            problems.report(path, json, format!("`{}` is not such a decimal", crate::error::shown(text)), remedy);
            None
        }
    }
}

macro_rules! decimal_forms {
    ($($name:ident: $good:expr, $remedy:literal;)*) => {$(
        impl Form for $name {
            fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Option<Self> {
                read_decimal(json, path, problems, $good, $remedy).map(Self)
            }

            fn write(&self, out: &mut Writer) {
                out.quoted(&self.0);
            }

            fn schema(_: &mut Definitions) -> serde_json::Value {
                serde_json::json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$" })
            }
        }
    )*};
}

decimal_forms! {
    PerMtok: |value| value <= Decimal::from(LARGEST_PER_MTOK), "write USD per million tokens as a string such as \"2.50\", at most 1000000";
    Multiplier: |value| !value.is_zero() && value <= Decimal::from(1_000), "write a factor above 0 as a string such as \"0.5\", at most 1000";
}

crate::object! {
    /// Rates of the usage classes, in USD per million tokens. A class that is absent or null is unpriced.
    pub struct RatesForm {
        /// Uncached input.
        input: PerMtok,
        /// Output.
        output: PerMtok,
        /// Input read from the cache.
        cache_read: Option<PerMtok> = None,
        /// Input written to the cache for five minutes.
        cache_write_5m: Option<PerMtok> = None,
        /// Input written to the cache for one hour.
        cache_write_1h: Option<PerMtok> = None,
    }
}

impl RatesForm {
    /// Each class's rate under multipliers; the class whose rate is not exact, where there is one.
    pub(crate) fn compile(&self, multipliers: &[Decimal]) -> Result<[Rate; CLASSES], UsageClass> {
        let exact = |rate: Option<PerMtok>, class| match rate {
            None => Ok(Rate::UNPRICED),
            Some(rate) => Rate::exact(rate.0, multipliers).ok_or(class),
        };
        Ok([
            exact(Some(self.input), UsageClass::Input)?,
            exact(self.cache_read, UsageClass::CacheRead)?,
            exact(self.cache_write_5m, UsageClass::CacheWrite5m)?,
            exact(self.cache_write_1h, UsageClass::CacheWrite1h)?,
            exact(Some(self.output), UsageClass::Output)?,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_exact_or_refused() {
        let decimal = |text| Decimal::from_str_exact(text).unwrap();
        let rate = Rate::exact(decimal("0.01"), &[decimal("0.5"), decimal("1.1")]).unwrap();
        assert_eq!(rate.of(1_000_000).unwrap().to_string(), "0.0055");
        assert_eq!(Rate::exact(decimal("0.0000000000001"), &[]), None);
        assert_eq!(Rate::exact(decimal("0.000000000001"), &[decimal("0.5")]), None);
    }
}
