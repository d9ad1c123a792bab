//! Snapshots: what there is of them, and where to recover from.

use serde::{Deserialize, Serialize};

use super::validation::Faults;
use crate::error::{Error, Result};

/// A snapshot in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnapshotDescription {
    /// Name of its file.
    pub name: String,
    /// When it was made, in UTC, as `2026-11-21T10:49:10`.
    pub creation_time: Option<String>,
    /// Bytes of its file.
    pub size: u64,
    /// SHA-256 of its file, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

/// Which data counts when a cluster has other copies of it. Here there are none, so it makes no
/// difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotPriority {
    /// The snapshot, for this copy.
    NoSync,
    /// The snapshot.
    Snapshot,
    /// The other copies.
    Replica,
}

/// Where a snapshot is, and how to tell that it is the right one.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SnapshotSource {
    /// Path of a file, or a `file://`, `http://` or `https://` URL. A name without a folder is that of
    /// a snapshot in the store.
    pub location: String,
    /// Without effect, as there are no other copies.
    pub priority: Option<SnapshotPriority>,
    /// SHA-256 that the file must have, in hexadecimal digits.
    pub checksum: Option<String>,
    /// Sent as the header `api-key` when the location is a URL of the web.
    pub api_key: Option<String>,
}

impl SnapshotSource {
    /// A file or URL, taken as it is.
    pub fn at(location: impl Into<String>) -> Self {
        Self { location: location.into(), priority: None, checksum: None, api_key: None }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        if let Some(checksum) = &self.checksum {
            if checksum.len() != 64 {
                faults.add("checksum", format_args!("invalid length {}, expected 64", checksum.len()));
            } else if !checksum.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                faults.add("checksum", "invalid characters, expected 0-9, a-f, A-F");
            }
        }
        if self.location.is_empty() {
            return Err(Error::Format("location: empty".to_owned()));
        }
        faults.into_result()
    }
}

/// What `recoverFullSnapshot` takes.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct FullSnapshotSource {
    /// The snapshot.
    #[serde(flatten)]
    pub source: SnapshotSource,
    /// Whether collections and aliases of the store are replaced by those of the same names in the
    /// snapshot. Default: `false`.
    #[serde(default)]
    pub force: Option<bool>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn refusal(request: Value) -> String {
        from_value::<SnapshotSource>(request).unwrap().validate().unwrap_err().to_string()
    }

    #[test]
    fn what_the_js_client_sends_is_understood() {
        let source: SnapshotSource = from_value(json!({
            "location": "file:///a.snapshot", "priority": "no_sync", "checksum": null, "api_key": null, "wait": true,
        }))
        .unwrap();
        assert_eq!(source.priority, Some(SnapshotPriority::NoSync));
        assert_eq!(source.validate(), Ok(()));
        let full: FullSnapshotSource = from_value(json!({ "location": "a", "force": true })).unwrap();
        assert_eq!(full.force, Some(true));
        assert!(from_value::<SnapshotSource>(json!({})).is_err());
        assert!(from_value::<SnapshotSource>(json!({ "location": "a", "priority": "mine" })).is_err());
    }

    #[test]
    fn a_checksum_that_cannot_be_one_is_refused() {
        let with = |checksum: &str| refusal(json!({ "location": "a", "checksum": checksum }));
        assert_eq!(with("abc"), "Validation error in JSON body: [checksum: invalid length 3, expected 64]");
        assert!(with(&"g".repeat(64)).contains("expected 0-9, a-f, A-F"));
    }
}
