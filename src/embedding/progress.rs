//! Progress on its way from a model's thread to JavaScript.

use napi::Status;
use napi::bindgen_prelude::Unknown;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use qdrant_embedded_embedding::{Progress, ProgressListener};

/// A listener in JavaScript. It is weak: it does not keep the process alive.
pub type Callback = ThreadsafeFunction<EmbedProgress, Unknown<'static>, EmbedProgress, Status, false, true>;

/// How far a call is.
#[napi(object, object_from_js = false)]
pub struct EmbedProgress {
    /// Whether the model is being downloaded or the inputs are being embedded.
    #[napi(ts_type = "'download' | 'embed'")]
    pub phase: String,
    /// The file on its way, while downloading.
    pub file: Option<String>,
    /// Bytes of the model that are here, or inputs embedded so far. It never goes back.
    pub done: f64,
    /// Bytes of all files of the model, known before the first comes, or number of inputs.
    pub total: f64,
    /// What `done` and `total` count.
    #[napi(ts_type = "'bytes' | 'inputs'")]
    pub unit: String,
    /// How fast the bytes come, on average over the last five seconds, while downloading.
    pub bytes_per_second: Option<f64>,
}

pub fn listener(callback: Callback) -> ProgressListener {
    std::sync::Arc::new(move |progress| {
        let progress = match progress {
            Progress::Download { file, done, total, bytes_per_second } => EmbedProgress {
                phase: "download".to_owned(),
                file: Some(file),
                done: done as f64,
                total: total as f64,
                unit: "bytes".to_owned(),
                bytes_per_second: Some(bytes_per_second as f64),
            },
            Progress::Embed { done, total } => EmbedProgress {
                phase: "embed".to_owned(),
                file: None,
                done: done as f64,
                total: total as f64,
                unit: "inputs".to_owned(),
                bytes_per_second: None,
            },
            _ => return,
        };
        // Fails only when the environment is going away.
        callback.call(progress, ThreadsafeFunctionCallMode::NonBlocking);
    })
}
