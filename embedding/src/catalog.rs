//! The models that fastembed knows, by name.

use fastembed::{EmbeddingModel, ImageEmbedding, ImageEmbeddingModel, ModelInfo, TextEmbedding};

use crate::error::{Error, Result};

/// Short name of the image and the text model whose vectors share one space.
pub(crate) const CLIP: &str = "clip";

const CLIP_IMAGE: &str = "Qdrant/clip-ViT-B-32-vision";
const CLIP_TEXT: &str = "Qdrant/clip-ViT-B-32-text";

/// The image model called `name`.
pub(crate) fn image_model(name: &str) -> Result<ModelInfo<ImageEmbeddingModel>> {
    let models = ImageEmbedding::list_supported_models();
    let wanted = if name == CLIP { CLIP_IMAGE } else { name };
    find(&models, wanted).ok_or_else(|| match find(&TextEmbedding::list_supported_models(), name) {
        Some(_) => Error::invalid(format!("model `{name}` embeds texts, not images")),
        None => unknown("image", name, &models),
    })
}

/// The text model called `name`.
pub(crate) fn text_model(name: &str) -> Result<ModelInfo<EmbeddingModel>> {
    let models = TextEmbedding::list_supported_models();
    let wanted = if name == CLIP { CLIP_TEXT } else { name };
    find(&models, wanted).ok_or_else(|| match find(&ImageEmbedding::list_supported_models(), name) {
        Some(_) => Error::invalid(format!("model `{name}` embeds images, not texts")),
        None => unknown("text", name, &models),
    })
}

/// Where a hub repository holds several variants, `model.onnx` is the one in full precision, and the
/// others have longer names. fastembed lists them in no particular order.
pub(crate) fn find<M: Clone>(models: &[ModelInfo<M>], name: &str) -> Option<ModelInfo<M>> {
    let variants = models.iter().filter(|model| model.model_code.eq_ignore_ascii_case(name));
    variants.min_by_key(|model| model.model_file.len()).cloned()
}

fn unknown<M>(kind: &str, name: &str, models: &[ModelInfo<M>]) -> Error {
    let mut names: Vec<_> = models.iter().map(|model| model.model_code.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    Error::not_found(format!(
        "unknown {kind} model `{name}`; known are {CLIP}, {}. Pass a folder to use a model of your own",
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
