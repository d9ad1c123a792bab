use super::TableOfContent;
use crate::error::Result;
use crate::model::{AliasDescription, CollectionsAliasesResponse};
use crate::operation::Inspect;

/// Lists the aliases of one collection, or of all, by alias. One that does not exist has none, as on a server.
#[derive(Default)]
pub struct ListAliases {
    /// Name of a collection; every collection when `None`.
    pub collection: Option<String>,
}

impl Inspect for ListAliases {
    type Output = CollectionsAliasesResponse;

    fn execute(self, toc: &TableOfContent) -> Result<CollectionsAliasesResponse> {
        let aliases = toc.aliases.all().into_iter();
        Ok(CollectionsAliasesResponse {
            aliases: aliases
                .filter(|(_, collection)| self.collection.as_ref().is_none_or(|name| name == collection))
                .map(|(alias_name, collection_name)| AliasDescription { alias_name, collection_name })
                .collect(),
        })
    }
}
