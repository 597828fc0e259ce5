//! Process groups and signals: what makes sure that nothing is left behind.

use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};

/// The exit code of a program that was interrupted, as shells tell it.
const INTERRUPTED: i32 = 130;

/// Set once a signal asked xtask to end: from then on nothing goes on.
static ENDING: AtomicBool = AtomicBool::new(false);

/// The running tool's group. One tool runs at a time.
pub(crate) struct Group {
    id: i32,
}

/// Ends the running tool's whole group, then xtask, when a signal asks for it.
pub(crate) fn end_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        ENDING.store(true, Ordering::SeqCst);
        platform::end_current();
        std::process::exit(INTERRUPTED);
    })
    .context("cannot listen for signals")
}

/// Makes the command start in a group of its own.
pub(crate) fn separate(command: &mut Command) {
    platform::separate(command);
}

/// Takes note of a child that was started in a group of its own.
pub(crate) fn enter(child: &Child) -> Group {
    let id = i32::try_from(child.id()).unwrap_or_default();
    platform::set_current(id);
    Group { id }
}

/// Replaces this program by the command; where that cannot be done, runs it and exits as it did.
pub(crate) fn replace(command: Command) -> Result<std::io::Error> {
    platform::replace(command)
}

impl Group {
    /// Ends what still runs in the group. Does not return once a signal has come:
    /// the tool ended because of it, and that is no result to go on with.
    pub(crate) fn end(self) {
        while ENDING.load(Ordering::SeqCst) {
            thread::park();
        }
        platform::set_current(0);
        platform::end(self.id);
    }
}

#[cfg(unix)]
mod platform {
    use std::os::unix::process::CommandExt;
    use std::process::Command;
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::thread;
    use std::time::Duration;

    use anyhow::Result;
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    /// The group to end on a signal; 0 while no tool runs.
    static CURRENT: AtomicI32 = AtomicI32::new(0);
    /// How long a group has to end by itself before it is killed.
    const GRACE: Duration = Duration::from_secs(3);
    const POLL_EVERY: Duration = Duration::from_millis(25);

    pub(super) fn separate(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn set_current(id: i32) {
        CURRENT.store(id, Ordering::SeqCst);
    }

    pub(super) fn end_current() {
        end(CURRENT.load(Ordering::SeqCst));
    }

    pub(super) fn end(id: i32) {
        if id <= 1 || killpg(Pid::from_raw(id), Signal::SIGTERM).is_err() {
            return;
        }
        let mut waited = Duration::ZERO;
        while waited < GRACE && killpg(Pid::from_raw(id), None).is_ok() {
            thread::sleep(POLL_EVERY);
            waited += POLL_EVERY;
        }
        killpg(Pid::from_raw(id), Signal::SIGKILL).ok();
    }

    pub(super) fn replace(mut command: Command) -> Result<std::io::Error> {
        Ok(command.exec())
    }
}

#[cfg(not(unix))]
mod platform {
    use std::process::Command;

    use anyhow::Result;

    // Here a console's interrupt reaches every program of the console by itself.
    pub(super) fn separate(_command: &mut Command) {}

    pub(super) fn set_current(_id: i32) {}

    pub(super) fn end_current() {}

    pub(super) fn end(_id: i32) {}

    pub(super) fn replace(mut command: Command) -> Result<std::io::Error> {
        match command.status() {
            Ok(status) => std::process::exit(status.code().unwrap_or(1)),
            Err(failure) => Ok(failure),
        }
    }
}
