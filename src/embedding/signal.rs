//! The `signal` among the options, for the types' sake: `lib/native.js` listens to it.

use napi::bindgen_prelude::FromNapiValue;
use napi::sys;

/// Whatever is given.
pub struct Signal;

impl FromNapiValue for Signal {
    unsafe fn from_napi_value(_env: sys::napi_env, _value: sys::napi_value) -> napi::Result<Self> {
        Ok(Self)
    }
}
