//! Promises of answers that come from other threads.
//!
//! All promises of an environment are settled over one threadsafe function, and an answer is made on
//! the thread that it comes from. A promise by napi's own runtime would cost a threadsafe function
//! each, and one more thread to pass through, which together take about as long as a small query.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use napi::bindgen_prelude::{Function, PromiseRaw};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, JsError, Status, check_status, sys};
use parking_lot::Mutex;
use qdrant_embedded_engine::Error;

use crate::lifecycle::{Environment, Held};
use crate::response::to_js_error;

/// Settles promises on the JavaScript thread. While nothing is pending, it does not keep the process
/// alive.
pub struct Promises {
    settle: ThreadsafeFunction<Settlement, (), (), Status, false, true>,
    /// Changed on the JavaScript thread only.
    pending: AtomicUsize,
}

struct Settlement {
    deferred: Deferred,
    outcome: Outcome,
}

/// Makes the value that a promise resolves to, or the error that it rejects with, on the JavaScript thread.
type Outcome = Box<dyn FnOnce(&Env) -> napi::Result<sys::napi_value> + Send>;

/// The handle by which a promise is settled, once, on the JavaScript thread.
struct Deferred(sys::napi_deferred);

// SAFETY: other threads only carry the handle; it is used on the JavaScript thread, by `resolve`.
unsafe impl Send for Deferred {}

impl Promises {
    pub fn new(env: &Env) -> napi::Result<Self> {
        let nothing: Function<(), ()> = env.create_function_from_closure("settle", |_| Ok(()))?;
        let settle =
            nothing.build_threadsafe_function::<Settlement>().weak::<true>().build_callback(|call| {
                let Settlement { deferred, outcome } = call.value;
                settle(&call.env, deferred, outcome)?;
                Environment::current(&call.env)?.promises().settled(&call.env)
            })?;
        Ok(Self { settle, pending: AtomicUsize::new(0) })
    }

    /// Makes the promise of what `to_js` makes of that which `answer` gives. The first poll is made here and
    /// now; `held` is kept until the last is over.
    pub fn promise<'env, T: Send + 'static, V>(
        held: Held,
        env: &'env Env,
        answer: impl Future<Output = T> + Send + 'static,
        to_js: impl FnOnce(&Env, T) -> napi::Result<sys::napi_value> + Send + 'static,
    ) -> napi::Result<PromiseRaw<'env, V>> {
        let (mut deferred, mut promise) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: `env` is that of this call, on its thread.
        check_status!(unsafe { sys::napi_create_promise(env.raw(), &mut deferred, &mut promise) })?;
        let promises = held.environment().promises();
        if promises.pending.fetch_add(1, Ordering::Relaxed) == 0 {
            // SAFETY: as above; the threadsafe function lives as long as the environment.
            check_status!(unsafe { sys::napi_ref_threadsafe_function(env.raw(), promises.settle.raw()) })?;
        }
        let outcome = async move {
            let answer = answer.await;
            Box::new(move |env: &Env| to_js(env, answer)) as Outcome
        };
        let task = Task {
            state: AtomicU8::new(IDLE),
            // Outside of a runtime's own tasks there is nobody to yield to.
            outcome: Mutex::new(Some(Box::pin(tokio::task::unconstrained(outcome)))),
            deferred: Mutex::new(Some(Deferred(deferred))),
            held,
        };
        Arc::new(task).wake();
        Ok(PromiseRaw::new(env.raw(), promise))
    }

    fn settled(&self, env: &Env) -> napi::Result<()> {
        if self.pending.fetch_sub(1, Ordering::Relaxed) == 1 {
            // SAFETY: on the thread of `env`; the threadsafe function lives as long as the environment.
            check_status!(unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.settle.raw()) })?;
        }
        Ok(())
    }
}

fn settle(env: &Env, Deferred(deferred): Deferred, outcome: Outcome) -> napi::Result<()> {
    // SAFETY: on the thread of `env`, whose promise this is; a deferred is used once.
    unsafe {
        match outcome(env) {
            Ok(value) => check_status!(sys::napi_resolve_deferred(env.raw(), deferred, value)),
            Err(error) => {
                let error = JsError::from(error).into_value(env.raw());
                check_status!(sys::napi_reject_deferred(env.raw(), deferred, error))
            }
        }
    }
}

const IDLE: u8 = 0;
const POLLING: u8 = 1;
/// Woken while it is being polled.
const WOKEN: u8 = 2;

/// A future that is polled by whoever wakes it.
struct Task {
    state: AtomicU8,
    /// `None` once it is ready.
    outcome: Mutex<Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>>,
    deferred: Mutex<Option<Deferred>>,
    held: Held,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let entered = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
            Some(if state == IDLE { POLLING } else { WOKEN })
        });
        if entered != Ok(IDLE) {
            return; // whoever polls it will see that it was woken
        }
        loop {
            self.poll();
            let left = self.state.compare_exchange(POLLING, IDLE, Ordering::AcqRel, Ordering::Acquire);
            if left.is_ok() {
                return;
            }
            self.state.store(POLLING, Ordering::Release);
        }
    }
}

impl Task {
    fn poll(self: &Arc<Self>) {
        let waker = Waker::from(self.clone());
        let mut slot = self.outcome.lock();
        let Some(future) = slot.as_mut() else { return };
        let polled =
            catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker))));
        let outcome = match polled {
            Ok(Poll::Pending) => return,
            Ok(Poll::Ready(outcome)) => outcome,
            Err(_) => Box::new(|_: &Env| {
                Err(to_js_error(&Error::Service("the answer could not be made".to_owned())))
            }) as Outcome,
        };
        let done = slot.take();
        drop(slot);
        drop(done);
        if let Some(deferred) = self.deferred.lock().take() {
            // When the environment has ended there is nobody left to tell.
            let settlement = Settlement { deferred, outcome };
            self.held
                .environment()
                .promises()
                .settle
                .call(settlement, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
