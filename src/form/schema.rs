//! JSON Schema documents from forms.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Form;

/// The named definitions of a schema document.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    named: BTreeMap<&'static str, Value>,
}

impl Definitions {
    /// A reference to a named definition, which is made on its first use.
    pub fn named(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.named.contains_key(name) {
            // The entry stands before it is made, so that a form may contain itself.
            self.named.insert(name, Value::Null);
            let made = make(self);
            self.named.insert(name, made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

/// A whole schema document whose root is the form `T`.
#[must_use]
pub fn document<T: Form>(title: &str) -> Value {
    let mut definitions = Definitions::default();
    let root = T::schema(&mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": root.get("$ref"),
        "$defs": definitions.named,
    })
}

/// The fields of an object, as its schema tells them.
#[derive(Clone, Debug, Default)]
pub struct Described {
    properties: serde_json::Map<String, Value>,
    required: Vec<&'static str>,
}

impl Described {
    /// These fields and one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, mut schema: Value, about: &str, required: bool) -> Self {
        if let Some(object) = schema.as_object_mut()
            && !about.trim().is_empty()
        {
            object.insert("description".to_owned(), about.trim().into());
        }
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name);
        }
        self
    }

    /// The object's schema.
    #[must_use]
    pub fn object(self, about: &str) -> Value {
        json!({
            "type": "object",
            "description": about.trim(),
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        })
    }
}
