//! What pages are told, published while the collector runs: versions, a way back, and the kill switch.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use unsnag_test_http::Request;

use super::support::batch::{batch, event, now, post};
use super::support::process::{Collector, output};
use super::support::stream::until;

const EMBEDDED: &str = include_str!("../../../core/src/config/embedded.json");

/// `unsnag catalog …` beside this log: what it printed, what it complained of, its exit code.
fn catalog(args: &[&str], log_dir: &Path) -> (String, String, i32) {
    let done = output([&["catalog"], args, &["--log-dir", log_dir.to_str().unwrap()]].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(done.stdout), text(done.stderr), done.status.code().unwrap())
}

/// A configuration file: the embedded one, changed.
fn file(dir: &TempDir, changed: impl Fn(&mut Value)) -> PathBuf {
    let mut config: Value = serde_json::from_str(EMBEDDED).unwrap();
    changed(&mut config);
    let path = dir.path().join("config.json");
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

fn told(collector: &Collector) -> Value {
    let answer = Request::get("/v1/config?key=demo").send(collector.address);
    assert_eq!(answer.status, 200);
    answer.json()
}

/// Interventions in the answer to somebody who clicks in rage in the checkout.
fn offered(collector: &Collector) -> usize {
    let data = r#"{"signal":"s1","kind":"rage_click","grade":"confirmed","revision":1}"#;
    let batch = batch(&[event("s", &now().to_string(), data).replace("custom", "signal")]);
    let answer = post(batch.replace(r#""template":"/""#, r#""template":"/checkout""#)).send(collector.address);
    assert_eq!(answer.status, 200);
    answer.json()["interventions"].as_array().unwrap().len()
}

#[test]
fn a_running_collector_takes_up_what_is_published_and_rolled_back() {
    let collector = Collector::start();
    let log_dir = collector.log_dir();
    let dir = TempDir::new().unwrap();
    let built_in = told(&collector)["etag"].clone();

    let first = file(&dir, |config| config["sampling"] = 0.5.into());
    let (said, _, code) = catalog(&["publish", first.to_str().unwrap()], &log_dir);
    assert_eq!(code, 0);
    assert!(said.starts_with("version 1 is in force: 4 rules"), "{said}");
    until("version 1 in force", || told(&collector)["sampling"] == 0.5);
    assert_ne!(told(&collector)["etag"], built_in);

    let second = file(&dir, |config| config["rules"].as_array_mut().unwrap().clear());
    let (said, _, _) = catalog(&["publish", second.to_str().unwrap()], &log_dir);
    assert!(said.contains("rule rage: gone\n") && said.contains("sampling: 50 %, now 100 %\n"), "{said}");
    until("version 2 in force", || told(&collector)["rules"].as_array().unwrap().is_empty());
    assert_eq!(offered(&collector), 0);

    let (said, _, _) = catalog(&["rollback"], &log_dir);
    assert!(said.starts_with("version 1 is in force again"), "{said}");
    until("version 1 in force again", || told(&collector)["sampling"] == 0.5);
    assert_eq!(offered(&collector), 1);
    let (said, _, _) = catalog(&["list"], &log_dir);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("1  in force") && !lines[1].contains("in force"), "{said}");

    // It is still in force after a restart.
    let collector = collector.restart();
    assert_eq!(told(&collector)["sampling"], 0.5);
    let (_, complaint, code) = catalog(&["rollback"], &collector.log_dir());
    assert_eq!(code, 2);
    assert!(complaint.contains("(nothing_before)"), "{complaint}");
    let (_, complaint, code) = catalog(&["rollback", "--to", "9"], &collector.log_dir());
    assert_eq!((code, complaint.contains("(no_such_version)")), (2, true), "{complaint}");
}

#[test]
fn the_kill_switch_stops_help_at_once_and_survives_a_rollback() {
    let collector = Collector::start();
    let dir = TempDir::new().unwrap();
    assert_eq!(offered(&collector), 1);
    let (said, _, code) = catalog(&["kill", "on"], &collector.log_dir());
    assert_eq!(code, 0);
    assert!(said.starts_with("no help is offered any more"), "{said}");
    until("the kill switch", || told(&collector)["kill"] == true);
    assert_eq!(offered(&collector), 0);
    for sampling in [0.5, 0.6] {
        let path = file(&dir, |config| config["sampling"] = sampling.into());
        assert_eq!(catalog(&["publish", path.to_str().unwrap()], &collector.log_dir()).2, 0);
    }
    assert_eq!(catalog(&["rollback"], &collector.log_dir()).2, 0);
    until("version 1 in force", || told(&collector)["sampling"] == 0.5);
    assert_eq!((&told(&collector)["kill"], offered(&collector)), (&true.into(), 0));
    assert!(catalog(&["list"], &collector.log_dir()).0.contains("the kill switch is on"));
    catalog(&["kill", "off"], &collector.log_dir());
    until("the kill switch off", || told(&collector)["kill"] == false);
    assert_eq!(offered(&collector), 1);
}

#[test]
fn nothing_wrong_is_published_and_what_is_broken_on_disk_changes_nothing() {
    let mut collector = Collector::start();
    let log_dir = collector.log_dir();
    let dir = TempDir::new().unwrap();
    let wrong = file(&dir, |config| {
        config["sampling"] = 7.into();
        config["rules"][0]["entry"] = "nothing".into();
    });
    for action in ["check", "publish"] {
        let (said, complaint, code) = catalog(&[action, wrong.to_str().unwrap()], &log_dir);
        assert_eq!((code, said.as_str()), (2, ""));
        assert!(
            complaint.contains("sampling: must be") && complaint.contains("rules[0].entry: must name"),
            "{complaint}"
        );
    }
    let good = file(&dir, |_| {});
    assert!(catalog(&["check", good.to_str().unwrap()], &log_dir).0.contains("is valid: 4 rules"));
    assert!(catalog(&["list"], &log_dir).0.contains("nothing was published"));
    assert_eq!(catalog(&["publish", good.to_str().unwrap()], &log_dir).2, 0);
    let changed = file(&dir, |config| config["catalogue"][0]["text"] = "Something else".into());
    let (_, complaint, code) = catalog(&["publish", changed.to_str().unwrap()], &log_dir);
    assert_eq!(code, 2);
    assert!(complaint.contains("catalogue[0].version: must be above 1"), "{complaint}");

    let etag = told(&collector)["etag"].clone();
    std::fs::write(log_dir.join("catalog/000002.json"), "{").unwrap();
    std::fs::write(log_dir.join("catalog/current"), "2\n").unwrap();
    until("a complaint", || collector.errors().contains("invalid_configuration"));
    assert_eq!(told(&collector)["etag"], etag);
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(collector.errors().matches("what was published is not used").count(), 1, "{}", collector.errors());
    // A collector that starts with it says so instead of falling back to something else.
    collector.running.terminate();
    let doctor = output(["doctor", "--listen", "127.0.0.1:0", "--log-dir", log_dir.to_str().unwrap()]);
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert!(said.contains("BAD   catalog"), "{said}");
    let started = output(["serve", "--listen", "127.0.0.1:0", "--log-dir", log_dir.to_str().unwrap()]);
    assert_eq!(started.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&started.stderr).contains("(invalid_configuration)"));
}
