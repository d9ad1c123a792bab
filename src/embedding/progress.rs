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
    /// Bytes of the model, or inputs, done so far.
    pub done: f64,
    /// Bytes of the model's files that were missing, or number of inputs.
    pub total: f64,
}

pub fn listener(callback: Callback) -> ProgressListener {
    std::sync::Arc::new(move |progress| {
        let progress = match progress {
            Progress::Download { file, done, total } => EmbedProgress {
                phase: "download".to_owned(),
                file: Some(file),
                done: done as f64,
                total: total as f64,
            },
            Progress::Embed { done, total } => EmbedProgress {
                phase: "embed".to_owned(),
                file: None,
                done: done as f64,
                total: total as f64,
            },
            _ => return,
        };
        // Fails only when the environment is going away.
        callback.call(progress, ThreadsafeFunctionCallMode::NonBlocking);
    })
}
