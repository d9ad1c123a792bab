use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::{
    ClearPayload, DeletePayload, DeletePoints, DeleteVectors, OverwritePayload, SetPayload, UpdateVectors,
    UpsertPoints, WriteOrdering,
};
use crate::error::Result;
use crate::model::validation::{Checked, Faults};
use crate::model::vectors::no_variant;

/// Applies several updates in order: all of them, or none when one of them is refused.
///
/// # Errors
/// Those of the updates.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BatchUpdate {
    /// The updates. Their own `wait` and `ordering` do not count.
    pub operations: Vec<UpdateOperation>,
    /// Whether the answers are `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

/// One update of a batch: an object with the name of the operation as its key.
#[derive(Clone, Debug, PartialEq)]
pub enum UpdateOperation {
    /// Inserts points.
    Upsert(UpsertPoints),
    /// Deletes points.
    Delete(DeletePoints),
    /// Sets keys of payload.
    SetPayload(SetPayload),
    /// Replaces payload.
    OverwritePayload(OverwritePayload),
    /// Deletes keys of payload.
    DeletePayload(DeletePayload),
    /// Deletes all payload.
    ClearPayload(ClearPayload),
    /// Replaces vectors.
    UpdateVectors(UpdateVectors),
    /// Deletes vectors.
    DeleteVectors(DeleteVectors),
}

/// In one pass: serde's own way with such enums holds every number twice.
impl<'de> Deserialize<'de> for UpdateOperation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OperationVisitor;

        impl<'de> Visitor<'de> for OperationVisitor {
            type Value = UpdateOperation;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an update operation")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UpdateOperation, A::Error> {
                #[derive(Deserialize)]
                struct Fields {
                    upsert: Option<UpsertPoints>,
                    delete: Option<DeletePoints>,
                    set_payload: Option<SetPayload>,
                    overwrite_payload: Option<OverwritePayload>,
                    delete_payload: Option<DeletePayload>,
                    clear_payload: Option<ClearPayload>,
                    update_vectors: Option<UpdateVectors>,
                    delete_vectors: Option<DeleteVectors>,
                }
                let Fields {
                    upsert,
                    delete,
                    set_payload,
                    overwrite_payload,
                    delete_payload,
                    clear_payload,
                    update_vectors,
                    delete_vectors,
                } = Fields::deserialize(MapAccessDeserializer::new(map))?;
                None.or(upsert.map(UpdateOperation::Upsert))
                    .or(delete.map(UpdateOperation::Delete))
                    .or(set_payload.map(UpdateOperation::SetPayload))
                    .or(overwrite_payload.map(UpdateOperation::OverwritePayload))
                    .or(delete_payload.map(UpdateOperation::DeletePayload))
                    .or(clear_payload.map(UpdateOperation::ClearPayload))
                    .or(update_vectors.map(UpdateOperation::UpdateVectors))
                    .or(delete_vectors.map(UpdateOperation::DeleteVectors))
                    .ok_or_else(|| de::Error::custom("no operation"))
            }
        }

        deserializer.deserialize_any(OperationVisitor).map_err(|_| no_variant("UpdateOperation"))
    }
}

impl Checked for BatchUpdate {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        let Self { operations, wait: _, ordering: _ } = self;
        for (index, operation) in operations.iter().enumerate() {
            let path = |name| format!("operations[{index}].{name}");
            match operation {
                UpdateOperation::Upsert(upsert) => faults.nest(&path("upsert"), upsert)?,
                UpdateOperation::Delete(delete) => faults.nest(&path("delete"), delete)?,
                UpdateOperation::SetPayload(set) => faults.nest(&path("set_payload"), set)?,
                UpdateOperation::OverwritePayload(overwrite) => {
                    faults.nest(&path("overwrite_payload"), overwrite)?
                }
                UpdateOperation::DeletePayload(delete) => faults.nest(&path("delete_payload"), delete)?,
                UpdateOperation::ClearPayload(clear) => faults.nest(&path("clear_payload"), clear)?,
                UpdateOperation::UpdateVectors(update) => faults.nest(&path("update_vectors"), update)?,
                UpdateOperation::DeleteVectors(delete) => faults.nest(&path("delete_vectors"), delete)?,
            }
        }
        Ok(())
    }
}
