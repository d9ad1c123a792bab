//! The models, pictures and library that the tests use, all of this repository.

use std::path::PathBuf;
use std::sync::Once;

use qdrant_embedded_embedding::{EmbedOptions, FolderSettings, ModelSource, set_onnx_runtime_path};

pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Points at the library of the npm package `onnxruntime-node`, unless the environment names one.
pub fn with_runtime() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (platform, library) = match std::env::consts::OS {
            "macos" => ("darwin", "libonnxruntime.1.dylib"),
            "windows" => ("win32", "onnxruntime.dll"),
            other => (other, "libonnxruntime.so.1"),
        };
        let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
        let folder = repository("node_modules/onnxruntime-node/bin/napi-v6").join(platform).join(arch);
        set_onnx_runtime_path(std::path::absolute(folder.join(library)).unwrap());
    });
}

pub fn efficientnet() -> EmbedOptions {
    with_runtime();
    EmbedOptions {
        model: Some(ModelSource::Folder {
            path: repository("examples/image-search/data/models/efficientnet-lite0"),
            settings: FolderSettings::default(),
        }),
        ..EmbedOptions::default()
    }
}

pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
