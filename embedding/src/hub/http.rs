//! What is asked of a hub over HTTP. hf-hub has this, too, but neither time limits nor a way to stop.
//!
//! A thread that waits for the network cannot be told to stop. So the waiting is done on threads of their
//! own, and a call that is given up leaves them: each ends by itself when its connection does.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, LOCATION, RANGE, RETRY_AFTER};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body, BodyReader};

use super::failure::Failure;
use crate::cancel::Cancel;
use crate::error::Error;
use crate::tls;

/// How long a hub may take to be found, and to answer. A connection on which nothing comes for as long
/// is taken for dead.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);

/// Redirections within the hub, such as for a repository that was renamed.
const MAX_REDIRECTS: usize = 5;

/// Bytes of a file that are handed over at once, and how often that may be ahead of what is written.
const CHUNK: usize = 64 * 1024;
const CHUNKS_AHEAD: usize = 4;

const COMMIT: &str = "x-repo-commit";
const LINKED_ETAG: &str = "x-linked-etag";

/// A file on the hub.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    /// The version of the repository that it is of.
    pub commit: String,
    /// What the hub calls its content, usually a hash.
    pub etag: String,
    pub size: u64,
}

/// The rest of a file on its way.
pub(crate) struct Rest {
    /// Where it begins: not where it was asked for, if the hub sends whole files only.
    pub start: u64,
    chunks: Receiver<io::Result<Vec<u8>>>,
}

impl Rest {
    /// What comes next, unless the call is to end; nothing at the end.
    pub fn next(&self, cancel: &Cancel) -> Result<Option<Vec<u8>>, Failure> {
        cancel.receive(&self.chunks)?.transpose().map_err(Failure::Broken)
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    /// Follows redirections, with the token only within a host.
    agent: Agent,
    /// Shows redirections: what a hub says of a file goes before it.
    unredirected: Agent,
    token: Option<String>,
}

impl Client {
    /// Takes the proxy that the environment names.
    pub fn new(token: Option<String>) -> Self {
        let tls = tls::config();
        let config = |redirects| {
            Agent::config_builder()
                .tls_config(tls.clone())
                .user_agent(concat!("qdrant-embedded/", env!("CARGO_PKG_VERSION")))
                // Parts of files are counted and joined as they are.
                .accept_encoding("identity")
                .http_status_as_error(false)
                .max_redirects(redirects)
                .max_redirects_will_error(redirects > 0)
                .redirect_auth_headers(ureq::config::RedirectAuthHeaders::SameHost)
                .timeout_resolve(Some(CONNECT_TIMEOUT))
                .timeout_connect(Some(CONNECT_TIMEOUT))
                .timeout_recv_response(Some(SILENCE_TIMEOUT))
                .timeout_per_read(Some(SILENCE_TIMEOUT))
                .build()
        };
        Self { agent: config(10).into(), unredirected: config(0).into(), token }
    }

    /// What the hub says of the file at `url`, which takes one byte of it.
    pub fn look(&self, url: &str, cancel: &Cancel) -> Result<Remote, Failure> {
        let (client, url) = (self.clone(), url.to_owned());
        apart(cancel, move || client.ask(&url))
    }

    /// The file at `url` from the byte `start` on.
    pub fn rest(&self, url: &str, start: u64, cancel: &Cancel) -> Result<Rest, Failure> {
        let (client, url) = (self.clone(), url.to_owned());
        let (start, body) = apart(cancel, move || client.open(&url, start))?;
        let (sender, chunks) = mpsc::sync_channel(CHUNKS_AHEAD);
        spawn(move || hand_over(body, &sender))?;
        Ok(Rest { start, chunks })
    }

    fn ask(&self, url: &str) -> Result<Remote, Failure> {
        let mut url = url.to_owned();
        let mut response = self.get(&self.unredirected, &url, 0, Some(0))?;
        for _ in 0..MAX_REDIRECTS {
            match redirection(&response) {
                // To another path of the hub; what is elsewhere is the content.
                Some(path) if path.starts_with('/') && !path.starts_with("//") => {
                    url = format!("{}{path}", origin(&url));
                    response = self.get(&self.unredirected, &url, 0, Some(0))?;
                }
                _ => break,
            }
        }
        let headers = response.headers();
        let etag = text(headers, LINKED_ETAG).or_else(|| text(headers, ETAG.as_str()));
        let (commit, etag) = (text(headers, COMMIT), etag.map(bare));
        if let Some(target) = redirection(&response) {
            response = self.get(&self.agent, &target, 0, Some(0))?;
        }
        check_status(&response)?;
        let missing = |what: &str| Failure::Protocol(format!("the answer has no {what}"));
        let commit = commit.ok_or_else(|| missing("X-Repo-Commit, as a Hugging Face hub's has"))?;
        // It becomes the name of a folder.
        if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Failure::Protocol(format!("`{commit}` is no commit")));
        }
        let size = size(&response).ok_or_else(|| missing("size"))?;
        Ok(Remote { commit, etag: etag.ok_or_else(|| missing("ETag"))?, size })
    }

    /// Where what comes of the file at `url` begins, and its content.
    fn open(&self, url: &str, start: u64) -> Result<(u64, BodyReader<'static>), Failure> {
        let response = self.get(&self.agent, url, start, None)?;
        check_status(&response)?;
        let start = match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = text(response.headers(), CONTENT_RANGE.as_str());
                let first = range.as_deref().and_then(|range| range.strip_prefix("bytes "));
                match first
                    .and_then(|range| range.split('-').next())
                    .and_then(|first| first.parse::<u64>().ok())
                {
                    Some(first) if first != start => {
                        return Err(Failure::Protocol(format!(
                            "asked for byte {start}, it sent byte {first}"
                        )));
                    }
                    _ => start,
                }
            }
            _ => 0,
        };
        Ok((start, response.into_body().into_reader()))
    }

    fn get(
        &self,
        agent: &Agent,
        url: &str,
        first: u64,
        last: Option<u64>,
    ) -> Result<Response<Body>, Failure> {
        let last = last.map(|last| last.to_string()).unwrap_or_default();
        let mut request = agent.get(url).header(RANGE, format!("bytes={first}-{last}"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.call().map_err(Failure::Request)
    }
}

/// What `work` gives, unless the call is to end, which leaves it to itself.
fn apart<T: Send + 'static>(
    cancel: &Cancel,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (sender, receiver) = mpsc::sync_channel(1);
    // Nobody may be waiting any more.
    spawn(move || drop(sender.send(work())))?;
    cancel
        .receive(&receiver)?
        .unwrap_or_else(|| Err(Error::internal("the download ended unexpectedly").into()))
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let thread = thread::Builder::new().name("embedding-download".to_owned()).spawn(work);
    thread.map(drop).map_err(Failure::Local)
}

/// Reads until the end, or until nobody takes it any more.
fn hand_over(mut body: impl Read, chunks: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match body.read(&mut chunk) {
            Ok(0) => return,
            Ok(count) => {
                chunk.truncate(count);
                Ok(chunk)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        if chunks.send(read).is_err() {
            return;
        }
    }
}

fn check_status(response: &Response<Body>) -> Result<(), Failure> {
    let status = response.status();
    // An empty file has no first byte.
    if status.is_success() || (status == StatusCode::RANGE_NOT_SATISFIABLE && size(response) == Some(0)) {
        return Ok(());
    }
    let wait = text(response.headers(), RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok());
    Err(Failure::Status { status, retry_after: wait.map(Duration::from_secs) })
}

fn redirection(response: &Response<Body>) -> Option<String> {
    response.status().is_redirection().then(|| text(response.headers(), LOCATION.as_str())).flatten()
}

/// The size of the whole file: what an answer to a request for a part of it says, or its length if the
/// hub sends all the same the whole.
fn size(response: &Response<Body>) -> Option<u64> {
    if let Some(range) = text(response.headers(), CONTENT_RANGE.as_str()) {
        return range.rsplit('/').next()?.parse().ok();
    }
    text(response.headers(), CONTENT_LENGTH.as_str())?.parse().ok()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(|value| value.trim().to_owned())
}

/// An etag without its marks.
fn bare(etag: String) -> String {
    etag.trim_start_matches("W/").trim_matches('"').to_owned()
}

/// Scheme and host of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}
