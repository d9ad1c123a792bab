//! Where a snapshot to recover from comes from.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::Agent;
use url::Url;

use super::SnapshotFolder;
use super::folder::{file_checksum, is_file_name};
use super::room::{no_room, room};
use crate::error::{Error, Result};
use crate::model::SnapshotSource;

/// Time to reach a host, for its answer to begin, and for more of it to come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// A file with the snapshot, whose checksum is right. From the web it is loaded into the folder `work`;
/// a name without a folder is looked up in `folder`.
///
/// # Errors
/// [`Error::NotFound`] for a name that is not in `folder`, [`Error::BadRequest`] for another location
/// that leads nowhere, [`Error::WrongInput`] for a wrong checksum and for what a host refuses,
/// [`Error::Service`] for one that cannot be reached.
pub(crate) fn fetch(source: &SnapshotSource, folder: &SnapshotFolder, work: &Path) -> Result<PathBuf> {
    source.validate()?;
    let SnapshotSource { location, priority: _, checksum, api_key } = source;
    let file = match web_or_path(location)? {
        Location::Web(url) => {
            let file = work.join("download");
            download(&url, api_key.as_deref(), &file)?;
            file
        }
        Location::Path(_) if is_file_name(location) => folder.find(location)?,
        Location::Path(path) if path.is_file() => path,
        Location::Path(path) => {
            return Err(Error::BadRequest(format!("Snapshot file {path:?} does not exist")));
        }
    };
    if let Some(expected) = checksum {
        let got = file_checksum(&file)?;
        if !got.eq_ignore_ascii_case(expected) {
            return Err(Error::WrongInput(format!(
                "Snapshot checksum mismatch: expected {expected}, got {got}"
            )));
        }
    }
    Ok(file)
}

enum Location {
    Path(PathBuf),
    Web(Url),
}

fn web_or_path(location: &str) -> Result<Location> {
    // `C:\data` is no URL, though it looks like one.
    let Some(url) =
        Url::parse(location).ok().filter(|url| url.scheme().len() > 1 && location.contains("://"))
    else {
        return Ok(Location::Path(PathBuf::from(location)));
    };
    match url.scheme() {
        "http" | "https" => Ok(Location::Web(url)),
        "file" => url.to_file_path().map(Location::Path).map_err(|()| {
            Error::BadRequest("Invalid snapshot URI, file path must be absolute or on localhost".to_owned())
        }),
        scheme => Err(Error::BadRequest(format!("URL {url} with scheme {scheme} is not supported"))),
    }
}

fn download(url: &Url, api_key: Option<&str>, to: &Path) -> Result<()> {
    let agent = Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_per_read(Some(STALL_TIMEOUT))
        .http_status_as_error(false)
        // The key is for the host that it was given for.
        .max_redirects(if api_key.is_some() { 0 } else { 10 })
        .max_redirects_will_error(false)
        .build();
    let agent = Agent::from(agent);
    let failed =
        |reason: &dyn Display| Error::Service(format!("Http request error: {reason} for url ({url})"));
    let mut request = agent.get(url.as_str());
    if let Some(key) = api_key {
        request = request.header("api-key", key);
    }
    let mut response = request.call().map_err(|error| failed(&error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(Error::WrongInput(format!("Failed to download tar from {url}: status - {status}")));
    }
    let storage = |error| Error::storage(to, error);
    let room = to.parent().map_or(0, room);
    let no_room = || no_room(format_args!("{url} is larger than what is free"));
    if response.body().content_length().is_some_and(|length| length > room) {
        return Err(no_room());
    }
    let mut file = File::create_new(to).map_err(storage)?;
    let mut body = response.body_mut().as_reader();
    let mut buffer = vec![0; 1 << 18];
    let mut left = room;
    loop {
        let count = match body.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(&error)),
        };
        left = left.checked_sub(count as u64).ok_or_else(no_room)?;
        file.write_all(&buffer[..count]).map_err(storage)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};
    use std::{fs, str};

    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// Answers one request with `answer`; ends with the headers of that request.
    fn serve(answer: &'static str) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/snapshots/a.snapshot", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let headers = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(answer.as_bytes()).unwrap();
            headers
        });
        (url, server)
    }

    fn fetch_into(work: &Path, source: &SnapshotSource) -> Result<String> {
        let folder = SnapshotFolder::new(work.join("snapshots"));
        fetch(source, &folder, work).map(|file| fs::read_to_string(file).unwrap())
    }

    #[test]
    fn a_file_is_found_by_path_url_and_name() {
        let work = tempfile::tempdir().unwrap();
        let snapshots = work.path().join("snapshots");
        fs::create_dir(&snapshots).unwrap();
        let file = snapshots.join("a b.snapshot");
        fs::write(&file, "abc").unwrap();
        let url = Url::from_file_path(&file).unwrap();
        for location in [file.to_str().unwrap(), url.as_str(), "a b.snapshot"] {
            let mut source = SnapshotSource::at(location);
            assert_eq!(fetch_into(work.path(), &source), Ok("abc".to_owned()), "{location}");
            source.checksum = Some(ABC.to_uppercase());
            assert_eq!(fetch_into(work.path(), &source), Ok("abc".to_owned()), "{location}");
            source.checksum = Some(ABC.replace('b', "c"));
            let error = fetch_into(work.path(), &source).unwrap_err();
            assert_eq!(error.status(), 400);
            let expected =
                format!("Snapshot checksum mismatch: expected {}, got {ABC}", ABC.replace('b', "c"));
            assert!(error.to_string().contains(&expected), "{error}");
        }
    }

    #[test]
    fn a_location_that_leads_nowhere_is_told() {
        let work = tempfile::tempdir().unwrap();
        let fault = |location: &str| {
            let error = fetch_into(work.path(), &SnapshotSource::at(location)).unwrap_err();
            (error.status(), error.to_string())
        };
        assert_eq!(fault("a.snapshot"), (404, "Not found: Snapshot a.snapshot not found".to_owned()));
        let (status, text) = fault("no/such.snapshot");
        assert_eq!(
            (status, text.as_str()),
            (400, "Bad request: Snapshot file \"no/such.snapshot\" does not exist")
        );
        assert_eq!(fault("file:///no/such.snapshot").0, 400);
        assert!(fault("ftp://host/a").1.contains("with scheme ftp is not supported"));
        assert_eq!(fault("").0, 400);
        assert_eq!(fault("..").0, 400);
    }

    #[test]
    fn a_snapshot_comes_over_the_web_with_the_key_of_its_host() {
        let work = tempfile::tempdir().unwrap();
        let (url, server) = serve("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc");
        let source = SnapshotSource {
            api_key: Some("secret".to_owned()),
            checksum: Some(ABC.to_owned()),
            ..SnapshotSource::at(url)
        };
        assert_eq!(fetch_into(work.path(), &source), Ok("abc".to_owned()));
        assert!(server.join().unwrap().iter().any(|line| line.eq_ignore_ascii_case("api-key: secret")));
    }

    #[test]
    fn what_is_no_whole_answer_is_no_snapshot() {
        let answers = [
            ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 400, "status - 404 Not Found"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nabc", 500, "Http request error"),
            ("nonsense\r\n\r\n", 500, "Http request error"),
        ];
        for (answer, status, expected) in answers {
            let work = tempfile::tempdir().unwrap();
            let (url, server) = serve(answer);
            let error = fetch_into(work.path(), &SnapshotSource::at(url)).unwrap_err();
            assert_eq!(error.status(), status);
            assert!(error.to_string().contains(expected), "{error}");
            server.join().unwrap();
        }
    }

    #[test]
    fn more_than_the_disk_holds_is_not_loaded() {
        let work = tempfile::tempdir().unwrap();
        let (url, server) = serve("HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000\r\n\r\nabc");
        let error = fetch_into(work.path(), &SnapshotSource::at(url)).unwrap_err();
        assert!(error.to_string().contains("No space left on device"), "{error}");
        server.join().unwrap();
        assert!(!work.path().join("download").exists());
    }

    #[test]
    fn a_key_does_not_follow_to_another_host() {
        let work = tempfile::tempdir().unwrap();
        let (url, server) =
            serve("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n");
        let source = SnapshotSource { api_key: Some("secret".to_owned()), ..SnapshotSource::at(url) };
        assert!(fetch_into(work.path(), &source).unwrap_err().to_string().contains("status - 302"));
        server.join().unwrap();
    }
}
