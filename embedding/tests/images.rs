//! Image embeddings through the public API, with a real model.

mod common;

use std::fs;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use common::{cosine, efficientnet, repository};
use qdrant_embedded_embedding::{
    EmbedOptions, ErrorKind, FolderSettings, ImageSource, ModelSource, Progress, embed_images, unload_model,
};

fn photo(file: &str) -> ImageSource {
    ImageSource::Path(repository("examples/image-search/data/images").join(file))
}

/// The photographs' files and their vectors, made with ONNX Runtime and Pillow.
fn reference() -> Vec<(String, Vec<f32>)> {
    let data = repository("examples/image-search/data");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(data.join("manifest.json")).unwrap()).unwrap();
    let numbers: Vec<f32> = fs::read(data.join("reference-efficientnet-lite0.f32"))
        .unwrap()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let files = manifest.as_array().unwrap().iter().map(|entry| entry["file"].as_str().unwrap().to_owned());
    files.zip(numbers.chunks_exact(1280).map(<[f32]>::to_vec)).collect()
}

#[test]
fn vectors_agree_with_an_independent_implementation() {
    let reference = reference();
    assert_eq!(reference.len(), 174);
    let images = reference.iter().map(|(file, _)| photo(file)).collect();
    let vectors = embed_images(images, efficientnet()).wait().unwrap();
    let cosines: Vec<f32> =
        vectors.iter().zip(&reference).map(|(vector, (_, expected))| cosine(vector, expected)).collect();
    let worst = cosines.iter().copied().fold(1.0, f32::min);
    let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
    println!("cosine to the reference: worst {worst}, mean {mean}");
    assert!(worst >= 0.99 && mean >= 0.999, "worst {worst}, mean {mean}");
}

#[test]
fn a_picture_gets_the_same_vector_in_any_batch_and_from_path_or_bytes() {
    let files = ["cat/original.jpg", "coffee/original.jpg", "rocket/original.jpg"];
    let by_path = embed_images(files.map(photo).to_vec(), efficientnet()).wait().unwrap();
    let bytes = files.map(|file| match photo(file) {
        ImageSource::Path(path) => ImageSource::Bytes(fs::read(path).unwrap()),
        bytes => bytes,
    });
    let one_by_one = EmbedOptions { batch_size: NonZeroUsize::new(1), ..efficientnet() };
    let by_bytes = embed_images(bytes.to_vec(), one_by_one).wait().unwrap();
    for (a, b) in by_path.iter().zip(&by_bytes) {
        assert!(cosine(a, b) > 0.99999);
    }
    assert!(cosine(&by_path[0], &by_path[1]) < 0.9);
}

#[test]
fn the_first_bad_image_is_named_with_its_index_and_the_model_lives_on() {
    let mut images = vec![photo("cat/original.jpg"); 12];
    images[9] = photo("cat/no-such-file.jpg");
    images[11] = ImageSource::Bytes(b"not a picture".to_vec());
    let error = embed_images(images, efficientnet()).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().starts_with("image 9 ("), "{error}");
    assert!(error.to_string().contains("no-such-file.jpg): no such file"), "{error}");
    assert_eq!(embed_images(vec![photo("cat/original.jpg")], efficientnet()).wait().unwrap().len(), 1);
}

#[test]
fn progress_counts_the_images_up_to_all_of_them() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    let options = EmbedOptions {
        batch_size: NonZeroUsize::new(2),
        on_progress: Some(Arc::new(move |progress| listener.lock().unwrap().push(progress))),
        ..efficientnet()
    };
    embed_images(vec![photo("cat/original.jpg"); 5], options).wait().unwrap();
    let expected: Vec<_> = [2, 4, 5].map(|done| Progress::Embed { done, total: 5 }).into();
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[test]
fn a_folder_without_a_model_is_refused_with_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.onnx"), b"not a network").unwrap();
    let options = || EmbedOptions {
        model: Some(ModelSource::Folder {
            path: folder.path().to_owned(),
            settings: FolderSettings::default(),
        }),
        ..efficientnet()
    };
    let error = embed_images(vec![photo("cat/original.jpg")], options()).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().ends_with("lacks preprocessor_config.json"), "{error}");

    fs::write(folder.path().join("preprocessor_config.json"), b"{}").unwrap();
    let error = embed_images(vec![photo("cat/original.jpg")], options()).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("cannot be loaded"), "{error}");
    assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
}

#[test]
fn an_unloaded_model_is_loaded_again_by_the_next_call() {
    // A copy, so that other tests do not share it.
    let folder = tempfile::tempdir().unwrap();
    for file in ["model.onnx", "preprocessor_config.json"] {
        let from = repository("examples/image-search/data/models/efficientnet-lite0").join(file);
        fs::copy(from, folder.path().join(file)).unwrap();
    }
    let source = ModelSource::Folder { path: folder.path().to_owned(), settings: FolderSettings::default() };
    let options = || EmbedOptions { model: Some(source.clone()), ..efficientnet() };
    let image = || vec![photo("cat/original.jpg")];
    assert_eq!(unload_model(Some(&source)).unwrap(), 0);
    let first = embed_images(image(), options()).wait().unwrap();
    let queued = embed_images(image(), options());
    assert_eq!(unload_model(Some(&source)).unwrap(), 1);
    assert_eq!(queued.wait().unwrap(), first, "a call made before is answered");
    assert_eq!(unload_model(Some(&source)).unwrap(), 0);
    assert_eq!(embed_images(image(), options()).wait().unwrap(), first);
    assert_eq!(unload_model(Some(&source)).unwrap(), 1);
}

#[test]
fn nothing_in_gives_nothing_out_without_a_model() {
    assert!(embed_images(Vec::new(), EmbedOptions::default()).wait().unwrap().is_empty());
}
