//! Vectors that arrive beside the JSON of a request, in one buffer of numbers.
//!
//! Numbers cost most of the time that JSON takes. A caller that has them in memory already, such as
//! the Node.js binding, puts `"\u0000f32:<offset>:<length>"` in the place of each list of numbers that
//! is a vector, a row of a multivector or the values of a sparse vector, and lends the numbers
//! themselves with [`PackedVectors::with`].

use std::cell::Cell;
use std::fmt;
use std::ptr;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

const PREFIX: &str = "\0f32:";

thread_local! {
    static BUFFER: Cell<*const [f32]> = const { Cell::new(ptr::slice_from_raw_parts(ptr::null(), 0)) };
}

/// The buffer that placeholders in a request refer to.
pub struct PackedVectors;

impl PackedVectors {
    /// Runs `parse` with `buffer` as what placeholders refer to, on this thread and for this call.
    ///
    /// Offsets and lengths count numbers, not bytes. A placeholder that leaves the buffer, or that is
    /// met outside of this function, is no vector.
    pub fn with<T>(buffer: &[f32], parse: impl FnOnce() -> T) -> T {
        struct Restore(*const [f32]);
        impl Drop for Restore {
            fn drop(&mut self) {
                BUFFER.set(self.0);
            }
        }
        let _restore = Restore(BUFFER.replace(buffer));
        parse()
    }

    /// Copies out what a placeholder refers to. `None` if it is none, or leaves the buffer.
    fn get(placeholder: &str) -> Option<Vec<f32>> {
        let (offset, length) = placeholder.strip_prefix(PREFIX)?.split_once(':')?;
        let offset: usize = offset.parse().ok()?;
        let end = offset.checked_add(length.parse().ok()?)?;
        let buffer = BUFFER.get();
        if buffer.is_null() {
            return None;
        }
        // SAFETY: only `with` sets the pointer, to a slice that it borrows until it resets it, even
        // when it unwinds; and the reference does not leave this function.
        unsafe { &*buffer }.get(offset..end).map(<[f32]>::to_vec)
    }

    /// Whether a string stands for a vector, valid or not.
    pub(super) fn is_placeholder(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// What a placeholder refers to, for the visitors of types that hold vectors.
    pub(super) fn resolve<E: de::Error>(text: &str, visitor: &dyn de::Expected) -> Result<Vec<f32>, E> {
        Self::get(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), visitor))
    }
}

/// A list of numbers in either form.
pub(super) struct Floats(pub Vec<f32>);

impl<'de> Deserialize<'de> for Floats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FloatsVisitor;

        impl<'de> Visitor<'de> for FloatsVisitor {
            type Value = Floats;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a list of numbers")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Floats, E> {
                PackedVectors::resolve(text, &self).map(Floats)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Floats, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = list.next_element()? {
                    numbers.push(number);
                }
                Ok(Floats(numbers))
            }
        }

        deserializer.deserialize_any(FloatsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    fn parse(json: &str) -> Option<Vec<f32>> {
        serde_json::from_str::<Floats>(json).ok().map(|floats| floats.0)
    }

    #[test]
    fn a_placeholder_stands_for_its_part_of_the_buffer() {
        let buffer = [0.0, 1.0, 2.0, 3.0];
        PackedVectors::with(&buffer, || {
            assert_eq!(parse(r#""\u0000f32:1:2""#), Some(vec![1.0, 2.0]));
            assert_eq!(parse(r#""\u0000f32:0:4""#), Some(buffer.to_vec()));
            assert_eq!(parse(r#""\u0000f32:4:0""#), Some(vec![]));
            assert_eq!(parse("[4, 5.5]"), Some(vec![4.0, 5.5]));
        });
    }

    #[test]
    fn a_placeholder_that_leaves_the_buffer_is_no_vector() {
        PackedVectors::with(&[1.0, 2.0], || {
            for text in
                ["1:2", "3:0", "0:18446744073709551615", "18446744073709551615:1", "-1:1", "0", "", "a:b"]
            {
                assert_eq!(parse(&format!(r#""\u0000f32:{text}""#)), None, "{text}");
            }
            assert_eq!(parse(r#""f32:0:1""#), None);
        });
    }

    #[test]
    fn the_buffer_ends_with_the_call_even_if_it_panics() {
        let placeholder = r#""\u0000f32:0:1""#;
        assert_eq!(parse(placeholder), None);
        PackedVectors::with(&[1.0], || {
            let inner =
                panic::catch_unwind(|| PackedVectors::with(&[2.0], || panic!("{:?}", parse(placeholder))));
            assert!(inner.is_err());
            assert_eq!(parse(placeholder), Some(vec![1.0]));
        });
        assert_eq!(parse(placeholder), None);
    }
}
