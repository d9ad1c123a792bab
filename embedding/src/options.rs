use std::fmt::{self, Display, Formatter};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::providers::ExecutionProvider;

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
    /// What runs the model, in the order of preference; what cannot be had is left out, with a warning.
    /// Default: the processor.
    pub execution_providers: Vec<ExecutionProvider>,
    /// Whether to fail rather than download a model.
    pub local_files_only: bool,
    /// How long the model is kept in memory without a call. Default: [`EmbedOptions::UNLOAD_AFTER`].
    pub unload_after: Option<Duration>,
    /// Called, on the model's thread, while this call downloads and embeds.
    pub on_progress: Option<ProgressListener>,
}

impl EmbedOptions {
    /// Long enough for the pauses of someone who works with it, short enough to give the memory back to
    /// the others.
    pub const UNLOAD_AFTER: Duration = Duration::from_secs(600);
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
        /// Bytes of the model that are here.
        done: u64,
        /// Bytes of all files of the model.
        total: u64,
        /// How fast they come: the average of the last five seconds.
        bytes_per_second: u64,
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
        /// What the files do not tell.
        settings: FolderSettings,
    },
}

/// What has to be known of a model in a folder besides its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderSettings {
    /// How token vectors become one vector; only for text models. Default: what
    /// `1_Pooling/config.json` in the folder says, else [`Pooling::Mean`].
    pub pooling: Option<Pooling>,
    /// Whether vectors of texts, and of tokens, keep the length that the network gives them. Default:
    /// they get unit length. Those of images have it always, sparse ones never.
    pub keep_length: bool,
    /// How the network was quantized, if it matters; only for text models.
    pub quantization: Quantization,
    /// The dimension that vectors must have. Default: any.
    pub dimension: Option<usize>,
    /// Tokens of a text at most; what it has beyond is left out. Default: 512, or less if the
    /// tokenizer's configuration says so.
    pub max_tokens: Option<NonZeroUsize>,
    /// How token scores become a sparse vector; only for sparse models.
    pub sparse: SparseMethod,
}

/// How a network was quantized.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantization {
    /// Not, or such that a text's vector does not depend on the texts beside it.
    #[default]
    Static,
    /// By the values of a batch: texts are embedded one by one, so that each gets the same vector in any
    /// company.
    Dynamic,
}

/// How the scores that a network gives tokens become a sparse vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SparseMethod {
    /// SPLADE: over all positions, `ln(1 + max(score))` of each token of the vocabulary.
    #[default]
    Splade,
    /// As [`Splade`](Self::Splade) with one logarithm more for documents; queries are not run through the
    /// network, but looked up in `idf.json`.
    InferenceFree,
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
