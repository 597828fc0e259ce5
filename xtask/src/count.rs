//! Reads how many tests ran from what their runners print.

use std::iter::Sum;

/// How many tests of a suite passed, failed, or were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// The way a runner tells its result.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once for each binary.
    Libtest,
    /// Node's spec reporter: `ℹ pass 3`, `ℹ fail 0`, …, once at the end.
    NodeSpec,
}

impl Count {
    pub(crate) fn read(format: Format, printed: &str) -> Self {
        match format {
            Format::Libtest => printed.lines().filter_map(libtest).sum(),
            Format::NodeSpec => printed.lines().map(node_spec).sum(),
        }
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |a, b| Self {
            passed: a.passed + b.passed,
            failed: a.failed + b.failed,
            skipped: a.skipped + b.skipped,
        })
    }
}

fn libtest(line: &str) -> Option<Count> {
    let (_, result) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
    let number = |label: &str| {
        let part = result.split(';').find(|part| part.trim_end().ends_with(label))?;
        part.split_whitespace().next()?.parse().ok()
    };
    Some(Count { passed: number(" passed")?, failed: number(" failed")?, skipped: number(" ignored").unwrap_or(0) })
}

fn node_spec(line: &str) -> Count {
    let mut count = Count::default();
    let Some((label, number)) = line.strip_prefix("ℹ ").and_then(|rest| rest.split_once(' ')) else {
        return count;
    };
    let number = number.trim().parse().unwrap_or(0);
    match label {
        "pass" => count.passed = number,
        "fail" | "cancelled" => count.failed = number,
        "skipped" | "todo" => count.skipped = number,
        _ => {}
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_the_results_of_every_test_binary() {
        let printed = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\n\
                       test result: FAILED. 5 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(Count::read(Format::Libtest, printed), Count { passed: 7, failed: 1, skipped: 3 });
    }

    #[test]
    fn reads_the_end_of_nodes_spec_reporter() {
        let printed = "✔ adds (0.5ms)\nℹ tests 9\nℹ suites 1\nℹ pass 4\nℹ fail 2\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 12.3\n";
        assert_eq!(Count::read(Format::NodeSpec, printed), Count { passed: 4, failed: 3, skipped: 2 });
    }

    #[test]
    fn reads_nothing_from_other_output() {
        assert_eq!(Count::read(Format::Libtest, "error: could not compile"), Count::default());
        assert_eq!(Count::read(Format::NodeSpec, "passed 3"), Count::default());
    }
}
