//! The engine through its public API. One binary: each would link the whole engine anew.

mod bad_points;
mod batch_update;
mod closing;
mod collections;
mod common;
mod concurrency;
mod disk_space;
mod examples;
mod filters;
mod full_text;
mod idle_collections;
mod indexing;
mod inference;
mod inference_service;
mod instance;
mod older_copies;
mod presets;
mod proofs;
mod query_points;
mod scroll_points;
mod snapshots;
mod storage_format;
mod strict_mode;
mod surroundings;
mod timeouts;
mod write_points;
