//! Listing and downloading of models.

use std::path::{Path, PathBuf};

use crate::cancel::Cancel;
use crate::catalog::{self, Known, Purpose};
use crate::error::Result;
use crate::facts;
use crate::hub::{self, Hub};
use crate::options::ProgressListener;

/// A model that can be used by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its name: a repository of the Hugging Face hub, and the file if that is not its main one.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Numbers of a vector, where that is the same for all.
    pub dimension: Option<usize>,
    /// What it is, in a sentence.
    pub description: String,
    /// Its licence by its name on the hub, where that is known.
    pub license: Option<&'static str>,
    /// ISO 639 codes of the languages that it knows, or `multilingual` for dozens of them, where they are
    /// known; none of image models.
    pub languages: Option<Vec<&'static str>>,
    /// Bytes of its files, where they are here; else about as many as they have, where that is known.
    pub size: Option<u64>,
    /// Whether all of its files are here.
    pub cached: bool,
}

/// The models that can be used by name, those for one purpose or all; by purpose and name.
///
/// # Errors
/// When there is no cache folder.
pub fn list_models(purpose: Option<Purpose>, cache_dir: Option<&Path>) -> Result<Vec<ModelInfo>> {
    let cache_dir = cache_folder(cache_dir)?;
    let wanted =
        catalog::all().into_iter().filter(|model| purpose.is_none_or(|purpose| model.purpose == purpose));
    let info = |model: Known| {
        let on_disk = hub::size_on_disk(catalog::repository(&model.name), &model.files(), &cache_dir);
        let size = on_disk.or_else(|| facts::size_of(&model.name));
        let facts = facts::of(catalog::repository(&model.name));
        let license = facts.as_ref().map(|facts| facts.license);
        let languages =
            facts.filter(|facts| !facts.languages.is_empty()).map(|facts| facts.languages.to_vec());
        let Known { name, purpose, dimension, description, .. } = model;
        ModelInfo {
            name,
            purpose,
            dimension,
            description,
            license,
            languages,
            size,
            cached: on_disk.is_some(),
        }
    };
    Ok(wanted.map(info).collect())
}

/// Makes the files of the model called `name` be here, of every kind that it has: downloads what is
/// missing and what is damaged. Blocks meanwhile.
///
/// # Errors
/// When there is no model of that name, or it cannot be had.
pub fn download_model(
    name: &str,
    cache_dir: Option<&Path>,
    listener: Option<&ProgressListener>,
    cancel: &Cancel,
) -> Result<()> {
    let models = catalog::named(name)?;
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for model in &models {
        let repository = catalog::repository(&model.name);
        match files.iter_mut().find(|(name, _)| *name == repository) {
            Some((_, files)) => files
                .extend(model.files().into_iter().filter(|file| !files.contains(file)).collect::<Vec<_>>()),
            None => files.push((repository, model.files())),
        }
    }
    Hub::from_env(false).download_all(&files, &cache_folder(cache_dir)?, listener, cancel)
}

fn cache_folder(cache_dir: Option<&Path>) -> Result<PathBuf> {
    cache_dir.map_or_else(hub::model_cache_dir, hub::absolute)
}
