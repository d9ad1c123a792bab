//! Every file of a collection in turn: cut, emptied, changed by a bit, or gone.

#![cfg(target_os = "linux")] // copies sparse files with `cp`

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

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

fn damage(file: &Path, fault: Fault) {
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

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files_below(&path, files) } else { files.push(path) }
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").args(["-r", "--sparse=always"]).arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

#[test]
fn damage_to_any_file_of_a_collection_stops_neither_the_process_nor_another_collection() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    let prepared = run_child("prepare", &original);
    assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
    let mut files = Vec::new();
    files_below(&original.join("collections/bad"), &mut files);
    assert!(files.len() > 20, "{files:?}");
    let mut failures = Vec::new();
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for file in &files {
        let file = file.strip_prefix(&original).unwrap();
        for fault in FAULTS {
            let store = folder.path().join("store");
            copy(&original, &store);
            damage(&store.join(file), fault);
            let output = run_child("use", &store);
            let stdout = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() {
                let stderr = String::from_utf8_lossy(&output.stderr);
                failures.push(format!("{} {fault:?}: {}\n{stdout}\n{stderr}", file.display(), output.status));
            }
            let outcome = stdout.lines().find(|line| line.starts_with("bad: ")).unwrap_or("no outcome");
            *outcomes.entry(outcome.to_owned()).or_default() += 1;
            fs::remove_dir_all(&store).unwrap();
        }
    }
    println!("{} cases: {outcomes:#?}", files.len() * FAULTS.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
