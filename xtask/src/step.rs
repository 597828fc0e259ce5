//! One timed step of work, told in one line on standard error.
//!
//! A step that had nothing to do says nothing, and draws nothing. On a terminal, a step that has work
//! to do shows how long it has been at it and the last line its tool printed. Elsewhere,
//! as in CI, one that takes longer says so, and from time to time how far it is.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

/// Work that ends sooner than this had nothing to do, and is not told.
const NOTHING_TO_DO: Duration = Duration::from_millis(600);
/// Work that takes longer than this is told before it is done, where there is no live line.
const LONG: Duration = Duration::from_secs(2);
/// How often long work is told there.
const TELL_EVERY: Duration = Duration::from_secs(30);
const REDRAW_EVERY: Duration = Duration::from_millis(120);
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];

/// The handle a running step reports its progress through.
pub(crate) struct Step {
    title: String,
    started: Instant,
    drawn: Option<Instant>,
    frame: usize,
    on_terminal: bool,
    /// When the step is to be told next, where there is no terminal.
    tell_at: Duration,
}

/// Does `work` as the step `title`; its line appears once it took noticeable time, or failed.
pub(crate) fn run<T>(title: &str, work: impl FnOnce(&mut Step) -> Result<T>) -> Result<T> {
    run_unless_done(title, |_| false, work)
}

/// The same, of work that says by its result that there was nothing to do, however long it took to find out.
pub(crate) fn run_unless_done<T>(
    title: &str,
    nothing_to_do: impl FnOnce(&T) -> bool,
    work: impl FnOnce(&mut Step) -> Result<T>,
) -> Result<T> {
    let (result, elapsed) = time(title, work);
    match &result {
        Ok(done) if elapsed < NOTHING_TO_DO || nothing_to_do(done) => {}
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
            tell_at: LONG,
        }
    }

    /// Tells how the work goes: redraws the live line with the tool's last words, or off a terminal writes one now and then.
    pub(crate) fn tick(&mut self, last_line: &str) {
        if !self.on_terminal {
            if let Some(line) = self.told(self.started.elapsed(), last_line) {
                eprintln!("{line}");
            }
            return;
        }
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW_EVERY) {
            return;
        }
        if let Some(shown) = self.live(self.started.elapsed(), last_line) {
            self.drawn = Some(Instant::now());
            write_live(&shown);
        }
    }

    /// The live line `elapsed` after the start: none while there may be nothing to do, for whoever records a terminal keeps what was drawn on it.
    fn live(&mut self, elapsed: Duration, last_line: &str) -> Option<String> {
        if elapsed < NOTHING_TO_DO {
            return None;
        }
        self.frame = (self.frame + 1) % SPINNER.len();
        let line = format!("{} {} {} s  {}", SPINNER[self.frame], self.title, elapsed.as_secs(), last_line.trim());
        Some(line.chars().filter(|c| !c.is_control()).take(78).collect())
    }

    /// The line that is due `elapsed` after the start, if one is.
    fn told(&mut self, elapsed: Duration, last_line: &str) -> Option<String> {
        if elapsed < self.tell_at {
            return None;
        }
        let first = self.tell_at == LONG;
        self.tell_at = elapsed + TELL_EVERY;
        if first {
            return Some(format!("{} ...", self.title));
        }
        let words: String = last_line.trim().chars().filter(|c| !c.is_control()).take(78).collect();
        Some(format!("{} ... {} s  {words}", self.title, elapsed.as_secs()).trim_end().to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_long_work_when_it_is_known_to_be_long_and_then_now_and_then() {
        let mut step = Step::start("compile");
        let mut told = |seconds, last_line| step.told(Duration::from_secs(seconds), last_line);
        assert_eq!(told(1, "a"), None);
        assert_eq!(told(2, "b").as_deref(), Some("compile ..."));
        assert_eq!(told(31, "c"), None);
        assert_eq!(told(32, " Compiling d\u{1b} ").as_deref(), Some("compile ... 32 s  Compiling d"));
        assert_eq!(told(33, "e"), None);
        assert_eq!(told(70, "").as_deref(), Some("compile ... 70 s"));
    }

    #[test]
    fn draws_nothing_on_a_terminal_while_there_may_be_nothing_to_do() {
        let mut step = Step::start("compile");
        assert_eq!(step.live(Duration::from_millis(40), "Finished"), None);
        assert_eq!(step.live(Duration::from_millis(599), "Finished"), None);
        assert_eq!(
            step.live(Duration::from_secs(3), " Compiling d\u{1b} ").as_deref(),
            Some("/ compile 3 s  Compiling d")
        );
    }
}
