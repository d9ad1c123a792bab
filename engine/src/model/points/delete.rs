use serde::Deserialize;

use super::{PointsSelector, WriteOrdering};
use crate::error::Result;
use crate::model::validation::{Checked, Faults};

/// Deletes points. Ids that do not exist are skipped.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DeletePoints {
    /// The points to delete.
    #[serde(flatten)]
    pub selector: PointsSelector,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: false.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

impl DeletePoints {
    /// Deletes the points of a list of ids or a filter.
    pub fn new(selector: impl Into<PointsSelector>) -> Self {
        Self { selector: selector.into(), wait: None, ordering: None }
    }
}

impl Checked for DeletePoints {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        self.selector.find_faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::error::Error;

    fn parse(request: Value) -> Result<DeletePoints> {
        let request: DeletePoints = from_value(request).map_err(Error::from)?;
        request.validate()?;
        Ok(request)
    }

    #[test]
    fn points_are_given_by_ids_or_by_filter() {
        let by_ids =
            parse(json!({ "points": [1, "550e8400-e29b-41d4-a716-446655440000"], "wait": true })).unwrap();
        assert!(matches!(&by_ids.selector, PointsSelector::Ids { points } if points.len() == 2));
        assert_eq!(by_ids.wait, Some(true));

        let filter = json!({ "must": [{ "key": "a", "match": { "value": 1 } }] });
        let by_filter = parse(json!({ "points": null, "filter": filter, "ordering": "strong" })).unwrap();
        assert!(matches!(by_filter.selector, PointsSelector::Filter { .. }));
        assert_eq!(by_filter.ordering, Some(WriteOrdering::Strong));
    }

    #[test]
    fn a_selector_of_no_kind_is_the_servers_format_error() {
        for request in
            [json!({}), json!({ "points": [-1] }), json!({ "points": ["x"] }), json!({ "filter": 1 })]
        {
            let error = parse(request.clone()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "Format error in JSON body: data did not match any variant of untagged enum PointsSelector",
                "{request}"
            );
        }
    }

    #[test]
    fn an_empty_list_and_a_bad_filter_are_refused() {
        assert_eq!(
            parse(json!({ "points": [] })).unwrap_err().to_string(),
            "Bad request: Empty update request"
        );
        let error = parse(json!({ "filter": { "must": [{ "key": "a" }] } })).unwrap_err();
        assert_eq!(error.status(), 422);
        assert!(error.to_string().contains("[filter.must[0].__all__: "), "{error}");
    }
}
