//! Requests that change payload.

use qdrant_edge::{JsonPath, Payload};
use serde::Deserialize;

use super::{PointsSelector, WriteOrdering, selector};
use crate::error::Result;
use crate::model::validation::{Checked, Faults};

/// Sets the given keys of payload and keeps all others.
///
/// # Errors
/// 404 when one of the points does not exist.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SetPayload {
    /// The keys to set, with their values.
    pub payload: Payload,
    /// The points to change.
    #[serde(flatten, deserialize_with = "selector::of_payload")]
    pub selector: PointsSelector,
    /// Path of a nested object to set the keys in, instead of the top level. It is created where it is
    /// missing.
    pub key: Option<JsonPath>,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

/// Replaces payload by the given one.
///
/// # Errors
/// 404 when one of the points does not exist.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OverwritePayload {
    /// The new payload.
    pub payload: Payload,
    /// The points to change.
    #[serde(flatten, deserialize_with = "selector::of_payload")]
    pub selector: PointsSelector,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

/// Deletes keys of payload.
///
/// # Errors
/// 404 when one of the points does not exist.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DeletePayload {
    /// Paths of the keys to delete.
    pub keys: Vec<JsonPath>,
    /// The points to change.
    #[serde(flatten, deserialize_with = "selector::of_payload")]
    pub selector: PointsSelector,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

/// Deletes all payload.
///
/// # Errors
/// 404 when one of the points does not exist.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ClearPayload {
    /// The points to change.
    #[serde(flatten)]
    pub selector: PointsSelector,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

impl SetPayload {
    /// Sets keys of the points of a list of ids or a filter.
    pub fn new(payload: Payload, selector: impl Into<PointsSelector>) -> Self {
        Self { payload, selector: selector.into(), key: None, wait: None, ordering: None }
    }
}

impl Checked for SetPayload {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        self.selector.find_faults(faults)
    }
}

impl OverwritePayload {
    /// Replaces the payload of the points of a list of ids or a filter.
    pub fn new(payload: Payload, selector: impl Into<PointsSelector>) -> Self {
        Self { payload, selector: selector.into(), wait: None, ordering: None }
    }
}

impl Checked for OverwritePayload {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        self.selector.find_faults(faults)
    }
}

impl DeletePayload {
    /// Deletes keys of the points of a list of ids or a filter.
    pub fn new(keys: Vec<JsonPath>, selector: impl Into<PointsSelector>) -> Self {
        Self { keys, selector: selector.into(), wait: None, ordering: None }
    }
}

impl Checked for DeletePayload {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        self.selector.find_faults(faults)
    }
}

impl ClearPayload {
    /// Deletes all payload of the points of a list of ids or a filter.
    pub fn new(selector: impl Into<PointsSelector>) -> Self {
        Self { selector: selector.into(), wait: None, ordering: None }
    }
}

impl Checked for ClearPayload {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        self.selector.find_faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::error::Error;

    fn format_error<T: DeserializeOwned + std::fmt::Debug>(request: Value) -> String {
        Error::from(from_value::<T>(request).unwrap_err()).to_string()
    }

    #[test]
    fn payload_changes_name_points_or_a_filter() {
        let set: SetPayload =
            from_value(json!({ "payload": { "a": 1 }, "points": [1], "filter": {}, "key": "b.c" })).unwrap();
        assert_eq!(set.selector, vec![1.into()].into());
        assert_eq!(set.key, Some("b.c".parse().unwrap()));
        let delete: DeletePayload =
            from_value(json!({ "keys": ["a", "b.c"], "filter": {}, "points": null })).unwrap();
        assert!(matches!(delete.selector, PointsSelector::Filter { .. }));
        let clear: ClearPayload = from_value(json!({ "points": [1], "wait": false })).unwrap();
        assert_eq!(clear.wait, Some(false));
    }

    #[test]
    fn a_payload_change_of_no_points_is_the_servers_format_error() {
        let text = "Format error in JSON body: Either list of point ids or filter must be provided";
        assert_eq!(format_error::<SetPayload>(json!({ "payload": {} })), text);
        assert_eq!(format_error::<OverwritePayload>(json!({ "payload": {} })), text);
        assert_eq!(format_error::<DeletePayload>(json!({ "keys": [] })), text);
        assert_eq!(
            format_error::<ClearPayload>(json!({})),
            "Format error in JSON body: data did not match any variant of untagged enum PointsSelector"
        );
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        assert_eq!(
            format_error::<SetPayload>(json!({ "points": [1] })),
            "Format error in JSON body: missing field `payload`"
        );
        assert!(
            format_error::<DeletePayload>(json!({ "keys": ["a["], "points": [1] }))
                .contains("Invalid json path")
        );
        assert!(
            format_error::<SetPayload>(json!({ "payload": {}, "points": ["x"] }))
                .contains("is not a valid point ID")
        );
    }
}
