//! The Qdrant vector engine as an embedded database: named collections, aliases, points and search
//! in one folder, inside the calling process.
//!
//! ```no_run
//! use qdrant_embedded_engine::{Config, QdrantInstance};
//!
//! # async fn run() -> qdrant_embedded_engine::Result<()> {
//! let client = QdrantInstance::start(Config::at("./data"))?;
//! client.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Every call is a message to a dedicated thread, which hands it to the runtime that fits:
//! [`Read`] operations run in parallel, [`Write`] operations in call order per collection,
//! [`Manage`] operations one at a time. The request and response types in [`model`] are those of the
//! Qdrant REST API.

#![deny(missing_docs)]

pub mod collection;
mod config;
mod disk;
mod engine;
mod error;
mod files;
mod inference;
pub mod model;
mod operation;
mod preset;
mod snapshot;
mod toc;

/// The engine crate, whose types are part of [`model`].
pub use qdrant_edge;

pub use config::{Config, Durability, Location};
pub use engine::{QdrantClient, QdrantInstance};
pub use error::{Error, Result};
pub use inference::{InferenceBatch, InferenceFuture, InferenceService, Purpose};
pub use operation::{Inspect, Manage, Read, Reconfigure, Touches, Transfer, Write, WriteOutput};
pub use preset::Preset;
pub use toc::{
    CollectionExists, CreateCollectionNamed, CreateSnapshot, DeleteCollection, DeleteSnapshot, ListAliases,
    ListCollections, ListSnapshots, LocateSnapshot, RecoverFullSnapshot, RecoverSnapshot, RecreateCollection,
    SnapshotScope, StagedCollections, TableOfContent, UpdateAliases,
};
