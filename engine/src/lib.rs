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
mod engine;
mod error;
mod files;
pub mod model;
mod operation;
mod toc;

/// The engine crate, whose types are part of [`model`].
pub use qdrant_edge;

pub use config::{Config, Durability, Location};
pub use engine::{QdrantClient, QdrantInstance};
pub use error::{Error, Result};
pub use operation::{Inspect, Manage, Read, Reconfigure, Touches, Write, WriteOutput};
pub use toc::{
    CollectionExists, CreateCollectionNamed, DeleteCollection, ListAliases, ListCollections,
    RecreateCollection, TableOfContent, UpdateAliases,
};
