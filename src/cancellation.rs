//! Reads that are cancelled while they wait or run.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use napi::Env;
use napi_derive::napi;
use parking_lot::Mutex;
use qdrant_embedded_engine::{Error, Result};
use tokio::sync::oneshot;

use crate::lifecycle::Environment;

/// The calls of an environment that may be cancelled, by the numbers that `lib/native.js` gives them.
#[derive(Default)]
pub struct Calls(Mutex<HashMap<u32, oneshot::Sender<()>>>);

/// What tells a call that nobody waits for it any more.
pub struct Cancellation {
    call: u32,
    told: oneshot::Receiver<()>,
    environment: Arc<Environment>,
}

impl Cancellation {
    pub fn of(call: u32, environment: &Arc<Environment>) -> Self {
        let (tell, told) = oneshot::channel();
        environment.calls().0.lock().insert(call, tell);
        Self { call, told, environment: environment.clone() }
    }

    /// What `answer` gives, which is let go of when the call is cancelled: the engine then leaves out a
    /// read that it has not begun.
    pub async fn unless<T>(mut self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            answer = answer => answer,
            () = self.told() => Err(Error::Service("the call was cancelled".to_owned())),
        }
    }

    /// Ends when the call is cancelled.
    pub async fn told(&mut self) {
        // The other end is let go of when it has told.
        let _ = (&mut self.told).await;
    }
}

impl Drop for Cancellation {
    fn drop(&mut self) {
        self.environment.calls().0.lock().remove(&self.call);
    }
}

/// Cancels a call of that number; one that has ended is left alone.
#[napi(skip_typescript)]
pub fn cancel_call(env: Env, call: u32) -> napi::Result<()> {
    let environment = Environment::current(&env)?;
    let tell = environment.calls().0.lock().remove(&call);
    if let Some(tell) = tell {
        // It may be ending right now.
        let _ = tell.send(());
    }
    Ok(())
}
