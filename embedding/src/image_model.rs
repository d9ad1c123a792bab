use fastembed::{
    ImageEmbedding, ImageInitOptionsUserDefined, ImagePreprocessor, UserDefinedImageEmbeddingModel,
};
use image::DynamicImage;
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::catalog;
use crate::decode::ImageSource;
use crate::error::{Error, Result, chain};
use crate::model::{Embedding, Model, ModelId, Surroundings, check_dimension, read, thread_pool};
use crate::options::ModelSource;
use crate::runtime;

/// File of a model folder, and of most models of the hub.
const MODEL_FILE: &str = "model.onnx";
const PREPROCESSOR_FILE: &str = "preprocessor_config.json";

pub(crate) struct ImageModel {
    network: ImageEmbedding,
    preprocessor: ImagePreprocessor,
    pool: ThreadPool,
    source: ModelSource,
}

impl Model for ImageModel {
    type Input = ImageSource;
    type Output = Embedding;

    const DEFAULT_BATCH_SIZE: usize = 8;

    fn full_name(name: &str) -> Result<String> {
        catalog::image_model(name).map(|model| model.model_code)
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let model_file = match &id.source {
            ModelSource::Named(name) => catalog::image_model(name)?.model_file,
            ModelSource::Folder { .. } => MODEL_FILE.to_owned(),
        };
        // The small file first: a model that cannot be had fails before the long download.
        let paths = id.files(&[PREPROCESSOR_FILE.to_owned(), model_file], surroundings)?;
        let environment = runtime::environment(surroundings.runtime.as_deref())?;
        let files = UserDefinedImageEmbeddingModel::new(read(&paths[1])?, read(&paths[0])?);
        let options =
            ImageInitOptionsUserDefined::new().with_environment(environment).with_intra_threads(id.threads);
        let network = ImageEmbedding::try_new_from_user_defined(files, options)
            .map_err(|error| id.unusable(chain(&error)))?;
        let preprocessor = network.preprocessor();
        Ok(Self { network, preprocessor, pool: thread_pool(id.threads)?, source: id.source.clone() })
    }

    fn embed(&mut self, first: usize, batch: &[ImageSource]) -> Result<Vec<Embedding>> {
        let prepare = |(offset, image): (usize, &ImageSource)| {
            let about = |error: Error| error.of(format!("image {} ({image})", first + offset));
            let decoded = DynamicImage::from(image.decode().map_err(about)?);
            self.preprocessor.preprocess(decoded).map_err(|error| about(Error::invalid(chain(&error))))
        };
        let prepared: Vec<_> = self.pool.install(|| batch.par_iter().enumerate().map(prepare).collect());
        // The first failure in the caller's order, whichever thread was fastest.
        let prepared = prepared.into_iter().collect::<Result<Vec<_>>>()?;
        let vectors = self
            .network
            .embed_preprocessed(prepared)
            .map_err(|error| Error::internal(chain(&error)).of(&self.source))?;
        check_dimension(&self.source, &vectors)?;
        Ok(vectors)
    }
}
