//! Reading vectors from requests.
//!
//! The parsers take plain JSON and [packed](crate::model::packed) vectors, in one pass: a request may
//! hold millions of numbers. What is no vector gets the server's error, which names the expected type
//! only.

use std::collections::HashMap;
use std::fmt;

use qdrant_edge::SparseVector;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{BatchVectorStruct, Vector, VectorStruct};
use crate::model::packed::{Floats, PackedVectors};

/// The server's error for what is none of the forms of `expected`.
pub(in crate::model) fn no_variant<E: de::Error>(expected: &str) -> E {
    E::custom(format_args!("data did not match any variant of untagged enum {expected}"))
}

/// Reads the vectors of a point.
pub(in crate::model) fn of_point<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<VectorStruct, D::Error> {
    deserializer.deserialize_any(PointVectorsVisitor).map_err(|_| no_variant("VectorStruct"))
}

/// Reads the vectors of several points, in columns.
pub(in crate::model) fn of_batch<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BatchVectorStruct, D::Error> {
    deserializer.deserialize_any(BatchVectorsVisitor).map_err(|_| no_variant("BatchVectorStruct"))
}

/// A [`Vector`] as a field or element of something else.
pub(in crate::model) struct AnyVector(pub Vector);

impl<'de> Deserialize<'de> for AnyVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VectorVisitor).map(AnyVector)
    }
}

/// A list of numbers or of rows.
enum Matrix {
    Row(Vec<f32>),
    Rows(Vec<Vec<f32>>),
}

impl Matrix {
    fn read<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        Ok(match list.next_element()? {
            None => Matrix::Row(Vec::new()),
            Some(Element::Number(first)) => {
                let mut numbers = vec![first];
                while let Some(number) = list.next_element()? {
                    numbers.push(number);
                }
                Matrix::Row(numbers)
            }
            Some(Element::Row(first)) => {
                let mut rows = vec![first];
                while let Some(Floats(row)) = list.next_element()? {
                    rows.push(row);
                }
                Matrix::Rows(rows)
            }
        })
    }
}

/// The first element of a list, which tells what the others have to be.
enum Element {
    Number(f32),
    Row(Vec<f32>),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ElementVisitor;

        impl<'de> Visitor<'de> for ElementVisitor {
            type Value = Element;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a number or a list of numbers")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Element, E> {
                Ok(Element::Number(number as f32))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Element, E> {
                Ok(Element::Number(number as f32))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Element, E> {
                Ok(Element::Number(number as f32))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Element, E> {
                PackedVectors::resolve(text, &self).map(Element::Row)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = list.next_element()? {
                    numbers.push(number);
                }
                Ok(Element::Row(numbers))
            }
        }

        deserializer.deserialize_any(ElementVisitor)
    }
}

/// Reads the fields of a sparse vector.
fn read_sparse<'de, A: MapAccess<'de>>(map: A) -> Result<SparseVector, A::Error> {
    #[derive(serde::Deserialize)]
    struct Fields {
        indices: Vec<u32>,
        values: Floats,
    }
    let Fields { indices, values: Floats(values) } = Fields::deserialize(MapAccessDeserializer::new(map))?;
    Ok(SparseVector { indices, values })
}

struct VectorVisitor;

impl<'de> Visitor<'de> for VectorVisitor {
    type Value = Vector;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vector, E> {
        PackedVectors::resolve(text, &self).map(Vector::Dense)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vector, A::Error> {
        Ok(match Matrix::read(list)? {
            Matrix::Row(numbers) => Vector::Dense(numbers),
            Matrix::Rows(rows) => Vector::MultiDense(rows),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vector, A::Error> {
        read_sparse(map).map(Vector::Sparse)
    }
}

struct PointVectorsVisitor;

impl<'de> Visitor<'de> for PointVectorsVisitor {
    type Value = VectorStruct;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector or a map of named vectors")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<VectorStruct, E> {
        PackedVectors::resolve(text, &self).map(VectorStruct::Single)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<VectorStruct, A::Error> {
        Ok(match Matrix::read(list)? {
            Matrix::Row(numbers) => VectorStruct::Single(numbers),
            Matrix::Rows(rows) => VectorStruct::MultiDense(rows),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VectorStruct, A::Error> {
        let mut vectors = HashMap::new();
        while let Some((name, AnyVector(vector))) = map.next_entry()? {
            vectors.insert(name, vector);
        }
        Ok(VectorStruct::Named(vectors))
    }
}

struct BatchVectorsVisitor;

impl<'de> Visitor<'de> for BatchVectorsVisitor {
    type Value = BatchVectorStruct;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of vectors or a map of such lists")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<BatchVectorStruct, A::Error> {
        let mut column = Vec::new();
        while let Some(AnyVector(vector)) = list.next_element()? {
            match (column.first(), &vector) {
                (None | Some(Vector::Dense(_)), Vector::Dense(_)) => {}
                (None | Some(Vector::MultiDense(_)), Vector::MultiDense(_)) => {}
                _ => return Err(de::Error::custom("default vectors of different kinds, or sparse ones")),
            }
            column.push(vector);
        }
        Ok(BatchVectorStruct::Default(column))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BatchVectorStruct, A::Error> {
        let mut columns = HashMap::new();
        while let Some((name, column)) = map.next_entry::<_, Vec<AnyVector>>()? {
            columns.insert(name, column.into_iter().map(|AnyVector(vector)| vector).collect());
        }
        Ok(BatchVectorStruct::Named(columns))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::error::Error;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Point(#[serde(deserialize_with = "of_point")] VectorStruct);

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Columns(#[serde(deserialize_with = "of_batch")] BatchVectorStruct);

    fn point(json: &Value) -> Result<VectorStruct, Error> {
        Ok(serde_json::from_str::<Point>(&json.to_string())?.0)
    }

    fn columns(json: &Value) -> Result<BatchVectorStruct, Error> {
        Ok(serde_json::from_str::<Columns>(&json.to_string())?.0)
    }

    /// Writes numbers into the buffer, and their placeholder into the JSON.
    fn pack(numbers: &[f32], buffer: &mut Vec<f32>) -> Value {
        let placeholder = format!("\0f32:{}:{}", buffer.len(), numbers.len());
        buffer.extend(numbers);
        placeholder.into()
    }

    fn vector_json(vector: &Vector, numbers: &mut impl FnMut(&[f32]) -> Value) -> Value {
        match vector {
            Vector::Dense(dense) => numbers(dense),
            Vector::Sparse(sparse) => json!({ "indices": sparse.indices, "values": numbers(&sparse.values) }),
            Vector::MultiDense(rows) => rows.iter().map(|row| numbers(row)).collect(),
        }
    }

    fn point_json(vectors: &VectorStruct, mut numbers: impl FnMut(&[f32]) -> Value) -> Value {
        match vectors {
            VectorStruct::Single(dense) => numbers(dense),
            VectorStruct::MultiDense(rows) => rows.iter().map(|row| numbers(row)).collect(),
            VectorStruct::Named(vectors) => {
                let vectors =
                    vectors.iter().map(|(name, vector)| (name.clone(), vector_json(vector, &mut numbers)));
                Value::Object(vectors.collect())
            }
        }
    }

    fn numbers() -> impl Strategy<Value = Vec<f32>> {
        vec(prop_oneof![Just(0.0), -1e3..1e3f32, proptest::num::f32::NORMAL], 0..8)
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<f32>>> {
        vec(numbers(), 1..4)
    }

    fn any_vector() -> impl Strategy<Value = Vector> {
        let sparse = (vec(any::<u32>(), 0..8), numbers());
        prop_oneof![
            numbers().prop_map(Vector::Dense),
            sparse.prop_map(|(indices, values)| Vector::Sparse(SparseVector { indices, values })),
            rows().prop_map(Vector::MultiDense),
        ]
    }

    fn any_point() -> impl Strategy<Value = VectorStruct> {
        prop_oneof![
            numbers().prop_map(VectorStruct::Single),
            rows().prop_map(VectorStruct::MultiDense),
            btree_map(vec(any::<char>(), 0..6).prop_map(String::from_iter), any_vector(), 0..4)
                .prop_map(|vectors| VectorStruct::Named(vectors.into_iter().collect())),
        ]
    }

    proptest! {
        #[test]
        fn packed_and_plain_vectors_are_the_same(vectors in any_point()) {
            let plain = point_json(&vectors, |numbers| json!(numbers));
            prop_assert_eq!(point(&plain).unwrap(), vectors.clone());

            let mut buffer = vec![f32::NAN; 3];
            let packed = point_json(&vectors, |numbers| pack(numbers, &mut buffer));
            prop_assert_eq!(PackedVectors::with(&buffer, || point(&packed)).unwrap(), vectors);
        }

        #[test]
        fn a_column_is_read_as_each_of_its_vectors(column in vec(any_vector(), 0..4)) {
            let json: Value = column.iter().map(|vector| vector_json(vector, &mut |numbers| json!(numbers))).collect();
            let named = columns(&json!({ "n": json })).unwrap();
            prop_assert_eq!(named, BatchVectorStruct::Named([("n".to_owned(), column.clone())].into()));

            let alike = |kind: fn(&Vector) -> bool| column.iter().all(kind);
            let default = columns(&json);
            if alike(|vector| matches!(vector, Vector::Dense(_))) || alike(|vector| matches!(vector, Vector::MultiDense(_))) {
                prop_assert_eq!(default.unwrap(), BatchVectorStruct::Default(column));
            } else {
                prop_assert!(default.is_err());
            }
        }
    }

    #[test]
    fn what_is_no_vector_gets_the_servers_text() {
        let not_vectors = [
            json!(null),
            json!(1),
            json!(true),
            json!("text"),
            json!([null]),
            json!([1.0, null]),
            json!([1.0, "2"]),
            json!([1.0, [2.0]]),
            json!([[1.0], 2.0]),
            json!([[[1.0]]]),
            json!({ "n": 1 }),
            json!({ "n": { "indices": [1] } }),
            json!({ "n": { "indices": [-1], "values": [1.0] } }),
            json!({ "n": { "indices": [4294967296u64], "values": [1.0] } }),
            json!({ "text": "a document", "model": "m" }),
            json!("\0f32:0:1"),
        ];
        for json in not_vectors {
            assert_eq!(
                point(&json).unwrap_err().to_string(),
                "Format error in JSON body: data did not match any variant of untagged enum VectorStruct",
                "{json}"
            );
        }
        assert_eq!(
            columns(&json!([[1.0], [[1.0]]])).unwrap_err().to_string(),
            "Format error in JSON body: data did not match any variant of untagged enum BatchVectorStruct"
        );
    }

    #[test]
    fn an_unnamed_sparse_vector_is_a_map_of_names_as_on_a_server() {
        let vectors = point(&json!({ "indices": [1, 2], "values": [0.5, 0.25] })).unwrap();
        let named = [("indices", vec![1.0, 2.0]), ("values", vec![0.5, 0.25])];
        let named = named.map(|(name, numbers)| (name.to_owned(), Vector::Dense(numbers)));
        assert_eq!(vectors, VectorStruct::Named(named.into()));
    }
}
