//! Reranking, as JavaScript asks for it.

use napi::bindgen_prelude::{PromiseRaw, Unknown};
use napi::{Env, JsValue, ValueType};
use napi_derive::napi;
use qdrant_embedded_embedding::rerank as score;

use super::input::{read_text, read_texts_of};
use super::options::read_options;
use super::{bad_argument, to_js_error, unless_cancelled};

/// A document with its score.
#[napi(object, object_from_js = false)]
pub struct Ranked {
    /// Which of the documents it is, from 0.
    pub index: u32,
    /// How well it answers the query: the higher, the better. What a score means differs between models.
    pub score: f64,
}

/// Sorts documents by how well they answer a query, with a model that reads both together: it is more exact
/// than a comparison of vectors, and slower, so that it is for the best results of a search. Resolves to the
/// places of the documents in the list with their scores, best first; of equal ones, the first comes first.
///
/// The default model is `BAAI/bge-reranker-base`, for English and Chinese; `listModels({ kind: 'reranker' })`
/// has the others. A model folder holds `model.onnx`, `tokenizer.json`, `config.json`,
/// `special_tokens_map.json` and `tokenizer_config.json`. What a query and a document have together beyond
/// the model's limit, at most 512 tokens, is left out. Models, options and errors are as with `embedTexts`.
///
/// ```js
/// const texts = points.map(({ payload }) => payload.text)
/// const [best] = await rerank('how tall is the tower?', texts, { topK: 1 })
/// ```
#[napi(
    ts_args_type = "query: string, documents: ReadonlyArray<string>, options?: RerankOptions | null",
    ts_return_type = "Promise<Ranked[]>"
)]
pub fn rerank<'env>(
    env: &'env Env,
    query: Unknown<'env>,
    documents: Unknown<'env>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vec<Ranked>>> {
    let query = read_text("query", query)?;
    let documents = read_texts_of("documents", documents)?;
    let top = top_k(options)?;
    let scores = score(query, documents, read_options(options)?);
    let ranked = async move {
        let scores = scores.await.map_err(|error| to_js_error(&error))?;
        let mut ranked: Vec<_> =
            (0..).zip(scores).map(|(index, score)| Ranked { index, score: score.into() }).collect();
        // A stable sort.
        ranked.sort_by(|one, other| other.score.total_cmp(&one.score));
        ranked.truncate(top.unwrap_or(usize::MAX));
        Ok(ranked)
    };
    env.spawn_future(unless_cancelled(env, call, ranked)?)
}

fn top_k(options: Option<Unknown>) -> napi::Result<Option<usize>> {
    let Some(options) = options else { return Ok(None) };
    if options.get_type()? != ValueType::Object {
        return Ok(None);
    }
    let top: Option<Option<f64>> =
        options.coerce_to_object()?.get("topK").map_err(|_| bad_argument("`topK` must be a number"))?;
    Ok(super::options::count("topK", top.flatten())?.map(usize::from))
}
