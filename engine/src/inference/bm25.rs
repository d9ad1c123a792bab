//! The one model that a server has by itself: the weights that BM25 gives the words of a text.

use std::collections::HashMap;

use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use qdrant_edge::{
    DisabledStemmerParams, Language, NoStemmer, Snowball, SnowballLanguage, SnowballParams, SparseVector,
    StemmingAlgorithm, StopwordsInterface, StopwordsSet,
};
use serde_json::{Map, Value};

use super::Purpose;
use crate::error::{Error, Result};
use crate::model::{InferenceInput, InferenceObject};

type Options = Map<String, Value>;

/// Whether a model of that name is BM25.
pub(super) fn is_name(model: &str) -> bool {
    matches!(model.to_lowercase().as_str(), "qdrant/bm25" | "bm25")
}

/// BM25 with the settings that have been asked for so far: its stop words take a while to collect.
#[derive(Default)]
pub(super) struct Bm25Models(HashMap<Option<Options>, EdgeBm25>);

impl Bm25Models {
    pub(super) fn embed(&mut self, object: &InferenceObject, purpose: Purpose) -> Result<SparseVector> {
        let InferenceObject { input, model: name, options } = object;
        let InferenceInput::Text(text) = input else {
            return Err(Error::WrongInput(format!("Only text input is supported for {name}.")));
        };
        if !self.0.contains_key(options) {
            self.0.insert(options.clone(), model(options.as_ref())?);
        }
        let model = &self.0[options];
        Ok(match purpose {
            Purpose::Update => model.embed_document(text),
            Purpose::Search => model.embed_query(text),
        })
    }
}

fn model(options: Option<&Options>) -> Result<EdgeBm25> {
    let config = match options {
        Some(options) => tolerate_unknown_language(config(options)?),
        None => EdgeBm25Config::default(),
    };
    EdgeBm25::new(config).map_err(|error| Error::WrongInput(error.to_string()))
}

fn config(options: &Options) -> Result<EdgeBm25Config> {
    let parse = |options: Options| serde_json::from_value::<EdgeBm25Config>(Value::Object(options));
    parse(options.clone()).map_err(|error| {
        // The error does not tell the option, but each of them may stand alone.
        let wrong = options.iter().find_map(|(name, value)| {
            let error = parse([(name.clone(), value.clone())].into_iter().collect()).err()?;
            Some(format!("{name}: {error}"))
        });
        Error::WrongInput(format!("Invalid BM25 config: {}", wrong.unwrap_or_else(|| error.to_string())))
    })
}

/// A server takes what it knows of a language, be it nothing. The engine refuses the language.
fn tolerate_unknown_language(config: EdgeBm25Config) -> EdgeBm25Config {
    let Some(language) = config.language.as_deref().filter(|language| language.parse::<Language>().is_err())
    else {
        return config;
    };
    let stemmer = config.stemmer.unwrap_or_else(|| match language.parse::<SnowballLanguage>() {
        Ok(language) => StemmingAlgorithm::Snowball(SnowballParams { r#type: Snowball::Snowball, language }),
        Err(_) => StemmingAlgorithm::Disabled(DisabledStemmerParams { r#type: NoStemmer::None }),
    });
    if config.stopwords.is_none() {
        tracing::warn!(language, "BM25 knows no stop words of this language");
    }
    let stopwords = config.stopwords.unwrap_or_else(|| StopwordsInterface::Set(StopwordsSet::default()));
    EdgeBm25Config { language: None, stemmer: Some(stemmer), stopwords: Some(stopwords), ..config }
}
