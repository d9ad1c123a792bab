use super::Collection;
use crate::error::Result;
use crate::model::{GroupsResult, QueryGroups, SearchPointGroups};
use crate::operation::{Collections, Read};

impl Read for SearchPointGroups {
    type Output = GroupsResult;

    fn run(self, name: &str, collections: &impl Collections) -> Result<GroupsResult> {
        self.validate()?;
        QueryGroups::from(self).run(name, collections)
    }

    fn execute(self, collection: &Collection) -> Result<GroupsResult> {
        self.validate()?;
        QueryGroups::from(self).execute(collection)
    }
}
