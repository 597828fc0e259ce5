//! Tollgate decides, for a company that buys LLM API access, who may call which model, at what rate, at what price and
//! within which budget, and keeps the books.
//!
//! A request's way, which is also the order of the modules:
//!
//! | module | what it answers |
//! |---|---|
//! | [`engine`] | the door: one [`Engine`](engine::Engine) over one [`State`](state::State): decide, apply, snapshot, restore |
//! | [`command`], [`event`], [`decision`] | what comes in, what happened, what we answer |
//! | [`decide`] | the gates, in their order: authenticate, authorize, quote, limit, budget |
//! | [`state`] | everything that is known, and how an event changes it |
//! | [`directory`] | organization, members, service accounts, projects, keys, roles |
//! | [`price`] | price book, rate card, rate; usage and quotes |
//! | [`limit`], [`budget`] | token buckets and the gauge; windows, caps and thresholds |
//! | [`reservation`], [`ledger`], [`alert`] | holds, balances, edges |
//! | [`policy`] | the policy file, with every problem at once |
//! | [`wire`], [`form`] | the versioned JSON forms that every runtime shares |
//! | [`pack`], [`short`] | the bytes of a snapshot; lists of a few |
//! | [`money`], [`time`], [`id`], [`error`] | small exact types |
//!
//! The core is pure: it reads no clock, no randomness and no file, and the same input gives the same bytes on every
//! runtime. `now` is an argument, and always the last one.
//!
//! ```
//! use tollgate::{command::{Admit, Command, Credential}, engine::Engine, price::RequestShape, time::Timestamp};
//!
//! let policy = r#"{"schema_version":1,"organization":{"id":"acme"},"price_book":"claude",
//!   "members":[{"id":"ada","email":"ada@acme.example","role":"admin"}],
//!   "keys":[{"id":"key_1","owner":{"member":"ada"}}],
//!   "budgets":[{"id":"month","scope":"organization","window":"monthly","cap_usd":"500"}]}"#;
//! let now = Timestamp::from_millis(1_764_000_000_000)?;
//! let (mut engine, _log) = Engine::create(policy, now)?;
//! let request = RequestShape::new(1_024).with_body_bytes(2_048);
//! let admit = Admit::new("r1".parse()?, Credential::Id("key_1"), "claude-sonnet-5", request);
//! let outcome = engine.submit(&Command::Admit(admit), now)?;
//! assert!(outcome.decision.is_allow());
//! # Ok::<(), tollgate::error::Error>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unreachable
    )
)]

mod ahead;
pub mod alert;
pub mod audit;
pub mod budget;
mod calendar;
pub mod change;
pub mod command;
mod deadlines;
pub mod decide;
pub mod decision;
pub mod directory;
pub mod engine;
pub mod error;
pub mod event;
pub mod form;
pub mod free_time;
pub mod id;
pub mod increase_request;
mod index;
pub mod ledger;
pub mod limit;
pub mod money;
mod order;
pub mod pack;
pub mod policy;
pub mod price;
pub mod record;
pub mod reservation;
pub mod short;
pub mod state;
pub mod time;
pub mod wire;

#[cfg(any(feature = "wasm", feature = "wasm-prices", feature = "wasm-import"))]
mod wasm;
