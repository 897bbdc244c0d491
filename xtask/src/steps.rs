//! A list of steps, each with a heading, a time and what it found.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::text;

/// What a step found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Counts {
    /// A step without tests of its own.
    pub(crate) const NONE: Self = Self { passed: 0, failed: 0 };

    /// Adds up the summary lines of cargo's test runner.
    pub(crate) fn of_cargo_test(said: &str) -> Self {
        let mut counts = Self::NONE;
        for line in said.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
            for part in line.split([';', '.']) {
                let mut words = part.split_whitespace();
                if let (Some(Ok(number)), Some(word)) = (words.next().map(str::parse::<usize>), words.next()) {
                    match word {
                        "passed" => counts.passed += number,
                        "failed" => counts.failed += number,
                        _ => {}
                    }
                }
            }
        }
        counts
    }
}

/// How one step ended.
#[derive(Debug)]
enum Outcome {
    Passed(Counts),
    Failed(Counts),
}

#[derive(Debug)]
struct Done {
    name: &'static str,
    time: Duration,
    outcome: Outcome,
}

/// Runs steps one after another and goes on after a failure, so that one run shows everything that is wrong.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Done>,
    only: Vec<String>,
}

impl Steps {
    /// Only the steps of these names; all of them if none is given.
    pub(crate) fn only(names: &[String]) -> Self {
        Self { done: Vec::new(), only: names.to_vec() }
    }

    /// Runs a step. The closure returns what it counted and whether that is a pass.
    pub(crate) fn step(&mut self, name: &'static str, title: &str, work: impl FnOnce() -> Result<Counts>) -> bool {
        if !self.only.is_empty() && !self.only.iter().any(|only| only == name) {
            return true;
        }
        println!("\n== {name}: {title}");
        let start = Instant::now();
        let outcome = match work() {
            Ok(counts) if counts.failed == 0 => Outcome::Passed(counts),
            Ok(counts) => Outcome::Failed(counts),
            Err(error) => {
                eprintln!("  {error:#}");
                Outcome::Failed(Counts { passed: 0, failed: 1 })
            }
        };
        let passed = matches!(outcome, Outcome::Passed(_));
        println!("  {} in {}", if passed { "passed" } else { "FAILED" }, text::duration(start.elapsed()));
        self.done.push(Done { name, time: start.elapsed(), outcome });
        passed
    }

    /// Prints the times and the closing line; fails if anything failed.
    pub(crate) fn finish(self) -> Result<()> {
        let mut rows = Vec::new();
        let mut total = Counts::NONE;
        let mut failed = Vec::new();
        for done in &self.done {
            let (word, counts) = match done.outcome {
                Outcome::Passed(counts) => ("passed", counts),
                Outcome::Failed(counts) => ("FAILED", counts),
            };
            if let Outcome::Failed(_) = done.outcome {
                failed.push(done.name);
            }
            total.passed += counts.passed;
            total.failed += counts.failed;
            let tests = counts.passed + counts.failed;
            let tests = if tests == 0 { String::new() } else { text::thousands(tests) };
            rows.push(vec![done.name.to_owned(), word.to_owned(), tests, text::duration(done.time)]);
        }
        let time = self.done.iter().map(|done| done.time).sum();
        rows.push(vec![
            "all".into(),
            String::new(),
            text::thousands(total.passed + total.failed),
            text::duration(time),
        ]);
        println!("\n{}", text::table(&["step", "result", "tests", "time"], &rows));
        println!("{} passed, {} failed", total.passed, total.failed);
        if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_the_summaries_of_several_binaries() {
        let said = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 10 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        assert_eq!(Counts::of_cargo_test(said), Counts { passed: 12, failed: 3 });
    }

    #[test]
    fn counts_nothing_where_no_test_ran() {
        assert_eq!(Counts::of_cargo_test("error: could not compile"), Counts::NONE);
    }

    #[test]
    fn fails_when_any_step_failed() {
        let mut steps = Steps::default();
        assert!(steps.step("good", "", || Ok(Counts { passed: 1, failed: 0 })));
        assert!(!steps.step("bad", "", || bail!("broken")));
        assert!(steps.finish().is_err());
    }
}
