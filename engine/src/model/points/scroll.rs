use qdrant_edge::{Filter, OrderByInterface, PointId, WithPayloadInterface, WithVector};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::model::validation::Faults;

/// Reads points page by page, in the order of their ids or of a payload field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ScrollPoints {
    /// Id of the first point of the page: `next_page_offset` of the page before. Default: the first.
    pub offset: Option<PointId>,
    /// Points per page, at least 1. Default: 10.
    pub limit: Option<usize>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// Which payload to return. Default: all.
    pub with_payload: Option<WithPayloadInterface>,
    /// Which vectors to return. Default: none.
    #[serde(alias = "with_vectors")]
    pub with_vector: Option<WithVector>,
    /// A payload field to order by, which has an index for ranges. Then there is no `offset`: page with
    /// `start_from` and a filter that excludes the ids seen. Default: by id.
    pub order_by: Option<OrderByInterface>,
}

impl ScrollPoints {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { offset, limit, filter, with_payload: _, with_vector: _, order_by } = self;
        let mut faults = Faults::default();
        faults.at_least("scroll_request.limit", *limit, 1);
        faults.within("scroll_request.filter", filter.as_ref());
        faults.into_result()?;
        if order_by.is_some() && offset.is_some() {
            return Err(Error::WrongInput(
                "Cannot use an `offset` when using `order_by`. The alternative for paging is to use \
                 `order_by.start_from` and a filter to exclude the IDs that you've already seen for the \
                 `order_by.start_from` value"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn fault(request: Value) -> Error {
        from_value::<ScrollPoints>(request).unwrap().validate().unwrap_err()
    }

    #[test]
    fn null_is_as_absent() {
        let request: ScrollPoints = from_value(json!({
            "offset": null, "limit": null, "filter": null, "with_payload": null, "with_vector": null, "order_by": null,
        }))
        .unwrap();
        assert_eq!(request, ScrollPoints::default());
    }

    #[test]
    fn an_empty_page_is_refused() {
        let error = fault(json!({ "limit": 0 }));
        assert_eq!(error.status(), 422);
        assert_eq!(
            error.to_string(),
            "Validation error in JSON body: [scroll_request.limit: value 0 invalid, must be 1 or larger]"
        );
    }

    #[test]
    fn an_offset_has_no_meaning_in_the_order_of_a_field() {
        let error = fault(json!({ "offset": 1, "order_by": { "key": "a", "direction": "desc" } }));
        assert_eq!(error.status(), 400);
        assert!(
            error.to_string().starts_with("Wrong input: Cannot use an `offset` when using `order_by`."),
            "{error}"
        );
    }
}
