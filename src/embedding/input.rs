//! What is to be embedded, as JavaScript gives it.

use std::path::PathBuf;

use napi::bindgen_prelude::{Array, FromNapiValue, Uint8ArraySlice, Unknown};
use napi::{JsValue, ValueType};
use qdrant_embedded_embedding::ImageSource;

use super::bad_argument;
use super::options::wrong_type;

pub fn read_images(images: Unknown) -> napi::Result<Vec<ImageSource>> {
    read_list(images, "images", "a path, a Buffer or a Uint8Array", |image| {
        if image.get_type()? == ValueType::String {
            return Ok(Some(ImageSource::Path(PathBuf::from(to::<String>(image)?))));
        }
        Ok(to::<Uint8ArraySlice>(image).ok().map(|bytes| ImageSource::Bytes(bytes.to_vec())))
    })
}

pub fn read_texts(texts: Unknown) -> napi::Result<Vec<String>> {
    read_texts_of("texts", texts)
}

pub fn read_texts_of(name: &str, texts: Unknown) -> napi::Result<Vec<String>> {
    read_list(texts, name, "a string", |text| {
        if text.get_type()? == ValueType::String { to(text).map(Some) } else { Ok(None) }
    })
}

/// The string that an argument of this name must be.
pub fn read_text(name: &str, text: Unknown) -> napi::Result<String> {
    if text.get_type()? == ValueType::String {
        to(text)
    } else {
        Err(bad_argument(format!("`{name}` must be a string")))
    }
}

/// The options of a call. `undefined` and `null` stand for none.
pub fn read_options_object<T: FromNapiValue>(options: Option<Unknown>) -> napi::Result<Option<T>> {
    let Some(options) = options else { return Ok(None) };
    if options.get_type()? != ValueType::Object {
        return Err(bad_argument("`options` must be an object"));
    }
    to(options).map(Some).map_err(wrong_type)
}

fn read_list<T>(
    list: Unknown,
    name: &str,
    item_type: &str,
    read: impl Fn(Unknown) -> napi::Result<Option<T>>,
) -> napi::Result<Vec<T>> {
    let Ok(list) = to::<Array>(list) else {
        return Err(bad_argument(format!("`{name}` must be an array, each item of it {item_type}")));
    };
    (0..list.len())
        .map(|index| {
            let item = list.get::<Unknown>(index)?;
            let read = item.map(&read).transpose()?.flatten();
            read.ok_or_else(|| bad_argument(format!("`{name}[{index}]` must be {item_type}")))
        })
        .collect()
}

fn to<'env, T: FromNapiValue>(value: Unknown<'env>) -> napi::Result<T> {
    let value = value.value();
    // SAFETY: environment and value belong together, and the conversion checks the type.
    unsafe { T::from_napi_value(value.env, value.value) }
}
