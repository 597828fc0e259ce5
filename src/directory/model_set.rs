//! Sets of models: which a key may use.

use crate::id::ModelIx;

/// The models that a key may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelSet {
    /// Every model.
    #[default]
    All,
    /// Some of them.
    Only(Box<ModelBits>),
}

/// One bit for each model's handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelBits(Vec<u64>);

impl ModelSet {
    /// The models that satisfy a predicate.
    pub(crate) fn only(models: usize, matches: impl Fn(ModelIx) -> bool) -> Self {
        let mut bits = vec![0_u64; models.div_ceil(64)];
        for (model, index) in (0..models).zip(0_u32..) {
            if matches(ModelIx(index))
                && let Some(word) = bits.get_mut(model / 64)
            {
                *word |= 1_u64.wrapping_shl(index % 64);
            }
        }
        Self::Only(Box::new(ModelBits(bits)))
    }

    /// Whether a model is in the set.
    #[must_use]
    pub fn contains(&self, model: ModelIx) -> bool {
        match self {
            Self::All => true,
            Self::Only(bits) => {
                bits.0.get(model.at() / 64).is_some_and(|word| word & 1_u64.wrapping_shl(model.0 % 64) != 0)
            }
        }
    }
}

/// Whether a list's entry matches a name: exactly, or as a prefix that ends in `*`.
#[must_use]
pub fn matches_name(entry: &str, name: &str) -> bool {
    entry.strip_suffix('*').map_or(entry == name, |prefix| name.starts_with(prefix))
}
