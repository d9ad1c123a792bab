use qdrant_edge::UpdateOperation;

use super::Collection;
use crate::error::Result;
use crate::model::{CreatePayloadIndex, UpdateResult};
use crate::operation::Write;

impl Write for CreatePayloadIndex {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(false);
        let operation = self.into_operation()?;
        collection.check_limits(|limits| {
            limits.memory()?;
            limits.payload_indexes()
        })?;
        let number = collection.update(UpdateOperation::FieldIndexOperation(operation))?;
        Ok(UpdateResult::applied(number, wait))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tempfile::TempDir;

    use super::*;
    use crate::model::{CollectionConfig, CreateCollection, DeletePayloadIndex, DeletePayloadIndexParams};
    use crate::preset::Preset;

    fn collection() -> (Collection, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let config = CollectionConfig::from_request(CreateCollection::default()).unwrap();
        (Collection::create(folder.path(), config, Preset::Desktop).unwrap(), folder)
    }

    fn create(collection: &Collection, request: Value) -> Result<Value> {
        let request: CreatePayloadIndex = serde_json::from_value(request).unwrap();
        request.execute(collection).map(|result| serde_json::to_value(result).unwrap())
    }

    fn schema(collection: &Collection) -> Value {
        serde_json::to_value(collection.shard().info().unwrap().payload_schema).unwrap()
    }

    #[test]
    fn an_index_lasts_until_it_is_removed() {
        let (collection, _folder) = collection();
        let city = json!({ "field_name": "city", "field_schema": "keyword" });
        assert_eq!(
            create(&collection, city.clone()),
            Ok(json!({ "operation_id": 0, "status": "acknowledged" }))
        );
        let age = json!({ "field_name": "age", "field_schema": { "type": "integer", "range": true }, "wait": true });
        assert_eq!(create(&collection, age), Ok(json!({ "operation_id": 1, "status": "completed" })));
        assert_eq!(schema(&collection)["city"], json!({ "data_type": "keyword", "points": 0 }));
        assert_eq!(schema(&collection)["age"]["params"]["range"], true);

        for _ in 0..2 {
            let delete = DeletePayloadIndex::of_field("city", DeletePayloadIndexParams::default()).unwrap();
            delete.execute(&collection).unwrap();
            let fields = schema(&collection);
            assert_eq!(fields.as_object().unwrap().keys().collect::<Vec<_>>(), ["age"]);
        }
        assert!(create(&collection, city).is_ok());
    }

    #[test]
    fn a_refused_index_writes_nothing() {
        let (collection, _folder) = collection();
        let no_schema = json!({ "field_name": "a" });
        let useless = json!({ "field_name": "a", "field_schema": { "type": "integer", "lookup": false, "range": false } });
        let elsewhere = json!({ "field_name": "a", "field_schema": { "type": "keyword", "nested": "b" } });
        for request in [no_schema, useless, elsewhere] {
            assert!(create(&collection, request).is_err());
        }
        assert_eq!(schema(&collection), json!({}));
        let good = create(&collection, json!({ "field_name": "a", "field_schema": "bool" })).unwrap();
        assert_eq!(good["operation_id"], 0);
    }
}
