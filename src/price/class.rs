//! The classes of usage: what a provider counts, and bills at a rate of its own.
//!
//! Classes are disjoint: a token, a search, a millisecond is counted in one of them. A new class is one line of the table
//! below; price books, usages, quotes, charges and importers know it from there.

use crate::form::{Definitions, Form, Json, Path, Problems, Writer};

/// What a quantity of a class is counted in, and what its rate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Tokens; the rate is for a million of them.
    Token,
    /// Uses: searches, requests, images, pages; the rate is for one.
    Use,
    /// Milliseconds; the rate is for an hour.
    Hour,
}

/// Which side of a request a class belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Tokens that the model reads: together they are the prompt, whose length chooses the tier.
    Input,
    /// Tokens that the model writes.
    Output,
    /// What is counted beside tokens.
    Beside,
}

macro_rules! classes {
    ($(
        $(#[doc = $doc:literal])*
        $class:ident = $name:literal, $field:literal, $unit:ident, $side:ident, $parent:ident;
    )*) => {
        /// A class of usage.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum UsageClass {$(
            $(#[doc = $doc])*
            $class,
        )*}

        impl UsageClass {
            /// Every class, in the order in which charges are listed.
            pub const ALL: &'static [Self] = &[$(Self::$class),*];

            /// The name that price books and errors use, such as `cache_read`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$class => $name),* }
            }

            /// The field that counts it in a usage, such as `cache_read_tokens`.
            #[must_use]
            pub const fn field(self) -> &'static str {
                match self { $(Self::$class => $field),* }
            }

            /// What it is counted in.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self { $(Self::$class => Unit::$unit),* }
            }

            /// The side of the request that it belongs to.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $(Self::$class => Side::$side),* }
            }

            /// The class of text that its tokens are a part of: itself, where it is one.
            #[must_use]
            pub const fn parent(self) -> Self {
                match self { $(Self::$class => Self::$parent),* }
            }
        }
    };
}

classes! {
    /// Uncached text input, and all uncached input whose modality the provider does not tell.
    Input = "input", "input_tokens", Token, Input, Input;
    /// Input read from the cache.
    CacheRead = "cache_read", "cache_read_tokens", Token, Input, CacheRead;
    /// Input written to the cache for five minutes.
    CacheWrite5m = "cache_write_5m", "cache_write_5m_tokens", Token, Input, CacheWrite5m;
    /// Input written to the cache for one hour.
    CacheWrite1h = "cache_write_1h", "cache_write_1h_tokens", Token, Input, CacheWrite1h;
    /// Text output, and all output whose modality the provider does not tell.
    Output = "output", "output_tokens", Token, Output, Output;
    /// Web searches that succeeded.
    WebSearch = "web_search", "web_searches", Use, Beside, WebSearch;
    /// Input written to the cache for thirty minutes.
    CacheWrite30m = "cache_write_30m", "cache_write_30m_tokens", Token, Input, CacheWrite30m;
    /// Input written to the cache for twelve hours.
    CacheWrite12h = "cache_write_12h", "cache_write_12h_tokens", Token, Input, CacheWrite12h;
    /// Uncached audio input.
    InputAudio = "input_audio", "input_audio_tokens", Token, Input, Input;
    /// Uncached image input; documents that are read as images are counted here.
    InputImage = "input_image", "input_image_tokens", Token, Input, Input;
    /// Uncached video input.
    InputVideo = "input_video", "input_video_tokens", Token, Input, Input;
    /// Audio input read from the cache.
    CacheReadAudio = "cache_read_audio", "cache_read_audio_tokens", Token, Input, CacheRead;
    /// Image input read from the cache.
    CacheReadImage = "cache_read_image", "cache_read_image_tokens", Token, Input, CacheRead;
    /// Video input read from the cache.
    CacheReadVideo = "cache_read_video", "cache_read_video_tokens", Token, Input, CacheRead;
    /// Audio output.
    OutputAudio = "output_audio", "output_audio_tokens", Token, Output, Output;
    /// Image output.
    OutputImage = "output_image", "output_image_tokens", Token, Output, Output;
    /// Video output.
    OutputVideo = "output_video", "output_video_tokens", Token, Output, Output;
    /// Reasoning; billed as output where a card has no rate for it.
    OutputReasoning = "output_reasoning", "output_reasoning_tokens", Token, Output, Output;
    /// Citations; billed as output where a card has no rate for them.
    OutputCitation = "output_citation", "output_citation_tokens", Token, Output, Output;
    /// Searches of stored files.
    FileSearch = "file_search", "file_searches", Use, Beside, FileSearch;
    /// Requests.
    Request = "request", "requests", Use, Beside, Request;
    /// Time of a code execution container.
    CodeExecution = "code_execution_hour", "code_execution_ms", Hour, Beside, CodeExecution;
    /// Audio, by its duration.
    AudioTime = "audio_hour", "audio_ms", Hour, Beside, AudioTime;
    /// Audio that is read, by its duration.
    InputAudioTime = "input_audio_hour", "input_audio_ms", Hour, Beside, InputAudioTime;
    /// Video that is made, by its duration.
    OutputVideoTime = "output_video_hour", "output_video_ms", Hour, Beside, OutputVideoTime;
    /// Images that are read, by their number.
    ImageRead = "input_image_use", "input_images", Use, Beside, ImageRead;
    /// Images that are made, by their number.
    ImageMade = "output_image_use", "output_images", Use, Beside, ImageMade;
    /// Characters that are read.
    Character = "input_character", "input_characters", Use, Beside, Character;
    /// Pages of documents.
    Page = "page", "pages", Use, Beside, Page;
    /// Pages of documents with annotations.
    AnnotatedPage = "annotated_page", "annotated_pages", Use, Beside, AnnotatedPage;
    /// Text messages.
    Message = "message", "messages", Use, Beside, Message;
    /// Queries that rank documents.
    Rerank = "rerank", "reranks", Use, Beside, Rerank;
}

/// How many classes there are.
pub(crate) const CLASSES: usize = 32;

impl UsageClass {
    /// The class of a price book's name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|class| class.as_str() == name).copied()
    }

    /// Its position in [`UsageClass::ALL`].
    pub(crate) const fn at(self) -> usize {
        self as usize
    }

    /// Whether it is a cache write.
    #[must_use]
    pub const fn is_cache_write(self) -> bool {
        matches!(self, Self::CacheWrite5m | Self::CacheWrite1h | Self::CacheWrite30m | Self::CacheWrite12h)
    }

    /// Whether it is a cache read, of whatever modality.
    #[must_use]
    pub const fn is_cache_read(self) -> bool {
        matches!(self.parent(), Self::CacheRead)
    }

    /// Whether it is a part of the output that every provider bills as output unless it says otherwise.
    pub(crate) const fn is_part_of_output(self) -> bool {
        matches!(self, Self::OutputReasoning | Self::OutputCitation)
    }
}

impl Form for UsageClass {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let names: Vec<&'static str> = Self::ALL.iter().map(|class| class.as_str()).collect();
        let position = crate::form::read_name(json, &names, path, problems);
        Self::ALL.get(position).copied().unwrap_or(Self::Input)
    }

    fn write(&self, out: &mut Writer) {
        out.quoted(&self.as_str());
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        definitions.named("UsageClass", |_| {
            let names: Vec<&str> = Self::ALL.iter().map(|class| class.as_str()).collect();
            serde_json::json!({ "description": "A class of usage.", "enum": names })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_names_of_their_own_and_parents_of_their_side() {
        assert_eq!(UsageClass::ALL.len(), CLASSES);
        for (position, class) in UsageClass::ALL.iter().enumerate() {
            assert_eq!(class.at(), position);
            assert_eq!(UsageClass::from_name(class.as_str()), Some(*class));
            assert_eq!(class.parent().side(), class.side());
            assert_eq!(class.parent().parent(), class.parent());
            assert_eq!(UsageClass::ALL.iter().filter(|other| other.field() == class.field()).count(), 1);
        }
    }
}
