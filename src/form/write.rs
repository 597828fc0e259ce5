//! Writing JSON: one writer for every form, so that the same value is the same bytes on every runtime.

use core::fmt::Write;

use super::{Form, text::plain_length};

/// A JSON text in the making. Values are written one after another; the writer puts the commas.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    text: String,
    comma: bool,
    // The names of the fields that are still to be written, of each object that is begun.
    names: Vec<&'static str>,
}

impl Writer {
    /// A writer of a text of about so many bytes.
    #[must_use]
    pub fn with_room(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    fn begin(&mut self, bracket: char) {
        self.text.push(bracket);
        self.comma = false;
    }

    fn end(&mut self, bracket: char) {
        self.text.push(bracket);
        self.comma = true;
    }

    /// Begins an object.
    pub fn begin_object(&mut self) {
        self.begin('{');
    }

    /// Ends an object.
    pub fn end_object(&mut self) {
        self.end('}');
    }

    /// Goes on with an object that was ended, in which something is.
    pub(crate) fn reopen_object(&mut self) {
        debug_assert!(self.text.ends_with('}') && !self.text.ends_with("{}"), "an object in which something is");
        self.text.pop();
        self.comma = true;
    }

    /// Begins a list.
    pub fn begin_list(&mut self) {
        self.begin('[');
    }

    /// Ends a list.
    pub fn end_list(&mut self) {
        self.end(']');
    }

    /// Comes before each item of a list.
    pub fn item(&mut self) {
        if self.comma {
            self.text.push(',');
        }
        self.comma = false;
    }

    /// Comes before the value of each field of an object.
    pub fn key(&mut self, name: &str) {
        self.item();
        self.string(name);
        self.text.push(':');
        self.comma = false;
    }

    /// Begins with fields of these names, each of which ends in a comma; as many calls of [`Writer::field`] follow.
    pub fn fields(&mut self, names: &'static str) {
        if !names.is_empty() {
            self.names.push(names);
        }
    }

    /// The next of the fields that were begun.
    pub fn field(&mut self, value: &impl Form) {
        self.next_key();
        value.write(self);
    }

    fn next_key(&mut self) {
        let (name, rest) = self.names.pop().and_then(|names| names.split_once(',')).unwrap_or_default();
        self.fields(rest);
        self.item();
        self.name(name);
        self.text.push(':');
        self.comma = false;
    }

    /// What tells a choice.
    pub fn tag(&mut self, tag: &str) {
        self.key("type");
        self.name(tag);
    }

    /// A text that needs no escapes.
    pub fn name(&mut self, name: &str) {
        self.text.push('"');
        self.text.push_str(name);
        self.text.push('"');
        self.comma = true;
    }

    /// A value that is written already.
    pub fn written(&mut self, value: &str) {
        self.text.push_str(value);
        self.comma = true;
    }

    /// A value whose text needs no quotes: a number, `true`, `false` or `null`.
    pub fn plain(&mut self, value: &dyn core::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "{value}");
        self.comma = true;
    }

    /// A string whose text needs no escapes.
    pub fn quoted(&mut self, value: &dyn core::fmt::Display) {
        let _ = write!(self.text, "\"{value}\"");
        self.comma = true;
    }

    /// A character that cannot stand in a string by itself.
    #[cold]
    fn escape(&mut self, character: char) {
        match character {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            '\u{8}' => self.text.push_str("\\b"),
            '\u{c}' => self.text.push_str("\\f"),
            // Writing to a string does not fail.
            control => drop(write!(self.text, "\\u{:04x}", u32::from(control))),
        }
    }

    /// Any string.
    pub fn string(&mut self, value: &str) {
        self.text.push('"');
        let mut rest = value;
        loop {
            let (plain, escaped) = rest.split_at_checked(plain_length(rest.as_bytes())).unwrap_or((rest, ""));
            self.text.push_str(plain);
            let mut characters = escaped.chars();
            let Some(character) = characters.next() else { break };
            self.escape(character);
            rest = characters.as_str();
        }
        self.text.push('"');
        self.comma = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_every_json_writer_does() {
        for text in ["", "plain", "\"\\/", "\u{0}\u{8}\u{c}\n\r\t\u{1f}\u{7f}", "é\u{2028}😀"] {
            let mut writer = Writer::default();
            writer.string(text);
            assert_eq!(writer.into_text(), serde_json::to_string(text).unwrap());
        }
    }
}
