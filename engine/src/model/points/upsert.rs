use std::collections::HashMap;

use qdrant_edge::{Filter, Payload, PointId, PointStructPersisted, UpdateMode};
use serde::Deserialize;
use validator::Validate;

use super::WriteOrdering;
use crate::error::{Error, Result};
use crate::model::validation::{Checked, Faults};
use crate::model::vectors::{self, BatchVectorStruct, VectorSource, VectorStruct};

/// Inserts points. A point whose id exists is replaced as a whole.
///
/// # Errors
/// 400 for a vector of the wrong dimension, kind or name; then none of the points is written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct UpsertPoints {
    /// The points, as a list or in columns.
    pub points: PointInsertOperations,
    /// Conditions that an existing point has to meet to be replaced. Default: none.
    pub update_filter: Option<Filter>,
    /// Whether to insert new points, to replace existing ones, or both. Default: both.
    pub update_mode: Option<UpdateMode>,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

/// Points to insert: `{ points }` or `{ batch }` in the request.
#[derive(Clone, Debug, PartialEq)]
pub enum PointInsertOperations {
    /// A list of points.
    PointsList(Vec<PointStruct>),
    /// Columns of equal length.
    PointsBatch(Batch),
}

/// A point to insert.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PointStruct {
    /// Id of the point: an unsigned integer or a UUID.
    pub id: PointId,
    /// Its vectors.
    #[serde(alias = "vectors", deserialize_with = "vectors::of_point")]
    pub vector: VectorStruct,
    /// Its payload. Default: empty.
    pub payload: Option<Payload>,
}

/// Points to insert, in columns.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Batch {
    /// Id of each point.
    pub ids: Vec<PointId>,
    /// Vectors of each point.
    #[serde(deserialize_with = "vectors::of_batch")]
    pub vectors: BatchVectorStruct,
    /// Payload of each point. Default: empty.
    pub payloads: Option<Vec<Option<Payload>>>,
}

/// The request as it is written. Not flattened, which would hold every number twice.
#[derive(Deserialize)]
struct Fields {
    points: Option<Vec<PointStruct>>,
    batch: Option<Batch>,
    update_filter: Option<Filter>,
    update_mode: Option<UpdateMode>,
    wait: Option<bool>,
    ordering: Option<WriteOrdering>,
}

impl TryFrom<Fields> for UpsertPoints {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, &'static str> {
        let Fields { points, batch, update_filter, update_mode, wait, ordering } = fields;
        let points = match (batch, points) {
            (Some(batch), _) => PointInsertOperations::PointsBatch(batch),
            (None, Some(points)) => PointInsertOperations::PointsList(points),
            (None, None) => return Err("Invalid PointInsertOperations format"),
        };
        Ok(Self { points, update_filter, update_mode, wait, ordering })
    }
}

impl UpsertPoints {
    /// Inserts or replaces a list of points.
    pub fn new(points: Vec<PointStruct>) -> Self {
        Self {
            points: PointInsertOperations::PointsList(points),
            update_filter: None,
            update_mode: None,
            wait: None,
            ordering: None,
        }
    }

    /// Calls `visit` for each vector that may be an object, with its name.
    pub(crate) fn for_each_source(&mut self, visit: &mut dyn FnMut(&str, &mut VectorSource)) {
        match &mut self.points {
            PointInsertOperations::PointsList(points) => {
                points.iter_mut().for_each(|point| point.vector.for_each_source(visit));
            }
            PointInsertOperations::PointsBatch(batch) => match &mut batch.vectors {
                // Objects are refused here.
                BatchVectorStruct::Default(_) => {}
                BatchVectorStruct::Named(columns) => {
                    for (name, column) in columns {
                        column.iter_mut().for_each(|vector| visit(name, vector));
                    }
                }
            },
        }
    }
}

impl Checked for UpsertPoints {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        let Self { points, update_filter, update_mode: _, wait: _, ordering: _ } = self;
        let count = match points {
            PointInsertOperations::PointsList(points) => {
                validate_list(points, faults)?;
                points.len()
            }
            PointInsertOperations::PointsBatch(batch) => {
                batch.validate(faults)?;
                batch.ids.len()
            }
        };
        faults.within("update_filter", update_filter.as_ref());
        if count == 0 && !faults.any() {
            return Err(Error::empty_update());
        }
        Ok(())
    }
}

fn validate_list(points: &[PointStruct], faults: &mut Faults) -> Result<()> {
    for (index, point) in points.iter().enumerate() {
        if let Some(fault) = point.vector.non_finite() {
            return Err(vectors::non_finite_error(
                "VectorStruct",
                &format!("points[{index}].vector"),
                &fault,
            ));
        }
        point.vector.check(&format!("points[{index}].vector"), faults);
    }
    Ok(())
}

impl PointStruct {
    /// A point with its vectors and payload.
    pub fn new(id: impl Into<PointId>, vector: impl Into<VectorStruct>, payload: Option<Payload>) -> Self {
        Self { id: id.into(), vector: vector.into(), payload }
    }
}

/// Only after a vector has been made of each object.
impl TryFrom<PointStruct> for PointStructPersisted {
    type Error = Error;

    fn try_from(point: PointStruct) -> Result<Self> {
        let PointStruct { id, vector, payload } = point;
        Ok(Self { id, vector: vector.try_into()?, payload })
    }
}

impl Batch {
    fn validate(&self, faults: &mut Faults) -> Result<()> {
        let Self { ids, vectors, payloads } = self;
        for (path, column) in vectors.columns() {
            let mut errors = Vec::new();
            for (index, vector) in column.iter().enumerate() {
                if let Some(fault) = vector.non_finite() {
                    return Err(vectors::non_finite_error(
                        "BatchVectorStruct",
                        &format!("{path}[{index}]"),
                        &fault,
                    ));
                }
                errors.extend(vector.validate().err());
            }
            for errors in &errors {
                faults.extend("batch.?", errors);
            }
            if column.len() != ids.len() {
                let reason = format_args!(
                    "number of ids and vectors must be equal ({} != {})",
                    ids.len(),
                    column.len()
                );
                faults.add("batch.batch", reason);
            }
        }
        if let Some(payloads) = payloads.as_ref().filter(|payloads| payloads.len() != ids.len()) {
            let reason = format_args!(
                "number of ids and payloads must be equal ({} != {})",
                ids.len(),
                payloads.len()
            );
            faults.add("batch.batch", reason);
        }
        Ok(())
    }
}

impl BatchVectorStruct {
    /// The columns, each with its path in the request.
    fn columns(&self) -> Vec<(String, &[VectorSource])> {
        match self {
            Self::Default(column) => vec![("batch.vectors".to_owned(), column)],
            Self::Named(columns) => columns
                .iter()
                .map(|(name, column)| (format!("batch.vectors.{name}"), column.as_slice()))
                .collect(),
        }
    }

    /// The vectors of each of `count` points, to which the columns have been compared.
    fn into_rows(self, count: usize) -> Result<Vec<VectorStruct>> {
        Ok(match self {
            Self::Default(column) => {
                if let Some(VectorSource::Inference(object)) = column.first() {
                    let kind = object.kind();
                    return Err(Error::Inference(format!(
                        "{kind} processing is not supported in batch operations."
                    )));
                }
                column.into_iter().map(VectorStruct::Default).collect()
            }
            Self::Named(columns) => {
                let mut rows: Vec<HashMap<String, VectorSource>> =
                    vec![HashMap::with_capacity(columns.len()); count];
                for (name, column) in columns {
                    for (row, vector) in rows.iter_mut().zip(column) {
                        row.insert(name.clone(), vector);
                    }
                }
                rows.into_iter().map(VectorStruct::Named).collect()
            }
        })
    }
}

impl PointInsertOperations {
    /// The points as a list. Only after validation.
    ///
    /// # Errors
    /// 400 for objects to make default vectors of in columns.
    pub(crate) fn into_list(self) -> Result<Vec<PointStruct>> {
        match self {
            Self::PointsList(points) => Ok(points),
            Self::PointsBatch(Batch { ids, vectors, payloads }) => {
                let rows = vectors.into_rows(ids.len())?;
                let payloads = payloads.unwrap_or_else(|| vec![None; ids.len()]);
                let points = ids.into_iter().zip(rows).zip(payloads);
                Ok(points.map(|((id, vector), payload)| PointStruct { id, vector, payload }).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::PackedVectors;

    fn parse(request: Value) -> Result<UpsertPoints> {
        let request: UpsertPoints = serde_json::from_str(&request.to_string())?;
        request.validate()?;
        Ok(request)
    }

    fn error(request: Value) -> String {
        parse(request).unwrap_err().to_string()
    }

    #[test]
    fn a_list_and_columns_of_the_same_points_are_equal() {
        let list = json!({ "points": [
            { "id": 1, "vector": [1.0, 2.0], "payload": { "a": 1 } },
            { "id": 18446744073709551615u64, "vectors": [3.0, 4.0] },
        ] });
        let columns = json!({ "batch": {
            "ids": [1, 18446744073709551615u64], "vectors": [[1.0, 2.0], [3.0, 4.0]], "payloads": [{ "a": 1 }, null],
        } });
        assert_eq!(parse(list).unwrap().points.into_list(), parse(columns).unwrap().points.into_list());

        let list = json!({ "points": [
            { "id": 1, "vector": { "d": [1.0], "s": { "indices": [1], "values": [0.5] } } },
            { "id": 2, "vector": { "d": [2.0], "s": { "indices": [2], "values": [0.25] } } },
        ] });
        let columns = json!({ "batch": { "ids": [1, 2], "vectors": {
            "d": [[1.0], [2.0]],
            "s": [{ "indices": [1], "values": [0.5] }, { "indices": [2], "values": [0.25] }],
        } } });
        assert_eq!(parse(list).unwrap().points.into_list(), parse(columns).unwrap().points.into_list());
    }

    #[test]
    fn all_fields_of_the_javascript_method_are_taken() {
        let request = parse(json!({
            "points": [{ "id": 1, "vector": [1.0], "payload": null }], "wait": false, "ordering": "medium",
            "update_filter": { "must": [] }, "update_mode": "insert_only", "timeout": 3, "shard_key": "k",
        }))
        .unwrap();
        let UpsertPoints { points: _, update_filter, update_mode, wait, ordering } = request;
        assert!(update_filter.is_some());
        assert_eq!(update_mode, Some(UpdateMode::InsertOnly));
        assert_eq!(wait, Some(false));
        assert_eq!(ordering, Some(WriteOrdering::Medium));
    }

    #[test]
    fn a_request_of_no_form_is_the_servers_format_error() {
        for request in [json!({}), json!({ "wait": true }), json!({ "points": null })] {
            assert_eq!(error(request), "Format error in JSON body: Invalid PointInsertOperations format");
        }
        assert_eq!(
            error(json!({ "points": [{ "id": 1 }] })),
            "Format error in JSON body: missing field `vector`"
        );
        assert_eq!(
            error(json!({ "batch": { "vectors": [[1.0]] } })),
            "Format error in JSON body: missing field `ids`"
        );
        let bad_ids = [json!(-1), json!(1.5), json!("x"), json!(null), json!([1])];
        for id in bad_ids {
            let text = error(json!({ "points": [{ "id": id, "vector": [1.0] }] }));
            assert!(text.starts_with("Format error in JSON body: "), "{text}");
            assert!(
                text.ends_with(
                    "is not a valid point ID, valid values are either an unsigned integer or a UUID"
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn columns_of_unequal_length_are_refused() {
        assert_eq!(
            error(json!({ "batch": { "ids": [1], "vectors": [] } })),
            "Validation error in JSON body: [batch.batch: number of ids and vectors must be equal (1 != 0)]"
        );
        assert_eq!(
            error(json!({ "batch": { "ids": [1, 2], "vectors": { "n": [[1.0]] } } })),
            "Validation error in JSON body: [batch.batch: number of ids and vectors must be equal (2 != 1)]"
        );
        assert_eq!(
            error(json!({ "batch": { "ids": [1], "vectors": [[1.0]], "payloads": [] } })),
            "Validation error in JSON body: [batch.batch: number of ids and payloads must be equal (1 != 0)]"
        );
    }

    #[test]
    fn a_malformed_vector_is_named_by_its_point() {
        let point = |vector: Value| json!({ "points": [{ "id": 1, "vector": [1.0] }, { "id": 2, "vector": vector }] });
        assert_eq!(
            error(point(json!([[]]))),
            "Validation error in JSON body: [points[1].vector.data: all vectors must be non-empty]"
        );
        assert_eq!(
            error(point(json!([[1.0], [1.0, 2.0]]))),
            "Validation error in JSON body: [points[1].vector.data: all vectors must have the same dimension, \
             found vector with dimension 2]"
        );
        assert_eq!(
            error(point(json!({ "s": { "indices": [1, 1], "values": [0.5, 0.5] } }))),
            "Validation error in JSON body: [points[1].vector.?.indices: Validation error: must be unique [{}]]"
        );
        assert_eq!(
            error(json!({ "batch": { "ids": [1], "vectors": { "s": [{ "indices": [1], "values": [] }] } } })),
            "Validation error in JSON body: [batch.?.values: Validation error: \
             must be the same length as indices [{}]]"
        );
    }

    #[test]
    fn nan_and_infinity_are_refused_with_their_place() {
        let expected = "Format error in JSON body: data did not match any variant of untagged enum";
        let buffer = [1.0, f32::NAN];
        let point = |vector: Value| json!({ "points": [{ "id": 1, "vector": [1.0] }, { "id": 2, "vector": vector }] });
        PackedVectors::with(&buffer, || {
            assert_eq!(
                error(point(json!("\0f32:0:2"))),
                format!("{expected} VectorStruct: points[1].vector[1] is NaN")
            );
            assert_eq!(
                error(json!({ "batch": { "ids": [1], "vectors": { "n": ["\0f32:0:2"] } } })),
                format!("{expected} BatchVectorStruct: batch.vectors.n[0][1] is NaN")
            );
        });
        assert_eq!(
            error(point(json!({ "n": [-1e39] }))),
            format!("{expected} VectorStruct: points[1].vector.n[0] is -inf")
        );
    }

    #[test]
    fn no_points_and_a_bad_filter_are_refused() {
        let refusal = "Bad request: Empty update request";
        assert_eq!(error(json!({ "points": [] })), refusal);
        assert_eq!(error(json!({ "batch": { "ids": [], "vectors": [] } })), refusal);
        let text = error(json!({
            "points": [{ "id": 1, "vector": [1.0] }], "update_filter": { "must": { "key": "a" } },
        }));
        assert!(
            text.starts_with("Validation error in JSON body: [update_filter.must[0].__all__: "),
            "{text}"
        );
    }
}
