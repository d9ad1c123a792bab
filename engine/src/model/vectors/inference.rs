//! Objects in the place of vectors, of which a model makes the vectors.

use serde_json::{Map, Value};
use validator::Validate;

use crate::model::packed::PackedVectors;

/// What a model makes a vector of: `{ text, model, options }`, with `image` or `object` instead of `text`.
#[derive(Clone, Debug, PartialEq, Validate)]
pub struct InferenceObject {
    /// What the vector is to stand for.
    pub input: InferenceInput,
    /// Name of the model.
    #[validate(length(min = 1))]
    pub model: String,
    /// Settings of the model. Default: none.
    pub options: Option<Map<String, Value>>,
}

/// What a vector is to stand for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InferenceInput {
    /// The text of a document.
    Text(String),
    /// An image, in a form that the model knows.
    Image(Value),
    /// Anything else that the model knows.
    Object(Value),
}

impl InferenceObject {
    /// A document for a model with its default settings.
    pub fn document(text: impl Into<String>, model: impl Into<String>) -> Self {
        Self { input: InferenceInput::Text(text.into()), model: model.into(), options: None }
    }

    /// The server's name for objects of this kind.
    pub(crate) fn kind(&self) -> &'static str {
        match self.input {
            InferenceInput::Text(_) => "Document",
            InferenceInput::Image(_) => "Image",
            InferenceInput::Object(_) => "Object",
        }
    }
}

/// The fields of an object, which may be something else: vectors have these names, too.
#[derive(Debug, Default)]
pub(super) struct InferenceFields {
    text: Option<Value>,
    image: Option<Value>,
    object: Option<Value>,
    model: Option<Value>,
    options: Option<Value>,
}

impl InferenceFields {
    /// The field of that name, if there is one.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Option<Value>> {
        Some(match name {
            "text" => &mut self.text,
            "image" => &mut self.image,
            "object" => &mut self.object,
            "model" => &mut self.model,
            "options" => &mut self.options,
            _ => return None,
        })
    }

    /// Whether they can be an object only: the name of a model is no vector.
    pub(super) fn name_a_model(&self) -> bool {
        matches!(&self.model, Some(Value::String(model)) if !PackedVectors::is_placeholder(model))
    }

    /// The fields that are given, with their names.
    pub(super) fn given(self) -> impl Iterator<Item = (&'static str, Value)> {
        let Self { text, image, object, model, options } = self;
        let fields =
            [("text", text), ("image", image), ("object", object), ("model", model), ("options", options)];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

impl TryFrom<InferenceFields> for InferenceObject {
    type Error = &'static str;

    fn try_from(fields: InferenceFields) -> Result<Self, &'static str> {
        let InferenceFields { text, image, object, model, options } = fields;
        let Some(Value::String(model)) = model else { return Err("no name of a model") };
        let options = match options {
            None | Some(Value::Null) => None,
            Some(Value::Object(options)) => Some(options),
            Some(_) => return Err("options that are no object"),
        };
        let input = match (text, image, object) {
            (Some(Value::String(text)), _, _) => InferenceInput::Text(text),
            (_, Some(image), _) => InferenceInput::Image(image),
            (_, None, Some(object)) => InferenceInput::Object(object),
            (_, None, None) => return Err("nothing to make a vector of"),
        };
        Ok(Self { input, model, options })
    }
}
