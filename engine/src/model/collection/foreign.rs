//! Settings that come from elsewhere, such as from a server's snapshot.

use serde_json::Value;

use super::config::CollectionConfig;
use super::create::CreateCollection;
use crate::error::Result;

impl CollectionConfig {
    /// Checks settings that did not come in by a request: they have to be such that a collection could
    /// be created with them.
    ///
    /// # Errors
    /// As [`CreateCollection::validate`].
    pub(crate) fn validate(&self) -> Result<()> {
        let mut settings = serde_json::to_value(self)?;
        if let Value::Object(settings) = &mut settings
            && let Some(Value::Object(params)) = settings.remove("params")
        {
            settings.extend(params);
        }
        serde_json::from_value::<CreateCollection>(settings)?.validate()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(m: u32, size: u32, name: &str) -> CollectionConfig {
        let mut config = json!(CollectionConfig::from_request(CreateCollection::default()).unwrap());
        config["params"]["vectors"] = json!({ name: { "size": size, "distance": "Dot" } });
        config["hnsw_config"]["m"] = json!(m);
        serde_json::from_value(config).unwrap()
    }

    #[test]
    fn only_what_could_be_created_is_taken() {
        assert_eq!(config(16, 4, "a").validate(), Ok(()));
        assert!(config(1_000_000_000, 4, "a").validate().unwrap_err().to_string().contains("hnsw_config.m"));
        assert!(config(16, 0, "a").validate().unwrap_err().to_string().contains("vectors.?.size"));
        assert!(config(16, 4, "../a").validate().unwrap_err().to_string().contains("vector name"));
    }
}
