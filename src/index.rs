//! Looking up by id: where in a table something stands.
//!
//! There is one table of positions, whose code is compiled once. It knows 32 bits of a hash, the tag, for each position;
//! most that is not meant is told apart by its tag, without a look at what stands there.

use core::hash::{BuildHasher, Hash};

use crate::ahead;

/// The hash of the engine's tables: fixed, so that a state has no randomness. Keys are ids that hosts and administrators
/// choose, never callers; where order can be seen, it is sorted.
type Hasher = foldhash::fast::FixedState;

/// The tag of something that is looked up by.
#[expect(clippy::cast_possible_truncation, reason = "a part of the hash is the tag")]
pub(crate) fn tag<T: Hash + ?Sized>(value: &T) -> u32 {
    Hasher::default().hash_one(value) as u32
}

/// A position with the tag of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) position: u32,
    pub(crate) tag: u32,
}

/// Entries of one bucket, which with what is counted beside them fills a line of the cache.
const ROOM: usize = 7;
/// A table is made larger when there are more entries for each bucket, in quarters of an entry.
const MOST_QUARTERS: usize = 18;

/// A line of the cache: most look-ups read one.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket {
    tags: [u32; ROOM],
    positions: [u32; ROOM],
    // How many entries belong here and stand in a later bucket, since this one was full.
    away: u32,
    // How many of the entries are used, from the first on.
    used: u8,
}

const EMPTY: Bucket = Bucket { tags: [0; ROOM], positions: [0; ROOM], away: 0, used: 0 };

impl Bucket {
    fn get(&self, at: usize) -> Option<Tagged> {
        let (tag, position) = self.tags.get(at).zip(self.positions.get(at))?;
        (at < usize::from(self.used)).then_some(Tagged { position: *position, tag: *tag })
    }

    fn entries(&self) -> impl Iterator<Item = Tagged> {
        (0..usize::from(self.used)).filter_map(|at| self.get(at))
    }

    /// Where the entry with a tag that is meant stands. All tags are compared before any is looked at: where it stands
    /// cannot be foreseen.
    fn find(&self, tag: u32, is_meant: &dyn Fn(u32) -> bool) -> Option<usize> {
        let mut equal = 0_u32;
        for (at, known) in (0_u32..).zip(&self.tags) {
            equal |= u32::from(*known == tag).wrapping_shl(at);
        }
        equal &= 1_u32.wrapping_shl(self.used.into()).wrapping_sub(1);
        while equal != 0 {
            let at = equal.trailing_zeros() as usize;
            if self.positions.get(at).is_some_and(|position| is_meant(*position)) {
                return Some(at);
            }
            equal &= equal.wrapping_sub(1);
        }
        None
    }

    /// Puts an entry behind the others; whether there was room.
    fn push(&mut self, tagged: Tagged) -> bool {
        let at = usize::from(self.used);
        let Some((tag, position)) = self.tags.get_mut(at).zip(self.positions.get_mut(at)) else { return false };
        (*tag, *position) = (tagged.tag, tagged.position);
        self.used = self.used.saturating_add(1);
        true
    }

    /// Takes an entry out; the last one takes its place.
    fn take(&mut self, at: usize) {
        self.used = self.used.saturating_sub(1);
        self.tags.swap(at, self.used.into());
        self.positions.swap(at, self.used.into());
    }
}

/// Positions by their tags: buckets of a few, and what does not fit into its own bucket stands in the next with room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions {
    // None, or a power of two.
    buckets: Vec<Bucket>,
    length: usize,
}

impl Positions {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The bucket of a tag: the upper bits of a product in which each bit of the tag counts.
    fn home(&self, tag: u32) -> usize {
        let mixed = u64::from(tag).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (mixed.wrapping_mul(self.buckets.len() as u64) >> 32) as usize
    }

    fn after(&self, bucket: usize) -> usize {
        let next = bucket.wrapping_add(1);
        if next < self.buckets.len() { next } else { 0 }
    }

    /// The place of the entry with a tag that is meant: its bucket, and where it stands there.
    fn place(&self, tag: u32, is_meant: &dyn Fn(u32) -> bool) -> Option<(usize, usize)> {
        let home = self.home(tag);
        let mut at = home;
        let bucket = self.buckets.get(at)?;
        if let Some(place) = bucket.find(tag, is_meant) {
            return Some((at, place));
        }
        // As many as are away from home are met on the way.
        let mut away = bucket.away as usize;
        while away > 0 {
            at = self.after(at);
            let bucket = self.buckets.get(at).filter(|_| at != home)?;
            if let Some(place) = bucket.find(tag, is_meant) {
                return Some((at, place));
            }
            away = away.saturating_sub(bucket.entries().filter(|known| self.home(known.tag) == home).count());
        }
        None
    }

    /// The position with a tag at which stands what is meant.
    pub(crate) fn find(&self, tag: u32, is_meant: &dyn Fn(u32) -> bool) -> Option<u32> {
        let (bucket, place) = self.place(tag, is_meant)?;
        Some(self.buckets.get(bucket)?.get(place)?.position)
    }

    /// Asks for the place of a tag.
    pub(crate) fn ask_for(&self, tag: u32) {
        if let Some(bucket) = self.buckets.get(self.home(tag)) {
            ahead::ask_for(bucket);
        }
    }

    /// Whether a position is known by this tag.
    pub(crate) fn contains(&self, tagged: Tagged) -> bool {
        self.place(tagged.tag, &|position| position == tagged.position).is_some()
    }

    /// Puts in a position that is not there yet.
    pub(crate) fn insert(&mut self, tagged: Tagged) {
        if self.length.saturating_mul(4) >= self.buckets.len().saturating_mul(MOST_QUARTERS) {
            self.grow();
        }
        self.length = self.length.saturating_add(1);
        self.put(tagged);
    }

    fn put(&mut self, tagged: Tagged) {
        let home = self.home(tagged.tag);
        let mut at = home;
        while self.buckets.get_mut(at).is_some_and(|bucket| !bucket.push(tagged)) {
            at = self.after(at);
        }
        if at != home
            && let Some(bucket) = self.buckets.get_mut(home)
        {
            bucket.away = bucket.away.saturating_add(1);
        }
    }

    fn grow(&mut self) {
        let length = self.buckets.len().saturating_mul(2).max(1);
        let before = core::mem::replace(&mut self.buckets, vec![EMPTY; length]);
        before.iter().flat_map(Bucket::entries).for_each(|entry| self.put(entry));
    }

    /// Takes a position out, if it is there.
    pub(crate) fn remove(&mut self, tagged: Tagged) {
        let Some((at, place)) = self.place(tagged.tag, &|position| position == tagged.position) else { return };
        let home = self.home(tagged.tag);
        if let Some(bucket) = self.buckets.get_mut(at) {
            bucket.take(place);
        }
        if at != home
            && let Some(bucket) = self.buckets.get_mut(home)
        {
            bucket.away = bucket.away.saturating_sub(1);
        }
        self.length = self.length.saturating_sub(1);
    }
}

/// A text as it is compared: all of it where it is as short as most ids and names are, so that neither a look at another
/// place nor a call is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    // The bytes of the text, zeros, and its length; of a longer text nothing but `TOO_LONG`.
    words: [u64; 3],
}

impl Short {
    const LONGEST: usize = 23;
    const TOO_LONG: u64 = u64::MAX;

    pub(crate) fn of(text: &str) -> Self {
        if text.len() > Self::LONGEST {
            return Self { words: [Self::TOO_LONG; 3] };
        }
        let mut words = [0; 3];
        let (whole, rest) = text.as_bytes().as_chunks::<8>();
        let mut last = 0;
        for byte in rest.iter().rev() {
            last = (last << 8) | u64::from(*byte);
        }
        let all = whole.iter().map(|chunk| u64::from_le_bytes(*chunk)).chain([last]);
        words.iter_mut().zip(all).for_each(|(word, read)| *word = read);
        words[2] |= (text.len() as u64) << 56;
        Self { words }
    }

    const fn is_too_long(&self) -> bool {
        self.words[2] == Self::TOO_LONG
    }
}

/// A text that is looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought<'a> {
    text: &'a str,
    short: Short,
}

impl<'a> Sought<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, short: Short::of(text) }
    }

    fn tag(&self) -> u32 {
        match self.short {
            short if short.is_too_long() => tag(self.text),
            Short { words: [first, second, third] } => tag(&(first, second, third)),
        }
    }

    /// Whether this is the text, of which `short` was made, and which `whole` gives.
    pub(crate) fn is<'b>(&self, short: &Short, whole: impl FnOnce() -> &'b str) -> bool {
        self.short == *short && (!short.is_too_long() || whole() == self.text)
    }
}

/// Positions in a table by id, where the ids stand in the table itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    positions: Positions,
}

impl Index {
    /// The position of an id, of which `is_at` says whether it stands at a position.
    pub(crate) fn get(&self, id: &Sought<'_>, is_at: &dyn Fn(u32) -> bool) -> Option<u32> {
        self.positions.find(id.tag(), is_at)
    }

    /// Puts in a position whose id is new.
    pub(crate) fn insert(&mut self, position: u32, id: &str) {
        self.positions.insert(Tagged { position, tag: Sought::of(id).tag() });
    }

    /// Takes out a position.
    pub(crate) fn remove(&mut self, position: u32, id: &str) {
        self.positions.remove(Tagged { position, tag: Sought::of(id).tag() });
    }
}

/// Numbers by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    entries: Vec<Name>,
    index: Index,
}

#[derive(Clone, Debug)]
struct Name {
    short: Short,
    whole: Box<str>,
    number: u32,
}

impl Names {
    fn position(&self, name: &str) -> Option<u32> {
        let sought = Sought::of(name);
        let is_at =
            |at: u32| self.entries.get(at as usize).is_some_and(|known| sought.is(&known.short, || &known.whole));
        self.index.get(&sought, &is_at)
    }

    /// The number of a name.
    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        self.entries.get(self.position(name)? as usize).map(|known| known.number)
    }

    /// Sets the number of a name; says which it had.
    pub(crate) fn insert(&mut self, name: &str, number: u32) -> Option<u32> {
        if let Some(position) = self.position(name) {
            let known = self.entries.get_mut(position as usize)?;
            return Some(core::mem::replace(&mut known.number, number));
        }
        let position = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(Name { short: Short::of(name), whole: name.into(), number });
        self.index.insert(position, name);
        None
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_by_tag_and_told_apart_where_tags_are_equal() {
        let mut positions = Positions::default();
        for position in 0..1_000 {
            positions.insert(Tagged { position, tag: position % 10 });
        }
        assert_eq!(positions.find(3, &|at| at == 503), Some(503));
        assert_eq!(positions.find(4, &|at| at == 503), None);
        positions.remove(Tagged { position: 503, tag: 3 });
        assert!(!positions.contains(Tagged { position: 503, tag: 3 }));
        assert_eq!(positions.len(), 999);
    }

    /// The same calls on a table and on a plain list, with tags that crowd into few buckets and with tags that do not.
    #[test]
    fn a_table_in_which_much_comes_and_goes_knows_what_a_list_knows() {
        for tags in [1, 2, 5, 40, u32::MAX] {
            let (mut table, mut list) = (Positions::default(), Vec::<Tagged>::new());
            let mut random = 1_u64;
            let mut next = || {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) as u32
            };
            for position in 0..20_000 {
                let most = if tags < 40 { 60 } else { 2_000 };
                if list.len() < most && next() % 5 > 1 {
                    let tagged = Tagged { position, tag: next() % tags };
                    table.insert(tagged);
                    list.push(tagged);
                } else if !list.is_empty() {
                    let gone = list.swap_remove(next() as usize % list.len());
                    table.remove(gone);
                    assert!(!table.contains(gone));
                    table.remove(gone);
                }
                assert_eq!(table.len(), list.len());
                if position % 97 == 0 {
                    assert!(list.iter().all(|known| table.contains(*known)));
                    let away: u32 = table.buckets.iter().map(|bucket| bucket.away).sum();
                    let homeless = table.buckets.iter().enumerate().flat_map(|(at, bucket)| {
                        let table = &table;
                        bucket.entries().filter(move |known| table.home(known.tag) != at)
                    });
                    assert_eq!(away as usize, homeless.count());
                }
            }
            for known in list {
                table.remove(known);
            }
            assert_eq!(table.len(), 0);
            assert!(table.buckets.iter().all(|bucket| bucket.used == 0 && bucket.away == 0));
        }
    }

    #[test]
    fn texts_are_told_apart_whole_however_long_they_are() {
        let mut texts: Vec<String> = (0..70).map(|length| "x".repeat(length)).collect();
        texts.extend((20..70).map(|length| "x".repeat(length) + "y"));
        texts.extend(["x\0".to_owned(), "\u{ff}".repeat(11), "\u{ff}".repeat(12)]);
        for (left, sought) in texts.iter().enumerate() {
            for (right, known) in texts.iter().enumerate() {
                assert_eq!(Sought::of(sought).is(&Short::of(known), || known), left == right, "{sought} {known}");
            }
        }
        let mut index = Index::default();
        for (position, text) in (0..).zip(&texts) {
            index.insert(position, text);
        }
        index.remove(3, &texts[3]);
        for (position, text) in (0..).zip(&texts) {
            let found = index.get(&Sought::of(text), &|at| texts[at as usize] == *text);
            assert_eq!(found, (position != 3).then_some(position));
        }
    }

    #[test]
    fn names_keep_the_number_that_was_set_last() {
        let mut names = Names::default();
        assert!(names.is_empty());
        for number in 0..200 {
            assert_eq!(names.insert(&format!("name {}", number % 100), number), number.checked_sub(100));
        }
        assert_eq!(names.get("name 7"), Some(107));
        assert_eq!(names.get("name 700"), None);
    }
}
