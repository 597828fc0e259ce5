//! Asking for memory before it is needed, so that what lies far apart is fetched at once and not one after the other.
//!
//! A key, the levels of its limits, its balance and the place of a reservation's id lie in different places of a large
//! state. Each is asked for here as soon as it is known where it lies; the work between goes on meanwhile.

/// A line of the cache.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// Asks for the lines of the cache in which a value stands. Nothing waits for it, and nothing but time depends on it.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "the instruction has no safe form; it reads nothing that a program could see")]
pub(crate) fn ask_for<T>(value: &T) {
    use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    let first = core::ptr::from_ref(value).cast::<i8>();
    for line in (0..size_of::<T>()).step_by(LINE) {
        // SAFETY: a prefetch has no effect that can be seen, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(line)) }
    }
}

/// Elsewhere nothing is asked for ahead.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn ask_for<T>(_: &T) {}
