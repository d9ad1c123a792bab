//! What a call carries over from JavaScript.

use std::time::Duration;

use napi::bindgen_prelude::{FromNapiValue, Object, Result, TypeName, ValidateNapiValue, ValueType, sys};
use qdrant_embedded_engine::model::PackedVectors;
use qdrant_embedded_engine::{Error as EngineError, Result as EngineResult};
use serde::de::DeserializeOwned;

/// A request object as `lib/native.js` packs it: JSON, and beside it the numbers of all its vectors, for
/// which the JSON holds placeholders.
#[derive(Default)]
pub struct Request {
    json: String,
    vectors: Vec<f32>,
    timeout: Option<f64>,
    call: Option<u32>,
}

impl Request {
    /// The time in which the call has to be done, if it was given: a whole number of seconds, at least 1.
    pub fn timeout(&self) -> EngineResult<Option<Duration>> {
        let Some(seconds) = self.timeout else { return Ok(None) };
        let fault = if seconds == 0.0 {
            "invalid value: integer `0`, expected a nonzero u64"
        } else if seconds < 0.0 || seconds.fract() != 0.0 {
            "invalid digit found in string"
        } else {
            return Ok(Some(Duration::from_secs(seconds as u64)));
        };
        Err(EngineError::QueryParameter(format!("timeout: {fault}")))
    }

    /// Checks how long a cluster may take to agree, in whole seconds of at least 1. It has no effect here.
    pub fn check_agreement_timeout(&self) -> EngineResult<()> {
        match self.timeout {
            Some(0.0) => {
                Err(EngineError::QueryValidation("timeout: value 0 invalid, must be 1 or larger".to_owned()))
            }
            _ => self.timeout().map(drop),
        }
    }

    /// What the call is called, if it may be cancelled.
    pub fn call(&self) -> Option<u32> {
        self.call
    }

    /// Parses the request; called where it will run, off the JavaScript thread.
    pub fn parse<T: DeserializeOwned>(&self) -> EngineResult<T> {
        let json = if self.json.is_empty() { "{}" } else { &self.json };
        PackedVectors::with(&self.vectors, || Ok(serde_json::from_str(json)?))
    }
}

impl TypeName for Request {
    fn type_name() -> &'static str {
        "object"
    }

    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ValidateNapiValue for Request {}

impl FromNapiValue for Request {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: `env` and `value` are what the runtime handed to this call.
        let packed = unsafe { Object::from_napi_value(env, value)? };
        let vectors: Option<napi::bindgen_prelude::Float32ArraySlice> = packed.get("vectors")?;
        Ok(Self {
            json: packed.get("json")?.unwrap_or_default(),
            timeout: packed.get("timeout")?,
            call: packed.get("call")?,
            vectors: vectors.map(|numbers| numbers.to_vec()).unwrap_or_default(),
        })
    }
}
