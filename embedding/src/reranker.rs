use std::sync::Arc;

use fastembed::{RerankInitOptionsUserDefined, TextRerank, UserDefinedRerankingModel};
use rayon::ThreadPool;

use crate::catalog;
use crate::error::{Error, Result, chain};
use crate::model::{Model, ModelId, SessionParts, Surroundings, thread_pool};
use crate::options::ModelSource;
use crate::text_model::{MODEL_FILE, TOKENIZER_FILES, tokenizer_files};

pub(crate) const DEFAULT: &str = "BAAI/bge-reranker-base";

/// A model that reads a query and a document together, and says how well one answers the other.
pub(crate) struct Reranker {
    network: TextRerank,
    pool: ThreadPool,
    source: ModelSource,
}

/// A document to be scored; those of one call have the same query.
pub(crate) struct Pair {
    pub query: Arc<str>,
    pub document: String,
}

impl Model for Reranker {
    type Input = Pair;
    type Output = f32;

    const DEFAULT_BATCH_SIZE: usize = 32;

    fn full_name(name: &str) -> Result<String> {
        catalog::reranker(name).map(|model| model.model_code)
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let mut names = TOKENIZER_FILES.map(str::to_owned).to_vec();
        match &id.source {
            ModelSource::Named(name) => {
                let info = catalog::reranker(name)?;
                names.push(info.model_file);
                names.extend(info.additional_files);
            }
            ModelSource::Folder { .. } => names.push(MODEL_FILE.to_owned()),
        }
        let paths = id.files(&names, surroundings)?;
        let SessionParts { environment, providers, threads } = id.session(surroundings)?;
        // From the file, since the weights may be in another one beside it.
        let network = paths[TOKENIZER_FILES.len()].clone();
        let files = UserDefinedRerankingModel::new(network, tokenizer_files(&paths)?);
        let options = RerankInitOptionsUserDefined::new()
            .with_environment(environment)
            .with_execution_providers(providers)
            .with_intra_threads(threads);
        let network = TextRerank::try_new_from_user_defined(files, options)
            .map_err(|error| id.unusable(chain(&error)))?;
        Ok(Self { network, pool: thread_pool(id.threads)?, source: id.source.clone() })
    }

    fn embed(&mut self, _first: usize, batch: &[Pair], _next: &[Pair]) -> Result<Vec<f32>> {
        let Self { network, pool, source } = self;
        let Some(Pair { query, .. }) = batch.first() else { return Ok(Vec::new()) };
        let documents: Vec<&str> = batch.iter().map(|pair| pair.document.as_str()).collect();
        // The tokenizer takes the threads of the pool that it is called in.
        let ranked = pool
            .install(|| network.rerank(&**query, &documents, false, Some(documents.len())))
            .map_err(|error| Error::internal(chain(&error)).of(&*source))?;
        let mut scores = vec![0.0; documents.len()];
        for result in ranked {
            scores[result.index] = result.score;
        }
        Ok(scores)
    }
}
