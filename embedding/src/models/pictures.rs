//! Images in the forms that a request can write.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use url::Url;

use crate::decode::{ImageSource, from_base64};
use crate::error::{Error, Result, chain};
use crate::pending::Pending;
use crate::tls;

/// Bounds of what is loaded from the web, of each image.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
const MAX_TIME: Duration = Duration::from_secs(30);

/// Images of a call that are loaded at the same time.
const CONNECTIONS: usize = 4;

/// Shorter texts than this are paths, whatever their letters; what is longer than that is none.
const MIN_BASE64: usize = 64;
const MAX_PATH: usize = 4096;

/// What the images of a call are read from.
pub(super) enum Pictures {
    Here(Vec<ImageSource>),
    /// Some of them come from the web.
    Loading(Pending<ImageSource>),
}

enum Picture {
    Here(ImageSource),
    Web(Url),
}

impl Pictures {
    pub(super) fn of(images: Vec<String>, allow_web: bool) -> Result<Self> {
        let pictures = images.into_iter().map(Picture::of).collect::<Result<Vec<_>>>()?;
        let web = pictures.iter().find_map(|picture| match picture {
            Picture::Web(url) => Some(url),
            Picture::Here(_) => None,
        });
        match web {
            None => Ok(Pictures::Here(pictures.into_iter().filter_map(Picture::here).collect())),
            Some(url) if !allow_web => Err(Error::invalid(format!(
                "image {url}: images from the web are not loaded unless the option `inference.allowHttpImages` allows it"
            ))),
            Some(_) => load(pictures).map(Pictures::Loading),
        }
    }
}

impl Picture {
    fn of(text: String) -> Result<Self> {
        let scheme =
            |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if scheme("data:") {
            return from_data_url(&text).map(Picture::Here);
        }
        if scheme("http://") || scheme("https://") {
            let url = Url::parse(&text);
            return url.map(Picture::Web).map_err(|error| Error::invalid(format!("image {text}: {error}")));
        }
        if scheme("file:") {
            let path = Url::parse(&text).ok().and_then(|url| url.to_file_path().ok());
            return path.map(|path| Picture::Here(ImageSource::Path(path))).ok_or_else(|| {
                Error::invalid(format!("image {text}: a file:// URL needs an absolute path on this machine"))
            });
        }
        if is_base64_of_image(&text) {
            return Ok(Picture::Here(ImageSource::Base64(text)));
        }
        if text.len() > MAX_PATH {
            return Err(Error::invalid(format!(
                "an image of {} letters is too long for a path, and does not begin as a picture does in base64",
                text.len()
            )));
        }
        Ok(Picture::Here(ImageSource::Path(text.into())))
    }

    fn here(self) -> Option<ImageSource> {
        match self {
            Picture::Here(source) => Some(source),
            Picture::Web(_) => None,
        }
    }

    fn load(&self) -> Result<ImageSource> {
        match self {
            Picture::Here(source) => Ok(source.clone()),
            Picture::Web(url) => download(url).map(ImageSource::Bytes),
        }
    }
}

/// `data:image/png;base64,…`
fn from_data_url(text: &str) -> Result<ImageSource> {
    let bad = |reason: &str| Error::invalid(format!("an image is a data: URL {reason}"));
    let (head, data) = text.split_once(',').ok_or_else(|| bad("without data"))?;
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return Err(bad("that is not in base64"));
    }
    Ok(ImageSource::Base64(data.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")))
}

/// Whether a text begins as an image does in base64. A path with an extension has a dot, which is no letter
/// of base64.
fn is_base64_of_image(text: &str) -> bool {
    let start = text.get(..MIN_BASE64).and_then(|start| from_base64(start).ok());
    start.is_some_and(|bytes| image::guess_format(&bytes).is_ok()) && !text.contains('.')
}

/// Loads on threads of their own: a slow host keeps no model waiting.
fn load(pictures: Vec<Picture>) -> Result<Pending<ImageSource>> {
    let (reply, pending) = Pending::channel();
    thread::Builder::new()
        .name("embedding-load".to_owned())
        .spawn(move || {
            let result = load_all(&pictures, &reply);
            let _ = reply.send(result);
        })
        .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
    Ok(pending)
}

fn load_all(
    pictures: &[Picture],
    reply: &oneshot::Sender<Result<Vec<ImageSource>>>,
) -> Result<Vec<ImageSource>> {
    let next = AtomicUsize::new(0);
    let loaded: Vec<_> = pictures.iter().map(|_| Mutex::new(None)).collect();
    let failed = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS.min(pictures.len()) {
            scope.spawn(|| {
                // Nobody may be waiting any more.
                while !reply.is_closed() && failed.lock().is_none() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(picture) = pictures.get(number) else { return };
                    match picture.load() {
                        Ok(source) => *loaded[number].lock() = Some(source),
                        Err(error) => *failed.lock() = Some(error),
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner() {
        return Err(error);
    }
    Ok(loaded.into_iter().filter_map(Mutex::into_inner).collect())
}

fn download(url: &Url) -> Result<Vec<u8>> {
    let failed = |reason: String| Error::invalid(format!("image {url}: {reason}"));
    let agent = ureq::Agent::config_builder()
        .tls_config(tls::config())
        .timeout_global(Some(MAX_TIME))
        .build()
        .new_agent();
    let mut response = agent.get(url.as_str()).call().map_err(|error| failed(chain(&error)))?;
    // One more than is allowed tells that there is more.
    let bytes = response.body_mut().with_config().limit(MAX_BYTES + 1).read_to_vec();
    match bytes {
        Ok(bytes) if bytes.len() as u64 <= MAX_BYTES => Ok(bytes),
        Ok(_) | Err(ureq::Error::BodyExceedsLimit(_)) => {
            Err(failed(format!("has more than {MAX_BYTES} bytes, which is too much")))
        }
        Err(error) => Err(failed(chain(&error))),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn path(text: &str) -> Option<PathBuf> {
        match Picture::of(text.to_owned()).unwrap() {
            Picture::Here(ImageSource::Path(path)) => Some(path),
            Picture::Here(_) | Picture::Web(_) => None,
        }
    }

    #[test]
    fn a_text_is_a_path_unless_it_is_something_else() {
        let long = "a/".repeat(60);
        for text in ["cat.jpg", "/9j/4AAQSkZJRg", "C:\\cats\\cat.jpg", long.as_str(), "", "é"] {
            assert_eq!(path(text), Some(PathBuf::from(text)));
        }
        #[cfg(unix)]
        assert_eq!(path("file:///tmp/a%20cat.jpg"), Some(PathBuf::from("/tmp/a cat.jpg")));
        let jpeg = [&[0xff, 0xd8, 0xff, 0xe0][..], &[0xfb; 100]].concat();
        let for_urls = URL_SAFE_NO_PAD.encode(&jpeg);
        let jpeg = STANDARD.encode(&jpeg);
        for text in
            [jpeg.clone(), for_urls, format!("data:image/jpeg;base64,{jpeg}"), "DATA:;BASE64,".to_owned()]
        {
            let picture = Picture::of(text).unwrap();
            assert!(matches!(picture, Picture::Here(ImageSource::Base64(_))));
        }
        let not_an_image = STANDARD.encode([1; 100]);
        assert_eq!(path(&not_an_image), Some(PathBuf::from(&not_an_image)));
        for text in [
            "data:image/png,abc",
            "data:image/png;base64",
            "file://elsewhere/cat.jpg",
            "http://",
            &"a/".repeat(3000),
        ] {
            assert!(Picture::of(text.to_owned()).is_err(), "{text}");
        }
    }
}
