//! Runs the tools: captures what they print, bounds their time, leaves none behind.
//!
//! Every tool runs in a process group of its own. When it ends, is interrupted
//! or runs out of time, the whole group is ended, so that a server or a browser
//! that a test started does not outlive the test.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::group;
use crate::step::Step;

const POLL_EVERY: Duration = Duration::from_millis(40);
/// How long to wait for the last output of a tool that has ended.
const DRAIN_FOR: Duration = Duration::from_secs(2);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1_800);

/// A program to run, with all it needs to know.
pub(crate) struct Tool {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    timeout: Duration,
    log: Option<PathBuf>,
}

/// How a tool ended, and all that it printed on both of its outputs, in order.
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) text: String,
    how: String,
}

impl Tool {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: None,
            timeout: DEFAULT_TIMEOUT,
            log: None,
        }
    }

    /// The cargo that runs xtask, so that both use one toolchain.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn in_directory(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_path_buf());
        self
    }

    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Keeps all output in a file too.
    pub(crate) fn log_to(mut self, file: PathBuf) -> Self {
        self.log = Some(file);
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(k, v)| (k, v)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }

    fn name(&self) -> String {
        let program = Path::new(&self.program).file_name().unwrap_or(&self.program);
        let words = self.arguments.iter().take(3).map(|a| a.to_string_lossy());
        [program.to_string_lossy()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Runs the tool to its end; failing is a result, not starting is an error.
    pub(crate) fn run(&self, step: &mut Step) -> Result<Ended> {
        let (reader, writer) = io::pipe().context("cannot make a pipe")?;
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        group::separate(&mut command);
        let mut child =
            command.spawn().with_context(|| format!("cannot start `{}`", self.program.to_string_lossy()))?;
        // The command holds the pipe's writing end: without it, the end of output is seen.
        drop(command);

        let group = group::enter(&child);
        let chunks = read_in_background(reader);
        let mut text = Vec::new();
        let status = self.wait(&mut child, &chunks, &mut text, step);
        group.end();
        if !matches!(status, Ok(Some(_))) {
            child.wait().ok();
        }
        drain(&chunks, &mut text);

        let ended = Ended::new(status?, self.timeout, &text);
        if let Some(log) = &self.log {
            log.parent().map_or(Ok(()), fs::create_dir_all)?;
            File::create(log)?.write_all(ended.text.as_bytes())?;
        }
        Ok(ended)
    }

    /// Runs the tool and fails, with what it printed, unless it succeeds.
    pub(crate) fn succeed(&self, step: &mut Step) -> Result<String> {
        let ended = self.run(step)?;
        if !ended.success {
            bail!("{}\n`{}` {}", ended.text.trim_end(), self.name(), ended.how);
        }
        Ok(ended.text)
    }

    /// Runs the tool with our own outputs as its outputs, and fails unless it succeeds.
    pub(crate) fn attach(&self) -> Result<()> {
        let mut command = self.command();
        command.stdin(Stdio::null());
        group::separate(&mut command);
        let mut child = command.spawn().with_context(|| format!("cannot start `{}`", self.name()))?;
        let group = group::enter(&child);
        let status = child.wait();
        group.end();
        let status = status?;
        if !status.success() {
            bail!("`{}` ended with {status}", self.name());
        }
        Ok(())
    }

    /// What a quick tool prints on its standard output, or nothing if it cannot run or fails.
    pub(crate) fn output_text(&self) -> Option<String> {
        let output = self.command().stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Becomes the tool: its signals, terminal and exit code are ours. Returns only on failure.
    pub(crate) fn hand_over(&self) -> Result<()> {
        let failure = group::replace(self.command())?;
        Err(failure).with_context(|| format!("cannot start `{}`", self.program.to_string_lossy()))
    }

    fn wait(
        &self,
        child: &mut Child,
        chunks: &Receiver<Vec<u8>>,
        text: &mut Vec<u8>,
        step: &mut Step,
    ) -> Result<Option<ExitStatus>> {
        let started = Instant::now();
        loop {
            match chunks.recv_timeout(POLL_EVERY) {
                Ok(chunk) => text.extend_from_slice(&chunk),
                Err(RecvTimeoutError::Disconnected) => thread::sleep(POLL_EVERY),
                Err(RecvTimeoutError::Timeout) => {}
            }
            step.tick(&last_line(text));
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if started.elapsed() >= self.timeout {
                return Ok(None);
            }
        }
    }
}

impl Ended {
    fn new(status: Option<ExitStatus>, timeout: Duration, output: &[u8]) -> Self {
        let how = match status {
            None => format!("took longer than {} s and was ended", timeout.as_secs()),
            Some(status) => format!("ended with {status}"),
        };
        let success = status.is_some_and(|s| s.success());
        Self { success, text: String::from_utf8_lossy(output).into_owned(), how }
    }

    /// How the tool ended, in words: `ended with exit status: 1`.
    pub(crate) fn how(&self) -> &str {
        &self.how
    }
}

fn read_in_background(mut reader: PipeReader) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

fn drain(chunks: &Receiver<Vec<u8>>, text: &mut Vec<u8>) {
    let until = Instant::now() + DRAIN_FOR;
    while let Ok(chunk) = chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
        text.extend_from_slice(&chunk);
    }
}

fn last_line(text: &[u8]) -> String {
    let tail = &text[text.len().saturating_sub(400)..];
    let tail = String::from_utf8_lossy(tail);
    tail.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}
