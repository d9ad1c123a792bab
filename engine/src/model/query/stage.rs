//! What a query and its prefetches have in common.

use qdrant_edge::{DEFAULT_VECTOR_NAME, Filter, SearchParams};

use super::interface::NO_QUERY;
use super::{LookupLocation, Prefetch, Query, QueryInterface, VectorInput};
use crate::error::{Error, Result};
use crate::model::validation::Faults;
use crate::model::vectors;

/// Where to find the vector of a point that a query names.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// `None` in the searched collection.
    pub collection: Option<&'a str>,
    /// Name of the vector.
    pub vector: &'a str,
    /// Name of the vector that the query compares.
    pub using: &'a str,
}

/// Notes what is wrong with a stage at `path`. Numbers that JSON cannot hold are an error at once.
pub(super) fn check_stage(
    path: &str,
    query: Option<&QueryInterface>,
    filter: Option<&Filter>,
    params: Option<&SearchParams>,
    limit: Option<usize>,
    faults: &mut Faults,
) -> Result<()> {
    if let Some(query) = query {
        for (place, input) in query.inputs() {
            if let VectorInput::Vector(vector) = input
                && let Some(fault) = vectors::non_finite(vector)
            {
                return Err(Error::Format(format!("{NO_QUERY}: query{place}{fault}")));
            }
        }
        query.check(&format!("{path}.query"), faults);
    }
    faults.within(&format!("{path}.filter"), filter);
    faults.within(&format!("{path}.params"), params);
    faults.at_least(&format!("{path}.limit"), limit, 1);
    Ok(())
}

/// Checks that the parts of a stage and of its prefetches go together.
pub(super) fn check_parts(
    prefetch: &[Prefetch],
    query: Option<&QueryInterface>,
    using: Option<&str>,
    score_threshold: Option<f32>,
) -> Result<()> {
    let kind = match query {
        Some(QueryInterface::Query(query)) => Some(query),
        Some(QueryInterface::Nearest(_)) | None => None,
    };
    let fault = if !prefetch.is_empty() && query.is_none() {
        "A query is needed to merge the prefetches. Can't have prefetches without defining a query."
    } else if score_threshold.is_some() && query.is_none() {
        "A query is needed to use the score_threshold. Can't have score_threshold without defining a query."
    } else if score_threshold.is_some() && matches!(kind, Some(Query::OrderBy(_))) {
        "Can't use score_threshold with an order_by query."
    } else if matches!(kind, Some(Query::Fusion(_) | Query::Rrf(_)))
        && using.is_some_and(|using| using != DEFAULT_VECTOR_NAME)
    {
        "Fusion queries cannot be combined with the 'using' field."
    } else {
        return prefetch.iter().try_for_each(|stage| {
            check_parts(&stage.prefetch, stage.query.as_ref(), stage.using.as_deref(), stage.score_threshold)
        });
    };
    Err(Error::BadRequest(fault.to_owned()))
}

/// Calls `visit` for each vector of a stage, with where to find a point's.
pub(super) fn visit_stage(
    query: Option<&mut QueryInterface>,
    using: Option<&str>,
    lookup_from: Option<&LookupLocation>,
    visit: &mut impl FnMut(Place, &mut VectorInput),
) {
    let Some(query) = query else { return };
    let using = using.unwrap_or(DEFAULT_VECTOR_NAME);
    let vector = lookup_from.and_then(|lookup| lookup.vector.as_deref());
    let place = Place {
        collection: lookup_from.map(|lookup| lookup.collection.as_str()),
        vector: vector.unwrap_or(using),
        using,
    };
    for input in query.inputs_mut() {
        visit(place, input);
    }
}
