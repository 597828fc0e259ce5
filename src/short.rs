//! Short lists: most have a few items, which natively stand where the list stands.
//!
//! In WebAssembly such a list is an ordinary one. The code of lists that stand inline is made anew for each type and length,
//! and the module is sent every time; what it saves there is an allocation of a call that costs many.

/// A list that seldom has more than `N` items.
#[cfg(not(target_arch = "wasm32"))]
pub type Short<T, const N: usize> = smallvec::SmallVec<[T; N]>;

/// A list that seldom has more than `N` items.
#[cfg(target_arch = "wasm32")]
pub type Short<T, const N: usize> = Vec<T>;

/// The same items, copied at once where they stand inline.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn copied<T: Copy, const N: usize>(items: &[T]) -> Short<T, N> {
    Short::from_slice(items)
}

/// The same items.
#[cfg(target_arch = "wasm32")]
pub(crate) fn copied<T: Copy>(items: &[T]) -> Vec<T> {
    items.to_vec()
}

/// The items of a list.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn of<T, const N: usize>(items: Vec<T>) -> Short<T, N> {
    Short::from_vec(items)
}

/// The items of a list.
#[cfg(target_arch = "wasm32")]
pub(crate) const fn of<T>(items: Vec<T>) -> Vec<T> {
    items
}
