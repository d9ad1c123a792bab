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
#[serde(rename_all = "snake_case")]
pub enum AliasOperations {
    /// Gives a collection a second name, which may have been that of another.
    CreateAlias {
        /// Name of the collection.
        collection_name: String,
        /// The second name.
        alias_name: String,
    },
    /// Removes an alias, if there is one.
    DeleteAlias {
        /// The second name.
        alias_name: String,
    },
    /// Gives an alias another name.
    RenameAlias {
        /// The second name.
        old_alias_name: String,
        /// What it becomes.
        new_alias_name: String,
    },
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
        assert_eq!(
            request.actions,
            [
                AliasOperations::DeleteAlias { alias_name: a() },
                AliasOperations::CreateAlias { collection_name: "c".to_owned(), alias_name: a() },
                AliasOperations::RenameAlias { old_alias_name: a(), new_alias_name: "b".to_owned() },
            ]
        );
    }

    #[test]
    fn what_is_no_action_gets_an_error_that_says_why() {
        let error = |action| serde_json::from_value::<AliasOperations>(action).unwrap_err().to_string();
        assert!(error(json!({ "drop_alias": {} })).contains("expected one of `create_alias`"));
        assert_eq!(
            error(json!({ "create_alias": { "alias_name": "a" } })),
            "missing field `collection_name`"
        );
    }
}
