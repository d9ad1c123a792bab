use std::path::Path;

use fastembed::{
    InitOptionsUserDefined, OutputKey, QuantizationMode, TextEmbedding, TokenizerFiles,
    UserDefinedEmbeddingModel,
};
use rayon::ThreadPool;

use crate::catalog;
use crate::error::{Error, Result, chain};
use crate::model::{Embedding, Model, ModelId, Surroundings, read, thread_pool};
use crate::options::{ModelSource, Pooling};
use crate::runtime;

/// Files of a model folder; the weights of large models are in a second file.
const MODEL_FILE: &str = "model.onnx";
const WEIGHTS_FILE: &str = "model.onnx_data";
const POOLING_FILE: &str = "1_Pooling/config.json";

/// In the order of `fastembed::TokenizerFiles`.
const TOKENIZER_FILES: [&str; 4] =
    ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

pub(crate) struct TextModel {
    network: TextEmbedding,
    /// Whether what a text's vector is depends on the texts beside it.
    one_by_one: bool,
    pool: ThreadPool,
    source: ModelSource,
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
            ModelSource::Folder { path, pooling } => Ok(Self {
                model_file: MODEL_FILE.to_owned(),
                weight_files: Vec::from_iter(
                    path.join(WEIGHTS_FILE).is_file().then(|| WEIGHTS_FILE.to_owned()),
                ),
                pooling: match pooling {
                    Some(pooling) => *pooling,
                    None => declared_pooling(path).map_err(|error| error.of(source))?,
                },
                quantization: QuantizationMode::None,
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

impl Model for TextModel {
    type Input = String;

    const DEFAULT_BATCH_SIZE: usize = 32;

    fn full_name(name: &str) -> Result<String> {
        catalog::text_model(name).map(|model| model.model_code)
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let recipe = Recipe::of(&id.source)?;
        // The small files first: a model that cannot be had fails before the long download.
        let mut names = TOKENIZER_FILES.map(str::to_owned).to_vec();
        names.push(recipe.model_file.clone());
        names.extend(recipe.weight_files.iter().cloned());
        let paths = id.files(&names, surroundings)?;
        let environment = runtime::environment(surroundings.runtime.as_deref())?;

        let tokenizer = TokenizerFiles {
            tokenizer_file: read(&paths[0])?,
            config_file: read(&paths[1])?,
            special_tokens_map_file: read(&paths[2])?,
            tokenizer_config_file: read(&paths[3])?,
        };
        let mut files = UserDefinedEmbeddingModel::new(read(&paths[4])?, tokenizer)
            .with_quantization(recipe.quantization)
            .with_pooling(match recipe.pooling {
                Pooling::Mean => fastembed::Pooling::Mean,
                Pooling::Cls => fastembed::Pooling::Cls,
            });
        files.output_key = recipe.output;
        for path in &paths[5..] {
            // The network names them relative to its own folder.
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files = files.with_external_initializer(name, read(path)?);
        }
        let options =
            InitOptionsUserDefined::new().with_environment(environment).with_intra_threads(id.threads);
        let network = TextEmbedding::try_new_from_user_defined(files, options)
            .map_err(|error| id.unusable(chain(&error)))?;
        Ok(Self {
            network,
            one_by_one: recipe.quantization == QuantizationMode::Dynamic,
            pool: thread_pool(id.threads)?,
            source: id.source.clone(),
        })
    }

    fn embed(&mut self, _first: usize, batch: &[String]) -> Result<Vec<Embedding>> {
        let Self { network, one_by_one, pool, source } = self;
        let size = if *one_by_one { 1 } else { batch.len() };
        let mut vectors = Vec::with_capacity(batch.len());
        // The tokenizer takes the threads of the pool that it is called in.
        pool.install(|| {
            for texts in batch.chunks(size.max(1)) {
                vectors.extend(network.embed(texts, Some(texts.len()))?);
            }
            Ok(())
        })
        .map_err(|error: fastembed::Error| Error::internal(chain(&error)).of(source))?;
        Ok(vectors)
    }
}
