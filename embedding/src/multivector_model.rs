use fastembed::{Error as FastembedError, OutputKey, SingleBatchOutput, TextEmbedding};

use crate::error::{Error, Result, chain};
use crate::model::{Embedding, Model, ModelId, Surroundings, check_dimension};
use crate::options::ModelSource;
use crate::text_model::TextNetwork;

/// In the order of preference. The first is what ColBERT's network calls it.
const TOKEN_OUTPUTS: &[OutputKey] = &[
    OutputKey::OnlyOne,
    OutputKey::ByName("contextual"),
    OutputKey::ByName("token_embeddings"),
    OutputKey::ByName("last_hidden_state"),
];

/// A model whose vectors of tokens are kept, each by itself, for late interaction.
pub(crate) struct MultivectorModel {
    network: TextNetwork,
    source: ModelSource,
}

impl Model for MultivectorModel {
    type Input = String;
    /// A vector for each token.
    type Output = Vec<Embedding>;

    const DEFAULT_BATCH_SIZE: usize = 32;

    fn full_name(name: &str) -> Result<String> {
        Err(Error::not_found(format!(
            "no model `{name}` with a vector for each token is known; pass a folder that holds one"
        )))
    }

    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self> {
        Ok(Self { network: TextNetwork::load(id, surroundings)?, source: id.source.clone() })
    }

    fn embed(&mut self, _first: usize, batch: &[String], _next: &[String]) -> Result<Vec<Vec<Embedding>>> {
        let Self { network, source } = self;
        let keep_length = network.keep_length;
        let embed = |network: &mut TextEmbedding, texts: &[&str]| {
            let output = network.transform(texts, Some(texts.len()))?;
            output.export_with_transformer(|batches| {
                let mut rows = Vec::with_capacity(texts.len());
                for batch in batches {
                    rows.extend(token_vectors(batch, keep_length)?);
                }
                Ok(rows)
            })
        };
        let rows = network.run(batch, embed).map_err(|error| Error::internal(chain(&error)).of(&*source))?;
        check_dimension(source, rows.iter().flatten())?;
        Ok(rows)
    }
}

/// The vectors of the tokens of each text, without those that only fill it up.
fn token_vectors(batch: &SingleBatchOutput, keep_length: bool) -> fastembed::Result<Vec<Vec<Embedding>>> {
    let tensor = batch.select_output(&TOKEN_OUTPUTS)?;
    let mask = &batch.attention_mask_array;
    let &[texts, tokens, dimension] = tensor.shape() else {
        return Err(FastembedError::InvalidShape(format!(
            "the output has the shape {:?}, not [texts, tokens, dimension]",
            tensor.shape()
        )));
    };
    if mask.shape() != [texts, tokens] {
        return Err(FastembedError::InvalidShape(format!(
            "the output has the shape {:?}, not one vector for each of the {:?} tokens",
            tensor.shape(),
            mask.shape()
        )));
    }
    let vector = |text: usize, token: usize| {
        let vector: Embedding = (0..dimension).map(|place| tensor[[text, token, place]]).collect();
        if keep_length { vector } else { of_unit_length(vector) }
    };
    let of_text = |text: usize| {
        (0..tokens).filter(|token| mask[[text, *token]] == 1).map(|token| vector(text, token)).collect()
    };
    Ok((0..texts).map(of_text).collect())
}

fn of_unit_length(mut vector: Embedding) -> Embedding {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    }
    vector
}
