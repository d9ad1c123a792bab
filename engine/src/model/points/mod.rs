//! Requests that write or read points, one file each, and their results.

mod count;
mod delete;
mod get_point;
mod payload;
mod results;
mod retrieve;
mod scroll;
mod selector;
mod upsert;
mod write;

pub use count::CountPoints;
pub use delete::DeletePoints;
pub use get_point::GetPoint;
pub use payload::{ClearPayload, DeletePayload, OverwritePayload, SetPayload};
pub use results::{CountResult, Record, ScoredPoint, ScrollResult};
pub use retrieve::RetrievePoints;
pub use scroll::ScrollPoints;
pub use selector::PointsSelector;
pub use upsert::{Batch, PointInsertOperations, PointStruct, UpsertPoints};
pub use write::{UpdateResult, UpdateStatus, WriteOrdering};
