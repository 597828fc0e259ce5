//! Order: one sort and one small map for every type.
//!
//! The standard library compiles its sort, and its map, anew for every type they are used with; in WebAssembly each costs
//! several kilobytes. What is not asked for on every request is put in order here.

use core::cmp::Ordering;

/// Sorts a list; what compares as equal keeps its order.
pub(crate) fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut order = positions(list.len(), &|left, right| match (list.get(left as usize), list.get(right as usize)) {
        (Some(left), Some(right)) => compare(left, right),
        _ => Ordering::Equal,
    });
    for at in 0..order.len() {
        // What stood at a place before this one was swapped away: follow it to where it is now.
        let mut from = order.get(at).map_or(at, |from| *from as usize);
        while from < at {
            from = order.get(from).map_or(at, |from| *from as usize);
        }
        if let Some(place) = order.get_mut(at) {
            *place = u32::try_from(from).unwrap_or(u32::MAX);
        }
        list.swap(at, from);
    }
}

/// The positions of a list in the order of what they compare as; equal ones keep their order.
pub(crate) fn positions(length: usize, compare: &dyn Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(length).unwrap_or(u32::MAX)).collect();
    order.sort_by(|left, right| compare(*left, *right));
    order
}

/// The positions of texts that stand in a list for a second time, rising.
pub(crate) fn again(texts: &[String]) -> Vec<usize> {
    let text = |at: u32| texts.get(at as usize);
    let sorted = positions(texts.len(), &|left, right| text(left).cmp(&text(right)));
    let mut again = Vec::new();
    for (earlier, later) in sorted.iter().zip(sorted.iter().skip(1)) {
        if text(*earlier) == text(*later) {
            again.push(*later as usize);
        }
    }
    sort_by(&mut again, usize::cmp);
    again
}

/// A small map by id, in the order of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ById<T> {
    entries: Vec<(Box<str>, T)>,
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> ById<T> {
    fn place(&self, id: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| (**known).cmp(id))
    }

    /// The value of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.entries.get(self.place(id).ok()?).map(|(_, value)| value)
    }

    /// Sets the value of an id.
    pub(crate) fn insert(&mut self, id: &str, value: T) {
        match self.place(id) {
            Ok(at) => {
                if let Some((_, known)) = self.entries.get_mut(at) {
                    *known = value;
                }
            }
            Err(at) => self.entries.insert(at, (id.into(), value)),
        }
    }

    /// Forgets an id.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Ok(at) = self.place(id) {
            self.entries.remove(at);
        }
    }

    /// Every id with its value, rising.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().map(|(id, value)| (&**id, value))
    }

    /// Every value, by rising id.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, value)| value)
    }
}

/// A set in its order, of what is seldom added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted<T> {
    items: Vec<T>,
}

/// A set of ids.
pub(crate) type Ids = Sorted<String>;

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T: Ord> Sorted<T> {
    /// The set of some items.
    pub(crate) fn of(mut items: Vec<T>) -> Self {
        sort_by(&mut items, T::cmp);
        items.dedup();
        Self { items }
    }

    pub(crate) fn insert(&mut self, item: T) {
        if let Err(at) = self.items.binary_search(&item) {
            self.items.insert(at, item);
        }
    }

    pub(crate) fn remove(&mut self, item: &T) {
        if let Ok(at) = self.items.binary_search(item) {
            self.items.remove(at);
        }
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.items.retain(keep);
    }

    /// Takes the first items, as far as they come `before` something.
    pub(crate) fn take_first(&mut self, before: impl FnMut(&T) -> bool) -> Vec<T> {
        let rest = self.items.split_off(self.items.partition_point(before));
        core::mem::replace(&mut self.items, rest)
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.items.first()
    }

    /// Every item, rising.
    pub(crate) fn iter(&self) -> core::slice::Iter<'_, T> {
        self.items.iter()
    }
}

impl Ids {
    /// Whether an id is there.
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.items.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut next = 7_u64;
        for length in [0, 1, 2, 3, 10, 100, 1_000] {
            let mut list: Vec<(u64, usize)> = Vec::new();
            for position in 0..length {
                next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                list.push((next >> 60, position));
            }
            let mut expected = list.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by(&mut list, |left, right| left.0.cmp(&right.0));
            assert_eq!(list, expected);
        }
    }

    #[test]
    fn a_map_keeps_the_order_of_its_ids() {
        let mut map = ById::default();
        for (id, value) in [("b", 1), ("a", 2), ("c", 3), ("b", 4)] {
            map.insert(id, value);
        }
        map.remove("c");
        map.remove("d");
        assert_eq!(map.values().copied().collect::<Vec<_>>(), [2, 4]);
        assert_eq!(map.get("b"), Some(&4));
        assert_eq!(map.get("c"), None);
    }

    #[test]
    fn a_set_keeps_its_order_and_gives_its_first_items() {
        let mut set = Sorted::of(vec![5, 3, 5]);
        for item in [4, 1, 4, 9] {
            set.insert(item);
        }
        set.remove(&3);
        set.remove(&7);
        set.retain(|item| *item != 9);
        assert_eq!(set.take_first(|item| *item < 5), [1, 4]);
        assert_eq!(set.first(), Some(&5));
        assert_eq!(set.iter().count(), 1);
    }
}
