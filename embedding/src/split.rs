//! Splitting of texts into chunks that a model takes whole.

use std::collections::BTreeMap;
use std::iter;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use fastembed::InitOptionsUserDefined;
use parking_lot::Mutex;
use tokenizers::Tokenizer;
use unicode_segmentation::UnicodeSegmentation;

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::model::{ModelId, Surroundings, identify, read};
use crate::options::{EmbedOptions, ModelSource};
use crate::runtime;
use crate::text_model::TextModel;

const TOKENIZER_FILES: [&str; 2] = ["tokenizer.json", "tokenizer_config.json"];

/// Bytes of text looked at for each token wanted; languages differ, and more is looked at when it is
/// not enough.
const BYTES_PER_TOKEN: usize = 8;

/// Bytes of text looked at beyond the last place for a cut.
const LOOKAHEAD: usize = 64;

/// How large the chunks of a text are.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChunkSize {
    /// Most tokens of a chunk, with those that the model adds at its ends. Default: as many as the
    /// model takes.
    pub max_tokens: Option<NonZeroUsize>,
    /// Most tokens that a chunk repeats of the one before it. Default: a tenth of `max_tokens`.
    pub overlap: Option<usize>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The text from `start` to `end`.
    pub text: String,
    /// Where it begins, in UTF-16 units from the beginning of the whole text.
    pub start: usize,
    /// Where it ends, likewise.
    pub end: usize,
}

/// Splits a text into chunks of at most so many of a text model's tokens, at the ends of paragraphs,
/// sentences, lines or words, in this order of preference. Chunks neither begin nor end with white
/// space; together they hold all else. May download the model's tokenizer; blocks meanwhile.
///
/// # Errors
/// When the sizes do not fit the model, or the tokenizer is not to be had.
pub fn split_text(
    text: &str,
    size: ChunkSize,
    options: &EmbedOptions,
    cancel: &Cancel,
) -> Result<Vec<Chunk>> {
    let splitter = Splitter::of(options, cancel)?;
    let (max_tokens, overlap) = splitter.check(size)?;
    let ranges = splitter.split(text, max_tokens, overlap, cancel)?;
    Ok(with_utf16_offsets(text, ranges))
}

/// Forgets the tokenizer of a model, or of every model.
pub(crate) fn forget_tokenizers(model: Option<&ModelSource>) {
    let wanted = model.map(identify::<TextModel>);
    SPLITTERS.lock().retain(|id, _| match &wanted {
        None => false,
        Some(Ok(ModelSource::Folder { path, .. })) => {
            !matches!(&id.source, ModelSource::Folder { path: of, .. } if of == path)
        }
        Some(Ok(source)) => *source != id.source,
        Some(Err(_)) => true,
    });
}

/// Tokenizers in memory: reading one takes as long as splitting many a file.
static SPLITTERS: Mutex<BTreeMap<ModelId, Arc<Splitter>>> = Mutex::new(BTreeMap::new());

struct Splitter {
    tokenizer: Tokenizer,
    /// Tokens that the model takes.
    limit: usize,
    /// Tokens that it adds to every text.
    added: usize,
    source: ModelSource,
}

/// Where a text may be cut, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    /// A word by Unicode's rules, without a space before it: punctuation, and Chinese.
    WordPart,
    Word,
    Line,
    Sentence,
    Paragraph,
}

impl Splitter {
    fn of(options: &EmbedOptions, cancel: &Cancel) -> Result<Arc<Self>> {
        // One thread or many, it is the same tokenizer.
        let id = ModelId { threads: 0, ..ModelId::new::<TextModel>(options)? };
        if let Some(splitter) = SPLITTERS.lock().get(&id) {
            return Ok(splitter.clone());
        }
        let surroundings = Surroundings {
            hub: Hub::from_env(options.local_files_only),
            runtime: runtime::library(),
            listener: options.on_progress.clone(),
            cancel: cancel.clone(),
        };
        let splitter = Arc::new(id.load(&surroundings, || Self::load(&id, &surroundings))?);
        SPLITTERS.lock().insert(id, splitter.clone());
        Ok(splitter)
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        let paths = id.files(&TOKENIZER_FILES.map(str::to_owned), surroundings)?;
        let unusable = |file: &str, reason: String| id.unusable(format!("{file}: {reason}"));
        let mut tokenizer = Tokenizer::from_bytes(read(&paths[0])?)
            .map_err(|error| unusable(TOKENIZER_FILES[0], error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| id.unusable(error.to_string()))?;

        let config: serde_json::Value = serde_json::from_slice(&read(&paths[1])?)
            .map_err(|error| unusable(TOKENIZER_FILES[1], error.to_string()))?;
        // Some models say 1e30, for no limit of the tokenizer's own; fastembed has one of its own.
        let declared = config["model_max_length"].as_f64().map_or(usize::MAX, |limit| limit as usize);
        let limit = declared.min(InitOptionsUserDefined::default().max_length);
        let added =
            tokenizer.encode("", true).map_err(|error| id.unusable(error.to_string()))?.get_ids().len();
        Ok(Self { tokenizer, limit, added, source: id.source.clone() })
    }

    /// The tokens of a chunk, and those of them that are repeated.
    fn check(&self, size: ChunkSize) -> Result<(usize, usize)> {
        let ChunkSize { max_tokens, overlap } = size;
        let max_tokens = max_tokens.map_or(self.limit, NonZeroUsize::get);
        if max_tokens > self.limit || max_tokens <= self.added {
            return Err(Error::invalid(format!(
                "`maxTokens` must be between {} and {} for {}, not {max_tokens}",
                self.added + 1,
                self.limit,
                self.source
            )));
        }
        let room = max_tokens - self.added;
        let overlap = overlap.unwrap_or((max_tokens / 10).min(room / 2));
        if overlap > room / 2 {
            return Err(Error::invalid(format!(
                "`overlap` must be at most {}, half of what a chunk of {max_tokens} tokens has room for, not {overlap}",
                room / 2
            )));
        }
        Ok((room, overlap))
    }

    /// Where the chunks are, in bytes.
    fn split(&self, text: &str, room: usize, overlap: usize, cancel: &Cancel) -> Result<Vec<Range<usize>>> {
        // Lines of one sentence are not sentences of their own.
        let flat: String = text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }).collect();
        let text = Text { text, flat: &flat };
        let mut chunks: Vec<Range<usize>> = Vec::new();
        let mut start = text.skip_space(0);
        let mut covered = 0;
        while start < text.text.len() {
            cancel.check()?;
            let window = self.window(text.text, start, room)?;
            let end = match window.limit {
                None => text.text.len(),
                Some(limit) => match self.cut(&text, start, covered, limit, room)? {
                    Some(end) => end,
                    // The repeated words leave no room for more: without them, then.
                    None if start < covered => {
                        start = covered;
                        continue;
                    }
                    None => text.next_character(start),
                },
            };
            chunks.push(start..text.trim_end(start, end));
            covered = text.skip_space(end);
            start = covered;
            if start < text.text.len() && overlap > 0 {
                let tokens = window.starts.partition_point(|at| *at < covered);
                let from = window.starts[tokens.saturating_sub(overlap)];
                start = text.repeat_from(chunks[chunks.len() - 1].start, from, covered).unwrap_or(start);
            }
        }
        Ok(chunks)
    }

    /// The tokens from `start` on, at least as many as there is room for if the text has them.
    fn window(&self, text: &str, start: usize, room: usize) -> Result<Window> {
        let mut length = room * BYTES_PER_TOKEN;
        loop {
            let end = text.ceil_char_boundary(start + length);
            let tokens = self.tokenize(&text[start..end])?;
            let starts: Vec<_> = tokens.get_offsets().iter().map(|(at, _)| start + at).collect();
            if starts.len() > room {
                return Ok(Window { limit: Some(starts[room]), starts });
            }
            if end == text.len() {
                return Ok(Window { limit: None, starts });
            }
            length *= 2;
        }
    }

    /// The best end of a chunk between `covered` and `limit`: late, where a large part ends.
    fn cut(
        &self,
        text: &Text,
        start: usize,
        covered: usize,
        limit: usize,
        room: usize,
    ) -> Result<Option<usize>> {
        let first = covered.max(start) + 1;
        let middle = first.max(start + (limit - start) / 2);
        let cuts = text.cuts(start, limit);
        let late = |worst: Cut| {
            let late = cuts.iter().filter(move |(at, cut)| *at >= middle && *cut >= worst);
            late.max_by_key(|(at, cut)| (*cut, *at)).map(|(at, _)| *at)
        };
        let early =
            cuts.iter().rev().filter(|(at, cut)| *at >= first && *cut >= Cut::WordPart).map(|(at, _)| *at);
        let characters = iter::once_with(|| text.characters(start, first, limit)).flatten();
        let candidates = late(Cut::Word).into_iter().chain(early).chain(characters);
        for end in candidates {
            // A text that ends here may have other tokens than the same text in a longer one.
            let chunk = &text.text[start..text.trim_end(start, end)];
            if self.tokenize(chunk)?.len() <= room {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    fn tokenize(&self, text: &str) -> Result<tokenizers::Encoding> {
        self.tokenizer
            .encode(text, false)
            .map_err(|error| Error::internal(error.to_string()).of(&self.source))
    }
}

/// The tokens of a stretch of text.
struct Window {
    /// Where each begins.
    starts: Vec<usize>,
    /// Where the first begins for which there is no room; none if there is room for all.
    limit: Option<usize>,
}

struct Text<'a> {
    text: &'a str,
    /// The same with spaces instead of line ends.
    flat: &'a str,
}

impl Text<'_> {
    fn skip_space(&self, from: usize) -> usize {
        self.text.len() - self.text[from..].trim_start().len()
    }

    fn trim_end(&self, start: usize, end: usize) -> usize {
        start + self.text[start..end].trim_end().len()
    }

    fn next_character(&self, start: usize) -> usize {
        self.text[start..].graphemes(true).next().map_or(self.text.len(), |character| start + character.len())
    }

    /// Where characters, as a reader sees them, end between `first` and `limit`, the last first.
    fn characters(&self, start: usize, first: usize, limit: usize) -> impl Iterator<Item = usize> {
        let ends = self.text[start..].grapheme_indices(true).map(|(at, _)| start + at);
        let ends: Vec<_> = ends.take_while(|at| *at <= limit).filter(|at| *at >= first).collect();
        ends.into_iter().rev()
    }

    /// Where words begin, after `start` and up to `limit`.
    fn cuts(&self, start: usize, limit: usize) -> Vec<(usize, Cut)> {
        // Whether something ends at the limit shows soon after it; the end of a sentence may be far.
        let seen = start..self.text.ceil_char_boundary(limit + LOOKAHEAD);
        let sentences = self.flat[seen.clone()].split_sentence_bound_indices().map(|(at, _)| start + at);
        let mut sentences = sentences.peekable();
        let words = self.text[seen].split_word_bound_indices();
        words
            .map(|(at, word)| (start + at, word))
            .take_while(|(at, _)| *at <= limit)
            .filter(|(at, word)| *at > start && !word.starts_with(char::is_whitespace))
            .map(|(at, _)| {
                while sentences.next_if(|bound| *bound < at).is_some() {}
                let begins_sentence = sentences.peek() == Some(&at);
                let before = &self.text[start..at];
                let space = &before[before.trim_end().len()..];
                let cut = match space.matches('\n').count() {
                    2.. => Cut::Paragraph,
                    _ if begins_sentence => Cut::Sentence,
                    1 => Cut::Line,
                    _ if !space.is_empty() => Cut::Word,
                    _ => Cut::WordPart,
                };
                (at, cut)
            })
            .collect()
    }

    /// Where the part of the chunk from `start` to `end` begins that the next one repeats: after `from`,
    /// with a sentence if one begins there, else with a word.
    fn repeat_from(&self, start: usize, from: usize, end: usize) -> Option<usize> {
        let cuts = self.cuts(start, end);
        let begins = cuts.into_iter().filter(|(at, cut)| (from..end).contains(at) && *cut >= Cut::Word);
        begins.max_by_key(|(at, cut)| ((*cut).max(Cut::Line), std::cmp::Reverse(*at))).map(|(at, _)| at)
    }
}

/// The chunks in `ranges` of bytes, which are in ascending order of their ends and of their starts.
fn with_utf16_offsets(text: &str, ranges: Vec<Range<usize>>) -> Vec<Chunk> {
    let length = |range: Range<usize>| text[range].encode_utf16().count();
    let (mut byte, mut unit) = (0, 0);
    ranges
        .into_iter()
        .map(|range| {
            unit += length(byte..range.start);
            byte = range.start;
            Chunk { start: unit, end: unit + length(range.clone()), text: text[range].to_owned() }
        })
        .collect()
}
