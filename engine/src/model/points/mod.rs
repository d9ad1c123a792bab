//! Requests that write or read points, one file each, and their results.

mod batch_update;
mod count;
mod delete;
mod delete_vectors;
mod get_point;
mod payload;
mod results;
mod retrieve;
mod scroll;
mod selector;
mod update_vectors;
mod upsert;
mod write;

pub use batch_update::{BatchUpdate, UpdateOperation};
pub use count::CountPoints;
pub use delete::DeletePoints;
pub use delete_vectors::DeleteVectors;
pub use get_point::GetPoint;
pub use payload::{ClearPayload, DeletePayload, OverwritePayload, SetPayload};
pub use results::{CountResult, Record, ScoredPoint, ScrollResult};
pub use retrieve::RetrievePoints;
pub use scroll::ScrollPoints;
pub use selector::PointsSelector;
pub use update_vectors::{PointVectors, UpdateVectors};
pub use upsert::{Batch, PointInsertOperations, PointStruct, UpsertPoints};
pub use write::{UpdateResult, UpdateStatus, WriteOrdering};
