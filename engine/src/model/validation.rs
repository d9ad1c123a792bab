//! Collects what is wrong with a request, located and worded as by a server.

use std::fmt::Display;

use serde_json::Value;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::error::{Error, Result};

/// A request that may be malformed in ways that its types allow.
pub(crate) trait Checked {
    /// Notes the faults of the request.
    ///
    /// # Errors
    /// Those that are no faults of a field.
    fn find_faults(&self, faults: &mut Faults) -> Result<()>;

    /// Checks the request by itself.
    ///
    /// # Errors
    /// 422 with all faults; those of [`find_faults`](Self::find_faults).
    fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        self.find_faults(&mut faults)?;
        faults.into_result()
    }
}

/// The faults found in a request so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<String>);

impl Faults {
    /// Notes that the field at `path` is wrong.
    pub(crate) fn add(&mut self, path: &str, reason: impl Display) {
        self.0.push(format!("{path}: {reason}"));
    }

    /// Notes that the number at `path` is too small, if it is.
    pub(crate) fn at_least(&mut self, path: &str, value: Option<usize>, min: usize) {
        if let Some(value) = value.filter(|value| *value < min) {
            self.add(path, format_args!("value {value} invalid, must be {min} or larger"));
        }
    }

    /// Notes what is wrong within the part of the request at `path`.
    pub(crate) fn within(&mut self, path: &str, part: Option<&impl Validate>) {
        if let Some(Err(errors)) = part.map(Validate::validate) {
            self.extend(path, &errors);
        }
    }

    /// Notes what is wrong within the parts of the list at `path`.
    pub(crate) fn within_each<'a>(
        &mut self,
        path: &str,
        parts: impl IntoIterator<Item = &'a (impl Validate + 'a)>,
    ) {
        for (index, part) in parts.into_iter().enumerate() {
            self.within(&format!("{path}[{index}]"), Some(part));
        }
    }

    /// Notes what is wrong within the parts of the map at `path`. A server does not tell their names, and
    /// counts those at fault only.
    pub(crate) fn within_any<'a>(
        &mut self,
        path: &str,
        parts: impl IntoIterator<Item = &'a (impl Validate + 'a)>,
    ) {
        let errors: Vec<_> = parts.into_iter().filter_map(|part| part.validate().err()).collect();
        match &*errors {
            [errors] => self.extend(&format!("{path}.?"), errors),
            several => {
                for (index, errors) in several.iter().enumerate() {
                    self.extend(&format!("{path}.?[{index}]"), errors);
                }
            }
        }
    }

    /// Notes `errors`, whose fields lie below `path`.
    pub(crate) fn extend(&mut self, path: &str, errors: &ValidationErrors) {
        let mut fields: Vec<_> = errors.errors().iter().collect();
        // The validator keeps them in a hash map.
        fields.sort_by_key(|(field, _)| *field);
        for (field, kind) in fields {
            let path = format!("{path}.{field}");
            match kind {
                ValidationErrorsKind::Field(errors) => {
                    for error in errors {
                        self.add(&path, describe(error));
                    }
                }
                ValidationErrorsKind::Struct(errors) => self.extend(&path, errors),
                ValidationErrorsKind::List(elements) => {
                    for (index, errors) in elements {
                        self.extend(&format!("{path}[{index}]"), errors);
                    }
                }
            }
        }
    }

    /// Notes the faults of the part of the request at `path`.
    pub(crate) fn nest(&mut self, path: &str, part: &impl Checked) -> Result<()> {
        let mut faults = Faults::default();
        part.find_faults(&mut faults)?;
        self.0.extend(faults.0.into_iter().map(|fault| format!("{path}.{fault}")));
        Ok(())
    }

    /// Whether there are faults.
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// All faults in one error, if there are any.
    pub(crate) fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Validation(self.0.join("; "))) }
    }
}

/// The server's words for one failed rule.
fn describe(error: &ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let param = |name| error.params.get(name);
    if let Some(Value::String(message)) = param("message") {
        return message.clone();
    }
    let rule = match (error.code.as_ref(), param("min"), param("max")) {
        ("range", Some(min), Some(max)) => format!("must be from {min} to {max}"),
        ("range", Some(min), None) => format!("must be {min} or larger"),
        ("range", None, Some(max)) => format!("must be {max} or smaller"),
        ("length", Some(min), Some(max)) => format!("must be from {min} to {max} characters"),
        ("length", Some(min), None) => format!("must be at least {min} characters"),
        ("length", None, Some(max)) => format!("must be at most {max} characters"),
        ("not_empty", ..) => return "value invalid, must not be empty".to_owned(),
        _ => return error.to_string(),
    };
    match param("value") {
        Some(value) => format!("value {value} invalid, {rule}"),
        None => rule,
    }
}

#[cfg(test)]
mod tests {
    use qdrant_edge::{Filter, SearchParams, SparseVector};
    use serde_json::json;

    use super::*;

    fn fault(path: &str, part: &impl Validate) -> String {
        let mut faults = Faults::default();
        faults.within(path, Some(part));
        faults.into_result().unwrap_err().to_string()
    }

    #[test]
    fn nothing_wrong_is_no_error() {
        let mut faults = Faults::default();
        faults.at_least("limit", Some(1), 1);
        faults.at_least("limit", None, 1);
        faults.within("filter", Some(&Filter::new()));
        faults.within("filter", None::<&Filter>);
        assert_eq!(faults.into_result(), Ok(()));
    }

    #[test]
    fn a_number_below_its_minimum_is_worded_as_by_the_server() {
        let mut faults = Faults::default();
        faults.at_least("internal.limit", Some(0), 1);
        let error = faults.into_result().unwrap_err();
        assert_eq!(error.status(), 422);
        assert_eq!(
            error.to_string(),
            "Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]"
        );
    }

    #[test]
    fn faults_of_nested_parts_name_the_whole_path() {
        let filter: Filter =
            serde_json::from_value(json!({ "must": [{ "should": [{ "key": "a" }] }, { "key": "b" }] }))
                .unwrap();
        let text = fault("internal.filter", &filter);
        assert!(text.contains("internal.filter.must[0].should[0].__all__: "), "{text}");
        assert!(text.contains("; internal.filter.must[1].__all__: "), "{text}");
        assert!(text.contains("At least one field condition must be specified"), "{text}");
    }

    #[test]
    fn rules_of_the_engine_are_worded_as_by_the_server() {
        let params: SearchParams = serde_json::from_value(json!({ "hnsw_ef": 0 })).unwrap();
        assert_eq!(
            fault("internal.params", &params),
            "Validation error in JSON body: [internal.params.hnsw_ef: value 0 invalid, must be 1 or larger]"
        );
        let sparse = SparseVector { indices: vec![1, 1], values: vec![0.5] };
        assert_eq!(
            fault("query", &sparse),
            "Validation error in JSON body: [query.indices: Validation error: must be unique [{}]; \
             query.values: Validation error: must be the same length as indices [{}]]"
        );
    }
}
