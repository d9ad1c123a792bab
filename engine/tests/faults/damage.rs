//! Files of a collection: cut, emptied, changed by a bit, or gone; folders of it: gone.

#![cfg(target_os = "linux")] // copies sparse files with `cp`

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

use crate::random::Random;
use crate::run_child;

#[derive(Clone, Copy, Debug)]
enum Fault {
    Gone,
    Emptied,
    Cut,
    /// A bit of the byte at this many tenths of the file.
    Flipped(u64),
}

const FAULTS: [Fault; 5] = [Fault::Gone, Fault::Emptied, Fault::Cut, Fault::Flipped(0), Fault::Flipped(4)];

/// `QDRANT_EMBEDDED_FAULTS_CASES` sets another number, `QDRANT_EMBEDDED_FAULTS_SEED` chooses others.
const DEFAULT_CASES: u64 = 60;

/// Children that run side by side.
const AT_ONCE: usize = 4;

fn damage(file: &Path, fault: Fault) {
    if file.is_dir() {
        return fs::remove_dir_all(file).unwrap();
    }
    let mut opened = OpenOptions::new().read(true).write(true).open(file).unwrap();
    let length = opened.metadata().unwrap().len();
    match fault {
        Fault::Gone => fs::remove_file(file).unwrap(),
        Fault::Emptied => opened.set_len(0).unwrap(),
        Fault::Cut => opened.set_len(length / 2).unwrap(),
        Fault::Flipped(tenths) if length > 0 => {
            let at = SeekFrom::Start((length * tenths / 10).min(length - 1));
            let mut byte = [0];
            opened.seek(at).unwrap();
            opened.read_exact(&mut byte).unwrap();
            byte[0] ^= 0x10;
            opened.seek(at).unwrap();
            opened.write_all(&byte).unwrap();
        }
        Fault::Flipped(_) => {}
    }
}

fn entries_below(folder: &Path, entries: &mut Vec<PathBuf>) {
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    for path in found {
        if path.is_dir() {
            entries_below(&path, entries);
        }
        entries.push(path);
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").args(["-r", "--sparse=always"]).arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// Files and folders of the collection `bad`, below the store.
fn targets(original: &Path) -> Vec<PathBuf> {
    let mut targets = Vec::new();
    entries_below(&original.join("collections/bad"), &mut targets);
    assert!(targets.len() > 20, "{targets:?}");
    targets.iter().map(|target| target.strip_prefix(original).unwrap().to_owned()).collect()
}

/// Every pair of a target and a fault, or as many of them as are asked for, taken by chance.
fn cases(original: &Path) -> Vec<(PathBuf, Fault)> {
    let mut cases = Vec::new();
    for target in targets(original) {
        let faults = if original.join(&target).is_dir() { &FAULTS[..1] } else { &FAULTS[..] };
        cases.extend(faults.iter().map(|fault| (target.clone(), *fault)));
    }
    let number = |variable| {
        env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
    };
    let wanted = number("QDRANT_EMBEDDED_FAULTS_CASES").unwrap_or(DEFAULT_CASES);
    let mut random = Random::new(number("QDRANT_EMBEDDED_FAULTS_SEED").unwrap_or(1));
    while cases.len() as u64 > wanted {
        cases.swap_remove(random.below(cases.len() as u64) as usize);
    }
    cases
}

#[test]
fn damage_to_any_file_of_a_collection_stops_neither_the_process_nor_another_collection() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    let prepared = run_child("prepare", &original);
    assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
    let cases = cases(&original);
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(BTreeMap::<String, usize>::new());
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some((target, fault)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let store = tempfile::tempdir_in(folder.path()).unwrap();
            let store = store.path().join("store");
            copy(&original, &store);
            damage(&store.join(target), *fault);
            let output = run_child("use", &store);
            let stdout = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() {
                let stderr = String::from_utf8_lossy(&output.stderr);
                let text = format!("{} {fault:?}: {}\n{stdout}\n{stderr}", target.display(), output.status);
                failures.lock().unwrap().push(text);
            }
            let outcome = stdout.lines().find(|line| line.starts_with("bad: ")).unwrap_or("no outcome");
            *outcomes.lock().unwrap().entry(outcome.to_owned()).or_default() += 1;
        }
    };
    thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    println!("{} cases: {:#?}", cases.len(), outcomes.into_inner().unwrap());
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn a_store_whose_own_files_are_damaged_is_refused_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    let prepared = run_child("prepare", &original);
    assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
    for file in ["format.json", "aliases/data.json"] {
        let store = folder.path().join("store");
        copy(&original, &store);
        damage(&store.join(file), Fault::Cut);
        let output = run_child("open damaged", &store);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{file}: {}: {stderr}", output.status);
        fs::remove_dir_all(&store).unwrap();
    }
}
