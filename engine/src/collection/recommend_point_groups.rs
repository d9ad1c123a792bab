use super::Collection;
use crate::error::Result;
use crate::model::{GroupsResult, QueryGroups, RecommendPointGroups};
use crate::operation::{Collections, Read};

impl Read for RecommendPointGroups {
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
