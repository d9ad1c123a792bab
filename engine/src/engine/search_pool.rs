//! The threads that answer reads.
//!
//! Waking a thread that sleeps on an idle core takes as long as part of a search, and what the core knew of
//! the vectors is gone by then. So a thread that has answered looks out for the next read for a moment, as
//! calls that follow each other come, before it goes to sleep.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::error::{Error, Result};

/// How long to look out: as long as a caller on another thread takes from an answer to its next call.
const LOOKOUT: Duration = Duration::from_micros(300);

type Read = Box<dyn FnOnce() + Send>;

/// Owns the threads. Dropped, it waits for their last reads; what has not begun by then is left out.
pub(super) struct SearchPool {
    queue: SearchQueue,
    threads: Vec<JoinHandle<()>>,
}

/// Where reads wait for a thread.
#[derive(Clone)]
pub(crate) struct SearchQueue(Arc<Shared>);

struct Shared {
    line: Mutex<Line>,
    arrived: Condvar,
    /// Length of the line, to be looked at without its lock.
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Line {
    reads: VecDeque<Read>,
    /// One thread at most: others would only take the processor from the caller.
    has_lookout: bool,
    asleep: usize,
    ended: bool,
}

impl SearchPool {
    pub(super) fn start(threads: usize) -> Result<Self> {
        let shared = Shared { line: Mutex::default(), arrived: Condvar::new(), waiting: AtomicUsize::new(0) };
        let queue = SearchQueue(Arc::new(shared));
        let mut pool = Self { queue: queue.clone(), threads: Vec::new() };
        for _ in 0..threads.max(1) {
            let queue = queue.clone();
            let thread = thread::Builder::new()
                .name("qdrant-search".to_owned())
                .spawn(move || queue.serve())
                .map_err(|error| {
                    Error::Service(format!("cannot start the threads of qdrant-search: {error}"))
                })?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    pub(super) fn queue(&self) -> SearchQueue {
        self.queue.clone()
    }
}

impl Drop for SearchPool {
    fn drop(&mut self) {
        let left = {
            let mut line = self.queue.0.line.lock();
            line.ended = true;
            std::mem::take(&mut line.reads)
        };
        drop(left);
        self.queue.0.arrived.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a search thread panicked");
            }
        }
    }
}

impl SearchQueue {
    /// Has a thread run `read`, in its turn.
    pub(crate) fn push(&self, read: impl FnOnce() + Send + 'static) {
        let shared = &self.0;
        let mut line = shared.line.lock();
        if line.ended {
            return;
        }
        line.reads.push_back(Box::new(read));
        let waiting = line.reads.len();
        shared.waiting.store(waiting, Ordering::Release);
        let is_seen = line.has_lookout && waiting == 1;
        let wake = !is_seen && line.asleep > 0;
        drop(line);
        if wake {
            shared.arrived.notify_one();
        }
    }

    fn serve(&self) {
        while let Some(read) = self.next() {
            // Jobs catch the panics of operations; this one would be of those who wait for the answer.
            if catch_unwind(AssertUnwindSafe(read)).is_err() {
                tracing::error!("an answer panicked");
            }
        }
    }

    /// The next read; `None` at the end.
    fn next(&self) -> Option<Read> {
        let shared = &self.0;
        let mut line = shared.line.lock();
        let mut has_looked = false;
        loop {
            if let Some(read) = line.reads.pop_front() {
                shared.waiting.store(line.reads.len(), Ordering::Release);
                return Some(read);
            }
            if line.ended {
                return None;
            }
            if has_looked || line.has_lookout {
                line.asleep += 1;
                shared.arrived.wait(&mut line);
                line.asleep -= 1;
                continue;
            }
            line.has_lookout = true;
            drop(line);
            shared.look_out();
            line = shared.line.lock();
            line.has_lookout = false;
            has_looked = true;
        }
    }
}

impl Shared {
    /// Waits a moment for a read, but lets other threads of this core go first.
    fn look_out(&self) {
        let until = Instant::now() + LOOKOUT;
        while self.waiting.load(Ordering::Acquire) == 0 && Instant::now() < until {
            thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::mpsc::channel;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn reads_are_run_also_by_threads_that_looked_out_or_slept() {
        let pool = SearchPool::start(2).unwrap();
        let (done, outcomes) = channel();
        for number in 0..200 {
            let done = done.clone();
            pool.queue().push(move || done.send(number).unwrap());
            assert_eq!(outcomes.recv_timeout(PATIENCE), Ok(number));
            // Right away, while a thread looks out, or when all are asleep.
            thread::sleep(LOOKOUT * (number % 4));
        }
    }

    #[test]
    fn as_many_reads_run_at_once_as_there_are_threads() {
        let pool = SearchPool::start(3).unwrap();
        let (done, outcomes) = channel();
        let together = Arc::new(Barrier::new(3));
        for _ in 0..30 {
            let (together, done) = (together.clone(), done.clone());
            pool.queue().push(move || {
                together.wait();
                done.send(()).unwrap();
            });
        }
        (0..30).for_each(|_| outcomes.recv_timeout(PATIENCE).unwrap());
    }

    #[test]
    fn a_panic_costs_no_thread() {
        let pool = SearchPool::start(1).unwrap();
        let (done, outcomes) = channel();
        pool.queue().push(|| panic!("meant for the test"));
        pool.queue().push(move || done.send(()).unwrap());
        assert_eq!(outcomes.recv_timeout(PATIENCE), Ok(()));
    }

    #[test]
    fn the_end_waits_for_reads_that_run_and_leaves_out_the_others() {
        let pool = SearchPool::start(1).unwrap();
        let (begun, is_begun) = channel();
        let (go, may_go) = channel::<()>();
        let (done, outcomes) = channel();
        let last = done.clone();
        pool.queue().push(move || {
            begun.send(()).unwrap();
            let _ = may_go.recv_timeout(PATIENCE);
            done.send("running").unwrap();
        });
        is_begun.recv_timeout(PATIENCE).unwrap();
        pool.queue().push(move || last.send("waiting").unwrap());
        let queue = pool.queue();
        let end = thread::spawn(move || drop(pool));
        while !queue.0.line.lock().ended {
            thread::yield_now();
        }
        go.send(()).unwrap();
        end.join().unwrap();
        queue.push(|| panic!("nobody runs this"));
        assert_eq!(outcomes.iter().collect::<Vec<_>>(), ["running"]);
    }
}
