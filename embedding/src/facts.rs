//! Licences, languages and sizes of models, which fastembed does not tell. They are those that Qdrant's Python
//! library gives for the same weights; of models that it does not have, those of their pages at the hub.

/// What is known of a repository.
pub(crate) struct Facts {
    /// SPDX name, in the lower case of the hub.
    pub license: &'static str,
    /// ISO 639 codes, or `multilingual` for dozens of them; of models that read texts.
    pub languages: &'static [&'static str],
}

const ENGLISH: &[&str] = &["en"];
const CHINESE: &[&str] = &["zh"];
const MANY: &[&str] = &["multilingual"];
/// Of images.
const NONE: &[&str] = &[];

const APACHE: &str = "apache-2.0";
const MIT: &str = "mit";

const FACTS: [(&str, &str, &[&str]); 46] = [
    ("Alibaba-NLP/gte-base-en-v1.5", APACHE, ENGLISH),
    ("Alibaba-NLP/gte-large-en-v1.5", APACHE, ENGLISH),
    ("BAAI/bge-m3", MIT, MANY),
    ("BAAI/bge-reranker-base", MIT, &["en", "zh"]),
    ("gpahal/bge-m3-onnx-int8", MIT, MANY),
    ("intfloat/multilingual-e5-base", MIT, MANY),
    ("intfloat/multilingual-e5-small", MIT, MANY),
    ("jinaai/jina-embeddings-v2-base-code", APACHE, ENGLISH),
    ("jinaai/jina-embeddings-v2-base-en", APACHE, ENGLISH),
    ("jinaai/jina-reranker-v1-turbo-en", APACHE, ENGLISH),
    ("jinaai/jina-reranker-v2-base-multilingual", "cc-by-nc-4.0", MANY),
    ("lightonai/modernbert-embed-large", APACHE, ENGLISH),
    ("mixedbread-ai/mxbai-embed-large-v1", APACHE, ENGLISH),
    ("nomic-ai/nomic-embed-text-v1", APACHE, ENGLISH),
    ("nomic-ai/nomic-embed-text-v1.5", APACHE, ENGLISH),
    ("nomic-ai/nomic-embed-vision-v1.5", APACHE, NONE),
    ("onnx-community/embeddinggemma-300m-ONNX", "gemma", MANY),
    ("Qdrant/all-MiniLM-L6-v2-onnx", APACHE, ENGLISH),
    ("Qdrant/bge-base-en-v1.5-onnx-Q", MIT, ENGLISH),
    ("Qdrant/bge-large-en-v1.5-onnx-Q", MIT, ENGLISH),
    ("Qdrant/bge-small-en-v1.5-onnx-Q", MIT, ENGLISH),
    ("Qdrant/clip-ViT-B-32-text", MIT, ENGLISH),
    ("Qdrant/clip-ViT-B-32-vision", MIT, NONE),
    ("Qdrant/multilingual-e5-large-onnx", MIT, MANY),
    ("Qdrant/opensearch-neural-sparse-encoding-doc-v3-gte", APACHE, ENGLISH),
    ("Qdrant/paraphrase-multilingual-MiniLM-L12-v2-onnx-Q", APACHE, MANY),
    ("Qdrant/resnet50-onnx", APACHE, NONE),
    ("Qdrant/Splade_PP_en_v1", APACHE, ENGLISH),
    ("Qdrant/Unicom-ViT-B-16", APACHE, NONE),
    ("Qdrant/Unicom-ViT-B-32", APACHE, NONE),
    ("rozgo/bge-reranker-v2-m3", APACHE, MANY),
    ("Snowflake/snowflake-arctic-embed-l", APACHE, ENGLISH),
    ("Snowflake/snowflake-arctic-embed-m", APACHE, ENGLISH),
    ("Snowflake/snowflake-arctic-embed-m-long", APACHE, ENGLISH),
    ("Snowflake/snowflake-arctic-embed-s", APACHE, ENGLISH),
    ("Snowflake/snowflake-arctic-embed-xs", APACHE, ENGLISH),
    ("Xenova/all-MiniLM-L12-v2", APACHE, ENGLISH),
    ("Xenova/all-MiniLM-L6-v2", APACHE, ENGLISH),
    ("Xenova/all-mpnet-base-v2", APACHE, ENGLISH),
    ("Xenova/bge-base-en-v1.5", MIT, ENGLISH),
    ("Xenova/bge-large-en-v1.5", MIT, ENGLISH),
    ("Xenova/bge-large-zh-v1.5", MIT, CHINESE),
    ("Xenova/bge-small-en-v1.5", MIT, ENGLISH),
    ("Xenova/bge-small-zh-v1.5", MIT, CHINESE),
    ("Xenova/paraphrase-multilingual-MiniLM-L12-v2", APACHE, MANY),
    ("Xenova/paraphrase-multilingual-mpnet-base-v2", APACHE, MANY),
];

/// About how many megabytes the files of a model have, by its full name: only the hub knows it to the byte. What
/// no list of models tells is estimated from the number of parameters: four bytes each, one where they are quantized,
/// two in variants called `-Q`.
const MEGABYTES: [(&str, u64); 58] = [
    ("Alibaba-NLP/gte-base-en-v1.5", 550),
    ("Alibaba-NLP/gte-base-en-v1.5/onnx/model_quantized.onnx", 140),
    ("Alibaba-NLP/gte-large-en-v1.5", 1740),
    ("Alibaba-NLP/gte-large-en-v1.5/onnx/model_quantized.onnx", 440),
    ("BAAI/bge-m3", 2270),
    ("BAAI/bge-reranker-base", 1040),
    ("gpahal/bge-m3-onnx-int8", 570),
    ("intfloat/multilingual-e5-base", 1110),
    ("intfloat/multilingual-e5-small", 470),
    ("jinaai/jina-embeddings-v2-base-code", 640),
    ("jinaai/jina-embeddings-v2-base-en", 520),
    ("jinaai/jina-reranker-v1-turbo-en", 150),
    ("jinaai/jina-reranker-v2-base-multilingual", 1110),
    ("lightonai/modernbert-embed-large", 1580),
    ("mixedbread-ai/mxbai-embed-large-v1", 1340),
    ("mixedbread-ai/mxbai-embed-large-v1/onnx/model_quantized.onnx", 340),
    ("nomic-ai/nomic-embed-text-v1", 520),
    ("nomic-ai/nomic-embed-text-v1.5", 520),
    ("nomic-ai/nomic-embed-text-v1.5/onnx/model_quantized.onnx", 130),
    ("nomic-ai/nomic-embed-vision-v1.5", 370),
    ("onnx-community/embeddinggemma-300m-ONNX", 1230),
    ("onnx-community/embeddinggemma-300m-ONNX/onnx/model_q4.onnx", 200),
    ("onnx-community/embeddinggemma-300m-ONNX/onnx/model_quantized.onnx", 310),
    ("Qdrant/all-MiniLM-L6-v2-onnx", 90),
    ("Qdrant/bge-base-en-v1.5-onnx-Q", 210),
    ("Qdrant/bge-large-en-v1.5-onnx-Q", 670),
    ("Qdrant/bge-small-en-v1.5-onnx-Q", 67),
    ("Qdrant/clip-ViT-B-32-text", 250),
    ("Qdrant/clip-ViT-B-32-vision", 352),
    ("Qdrant/multilingual-e5-large-onnx", 2240),
    ("Qdrant/opensearch-neural-sparse-encoding-doc-v3-gte", 550),
    ("Qdrant/paraphrase-multilingual-MiniLM-L12-v2-onnx-Q", 220),
    ("Qdrant/resnet50-onnx", 100),
    ("Qdrant/Splade_PP_en_v1", 532),
    ("Qdrant/Unicom-ViT-B-16", 820),
    ("Qdrant/Unicom-ViT-B-32", 480),
    ("rozgo/bge-reranker-v2-m3", 2270),
    ("Snowflake/snowflake-arctic-embed-l", 1020),
    ("snowflake/snowflake-arctic-embed-l/onnx/model_quantized.onnx", 340),
    ("Snowflake/snowflake-arctic-embed-m", 430),
    ("Snowflake/snowflake-arctic-embed-m-long", 540),
    ("snowflake/snowflake-arctic-embed-m-long/onnx/model_quantized.onnx", 140),
    ("Snowflake/snowflake-arctic-embed-m/onnx/model_quantized.onnx", 110),
    ("Snowflake/snowflake-arctic-embed-s", 130),
    ("snowflake/snowflake-arctic-embed-s/onnx/model_quantized.onnx", 34),
    ("Snowflake/snowflake-arctic-embed-xs", 90),
    ("snowflake/snowflake-arctic-embed-xs/onnx/model_quantized.onnx", 23),
    ("Xenova/all-MiniLM-L12-v2", 133),
    ("Xenova/all-MiniLM-L12-v2/onnx/model_quantized.onnx", 34),
    ("Xenova/all-MiniLM-L6-v2", 90),
    ("Xenova/all-mpnet-base-v2", 440),
    ("Xenova/bge-base-en-v1.5", 440),
    ("Xenova/bge-large-en-v1.5", 1340),
    ("Xenova/bge-large-zh-v1.5", 1300),
    ("Xenova/bge-small-en-v1.5", 133),
    ("Xenova/bge-small-zh-v1.5", 95),
    ("Xenova/paraphrase-multilingual-MiniLM-L12-v2", 470),
    ("Xenova/paraphrase-multilingual-mpnet-base-v2", 1000),
];

/// About how many bytes the model of that name has.
pub(crate) fn size_of(name: &str) -> Option<u64> {
    let found = MEGABYTES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, megabytes)| megabytes * 1_000_000)
}

pub(crate) fn of(repository: &str) -> Option<Facts> {
    let found = FACTS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(repository));
    found.map(|(_, license, languages)| Facts { license, languages })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_fact_is_of_a_model_that_there_is() {
        let all = catalog::all();
        for (name, ..) in FACTS {
            let is_of = |known: &catalog::Known| catalog::repository(&known.name).eq_ignore_ascii_case(name);
            assert!(all.iter().any(is_of), "{name}");
        }
        for (name, _) in MEGABYTES {
            assert!(all.iter().any(|known| known.name.eq_ignore_ascii_case(name)), "{name}");
        }
    }
}
