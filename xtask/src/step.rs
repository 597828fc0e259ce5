//! One timed step of work, told in one line on standard error.
//!
//! A step that had nothing to do says nothing. On a terminal, a running step
//! shows how long it has been at it and the last line its tool printed.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

/// Work that ends sooner than this had nothing to do, and is not told.
const NOTHING_TO_DO: Duration = Duration::from_millis(600);
const REDRAW_EVERY: Duration = Duration::from_millis(120);
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];

/// The handle a running step reports its progress through.
pub(crate) struct Step {
    title: String,
    started: Instant,
    drawn: Option<Instant>,
    frame: usize,
    on_terminal: bool,
}

/// Does `work` as the step `title`; its line appears once it took noticeable time, or failed.
pub(crate) fn run<T>(title: &str, work: impl FnOnce(&mut Step) -> Result<T>) -> Result<T> {
    let (result, elapsed) = time(title, work);
    match &result {
        Ok(_) if elapsed < NOTHING_TO_DO => {}
        Ok(_) => eprintln!("{title:<52} {:>8}", seconds(elapsed)),
        Err(_) => eprintln!("{title:<52} {:>8}  failed", seconds(elapsed)),
    }
    result
}

/// Does `work` with its live line, and leaves it to the caller to tell how it went.
pub(crate) fn time<T>(title: &str, work: impl FnOnce(&mut Step) -> T) -> (T, Duration) {
    let mut step = Step::start(title);
    let result = work(&mut step);
    step.clear();
    (result, step.started.elapsed())
}

/// A duration as people read it: `0.4 s`, `83.0 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

impl Step {
    fn start(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            started: Instant::now(),
            drawn: None,
            frame: 0,
            on_terminal: io::stderr().is_terminal(),
        }
    }

    /// Redraws the live line with the tool's last words. Does nothing off a terminal.
    pub(crate) fn tick(&mut self, last_line: &str) {
        let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW_EVERY);
        if !self.on_terminal || !due {
            return;
        }
        self.drawn = Some(Instant::now());
        self.frame = (self.frame + 1) % SPINNER.len();
        let elapsed = self.started.elapsed().as_secs();
        let line = format!("{} {} {elapsed} s  {}", SPINNER[self.frame], self.title, last_line.trim());
        let shown: String = line.chars().filter(|c| !c.is_control()).take(78).collect();
        write_live(&shown);
    }

    fn clear(&mut self) {
        if self.drawn.take().is_some() {
            write_live("");
        }
    }
}

/// Replaces the terminal's current line. A terminal that went away is no reason to stop.
fn write_live(text: &str) {
    let mut stderr = io::stderr().lock();
    write!(stderr, "\r\x1b[2K{text}").and_then(|()| stderr.flush()).ok();
}
