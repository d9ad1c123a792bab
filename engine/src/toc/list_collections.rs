use super::TableOfContent;
use crate::error::Result;
use crate::model::{CollectionDescription, CollectionExistence, CollectionsResponse};
use crate::operation::Inspect;

/// Lists the collections by name. A damaged one is listed too.
pub struct ListCollections;

impl Inspect for ListCollections {
    type Output = CollectionsResponse;

    fn execute(self, toc: &TableOfContent) -> Result<CollectionsResponse> {
        let names = toc.entries.read().keys().cloned().collect::<Vec<_>>();
        Ok(CollectionsResponse {
            collections: names.into_iter().map(|name| CollectionDescription { name }).collect(),
        })
    }
}

/// Tells whether a collection, or an alias of one, exists.
pub struct CollectionExists {
    /// Name of the collection, or an alias.
    pub name: String,
}

impl Inspect for CollectionExists {
    type Output = CollectionExistence;

    fn execute(self, toc: &TableOfContent) -> Result<CollectionExistence> {
        Ok(CollectionExistence { exists: toc.entry(&self.name).is_ok() })
    }
}
