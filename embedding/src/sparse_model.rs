use std::env;
use std::path::{Path, PathBuf};

use fastembed::{
    SparseEmbedding, SparseInitOptions, SparseModel as Known, SparseTextEmbedding, UserDefinedSparseModel,
};

use crate::catalog;
use crate::error::{Error, Result, chain};
use crate::model::{Model, ModelId, SessionParts, Surroundings, read, thread_pool};
use crate::options::{ModelSource, SparseMethod};
use crate::text_model::{MODEL_FILE, TOKENIZER_FILES, tokenizer_files, user_defined_options};

/// What the tokens of a query weigh, where no network is needed for that.
const IDF_FILE: &str = "idf.json";

/// The weights of tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseVector {
    /// The tokens, by their numbers, in ascending order.
    pub indices: Vec<u32>,
    /// What each of them weighs.
    pub values: Vec<f32>,
}

/// A text to make a sparse vector of.
pub(crate) struct SparseText {
    pub text: String,
    /// Whether it is a query rather than a document.
    pub is_query: bool,
}

pub(crate) struct SparseModel {
    network: SparseTextEmbedding,
    /// Whether queries are looked up.
    has_weights: bool,
    pool: rayon::ThreadPool,
    source: ModelSource,
}

/// What has to be known of a model besides its files.
struct Recipe {
    method: Known,
    model_file: String,
    other_files: Vec<String>,
}

impl Recipe {
    fn of(source: &ModelSource) -> Result<Self> {
        match source {
            ModelSource::Named(name) => {
                let models = SparseTextEmbedding::list_supported_models();
                let info = catalog::find(&models, name)
                    .ok_or_else(|| Error::not_found(format!("unknown sparse model `{name}`")))?;
                Ok(Self {
                    method: info.model,
                    model_file: info.model_file,
                    other_files: info.additional_files,
                })
            }
            ModelSource::Folder { settings, .. } => {
                let (method, other_files) = match settings.sparse {
                    SparseMethod::Splade => (Known::SPLADEPPV1, Vec::new()),
                    SparseMethod::InferenceFree => {
                        (Known::OpenSearchNeuralSparseDocV3Gte, vec![IDF_FILE.to_owned()])
                    }
                };
                Ok(Self { method, model_file: MODEL_FILE.to_owned(), other_files })
            }
        }
    }

    /// Whether the weights are in files that the network names.
    fn has_weights_apart(&self) -> bool {
        self.other_files.iter().any(|file| file != IDF_FILE)
    }
}

impl Model for SparseModel {
    type Input = SparseText;
    type Output = SparseVector;

    const DEFAULT_BATCH_SIZE: usize = 32;

    fn full_name(name: &str) -> Result<String> {
        let models = SparseTextEmbedding::list_supported_models();
        let known = catalog::find(&models, name).map(|model| model.model_code);
        known.ok_or_else(|| Error::not_found(format!("unknown sparse model `{name}`")))
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let recipe = Recipe::of(&id.source)?;
        let mut names = TOKENIZER_FILES.map(str::to_owned).to_vec();
        names.extend(recipe.other_files.iter().cloned());
        names.push(recipe.model_file.clone());
        let paths = id.files(&names, surroundings)?;
        let session = id.session(surroundings)?;
        let has_weights = recipe.other_files.iter().any(|file| file == IDF_FILE);
        let network = match &id.cache_dir {
            Some(cache_dir) if recipe.has_weights_apart() => {
                let SessionParts { environment, providers, threads } = session;
                let options = SparseInitOptions::new(recipe.method)
                    .with_cache_dir(as_fastembed_reads(cache_dir)?)
                    .with_show_download_progress(false)
                    .with_environment(environment)
                    .with_execution_providers(providers)
                    .with_intra_threads(threads);
                SparseTextEmbedding::try_new(options)
            }
            _ => {
                let network = read(&paths[paths.len() - 1])?;
                let mut files = UserDefinedSparseModel::new(network, tokenizer_files(&paths)?, recipe.method);
                if has_weights {
                    files = files.with_idf_file(read(&paths[TOKENIZER_FILES.len()])?);
                }
                SparseTextEmbedding::try_new_from_user_defined(files, user_defined_options(id, session))
            }
        };
        let network = network.map_err(|error| id.unusable(chain(&error)))?;
        Ok(Self { network, has_weights, pool: thread_pool(id.threads)?, source: id.source.clone() })
    }

    fn embed(
        &mut self,
        _first: usize,
        batch: &[SparseText],
        _next: &[SparseText],
    ) -> Result<Vec<SparseVector>> {
        let Self { network, has_weights, pool, source } = self;
        let mut vectors = Vec::with_capacity(batch.len());
        // The tokenizer takes the threads of the pool that it is called in.
        pool.install(|| {
            for texts in batch.chunk_by(|one, next| one.is_query == next.is_query) {
                let is_query = texts[0].is_query;
                let texts: Vec<_> = texts.iter().map(|text| text.text.as_str()).collect();
                vectors.extend(if is_query && *has_weights {
                    network.query_embed(&texts)?
                } else {
                    network.embed(&texts, Some(texts.len()))?
                });
            }
            Ok(())
        })
        .map_err(|error: fastembed::Error| Error::internal(chain(&error)).of(&*source))?;
        Ok(vectors.into_iter().map(SparseVector::from).collect())
    }
}

/// fastembed looks into another folder if the environment says so.
fn as_fastembed_reads(cache_dir: &Path) -> Result<PathBuf> {
    match env::var_os("HF_HOME") {
        Some(home) if !home.is_empty() && Path::new(&home) != cache_dir => Err(Error::invalid(
            "a model with weights in files of their own is read from HF_HOME if that is set: unset it, or choose no \
             other folder",
        )),
        _ => Ok(cache_dir.to_owned()),
    }
}

impl From<SparseEmbedding> for SparseVector {
    fn from(vector: SparseEmbedding) -> Self {
        let SparseEmbedding { indices, values } = vector;
        // Tokens are numbered in 32 bits.
        Self { indices: indices.into_iter().map(|index| index as u32).collect(), values }
    }
}
