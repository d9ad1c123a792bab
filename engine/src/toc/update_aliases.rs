use super::TableOfContent;
use crate::error::{Error, Result};
use crate::model::{AliasOperations, ChangeAliases, CreateAlias, DeleteAlias, RenameAlias};
use crate::operation::Manage;

/// Creates, deletes and renames aliases: all of the actions, in their order, or none. The answer is
/// `true`.
///
/// # Errors
/// [`Error::NotFound`] for a collection that does not exist, or an alias to rename that does not;
/// [`Error::AlreadyExists`] for an alias that is the name of a collection.
pub struct UpdateAliases(
    /// The actions.
    pub ChangeAliases,
);

impl Manage for UpdateAliases {
    type Output = bool;

    fn execute(self, toc: &TableOfContent) -> Result<bool> {
        let Self(ChangeAliases { actions }) = self;
        let mut aliases = toc.aliases.all();
        for action in actions {
            match action {
                AliasOperations::CreateAlias {
                    create_alias: CreateAlias { collection_name, alias_name },
                } => {
                    if !toc.entries.read().contains_key(&collection_name) {
                        return Err(Error::collection_not_found(&collection_name));
                    }
                    refuse_collection_name(toc, &alias_name)?;
                    aliases.insert(alias_name, collection_name);
                }
                AliasOperations::DeleteAlias { delete_alias: DeleteAlias { alias_name } } => {
                    aliases.remove(&alias_name);
                }
                AliasOperations::RenameAlias {
                    rename_alias: RenameAlias { old_alias_name, new_alias_name },
                } => {
                    refuse_collection_name(toc, &new_alias_name)?;
                    let collection = aliases
                        .remove(&old_alias_name)
                        .ok_or_else(|| Error::NotFound(format!("Alias {old_alias_name} does not exists!")))?;
                    aliases.insert(new_alias_name, collection);
                }
            }
        }
        toc.aliases.replace(aliases)?;
        Ok(true)
    }
}

/// An alias that is the name of a collection would never be reached.
fn refuse_collection_name(toc: &TableOfContent, alias: &str) -> Result<()> {
    if toc.entries.read().contains_key(alias) {
        return Err(Error::collection_exists(alias));
    }
    Ok(())
}
