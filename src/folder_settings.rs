//! What a caller tells of a model in a folder, for functions and for requests alike.

use std::num::NonZeroUsize;

use qdrant_embedded_embedding::{ExecutionProvider, FolderSettings, Pooling, Quantization, SparseMethod};

/// Settings as JavaScript has them.
#[derive(Default)]
pub struct Given {
    pub pooling: Option<String>,
    pub normalize: Option<bool>,
    pub quantization: Option<String>,
    pub dimension: Option<f64>,
    pub max_tokens: Option<f64>,
    pub sparse: Option<String>,
}

impl Given {
    /// `at` is what the settings are of, for what is said of a wrong one.
    pub fn settings(self, at: &str) -> Result<FolderSettings, String> {
        let Self { pooling, normalize, quantization, dimension, max_tokens, sparse } = self;
        let name = |setting: &str| format!("{at}.{setting}");
        let poolings = [("mean", Pooling::Mean), ("cls", Pooling::Cls)];
        let quantizations = [("static", Quantization::Static), ("dynamic", Quantization::Dynamic)];
        let methods = [("splade", SparseMethod::Splade), ("inference-free", SparseMethod::InferenceFree)];
        Ok(FolderSettings {
            pooling: choice(&name("pooling"), pooling, &poolings)?,
            keep_length: normalize == Some(false),
            quantization: choice(&name("quantization"), quantization, &quantizations)?.unwrap_or_default(),
            dimension: count(&name("dimension"), dimension)?.map(NonZeroUsize::get),
            max_tokens: count(&name("maxTokens"), max_tokens)?,
            sparse: choice(&name("sparse"), sparse, &methods)?.unwrap_or_default(),
        })
    }
}

/// One of several values by its name.
pub fn choice<T: Copy>(at: &str, value: Option<String>, choices: &[(&str, T)]) -> Result<Option<T>, String> {
    let Some(value) = value else { return Ok(None) };
    match choices.iter().find(|(name, _)| *name == value) {
        Some((_, choice)) => Ok(Some(*choice)),
        None => {
            let names: Vec<_> = choices.iter().map(|(name, _)| format!("'{name}'")).collect();
            Err(format!("`{at}` must be {}, not '{value}'", names.join(" or ")))
        }
    }
}

/// What runs a model.
pub fn execution_providers(at: &str, names: Option<Vec<String>>) -> Result<Vec<ExecutionProvider>, String> {
    let choices = ExecutionProvider::ALL.map(|provider| (provider.name(), provider));
    let provider = |(index, name)| choice(&format!("{at}[{index}]"), Some(name), &choices).transpose();
    names.into_iter().flatten().enumerate().filter_map(provider).collect()
}

/// How many, at least one.
pub fn count(at: &str, number: Option<f64>) -> Result<Option<NonZeroUsize>, String> {
    let Some(number) = number else { return Ok(None) };
    if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number) {
        return Ok(NonZeroUsize::new(number as usize));
    }
    Err(format!("`{at}` must be a whole number, at least 1, not {number}"))
}
