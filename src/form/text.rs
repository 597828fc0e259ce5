//! The reader of JSON text: a token at a time, numbers by their digits.
//!
//! A reader of our own, because a price in a catalogue is a number, and every other reader hands it on as a float.

use std::borrow::Cow;

use crate::error::Error;

/// How deep lists and objects may nest.
pub const DEEPEST: usize = 128;

/// What stands at the reader's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// A string.
    String(Cow<'a, str>),
    /// A list begins; its items follow by [`Text::next_item`].
    List,
    /// An object begins; its fields follow by [`Text::next_field`].
    Object,
}

/// A reader's place in a text.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    // Whether the list or object that was entered last is still without items.
    first: bool,
}

impl<'a> Text<'a> {
    /// A reader at the beginning of a text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, first: false }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at = self.at.saturating_add(1),
                other => return other,
            }
        }
    }

    #[cold]
    fn refused(&self, what: &str) -> Error {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count().saturating_add(1);
        Error::invalid(format!("not JSON that can be read: {what} at line {line} column {column}"))
    }

    fn expect(&mut self, byte: u8, what: &str) -> Result<(), Error> {
        if self.skip_space() != Some(byte) {
            return Err(self.refused(what));
        }
        self.at = self.at.saturating_add(1);
        Ok(())
    }

    /// Reads the value at the reader's place; of a list or an object its beginning.
    ///
    /// # Errors
    /// When there is none.
    pub fn token(&mut self) -> Result<Token<'a>, Error> {
        match self.skip_space() {
            Some(b'"') => Ok(Token::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            Some(b'{') => self.enter().map(|()| Token::Object),
            Some(b'[') => self.enter().map(|()| Token::List),
            Some(b'n') => self.word("null", Token::Null),
            Some(b't') => self.word("true", Token::Bool(true)),
            Some(b'f') => self.word("false", Token::Bool(false)),
            Some(_) => Err(self.refused("expected a value")),
            None => Err(self.refused("the text ends where a value is expected")),
        }
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>, Error> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.refused("expected a value"));
        }
        self.at = self.at.saturating_add(word.len());
        Ok(token)
    }

    fn enter(&mut self) -> Result<(), Error> {
        if self.depth >= DEEPEST {
            return Err(self.refused("lists and objects nest too deep"));
        }
        self.at = self.at.saturating_add(1);
        self.depth = self.depth.saturating_add(1);
        self.first = true;
        Ok(())
    }

    /// Goes on to the next item, or to the end: whether there is one more.
    fn next(&mut self, end: u8) -> Result<bool, Error> {
        let first = std::mem::take(&mut self.first);
        match self.skip_space() {
            Some(byte) if byte == end => {
                self.at = self.at.saturating_add(1);
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            Some(b',') if !first => {
                self.at = self.at.saturating_add(1);
                Ok(true)
            }
            Some(_) if first => Ok(true),
            Some(_) => Err(self.refused("expected a comma or the end of what was begun")),
            None => Err(self.refused("the text ends inside a list or an object")),
        }
    }

    /// Whether the list that was begun has one more item, which the reader then stands at.
    ///
    /// # Errors
    /// When neither an item nor the end follows.
    pub fn next_item(&mut self) -> Result<bool, Error> {
        self.next(b']')
    }

    /// The name of the next field of the object that was begun, whose value the reader then stands at; `None` at its end.
    ///
    /// # Errors
    /// When neither a field nor the end follows.
    pub fn next_field(&mut self) -> Result<Option<Cow<'a, str>>, Error> {
        if !self.next(b'}')? {
            return Ok(None);
        }
        if self.skip_space() != Some(b'"') {
            return Err(self.refused("expected the name of a field in quotes"));
        }
        let name = self.string()?;
        self.expect(b':', "expected a colon")?;
        Ok(Some(name))
    }

    /// Passes over the value at the reader's place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth;
        // One bit for each level that was entered here: whether it is an object.
        let mut objects: u128 = 0;
        loop {
            match self.token()? {
                Token::Object => objects = (objects << 1) | 1,
                Token::List => objects <<= 1,
                _ => {}
            }
            loop {
                if self.depth == outside {
                    return Ok(());
                }
                let more = if objects & 1 == 1 { self.next_field()?.is_some() } else { self.next_item()? };
                if more {
                    break;
                }
                objects >>= 1;
            }
        }
    }

    /// The text of the value at the reader's place, which is passed over.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn raw(&mut self) -> Result<&'a str, Error> {
        self.skip_space();
        let start = self.at;
        self.skip()?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Makes sure that nothing follows.
    ///
    /// # Errors
    /// When something does.
    pub fn end(&mut self) -> Result<(), Error> {
        match self.skip_space() {
            None => Ok(()),
            Some(_) => Err(self.refused("something follows the value")),
        }
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = self.at.saturating_add(1);
        }
        self.at > start
    }

    fn number(&mut self) -> Result<&'a str, Error> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at = self.at.saturating_add(1);
        }
        let leading_zero = self.peek() == Some(b'0');
        let integer = self.at;
        if !self.digits() || (leading_zero && self.at.saturating_sub(integer) > 1) {
            return Err(self.refused("not a number"));
        }
        if self.peek() == Some(b'.') {
            self.at = self.at.saturating_add(1);
            if !self.digits() {
                return Err(self.refused("not a number"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at = self.at.saturating_add(1);
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at = self.at.saturating_add(1);
            }
            if !self.digits() {
                return Err(self.refused("not a number"));
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Reads a string whose opening quote the reader stands at.
    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.at.saturating_add(1);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at = start.saturating_add(plain_length(rest));
        if self.peek() == Some(b'"') {
            let plain = self.text.get(start..self.at).unwrap_or_default();
            self.at = self.at.saturating_add(1);
            return Ok(Cow::Borrowed(plain));
        }
        self.escaped(start).map(Cow::Owned)
    }

    #[cold]
    fn escaped(&mut self, start: usize) -> Result<String, Error> {
        let mut out = self.text.get(start..self.at).unwrap_or_default().to_owned();
        loop {
            let plain = self.at;
            let rest = self.text.as_bytes().get(plain..).unwrap_or_default();
            self.at = plain.saturating_add(plain_length(rest));
            out.push_str(self.text.get(plain..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at = self.at.saturating_add(1);
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at = self.at.saturating_add(1);
                    out.push(self.escape()?);
                }
                Some(_) => return Err(self.refused("a control character stands in a string")),
                None => return Err(self.refused("the text ends inside a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at = self.at.saturating_add(1);
                return self.code_point();
            }
            _ => return Err(self.refused("not an escape")),
        };
        self.at = self.at.saturating_add(1);
        Ok(plain)
    }

    fn code_point(&mut self) -> Result<char, Error> {
        let first = self.four_digits()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            let follows = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u"));
            if !follows {
                return Err(self.refused("half a character is escaped"));
            }
            self.at = self.at.saturating_add(2);
            let second = self.four_digits()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.refused("half a character is escaped"));
            }
            0x1_0000_u32.saturating_add((first & 0x3ff) << 10).saturating_add(second & 0x3ff)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.refused("half a character is escaped"))
    }

    fn four_digits(&mut self) -> Result<u32, Error> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.refused("not an escape"))?;
        self.at = end;
        Ok(code)
    }
}

/// What stands before and after the first of two characters in a row. Any text may be searched for in the standard library, which
/// is a kilobyte of WebAssembly.
pub(crate) fn split_at_pair(text: &str, pair: [u8; 2]) -> Option<(&str, &str)> {
    let at = text.as_bytes().windows(2).position(|found| found == pair)?;
    text.get(..at).zip(text.get(at.saturating_add(2)..))
}

/// Whether a string is written as it is, without an escape.
pub(crate) fn is_plain(text: &str) -> bool {
    plain_length(text.as_bytes()) == text.len()
}

/// How many bytes stand before the first that ends a string, begins an escape, or needs one.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The high bit of each byte that is less than `least`, up to and with the first such byte.
    let below = |word: u64, least: u64| word.wrapping_sub(ONES.wrapping_mul(least)) & !word & HIGH;
    let mut before = 0_usize;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        let quote = below(word ^ ONES.wrapping_mul(0x22), 1);
        let backslash = below(word ^ ONES.wrapping_mul(0x5c), 1);
        let found = below(word, 0x20) | quote | backslash;
        if found != 0 {
            return before.saturating_add((found.trailing_zeros() / 8) as usize);
        }
        before = before.saturating_add(8);
    }
    let last = chunks.remainder().iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=31));
    before.saturating_add(last.count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Json;

    #[test]
    fn reads_what_every_json_reader_reads() {
        for text in [
            "null",
            " [ ] ",
            "{}",
            r#"{"a":[1,-2,0,true,false,null,"x",{"b":{}}],"c":"\u00e9\ud83d\ude00\n\"\\\/"}"#,
            "[[[[1]]],2]",
            "\"é\u{2028}😀\"",
        ] {
            let ours = Json::parse(text).unwrap().to_text();
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&ours).unwrap(), theirs, "{text}");
            let mut reader = Text::new(text);
            reader.skip().unwrap();
            reader.end().unwrap();
        }
        for number in ["0", "-0", "10", "1.5", "1e5", "1E-7", "-0.0e+2", "2.7999999999999997e-07"] {
            assert_eq!(Text::new(number).token().unwrap(), Token::Number(number));
        }
    }

    #[test]
    fn a_plain_stretch_ends_where_an_escape_is_needed() {
        for byte in 0..=255_u8 {
            for length in 0..20 {
                let mut text = vec![b'a'; length];
                text.extend([byte, b'"', b'z', 1]);
                let expected = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=31)).unwrap();
                assert_eq!(plain_length(&text), expected, "{byte} after {length}");
            }
        }
    }

    #[test]
    fn refuses_what_every_json_reader_refuses() {
        let deep = "[".repeat(DEEPEST + 1);
        for text in [
            "",
            " ",
            "nul",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"\n\"",
            "1 2",
            "[1 2]",
            "]",
            "{]",
            "[}",
            &deep,
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(Json::parse(text).is_err(), "{text}");
            let mut reader = Text::new(text);
            assert!(reader.skip().and_then(|()| reader.end()).is_err(), "{text}");
        }
        let error = Json::parse("{\n \"a\": tru}").unwrap_err();
        assert_eq!(error.message(), "not JSON that can be read: expected a value at line 2 column 7");
    }
}
