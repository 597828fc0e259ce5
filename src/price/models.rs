//! Models by name: the small integers that stand for them inside the engine.

use crate::{
    id::{LONGEST_MODEL, ModelIx},
    index::{Index, Sought},
};

/// Models by name, stable over every book of an organization.
#[derive(Clone, Debug, Default)]
pub struct Models {
    names: Vec<Box<str>>,
    by_name: Index,
}

impl Models {
    /// The model's handle, made on its first use.
    pub fn intern(&mut self, name: &str) -> ModelIx {
        if let Some(found) = self.get(name) {
            return found;
        }
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.into());
        self.by_name.insert(index, name);
        ModelIx(index)
    }

    /// The handle of a model that is known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<ModelIx> {
        let is_at = |at: u32| self.names.get(at as usize).is_some_and(|known| **known == *name);
        self.by_name.get(&Sought::of(name), &is_at).map(ModelIx)
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self, model: ModelIx) -> &str {
        self.names.get(model.at()).map_or("", |name| name)
    }

    /// How many models are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether no model is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Every model with its name, in the order of handles.
    pub fn iter(&self) -> impl Iterator<Item = (ModelIx, &str)> {
        (0..).map(ModelIx).zip(self.names.iter().map(|name| &**name))
    }
}

/// Whether a text can name a model.
#[must_use]
pub fn is_model_name(text: &str) -> bool {
    (1..=LONGEST_MODEL).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'*' | b'#'))
}
