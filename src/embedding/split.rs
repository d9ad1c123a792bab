//! Splitting of texts, as JavaScript asks for it.

use napi::Env;
use napi::bindgen_prelude::{Either, PromiseRaw, Unknown};
use napi_derive::napi;
use qdrant_embedded_embedding::{ChunkSize, EmbedOptions, split_text as split};

use super::blocking;
use super::input::{read_options_object, read_text};
use super::options::{LocalModel, count, to_source};
use super::progress::{Callback, listener};
use super::signal::Signal;

/// How to split a text. All of it is optional.
#[napi(object, object_to_js = false)]
pub struct SplitOptions {
    /// The text model that is to embed the chunks, as with `embedTexts`. Of its files, only those of the
    /// tokenizer are needed.
    #[napi(ts_type = "string | LocalModel")]
    pub model: Option<Either<String, LocalModel>>,
    /// Most tokens of a chunk, with those that the model adds at its ends. Default, and most: as many as
    /// the model takes (77 for CLIP, at most 512).
    pub max_tokens: Option<f64>,
    /// Most tokens that a chunk repeats of the one before it, in whole words; at most half of a chunk.
    /// Default: a tenth of `maxTokens`.
    pub overlap: Option<f64>,
    /// Folder in which downloaded models are kept. Default: `modelCacheDir()`.
    pub cache_dir: Option<String>,
    /// Never use the network: fail if the tokenizer is not here. Default: `false`.
    pub local_files_only: Option<bool>,
    /// Hears how far the download of the tokenizer is.
    #[napi(ts_type = "(progress: EmbedProgress) => void")]
    pub on_progress: Option<Callback>,
    /// Makes the call reject with the signal's reason, at once. A download stops where it is, and the next
    /// one goes on with it.
    #[napi(ts_type = "AbortSignal")]
    #[expect(dead_code, reason = "lib/native.js listens to it")]
    pub signal: Option<Signal>,
}

/// A part of a text.
#[napi(object, object_from_js = false)]
pub struct TextChunk {
    /// The part, without white space at its ends.
    pub text: String,
    /// Where it begins: `text.slice(start, end)` of the whole text is the part.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
}

/// Splits a text into chunks that a text model embeds whole: resolves to the chunks, in their order. Each
/// has at most `maxTokens` of the model's tokens, and ends with a paragraph, a sentence, a line or a word,
/// in this order of preference, and repeats the last words of the one before it. Together they hold all of
/// the text but white space between chunks; a blank text has none.
///
/// Only the tokenizer is downloaded, if need be, and loaded. Errors are as with `embedTexts`, and status 400
/// for sizes that do not fit the model.
///
/// ```js
/// const chunks = await splitText(await readFile('notes.md', 'utf8'), { model, maxTokens: 200 })
/// const vectors = await embedTexts(chunks.map(({ text }) => text), { model })
/// ```
#[napi(ts_args_type = "text: string, options?: SplitOptions | null", ts_return_type = "Promise<TextChunk[]>")]
pub fn split_text<'env>(
    env: &'env Env,
    text: Unknown<'env>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vec<TextChunk>>> {
    let text = read_text("text", text)?;
    let (size, options) = read_options(options)?;
    blocking(env, call, move |cancel| {
        let chunks = split(&text, size, &options, cancel)?;
        let chunks = chunks.into_iter().map(|chunk| TextChunk {
            text: chunk.text,
            start: chunk.start as f64,
            end: chunk.end as f64,
        });
        Ok(chunks.collect())
    })
}

fn read_options(options: Option<Unknown>) -> napi::Result<(ChunkSize, EmbedOptions)> {
    let Some(options) = read_options_object::<SplitOptions>(options)? else { return Ok(Default::default()) };
    let SplitOptions { model, max_tokens, overlap, cache_dir, local_files_only, on_progress, signal: _ } =
        options;
    let overlap = match overlap {
        Some(0.0) => Some(0),
        overlap => count("overlap", overlap)?.map(usize::from),
    };
    let size = ChunkSize { max_tokens: count("maxTokens", max_tokens)?, overlap };
    let options = EmbedOptions {
        model: model.map(to_source).transpose()?,
        cache_dir: cache_dir.map(Into::into),
        local_files_only: local_files_only.unwrap_or_default(),
        on_progress: on_progress.map(listener),
        ..EmbedOptions::default()
    };
    Ok((size, options))
}
