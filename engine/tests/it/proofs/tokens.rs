//! What the settings of a full-text index mean.

use serde_json::Value;

/// The settings, with the defaults of a field without an index.
#[derive(Clone, Debug)]
pub struct TextIndex {
    tokenizer: String,
    lowercase: bool,
    min_token_len: usize,
    max_token_len: usize,
    stopwords: Vec<String>,
}

impl Default for TextIndex {
    fn default() -> Self {
        Self::new(&Value::Null)
    }
}

impl TextIndex {
    /// From the schema of an index.
    pub fn new(schema: &Value) -> Self {
        let length = |name: &str| schema[name].as_u64().map(|length| length as usize);
        let lowercase = schema["lowercase"].as_bool().unwrap_or(true);
        let stopwords = schema["stopwords"]["custom"].as_array().into_iter().flatten();
        let stopwords = stopwords.map(|word| word.as_str().unwrap());
        Self {
            tokenizer: schema["tokenizer"].as_str().unwrap_or("word").to_owned(),
            lowercase,
            min_token_len: length("min_token_len").unwrap_or(0),
            max_token_len: length("max_token_len").unwrap_or(usize::MAX),
            stopwords: stopwords
                .map(|word| if lowercase { word.to_lowercase() } else { word.to_owned() })
                .collect(),
        }
    }

    /// Whether the text has all words of the query, in any order.
    pub fn has_all(&self, text: &str, query: &str) -> bool {
        let (text, query) = (self.of_text(text), self.of_query(query));
        !query.is_empty() && query.iter().all(|token| text.contains(token))
    }

    /// Whether the text has one of the words of the query.
    pub fn has_any(&self, text: &str, query: &str) -> bool {
        let (text, query) = (self.of_text(text), self.of_query(query));
        query.iter().any(|token| text.contains(token))
    }

    /// Whether the text has the words of the query side by side.
    pub fn has_phrase(&self, text: &str, query: &str) -> bool {
        let (text, query) = (self.of_text(text), self.of_text(query));
        !query.is_empty() && text.windows(query.len()).any(|words| words == query)
    }

    fn words(&self, text: &str) -> Vec<String> {
        let words: Vec<&str> = match self.tokenizer.as_str() {
            "whitespace" => text.split_whitespace().collect(),
            _ => text.split(|letter: char| !letter.is_alphanumeric()).collect(),
        };
        let cased = |word: &str| if self.lowercase { word.to_lowercase() } else { word.to_owned() };
        words.into_iter().filter(|word| !word.is_empty()).map(cased).collect()
    }

    fn of_text(&self, text: &str) -> Vec<String> {
        let mut words = self.words(text);
        words.retain(|word| !self.stopwords.contains(word) && word.chars().count() >= self.min_token_len);
        if self.tokenizer != "prefix" {
            words.retain(|word| word.chars().count() <= self.max_token_len);
            return words;
        }
        // The beginnings of each word, from the shortest to the longest that count.
        let beginnings = words.iter().flat_map(|word| {
            let letters: Vec<char> = word.chars().collect();
            let longest = letters.len().min(self.max_token_len);
            let shortest = self.min_token_len.max(1).min(longest);
            (shortest..=longest)
                .map(move |length| letters[..length].iter().collect())
                .collect::<Vec<String>>()
        });
        beginnings.collect()
    }

    fn of_query(&self, query: &str) -> Vec<String> {
        if self.tokenizer != "prefix" {
            return self.of_text(query);
        }
        let mut words = self.words(query);
        words.retain(|word| word.chars().count() >= self.min_token_len);
        words.iter().map(|word| word.chars().take(self.max_token_len).collect()).collect()
    }
}
