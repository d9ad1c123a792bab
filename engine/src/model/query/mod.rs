//! Requests that find points, and their results.

mod query_points;
mod search;
mod vector_input;

pub use query_points::{NearestQuery, Query, QueryInterface, QueryPoints, QueryResponse};
pub use search::{NamedVectorStruct, SearchPoints};
pub use vector_input::VectorInput;
