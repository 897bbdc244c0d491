//! What one configuration changes of another, before it is published over it.

use super::{Config, Problem};

impl Config {
    /// Why this must not follow on `before`: pages and reports know an entry by name and version, so what an entry says
    /// may change only with its version.
    pub fn check_against(&self, before: &Self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, entry) in self.catalogue.iter().enumerate() {
            let Some(known) = before.entry(&entry.id).filter(|known| *known != entry) else { continue };
            if entry.version <= known.version {
                problems.push(Problem {
                    place: format!("catalogue[{index}].version"),
                    message: format!("must be above {}, because the entry {} has changed", known.version, entry.id),
                });
            }
        }
        problems
    }

    /// What is new, changed or gone since `before`, one line each.
    pub fn changes_since(&self, before: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let (rules, old_rules) = (&self.policy.rules, &before.policy.rules);
        compare("rule", rules, old_rules, |rule| &rule.id, &mut lines);
        compare("entry", &self.catalogue, &before.catalogue, |entry| &entry.id, &mut lines);
        let (experiments, old_experiments) = (&self.policy.experiments, &before.policy.experiments);
        compare("experiment", experiments, old_experiments, |experiment| &experiment.id, &mut lines);
        if self.thresholds != before.thresholds {
            lines.push("thresholds: changed".to_owned());
        }
        if self.sampling_basis_points != before.sampling_basis_points {
            let share = |basis_points: u32| format!("{} %", f64::from(basis_points) / 100.0);
            let (old, new) = (share(before.sampling_basis_points), share(self.sampling_basis_points));
            lines.push(format!("sampling: {old}, now {new}"));
        }
        if self.policy.kill != before.policy.kill {
            lines.push(format!("kill: now {}", if self.policy.kill { "on" } else { "off" }));
        }
        lines
    }
}

/// Adds a line for each item that is new, changed or gone.
fn compare<T: PartialEq>(what: &str, now: &[T], before: &[T], id: impl Fn(&T) -> &String, lines: &mut Vec<String>) {
    let find = |list: &'_ [T], item: &T| list.iter().position(|other| id(other) == id(item));
    for item in now {
        match find(before, item) {
            None => lines.push(format!("{what} {}: new", id(item))),
            Some(at) if before[at] != *item => lines.push(format!("{what} {}: changed", id(item))),
            Some(_) => {}
        }
    }
    for item in before.iter().filter(|item| find(now, item).is_none()) {
        lines.push(format!("{what} {}: gone", id(item)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(entry_version: u32, text: &str, rest: &str) -> Config {
        let json = format!(
            r#"{{"v":1,{rest}"catalogue":[{{"id":"a","version":{entry_version},"kind":"nudge","text":"{text}"}}]}}"#
        );
        Config::from_json(json.as_bytes()).unwrap()
    }

    #[test]
    fn an_entry_changes_only_with_its_version() {
        let before = config(2, "Can we help?", "");
        assert_eq!(config(2, "Can we help?", r#""sampling":0.5,"#).check_against(&before), []);
        assert_eq!(config(3, "May we help?", "").check_against(&before), []);
        for version in [1, 2] {
            let problems = config(version, "May we help?", "").check_against(&before);
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].place, "catalogue[0].version");
            assert!(problems[0].message.starts_with("must be above 2"), "{problems:?}");
        }
    }

    #[test]
    fn names_what_is_new_changed_and_gone() {
        let rule = |id: &str, signal: &str| format!(r#"{{"id":"{id}","signal":"{signal}","entry":"a"}}"#);
        let rules = |all: &[String]| format!(r#""rules":[{}],"#, all.join(","));
        let before = config(1, "Can we help?", &rules(&[rule("r1", "rage_click"), rule("r2", "dead_click")]));
        assert_eq!(before.changes_since(&before), Vec::<String>::new());
        let rest = rules(&[rule("r1", "slow_click"), rule("r3", "reload")])
            + r#""sampling":0.5,"thresholds":{"rage_click":{"clicks":4}},"experiments":[{"id":"e","holdout_basis_points":5}],"#;
        let after = config(2, "Can we help?", &rest).with_kill(true);
        assert_eq!(
            after.changes_since(&before),
            [
                "rule r1: changed",
                "rule r3: new",
                "rule r2: gone",
                "entry a: changed",
                "experiment e: new",
                "thresholds: changed",
                "sampling: 100 %, now 50 %",
                "kill: now on",
            ]
        );
        assert_ne!(after.etag, config(2, "Can we help?", &rest).etag);
        assert_eq!(after.with_kill(false).etag, config(2, "Can we help?", &rest).etag);
    }
}
