//! What happens when a JavaScript environment (the main thread or a worker) ends, or a client is
//! garbage collected, without a close.
//!
//! A client holds no JavaScript handle and never keeps the process alive. When its environment ends,
//! a cleanup hook closes the clients that are left, so that their data is flushed.

use std::cell::RefCell;
use std::mem;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};

use napi::Env;
use parking_lot::Mutex;
use qdrant_embedded_engine::QdrantClient;
use tokio::sync::watch;

use crate::cancellation::Calls;
use crate::promise::Promises;

thread_local! {
    /// The environment of this thread: each has a thread of its own.
    static ENVIRONMENT: RefCell<Option<Arc<Environment>>> = const { RefCell::new(None) };
}

pub struct Environment {
    state: Mutex<State>,
    ended: watch::Sender<bool>,
    promises: Promises,
    calls: Calls,
}

#[derive(Default)]
struct State {
    ended: bool,
    clients: Vec<Weak<QdrantClient>>,
    releases: Vec<JoinHandle<()>>,
}

/// Holds a client for a call. Where the call ends, on a thread of the engine, it must not be the last
/// to let go: that waits for this very thread.
pub struct Held {
    client: Option<Arc<QdrantClient>>,
    environment: Arc<Environment>,
}

impl Held {
    pub fn new(client: Arc<QdrantClient>, environment: Arc<Environment>) -> Self {
        Self { client: Some(client), environment }
    }

    /// For a call that needs no client.
    pub fn nothing(environment: Arc<Environment>) -> Self {
        Self { client: None, environment }
    }

    pub fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(client) = self.client.take().and_then(Arc::into_inner) {
            self.environment.release(Arc::new(client));
        }
    }
}

impl Environment {
    /// The environment of the calling thread, which from now on is cleaned up at its end.
    pub fn current(env: &Env) -> napi::Result<Arc<Self>> {
        ENVIRONMENT.with_borrow_mut(|current| match current {
            Some(environment) => Ok(environment.clone()),
            None => {
                let promises = Promises::new(env)?;
                let environment = Arc::new(Self {
                    state: Mutex::default(),
                    ended: watch::Sender::new(false),
                    promises,
                    calls: Calls::default(),
                });
                env.add_env_cleanup_hook(environment.clone(), |environment| environment.end())?;
                *current = Some(environment.clone());
                Ok(environment)
            }
        })
    }

    /// Tells what goes on for this environment that it has ended.
    pub fn ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    pub fn promises(&self) -> &Promises {
        &self.promises
    }

    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Has `client` closed when the environment ends.
    pub fn adopt(&self, client: &Arc<QdrantClient>) {
        let mut state = self.state.lock();
        state.clients.retain(|client| client.strong_count() > 0);
        state.clients.push(Arc::downgrade(client));
    }

    /// Lets go of a client that was garbage collected. The last one of a folder waits for the flush,
    /// so that is done on a thread of its own while the environment lives.
    pub fn release(&self, client: Arc<QdrantClient>) {
        if client.is_closed() {
            return;
        }
        let mut state = self.state.lock();
        if state.ended {
            drop(state);
            drop(client);
            return;
        }
        state.releases.retain(|release| !release.is_finished());
        let release = thread::Builder::new().name("qdrant-release".to_owned()).spawn(move || drop(client));
        // Without a thread the client was dropped here, which is slower, but right.
        state.releases.extend(release);
    }

    fn end(&self) {
        // Calls that wait for a model are given up: that may take long, and nobody can be told any more.
        self.ended.send_replace(true);
        let (clients, releases) = {
            let mut state = self.state.lock();
            state.ended = true;
            (mem::take(&mut state.clients), mem::take(&mut state.releases))
        };
        for release in releases {
            let _ = release.join();
        }
        let clients: Vec<_> = clients.iter().filter_map(Weak::upgrade).collect();
        if clients.is_empty() {
            return;
        }
        // The runtime that serves promises may be gone by now.
        match tokio::runtime::Builder::new_current_thread().build() {
            Ok(runtime) => {
                for client in clients {
                    if let Err(error) = runtime.block_on(client.close()) {
                        tracing::error!(%error, "could not close at exit");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "could not close at exit"),
        }
    }
}
