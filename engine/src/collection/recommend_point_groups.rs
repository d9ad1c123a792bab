use super::{Collection, query_groups};
use crate::error::Result;
use crate::model::{GroupsResult, RecommendPointGroups};
use crate::operation::{Collections, Read};

impl Read for RecommendPointGroups {
    type Output = GroupsResult;

    fn run(self, name: &str, collections: &impl Collections) -> Result<GroupsResult> {
        self.validate()?;
        query_groups::find(self.into(), name, collections)
    }

    fn execute(self, collection: &Collection) -> Result<GroupsResult> {
        self.validate()?;
        query_groups::find_here(self.into(), collection)
    }
}
