//! Vectors as requests and responses write them.
//!
//! The parsers take plain JSON and [packed](super::packed) vectors, in one pass: a request may hold
//! millions of numbers. What is no vector gets the server's error, which names the expected type only.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use qdrant_edge::{SparseVector, VectorInternal, VectorStructInternal};
use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::packed::{Floats, PackedVectors};
use crate::error::Error;

/// One vector: a dense one, a sparse one or a multivector.
pub use qdrant_edge::VectorPersisted as Vector;
/// All vectors of a point: the default one (dense or multivector), or a map of named ones.
pub use qdrant_edge::VectorStructPersisted as VectorStruct;

/// The vectors of several points, in columns.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchVectorStruct {
    /// The default vector of each point, all dense or all multivectors.
    Default(Vec<Vector>),
    /// For each name, the vector of each point.
    Named(HashMap<String, Vec<Vector>>),
}

/// One vector of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VectorOutput {
    /// A list of numbers.
    Dense(Vec<f32>),
    /// `{ indices, values }`.
    Sparse(SparseVector),
    /// A list of rows.
    MultiDense(Vec<Vec<f32>>),
}

/// The vectors of a point in a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VectorStructOutput {
    /// The default dense vector.
    Single(Vec<f32>),
    /// The default multivector.
    MultiDense(Vec<Vec<f32>>),
    /// Vectors by name.
    Named(BTreeMap<String, VectorOutput>),
}

impl From<VectorInternal> for VectorOutput {
    fn from(vector: VectorInternal) -> Self {
        match vector {
            VectorInternal::Dense(numbers) => VectorOutput::Dense(numbers),
            VectorInternal::Sparse(vector) => VectorOutput::Sparse(vector),
            VectorInternal::MultiDense(rows) => VectorOutput::MultiDense(rows.into_multi_vectors()),
        }
    }
}

impl From<VectorStructInternal> for VectorStructOutput {
    fn from(vectors: VectorStructInternal) -> Self {
        match vectors {
            VectorStructInternal::Single(numbers) => VectorStructOutput::Single(numbers),
            VectorStructInternal::MultiDense(rows) => {
                VectorStructOutput::MultiDense(rows.into_multi_vectors())
            }
            VectorStructInternal::Named(vectors) => VectorStructOutput::Named(
                vectors.into_iter().map(|(name, vector)| (name, vector.into())).collect(),
            ),
        }
    }
}

/// The server's error for what is none of the forms of `expected`.
pub(super) fn no_variant<E: de::Error>(expected: &str) -> E {
    E::custom(format_args!("data did not match any variant of untagged enum {expected}"))
}

/// The error for a vector with a number that JSON cannot hold: such a vector reaches a server as
/// something that is none of the forms of `expected`.
pub(super) fn non_finite_error(expected: &str, path: &str, fault: &str) -> Error {
    Error::Format(format!("data did not match any variant of untagged enum {expected}: {path}{fault}"))
}

/// The first number of a vector that is NaN or infinite, as the end of its path and its value.
pub(super) fn non_finite(vector: &Vector) -> Option<String> {
    match vector {
        Vector::Dense(numbers) => non_finite_number(numbers),
        Vector::Sparse(vector) => Some(format!(".values{}", non_finite_number(&vector.values)?)),
        Vector::MultiDense(rows) => non_finite_row(rows),
    }
}

/// As [`non_finite`], of all vectors of a point.
pub(super) fn non_finite_of_point(vectors: &VectorStruct) -> Option<String> {
    match vectors {
        VectorStruct::Single(numbers) => non_finite_number(numbers),
        VectorStruct::MultiDense(rows) => non_finite_row(rows),
        VectorStruct::Named(vectors) => {
            vectors.iter().find_map(|(name, vector)| Some(format!(".{name}{}", non_finite(vector)?)))
        }
    }
}

pub(super) fn non_finite_number(numbers: &[f32]) -> Option<String> {
    let (index, number) = numbers.iter().enumerate().find(|(_, number)| !number.is_finite())?;
    Some(format!("[{index}] is {number}"))
}

fn non_finite_row(rows: &[Vec<f32>]) -> Option<String> {
    rows.iter().enumerate().find_map(|(index, row)| Some(format!("[{index}]{}", non_finite_number(row)?)))
}

/// Reads the vectors of a point.
pub(super) fn of_point<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VectorStruct, D::Error> {
    deserializer.deserialize_any(PointVectorsVisitor).map_err(|_| no_variant("VectorStruct"))
}

/// Reads the vectors of several points, in columns.
pub(super) fn of_batch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BatchVectorStruct, D::Error> {
    deserializer.deserialize_any(BatchVectorsVisitor).map_err(|_| no_variant("BatchVectorStruct"))
}

/// A [`Vector`] as a field or element of something else.
pub(super) struct AnyVector(pub Vector);

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
pub(super) fn read_sparse<'de, A: MapAccess<'de>>(map: A) -> Result<SparseVector, A::Error> {
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
            btree_map("[a-z\\PC]{0,6}", any_vector(), 0..4)
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

    #[test]
    fn numbers_that_json_cannot_hold_are_found_with_their_place() {
        let sparse = Vector::Sparse(SparseVector { indices: vec![5], values: vec![f32::NEG_INFINITY] });
        assert_eq!(non_finite(&sparse).unwrap(), ".values[0] is -inf");
        let multi = VectorStruct::MultiDense(vec![vec![1.0], vec![2.0, f32::NAN]]);
        assert_eq!(non_finite_of_point(&multi).unwrap(), "[1][1] is NaN");
        let named = VectorStruct::Named([("n".to_owned(), Vector::Dense(vec![f32::INFINITY]))].into());
        assert_eq!(non_finite_of_point(&named).unwrap(), ".n[0] is inf");
        assert_eq!(non_finite_of_point(&VectorStruct::Single(vec![f32::MAX])), None);
        // The largest numbers of JSON are larger than those of a vector.
        assert_eq!(non_finite_of_point(&point(&json!([1e39])).unwrap()).unwrap(), "[0] is inf");
    }
}
