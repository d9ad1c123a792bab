//! The parent: makes the workload, kills the child, and compares what its successor finds.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use tempfile::TempDir;

use crate::child::{Answer, FOLDER, Request, SYNC};
use crate::model::{Contents, Model, Operation};
use crate::power_cut::Disk;
use crate::random::Random;
use crate::workload;

/// Calls that are not answered yet, at most.
const IN_FLIGHT: usize = 6;

/// A child that takes longer to open, to answer or to close hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happened.
#[derive(Debug, Default)]
pub struct Totals {
    pub kills_while_opening: u64,
    pub kills_at_work: u64,
    pub kills_after_a_pause: u64,
    pub kills_while_closing: u64,
    pub closes: u64,
    pub power_cuts: u64,
    pub sent: u64,
    pub acknowledged: u64,
    pub in_flight: u64,
    /// Operations in flight that were found done.
    pub in_flight_done: u64,
    /// Kills that left a segment that the optimizer had not finished.
    pub unfinished_segments: u64,
    pub by_kind: BTreeMap<String, u64>,
}

impl Totals {
    pub fn add(&mut self, other: Totals) {
        let Totals {
            kills_while_opening,
            kills_at_work,
            kills_after_a_pause,
            kills_while_closing,
            closes,
            power_cuts,
            sent,
            acknowledged,
            in_flight,
            in_flight_done,
            unfinished_segments,
            by_kind,
        } = other;
        self.kills_while_opening += kills_while_opening;
        self.kills_at_work += kills_at_work;
        self.kills_after_a_pause += kills_after_a_pause;
        self.kills_while_closing += kills_while_closing;
        self.closes += closes;
        self.power_cuts += power_cuts;
        self.sent += sent;
        self.acknowledged += acknowledged;
        self.in_flight += in_flight;
        self.in_flight_done += in_flight_done;
        self.unfinished_segments += unfinished_segments;
        by_kind.into_iter().for_each(|(kind, count)| *self.by_kind.entry(kind).or_default() += count);
    }
}

/// When a child ends.
enum End {
    /// While it opens the folder.
    Opening,
    /// While it works.
    Working,
    /// After an idle time in which the optimizer starts.
    Optimizing,
    /// While it closes, or after.
    Closing,
}

/// Starts two children on one folder at once, and tells how many of them opened it and why the others did not.
pub fn race(folder: &Path) -> (usize, Vec<String>) {
    let mut children = [Running::start(folder, false), Running::start(folder, false)];
    let mut refusals = Vec::new();
    let mut opened = 0;
    for child in &mut children {
        match child.answers.recv_timeout(PATIENCE).unwrap() {
            Answer::Opened => opened += 1,
            Answer::Failed(reason) => refusals.push(reason),
            _ => panic!("a child that was asked for nothing said something"),
        }
    }
    for mut child in children {
        // Those that were refused have ended.
        let _ = child.process.kill();
        child.process.wait().unwrap();
    }
    (opened, refusals)
}

/// One storage folder and what has to be in it.
pub struct Driver {
    seed: u64,
    random: Random,
    folder: PathBuf,
    temporary: TempDir,
    /// Whether every write is synced.
    sync: bool,
    /// With everything that was acknowledged.
    model: Model,
    /// Sent and not acknowledged, in call order.
    pending: VecDeque<(u64, Operation)>,
    sent: u64,
    /// The next operation is one of those that run alone.
    store_is_next: bool,
}

impl Driver {
    /// Half of the seeds have every write synced.
    pub fn new(seed: u64) -> Self {
        let temporary = tempfile::Builder::new().prefix("qdrant-embedded-crash-").tempdir().unwrap();
        let folder = temporary.path().join("store");
        Self::at(folder, temporary, seed, seed.is_multiple_of(2))
    }

    fn at(folder: PathBuf, temporary: TempDir, seed: u64, sync: bool) -> Self {
        Self {
            seed,
            random: Random::new(seed),
            folder,
            temporary,
            sync,
            model: Model::default(),
            pending: VecDeque::new(),
            sent: 0,
            store_is_next: false,
        }
    }

    /// Keeps the folder as it was, for a failure: opening it changes what is there.
    fn keep(&self) {
        if !self.folder.exists() {
            return;
        }
        let _ = fs::remove_dir_all(self.kept());
        let copied =
            Command::new("cp").args(["-r", "--sparse=always"]).arg(&self.folder).arg(self.kept()).status();
        assert!(copied.unwrap().success());
    }

    fn kept(&self) -> PathBuf {
        self.temporary.path().join("before")
    }

    pub fn run(mut self, rounds: u64) -> Totals {
        let mut totals = Totals::default();
        for _ in 0..rounds {
            self.round(&mut totals);
        }
        // What the last kill left.
        self.keep();
        let mut child = Running::start(&self.folder, self.sync);
        self.open_and_compare(&mut child, &mut totals);
        child.kill();
        totals
    }

    fn round(&mut self, totals: &mut Totals) {
        let end = match self.random.below(20) {
            0..2 => End::Opening,
            2..13 => End::Working,
            13..16 => End::Optimizing,
            _ => End::Closing,
        };
        self.keep();
        let mut child = Running::start(&self.folder, self.sync);
        if matches!(end, End::Opening) {
            thread::sleep(Duration::from_micros(self.random.below(25_000)));
            totals.kills_while_opening += 1;
            return child.kill();
        }
        self.open_and_compare(&mut child, totals);
        match end {
            End::Opening => unreachable!(),
            End::Working => {
                // Mostly short, so that kills come in the middle of many states.
                let limit = [3_000, 30_000, 200_000, 1_500_000][self.random.below(4) as usize];
                self.work(&mut child, limit, totals);
                totals.kills_at_work += 1;
            }
            End::Optimizing => {
                self.work(&mut child, 100_000, totals);
                thread::sleep(Duration::from_millis(480 + self.random.below(150)));
                self.work(&mut child, 100_000, totals);
                totals.kills_after_a_pause += 1;
            }
            End::Closing => {
                self.work(&mut child, 100_000, totals);
                child.send(&Request::Close);
                let patience = Duration::from_micros(self.random.below(250_000));
                if self.await_close(&mut child, Instant::now() + patience, totals) {
                    totals.closes += 1;
                } else {
                    totals.kills_while_closing += 1;
                }
            }
        }
        child.kill();
        for answer in child.answers.iter() {
            self.take(answer, totals);
        }
        totals.unfinished_segments += u64::from(self.has_unfinished_segment());
        totals.in_flight += self.pending.len() as u64;
    }

    fn has_unfinished_segment(&self) -> bool {
        let collections = fs::read_dir(self.folder.join("collections")).into_iter().flatten().flatten();
        let segments = collections.flat_map(|folder| fs::read_dir(folder.path().join("0/temp_segments")));
        segments.flatten().next().is_some()
    }

    /// As [`Self::run`], on a disk that loses what the system had not written to it.
    pub fn run_with_power_cuts(seed: u64, rounds: u64, sync: bool, disk: &mut Disk) -> Totals {
        let temporary = tempfile::Builder::new().prefix("qdrant-embedded-crash-").tempdir().unwrap();
        let mut driver = Self::at(disk.folder().join("store"), temporary, seed, sync);
        let mut totals = Totals::default();
        for _ in 0..rounds {
            let mut child = Running::start(&driver.folder, sync);
            driver.open_and_compare(&mut child, &mut totals);
            driver.work(&mut child, 1_500_000, &mut totals);
            if !sync {
                driver.flush(&mut child, &mut totals);
            }
            disk.keep_what_is_written(&child.process);
            child.kill();
            for answer in child.answers.iter() {
                driver.take(answer, &mut totals);
            }
            totals.in_flight += driver.pending.len() as u64;
            totals.power_cuts += 1;
            disk.cut_power();
        }
        let mut child = Running::start(&driver.folder, sync);
        driver.open_and_compare(&mut child, &mut totals);
        child.kill();
        totals
    }

    /// As [`Self::run`], with children that are stopped amid their work, as by a computer that sleeps, and
    /// go on. Meanwhile nobody else gets at the folder.
    #[cfg(unix)]
    pub fn run_with_sleep(mut self, rounds: u64) -> Totals {
        let mut totals = Totals::default();
        for _ in 0..rounds {
            self.keep();
            let mut child = Running::start(&self.folder, self.sync);
            self.open_and_compare(&mut child, &mut totals);
            for _ in 0..3 {
                self.work(&mut child, 300_000, &mut totals);
                child.signal("STOP");
                let mut intruder = Running::start(&self.folder, self.sync);
                let refused = intruder.answers.recv_timeout(PATIENCE);
                intruder.process.wait().unwrap();
                // Long enough for timers to be late.
                thread::sleep(Duration::from_millis(1200));
                child.signal("CONT");
                if !matches!(&refused, Ok(Answer::Failed(reason)) if reason.contains("in use")) {
                    self.fail("the folder of a process that sleeps was opened by another one");
                }
            }
            self.flush(&mut child, &mut totals);
            child.kill();
        }
        let mut child = Running::start(&self.folder, self.sync);
        self.open_and_compare(&mut child, &mut totals);
        child.kill();
        totals
    }

    /// Has everything reach the disk.
    fn flush(&mut self, child: &mut Running, totals: &mut Totals) {
        while !self.pending.is_empty() {
            match child.answers.recv_timeout(PATIENCE) {
                Ok(answer) => self.take(answer, totals),
                Err(error) => self.fail(&format!("{error}; the child: {}", child.status())),
            }
        }
        child.send(&Request::Flush(u64::MAX));
        loop {
            match child.answers.recv_timeout(PATIENCE) {
                Ok(Answer::Flushed(u64::MAX)) => return,
                Ok(answer) => self.take(answer, totals),
                Err(error) => self.fail(&format!("{error}; the child: {}", child.status())),
            }
        }
    }

    /// Has the child work for a random time of at most `limit` microseconds.
    fn work(&mut self, child: &mut Running, limit: u64, totals: &mut Totals) {
        let end = Instant::now() + Duration::from_micros(self.random.below(limit));
        let in_flight = 1 + self.random.below(IN_FLIGHT as u64) as usize;
        loop {
            while self.pending.len() < in_flight && self.send(child, totals) {}
            match child.answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(answer) => self.take(answer, totals),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => {
                    self.fail(&format!("the child ended: {}", child.status()))
                }
            }
        }
    }

    /// Sends the next operation, if it may run beside those in flight.
    fn send(&mut self, child: &mut Running, totals: &mut Totals) -> bool {
        if self.pending.iter().any(|(_, operation)| operation.kind.is_about_the_store()) {
            return false;
        }
        if self.random.one_in(40) {
            child.send(&Request::Flush(self.sent));
        }
        self.store_is_next |= self.random.one_in(20);
        let operation = if self.store_is_next || self.model.collections.is_empty() {
            if !self.pending.is_empty() {
                return false;
            }
            self.store_is_next = false;
            workload::about_the_store(&mut self.random, &self.model)
        } else {
            let mut expected = self.model.clone();
            self.pending.iter().for_each(|(_, operation)| expected.apply(operation));
            workload::about_a_collection(&mut self.random, &expected)
        };
        *totals.by_kind.entry(format!("{:?}", operation.kind)).or_default() += 1;
        totals.sent += 1;
        self.sent += 1;
        child.send(&Request::Do(self.sent, operation.clone()));
        self.pending.push_back((self.sent, operation));
        true
    }

    /// Takes in an answer: what it acknowledges, and what was called before that on the same collection, is done.
    fn take(&mut self, answer: Answer, totals: &mut Totals) {
        let number = match answer {
            Answer::Done(number) => number,
            Answer::Opened | Answer::Flushed(_) | Answer::Closed => return,
            Answer::Dumped(_) => self.fail("an answer without a question"),
            Answer::Failed(reason) => self.fail(&format!("{reason}\nin flight: {:#?}", self.pending)),
        };
        totals.acknowledged += 1;
        let Some((_, acknowledged)) = self.pending.iter().find(|(sent, _)| *sent == number) else { return };
        let collection = acknowledged.collection.clone();
        let is_done = |sent: u64, operation: &Operation| sent <= number && operation.collection == collection;
        for (sent, operation) in &self.pending {
            if is_done(*sent, operation) {
                self.model.apply(operation);
            }
        }
        self.pending.retain(|(sent, operation)| !is_done(*sent, operation));
    }

    /// Whether the child closed before `deadline`.
    fn await_close(&mut self, child: &mut Running, deadline: Instant, totals: &mut Totals) -> bool {
        loop {
            match child.answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Answer::Closed) => return true,
                Ok(answer) => self.take(answer, totals),
                Err(_) => return false,
            }
        }
    }

    fn open_and_compare(&mut self, child: &mut Running, totals: &mut Totals) {
        let answer = |child: &mut Running| match child.answers.recv_timeout(PATIENCE) {
            Ok(Answer::Failed(reason)) => Err(reason),
            Ok(answer) => Ok(answer),
            Err(error) => Err(format!("{error}; the child: {}", child.status())),
        };
        let opened = answer(child).unwrap_or_else(|reason| self.fail(&reason));
        if !matches!(opened, Answer::Opened) {
            self.fail("the child did something before it opened");
        }
        child.send(&Request::Dump);
        match answer(child) {
            Ok(Answer::Dumped(found)) => self.compare(found, totals),
            Ok(_) => self.fail("the child did not say what it found"),
            Err(reason) => self.fail(&reason),
        }
    }

    /// Checks that what was found is what was acknowledged, with some of what was in flight, in call order.
    fn compare(&mut self, found: Model, totals: &mut Totals) {
        let pending: Vec<_> = self.pending.drain(..).map(|(_, operation)| operation).collect();
        if let [operation] = &pending[..]
            && operation.kind.is_about_the_store()
        {
            let mut done = self.model.clone();
            done.apply(operation);
            if self.differences(&done, &found).is_empty() {
                totals.in_flight_done += 1;
                self.model = found;
                return;
            }
        }
        let mut expected = self.model.clone();
        let mut differences = Vec::new();
        for (name, contents) in &found.collections {
            let Some(mut certain) = self.model.collections.get(name).cloned().map(|contents| Model {
                collections: [(name.clone(), contents)].into(),
                aliases: BTreeMap::new(),
            }) else {
                continue; // found below
            };
            let operations = pending.iter().filter(|operation| operation.collection == *name);
            let mut done = 0;
            let mut attempts = Vec::new();
            for operation in operations.filter(|operation| !operation.kind.is_about_the_store()) {
                let Some(text) = difference(&certain.collections[name], contents) else { break };
                attempts.push(format!("{name}, after {done} of the calls in flight: {text}"));
                certain.apply(operation);
                done += 1;
            }
            match difference(&certain.collections[name], contents) {
                None => {
                    totals.in_flight_done += done;
                    expected.collections.insert(name.clone(), contents.clone());
                }
                Some(text) => {
                    differences.extend(attempts);
                    differences.push(format!("{name}, after all {done} of the calls in flight: {text}"));
                }
            }
        }
        differences.extend(self.differences(&expected, &found));
        if !differences.is_empty() {
            self.fail(&format!("{differences:#?}\nin flight: {pending:#?}"));
        }
        self.model = found;
    }

    fn differences(&self, expected: &Model, found: &Model) -> Vec<String> {
        let mut differences = Vec::new();
        if expected.aliases != found.aliases {
            differences.push(format!("aliases: expected {:?}, found {:?}", expected.aliases, found.aliases));
        }
        let names = |model: &Model| model.collections.keys().cloned().collect::<Vec<_>>();
        if names(expected) != names(found) {
            differences.push(format!(
                "collections: expected {:?}, found {:?}",
                names(expected),
                names(found)
            ));
        }
        for (name, contents) in &expected.collections {
            let difference = found.collections.get(name).and_then(|found| difference(contents, found));
            differences.extend(difference.map(|text| format!("{name}: {text}")));
        }
        differences
    }

    /// Ends the test, and keeps the folder.
    fn fail(&self, reason: &str) -> ! {
        let kept = env::temp_dir().join(format!("qdrant-embedded-crash-failed-{}", self.seed));
        let _ = fs::remove_dir_all(&kept);
        let _ = fs::rename(self.temporary.path(), &kept);
        panic!("seed {}: {reason}\nthe folder is now {}", self.seed, kept.display());
    }
}

/// The first difference between what a collection should hold and what it holds.
fn difference(expected: &Contents, found: &Contents) -> Option<String> {
    if expected.indexes != found.indexes {
        return Some(format!("indexes: expected {:?}, found {:?}", expected.indexes, found.indexes));
    }
    if expected.config.is_some() && expected.config != found.config {
        return Some(format!("settings: expected {:?}, found {:?}", expected.config, found.config));
    }
    let mut ids = expected.points.keys().chain(found.points.keys());
    ids.find(|id| expected.points.get(id) != found.points.get(id)).map(|id| {
        let differing = ids_that_differ(expected, found);
        format!(
            "point {id}: expected {:?}, found {:?} ({differing} points differ)",
            expected.points.get(id),
            found.points.get(id)
        )
    })
}

fn ids_that_differ(expected: &Contents, found: &Contents) -> usize {
    let missing = found.points.keys().filter(|id| !expected.points.contains_key(id)).count();
    let differing = expected.points.iter().filter(|(id, point)| found.points.get(id) != Some(point));
    missing + differing.count()
}

/// A child process.
struct Running {
    process: Child,
    stdin: ChildStdin,
    answers: Receiver<Answer>,
}

impl Running {
    fn start(folder: &Path, sync: bool) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .envs(sync.then_some((SYNC, "1")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, answers) = channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // A kill may cut the last line; the test harness has lines of its own.
                if let Ok(answer) = serde_json::from_str(&line)
                    && sender.send(answer).is_err()
                {
                    break;
                }
            }
        });
        let stdin = process.stdin.take().unwrap();
        Self { process, stdin, answers }
    }

    fn send(&mut self, request: &Request) {
        let text = serde_json::to_string(request).unwrap() + "\n";
        // A child that is gone is noticed by its silence.
        let _ = self.stdin.write_all(text.as_bytes());
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
    }

    /// Kills it, unless it has ended by itself, which it never should.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        let status = self.process.wait().unwrap();
        assert!(was_killed(status), "the child ended by itself: {status}");
    }

    /// How it ended, or that it has not.
    fn status(&mut self) -> String {
        thread::sleep(Duration::from_millis(200));
        match self.process.try_wait() {
            Ok(Some(status)) => status.to_string(),
            Ok(None) => "still runs".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn was_killed(status: ExitStatus) -> bool {
    !status.success()
}
