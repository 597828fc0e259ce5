//! Usage as a stream tells it, event by event. Counts are cumulative: the last one stands, and none is added up.

use super::{
    Api, anthropic, classes,
    read::{Read, read_object},
};
use crate::{
    command::GivenUsage,
    error::Error,
    form::{
        Path,
        text::{Text, Token},
    },
};

/// The usage of a stream, as far as it was seen.
///
/// ```
/// use tollgate::price::usage_object::{Api, UsageStream};
/// let mut stream = UsageStream::new(Api::Anthropic);
/// stream.event(r#"{"type":"message_start","message":{"model":"claude-sonnet-5","usage":{"input_tokens":12,"output_tokens":1}}}"#)?;
/// stream.event(r#"{"type":"message_delta","usage":{"output_tokens":30}}"#)?;
/// stream.event(r#"{"type":"message_stop"}"#)?;
/// let tollgate::command::GivenUsage::Final(parts) = stream.usage()? else { unreachable!() };
/// assert_eq!((parts[0].usage.input, parts[0].usage.output), (12, 30));
/// # Ok::<(), tollgate::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UsageStream {
    api: Api,
    model: Option<String>,
    read: Option<Read<'static>>,
    complete: bool,
}

/// What one event says.
#[derive(Default)]
struct Event<'a> {
    kind: Option<std::borrow::Cow<'a, str>>,
    model: Option<std::borrow::Cow<'a, str>>,
    read: Option<Read<'a>>,
}

impl UsageStream {
    /// A stream of which nothing was seen yet.
    #[must_use]
    pub const fn new(api: Api) -> Self {
        Self { api, model: None, read: None, complete: false }
    }

    /// Takes in the data of an event.
    ///
    /// # Errors
    /// As [`normalize`](super::normalize); the event is passed over then.
    pub fn event(&mut self, data: &str) -> Result<(), Error> {
        if data.trim() == "[DONE]" {
            return Ok(());
        }
        let mut text = Text::new(data);
        let mut event = Event::default();
        if text.token()? == Token::Object {
            self.fields(&mut text, &mut event, &Path::Root("event"), false)?;
            text.end()?;
        }
        self.take(event);
        Ok(())
    }

    fn fields<'a>(
        &self,
        text: &mut Text<'a>,
        event: &mut Event<'a>,
        path: &Path<'_>,
        inner: bool,
    ) -> Result<(), Error> {
        while let Some(name) = text.next_field()? {
            let path = path.field(&name);
            match (&*name, inner) {
                ("usage" | "usageMetadata", _) => event.read = read_object(text, self.api.shape(), &path)?,
                ("message" | "response", false) => match text.token()? {
                    Token::Object => self.fields(text, event, &path, true)?,
                    Token::List => {
                        while text.next_item()? {
                            text.skip()?
                        }
                    }
                    _ => {}
                },
                ("type", false) => event.kind = string(text)?,
                ("model" | "modelVersion", _) => event.model = string(text)?,
                _ => text.skip()?,
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>) {
        if let Some(model) = event.model {
            self.model = Some(model.into_owned());
        }
        let kind = event.kind.as_deref().unwrap_or_default();
        self.complete |= match self.api {
            Api::Anthropic => kind == "message_stop",
            Api::OpenaiResponses => matches!(kind, "response.completed" | "response.incomplete"),
            // The last chunk is the one that counts.
            Api::OpenaiChat | Api::Gemini => event.read.is_some(),
        };
        let Some(later) = event.read else { return };
        match (&mut self.read, self.api) {
            (Some(known), Api::Anthropic) => overlay(known, &later.into_owned()),
            (known, _) => *known = Some(later.into_owned()),
        }
    }

    /// The stream's model, where it was named.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The usage, as far as it is known.
    ///
    /// # Errors
    /// As [`normalize`](super::normalize).
    pub fn usage(&self) -> Result<GivenUsage, Error> {
        match &self.read {
            Some(read) => classes(self.api, self.model(), read, self.complete, &Path::Root("usage")),
            None => Ok(GivenUsage::Unknown),
        }
    }
}

/// A later total of cache writes comes without its split: what is new has no time to live.
fn overlay(known: &mut Read<'static>, later: &Read<'static>) {
    let splits = |read: &Read<'_>| read.get(anthropic::WRITES_5M).is_some() || read.get(anthropic::WRITES_1H).is_some();
    let split = read_split(known);
    let total = later.get(anthropic::WRITES).filter(|_| splits(known) && !splits(later));
    known.overlay(later);
    if splits(later) {
        // It splits all of them anew.
        known.set(anthropic::WRITES_LATER, 0);
    }
    if let Some(total) = total {
        known.set(anthropic::WRITES, split);
        known.set(anthropic::WRITES_LATER, total.saturating_sub(split));
    }
}

fn read_split(read: &Read<'_>) -> u64 {
    read.or_zero(anthropic::WRITES_5M).saturating_add(read.or_zero(anthropic::WRITES_1H))
}

fn string<'a>(text: &mut Text<'a>) -> Result<Option<std::borrow::Cow<'a, str>>, Error> {
    match text.token()? {
        Token::String(name) => Ok(Some(name)),
        Token::Object => {
            while text.next_field()?.is_some() {
                text.skip()?;
            }
            Ok(None)
        }
        Token::List => {
            while text.next_item()? {
                text.skip()?;
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{CacheWrite, PriceContext};

    #[test]
    fn writes_that_are_split_later_are_counted_once() {
        let mut stream = UsageStream::new(Api::Anthropic);
        for event in [
            r#"{"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_5m_input_tokens":10}}}}"#,
            r#"{"type":"message_delta","usage":{"cache_creation_input_tokens":30}}"#,
            r#"{"type":"message_delta","usage":{"output_tokens":2,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}}"#,
            r#"{"type":"message_stop"}"#,
        ] {
            stream.event(event).unwrap();
        }
        let GivenUsage::Final(parts) = stream.usage().unwrap() else { panic!("the stream is complete") };
        let usage = parts[0].counted(CacheWrite::FiveMinutes, None, PriceContext::default());
        assert_eq!((usage.cache_write_5m, usage.cache_write_1h), (10, 20));
    }
}
