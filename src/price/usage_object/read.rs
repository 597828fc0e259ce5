//! Takes the counts of a usage object out of its text, by the shape of its API.

use std::borrow::Cow;

use super::contradiction;
use crate::{
    error::{Error, ErrorKind, shown},
    form::{
        Path,
        text::{Text, Token},
    },
    price::usage::LARGEST_COUNT,
};

/// How many counts an object can have.
pub const SLOTS: usize = 24;
/// How many names an object can have.
pub(super) const NAMES: usize = 4;

/// Position of the service tier's name.
pub const TIER: usize = 0;
/// Position of the speed's name.
pub const SPEED: usize = 1;
/// Position of the place's name.
pub const GEO: usize = 2;
/// Position of the model's name.
pub const MODEL: usize = 3;

/// A field of a usage object that matters; every other one is passed over.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub node: Node,
}

/// What stands in a field.
#[derive(Debug)]
pub enum Node {
    /// A count, for a slot.
    Count(usize),
    /// A name, for one of the positions of names.
    Name(usize),
    /// An object with fields that matter.
    Object(&'static [Field]),
    /// A list of `{modality, tokenCount}`, with a slot for each modality.
    Modalities(&'static [(&'static str, usize)]),
    /// A list of objects of the same shape, each billed by itself.
    Parts,
}

pub(super) const fn count(name: &'static str, slot: usize) -> Field {
    Field { name, node: Node::Count(slot) }
}

pub(super) const fn name(name: &'static str, position: usize) -> Field {
    Field { name, node: Node::Name(position) }
}

pub(super) const fn object(name: &'static str, fields: &'static [Field]) -> Field {
    Field { name, node: Node::Object(fields) }
}

/// The counts and names of an object.
#[derive(Clone, Debug)]
pub(super) struct Read<'a> {
    // `MISSING` where a count is missing or null.
    counts: [u64; SLOTS],
    names: [Option<Cow<'a, str>>; NAMES],
    pub(super) parts: Vec<Read<'a>>,
}

/// What stands for a count that is missing.
pub const MISSING: u64 = u64::MAX;

impl<'a> Read<'a> {
    pub(super) const fn empty() -> Self {
        Self { counts: [MISSING; SLOTS], names: [const { None }; NAMES], parts: Vec::new() }
    }

    pub(super) const fn of(counts: [u64; SLOTS]) -> Self {
        Self { counts, names: [const { None }; NAMES], parts: Vec::new() }
    }

    /// A count, where it is there.
    pub(super) fn get(&self, slot: usize) -> Option<u64> {
        self.counts.get(slot).copied().filter(|count| *count != MISSING)
    }

    /// A count; zero where it is missing.
    pub(super) fn or_zero(&self, slot: usize) -> u64 {
        self.get(slot).unwrap_or(0)
    }

    pub(super) fn set(&mut self, slot: usize, count: u64) {
        if let Some(place) = self.counts.get_mut(slot) {
            *place = count;
        }
    }

    /// A name, where it is there.
    pub(super) fn name(&self, position: usize) -> Option<&str> {
        self.names.get(position)?.as_deref()
    }

    pub(super) fn set_name(&mut self, position: usize, name: Cow<'a, str>) {
        if let Some(place) = self.names.get_mut(position) {
            *place = Some(name);
        }
    }

    /// Takes over what a later object says, for counts are cumulative; what it does not say stays.
    pub(super) fn overlay(&mut self, later: &Self) {
        for (place, count) in self.counts.iter_mut().zip(later.counts) {
            if count != MISSING {
                *place = count;
            }
        }
        for (place, name) in self.names.iter_mut().zip(&later.names) {
            if name.is_some() {
                place.clone_from(name);
            }
        }
        if !later.parts.is_empty() {
            self.parts.clone_from(&later.parts);
        }
    }

    /// The same, kept beyond its text.
    pub(super) fn into_owned(self) -> Read<'static> {
        Read {
            counts: self.counts,
            names: self.names.map(|name| name.map(|name| Cow::Owned(name.into_owned()))),
            parts: self.parts.into_iter().map(Read::into_owned).collect(),
        }
    }
}

/// Reads an object of a shape; `None` for `null`.
pub(super) fn read_object<'a>(
    text: &mut Text<'a>,
    shape: &'static [Field],
    path: &Path<'_>,
) -> Result<Option<Read<'a>>, Error> {
    match text.token()? {
        Token::Object => {
            let mut read = Read::empty();
            fields(text, shape, shape, &mut read, path)?;
            Ok(Some(read))
        }
        Token::Null => Ok(None),
        _ => Err(Error::new(ErrorKind::InvalidInput, "a usage is an object: send it as the provider gave it")
            .at(path.to_string())),
    }
}

/// Reads the fields of an object that was begun.
fn fields<'a>(
    text: &mut Text<'a>,
    shape: &'static [Field],
    whole: &'static [Field],
    read: &mut Read<'a>,
    path: &Path<'_>,
) -> Result<(), Error> {
    // One bit for each field of the shape that was seen.
    let mut seen = 0_u32;
    while let Some(name) = text.next_field()? {
        let Some((position, field)) = shape.iter().enumerate().find(|(_, field)| field.name == name) else {
            text.skip()?;
            continue;
        };
        let bit = 1_u32.wrapping_shl(u32::try_from(position).unwrap_or(0));
        let path = path.field(field.name);
        if seen & bit != 0 {
            return Err(contradiction(&path, format!("`{}` stands twice: send it once", field.name)));
        }
        seen |= bit;
        match &field.node {
            Node::Count(slot) => {
                if let Some(count) = number(text, &path)? {
                    read.set(*slot, count);
                }
            }
            Node::Name(slot) => match text.token()? {
                Token::String(name) => read.set_name(*slot, name),
                Token::Null => {}
                _ => return Err(contradiction(&path, format!("`{}` is no name: send a string", field.name))),
            },
            Node::Object(inner) => match text.token()? {
                Token::Object => fields(text, inner, whole, read, &path)?,
                Token::Null => {}
                _ => return Err(contradiction(&path, format!("`{}` is no object: send one", field.name))),
            },
            Node::Modalities(slots) => modalities(text, slots, read, &path)?,
            Node::Parts => parts(text, whole, read, &path)?,
        }
    }
    Ok(())
}

fn number(text: &mut Text<'_>, path: &Path<'_>) -> Result<Option<u64>, Error> {
    let refused = |found: &str| {
        let found = shown(found);
        let message = format!("`{found}` is no count: send a whole number from 0 to {LARGEST_COUNT}");
        Err(contradiction(path, message))
    };
    match text.token()? {
        Token::Null => Ok(None),
        Token::Number(digits) => match digits.parse() {
            Ok(count) if count <= LARGEST_COUNT => Ok(Some(count)),
            _ => refused(digits),
        },
        Token::Bool(_) => refused("true or false"),
        Token::String(text) => refused(&text),
        Token::List => refused("[…]"),
        Token::Object => refused("{…}"),
    }
}

fn modalities<'a>(
    text: &mut Text<'a>,
    slots: &'static [(&'static str, usize)],
    read: &mut Read<'a>,
    path: &Path<'_>,
) -> Result<(), Error> {
    if !begin_list(text, path)? {
        return Ok(());
    }
    let mut index = 0_usize;
    while text.next_item()? {
        let path = path.item(index);
        index = index.saturating_add(1);
        if text.token()? != Token::Object {
            return Err(contradiction(&path, "not an object: send the usage as the provider gave it".to_owned()));
        }
        let (mut modality, mut count) = (None, None);
        while let Some(name) = text.next_field()? {
            match &*name {
                "modality" if modality.is_none() => match text.token()? {
                    Token::String(name) => modality = Some(name),
                    _ => return Err(contradiction(&path.field("modality"), "no name: send a string".to_owned())),
                },
                "tokenCount" if count.is_none() => count = Some(number(text, &path.field("tokenCount"))?.unwrap_or(0)),
                "modality" | "tokenCount" => {
                    return Err(contradiction(&path.field(&name), format!("`{name}` stands twice: send it once")));
                }
                _ => text.skip()?,
            }
        }
        let modality = modality.as_deref().unwrap_or("MODALITY_UNSPECIFIED");
        let Some((_, slot)) = slots.iter().find(|(name, _)| *name == modality) else {
            let message = format!("`{}` is unknown: its price is not known either", shown(modality));
            return Err(Error::new(ErrorKind::UnpricedContext, message).at(path.field("modality").to_string()));
        };
        let sum = read.or_zero(*slot).saturating_add(count.unwrap_or(0));
        read.set(*slot, sum);
    }
    Ok(())
}

/// The most parts of one usage.
const MOST_PARTS: usize = crate::decide::MOST_PARTS;

fn parts<'a>(text: &mut Text<'a>, whole: &'static [Field], read: &mut Read<'a>, path: &Path<'_>) -> Result<(), Error> {
    if !begin_list(text, path)? {
        return Ok(());
    }
    while text.next_item()? {
        let path = path.item(read.parts.len());
        if read.parts.len() >= MOST_PARTS {
            return Err(contradiction(&path, format!("more than {MOST_PARTS} parts: settle the usage as `unknown`")));
        }
        match read_object(text, whole, &path)? {
            Some(part) if part.parts.is_empty() => read.parts.push(part),
            _ => return Err(contradiction(&path, "not a part: send the usage as the provider gave it".to_owned())),
        }
    }
    Ok(())
}

/// Begins a list; `false` for `null`.
fn begin_list(text: &mut Text<'_>, path: &Path<'_>) -> Result<bool, Error> {
    match text.token()? {
        Token::List => Ok(true),
        Token::Null => Ok(false),
        _ => Err(contradiction(path, "not a list: send the usage as the provider gave it".to_owned())),
    }
}
