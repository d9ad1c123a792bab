use super::TableOfContent;
use crate::error::Result;
use crate::operation::Inspect;

/// Names the collections whose files are open: those that are not damaged.
pub(crate) struct OpenCollections;

impl Inspect for OpenCollections {
    type Output = Vec<String>;

    fn execute(self, toc: &TableOfContent) -> Result<Vec<String>> {
        let entries = toc.entries.read();
        let open = entries.iter().filter(|(_, entry)| entry.is_open());
        Ok(open.map(|(name, _)| name.clone()).collect())
    }
}
