//! Whether vectors fit a collection. The engine finds out only while it writes, and keeps what it has
//! written by then.

use qdrant_edge::{EdgeConfig, EdgeVectorParams, OperationError, VectorStructPersisted};

use crate::error::{Error, Result};
use crate::model::Vector;

/// A vector, borrowed from wherever it is.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Dense(&'a [f32]),
    Sparse,
    MultiDense(&'a [Vec<f32>]),
}

impl<'a> From<&'a Vector> for Shape<'a> {
    fn from(vector: &'a Vector) -> Self {
        match vector {
            Vector::Dense(numbers) => Shape::Dense(numbers),
            Vector::Sparse(_) => Shape::Sparse,
            Vector::MultiDense(rows) => Shape::MultiDense(rows),
        }
    }
}

/// Checks that there is a vector of that name.
pub(super) fn check_name(config: &EdgeConfig, name: &str) -> Result<()> {
    if config.vectors.contains_key(name) || config.sparse_vectors.contains_key(name) {
        Ok(())
    } else {
        Err(OperationError::VectorNameNotExists { received_name: name.into() }.into())
    }
}

/// Checks that a vector can be compared with those of that name.
pub(super) fn check_query_vector(config: &EdgeConfig, name: &str, vector: &Vector) -> Result<()> {
    Ok(check(config, name, vector.into())?)
}

/// Checks that a vector which a model made is of the kind and the dimension that is wanted.
pub(super) fn check_made_vector(config: &EdgeConfig, name: &str, vector: &Vector, model: &str) -> Result<()> {
    match check(config, name, vector.into()) {
        Err(
            error @ (OperationError::WrongVectorDimension { .. }
            | OperationError::WrongSparse
            | OperationError::WrongMulti),
        ) => {
            let of = if name.is_empty() { String::new() } else { format!(" for vector '{name}'") };
            Err(Error::WrongInput(format!("{error}{of}, made by model `{model}`")))
        }
        // Those of any vector come in their turn.
        _ => Ok(()),
    }
}

/// Checks that the vectors of points can be written.
pub(super) fn check_vectors<'a>(
    config: &EdgeConfig,
    points: impl IntoIterator<Item = &'a VectorStructPersisted>,
) -> Result<()> {
    for vectors in points {
        match vectors {
            VectorStructPersisted::Single(numbers) => check(config, "", Shape::Dense(numbers))?,
            VectorStructPersisted::MultiDense(rows) => check(config, "", Shape::MultiDense(rows))?,
            VectorStructPersisted::Named(vectors) => {
                for (name, vector) in vectors {
                    check(config, name, vector.into()).map_err(|error| match error {
                        OperationError::WrongVectorDimension { .. } => {
                            Error::WrongInput(format!("{error} for vector '{name}'"))
                        }
                        _ => error.into(),
                    })?;
                }
            }
        }
    }
    Ok(())
}

fn check(config: &EdgeConfig, name: &str, vector: Shape) -> Result<(), OperationError> {
    if let Some(params) = config.vectors.get(name) {
        return check_dense(params, vector);
    }
    if !config.sparse_vectors.contains_key(name) {
        return Err(OperationError::VectorNameNotExists { received_name: name.into() });
    }
    match vector {
        Shape::Sparse => Ok(()),
        Shape::Dense(_) => Err(OperationError::WrongSparse),
        Shape::MultiDense(_) => Err(OperationError::WrongMulti),
    }
}

fn check_dense(params: &EdgeVectorParams, vector: Shape) -> Result<(), OperationError> {
    let expected_dim = params.size;
    let check_dimension = |row: &[f32]| match row.len() {
        received_dim if received_dim == expected_dim => Ok(()),
        received_dim => Err(OperationError::WrongVectorDimension { expected_dim, received_dim }),
    };
    match vector {
        Shape::Sparse => Err(OperationError::WrongSparse),
        // A multivector may have one row only, without the brackets.
        Shape::Dense(numbers) => check_dimension(numbers),
        Shape::MultiDense(rows) => {
            rows.iter().try_for_each(|row| check_dimension(row))?;
            if params.multivector_config.is_some() { Ok(()) } else { Err(OperationError::WrongMulti) }
        }
    }
}
