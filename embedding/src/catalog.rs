//! The models that fastembed knows, by name.

use fastembed::{
    Bgem3Embedding, EmbeddingModel, ImageEmbedding, ImageEmbeddingModel, ModelInfo, RerankerModelInfo,
    SparseTextEmbedding, TextEmbedding, TextRerank,
};

use crate::error::{Error, Result};
use crate::models::{ModelKind, known_as};
use crate::text_model::TOKENIZER_FILES;

/// Short name of the image and the text model whose vectors share one space.
pub(crate) const CLIP: &str = "clip";

const CLIP_IMAGE: &str = "Qdrant/clip-ViT-B-32-vision";
const CLIP_TEXT: &str = "Qdrant/clip-ViT-B-32-text";

pub(crate) const PREPROCESSOR_FILE: &str = "preprocessor_config.json";

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Vectors of such a kind.
    Vectors(ModelKind),
    /// Scores of texts for a query.
    Scores,
}

impl Purpose {
    const ALL: [Self; 5] = [
        Self::Vectors(ModelKind::Image),
        Self::Vectors(ModelKind::Text),
        Self::Vectors(ModelKind::Sparse),
        Self::Vectors(ModelKind::BgeM3),
        Self::Scores,
    ];

    /// What callers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vectors(kind) => kind.name(),
            Self::Scores => "reranker",
        }
    }

    /// The purpose of that name, of those that models of the hub have.
    ///
    /// # Errors
    /// Names those that there are.
    pub fn of_name(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(|purpose| format!("'{}'", purpose.name()));
            Error::invalid(format!("`kind` must be one of {}, not '{name}'", names.join(", ")))
        })
    }

    fn place(self) -> usize {
        Self::ALL.iter().position(|purpose| *purpose == self).unwrap_or(Self::ALL.len())
    }
}

/// A model of fastembed's, of any kind.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its repository, and its file if that is not the repository's main one.
    pub name: String,
    pub purpose: Purpose,
    /// Numbers of a vector; of dense ones only.
    pub dimension: Option<usize>,
    pub description: String,
    model_file: String,
    additional_files: Vec<String>,
}

impl Known {
    fn embedding<M>(kind: ModelKind, info: ModelInfo<M>) -> Self {
        let purpose = Purpose::Vectors(kind);
        let ModelInfo { dim, description, model_code, model_file, additional_files, .. } = info;
        let dimension = (dim > 0).then_some(dim);
        Self { name: model_code, purpose, dimension, description, model_file, additional_files }
    }

    fn reranker(info: RerankerModelInfo) -> Self {
        let RerankerModelInfo { description, model_code, model_file, additional_files, .. } = info;
        Self {
            name: model_code,
            purpose: Purpose::Scores,
            dimension: None,
            description,
            model_file,
            additional_files,
        }
    }

    /// All that it needs, the small files first: a model that cannot be had fails before the long
    /// download.
    pub fn files(&self) -> Vec<String> {
        let small: &[&str] = match self.purpose {
            Purpose::Vectors(ModelKind::Image) => &[PREPROCESSOR_FILE],
            Purpose::Vectors(_) | Purpose::Scores => &TOKENIZER_FILES,
        };
        let small = small.iter().map(|name| (*name).to_owned());
        small.chain([self.model_file.clone()]).chain(self.additional_files.iter().cloned()).collect()
    }
}

/// Every model, those of a kind by their names.
pub(crate) fn all() -> Vec<Known> {
    let images = ImageEmbedding::list_supported_models().into_iter();
    let texts = TextEmbedding::list_supported_models().into_iter();
    let sparse = SparseTextEmbedding::list_supported_models().into_iter();
    let bge_m3 = Bgem3Embedding::list_supported_models().into_iter();
    let rerankers = TextRerank::list_supported_models().into_iter();
    let mut all: Vec<_> = images
        .map(|info| Known::embedding(ModelKind::Image, info))
        .chain(texts.map(|info| Known::embedding(ModelKind::Text, info)))
        .chain(sparse.map(|info| Known::embedding(ModelKind::Sparse, info)))
        .chain(bge_m3.map(|info| Known::embedding(ModelKind::BgeM3, info)))
        .chain(rerankers.map(Known::reranker))
        .collect();
    // Of several variants, the main one comes first, and has the repository's name.
    all.sort_by_key(|model| (model.purpose.place(), model.name.to_lowercase(), model.model_file.len()));
    let names: Vec<_> = all.iter().map(|model| (model.purpose, model.name.clone())).collect();
    for (index, model) in all.iter_mut().enumerate().skip(1) {
        if names[index - 1] == names[index] {
            model.name = variant(&model.name, &model.model_file);
        }
    }
    all
}

/// The models called `name`: several if it is of several kinds, or `clip`.
pub(crate) fn named(name: &str) -> Result<Vec<Known>> {
    let all = all();
    let name = known_as(name);
    let wanted = |model: &&Known| match name {
        CLIP => [CLIP_IMAGE, CLIP_TEXT].contains(&model.name.as_str()),
        _ => model.name.eq_ignore_ascii_case(name),
    };
    let found: Vec<_> = all.iter().filter(wanted).cloned().collect();
    if found.is_empty() {
        let mut names: Vec<_> = all.into_iter().map(|model| model.name).collect();
        return Err(unknown("", name, &mut names));
    }
    Ok(found)
}

/// The repository of the model called `name`, which may have several variants.
pub(crate) fn repository(name: &str) -> &str {
    name.match_indices('/').nth(1).map_or(name, |(end, _)| &name[..end])
}

fn variant(repository: &str, model_file: &str) -> String {
    format!("{repository}/{model_file}")
}

/// The image model called `name`.
pub(crate) fn image_model(name: &str) -> Result<ModelInfo<ImageEmbeddingModel>> {
    let models = ImageEmbedding::list_supported_models();
    let wanted = if name == CLIP { CLIP_IMAGE } else { name };
    find(&models, wanted).ok_or_else(|| match find(&TextEmbedding::list_supported_models(), name) {
        Some(_) => Error::invalid(format!("model `{name}` embeds texts, not images")),
        None => unknown("image ", name, &mut names(&models)),
    })
}

/// The text model called `name`.
pub(crate) fn text_model(name: &str) -> Result<ModelInfo<EmbeddingModel>> {
    let models = TextEmbedding::list_supported_models();
    let wanted = if name == CLIP { CLIP_TEXT } else { name };
    find(&models, wanted).ok_or_else(|| match find(&ImageEmbedding::list_supported_models(), name) {
        Some(_) => Error::invalid(format!("model `{name}` embeds images, not texts")),
        None => unknown("text ", name, &mut names(&models)),
    })
}

/// The reranking model called `name`.
pub(crate) fn reranker(name: &str) -> Result<RerankerModelInfo> {
    let models = TextRerank::list_supported_models();
    let found = models.iter().find(|model| model.model_code.eq_ignore_ascii_case(name)).cloned();
    found.ok_or_else(|| {
        unknown("reranking ", name, &mut models.into_iter().map(|model| model.model_code).collect())
    })
}

/// Where a hub repository holds several variants, its name stands for `model.onnx`, which is the one in
/// full precision; the others have longer names, and are called by repository and file. fastembed lists
/// them in no particular order.
pub(crate) fn find<M: Clone>(models: &[ModelInfo<M>], name: &str) -> Option<ModelInfo<M>> {
    let main = |name: &str| {
        let variants = models.iter().filter(|model| model.model_code.eq_ignore_ascii_case(name));
        variants.min_by_key(|model| model.model_file.len())
    };
    if let Some(main) = main(name) {
        return Some(main.clone());
    }
    let full_name = |model: &ModelInfo<M>| variant(&model.model_code, &model.model_file);
    let mut found = models.iter().find(|model| full_name(model).eq_ignore_ascii_case(name))?.clone();
    if main(&found.model_code).is_some_and(|main| main.model_file != found.model_file) {
        found.model_code = full_name(&found);
    }
    Some(found)
}

fn names<M>(models: &[ModelInfo<M>]) -> Vec<String> {
    models.iter().map(|model| model.model_code.clone()).collect()
}

fn unknown(kind: &str, name: &str, names: &mut Vec<String>) -> Error {
    if !kind.starts_with("reranking") {
        names.push(CLIP.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    Error::not_found(format!(
        "unknown {kind}model `{name}`; known are {}. Pass a folder to use a model of your own",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn clip_names_two_models_of_one_space() {
        let (image, text) = (image_model(CLIP).unwrap(), text_model(CLIP).unwrap());
        assert_eq!((image.model_code.as_str(), image.dim), (CLIP_IMAGE, 512));
        assert_eq!((text.model_code.as_str(), text.dim), (CLIP_TEXT, 512));
    }

    #[test]
    fn names_are_found_whatever_their_case() {
        assert_eq!(image_model("qdrant/RESNET50-onnx").unwrap().model_code, "Qdrant/resnet50-onnx");
    }

    #[test]
    fn a_repository_of_several_variants_gives_the_one_in_full_precision() {
        assert_eq!(text_model("nomic-ai/nomic-embed-text-v1.5").unwrap().model_file, "onnx/model.onnx");
    }

    #[test]
    fn the_other_variants_are_called_by_their_files() {
        let quantized = "nomic-ai/nomic-embed-text-v1.5/onnx/model_quantized.onnx";
        let model = text_model(quantized).unwrap();
        assert_eq!(
            (model.model_code.as_str(), model.model_file.as_str()),
            (quantized, "onnx/model_quantized.onnx")
        );
        assert_eq!(repository(quantized), "nomic-ai/nomic-embed-text-v1.5");
        let main = text_model("nomic-ai/nomic-embed-text-v1.5/onnx/model.onnx").unwrap();
        assert_eq!(main.model_code, "nomic-ai/nomic-embed-text-v1.5");
    }

    #[test]
    fn every_model_is_listed_by_a_name_of_its_own_that_finds_it() {
        let all = all();
        for model in &all {
            let found: Vec<_> = all
                .iter()
                .filter(|other| (other.purpose, &other.name) == (model.purpose, &model.name))
                .collect();
            assert_eq!(found.len(), 1, "{}", model.name);
            let named = named(&model.name).unwrap();
            assert!(
                named.iter().any(|other| other.purpose == model.purpose && other.files() == model.files()),
                "{}",
                model.name
            );
            let file = match model.purpose {
                Purpose::Vectors(ModelKind::Image) => image_model(&model.name).unwrap().model_file,
                Purpose::Vectors(ModelKind::Text) => text_model(&model.name).unwrap().model_file,
                Purpose::Vectors(_) => continue,
                Purpose::Scores => reranker(&model.name).unwrap().model_file,
            };
            assert_eq!(file, model.model_file);
        }
        assert_eq!(named(CLIP).unwrap().len(), 2);
        for purpose in Purpose::ALL {
            assert!(all.iter().any(|model| model.purpose == purpose), "{}", purpose.name());
            assert_eq!(Purpose::of_name(purpose.name()).unwrap(), purpose);
        }
    }

    #[test]
    fn a_model_of_the_other_kind_is_refused_as_such() {
        let error = image_model(CLIP_TEXT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(error.to_string(), format!("model `{CLIP_TEXT}` embeds texts, not images"));
        assert_eq!(text_model(CLIP_IMAGE).unwrap_err().kind(), ErrorKind::Invalid);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = image_model("Qdrant/no-such-model").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("`Qdrant/no-such-model`"), "{error}");
        assert!(error.to_string().contains(CLIP_IMAGE), "{error}");
    }
}
