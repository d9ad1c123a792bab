//! What all writes have in common.

use serde::{Deserialize, Serialize};

use crate::operation::WriteOutput;

/// The order of a write among those of several clients. Accepted in every write; a lone node applies
/// all of them in call order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteOrdering {
    /// Writes may be reordered by a cluster.
    Weak,
    /// Writes go through a leader that may change.
    Medium,
    /// Writes go through a permanent leader.
    Strong,
}

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateStatus {
    /// The write is kept for good, which is all that a call with `wait: false` asks for.
    Acknowledged,
    /// The write is done and visible.
    Completed,
    /// The time to wait was up before the write was done. It will be made, unless the process ends
    /// before.
    WaitTimeout,
}

/// Result of a write.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateResult {
    /// Number of the operation; a collection counts its writes.
    /// `None` when it has none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<u64>,
    /// How far it has come.
    pub status: UpdateStatus,
}

impl UpdateResult {
    /// The result of a write that has been applied.
    pub(crate) fn applied(operation_id: u64, wait: bool) -> Self {
        let status = if wait { UpdateStatus::Completed } else { UpdateStatus::Acknowledged };
        Self { operation_id: Some(operation_id), status }
    }
}

impl WriteOutput for UpdateResult {
    fn unfinished() -> Option<Self> {
        Some(Self { operation_id: None, status: UpdateStatus::WaitTimeout })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn a_write_that_is_not_waited_for_is_acknowledged() {
        assert_eq!(
            to_value(UpdateResult::applied(3, true)).unwrap(),
            json!({ "operation_id": 3, "status": "completed" })
        );
        assert_eq!(
            to_value(UpdateResult::applied(0, false)).unwrap(),
            json!({ "operation_id": 0, "status": "acknowledged" })
        );
    }
}
