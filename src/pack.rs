//! Packed bytes: what a snapshot holds besides its configuration.
//!
//! Whole numbers take as many bytes as they need, seven bits in each, and signed ones alternate around zero; a list, a text
//! and a choice begin with a number. Nothing says what a field is: [`packed!`](crate::packed) gives writer and reader at
//! once, and a type whose fields change needs a new version of the snapshot.

/// A type with packed bytes.
pub trait Pack: Sized {
    /// Appends the value.
    fn pack(&self, out: &mut Vec<u8>);

    /// Reads the value; any value where the bytes are refused.
    fn unpack(from: &mut Packed<'_>) -> Self;
}

/// A value's bytes.
#[must_use]
pub fn pack(value: &impl Pack) -> Vec<u8> {
    let mut out = Vec::new();
    value.pack(&mut out);
    out
}

/// The value of bytes; `None` where they are not its bytes, all of them.
#[must_use]
pub fn unpack<T: Pack>(bytes: &[u8]) -> Option<T> {
    let mut from = Packed { rest: bytes, refused: false };
    let value = T::unpack(&mut from);
    (!from.refused && from.rest.is_empty()).then_some(value)
}

/// Bytes that are read. What is refused is remembered, so that reading goes on, with zeros, to its end.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    rest: &'a [u8],
    refused: bool,
}

impl<'a> Packed<'a> {
    /// Remembers that the bytes are not those of a value.
    pub fn refuse(&mut self) {
        self.refused = true;
        self.rest = &[];
    }

    fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => {
                self.refuse();
                0
            }
        }
    }

    fn whole(&mut self) -> u128 {
        let mut value = 0;
        for shift in (0..u128::BITS).step_by(7) {
            let byte = self.byte();
            let bits = u128::from(byte & 0x7f).wrapping_shl(shift);
            if bits.wrapping_shr(shift) != u128::from(byte & 0x7f) {
                break;
            }
            value |= bits;
            if byte & 0x80 == 0 {
                return value;
            }
        }
        self.refuse();
        0
    }

    /// A number that fits its type.
    fn number<T: TryFrom<u128> + Default>(&mut self) -> T {
        T::try_from(self.whole()).unwrap_or_else(|_| {
            self.refuse();
            T::default()
        })
    }

    fn signed(&mut self) -> i128 {
        let whole = self.whole();
        (whole >> 1).cast_signed() ^ (whole & 1).cast_signed().wrapping_neg()
    }

    /// The position of a choice.
    pub fn choice(&mut self) -> u32 {
        self.number()
    }

    /// One of a list, by its position; `otherwise` where there is none.
    pub fn one_of<T: Copy>(&mut self, list: &[T], otherwise: T) -> T {
        list.get(self.choice() as usize).copied().unwrap_or_else(|| {
            self.refuse();
            otherwise
        })
    }

    /// A text.
    pub fn text(&mut self) -> &'a str {
        let length = self.number();
        let text = self.rest.split_at_checked(length).and_then(|(text, rest)| {
            self.rest = rest;
            core::str::from_utf8(text).ok()
        });
        text.unwrap_or_else(|| {
            self.refuse();
            ""
        })
    }

    /// A list, item by item.
    pub fn items<T: Pack>(&mut self, mut push: impl FnMut(T)) {
        let mut left: u32 = self.number();
        while left > 0 && !self.refused {
            push(T::unpack(self));
            left = left.saturating_sub(1);
        }
    }
}

fn pack_whole(mut value: u128, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn pack_signed(value: i128, out: &mut Vec<u8>) {
    pack_whole((value << 1).cast_unsigned() ^ (value >> 127).cast_unsigned(), out);
}

/// Appends a position or a length.
pub fn pack_number(value: usize, out: &mut Vec<u8>) {
    pack_whole(value as u128, out);
}

/// Appends a text.
pub fn pack_text(text: &str, out: &mut Vec<u8>) {
    pack_number(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a list.
pub fn pack_items<'a, T: Pack + 'a>(items: impl ExactSizeIterator<Item = &'a T>, out: &mut Vec<u8>) {
    pack_number(items.len(), out);
    for item in items {
        item.pack(out);
    }
}

macro_rules! whole_numbers {
    ($($name:ty),*) => {$(
        impl Pack for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                pack_whole((*self).into(), out);
            }

            fn unpack(from: &mut Packed<'_>) -> Self {
                from.number()
            }
        }
    )*};
}

whole_numbers!(u8, u16, u32, u64);

impl Pack for i128 {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_signed(*self, out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        from.signed()
    }
}

impl Pack for i64 {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_signed((*self).into(), out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        Self::try_from(from.signed()).unwrap_or_else(|_| {
            from.refuse();
            0
        })
    }
}

impl Pack for bool {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        match from.byte() {
            0 => false,
            1 => true,
            _ => {
                from.refuse();
                false
            }
        }
    }
}

impl Pack for String {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_text(self, out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        from.text().to_owned()
    }
}

impl Pack for Box<str> {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_text(self, out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        from.text().into()
    }
}

impl<T: Pack> Pack for std::sync::Arc<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        (**self).pack(out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        Self::new(T::unpack(from))
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.is_some().pack(out);
        if let Some(value) = self {
            value.pack(out);
        }
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        bool::unpack(from).then(|| T::unpack(from))
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_items(self.iter(), out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        let mut items = Self::new();
        from.items(|item| items.push(item));
        items
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl<A: smallvec::Array> Pack for smallvec::SmallVec<A>
where
    A::Item: Pack,
{
    fn pack(&self, out: &mut Vec<u8>) {
        pack_items(self.iter(), out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        let mut items = Self::new();
        from.items(|item| items.push(item));
        items
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, out: &mut Vec<u8>) {
        self.0.pack(out);
        self.1.pack(out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        (A::unpack(from), B::unpack(from))
    }
}

/// Gives a struct, a tuple or a choice its packed bytes: its fields in the order that is written here. One that is not
/// packed stands behind `and`, with the value that it then has.
#[macro_export]
#[doc(hidden)]
macro_rules! packed {
    (struct $name:ident { $($field:ident),* $(,)? } $(and { $unpacked:ident: $value:expr })?) => {
        impl $crate::pack::Pack for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                $($crate::pack::Pack::pack(&self.$field, out);)*
            }

            fn unpack(from: &mut $crate::pack::Packed<'_>) -> Self {
                Self { $($field: $crate::pack::Pack::unpack(from),)* $($unpacked: $value)? }
            }
        }
    };
    (struct $name:ident(_)) => {
        impl $crate::pack::Pack for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                $crate::pack::Pack::pack(&self.0, out);
            }

            fn unpack(from: &mut $crate::pack::Packed<'_>) -> Self {
                Self($crate::pack::Pack::unpack(from))
            }
        }
    };
    (names $name:ident, $first:ident $($rest:ident)*) => {
        impl $crate::pack::Pack for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                $crate::pack::pack_number(*self as usize, out);
            }

            fn unpack(from: &mut $crate::pack::Packed<'_>) -> Self {
                from.one_of(Self::ALL, Self::$first)
            }
        }
    };
    (enum $name:ident { $first:ident $(($first_inner:ident))?, $($at:literal => $variant:ident $(($inner:ident))?),* $(,)? }) => {
        impl $crate::pack::Pack for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                match self {
                    Self::$first $(($first_inner))? => {
                        $crate::pack::pack_number(0, out);
                        $($crate::pack::Pack::pack($first_inner, out);)?
                    }
                    $(Self::$variant $(($inner))? => {
                        $crate::pack::pack_number($at, out);
                        $($crate::pack::Pack::pack($inner, out);)?
                    })*
                }
            }

            fn unpack(from: &mut $crate::pack::Packed<'_>) -> Self {
                match from.choice() {
                    $($at => Self::$variant $(({
                        let $inner = $crate::pack::Pack::unpack(from);
                        $inner
                    }))?,)*
                    other => {
                        if other != 0 {
                            from.refuse();
                        }
                        Self::$first $(({
                            let $first_inner = $crate::pack::Pack::unpack(from);
                            $first_inner
                        }))?
                    }
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::short::Short;

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        assert_eq!(pack(&0_u64), [0]);
        assert_eq!(pack(&300_u64), [0xac, 2]);
        assert_eq!(pack(&-1_i64), [1]);
        assert_eq!(pack(&64_i64), [0x80, 1]);
        for value in [0, 1, -1, 63, -64, 64, i128::from(i64::MAX), i128::MAX, i128::MIN] {
            assert_eq!(unpack(&pack(&value)), Some(value));
        }
        for value in [0, 127, 128, u64::MAX] {
            assert_eq!(unpack(&pack(&value)), Some(value));
        }
    }

    #[test]
    fn what_is_not_a_value_is_refused() {
        assert_eq!(unpack::<u64>(&[]), None);
        assert_eq!(unpack::<u64>(&[0x80]), None);
        assert_eq!(unpack::<u64>(&[1, 1]), None);
        assert_eq!(unpack::<u16>(&pack(&65_536_u64)), None);
        assert_eq!(unpack::<i64>(&pack(&i128::MAX)), None);
        assert_eq!(unpack::<u64>(&[0xff; 19]), None);
        assert_eq!(unpack::<bool>(&[2]), None);
        assert_eq!(unpack::<String>(&[2, b'a']), None);
        assert_eq!(unpack::<String>(&[1, 0xff]), None);
        assert_eq!(unpack::<Vec<u64>>(&pack(&u32::MAX)), None);
        assert_eq!(unpack::<Option<bool>>(&[1]), None);
    }

    #[test]
    fn lists_texts_and_options_come_back() {
        let value = vec![(Some("é".to_owned()), Short::<u32, 2>::from_slice(&[1, 2, 3])), (None, Short::new())];
        assert_eq!(pack(&value), [2, 1, 2, 0xc3, 0xa9, 3, 1, 2, 3, 0, 0]);
        assert_eq!(unpack(&pack(&value)), Some(value));
    }
}
