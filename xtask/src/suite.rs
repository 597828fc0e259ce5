//! One test suite: what it needs, how it runs, how its tests are counted.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::browser::Browser;
use crate::count::{Count, Format};
use crate::process::{Ended, Tool};
use crate::rust::{self, WASM_TARGET};
use crate::workspace::Workspace;
use crate::{check, command_line, npm, package, python, step};

/// A row of the table of suites.
pub(crate) struct Suite {
    /// One word, for `cargo xtask test <name>`.
    pub(crate) name: &'static str,
    /// What it shows, for `cargo xtask test --list`.
    pub(crate) about: &'static str,
    /// What is set up before it runs.
    pub(crate) needs: &'static [Need],
    pub(crate) run: Run,
    /// After this many seconds it is ended and counts as failed.
    pub(crate) timeout_s: u64,
}

/// What a suite needs; its environment says where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The packed npm package and the test tools, in `tests/node_modules`.
    Package,
    /// Chromium and its driver, as `CHROME_PATH` and `CHROMEDRIVER`.
    Browser,
    /// A Python that has the official SDK, as `TOLLGATE_PYTHON`.
    Python,
    /// The command line, as `TOLLGATE_PROGRAM`.
    CommandLine,
    /// What another directory's lock file names.
    Npm(&'static str),
    /// What the native crate answers to every scenario, in `target/scenarios`.
    NativeAnswers,
    /// The runner of WebAssembly tests.
    WasmRunner,
}

/// How a suite runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    /// `cargo xtask check`: no tests, but a failure counts as one.
    Check,
    /// `cargo test` with these arguments.
    Cargo(&'static [&'static str]),
    /// `tests/wasm.rs` in Node.
    WasmInNode,
    /// `tests/wasm.rs` in a headless browser.
    WasmInBrowser,
    /// `node --test` on every `*.test.mjs` of a directory.
    Node(&'static str),
}

/// What came of a suite.
pub(crate) struct Outcome {
    pub(crate) count: Count,
    pub(crate) problem: Option<String>,
}

/// Sets suites up and runs them; what one suite set up, the next finds done.
pub(crate) struct Runner<'a> {
    workspace: &'a Workspace,
    ready: BTreeSet<Need>,
    browser: Option<Browser>,
    python: Option<PathBuf>,
    command_line: Option<PathBuf>,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, ready: BTreeSet::new(), browser: None, python: None, command_line: None }
    }

    /// Runs one suite, its set-up included; a set-up that fails is the suite's failure.
    pub(crate) fn run(&mut self, suite: &Suite) -> Outcome {
        match self.set_up(suite).and_then(|()| self.execute(suite)) {
            Ok(outcome) => outcome,
            Err(error) => Outcome { count: Count::default(), problem: Some(format!("{error:#}")) },
        }
    }

    fn set_up(&mut self, suite: &Suite) -> Result<()> {
        for need in suite.needs {
            if !self.ready.contains(need) {
                self.provide(*need)?;
                self.ready.insert(*need);
            }
        }
        Ok(())
    }

    fn provide(&mut self, need: Need) -> Result<()> {
        match need {
            Need::Package => package::install_for_tests(self.workspace)?,
            Need::NativeAnswers => self.answer_natively()?,
            Need::Browser => self.browser = Some(Browser::ensure()?),
            Need::Python => self.python = Some(python::ensure(self.workspace)?),
            Need::CommandLine => self.command_line = Some(command_line::build(self.workspace)?),
            Need::Npm(directory) => npm::ensure_packages(self.workspace, directory)?,
            Need::WasmRunner => {
                rust::ensure_wasm_target()?;
                npm::ensure_node()?;
                self.compile_wasm_runner()?;
            }
        }
        Ok(())
    }

    fn compile_wasm_runner(&self) -> Result<()> {
        step::run("compile the runner of WebAssembly tests", |step| {
            let build = Tool::cargo().in_directory(self.workspace.root());
            build.args(["build", "--package", "tollgate-wasm-runner"]).succeed(step)
        })?;
        Ok(())
    }

    /// Lets the native crate answer every scenario, and leave its answers where the other runtimes look.
    fn answer_natively(&self) -> Result<()> {
        step::run("answer every scenario natively", |step| {
            let test = Tool::cargo().in_directory(self.workspace.root()).args(["test", "--package", "tollgate"]);
            test.args(["--features", "cli", "--test", "scenarios"]).succeed(step)
        })?;
        Ok(())
    }

    fn execute(&self, suite: &Suite) -> Result<Outcome> {
        let (tool, format) = match suite.run {
            Run::Check => {
                check::run(self.workspace)?;
                return Ok(Outcome { count: Count::default(), problem: None });
            }
            Run::Cargo(arguments) => (Tool::cargo().arg("test").args(arguments), Format::Libtest),
            Run::WasmInNode => (self.wasm_tests_in_node()?, Format::Libtest),
            Run::WasmInBrowser => (self.wasm_tests_in_browser()?, Format::Libtest),
            Run::Node(directory) => (self.node_tests(directory)?, Format::NodeSpec),
        };
        let log = self.workspace.cache("logs").join(format!("{}.log", suite.name));
        let tool = self.tell(tool).in_directory(self.workspace.root()).log_to(log);
        let tool = tool.within(Duration::from_secs(suite.timeout_s));
        let (ended, _) = step::time(suite.name, |step| tool.run(step));
        Ok(Outcome::of(&ended?, format))
    }

    fn wasm_tests(&self) -> Tool {
        let runner = self.workspace.program("debug/tollgate-wasm-runner");
        let test = Tool::cargo().args(["test", "--package", "tollgate", "--test", "wasm", "--features", "wasm"]);
        test.args(["--target", WASM_TARGET]).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
    }

    /// The runner writes a script to the temporary directory, and Node reads it as the nearest `package.json` says: in a
    /// directory of ours there is none above it.
    fn wasm_tests_in_node(&self) -> Result<Tool> {
        let directory = self.workspace.cache("tmp");
        fs::create_dir_all(&directory).with_context(|| format!("cannot make `{}`", directory.display()))?;
        Ok(self.wasm_tests().env("TMPDIR", directory))
    }

    fn wasm_tests_in_browser(&self) -> Result<Tool> {
        let browser = self.browser.as_ref().context("a suite in a browser needs `Need::Browser`")?;
        let capabilities = browser.write_capabilities(self.workspace)?;
        let test = self.wasm_tests().env("WASM_BINDGEN_USE_BROWSER", "1").env("WASM_BINDGEN_TEST_TIMEOUT", "120");
        // The driver's first start on a cold machine takes longer than the runner's own five seconds.
        let test = test.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        Ok(test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities))
    }

    fn node_tests(&self, directory: &str) -> Result<Tool> {
        let path = self.workspace.path(directory);
        let entries = path.read_dir().with_context(|| format!("cannot read `{directory}`"))?;
        let mut files = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            if name.to_string_lossy().ends_with(".test.mjs") {
                files.push(path.join(name));
            }
        }
        if files.is_empty() {
            bail!("`{directory}` holds no `*.test.mjs`: add one, or take the suite out of the table");
        }
        files.sort();
        Ok(npm::node().args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files))
    }

    /// Tells the suite where the things are that were set up so far.
    fn tell(&self, tool: Tool) -> Tool {
        let mut tool = tool.env("TOLLGATE_ROOT", self.workspace.root());
        if let Some(browser) = &self.browser {
            tool = browser.tell(tool);
        }
        if let Some(python) = &self.python {
            tool = tool.env("TOLLGATE_PYTHON", python);
        }
        if let Some(program) = &self.command_line {
            tool = tool.env("TOLLGATE_PROGRAM", program);
        }
        tool
    }
}

impl Outcome {
    /// Passing means: the runner says so, something ran, nothing failed and nothing was left out.
    fn of(ended: &Ended, format: Format) -> Self {
        let count = Count::read(format, &ended.text);
        let problem = if !ended.success {
            Some(format!("{}\n{}", ended.text.trim_end(), ended.how()))
        } else if count.failed > 0 {
            Some(format!("{}\nsome tests failed", ended.text.trim_end()))
        } else if count.skipped > 0 {
            Some(format!("{}\n{} tests were left out: every test must run", ended.text.trim_end(), count.skipped))
        } else if count.passed == 0 {
            Some(format!("{}\nno test ran", ended.text.trim_end()))
        } else {
            None
        };
        Self { count, problem }
    }
}
