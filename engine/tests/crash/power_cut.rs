//! A power cut: a file system in a file, which is copied as it is and mounted again. What the system had in
//! its memory only is gone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

const SIZE: u64 = 2 << 30; // sparse

/// A disk of its own. Takes root.
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// `None` where the system does not let us mount it.
    pub fn new() -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(disk.folder()).unwrap();
        File::create(disk.image()).unwrap().set_len(SIZE).unwrap();
        let is_made = succeeds(Command::new("mkfs.ext4").arg("-q").arg(disk.image()));
        (is_made && disk.mount()).then_some(disk)
    }

    /// Where it is mounted.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    /// Stops the process, which so writes no more, and copies what the disk holds.
    pub fn keep_what_is_written(&self, process: &Child) {
        assert!(succeeds(Command::new("kill").args(["-STOP", &process.id().to_string()])));
        // A thread stops when its system call is over. One that still wrote while the disk is copied would
        // mix two states of it.
        while !has_stopped(process) {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(succeeds(Command::new("cp").arg("--sparse=always").arg(self.image()).arg(self.kept())));
    }

    /// Goes back to what was kept; when no process uses the disk.
    pub fn cut_power(&mut self) {
        assert!(self.unmount());
        fs::rename(self.kept(), self.image()).unwrap();
        assert!(self.mount());
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join("kept")
    }

    fn mount(&self) -> bool {
        // The system is to write nothing unasked while the image is copied.
        let options = ["-o", "loop,commit=600"];
        succeeds(Command::new("mount").args(options).arg(self.image()).arg(self.folder()))
    }

    fn unmount(&self) -> bool {
        succeeds(Command::new("umount").arg(self.folder()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if is_mount(&self.folder()) {
            self.unmount();
        }
    }
}

/// Whether all threads of the process have stopped.
fn has_stopped(process: &Child) -> bool {
    let threads = fs::read_dir(format!("/proc/{}/task", process.id())).unwrap();
    // One that has ended meanwhile has none. The state follows the name, which is in parentheses.
    let states = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
    states.into_iter().all(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T")))
}

fn is_mount(folder: &Path) -> bool {
    fs::read_to_string("/proc/mounts").is_ok_and(|mounts| mounts.contains(folder.to_str().unwrap()))
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
