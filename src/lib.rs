//! The Node.js binding: converts arguments and results, and nothing else.
//!
//! `client` is the class `QdrantClient`, `embedding` the embedding functions, `folder_settings` models of a
//! caller's own, `request` what a call
//! carries over, `response` what it answers, `promise` how the answer gets back, `lifecycle` what happens when an environment ends,
//! `cpu` what the processor can do.

mod cancellation;
mod client;
mod cpu;
mod embedding;
mod folder_settings;
mod lifecycle;
mod logging;
mod promise;
mod request;
mod response;

#[napi_derive::module_init]
fn init() {
    logging::silence_panics();
    qdrant_embedded_embedding::disable_telemetry();
}
