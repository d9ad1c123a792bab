//! Which vectors the points of a collection have.

use std::collections::BTreeMap;

use qdrant_edge::{
    DEFAULT_VECTOR_NAME, Distance, Memory, Modifier, MultiVectorConfig, QuantizationConfig,
    VectorStorageDatatype,
};
use serde::{Deserialize, Deserializer, Serialize};
use validator::{Validate, ValidationError};

use super::config::check_dense_not_pinned;
use super::diff::HnswConfigDiff;

/// The dense vectors of a collection: the default one only, or any number of named ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VectorsConfig {
    /// One vector without a name.
    Single(Box<VectorParams>),
    /// Vectors by name.
    Multi(BTreeMap<String, VectorParams>),
}

impl VectorsConfig {
    /// The vectors with their names; the default one has the empty name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &VectorParams)> {
        let (single, multi) = match self {
            VectorsConfig::Single(params) => (Some((DEFAULT_VECTOR_NAME, &**params)), None),
            VectorsConfig::Multi(vectors) => (None, Some(vectors)),
        };
        let multi = multi.into_iter().flatten().map(|(name, params)| (name.as_str(), params));
        single.into_iter().chain(multi)
    }

    /// The vector of that name.
    pub fn get(&self, name: &str) -> Option<&VectorParams> {
        self.iter().find(|(other, _)| *other == name).map(|(_, params)| params)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut VectorParams> {
        match self {
            VectorsConfig::Single(params) => (name == DEFAULT_VECTOR_NAME).then_some(params),
            VectorsConfig::Multi(vectors) => vectors.get_mut(name),
        }
    }

    /// Adds a vector; beside another one, the default vector is one of several.
    pub(super) fn insert(&mut self, name: String, params: VectorParams) {
        self.named().insert(name, params);
    }

    pub(super) fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            self.named().remove(name);
        }
    }

    fn named(&mut self) -> &mut BTreeMap<String, VectorParams> {
        if let VectorsConfig::Single(params) = self {
            let params = VectorParams::clone(params);
            *self = VectorsConfig::Multi(BTreeMap::from([(DEFAULT_VECTOR_NAME.to_owned(), params)]));
        }
        match self {
            VectorsConfig::Multi(vectors) => vectors,
            VectorsConfig::Single(_) => unreachable!("replaced above"),
        }
    }
}

impl Default for VectorsConfig {
    fn default() -> Self {
        VectorsConfig::Multi(BTreeMap::new())
    }
}

impl From<VectorParams> for VectorsConfig {
    fn from(params: VectorParams) -> Self {
        VectorsConfig::Single(Box::new(params))
    }
}

/// `null` is as absent.
impl<'de> Deserialize<'de> for VectorsConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Of that name, which is told where neither form fits.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum VectorsConfig {
            None,
            Single(Box<VectorParams>),
            Multi(BTreeMap<String, VectorParams>),
        }
        Ok(match VectorsConfig::deserialize(deserializer)? {
            VectorsConfig::None => Self::default(),
            VectorsConfig::Single(params) => Self::Single(params),
            VectorsConfig::Multi(vectors) => Self::Multi(vectors),
        })
    }
}

/// One dense vector, or multivector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
pub struct VectorParams {
    /// Number of elements, 1 to 65,536.
    #[validate(range(min = 1, max = 65536))]
    pub size: usize,
    /// How vectors are compared.
    pub distance: Distance,
    /// Settings of its HNSW graph, where they differ from those of the collection.
    #[serde(default, skip_serializing_if = "is_unset")]
    #[validate(nested)]
    pub hnsw_config: Option<HnswConfigDiff>,
    /// Its quantization, instead of that of the collection.
    #[serde(default, alias = "quantization", skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub quantization_config: Option<QuantizationConfig>,
    /// Older form of `memory`: `true` is `cold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_disk: Option<bool>,
    /// Whether the vectors are kept in the page cache (`cached`, the default) or read when needed
    /// (`cold`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "check_dense_not_pinned"))]
    pub memory: Option<Memory>,
    /// How numbers are stored. Default: `float32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datatype: Option<VectorStorageDatatype>,
    /// Makes it a multivector: any number of rows for each point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multivector_config: Option<MultiVectorConfig>,
}

impl VectorParams {
    /// A vector of `size` elements with default settings.
    pub fn new(size: usize, distance: Distance) -> Self {
        Self {
            size,
            distance,
            hnsw_config: None,
            quantization_config: None,
            on_disk: None,
            memory: None,
            datatype: None,
            multivector_config: None,
        }
    }
}

/// The server leaves out a difference that changes nothing.
fn is_unset(diff: &Option<HnswConfigDiff>) -> bool {
    diff.is_none_or(HnswConfigDiff::is_empty)
}

/// One sparse vector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
pub struct SparseVectorParams {
    /// Settings of its index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub index: Option<SparseIndexParams>,
    /// What is applied to the values of a query: `none` (the default) or `idf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modifier: Option<Modifier>,
}

/// The index of a sparse vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct SparseIndexParams {
    /// Number of vectors up to which a full scan is preferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_scan_threshold: Option<usize>,
    /// Older form of `memory`: `true` is `cold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_disk: Option<bool>,
    /// Where the index is kept. Default: `pinned`, in memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// How numbers are stored in the index: `float32` (the default), `float16` or `uint8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "not_turbo"))]
    pub datatype: Option<VectorStorageDatatype>,
}

impl SparseIndexParams {
    /// `base` with what is given here in its place.
    pub(super) fn merged_into(self, base: Self) -> Self {
        let Self { full_scan_threshold, on_disk, memory, datatype } = self;
        Self {
            full_scan_threshold: full_scan_threshold.or(base.full_scan_threshold),
            on_disk: on_disk.or(base.on_disk),
            memory: memory.or(base.memory),
            datatype: datatype.or(base.datatype),
        }
    }
}

fn not_turbo(datatype: &VectorStorageDatatype) -> Result<(), ValidationError> {
    let name = match datatype {
        VectorStorageDatatype::Float32 | VectorStorageDatatype::Float16 | VectorStorageDatatype::Uint8 => {
            return Ok(());
        }
        VectorStorageDatatype::Turbo4 => "turbo4",
        VectorStorageDatatype::Turbo8 => "turbo8",
        VectorStorageDatatype::Turbo16 => "turbo16",
    };
    let message = format!("sparse vectors do not support the `{name}` datatype");
    Err(ValidationError::new("unsupported_sparse_datatype").with_message(message.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(json: Value) -> Result<VectorsConfig, String> {
        serde_json::from_value(json).map_err(|error| error.to_string())
    }

    #[test]
    fn one_vector_needs_no_name() {
        let json = json!({ "size": 4, "distance": "Cosine" });
        let vectors = parse(json.clone()).unwrap();
        assert_eq!(vectors, VectorParams::new(4, Distance::Cosine).into());
        assert_eq!(vectors.iter().map(|(name, _)| name).collect::<Vec<_>>(), [""]);
        assert_eq!(serde_json::to_value(&vectors).unwrap(), json);
    }

    #[test]
    fn named_vectors_may_have_any_name() {
        let json =
            json!({ "size": { "size": 4, "distance": "Dot" }, "b": { "size": 2, "distance": "Euclid" } });
        let vectors = parse(json.clone()).unwrap();
        assert_eq!(
            vectors.iter().map(|(name, params)| (name, params.size)).collect::<Vec<_>>(),
            [("b", 2), ("size", 4)]
        );
        assert_eq!(serde_json::to_value(&vectors).unwrap(), json);
    }

    #[test]
    fn a_collection_may_have_no_dense_vector() {
        assert_eq!(parse(json!({})).unwrap(), VectorsConfig::default());
        assert_eq!(parse(json!(null)).unwrap(), VectorsConfig::default());
    }

    #[test]
    fn what_is_no_vector_gets_the_servers_error() {
        for json in [
            json!({ "size": 4 }),
            json!({ "size": "4", "distance": "Dot" }),
            json!({ "a": { "size": 4, "distance": "dot" } }),
            json!({ "a": 3 }),
            json!([]),
        ] {
            assert_eq!(
                parse(json).unwrap_err(),
                "data did not match any variant of untagged enum VectorsConfig"
            );
        }
    }

    #[test]
    fn a_difference_that_changes_nothing_is_not_echoed() {
        let vectors = parse(json!({ "size": 4, "distance": "Dot", "hnsw_config": {} })).unwrap();
        assert_eq!(serde_json::to_value(&vectors).unwrap(), json!({ "size": 4, "distance": "Dot" }));
    }
}
