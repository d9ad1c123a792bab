use serde::Serialize;

/// The collections of a store, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CollectionsResponse {
    /// One entry for each collection.
    pub collections: Vec<CollectionDescription>,
}

/// An entry in a list of collections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CollectionDescription {
    /// Name of the collection.
    pub name: String,
}

/// Whether a collection exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CollectionExistence {
    /// `true` if there is a collection, or an alias, of that name.
    pub exists: bool,
}
