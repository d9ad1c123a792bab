use std::fmt;

use qdrant_edge::{Filter, SearchParams, WithPayloadInterface, WithVector};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{QueryInterface, QueryPoints};
use crate::error::Result;
use crate::model::packed::{Floats, PackedVectors};
use crate::model::validation::Faults;
use crate::model::vectors::{self, Vector, VectorSource, no_variant};

/// Finds the points that are nearest to a vector. [`QueryPoints`] does the same and more.
///
/// # Errors
/// 400 for a vector of the wrong dimension, kind or name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SearchPoints {
    /// The vector to be near to.
    #[serde(deserialize_with = "named_vector")]
    pub vector: NamedVectorStruct,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// How to search.
    pub params: Option<SearchParams>,
    /// How many points to return at most, at least 1. Default: 10.
    #[serde(alias = "top")]
    pub limit: Option<usize>,
    /// How many of the best points to skip. Default: 0.
    pub offset: Option<usize>,
    /// Which payload to return. Default: all.
    pub with_payload: Option<WithPayloadInterface>,
    /// Which vectors to return. Default: none.
    #[serde(alias = "with_vectors")]
    pub with_vector: Option<WithVector>,
    /// The worst score to return. Default: any.
    pub score_threshold: Option<f32>,
}

/// A vector to search with. There are no multivectors here.
#[derive(Clone, Debug, PartialEq)]
pub enum NamedVectorStruct {
    /// Compared with the default vector.
    Default(Vec<f32>),
    /// Compared with a named vector: `{ name, vector }`.
    Named {
        /// Name of the vector.
        name: String,
        /// A dense or sparse vector.
        vector: Vector,
    },
}

fn named_vector<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NamedVectorStruct, D::Error> {
    deserializer.deserialize_any(NamedVectorVisitor).map_err(|_| no_variant("NamedVectorStruct"))
}

struct NamedVectorVisitor;

impl<'de> Visitor<'de> for NamedVectorVisitor {
    type Value = NamedVectorStruct;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector, perhaps with a name")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<NamedVectorStruct, E> {
        PackedVectors::resolve(text, &self).map(NamedVectorStruct::Default)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<NamedVectorStruct, A::Error> {
        Floats::deserialize(SeqAccessDeserializer::new(list))
            .map(|Floats(numbers)| NamedVectorStruct::Default(numbers))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NamedVectorStruct, A::Error> {
        #[derive(Deserialize)]
        struct Fields {
            name: String,
            vector: VectorSource,
        }
        let Fields { name, vector } = Fields::deserialize(MapAccessDeserializer::new(map))?;
        match vector {
            VectorSource::Vector(vector @ (Vector::Dense(_) | Vector::Sparse(_))) => {
                Ok(NamedVectorStruct::Named { name, vector })
            }
            VectorSource::Vector(Vector::MultiDense(_)) => Err(de::Error::custom("a multivector")),
            VectorSource::Inference(_) => Err(de::Error::custom("no vector")),
        }
    }
}

impl SearchPoints {
    /// The points whose default vector is nearest to the given one, with their payload.
    pub fn new(vector: Vec<f32>, limit: usize) -> Self {
        Self {
            vector: NamedVectorStruct::Default(vector),
            filter: None,
            params: None,
            limit: Some(limit),
            offset: None,
            with_payload: None,
            with_vector: None,
            score_threshold: None,
        }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        self.check("search_request", &mut faults)?;
        faults.into_result()
    }

    /// Notes what is wrong with the request at `path`. Numbers that JSON cannot hold are an error at once.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) -> Result<()> {
        let Self {
            vector,
            filter,
            params,
            limit,
            offset: _,
            with_payload: _,
            with_vector: _,
            score_threshold: _,
        } = self;
        let fault = match vector {
            NamedVectorStruct::Default(numbers) => vectors::non_finite_number(numbers),
            NamedVectorStruct::Named { name: _, vector } => {
                faults.within(&format!("{path}.vector.vector"), Some(vector));
                vectors::non_finite(vector)
            }
        };
        if let Some(fault) = fault {
            return Err(vectors::non_finite_error("NamedVectorStruct", "vector", &fault));
        }
        faults.within(&format!("{path}.filter"), filter.as_ref());
        faults.within(&format!("{path}.params"), params.as_ref());
        faults.at_least(&format!("{path}.limit"), *limit, 1);
        Ok(())
    }
}

impl From<SearchPoints> for QueryPoints {
    fn from(search: SearchPoints) -> Self {
        let SearchPoints {
            vector,
            filter,
            params,
            limit,
            offset,
            with_payload,
            with_vector,
            score_threshold,
        } = search;
        let (using, vector) = match vector {
            NamedVectorStruct::Default(numbers) => (None, Vector::Dense(numbers)),
            NamedVectorStruct::Named { name, vector } => (Some(name), vector),
        };
        Self {
            prefetch: Vec::new(),
            query: Some(QueryInterface::Nearest(vector.into())),
            using,
            filter,
            params,
            score_threshold,
            limit,
            offset,
            with_vector,
            with_payload: with_payload.or(Some(WithPayloadInterface::Bool(true))),
            lookup_from: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::PackedVectors;

    fn parse(request: Value) -> Result<SearchPoints> {
        let request: SearchPoints = serde_json::from_str(&request.to_string())?;
        request.validate()?;
        Ok(request)
    }

    fn error(request: Value) -> String {
        parse(request).unwrap_err().to_string()
    }

    #[test]
    fn a_vector_may_have_a_name() {
        let default = parse(json!({ "vector": [1.0, 2.0] })).unwrap();
        assert_eq!(default, SearchPoints { limit: None, ..SearchPoints::new(vec![1.0, 2.0], 1) });
        let dense = parse(json!({ "vector": { "name": "n", "vector": [1.0] }, "top": 3 })).unwrap();
        let vector = NamedVectorStruct::Named { name: "n".to_owned(), vector: Vector::Dense(vec![1.0]) };
        assert_eq!(dense, SearchPoints { vector, ..SearchPoints::new(Vec::new(), 3) });
        let sparse = json!({ "name": "s", "vector": { "indices": [1], "values": [0.5] } });
        assert!(matches!(
            parse(json!({ "vector": sparse })).unwrap().vector,
            NamedVectorStruct::Named { vector: Vector::Sparse(_), .. }
        ));
        PackedVectors::with(&[1.0, 2.0], || {
            assert_eq!(parse(json!({ "vector": "\0f32:0:2" })).unwrap(), default);
            assert_eq!(
                parse(json!({ "vector": { "name": "n", "vector": "\0f32:0:1" }, "limit": 3 })).unwrap(),
                dense
            );
        });
    }

    #[test]
    fn what_is_no_vector_gets_the_servers_text() {
        let not_vectors = [
            json!(1),
            json!("text"),
            json!([[1.0]]),
            json!({ "name": "n" }),
            json!({ "vector": [1.0] }),
            json!({ "name": "n", "vector": [[1.0]] }),
            json!({ "indices": [1], "values": [1.0] }),
            json!({ "text": "a document", "model": "qdrant/bm25" }),
            json!({ "name": "n", "vector": { "text": "a document", "model": "qdrant/bm25" } }),
        ];
        for json in not_vectors {
            assert_eq!(
                error(json!({ "vector": json })),
                "Format error in JSON body: data did not match any variant of untagged enum NamedVectorStruct",
                "{json}"
            );
        }
        assert_eq!(error(json!({ "limit": 1 })), "Format error in JSON body: missing field `vector`");
    }

    #[test]
    fn fields_out_of_range_are_named() {
        assert_eq!(
            error(
                json!({ "vector": { "name": "s", "vector": { "indices": [1, 1], "values": [0.5, 0.5] } }, "limit": 0 })
            ),
            "Validation error in JSON body: \
             [search_request.vector.vector.indices: Validation error: must be unique [{}]; \
             search_request.limit: value 0 invalid, must be 1 or larger]"
        );
        PackedVectors::with(&[f32::NAN], || {
            let text = error(json!({ "vector": "\0f32:0:1" }));
            assert!(text.ends_with("untagged enum NamedVectorStruct: vector[0] is NaN"), "{text}");
        });
    }
}
