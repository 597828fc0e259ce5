//! Random policies and command streams from fixed seeds, in the wire's form: the same seed gives the same bytes on every
//! platform, so that one stream can be run through several runtimes and compared.

pub mod book;
pub mod change;
pub mod clock;
pub mod dice;
pub mod grant;
pub mod manage;
pub mod mistake;
pub mod policy;
pub mod port;
pub mod question;
pub mod request;
pub mod scope;
pub mod stream;
pub mod usage;
