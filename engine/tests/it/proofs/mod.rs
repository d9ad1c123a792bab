//! The engine against plain models of it, on what chance comes up with.
//!
//! `QDRANT_EMBEDDED_PROOF_CASES` sets how many cases each test tries, `QDRANT_EMBEDDED_PROOF_SEED` the
//! seed of the first; a failure names its seed.

mod evaluator;
mod filters;
mod generator;
mod index_differences;
mod mutation;
mod requests;
mod runs;
mod tables;
mod texts;
mod tokens;
mod updates;
