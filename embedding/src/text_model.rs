use std::path::{Path, PathBuf};
use std::sync::Arc;

use fastembed::{
    InitOptionsUserDefined, OutputKey, QuantizationMode, TextEmbedding, TokenizerFiles,
    UserDefinedEmbeddingModel,
};
use rayon::ThreadPool;

use crate::catalog;
use crate::error::{Error, Result, chain};
use crate::model::{
    Embedding, Model, ModelId, SessionParts, Surroundings, check_dimension, read, thread_pool_around,
};
use crate::options::{FolderSettings, ModelSource, Pooling, Quantization};

/// Files of a model folder; the weights of large models are in a second file.
pub(crate) const MODEL_FILE: &str = "model.onnx";
const WEIGHTS_FILE: &str = "model.onnx_data";
const POOLING_FILE: &str = "1_Pooling/config.json";

/// In the order of `fastembed::TokenizerFiles`.
pub(crate) const TOKENIZER_FILES: [&str; 4] =
    ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

/// In the order of preference.
const VECTOR_OUTPUTS: &[OutputKey] = &[
    OutputKey::OnlyOne,
    OutputKey::ByName("text_embeds"),
    OutputKey::ByName("last_hidden_state"),
    OutputKey::ByName("sentence_embedding"),
];

pub(crate) struct TextModel {
    network: TextNetwork,
    source: ModelSource,
}

/// A network with its tokenizer.
pub(crate) struct TextNetwork {
    network: TextEmbedding,
    /// Whether what a text's vector is depends on the texts beside it.
    one_by_one: bool,
    /// Whether vectors keep the length that the network gives them.
    pub keep_length: bool,
    pooling: fastembed::Pooling,
    pool: Arc<ThreadPool>,
}

/// What has to be known of a model besides its files.
struct Recipe {
    model_file: String,
    weight_files: Vec<String>,
    pooling: Pooling,
    quantization: QuantizationMode,
    output: Option<OutputKey>,
}

impl Recipe {
    fn of(source: &ModelSource) -> Result<Self> {
        match source {
            ModelSource::Named(name) => {
                let info = catalog::text_model(name)?;
                Ok(Self {
                    pooling: match TextEmbedding::get_default_pooling_method(&info.model) {
                        Some(fastembed::Pooling::Mean) => Pooling::Mean,
                        Some(fastembed::Pooling::Cls) | None => Pooling::Cls,
                    },
                    quantization: TextEmbedding::get_quantization_mode(&info.model),
                    model_file: info.model_file,
                    weight_files: info.additional_files,
                    output: info.output_key,
                })
            }
            ModelSource::Folder { path, settings } => Ok(Self {
                model_file: MODEL_FILE.to_owned(),
                weight_files: Vec::from_iter(
                    path.join(WEIGHTS_FILE).is_file().then(|| WEIGHTS_FILE.to_owned()),
                ),
                pooling: match settings.pooling {
                    Some(pooling) => pooling,
                    None => declared_pooling(path).map_err(|error| error.of(source))?,
                },
                quantization: match settings.quantization {
                    Quantization::Static => QuantizationMode::None,
                    Quantization::Dynamic => QuantizationMode::Dynamic,
                },
                output: None,
            }),
        }
    }
}

/// The pooling that a model of sentence-transformers declares.
fn declared_pooling(folder: &Path) -> Result<Pooling> {
    let path = folder.join(POOLING_FILE);
    if !path.is_file() {
        return Ok(Pooling::Mean);
    }
    let config: serde_json::Value = serde_json::from_slice(&read(&path)?)
        .map_err(|error| Error::invalid(format!("{POOLING_FILE} is no JSON: {error}")))?;
    let declares = |mode| config[mode].as_bool() == Some(true);
    match (declares("pooling_mode_mean_tokens"), declares("pooling_mode_cls_token")) {
        (true, false) => Ok(Pooling::Mean),
        (false, true) => Ok(Pooling::Cls),
        _ => Err(Error::invalid(format!(
            "{POOLING_FILE} asks neither for mean nor for cls pooling; say which to use"
        ))),
    }
}

impl TextNetwork {
    pub fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let recipe = Recipe::of(&id.source)?;
        // The small files first: a model that cannot be had fails before the long download.
        let mut names = TOKENIZER_FILES.map(str::to_owned).to_vec();
        names.push(recipe.model_file.clone());
        names.extend(recipe.weight_files.iter().cloned());
        let paths = id.files(&names, surroundings)?;
        let session = id.session(surroundings)?;

        let pooling = match recipe.pooling {
            Pooling::Mean => fastembed::Pooling::Mean,
            Pooling::Cls => fastembed::Pooling::Cls,
        };
        let mut files = UserDefinedEmbeddingModel::new(read(&paths[4])?, tokenizer_files(&paths)?)
            .with_quantization(recipe.quantization)
            .with_pooling(pooling.clone());
        files.output_key = recipe.output;
        for path in &paths[5..] {
            // The network names them relative to its own folder.
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files = files.with_external_initializer(name, read(path)?);
        }
        let options = user_defined_options(id, session);
        let network = TextEmbedding::try_new_from_user_defined(files, options)
            .map_err(|error| id.unusable(chain(&error)))?;
        Ok(Self {
            network,
            one_by_one: recipe.quantization == QuantizationMode::Dynamic,
            keep_length: matches!(&id.source, ModelSource::Folder { settings, .. } if settings.keep_length),
            pooling,
            pool: thread_pool_around(id.threads)?,
        })
    }

    /// What `embed` makes of the texts, of which it gets those at once that do not hold each other up.
    pub fn run<S: AsRef<str> + Send + Sync, T: Send>(
        &mut self,
        texts: &[S],
        embed: impl Fn(&mut TextEmbedding, &[&str]) -> fastembed::Result<Vec<T>> + Send + Sync,
    ) -> fastembed::Result<Vec<T>> {
        let Self { network, one_by_one, keep_length: _, pooling: _, pool } = self;
        let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
        let groups = if *one_by_one {
            (0..texts.len()).map(|at| vec![at]).collect()
        } else {
            groups_of_like_length(&texts)
        };
        let mut made = Vec::with_capacity(texts.len());
        // The tokenizer takes the threads of the pool that it is called in.
        pool.install(|| {
            for group in groups {
                let texts: Vec<_> = group.iter().map(|at| texts[*at]).collect();
                made.extend(group.into_iter().zip(embed(network, &texts)?));
            }
            fastembed::Result::Ok(())
        })?;
        made.sort_unstable_by_key(|(at, _)| *at);
        Ok(made.into_iter().map(|(_, made)| made).collect())
    }
}

/// The texts by their places, in groups. To a network, each text of a group is as long as the longest of them,
/// and on a processor many at once are hardly faster than few.
fn groups_of_like_length(texts: &[&str]) -> Vec<Vec<usize>> {
    let mut places: Vec<_> = (0..texts.len()).collect();
    places.sort_by_key(|at| texts[*at].len());
    let is_alike = |a: &usize, b: &usize| texts[*b].len() <= texts[*a].len() * 9 / 8 + 8;
    let mut groups = Vec::<Vec<_>>::new();
    for at in places {
        match groups.last_mut() {
            Some(group) if is_alike(&group[0], &at) => group.push(at),
            _ => groups.push(vec![at]),
        }
    }
    groups
}

/// The files of a tokenizer, which are the first of `paths`.
pub(crate) fn tokenizer_files(paths: &[PathBuf]) -> Result<TokenizerFiles> {
    Ok(TokenizerFiles {
        tokenizer_file: read(&paths[0])?,
        config_file: read(&paths[1])?,
        special_tokens_map_file: read(&paths[2])?,
        tokenizer_config_file: read(&paths[3])?,
    })
}

/// What fastembed has to know to load a model's files.
pub(crate) fn user_defined_options(id: &ModelId, session: SessionParts) -> InitOptionsUserDefined {
    let SessionParts { environment, providers, threads } = session;
    let options = InitOptionsUserDefined::new()
        .with_environment(environment)
        .with_execution_providers(providers)
        .with_intra_threads(threads);
    match &id.source {
        ModelSource::Folder { settings: FolderSettings { max_tokens: Some(tokens), .. }, .. } => {
            options.with_max_length(tokens.get())
        }
        ModelSource::Folder { .. } | ModelSource::Named(_) => options,
    }
}

impl Model for TextModel {
    type Input = String;
    type Output = Embedding;

    const DEFAULT_BATCH_SIZE: usize = 32;

    fn full_name(name: &str) -> Result<String> {
        catalog::text_model(name).map(|model| model.model_code)
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        Ok(Self { network: TextNetwork::load(id, surroundings)?, source: id.source.clone() })
    }

    fn embed(&mut self, _first: usize, batch: &[String], _next: &[String]) -> Result<Vec<Embedding>> {
        let Self { network, source } = self;
        let pooling = network.keep_length.then(|| network.pooling.clone());
        let embed = |network: &mut TextEmbedding, texts: &[&str]| match &pooling {
            None => network.embed(texts, Some(texts.len())),
            Some(pooling) => pooled(network, texts, pooling),
        };
        let vectors =
            network.run(batch, embed).map_err(|error| Error::internal(chain(&error)).of(&*source))?;
        check_dimension(source, &vectors)?;
        Ok(vectors)
    }
}

/// As fastembed embeds, without making the vectors of unit length.
fn pooled(
    network: &mut TextEmbedding,
    texts: &[&str],
    pooling: &fastembed::Pooling,
) -> fastembed::Result<Vec<Embedding>> {
    network.transform(texts, Some(texts.len()))?.export_with_transformer(|batches| {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in batches {
            let rows = batch.select_and_pool_output(&VECTOR_OUTPUTS, Some(pooling.clone()))?;
            vectors.extend(rows.rows().into_iter().map(|row| row.to_vec()));
        }
        Ok(vectors)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_like_length_are_embedded_together_and_none_is_left_out() {
        let texts: Vec<_> = [300, 5, 1000, 310, 0, 9, 1100, 70].map(|length| "x".repeat(length)).into();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        assert_eq!(groups_of_like_length(&texts), [vec![4, 1], vec![5], vec![7], vec![0, 3], vec![2, 6]]);
        assert_eq!(groups_of_like_length(&[]), [[0; 0]; 0]);
    }
}
