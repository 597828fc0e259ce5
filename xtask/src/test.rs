//! Runs the test suites. A new suite is a new row of `SUITES`.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::count::Count;
use crate::step::seconds;
use crate::suite::{Need, Run, Runner, Suite};
use crate::workspace::Workspace;

/// Every suite, cheapest first.
const SUITES: &[Suite] = &[
    Suite {
        name: "check",
        about: "format, lints, types and source rules",
        needs: &[],
        run: Run::Check,
        timeout_s: 1_800,
    },
    Suite {
        name: "xtask",
        about: "the tests of this tool",
        needs: &[],
        run: Run::Cargo(&["--no-fail-fast", "--package", "xtask"]),
        timeout_s: 600,
    },
    Suite {
        name: "native",
        about: "the core, compiled natively: unit, scenario, model and simulation tests",
        needs: &[],
        run: Run::Cargo(&[
            "--no-fail-fast",
            "--package",
            "tollgate",
            "--features",
            "cli",
            "--lib",
            "--bins",
            "--tests",
        ]),
        timeout_s: 1_800,
    },
    Suite {
        name: "doc",
        about: "the examples in the documentation of the crate",
        needs: &[],
        run: Run::Cargo(&["--package", "tollgate", "--doc"]),
        timeout_s: 1_800,
    },
    Suite {
        name: "wasm-node",
        about: "the core, compiled to WebAssembly, in Node",
        needs: &[Need::WasmRunner],
        run: Run::WasmInNode,
        timeout_s: 1_200,
    },
    Suite {
        name: "wasm-browser",
        about: "the core, compiled to WebAssembly, in headless Chromium",
        needs: &[Need::WasmRunner, Need::Browser],
        run: Run::WasmInBrowser,
        timeout_s: 1_200,
    },
    Suite {
        name: "runtimes",
        about: "the packed npm package in Node, Chromium and workerd: the bytes of the native crate",
        needs: &[Need::Package, Need::NativeAnswers, Need::Browser, Need::Npm("tests/runtimes")],
        run: Run::Node("tests/runtimes"),
        timeout_s: 900,
    },
    Suite {
        name: "gateway",
        about: "the deployed worker under workerd, in front of a local upstream",
        needs: &[Need::Package, Need::Npm("examples/worker"), Need::Npm("examples/demo")],
        run: Run::Node("tests/gateway"),
        timeout_s: 900,
    },
    Suite {
        name: "clients",
        about: "the official SDKs, `tollgate/admin`, the command line and requests made from the API description, as clients",
        needs: &[
            Need::Package,
            Need::Npm("examples/worker"),
            Need::Npm("examples/demo"),
            Need::Npm("examples/rotate-keys"),
            Need::Python,
            Need::CommandLine,
        ],
        run: Run::Node("tests/clients"),
        timeout_s: 900,
    },
];

/// A suite that ran.
struct Finished {
    suite: &'static Suite,
    count: Count,
    passed: bool,
    took: Duration,
}

/// Prints the table of suites.
pub(crate) fn list() {
    for suite in SUITES {
        println!("{:<14} {}", suite.name, suite.about);
    }
}

/// Runs the named suites, or all of them, and fails unless all pass.
pub(crate) fn run(workspace: &Workspace, names: &[String]) -> Result<()> {
    let suites = select(names)?;
    let mut runner = Runner::new(workspace);
    let mut finished = Vec::new();
    for suite in suites {
        let started = Instant::now();
        let outcome = runner.run(suite);
        let passed = outcome.problem.is_none();
        if let Some(problem) = outcome.problem {
            eprintln!("\n---- {} ----\n{problem}\n", suite.name);
        }
        let suite = Finished { suite, count: outcome.count, passed, took: started.elapsed() };
        eprintln!("{}", suite.told());
        finished.push(suite);
    }
    summarize(&finished)
}

fn select(names: &[String]) -> Result<Vec<&'static Suite>> {
    for name in names {
        if !SUITES.iter().any(|suite| suite.name == name) {
            bail!("there is no suite `{name}`: `cargo xtask test --list` names them all");
        }
    }
    Ok(SUITES.iter().filter(|suite| names.is_empty() || names.iter().any(|name| name == suite.name)).collect())
}

/// Prints the table of results, and as the last line their sum.
fn summarize(finished: &[Finished]) -> Result<()> {
    println!("\n{:<14} {:>8} {:>8} {:>10}", "suite", "passed", "failed", "time");
    for suite in finished {
        let name = suite.suite.name;
        println!("{name:<14} {:>8} {:>8} {:>10}", suite.count.passed, suite.failures(), seconds(suite.took));
    }
    let passed: u64 = finished.iter().map(|suite| suite.count.passed).sum();
    let failed: u64 = finished.iter().map(Finished::failures).sum();
    println!("\n{passed} passed, {failed} failed");
    let broken: Vec<&str> = finished.iter().filter(|suite| !suite.passed).map(|suite| suite.suite.name).collect();
    if !broken.is_empty() {
        bail!("failed: {}; run one again with `cargo xtask test {}`", broken.join(", "), broken[0]);
    }
    Ok(())
}

impl Finished {
    /// A suite that failed without a failing test, say by not compiling, counts as one failure.
    fn failures(&self) -> u64 {
        self.count.failed.max(u64::from(!self.passed))
    }

    fn told(&self) -> String {
        let result = match (self.passed, self.suite.run) {
            (true, Run::Check) => "ok".to_owned(),
            (true, _) => format!("{} passed", self.count.passed),
            (false, _) => format!("{} failed", self.failures()),
        };
        format!("{:<52} {:>8}  {result}", format!("test {}", self.suite.name), seconds(self.took))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_names_of_their_own() {
        for (at, suite) in SUITES.iter().enumerate() {
            assert!(SUITES[..at].iter().all(|other| other.name != suite.name), "`{}` is there twice", suite.name);
        }
    }

    #[test]
    fn selects_all_or_the_named_ones_in_the_order_of_the_table() {
        let names = |asked: &[&str]| -> Vec<&str> {
            let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
            select(&asked).expect("known names").into_iter().map(|suite| suite.name).collect()
        };
        assert_eq!(names(&[]).len(), SUITES.len());
        assert_eq!(names(&["native", "check"]), ["check", "native"]);
        assert!(select(&["nonsense".to_owned()]).is_err());
    }

    #[test]
    fn counts_a_suite_that_broke_down_as_a_failure() {
        let broke = |failed, passed| Finished {
            suite: &SUITES[0],
            count: Count { failed, ..Count::default() },
            passed,
            took: Duration::ZERO,
        };
        assert_eq!(broke(0, false).failures(), 1);
        assert_eq!(broke(3, false).failures(), 3);
        assert_eq!(broke(0, true).failures(), 0);
    }
}
