//! The objects of a request by their models.

use std::collections::HashMap;
use std::mem;

use serde_json::{Map, Value};

use super::service::{InferenceBatch, Purpose};
use crate::model::{InferenceInput, InferenceObject};

/// Model and options.
type Key = (String, Option<Map<String, Value>>);

/// Batches in the making.
#[derive(Default)]
pub(super) struct Batches {
    numbers: HashMap<Key, usize>,
    /// For each batch, the inputs with their numbers.
    inputs: Vec<HashMap<InferenceInput, usize>>,
}

impl Batches {
    pub(super) fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Takes the input of an object, and tells in which batch it is, and where there.
    pub(super) fn add(&mut self, object: &mut InferenceObject) -> (usize, usize) {
        let InferenceObject { input, model, options } = object;
        let input = mem::replace(input, InferenceInput::Text(String::new()));
        let next = self.inputs.len();
        let batch = *self.numbers.entry((model.clone(), options.clone())).or_insert(next);
        if batch == next {
            self.inputs.push(HashMap::new());
        }
        let inputs = &mut self.inputs[batch];
        let next = inputs.len();
        (batch, *inputs.entry(input).or_insert(next))
    }

    pub(super) fn finish(self, purpose: Purpose) -> Vec<InferenceBatch> {
        let Self { numbers, inputs } = self;
        let mut keys: Vec<_> = numbers.into_iter().collect();
        keys.sort_unstable_by_key(|(_, number)| *number);
        let batches = keys.into_iter().zip(inputs).map(|(((model, options), _), inputs)| {
            let mut inputs: Vec<_> = inputs.into_iter().collect();
            inputs.sort_unstable_by_key(|(_, number)| *number);
            InferenceBatch {
                model,
                options,
                purpose,
                inputs: inputs.into_iter().map(|(input, _)| input).collect(),
            }
        });
        batches.collect()
    }
}
