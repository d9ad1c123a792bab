//! Puts vectors in the place of the points that queries name by their ids.

use std::collections::{BTreeMap, HashMap};

use qdrant_edge::{PointId, RetrieveRequest, VectorStructInternal, WithVector};

use super::Collection;
use super::vector_schema::check_name;
use crate::error::{Error, Result};
use crate::model::{Place, QueryPoints, Vector, VectorInput};
use crate::operation::Collections;

/// Follows the `lookup_from` that lead to other collections than the searched one.
pub(super) fn look_up_elsewhere(
    queries: &mut [QueryPoints],
    searched: &str,
    collections: &impl Collections,
) -> Result<()> {
    let elsewhere = |place: Place| elsewhere(place, Some(searched)).map(str::to_owned);
    let mut wanted: BTreeMap<(String, String), Vec<PointId>> = BTreeMap::new();
    for query in queries.iter_mut() {
        query.for_each_input(&mut |place, input| {
            if let (Some(collection), VectorInput::Id(id)) = (elsewhere(place), input) {
                wanted.entry((collection, place.vector.to_owned())).or_default().push(*id);
            }
        });
    }
    let mut found = HashMap::new();
    for ((name, vector), ids) in wanted {
        if !collections.contains(&name) {
            return Err(Error::NotFound(format!("Collection {name} not found")));
        }
        let vectors = collections.enter(&name, |collection| vectors_of(collection, &vector, ids))?;
        found.insert((name, vector), vectors);
    }
    for query in queries {
        query.for_each_input(&mut |place, input| {
            if let Some(collection) = elsewhere(place) {
                put(found.get(&(collection, place.vector.to_owned())), input);
            }
        });
    }
    Ok(())
}

/// The collection of a place, unless it is the searched one.
fn elsewhere<'a>(place: Place<'a>, searched: Option<&str>) -> Option<&'a str> {
    place.collection.filter(|name| Some(*name) != searched)
}

/// Puts this collection's vectors in the place of its ids, and returns those ids for each query.
pub(super) fn look_up_here(
    queries: &mut [QueryPoints],
    collection: &Collection,
    searched: Option<&str>,
) -> Result<Vec<Vec<PointId>>> {
    let mut wanted: BTreeMap<String, Vec<PointId>> = BTreeMap::new();
    let mut referenced = Vec::with_capacity(queries.len());
    for query in queries.iter_mut() {
        let mut ids = Vec::new();
        query.for_each_input(&mut |place, input| {
            if let (None, VectorInput::Id(id)) = (elsewhere(place, searched), input) {
                ids.push(*id);
                wanted.entry(place.vector.to_owned()).or_default().push(*id);
            }
        });
        referenced.push(ids);
    }
    let mut found = HashMap::new();
    for (vector, ids) in wanted {
        let vectors = vectors_of(collection, &vector, ids)?;
        found.insert(vector, vectors);
    }
    for query in queries {
        query.for_each_input(&mut |place, input| {
            if elsewhere(place, searched).is_none() {
                put(found.get(place.vector), input);
            }
        });
    }
    Ok(referenced)
}

/// Leaves the ids of points that have no such vector.
fn put(vectors: Option<&HashMap<PointId, Vector>>, input: &mut VectorInput) {
    if let VectorInput::Id(id) = input
        && let Some(vector) = vectors.and_then(|vectors| vectors.get(id))
    {
        *input = VectorInput::Vector(vector.clone());
    }
}

/// The vectors of that name of points that all exist.
fn vectors_of(collection: &Collection, name: &str, ids: Vec<PointId>) -> Result<HashMap<PointId, Vector>> {
    check_name(&collection.shard().config(), name)?;
    let request = RetrieveRequest {
        point_ids: ids.clone(),
        with_payload: Some(false.into()),
        with_vector: Some(WithVector::Selector(vec![name.to_owned()])),
    };
    let records = collection.shard().retrieve(request)?;
    let mut vectors: HashMap<_, _> = records.into_iter().map(|record| (record.id, record.vector)).collect();
    if let Some(missing) = ids.iter().find(|id| !vectors.contains_key(id)) {
        return Err(Error::no_point(*missing));
    }
    let with_vector = vectors
        .iter_mut()
        .filter_map(|(id, vectors)| Some((*id, VectorStructInternal::take_opt(vectors, name)?.into())));
    Ok(with_vector.collect())
}
