//! A small disk of its own: a tmpfs in a mount namespace that ends with the process.

use std::env;
use std::process::{Command, Output};

use crate::{CHILD, child};

/// Runs shell commands that begin with mounting `size` megabytes on a new folder `$1`, and end with the child;
/// `None` where the system does not let us mount.
fn on_small_disk(size: u32, then: &str, task: &str) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let mount = format!("mount -t tmpfs -o size={size}m qdrant-embedded-test \"$1\"");
    let in_namespace = |script: &str| -> Option<Output> {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(folder.path());
        command.arg(env::current_exe().unwrap()).args(CHILD);
        command.env(child::TASK, task).env(child::FOLDER, folder.path()).output().ok()
    };
    if !in_namespace(&mount).is_some_and(|output| output.status.success()) {
        println!("skipped: a tmpfs cannot be mounted here (it takes Linux with user namespaces, or root)");
        return None;
    }
    in_namespace(&format!("{mount} && {then} shift && exec \"$@\""))
}

fn assert_success(output: Option<Output>) {
    if let Some(output) = output {
        let text = format!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{}: {text}", output.status);
        assert!(text.contains("1 passed"), "{text}");
    }
}

#[test]
fn a_full_disk_refuses_writes_as_a_server_does_and_all_is_well_when_there_is_room() {
    assert_success(on_small_disk(200, "", "fill"));
}

#[test]
fn a_store_on_a_full_disk_is_opened_when_there_is_room_again() {
    assert_success(on_small_disk(120, "", "open without room"));
}

#[test]
fn a_read_only_folder_is_refused() {
    assert_success(on_small_disk(20, "mount -o remount,ro \"$1\" &&", "open read-only"));
}
