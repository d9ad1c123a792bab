//! Requests about the indexes of payload fields.

use qdrant_edge::{CreateIndex, FieldIndexOperations, JsonPath, PayloadFieldSchema};
use serde::Deserialize;

use super::validation::Faults;
use crate::error::{Error, Result};

/// Indexes a payload field. Takes as long as the field takes to index, whatever `wait` says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CreatePayloadIndex {
    /// The field, such as `city` or `address.city`.
    pub field_name: JsonPath,
    /// Type of the values, alone or with settings. Must be given.
    #[serde(default, alias = "field_type")]
    pub field_schema: Option<PayloadFieldSchema>,
    /// Whether the answer says `completed`, instead of `acknowledged`. Default: `false`.
    #[serde(default)]
    pub wait: Option<bool>,
}

impl CreatePayloadIndex {
    /// Indexes `field_name` as values of a type, or with settings.
    pub fn new(field_name: JsonPath, field_schema: impl Into<PayloadFieldSchema>) -> Self {
        Self { field_name, field_schema: Some(field_schema.into()), wait: None }
    }

    /// Checks the request, and translates it for the engine.
    pub(crate) fn into_operation(self) -> Result<FieldIndexOperations> {
        let Self { field_name, field_schema, wait: _ } = self;
        let mut faults = Faults::default();
        faults.within("field_schema", field_schema.as_ref());
        faults.into_result()?;
        let Some(schema) = field_schema else {
            return Err(Error::BadRequest(
                "Can't auto-detect field type, please specify `field_schema` in the request".to_owned(),
            ));
        };
        let schema = schema.normalized();
        schema.validate_for_field(&field_name).map_err(Error::WrongInput)?;
        Ok(FieldIndexOperations::CreateIndex(CreateIndex { field_name, field_schema: Some(schema) }))
    }
}

/// Removes the index of a payload field, if there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct DeletePayloadIndex {
    /// The field.
    pub field_name: JsonPath,
    /// Whether the answer says `completed`, instead of `acknowledged`.
    pub wait: bool,
}

/// What may be given beside the field whose index is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DeletePayloadIndexParams {
    /// Whether the answer says `completed`, instead of `acknowledged`. Default: `true`.
    pub wait: Option<bool>,
}

impl DeletePayloadIndex {
    /// Removes the index of the field `field_name`.
    ///
    /// # Errors
    /// [`Error::Format`] when that cannot be a field.
    pub fn of_field(field_name: &str, params: DeletePayloadIndexParams) -> Result<Self> {
        let DeletePayloadIndexParams { wait } = params;
        let field_name = JsonPath::try_from(field_name)
            .map_err(|()| Error::Format(format!("Invalid json path: '{field_name}'")))?;
        Ok(Self { field_name, wait: wait.unwrap_or(true) })
    }

    pub(crate) fn into_operation(self) -> FieldIndexOperations {
        let Self { field_name, wait: _ } = self;
        FieldIndexOperations::DeleteIndex(field_name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(schema: Value) -> Result<CreatePayloadIndex, String> {
        serde_json::from_value(json!({ "field_name": "a.b", "field_schema": schema, "ordering": "weak" }))
            .map_err(|error| error.to_string())
    }

    fn operation(schema: Value) -> Result<FieldIndexOperations> {
        parse(schema).unwrap().into_operation()
    }

    #[test]
    fn a_schema_is_a_type_or_settings_of_one() {
        for kind in ["keyword", "integer", "float", "geo", "text", "bool", "datetime", "uuid"] {
            for schema in [json!(kind), json!({ "type": kind, "memory": "cold" })] {
                let request = parse(schema.clone()).unwrap();
                let parsed = request.field_schema.clone().unwrap();
                assert_eq!(matches!(parsed, PayloadFieldSchema::FieldParams(_)), schema.is_object());
                let echoed = serde_json::to_value(&parsed).unwrap();
                assert_eq!(serde_json::from_value::<PayloadFieldSchema>(schema).unwrap(), parsed, "{echoed}");
                assert!(request.into_operation().is_ok());
            }
        }
    }

    #[test]
    fn an_index_without_a_schema_is_refused() {
        let error = operation(json!(null)).unwrap_err();
        assert_eq!(error.status(), 400);
        assert_eq!(
            error.to_string(),
            "Bad request: Can't auto-detect field type, please specify `field_schema` in the request"
        );
    }

    #[test]
    fn what_is_no_schema_gets_the_servers_error() {
        for schema in [
            json!("string"),
            json!({}),
            json!({ "type": "word" }),
            json!({ "type": "text", "min_token_len": "2" }),
        ] {
            let error = parse(schema).unwrap_err();
            assert_eq!(error, "data did not match any variant of untagged enum PayloadFieldSchema");
        }
        let error = serde_json::from_value::<CreatePayloadIndex>(json!({ "field_name": "" })).unwrap_err();
        assert_eq!(error.to_string(), "Invalid json path: ''");
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let error = operation(json!({ "type": "integer", "lookup": false, "range": false })).unwrap_err();
        assert_eq!(error.status(), 422);
        assert!(error.to_string().contains("[field_schema."), "{error}");
        let error = operation(json!({ "type": "keyword", "nested": "other" })).unwrap_err();
        assert_eq!(error.status(), 400);
        assert!(error.to_string().contains("field `a.b` must be inside the elements of nested"), "{error}");
    }

    #[test]
    fn a_removal_waits_unless_told_otherwise() {
        let wait =
            |params| DeletePayloadIndex::of_field("a", serde_json::from_value(params).unwrap()).unwrap().wait;
        assert!(wait(json!({})));
        assert!(wait(json!({ "wait": null, "timeout": 3 })));
        assert!(!wait(json!({ "wait": false })));
        assert_eq!(
            DeletePayloadIndex::of_field("", DeletePayloadIndexParams::default()).unwrap_err().status(),
            400
        );
    }
}
