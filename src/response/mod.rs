//! What a call answers: JSON text, made off the JavaScript thread, or an error that `lib/errors.js`
//! turns into a `QdrantError`.

mod formatter;

use napi::bindgen_prelude::{Float64ArraySlice, Object, ToNapiValue};
use napi::{Env, Error as NapiError, JsValue, Status, sys};
use qdrant_embedded_engine::{Error, Result};
use serde::Serialize;
use serde_json::{Serializer, Value, json};

use formatter::AnswerFormatter;

/// First character of an answer that holds integers which JavaScript numbers do not: these are then strings
/// with a mark.
const BIGINTS: char = '~';

/// First character of an answer that is an error: its fields follow.
const ERROR: char = '!';

/// What a call answers, as `lib/answers.js` reads it: text, or an object of the `text` and the `numbers` that
/// are not in it.
pub struct Answer {
    text: String,
    numbers: Vec<f64>,
}

impl Answer {
    pub fn new(answer: Result<impl Serialize>) -> Self {
        answer.and_then(|value| Self::written(&value)).unwrap_or_else(|error| {
            let text = format!("{ERROR}{}", fields(&error));
            Self { text, numbers: Vec::new() }
        })
    }

    fn written(value: &impl Serialize) -> Result<Self> {
        let fail =
            |error: &dyn std::fmt::Display| Error::Service(format!("cannot write the result: {error}"));
        let mut bytes = Vec::with_capacity(256);
        bytes.push(BIGINTS as u8);
        let mut formatter = AnswerFormatter::default();
        let mut serializer = Serializer::with_formatter(&mut bytes, &mut formatter);
        value.serialize(&mut serializer).map_err(|error| fail(&error))?;
        if !formatter.has_bigints {
            bytes.remove(0);
        }
        let text = String::from_utf8(bytes).map_err(|error| fail(&error))?;
        let numbers = formatter.into_numbers().map_err(|error| fail(&error))?;
        Ok(Self { text, numbers })
    }
}

impl ToNapiValue for Answer {
    /// The numbers are in memory of V8: Electron allows no other.
    unsafe fn to_napi_value(env: sys::napi_env, answer: Self) -> napi::Result<sys::napi_value> {
        let Self { text, numbers } = answer;
        if numbers.is_empty() {
            // SAFETY: the environment is that of the caller.
            return unsafe { String::to_napi_value(env, text) };
        }
        let env = Env::from_raw(env);
        let mut whole = Object::new(&env)?;
        whole.set("text", text)?;
        whole.set("numbers", Float64ArraySlice::copy_from(&env, &numbers)?)?;
        Ok(whole.raw())
    }
}

/// The JavaScript value of `value`, where `env` is that of the calling thread.
pub fn to_js_value(env: &Env, value: impl ToNapiValue) -> napi::Result<sys::napi_value> {
    // SAFETY: the environment lives as long as the reference to it.
    unsafe { ToNapiValue::to_napi_value(env.raw(), value) }
}

/// An error whose message holds what `lib/errors.js` needs.
pub fn to_js_error(error: &Error) -> NapiError {
    NapiError::new(Status::GenericFailure, fields(error).to_string())
}

/// What `lib/errors.js` makes a `QdrantError` of.
fn fields(error: &Error) -> Value {
    let mut fields = json!({ "status": error.status(), "message": error.to_string(), "code": error.code() });
    if let Error::StorageLocked { lock_file, pid } = error {
        fields["lockFile"] = json!(lock_file);
        fields["pid"] = json!(pid);
    }
    if let Error::Storage { path, .. } | Error::StorageUnavailable { path, .. } = error {
        fields["path"] = json!(path);
    }
    if let Error::RateLimitExceeded { retry_after: Some(retry_after), .. } = error {
        fields["retryAfter"] = json!(retry_after.as_secs_f64().ceil());
    }
    fields
}
