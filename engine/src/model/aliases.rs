//! Second names of collections.

use serde::{Deserialize, Serialize};

/// Changes aliases: all of the actions, in their order, or none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ChangeAliases {
    /// What to do.
    pub actions: Vec<AliasOperations>,
}

/// One change of an alias. Aliases are not files, so, as on a server, any text may be one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum AliasOperations {
    /// Gives a collection a second name, which may have been that of another.
    CreateAlias {
        /// Which.
        create_alias: CreateAlias,
    },
    /// Removes an alias, if there is one.
    DeleteAlias {
        /// Which.
        delete_alias: DeleteAlias,
    },
    /// Gives an alias another name.
    RenameAlias {
        /// Which.
        rename_alias: RenameAlias,
    },
}

/// A second name for a collection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CreateAlias {
    /// Name of the collection.
    pub collection_name: String,
    /// The second name.
    pub alias_name: String,
}

/// A second name to remove.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DeleteAlias {
    /// The second name.
    pub alias_name: String,
}

/// A second name to change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RenameAlias {
    /// The second name.
    pub old_alias_name: String,
    /// What it becomes.
    pub new_alias_name: String,
}

/// Aliases, of one collection or of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CollectionsAliasesResponse {
    /// One entry for each alias.
    pub aliases: Vec<AliasDescription>,
}

/// An alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AliasDescription {
    /// The second name.
    pub alias_name: String,
    /// Name of the collection.
    pub collection_name: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn actions_keep_their_order() {
        let request: ChangeAliases = serde_json::from_value(json!({
            "actions": [
                { "delete_alias": { "alias_name": "a" } },
                { "create_alias": { "alias_name": "a", "collection_name": "c" } },
                { "rename_alias": { "old_alias_name": "a", "new_alias_name": "b" } },
            ],
            "timeout": 5,
        }))
        .unwrap();
        let a = || "a".to_owned();
        let create_alias = CreateAlias { collection_name: "c".to_owned(), alias_name: a() };
        let rename_alias = RenameAlias { old_alias_name: a(), new_alias_name: "b".to_owned() };
        assert_eq!(
            request.actions,
            [
                AliasOperations::DeleteAlias { delete_alias: DeleteAlias { alias_name: a() } },
                AliasOperations::CreateAlias { create_alias },
                AliasOperations::RenameAlias { rename_alias },
            ]
        );
    }

    #[test]
    fn what_is_no_action_gets_the_servers_error() {
        for action in [json!({ "drop_alias": {} }), json!({ "create_alias": { "alias_name": "a" } })] {
            let error = serde_json::from_value::<AliasOperations>(action).unwrap_err();
            assert_eq!(error.to_string(), "data did not match any variant of untagged enum AliasOperations");
        }
    }
}
