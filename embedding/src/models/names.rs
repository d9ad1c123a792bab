//! The names of the hub's models.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use fastembed::{Bgem3Embedding, ImageEmbedding, SparseTextEmbedding, TextEmbedding};

use super::ModelKind;
use crate::catalog::{self, CLIP};

/// How many similar names an error tells.
const NEAR: usize = 3;

/// Names that Qdrant's services and its Python library give models which fastembed has by another name:
/// for each, the same weights, or, of quantized ones, what the Python library loads.
const OTHER_NAMES: [(&str, &str); 9] = [
    ("BAAI/bge-base-en-v1.5", "Qdrant/bge-base-en-v1.5-onnx-Q"),
    ("BAAI/bge-large-en-v1.5", "Xenova/bge-large-en-v1.5"),
    ("BAAI/bge-small-en-v1.5", "Qdrant/bge-small-en-v1.5-onnx-Q"),
    ("intfloat/multilingual-e5-large", "Qdrant/multilingual-e5-large-onnx"),
    (
        "opensearch-project/opensearch-neural-sparse-encoding-doc-v3-gte",
        "Qdrant/opensearch-neural-sparse-encoding-doc-v3-gte",
    ),
    ("prithivida/Splade_PP_en_v1", "Qdrant/Splade_PP_en_v1"),
    ("sentence-transformers/all-MiniLM-L6-v2", "Qdrant/all-MiniLM-L6-v2-onnx"),
    (
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        "Qdrant/paraphrase-multilingual-MiniLM-L12-v2-onnx-Q",
    ),
    (
        "sentence-transformers/paraphrase-multilingual-mpnet-base-v2",
        "Xenova/paraphrase-multilingual-mpnet-base-v2",
    ),
];

/// The name by which fastembed knows a model.
pub(crate) fn known_as(name: &str) -> &str {
    let other = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    other.map_or(name, |(_, known)| known)
}

/// What the model of that name makes: what is `preferred`, if there are several.
pub(super) fn kind_of(name: &str, preferred: ModelKind) -> Option<ModelKind> {
    use ModelKind::*;
    let has = |kind| match kind {
        Text => name == CLIP || catalog::find(&TextEmbedding::list_supported_models(), name).is_some(),
        Image => name == CLIP || catalog::find(&ImageEmbedding::list_supported_models(), name).is_some(),
        Sparse => catalog::find(&SparseTextEmbedding::list_supported_models(), name).is_some(),
        BgeM3 => catalog::find(&Bgem3Embedding::list_supported_models(), name).is_some(),
        Multivector => false,
    };
    [preferred, Text, Image, Sparse, BgeM3].into_iter().find(|kind| has(*kind))
}

/// Every name, once.
pub(super) fn all() -> BTreeSet<String> {
    let mut names = BTreeSet::from(["qdrant/bm25", CLIP].map(str::to_owned));
    names.extend(OTHER_NAMES.iter().map(|(other, _)| (*other).to_owned()));
    names.extend(TextEmbedding::list_supported_models().into_iter().map(|model| model.model_code));
    names.extend(ImageEmbedding::list_supported_models().into_iter().map(|model| model.model_code));
    names.extend(SparseTextEmbedding::list_supported_models().into_iter().map(|model| model.model_code));
    names.extend(Bgem3Embedding::list_supported_models().into_iter().map(|model| model.model_code));
    names
}

/// Those of `known` that are most like `name`, best first: in what comes after the organization, then in all.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let wanted = [pairs(without_organization(name)), pairs(name)];
    let likeness = |known| {
        let parts = [pairs(without_organization(known)), pairs(known)];
        [0, 1].map(|part| similarity(&wanted[part], &parts[part]))
    };
    let mut known: Vec<_> = known.map(|known| (Reverse(likeness(known)), known)).collect();
    known.sort_unstable();
    known.dedup();
    let near: Vec<_> = known.iter().take(NEAR).map(|(_, name)| format!("`{name}`")).collect();
    near.join(", ")
}

fn without_organization(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The pairs of neighbouring letters and digits.
fn pairs(name: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<_> =
        name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The part of the pairs that two names share, in thousandths.
fn similarity(one: &BTreeSet<(char, char)>, other: &BTreeSet<(char, char)>) -> usize {
    2000 * one.intersection(other).count() / (one.len() + other.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_name_is_of_a_known_model_and_no_known_name_itself() {
        for (other, known) in OTHER_NAMES {
            assert!(kind_of(known, ModelKind::Text).is_some(), "{known}");
            assert_eq!(kind_of(other, ModelKind::Text), None, "{other}");
            assert_eq!(known_as(&other.to_uppercase()), known);
        }
    }

    #[test]
    fn a_name_of_several_models_is_that_of_the_preferred_kind() {
        assert_eq!(kind_of(CLIP, ModelKind::Text), Some(ModelKind::Text));
        assert_eq!(kind_of(CLIP, ModelKind::Image), Some(ModelKind::Image));
        assert_eq!(kind_of("baai/bge-m3", ModelKind::Text), Some(ModelKind::Text));
        assert_eq!(kind_of("baai/bge-m3", ModelKind::Sparse), Some(ModelKind::Sparse));
        assert_eq!(kind_of("gpahal/bge-m3-onnx-int8", ModelKind::Multivector), Some(ModelKind::BgeM3));
        assert_eq!(kind_of("Qdrant/Splade_PP_en_v1", ModelKind::Text), Some(ModelKind::Sparse));
    }

    #[test]
    fn similar_names_come_first() {
        let known = all();
        let near = |name: &str| nearest(name, known.iter().map(String::as_str));
        assert!(near("qdrant/clip-vit-b32-text").starts_with("`Qdrant/clip-ViT-B-32-text`"));
        assert!(near("all-minilm-l6-v2").contains("`sentence-transformers/all-MiniLM-L6-v2`"));
        assert!(near("bm-25").starts_with("`qdrant/bm25`"));
    }
}
