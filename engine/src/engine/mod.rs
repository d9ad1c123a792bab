//! The life of a call: client → bounded channel → engine thread → the runtime that fits → reply.
//!
//! `instance` starts engines and finds running ones, `client` is what callers hold, `message` what
//! travels, `dispatcher` what the engine thread does with it, `runtimes` where the work is done.

mod client;
mod dispatcher;
mod instance;
mod message;
mod runtimes;

pub use client::QdrantClient;
pub use instance::QdrantInstance;
pub(crate) use message::{Job, Pending, Progress, Reply, WriteJob, guarded, no_reply, refuse_write};
pub(crate) use runtimes::Runtimes;
