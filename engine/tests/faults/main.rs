//! Damaged files and a full disk. Whatever the engine makes of them, the process lives and the other collections
//! work: each case runs in a child process, whose end tells.

mod child;
mod damage;
mod full_disk;
#[allow(dead_code, reason = "the crash tests use more of it")]
#[path = "../crash/random.rs"]
mod random;

use std::env;
use std::path::Path;
use std::process::{Command, Output};

/// The children's side; the tests run it in processes of their own.
#[test]
#[ignore = "started by the tests"]
fn child() {
    if let Ok(task) = env::var(child::TASK) {
        child::run(&task, env::var_os(child::FOLDER).unwrap().as_ref());
    }
}

/// Arguments that make this program run [`child`].
const CHILD: [&str; 5] = ["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"];

fn run_child(task: &str, folder: &Path) -> Output {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(CHILD).env(child::TASK, task).env(child::FOLDER, folder).output().unwrap()
}
