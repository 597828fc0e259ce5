//! Ids: the strings that hosts choose, and the small integers that stand for them inside the engine.
//!
//! An id is 1 to 64 characters of `A-Z a-z 0-9 . _ : @ -` and starts with a letter or a digit. Each noun has a type of
//! its own, so that a key's id cannot be passed for a member's.

use core::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use crate::{
    error::Error,
    index,
    pack::{Pack, Packed, pack_text},
};

/// The longest id, in characters.
pub const LONGEST: usize = 64;
/// The longest reservation id, in characters.
pub const LONGEST_RESERVATION: usize = 40;
/// The longest model name, in characters.
pub const LONGEST_MODEL: usize = 128;

fn is_id(text: &str, longest: usize) -> bool {
    let character = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'@' | b'-');
    (1..=longest).contains(&text.len())
        && text.bytes().all(character)
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

fn not_an_id(text: &str, longest: usize) -> Error {
    Error::invalid(format!(
        "`{}` is not an id: use 1 to {longest} characters of letters, digits and `. _ : @ -`, and start with a letter or a digit",
        crate::error::shown(text)
    ))
}

macro_rules! string_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The id shown for a handle that the engine did not give out, or that could not be read.
            pub(crate) fn unknown() -> Self {
                Self("unknown".into())
            }
        }

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                if is_id(text, LONGEST) { Ok(Self(text.into())) } else { Err(not_an_id(text, LONGEST)) }
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{:?}", &*self.0)
            }
        }
    )*};
}

string_ids! {
    /// An organization: the company whose books one engine keeps.
    OrganizationId,
    /// A person of the organization.
    MemberId,
    /// A principal of a project that is no person.
    ServiceAccountId,
    /// A project.
    ProjectId,
    /// A key; its secrets come and go, its id stays.
    KeyId,
    /// A role, preset or custom.
    RoleId,
    /// A class of models that limits name.
    ModelClassId,
    /// A limit.
    LimitId,
    /// A budget.
    BudgetId,
    /// An increase request.
    IncreaseRequestId,
}

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        crate::packed!(struct $name(_));

        impl $name {
            /// The position in the engine's table, for hosts that keep their own map from id to handle.
            #[must_use]
            pub const fn index(self) -> u32 {
                self.0
            }

            /// A handle at a position. One that the engine did not give out is treated as unknown.
            #[must_use]
            pub const fn from_index(index: u32) -> Self {
                Self(index)
            }

            pub(crate) const fn at(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

handles! {
    /// A member's handle.
    MemberIx,
    /// A service account's handle.
    ServiceAccountIx,
    /// A project's handle.
    ProjectIx,
    /// A key's handle.
    KeyIx,
    /// A limit's handle. A limit that changes in kind gets a new one.
    LimitIx,
    /// A budget's handle. A budget whose window or scope changes gets a new one.
    BudgetIx,
    /// A price book's handle: its position in the history of books.
    BookIx,
    /// A rate card's handle inside its book.
    CardIx,
    /// A model's handle: stable over every book of the organization.
    ModelIx,
}

/// The id of a reservation: made by the gateway, never by the client. 1 to 40 characters, held inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReservationId {
    // INVARIANT: bytes past `length` are zero, so that derived order is the order of the text.
    bytes: [u8; LONGEST_RESERVATION],
    length: u8,
    // What the engine's tables find it by: made once from the text, needed more than once by each command. Three bytes tell
    // sixteen million apart, and with a fourth a reservation would be 16 bytes longer.
    tag: [u8; 3],
}

impl ReservationId {
    pub(crate) const fn unknown() -> Self {
        Self { bytes: [0; LONGEST_RESERVATION], length: 0, tag: [0; 3] }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.length)).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl ReservationId {
    fn of(bytes: [u8; LONGEST_RESERVATION], length: u8) -> Self {
        let mut id = Self { bytes, length, tag: [0; 3] };
        let [first, second, third, _] = index::tag(&id).to_le_bytes();
        id.tag = [first, second, third];
        id
    }

    /// What the engine's tables find it by.
    pub(crate) fn tag(&self) -> u32 {
        let [first, second, third] = self.tag;
        u32::from_le_bytes([first, second, third, 0])
    }
}

impl Hash for ReservationId {
    /// By words: no text ends in a zero byte, so that the words say all.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let (words, _) = self.bytes.as_chunks::<8>();
        let told = usize::from(self.length).div_ceil(8);
        words.iter().take(told).for_each(|word| hasher.write_u64(u64::from_le_bytes(*word)));
    }
}

impl FromStr for ReservationId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; LONGEST_RESERVATION];
        match (is_id(text, LONGEST_RESERVATION), bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (true, Some(target), Ok(length)) => {
                target.copy_from_slice(text.as_bytes());
                Ok(Self::of(bytes, length))
            }
            _ => Err(not_an_id(text, LONGEST_RESERVATION)),
        }
    }
}

impl fmt::Display for ReservationId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for ReservationId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.as_str())
    }
}

impl Pack for ReservationId {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_text(self.as_str(), out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        from.text().parse().unwrap_or_else(|_| {
            from.refuse();
            Self::unknown()
        })
    }
}

/// The SHA-256 of a key's whole secret. The secret itself never enters the engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretDigest(pub [u8; 32]);

impl SecretDigest {
    pub(crate) const fn unknown() -> Self {
        Self([0; 32])
    }
}

impl FromStr for SecretDigest {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut digest = [0; 32];
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
            b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let well_formed = rest.is_empty() && pairs.len() == digest.len();
        for (target, [high, low]) in digest.iter_mut().zip(pairs) {
            match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) if well_formed => *target = (high << 4) | low,
                // The text may be a secret in the wrong place: never repeat it.
                _ => return Err(Error::invalid("not a SHA-256: write 64 lower-case hex digits")),
            }
        }
        if well_formed {
            Ok(Self(digest))
        } else {
            Err(Error::invalid("not a SHA-256: write 64 lower-case hex digits"))
        }
    }
}

impl Pack for SecretDigest {
    fn pack(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|byte| byte.pack(out));
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        Self([(); 32].map(|()| u8::unpack(from)))
    }
}

impl fmt::Display for SecretDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // At once: every key that is listed, stored or audited has one, and formatting each byte takes longer than all the rest.
        let digit =
            |half: u8| if half < 10 { b'0'.wrapping_add(half) } else { b'a'.wrapping_sub(10).wrapping_add(half) };
        let digits = self.0.map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
        out.write_str(core::str::from_utf8(digits.as_flattened()).unwrap_or_default())
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reservation_ids_keep_their_text_and_its_order() {
        let ids = ["a", "a-", "a.b", "ab", "b"].map(|text| text.parse::<ReservationId>().unwrap());
        assert!(ids.is_sorted_by_key(|id| id.as_str().to_owned()));
        assert!(ids.is_sorted());
        assert!("x".repeat(41).parse::<ReservationId>().is_err());
        assert!("_x".parse::<ReservationId>().is_err());
    }

    #[test]
    fn digests_round_trip_and_never_echo_a_secret() {
        let text = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        assert_eq!(text.parse::<SecretDigest>().unwrap().to_string(), text);
        let error = "tg_acme_secret".parse::<SecretDigest>().unwrap_err();
        assert!(!error.to_string().contains("acme"));
    }
}
