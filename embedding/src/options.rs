use std::fmt::{self, Display, Formatter};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

/// How to embed. [`EmbedOptions::default`] is right for a desktop application.
#[derive(Clone, Default)]
pub struct EmbedOptions {
    /// Which model. Default: the image, or the text, half of CLIP ViT-B/32.
    pub model: Option<ModelSource>,
    /// Where downloaded models are kept. Default: [`model_cache_dir`](crate::model_cache_dir).
    pub cache_dir: Option<PathBuf>,
    /// How many inputs the model takes at once. Default: 8 images, 32 texts.
    pub batch_size: Option<NonZeroUsize>,
    /// CPU cores to use; at most those that there are. Default: all but one.
    pub threads: Option<NonZeroUsize>,
    /// Whether to fail rather than download a model.
    pub local_files_only: bool,
    /// Called, on the model's thread, while this call downloads and embeds.
    pub on_progress: Option<ProgressListener>,
}

/// Hears of the progress of one call.
pub type ProgressListener = Arc<dyn Fn(Progress) + Send + Sync>;

/// How far a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A model's files are being downloaded.
    Download {
        /// The file that is on its way.
        file: String,
        /// Bytes here so far, of all files that were missing.
        done: u64,
        /// Bytes of all files that were missing.
        total: u64,
    },
    /// Inputs are being embedded.
    Embed {
        /// Inputs embedded so far.
        done: usize,
        /// Inputs of the call.
        total: usize,
    },
}

/// Which model to use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelSource {
    /// A model of the Hugging Face hub that fastembed knows, or `clip`.
    Named(String),
    /// A model from files on this machine.
    Folder {
        /// Folder with `model.onnx` and its configuration files.
        path: PathBuf,
        /// How token vectors become one vector; only for text models. Default: what
        /// `1_Pooling/config.json` in the folder says, else [`Pooling::Mean`].
        pooling: Option<Pooling>,
    },
}

impl Display for ModelSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => write!(f, "model `{name}`"),
            Self::Folder { path, .. } => write!(f, "model folder `{}`", path.display()),
        }
    }
}

/// How a text model's token vectors become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pooling {
    /// The average over the tokens.
    Mean,
    /// The vector of the first token.
    Cls,
}
