//! The classes of usage, as a table.

/// A class: what a quantity of it is, and what it is a part of.
#[derive(Debug)]
pub struct Class {
    /// What price books and lines call it.
    pub name: &'static str,
    /// The field that counts it.
    pub field: &'static str,
    /// What it is: `i` is read, `r` read from the cache, `w` written to it, `o` is written; `u` is counted in uses, `h` in time.
    pub kind: char,
    /// The class that it is a part of.
    pub parent: &'static str,
}

const fn class(name: &'static str, field: &'static str, kind: char, parent: &'static str) -> Class {
    Class { name, field, kind, parent }
}

/// Every class, in the order of lines.
pub const CLASSES: [Class; 32] = [
    class("input", "input_tokens", 'i', ""),
    class("cache_read", "cache_read_tokens", 'r', ""),
    class("cache_write_5m", "cache_write_5m_tokens", 'w', ""),
    class("cache_write_1h", "cache_write_1h_tokens", 'w', ""),
    class("output", "output_tokens", 'o', ""),
    class("web_search", "web_searches", 'u', ""),
    class("cache_write_30m", "cache_write_30m_tokens", 'w', ""),
    class("cache_write_12h", "cache_write_12h_tokens", 'w', ""),
    class("input_audio", "input_audio_tokens", 'i', "input"),
    class("input_image", "input_image_tokens", 'i', "input"),
    class("input_video", "input_video_tokens", 'i', "input"),
    class("cache_read_audio", "cache_read_audio_tokens", 'r', "cache_read"),
    class("cache_read_image", "cache_read_image_tokens", 'r', "cache_read"),
    class("cache_read_video", "cache_read_video_tokens", 'r', "cache_read"),
    class("output_audio", "output_audio_tokens", 'o', "output"),
    class("output_image", "output_image_tokens", 'o', "output"),
    class("output_video", "output_video_tokens", 'o', "output"),
    class("output_reasoning", "output_reasoning_tokens", 'o', "output"),
    class("output_citation", "output_citation_tokens", 'o', "output"),
    class("file_search", "file_searches", 'u', ""),
    class("request", "requests", 'u', ""),
    class("code_execution_hour", "code_execution_ms", 'h', ""),
    class("audio_hour", "audio_ms", 'h', ""),
    class("input_audio_hour", "input_audio_ms", 'h', ""),
    class("output_video_hour", "output_video_ms", 'h', ""),
    class("input_image_use", "input_images", 'u', ""),
    class("output_image_use", "output_images", 'u', ""),
    class("input_character", "input_characters", 'u', ""),
    class("page", "pages", 'u', ""),
    class("annotated_page", "annotated_pages", 'u', ""),
    class("message", "messages", 'u', ""),
    class("rerank", "reranks", 'u', ""),
];

/// How many of them, from the first on, are written even where they are zero.
const ALWAYS: usize = 6;

impl Class {
    /// The class of a name.
    pub fn named(name: &str) -> &'static Self {
        CLASSES.iter().find(|class| class.name == name).expect("a class")
    }

    pub fn is_token(&self) -> bool {
        !matches!(self.kind, 'u' | 'h')
    }

    /// Whether a part of a usage writes a count of it.
    pub fn is_written(&self, count: i64) -> bool {
        count > 0 || CLASSES[..ALWAYS].iter().any(|class| class.name == self.name)
    }
}
