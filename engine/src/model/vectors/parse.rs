//! Reading vectors from requests.
//!
//! The parsers take plain JSON and [packed](crate::model::packed) vectors, in one pass: a request may
//! hold millions of numbers. What is no vector gets the server's error, which names the expected type
//! only.

use std::collections::HashMap;
use std::fmt;

use qdrant_edge::SparseVector;
use serde::de::{self, Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::inference::{InferenceFields, InferenceObject};
use super::{BatchVectorStruct, Vector, VectorSource, VectorStruct};
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

impl<'de> Deserialize<'de> for VectorSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VectorVisitor)
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

impl From<Matrix> for VectorSource {
    fn from(matrix: Matrix) -> Self {
        VectorSource::Vector(match matrix {
            Matrix::Row(numbers) => Vector::Dense(numbers),
            Matrix::Rows(rows) => Vector::MultiDense(rows),
        })
    }
}

struct VectorVisitor;

impl<'de> Visitor<'de> for VectorVisitor {
    type Value = VectorSource;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<VectorSource, E> {
        PackedVectors::resolve(text, &self).map(|numbers| Vector::Dense(numbers).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<VectorSource, A::Error> {
        Matrix::read(list).map(Into::into)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VectorSource, A::Error> {
        let mut indices: Option<Vec<u32>> = None;
        let mut values: Option<Floats> = None;
        let mut fields = InferenceFields::default();
        while let Some(name) = map.next_key::<String>()? {
            if let Some(field) = fields.get_mut(&name) {
                *field = Some(map.next_value()?);
                continue;
            }
            match name.as_str() {
                "indices" => indices = Some(map.next_value()?),
                "values" => values = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(match (indices, values) {
            (Some(indices), Some(Floats(values))) => Vector::Sparse(SparseVector { indices, values }).into(),
            _ => VectorSource::Inference(fields.try_into().map_err(A::Error::custom)?),
        })
    }
}

struct PointVectorsVisitor;

impl<'de> Visitor<'de> for PointVectorsVisitor {
    type Value = VectorStruct;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector or a map of named vectors")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<VectorStruct, E> {
        VectorVisitor.visit_str(text).map(VectorStruct::Default)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<VectorStruct, A::Error> {
        VectorVisitor.visit_seq(list).map(VectorStruct::Default)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VectorStruct, A::Error> {
        let mut vectors = HashMap::new();
        // These may be vectors as well, which only all of them together tell.
        let mut fields = InferenceFields::default();
        while let Some(name) = map.next_key::<String>()? {
            match fields.get_mut(&name) {
                Some(field) => *field = Some(map.next_value()?),
                None => {
                    vectors.insert(name, map.next_value()?);
                }
            }
        }
        if fields.name_a_model() {
            let object = InferenceObject::try_from(fields).map_err(A::Error::custom)?;
            return Ok(VectorStruct::Default(VectorSource::Inference(object)));
        }
        for (name, vector) in fields.given() {
            vectors.insert(name.to_owned(), VectorSource::deserialize(vector).map_err(A::Error::custom)?);
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
        let mut column: Vec<VectorSource> = Vec::new();
        while let Some(vector) = list.next_element()? {
            if !could_be_default(column.first().unwrap_or(&vector), &vector) {
                return Err(de::Error::custom("default vectors of different kinds, or sparse ones"));
            }
            column.push(vector);
        }
        Ok(BatchVectorStruct::Default(column))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BatchVectorStruct, A::Error> {
        let mut columns = HashMap::new();
        while let Some((name, column)) = map.next_entry()? {
            columns.insert(name, column);
        }
        Ok(BatchVectorStruct::Named(columns))
    }
}

/// Whether `vector` can stand in a column of default vectors that begins with `first`.
fn could_be_default(first: &VectorSource, vector: &VectorSource) -> bool {
    match (first, vector) {
        (VectorSource::Vector(Vector::Dense(_)), VectorSource::Vector(Vector::Dense(_)))
        | (VectorSource::Vector(Vector::MultiDense(_)), VectorSource::Vector(Vector::MultiDense(_))) => true,
        (VectorSource::Inference(first), VectorSource::Inference(object)) => first.kind() == object.kind(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::error::Error;
    use crate::model::InferenceInput;

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

    fn source_json(source: &VectorSource, numbers: &mut impl FnMut(&[f32]) -> Value) -> Value {
        let object = match source {
            VectorSource::Vector(vector) => return vector_json(vector, numbers),
            VectorSource::Inference(object) => object,
        };
        let (name, input) = match &object.input {
            InferenceInput::Text(text) => ("text", json!(text)),
            InferenceInput::Image(image) => ("image", image.clone()),
            InferenceInput::Object(object) => ("object", object.clone()),
        };
        json!({ name: input, "model": object.model, "options": object.options })
    }

    fn point_json(vectors: &VectorStruct, mut numbers: impl FnMut(&[f32]) -> Value) -> Value {
        match vectors {
            VectorStruct::Default(vector) => source_json(vector, &mut numbers),
            VectorStruct::Named(vectors) => {
                let vectors =
                    vectors.iter().map(|(name, vector)| (name.clone(), source_json(vector, &mut numbers)));
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

    fn any_object() -> impl Strategy<Value = InferenceObject> {
        let value =
            prop_oneof![Just(json!("x")), Just(json!([1.0])), Just(json!({ "text": "x", "model": "m" }))];
        let input = prop_oneof![
            any_name().prop_map(InferenceInput::Text),
            value.clone().prop_map(InferenceInput::Image),
            value.prop_map(InferenceInput::Object),
        ];
        let options = prop_oneof![Just(None), Just(json!({ "k": 1, "vector": [2.0] }).as_object().cloned())];
        (input, any_name(), options).prop_map(|(input, model, options)| InferenceObject {
            input,
            model,
            options,
        })
    }

    fn any_source() -> impl Strategy<Value = VectorSource> {
        prop_oneof![
            any_vector().prop_map(VectorSource::Vector),
            any_object().prop_map(VectorSource::Inference)
        ]
    }

    /// The fields of objects among them: vectors may have such names.
    fn any_name() -> impl Strategy<Value = String> {
        const FIELDS: &[&str] = &["text", "image", "object", "model", "options", "indices", "values"];
        prop_oneof![
            vec(any::<char>(), 0..6).prop_map(String::from_iter),
            proptest::sample::select(FIELDS).prop_map(str::to_owned),
        ]
    }

    fn any_point() -> impl Strategy<Value = VectorStruct> {
        prop_oneof![
            numbers().prop_map(VectorStruct::from),
            rows().prop_map(|rows| VectorStruct::Default(Vector::MultiDense(rows).into())),
            any_object().prop_map(|object| VectorStruct::Default(VectorSource::Inference(object))),
            btree_map(any_name(), any_source(), 0..4)
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
        fn a_column_is_read_as_each_of_its_vectors(column in vec(any_source(), 0..4)) {
            let json: Value = column.iter().map(|vector| source_json(vector, &mut |numbers| json!(numbers))).collect();
            let named = columns(&json!({ "n": json })).unwrap();
            prop_assert_eq!(named, BatchVectorStruct::Named([("n".to_owned(), column.clone())].into()));

            let kind = |vector: &VectorSource| match vector {
                VectorSource::Vector(Vector::Dense(_)) => "dense",
                VectorSource::Vector(Vector::Sparse(_)) => "sparse",
                VectorSource::Vector(Vector::MultiDense(_)) => "multivector",
                VectorSource::Inference(object) => object.kind(),
            };
            let kinds: HashSet<_> = column.iter().map(kind).collect();
            let default = columns(&json);
            if kinds.len() < 2 && !kinds.contains("sparse") {
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
            json!({ "text": "no model" }),
            json!({ "model": "of nothing" }),
            json!({ "text": "a document", "model": 1 }),
            json!({ "text": 1, "model": "m" }),
            json!({ "text": "a document", "model": "m", "options": "o" }),
            json!({ "n": { "image": "i", "model": null } }),
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
        let named = named.map(|(name, numbers)| (name.to_owned(), Vector::Dense(numbers).into()));
        assert_eq!(vectors, VectorStruct::Named(named.into()));
    }
}
