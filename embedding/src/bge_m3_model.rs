use fastembed::{Bgem3Embedding, Bgem3EmbeddingOutput, UserDefinedBgem3Model};

use crate::catalog;
use crate::error::{Error, Result, chain};
use crate::model::{Embedding, Model, ModelId, Surroundings, read, thread_pool};
use crate::options::ModelSource;
use crate::sparse_model::SparseVector;
use crate::text_model::{MODEL_FILE, TOKENIZER_FILES, tokenizer_files, user_defined_options};

/// BGE-M3, which makes vectors of three kinds of a text at once.
pub(crate) struct BgeM3Model {
    network: Bgem3Embedding,
    pool: rayon::ThreadPool,
    source: ModelSource,
}

/// What BGE-M3 makes of a text.
pub(crate) struct BgeM3Vectors {
    pub dense: Embedding,
    pub sparse: SparseVector,
    pub tokens: Vec<Embedding>,
}

impl Model for BgeM3Model {
    type Input = String;
    type Output = BgeM3Vectors;

    /// A text takes four kilobytes for each token.
    const DEFAULT_BATCH_SIZE: usize = 8;

    fn full_name(name: &str) -> Result<String> {
        let known = catalog::find(&Bgem3Embedding::list_supported_models(), name);
        known.map(|model| model.model_code).ok_or_else(|| {
            Error::not_found(format!("`{name}` is no BGE-M3 model of all three kinds of vectors"))
        })
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let model_file = match &id.source {
            ModelSource::Named(name) => catalog::find(&Bgem3Embedding::list_supported_models(), name)
                .map_or_else(|| MODEL_FILE.to_owned(), |model| model.model_file),
            ModelSource::Folder { .. } => MODEL_FILE.to_owned(),
        };
        let mut names = TOKENIZER_FILES.map(str::to_owned).to_vec();
        names.push(model_file);
        let paths = id.files(&names, surroundings)?;
        let session = id.session(surroundings)?;
        let files =
            UserDefinedBgem3Model::new(read(&paths[TOKENIZER_FILES.len()])?, tokenizer_files(&paths)?);
        let network = Bgem3Embedding::try_new_from_user_defined(files, user_defined_options(id, session))
            .map_err(|error| id.unusable(chain(&error)))?;
        Ok(Self { network, pool: thread_pool(id.threads)?, source: id.source.clone() })
    }

    fn embed(&mut self, _first: usize, batch: &[String], _next: &[String]) -> Result<Vec<BgeM3Vectors>> {
        let Self { network, pool, source } = self;
        let made = pool
            .install(|| network.embed(batch, Some(batch.len())))
            .map_err(|error| Error::internal(chain(&error)).of(&*source))?;
        let Bgem3EmbeddingOutput { dense, sparse, colbert } = made;
        let vectors = dense.into_iter().zip(sparse).zip(colbert);
        Ok(vectors
            .map(|((dense, sparse), tokens)| BgeM3Vectors { dense, sparse: sparse.into(), tokens })
            .collect())
    }
}
