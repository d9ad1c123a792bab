//! The engine through its public API. One binary: each would link the whole engine anew.

mod bad_points;
mod batch_update;
mod collections;
mod common;
mod examples;
mod filters;
mod instance;
mod proofs;
mod query_points;
mod scroll_points;
mod strict_mode;
mod timeouts;
mod write_points;
