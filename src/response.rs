//! What a call answers: JSON text, made off the JavaScript thread, or an error that `lib/errors.js`
//! turns into a `QdrantError`.

use std::io;

use napi::{Error as NapiError, Status};
use qdrant_embedded_engine::{Error, Result};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::{Serializer, Value, json};

/// Largest integer that a JavaScript number holds exactly.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// First character of an answer that holds integers beyond [`MAX_SAFE_INTEGER`]: these are then
/// strings that begin with [`BIGINT_MARK`].
const BIGINTS: char = '~';
const BIGINT_MARK: &str = "\\u0000n:";

/// First character of an answer that is an error: its fields follow.
const ERROR: char = '!';

/// What a call answers, as `lib/native.js` expects it.
pub fn answer_text(answer: Result<impl Serialize>) -> String {
    answer.and_then(|value| to_text(&value)).unwrap_or_else(|error| format!("{ERROR}{}", fields(&error)))
}

/// The answer of a call whose answer cannot be made.
pub fn panic_text() -> String {
    answer_text(Err::<(), _>(Error::Service("the answer could not be made".to_owned())))
}

fn to_text(value: &impl Serialize) -> Result<String> {
    let mut bytes = Vec::with_capacity(256);
    bytes.push(BIGINTS as u8);
    let mut formatter = BigintFormatter { inner: CompactFormatter, found: false };
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, &mut formatter))
        .map_err(|error| Error::Service(format!("cannot write the result: {error}")))?;
    if !formatter.found {
        bytes.remove(0);
    }
    String::from_utf8(bytes).map_err(|error| Error::Service(error.to_string()))
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
    if let Error::Storage { path, .. } = error {
        fields["path"] = json!(path);
    }
    if let Error::RateLimitExceeded { retry_after: Some(retry_after), .. } = error {
        fields["retryAfter"] = json!(retry_after.as_secs_f64().ceil());
    }
    fields
}

/// Marks integers that JavaScript numbers cannot hold.
struct BigintFormatter {
    inner: CompactFormatter,
    found: bool,
}

impl BigintFormatter {
    fn write_marked<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        value: impl std::fmt::Display,
    ) -> io::Result<()> {
        self.found = true;
        write!(writer, "\"{BIGINT_MARK}{value}\"")
    }
}

impl Formatter for &mut BigintFormatter {
    fn write_u64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        if value > MAX_SAFE_INTEGER {
            self.write_marked(writer, value)
        } else {
            self.inner.write_u64(writer, value)
        }
    }

    fn write_i64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER {
            self.write_marked(writer, value)
        } else {
            self.inner.write_i64(writer, value)
        }
    }
}
