use super::TableOfContent;
use crate::error::Result;
use crate::model::validate_called_name;
use crate::operation::Manage;

/// Deletes a collection with its aliases. The answer tells whether it existed; an alias does not
/// count.
pub struct DeleteCollection {
    /// Name of the collection.
    pub name: String,
}

impl Manage for DeleteCollection {
    type Output = bool;

    fn execute(self, toc: &TableOfContent) -> Result<bool> {
        let Self { name } = self;
        let Some(entry) = toc.entries.read().get(&name).cloned() else {
            validate_called_name(&name)?;
            return Ok(false);
        };
        entry.drain();
        // Closed first: Windows does not rename folders with open files.
        entry.close();
        toc.folder.remove_collection(&name)?;
        toc.entries.write().remove(&name);
        toc.folder.empty_removed();
        toc.drop_aliases_of(&name)?;
        Ok(true)
    }
}
