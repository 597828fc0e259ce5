//! A rate: what one token, one use or one hour costs.

use rust_decimal::Decimal;

use super::{
    class::{CLASSES, Unit, UsageClass},
    usage::Usage,
};
use crate::{
    form::{Definitions, Form, Json, Path, Problems, Writer},
    money::Money,
};

/// The largest rate of tokens: 1,000,000 USD per million, 1 USD a token.
pub const LARGEST_PER_MTOK: i64 = 1_000_000;
/// The largest rate of a use, or of an hour of time: 10,000 USD an hour, and 10 USD a use.
pub const LARGEST_PER_UNIT: i64 = 10_000;

/// What one unit of a class costs; possibly unpriced, which never means free.
///
/// Tokens and uses are in units of 10^-18 USD each, hours in units of 10^-15 USD an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u64);

impl Rate {
    /// No price is published.
    pub const UNPRICED: Self = Self(u64::MAX);

    /// The price in its units, or `None` where there is none.
    #[must_use]
    pub const fn units(self) -> Option<u64> {
        if self.0 == u64::MAX { None } else { Some(self.0) }
    }

    /// The cost of a quantity of a class: exact for tokens and uses; time rounds up, once, at the ledger's last digit.
    #[must_use]
    pub fn of(self, class: UsageClass, quantity: u64) -> Option<Money> {
        let product = i128::from(self.units()?).saturating_mul(i128::from(quantity));
        Some(Money::from_units(match class.unit() {
            Unit::Token | Unit::Use => product,
            // 10^-15 USD an hour, by 3,600,000 milliseconds.
            Unit::Hour => product.saturating_add(3_599).checked_div(3_600).unwrap_or(i128::MAX),
        }))
    }

    /// The rate of a class under multipliers, or `None` where it is no whole number of units, or too dear.
    pub(crate) fn exact(class: UsageClass, rate: Decimal, multipliers: &[Decimal]) -> Option<Self> {
        let (scale, largest) = match class.unit() {
            Unit::Token => (12, 1_000_000_000_000_000_000),
            Unit::Use => (18, 10_000_000_000_000_000_000),
            Unit::Hour => (15, 10_000_000_000_000_000_000),
        };
        let rate = rate.normalize();
        let (mut numerator, mut places) = (rate.mantissa(), rate.scale());
        for multiplier in multipliers {
            let multiplier = multiplier.normalize();
            numerator = numerator.checked_mul(multiplier.mantissa())?;
            places = places.checked_add(multiplier.scale())?;
        }
        while places > scale {
            if numerator.checked_rem(10)? != 0 {
                return None;
            }
            numerator = numerator.checked_div(10)?;
            places = places.checked_sub(1)?;
        }
        let units = numerator.checked_mul(10_i128.checked_pow(scale.checked_sub(places)?)?)?;
        u64::try_from(units).ok().filter(|units| *units <= largest).map(Self)
    }

    /// The rate as a price book writes it: USD per million tokens, per use, or per hour.
    #[must_use]
    pub fn to_decimal(self, class: UsageClass) -> Option<Decimal> {
        let scale = match class.unit() {
            Unit::Token => 12,
            Unit::Use => 18,
            Unit::Hour => 15,
        };
        Decimal::try_from_i128_with_scale(self.units()?.into(), scale).ok().map(|rate| rate.normalize())
    }
}

/// The rate of each class in one context and tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateTable([Rate; CLASSES]);

impl RateTable {
    /// The rate of a class.
    #[must_use]
    pub fn get(&self, class: UsageClass) -> Rate {
        self.0.get(class.at()).copied().unwrap_or(Rate::UNPRICED)
    }

    /// Counts one request in a usage that counts none, where a request has a fee.
    pub(crate) fn count_request(&self, usage: &mut Usage) {
        if self.get(UsageClass::Request) != Rate::UNPRICED && usage.count(UsageClass::Request) == 0 {
            usage.set(UsageClass::Request, 1);
        }
    }

    pub(crate) const fn unpriced() -> Self {
        Self([Rate::UNPRICED; CLASSES])
    }

    pub(crate) fn set(&mut self, class: UsageClass, rate: Rate) {
        if let Some(slot) = self.0.get_mut(class.at()) {
            *slot = rate;
        }
    }

    /// The classes that have a rate, with it.
    pub fn priced(&self) -> impl Iterator<Item = (UsageClass, Rate)> + '_ {
        UsageClass::ALL.iter().copied().zip(self.0.iter().copied()).filter(|(_, rate)| *rate != Rate::UNPRICED)
    }
}

/// A factor on rates in a price book: a decimal string above 0, at most 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier(pub Decimal);

const FACTOR: &str = "write a factor above 0 as a string such as \"0.5\", at most 1000";

impl Form for Multiplier {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let good = |value: Decimal| !value.is_zero() && value <= Decimal::from(1_000);
        Self(read_decimal(json, path, problems, good, FACTOR))
    }

    fn write(&self, out: &mut Writer) {
        out.quoted(&self.0);
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        decimal_schema()
    }
}

fn decimal_schema() -> serde_json::Value {
    serde_json::json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$" })
}

fn read_decimal(
    json: &Json,
    path: &Path<'_>,
    problems: &mut Problems,
    good: impl Fn(Decimal) -> bool,
    remedy: &str,
) -> Decimal {
    let plain = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !text.starts_with('.') && !text.ends_with('.')
    };
    let Json::String(text) = json else {
        problems.report(path, json, format!("expected a decimal string, found {}", json.kind()), remedy);
        return Decimal::ONE;
    };
    match Decimal::from_str_exact(text) {
        Ok(value) if plain(text) && good(value) => value.normalize(),
        _ => {
            problems.report(path, json, format!("`{}` is not such a decimal", crate::error::shown(text)), remedy);
            Decimal::ONE
        }
    }
}

/// Rates by class, in the order of the classes. A class that is absent is unpriced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    list: Vec<(UsageClass, Decimal)>,
}

impl Rates {
    /// The rates, in the order of the classes.
    pub fn iter(&self) -> impl Iterator<Item = (UsageClass, Decimal)> + '_ {
        self.list.iter().copied()
    }

    /// The rate of a class.
    #[must_use]
    pub fn get(&self, class: UsageClass) -> Option<Decimal> {
        self.list.iter().find(|(known, _)| *known == class).map(|(_, rate)| *rate)
    }

    /// Sets the rate of a class.
    pub fn set(&mut self, class: UsageClass, rate: Decimal) {
        match self.list.binary_search_by_key(&class, |(known, _)| *known) {
            Ok(position) => {
                if let Some(slot) = self.list.get_mut(position) {
                    slot.1 = rate;
                }
            }
            Err(position) => self.list.insert(position, (class, rate)),
        }
    }

    /// Takes a class away.
    pub fn remove(&mut self, class: UsageClass) {
        self.list.retain(|(known, _)| *known != class);
    }

    /// Whether no class has a rate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn read(json: &Json, tokens: bool, path: &Path<'_>, problems: &mut Problems) -> Self {
        let Json::Object(fields) = json else {
            let message = format!("expected an object, found {}", json.kind());
            problems.report(path, json, message, "write `{\"class\": \"rate\"}`");
            return Self::default();
        };
        let (largest, remedy) = if tokens {
            (LARGEST_PER_MTOK, "write USD per million tokens as a string such as \"2.50\", at most 1000000")
        } else {
            (LARGEST_PER_UNIT, "write USD per use, or per hour, as a string such as \"0.01\", at most 10000")
        };
        let mut rates = Self::default();
        for (name, value) in fields {
            let shown = crate::error::shown(name);
            let path = path.field(&shown);
            let class = UsageClass::from_name(name).filter(|class| (class.unit() == Unit::Token) == tokens);
            let Some(class) = class else {
                let known: Vec<&str> = Self::classes(tokens).map(|class| class.as_str()).collect();
                let nearest = crate::form::nearest(name, &known).map(|nearest| format!("write `{nearest}`"));
                let message = format!("`{shown}` is no class that is billed so");
                let remedy = nearest.unwrap_or_else(|| format!("write one of `{}`", known.join("`, `")));
                problems.report(&path, value, message, remedy);
                continue;
            };
            rates.set(class, read_decimal(value, &path, problems, |value| value <= Decimal::from(largest), remedy));
        }
        rates
    }

    fn write(&self, out: &mut Writer) {
        out.begin_object();
        for (class, rate) in self.iter() {
            out.key(class.as_str());
            out.quoted(&rate);
        }
        out.end_object();
    }

    fn classes(tokens: bool) -> impl Iterator<Item = UsageClass> {
        UsageClass::ALL.iter().copied().filter(move |class| (class.unit() == Unit::Token) == tokens)
    }

    fn schema(tokens: bool) -> serde_json::Value {
        let properties: serde_json::Map<String, serde_json::Value> =
            Self::classes(tokens).map(|class| (class.as_str().to_owned(), decimal_schema())).collect();
        serde_json::json!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}

macro_rules! rates_forms {
    ($($(#[$doc:meta])* $name:ident: $tokens:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name(pub Rates);

        impl Form for $name {
            fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
                Self(Rates::read(json, $tokens, path, problems))
            }

            fn write(&self, out: &mut Writer) {
                self.0.write(out);
            }

            fn schema(definitions: &mut Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), |_| Rates::schema($tokens))
            }
        }
    )*};
}

rates_forms! {
    /// Rates of tokens, in USD per million.
    RatesPerMtok: true;
    /// Rates of uses and of hours, in USD for one.
    RatesPerUnit: false;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn a_rate_is_exact_or_refused() {
        let class = UsageClass::Input;
        let rate = Rate::exact(class, decimal("0.01"), &[decimal("0.5"), decimal("1.1")]).unwrap();
        assert_eq!(rate.of(class, 1_000_000).unwrap().to_string(), "0.0055");
        assert_eq!(rate.to_decimal(class).unwrap().to_string(), "0.0055");
        assert_eq!(Rate::exact(class, decimal("0.0000000000001"), &[]), None);
        assert_eq!(Rate::exact(class, decimal("0.000000000001"), &[decimal("0.5")]), None);
    }

    #[test]
    fn time_rounds_up_once() {
        let class = UsageClass::CodeExecution;
        let rate = Rate::exact(class, decimal("0.05"), &[]).unwrap();
        assert_eq!(rate.of(class, 3_600_000).unwrap().to_string(), "0.05");
        assert_eq!(rate.of(class, 300_000).unwrap().to_string(), "0.004166666666666667");
        assert_eq!(rate.of(class, 1).unwrap().to_string(), "0.000000013888888889");
    }
}
