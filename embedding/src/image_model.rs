use std::sync::Arc;
use std::thread;

use fastembed::{
    ImageEmbedding, ImageInitOptionsUserDefined, ImagePreprocessor, UserDefinedImageEmbeddingModel,
};
use image::DynamicImage;
use parking_lot::Mutex;
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::catalog;
use crate::decode::ImageSource;
use crate::error::{Error, Result, chain};
use crate::model::{
    Embedding, Model, ModelId, SessionParts, Surroundings, check_dimension, read, thread_pool,
};
use crate::options::ModelSource;

/// File of a model folder, and of most models of the hub.
const MODEL_FILE: &str = "model.onnx";
const PREPROCESSOR_FILE: &str = "preprocessor_config.json";

pub(crate) struct ImageModel {
    network: ImageEmbedding,
    preparation: Preparation,
    /// The images that are next, made ready while the network worked, from the call's input of that number.
    ahead: Option<(usize, Vec<Result<Prepared>>)>,
    source: ModelSource,
}

/// Makes images ready for the network.
struct Preparation {
    preprocessor: ImagePreprocessor,
    pool: ThreadPool,
}

/// What of an image goes into the network.
type Prepared = ndarray::Array3<f32>;

/// An image to embed.
pub(crate) struct Image {
    pub source: ImageSource,
    /// Hears of it if it cannot be used; without, that ends the call.
    pub failures: Option<Failures>,
}

/// Images of a call that cannot be used, by their places from 0. They get empty vectors.
pub type Failures = Arc<Mutex<Vec<(usize, Error)>>>;

impl From<ImageSource> for Image {
    fn from(source: ImageSource) -> Self {
        Self { source, failures: None }
    }
}

impl Preparation {
    fn prepare(&self, first: usize, images: &[Image]) -> Vec<Result<Prepared>> {
        let prepare = |(offset, image): (usize, &Image)| {
            let source = &image.source;
            let about = |error: Error| error.of(format!("image {} ({source})", first + offset));
            let decoded = DynamicImage::from(source.decode().map_err(about)?);
            self.preprocessor.preprocess(decoded).map_err(|error| about(Error::invalid(chain(&error))))
        };
        self.pool.install(|| images.par_iter().enumerate().map(prepare).collect())
    }
}

impl Model for ImageModel {
    type Input = Image;
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
        let SessionParts { environment, providers, threads } = id.session(surroundings)?;
        let files = UserDefinedImageEmbeddingModel::new(read(&paths[1])?, read(&paths[0])?);
        let options = ImageInitOptionsUserDefined::new()
            .with_environment(environment)
            .with_execution_providers(providers)
            .with_intra_threads(threads);
        let network = ImageEmbedding::try_new_from_user_defined(files, options)
            .map_err(|error| id.unusable(chain(&error)))?;
        let preprocessor = network.preprocessor();
        let preparation = Preparation { preprocessor, pool: thread_pool(id.threads)? };
        Ok(Self { network, preparation, ahead: None, source: id.source.clone() })
    }

    fn embed(&mut self, first: usize, batch: &[Image], next: &[Image]) -> Result<Vec<Embedding>> {
        let Self { network, preparation, ahead, source } = self;
        let prepared = match ahead.take() {
            Some((at, prepared)) if at == first && prepared.len() == batch.len() && first > 0 => prepared,
            _ => preparation.prepare(first, batch),
        };
        // The first failure in the caller's order, whichever thread was fastest.
        let mut usable = Vec::with_capacity(batch.len());
        let mut is_usable = Vec::with_capacity(batch.len());
        for (offset, (prepared, image)) in prepared.into_iter().zip(batch).enumerate() {
            is_usable.push(prepared.is_ok());
            match (prepared, &image.failures) {
                (Ok(prepared), _) => usable.push(prepared),
                (Err(error), None) => return Err(error),
                (Err(error), Some(failures)) => failures.lock().push((first + offset, error)),
            }
        }
        let run = |network: &mut ImageEmbedding| match usable.is_empty() {
            true => Ok(Vec::new()),
            false => network.embed_preprocessed(usable),
        };
        // Decoding takes other parts of the processor than the network does.
        let coming = first + batch.len();
        let vectors = thread::scope(|scope| {
            let preparing = (!next.is_empty()).then(|| scope.spawn(|| preparation.prepare(coming, next)));
            let vectors = run(network);
            // What panicked there panics again, and is told, when its turn comes.
            *ahead = preparing.and_then(|thread| thread.join().ok()).map(|prepared| (coming, prepared));
            vectors
        });
        let mut vectors = vectors.map_err(|error| Error::internal(chain(&error)).of(&*source))?.into_iter();
        check_dimension(source, vectors.as_slice())?;
        Ok(is_usable
            .into_iter()
            .map(|usable| if usable { vectors.next() } else { None }.unwrap_or_default())
            .collect())
    }
}
