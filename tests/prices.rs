//! Prices against the world: the public catalogues, usages with the cost that both their libraries agree on, and the books
//! that ship.
//!
//! The catalogues are kept as facts only; `tests/catalogues/strip.mjs` makes these files.

#[path = "prices/books.rs"]
mod books;
#[path = "prices/carried.rs"]
mod carried;
#[cfg(feature = "cli")]
#[path = "prices/command_line.rs"]
mod command_line;
#[path = "prices/damaged.rs"]
mod damaged;
#[path = "prices/rows.rs"]
mod rows;
#[path = "prices/settled.rs"]
mod settled;
