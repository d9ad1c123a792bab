use std::fmt;

use qdrant_edge::PointId;
use serde::Deserialize;
use serde::de::{Deserializer, Error as DeError, Visitor};

use crate::error::{Error, Result};

/// Reads one point, with its payload and its vectors.
///
/// # Errors
/// 404 when there is no such point; 400 for what is no id.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GetPoint {
    /// Id of the point, as text: a part of the path on a server. JSON may hold it as a number.
    #[serde(deserialize_with = "path_segment")]
    pub id: String,
}

impl GetPoint {
    /// Reads the point of that id.
    pub fn new(id: PointId) -> Self {
        Self { id: id.to_string() }
    }

    pub(crate) fn point_id(&self) -> Result<PointId> {
        let Self { id } = self;
        id.parse().map_err(|()| Error::WrongInput(format!("Can not recognize \"{id}\" as point id")))
    }
}

fn path_segment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct PathSegmentVisitor;

    impl Visitor<'_> for PathSegmentVisitor {
        type Value = String;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("the id of a point")
        }

        fn visit_u64<E: DeError>(self, id: u64) -> Result<String, E> {
            Ok(id.to_string())
        }

        fn visit_i64<E: DeError>(self, id: i64) -> Result<String, E> {
            Ok(id.to_string())
        }

        fn visit_f64<E: DeError>(self, id: f64) -> Result<String, E> {
            Ok(id.to_string())
        }

        fn visit_str<E: DeError>(self, id: &str) -> Result<String, E> {
            Ok(id.to_owned())
        }
    }

    deserializer.deserialize_any(PathSegmentVisitor)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_a_number_or_a_uuid_also_as_text() {
        let id = |json| serde_json::from_value::<GetPoint>(json!({ "id": json })).unwrap().point_id();
        let uuid = "550e8400-e29b-41d4-a716-446655440000";
        assert_eq!(id(json!(3)), Ok(3.into()));
        assert_eq!(id(json!("3")), Ok(3.into()));
        assert_eq!(id(json!(u64::MAX)), Ok(u64::MAX.into()));
        assert_eq!(id(json!(uuid)), Ok(uuid.parse().unwrap()));
        for (json, text) in [(json!("a b"), "a b"), (json!(-1), "-1"), (json!(1.5), "1.5"), (json!(""), "")] {
            let error = id(json).unwrap_err();
            assert_eq!(error.to_string(), format!("Wrong input: Can not recognize \"{text}\" as point id"));
            assert_eq!(error.status(), 400);
        }
    }
}
