//! Facts that the evaluator looks up, or takes from the standard library, rather than from the engine.

use std::hash::Hasher;

use serde_json::Value;
use uuid::Uuid;

/// Texts with the microseconds since 1970 that they mean.
pub const TIMES: [(&str, Option<i64>); 12] = [
    ("1970-01-01T00:00:00Z", Some(0)),
    ("1969-12-31T23:59:59Z", Some(-1_000_000)),
    ("2024-01-01T00:00:00Z", Some(1_704_067_200_000_000)),
    ("2024-01-01", Some(1_704_067_200_000_000)),
    ("2024-01-01 00:00", Some(1_704_067_200_000_000)),
    ("2024-01-01T01:00:00+01:00", Some(1_704_067_200_000_000)),
    ("2024-01-01T00:00:00.000001Z", Some(1_704_067_200_000_001)),
    ("2024-01-01 00:00:01.5", Some(1_704_067_201_500_000)),
    ("2024-02-29T12:00:00Z", Some(1_709_208_000_000_000)),
    ("2023-02-29T12:00:00Z", None),
    ("2024", None),
    ("tomorrow", None),
];

/// The time that a text means, if any.
pub fn time(text: &str) -> Option<i64> {
    TIMES.iter().find(|(known, _)| *known == text).and_then(|(_, time)| *time)
}

/// The documented hash of an id: SipHash-2-4 with a key of zeros.
pub fn slice_hash(id: &Value) -> u64 {
    // Nothing else in the standard library has these two rounds and that key.
    #[allow(deprecated, reason = "this is the hash that is meant")]
    let mut hasher = std::hash::SipHasher::new();
    match id.as_u64() {
        Some(number) => hasher.write(&number.to_le_bytes()),
        None => hasher.write(id.as_str().unwrap().parse::<Uuid>().unwrap().as_bytes()),
    }
    hasher.finish()
}
