use super::TableOfContent;
use crate::error::Result;
use crate::operation::Inspect;

/// Names the collections of which something may not have reached the disk yet.
pub(crate) struct UnflushedCollections;

impl Inspect for UnflushedCollections {
    type Output = Vec<String>;

    fn execute(self, toc: &TableOfContent) -> Result<Vec<String>> {
        let entries: Vec<_> = toc.entries.read().values().cloned().collect();
        let unflushed = entries.iter().filter(|entry| entry.may_need_flush());
        Ok(unflushed.map(|entry| entry.name().to_owned()).collect())
    }
}
