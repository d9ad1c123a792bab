//! Requests that add a vector to a collection, or remove one.

use qdrant_edge::{
    CreateVectorName as EdgeCreateVectorName, DeleteVectorName as EdgeDeleteVectorName, DenseVectorConfig,
    SparseVectorConfig, VectorNameConfig, VectorNameOperations,
};
use serde::Deserialize;

use super::config::{CollectionConfig, CollectionParams};
use super::create::validate_vector_names;
use super::vectors::{SparseIndexParams, SparseVectorParams, VectorParams};
use crate::error::{Error, Result};
use crate::model::names::check_vector_name;
use crate::model::points::WriteOrdering;
use crate::model::validation::Faults;

/// Adds a vector to a collection, which no point has yet. One that is there already is left alone, if
/// it is of the same kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateVectorName {
    /// Its name.
    pub name: String,
    /// What defines it.
    pub config: VectorNameConfig,
    /// What may be given beside it.
    pub params: VectorNameParams,
}

/// Removes a vector from a collection, with its values in all points. One that does not exist is no
/// error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteVectorName {
    /// Its name.
    pub name: String,
    /// What may be given beside it.
    pub params: VectorNameParams,
}

/// What may be given beside the vector to add or to remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct VectorNameParams {
    /// Whether the answer says `completed`, instead of `acknowledged`. Default: `true`.
    pub wait: Option<bool>,
    /// Accepted; all writes to a collection are applied in call order.
    pub ordering: Option<WriteOrdering>,
    /// Seconds the call may take, at least 1. Accepted; the call takes what it takes.
    pub timeout: Option<u64>,
}

impl VectorNameParams {
    /// Whether the answer says `completed`.
    pub(crate) fn waits(self) -> bool {
        self.wait.unwrap_or(true)
    }
}

impl CreateVectorName {
    /// The settings with the vector, and what the engine is to do.
    pub(crate) fn applied_to(
        self,
        mut config: CollectionConfig,
    ) -> Result<(CollectionConfig, VectorNameOperations)> {
        let Self { name, config: vector, params: _ } = self;
        check_name(&name)?;
        let mut faults = Faults::default();
        match &vector {
            VectorNameConfig::Dense(vector) => faults.within("dense", Some(&vector.dense)),
            VectorNameConfig::Sparse(vector) => faults.within("sparse", Some(&vector.sparse)),
        }
        faults.into_result()?;
        match &vector {
            VectorNameConfig::Dense(vector) => add_dense(&mut config.params, &name, &vector.dense)?,
            VectorNameConfig::Sparse(vector) => add_sparse(&mut config.params, &name, &vector.sparse)?,
        }
        validate_vector_names(&config.params.vectors, config.params.sparse_vectors.as_ref())?;
        let operation = EdgeCreateVectorName { vector_name: name, config: vector };
        Ok((config, VectorNameOperations::CreateVectorName(operation)))
    }
}

impl DeleteVectorName {
    /// The settings without the vector, and what the engine is to do.
    pub(crate) fn applied_to(
        self,
        mut config: CollectionConfig,
    ) -> Result<(CollectionConfig, VectorNameOperations)> {
        let Self { name, params: _ } = self;
        check_name(&name)?;
        config.params.vectors.remove(&name);
        if let Some(vectors) = &mut config.params.sparse_vectors {
            vectors.remove(&name);
        }
        let operation = EdgeDeleteVectorName { vector_name: name };
        Ok((config, VectorNameOperations::DeleteVectorName(operation)))
    }
}

fn check_name(name: &str) -> Result<()> {
    check_vector_name(name).map_err(|fault| Error::PathValidation(format!("vector_name: {fault}")))
}

fn add_dense(params: &mut CollectionParams, name: &str, vector: &DenseVectorConfig) -> Result<()> {
    let DenseVectorConfig { size, distance, multivector_config, datatype } = *vector;
    if let Some(existing) = params.vectors.get(name) {
        let is_same = existing.size == size
            && existing.distance == distance
            && existing.multivector_config == multivector_config
            && existing.datatype == datatype;
        return if is_same {
            Ok(())
        } else {
            Err(Error::WrongInput(format!("Vector `{name}` already exists with a different configuration")))
        };
    }
    if params.sparse_vectors.as_ref().is_some_and(|vectors| vectors.contains_key(name)) {
        return Err(Error::WrongInput(format!("Vector `{name}` already exists as a sparse vector")));
    }
    let vector = VectorParams { multivector_config, datatype, ..VectorParams::new(size, distance) };
    params.vectors.insert(name.to_owned(), vector);
    Ok(())
}

fn add_sparse(params: &mut CollectionParams, name: &str, vector: &SparseVectorConfig) -> Result<()> {
    let SparseVectorConfig { modifier, datatype } = *vector;
    if let Some(existing) = params.sparse_vectors.as_ref().and_then(|vectors| vectors.get(name)) {
        let existing_datatype = existing.index.and_then(|index| index.datatype);
        return if existing.modifier == modifier && existing_datatype == datatype {
            Ok(())
        } else {
            let text = format!("Sparse vector `{name}` already exists with a different configuration");
            Err(Error::WrongInput(text))
        };
    }
    if params.vectors.get(name).is_some() {
        return Err(Error::WrongInput(format!("Vector `{name}` already exists as a dense vector")));
    }
    let index = datatype.map(|datatype| SparseIndexParams { datatype: Some(datatype), ..Default::default() });
    let vectors = params.sparse_vectors.get_or_insert_default();
    vectors.insert(name.to_owned(), SparseVectorParams { index, modifier });
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(request: Value) -> CollectionConfig {
        CollectionConfig::from_request(serde_json::from_value(request).unwrap()).unwrap()
    }

    fn create(config: CollectionConfig, name: &str, vector: Value) -> Result<CollectionConfig> {
        let config_of_vector = serde_json::from_value(vector).unwrap();
        let params = VectorNameParams::default();
        let request = CreateVectorName { name: name.to_owned(), config: config_of_vector, params };
        request.applied_to(config).map(|(config, _)| config)
    }

    fn delete(config: CollectionConfig, name: &str) -> Result<CollectionConfig> {
        let request = DeleteVectorName { name: name.to_owned(), params: VectorNameParams::default() };
        request.applied_to(config).map(|(config, _)| config)
    }

    fn params(config: &CollectionConfig) -> Value {
        serde_json::to_value(&config.params).unwrap()
    }

    #[test]
    fn beside_another_one_the_default_vector_is_one_of_several() {
        let config = config(json!({ "vectors": { "size": 4, "distance": "Dot" } }));
        let multivector = json!({ "comparator": "max_sim" });
        let dense = json!({ "dense": { "size": 2, "distance": "Cosine", "datatype": "uint8", "multivector_config": multivector } });
        let config = create(config, "b", dense).unwrap();
        let sparse = json!({ "sparse": { "modifier": "idf", "datatype": "float16" } });
        let config = create(config, "s", sparse).unwrap();
        assert_eq!(
            params(&config)["vectors"],
            json!({
                "": { "size": 4, "distance": "Dot" },
                "b": { "size": 2, "distance": "Cosine", "datatype": "uint8", "multivector_config": multivector },
            })
        );
        let expected = json!({ "s": { "modifier": "idf", "index": { "datatype": "float16" } } });
        assert_eq!(params(&config)["sparse_vectors"], expected);

        let config =
            ["", "b", "s", "none"].iter().try_fold(config, |config, name| delete(config, name)).unwrap();
        assert_eq!(params(&config)["vectors"], json!({}));
        assert_eq!(params(&config)["sparse_vectors"], json!({}));
    }

    #[test]
    fn a_vector_that_is_there_already_is_left_alone_or_refused() {
        let config = config(json!({
            "vectors": { "d": { "size": 4, "distance": "Dot", "on_disk": true } },
            "sparse_vectors": { "s": { "index": { "on_disk": true } } },
        }));
        let dense = json!({ "dense": { "size": 4, "distance": "Dot" } });
        let sparse = json!({ "sparse": {} });
        assert_eq!(create(config.clone(), "d", dense.clone()).unwrap(), config);
        assert_eq!(create(config.clone(), "s", sparse.clone()).unwrap(), config);
        let cases = [
            (
                "d",
                json!({ "dense": { "size": 5, "distance": "Dot" } }),
                "Vector `d` already exists with a different configuration",
            ),
            (
                "s",
                json!({ "sparse": { "modifier": "idf" } }),
                "Sparse vector `s` already exists with a different configuration",
            ),
            ("s", dense, "Vector `s` already exists as a sparse vector"),
            ("d", sparse.clone(), "Vector `d` already exists as a dense vector"),
            ("", sparse, "Sparse vector name cannot be empty"),
        ];
        for (name, vector, expected) in cases {
            let expected = Error::WrongInput(expected.to_owned());
            assert_eq!(create(config.clone(), name, vector), Err(expected));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let config = config(json!({}));
        let text = |result: Result<CollectionConfig>| {
            let error = result.unwrap_err();
            assert_eq!(error.status(), 422);
            error.to_string()
        };
        let sizeless = json!({ "dense": { "size": 0, "distance": "Dot" } });
        assert_eq!(
            text(create(config.clone(), "a", sizeless)),
            "Validation error in JSON body: [dense.size: value 0 invalid, must be from 1 to 65536]"
        );
        assert!(
            text(create(config.clone(), "a", json!({ "sparse": { "datatype": "turbo4" } })))
                .contains("sparse.datatype: ")
        );
        let expected =
            "Validation error in path parameters: [vector_name: vector name cannot contain \"/\" char]";
        assert_eq!(text(create(config.clone(), "a/b", json!({ "sparse": {} }))), expected);
        assert_eq!(text(delete(config, "a/b")), expected);
    }
}
