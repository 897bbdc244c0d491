//! The constraints of the service's model, and how it words their violation.

use crate::refusal::Refusal;

/// The service lists at most so many violations.
const LISTED: usize = 10;

/// How much of a wrong value is repeated to the client.
const REPEATED_CHARS: usize = 300;

/// Collects violations, so that a doubly bad request hears about both.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    failed: Vec<String>,
}

impl Checks {
    pub(crate) fn fail(&mut self, value: Option<&str>, at: &str, rule: &str) {
        let shown = |value: &str| format!(" '{}'", value.chars().take(REPEATED_CHARS).collect::<String>());
        let value = value.map_or_else(String::new, shown);
        self.failed.push(format!("Value{value} at '{at}' failed to satisfy constraint: Member must {rule}"));
    }

    /// A value that must be there.
    pub(crate) fn present<T>(&mut self, value: Option<T>, at: &str) -> Option<T> {
        if value.is_none() {
            self.failed.push(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"));
        }
        value
    }

    pub(crate) fn length(&mut self, text: &str, at: &str, longest: usize) {
        if text.is_empty() {
            self.fail(Some(text), at, "have length greater than or equal to 1");
        } else if text.chars().count() > longest {
            self.fail(Some(text), at, &format!("have length less than or equal to {longest}"));
        }
    }

    /// The name of a stream or shard.
    pub(crate) fn name(&mut self, text: &str, at: &str) {
        self.length(text, at, 128);
        if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter)) {
            self.fail(Some(text), at, "satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
        }
    }

    /// A number in decimal digits, without zeros before it, of at most `digits`.
    pub(crate) fn number(&mut self, text: &str, at: &str, digits: usize) {
        let plain = text.chars().all(|letter| letter.is_ascii_digit());
        let leading = text.len() > 1 && text.starts_with('0');
        if text.is_empty() || !plain || leading || text.len() > digits {
            let rule = format!("satisfy regular expression pattern: 0|([1-9]\\d{{0,{}}})", digits - 1);
            self.fail(Some(text), at, &rule);
        }
    }

    pub(crate) fn at_least_one(&mut self, value: Option<i64>, at: &str, largest: i64) {
        let Some(value) = value else { return };
        if value < 1 {
            self.fail(Some(&value.to_string()), at, "have value greater than or equal to 1");
        } else if value > largest {
            self.fail(Some(&value.to_string()), at, &format!("have value less than or equal to {largest}"));
        }
    }

    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.failed.is_empty() { Ok(()) } else { Err(self.refusal()) }
    }

    /// What `finish` gives where something was noted.
    pub(crate) fn refusal(self) -> Refusal {
        let count = self.failed.len();
        let errors = if count == 1 { "error" } else { "errors" };
        let listed = &self.failed[..count.min(LISTED)];
        Refusal::validation(format!("{count} validation {errors} detected: {}", listed.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(check: impl FnOnce(&mut Checks)) -> String {
        let mut checks = Checks::default();
        check(&mut checks);
        checks.finish().err().map(|refusal| refusal.message).unwrap_or_default()
    }

    #[test]
    fn words_violations_as_the_service_does() {
        assert_eq!(message(|checks| checks.name("a.b_c-1", "streamName")), "");
        assert_eq!(
            message(|checks| checks.at_least_one(Some(0), "limit", 10_000)),
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value \
             greater than or equal to 1"
        );
        let two = message(|checks| {
            checks.name("a b", "streamName");
            checks.present(None::<()>, "shardId");
        });
        assert!(two.starts_with("2 validation errors detected: Value 'a b' at 'streamName'"), "{two}");
        assert!(
            two.ends_with("Value null at 'shardId' failed to satisfy constraint: Member must not be null"),
            "{two}"
        );
    }

    #[test]
    fn takes_only_numbers_that_the_model_allows() {
        for (text, allowed) in [("0", true), ("10", true), ("01", false), ("", false), ("-1", false), ("1e3", false)] {
            assert_eq!(message(|checks| checks.number(text, "n", 39)).is_empty(), allowed, "{text}");
        }
        assert!(!message(|checks| checks.number(&"9".repeat(40), "n", 39)).is_empty());
    }
}
