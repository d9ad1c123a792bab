//! The life of a call: client → bounded channel → engine thread → the runtime that fits → reply. While the
//! table of content does not change, reads go from the client to their threads.
//!
//! `instance` starts engines and finds running ones, `client` is what callers hold, `message` what
//! travels, `dispatcher` what the engine thread does with it, `read_lane` the way of reads, `runtimes` where
//! the work is done and `search_pool` where reads are answered.

mod client;
mod dispatcher;
mod instance;
mod message;
mod read_lane;
mod runtimes;
mod search_pool;

pub use client::QdrantClient;
pub use instance::QdrantInstance;
pub(crate) use message::{Job, Pending, Progress, Reply, WriteJob, guarded, no_reply, refuse_write};
pub(crate) use runtimes::Runtimes;
