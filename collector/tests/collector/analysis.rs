//! The analysis in the collector: who may look at it, that a restart makes no effect twice, and that a person is
//! forgotten.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use unsnag_test_http::Request;

use super::support::batch::{batch_with_id, event, good, new_id, now, post};
use super::support::process::{Collector, output, unsnag};
use super::support::stream::{metric, until};

const TOKEN: &str = "0123456789abcdef";

fn start_in(dir: TempDir, learned: &Path, token: Option<&str>) -> Collector {
    let mut command = unsnag();
    if let Some(token) = token {
        command.env("UNSNAG_DASHBOARD_TOKEN", token);
    }
    let path = learned.display().to_string();
    Collector::start_command(command, dir, &["--analysis-dir", &path, "--key", "demo=;0", "--client-rate-per-s", "0"])
}

/// A batch of this visitor's, with a rage click.
fn stuck(visitor: &str) -> String {
    let data =
        r#"{"signal":"s1","kind":"rage_click","grade":"confirmed","revision":1,"role":"button","label":"submit"}"#;
    let signal = event("s", &now().to_string(), data).replace("custom", "signal");
    let batch = batch_with_id(&new_id(), &[good("e"), signal]);
    batch
        .replace("\"visitor\":null", &format!("\"visitor\":\"{visitor}\""))
        .replace("session-1", &format!("s-{visitor}"))
}

fn send(address: SocketAddr, visitor: &str) {
    let answer = post(stuck(visitor)).send(address);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn analysed(address: SocketAddr) {
    until("analysed", || metric(address, "unsnag_analysis_behind_records") == 0);
}

/// A request as it comes through a proxy: from elsewhere.
fn from_elsewhere(path: &str) -> Request {
    Request::get(path).header("x-forwarded-for", "203.0.113.7")
}

#[test]
fn shows_on_this_machine_where_people_get_stuck_and_elsewhere_nothing() {
    let learned = TempDir::new().unwrap();
    let collector = start_in(TempDir::new().unwrap(), learned.path(), None);
    send(collector.address, "ann-0001");
    analysed(collector.address);
    let report = Request::get("/analysis.json?days=1&key=demo").send(collector.address);
    assert!(report.header("content-security-policy").is_none(), "it is data");
    let report = report.json();
    let signal = &report["pages"][0]["signals"][0];
    assert_eq!((&signal["kind"], &signal["count"]), (&"rage_click".into(), &1.into()), "{report}");
    assert_eq!(report["sessions"][0]["visitor"], "ann-0001");
    assert_eq!(report["health"]["model"]["name"], "history");
    for (path, content_type, part) in [
        ("/", "text/html; charset=utf-8", "/dashboard/main.js"),
        ("/?days=30", "text/html; charset=utf-8", "/dashboard/main.js"),
        ("/live", "text/html; charset=utf-8", "/live/main.js"),
        ("/dashboard/main.js", "text/javascript; charset=utf-8", "/analysis.json"),
        ("/dashboard/style.css", "text/css; charset=utf-8", "{"),
    ] {
        let answer = Request::get(path).send(collector.address);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
        assert!(answer.text().contains(part), "{path}");
        assert!(answer.header("content-security-policy").is_some(), "{path}");
        assert_eq!(from_elsewhere(path).send(collector.address).status, 404, "{path}");
    }
    assert_eq!(from_elsewhere("/analysis.json").send(collector.address).status, 404);
}

#[test]
fn lets_whoever_brings_the_token_look_from_elsewhere() {
    let learned = TempDir::new().unwrap();
    let collector = start_in(TempDir::new().unwrap(), learned.path(), Some(TOKEN));
    for path in ["/", "/analysis.json", "/live", "/feed"] {
        let refused = from_elsewhere(path).send(collector.address);
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.header("www-authenticate").unwrap().starts_with("Basic "), "{path}");
        let wrong = from_elsewhere(path).header("authorization", "Bearer 0123456789abcdee");
        assert_eq!(wrong.send(collector.address).status, 401, "{path}");
    }
    for path in ["/", "/analysis.json", "/live"] {
        let bearer = from_elsewhere(path).header("authorization", format!("Bearer {TOKEN}"));
        assert_eq!(bearer.send(collector.address).status, 200, "{path}");
        assert_eq!(Request::get(path).send(collector.address).status, 200, "{path}");
    }
    let mut short = unsnag();
    short.env("UNSNAG_DASHBOARD_TOKEN", "short").args(["doctor", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8(short.output().unwrap().stderr).unwrap();
    assert!(said.contains("dashboard.token: a token has 16"), "{said}");
}

#[test]
fn goes_on_after_a_kill_and_makes_no_effect_twice() {
    let learned = TempDir::new().unwrap();
    let mut collector = start_in(TempDir::new().unwrap(), learned.path(), None);
    for visitor in ["ann-0001", "bob-0001"] {
        send(collector.address, visitor);
    }
    analysed(collector.address);
    collector.running.kill();
    let collector = start_in(collector.into_dir(), learned.path(), None);
    send(collector.address, "eve-0001");
    analysed(collector.address);
    let report = Request::get("/analysis.json").send(collector.address).json();
    let counts: Vec<u64> = report["pages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|page| page["signals"].as_array().unwrap())
        .map(|signal| signal["count"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [3], "{report}");
    assert_eq!(report["sessions"].as_array().unwrap().len(), 3);
}

#[test]
fn forgets_a_visitor_in_what_was_learned_too() {
    let learned = TempDir::new().unwrap();
    let mut collector = start_in(TempDir::new().unwrap(), learned.path(), None);
    for visitor in ["ann-0001", "bob-0001"] {
        send(collector.address, visitor);
    }
    analysed(collector.address);
    assert!(collector.running.terminate().success());
    let (log, dir) = (collector.log_dir().display().to_string(), learned.path().display().to_string());
    let said = output(["forget", "ann-0001", "--log-dir", &log, "--analysis-dir", &dir]);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success() && text.contains("items of the analysis"), "{text}");
    let collector = start_in(collector.into_dir(), learned.path(), None);
    let sessions = Request::get("/analysis.json").send(collector.address).json()["sessions"].clone();
    let visitors: Vec<&str> =
        sessions.as_array().unwrap().iter().map(|session| session["visitor"].as_str().unwrap()).collect();
    assert_eq!(visitors, ["bob-0001"]);
}

#[test]
fn exports_what_came_of_help_to_train_on() {
    let learned = TempDir::new().unwrap();
    let mut collector = start_in(TempDir::new().unwrap(), learned.path(), None);
    // A rule of the embedded configuration proposes help for a rage click; the page says that it was shown and helped.
    let answer = post(stuck("ann-0001")).send(collector.address).json();
    let (intervention, decision) = (&answer["interventions"][0]["id"], &answer["decision"]);
    let outcomes = ["shown", "helped"].map(|what| {
        let data = json!({"intervention": intervention, "decision": decision["id"],
            "signature": decision["signature"], "what": what});
        event(what, &now().to_string(), &data.to_string()).replace("custom", "outcome")
    });
    let batch = batch_with_id(&new_id(), &outcomes).replace("\"visitor\":null", "\"visitor\":\"ann-0001\"");
    assert_eq!(post(batch.replace("session-1", "s-ann-0001")).send(collector.address).status, 200);
    analysed(collector.address);
    assert!(collector.running.terminate().success());
    let dir = learned.path().display().to_string();
    let said = output(["export", "--labels", "--analysis-dir", &dir]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let lines: Vec<Value> =
        String::from_utf8(said.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let label = &lines[0];
    assert_eq!((&label["intervention"], &label["visitor"]), (intervention, &"ann-0001".into()));
    assert_eq!((&label["helped"], &label["clicked"], &label["arm"]), (&true.into(), &false.into(), &"treat".into()));
}

#[test]
fn says_what_is_wrong_with_an_operators_file_before_it_listens() {
    for (file, wrong, places) in [
        ("site.json", r#"{"channels": {"fax": {}}, "quiet_hours": ["25:00", "x"]}"#, ["channels.fax", "quiet_hours"]),
        ("videos.json", r#"{"v": 1, "videos": [{"id": "a b"}]}"#, ["videos[0].id", "videos[0].topic"]),
    ] {
        let learned = TempDir::new().unwrap();
        std::fs::write(learned.path().join(file), wrong).unwrap();
        let log = TempDir::new().unwrap();
        let (log, dir) = (log.path().join("log").display().to_string(), learned.path().display().to_string());
        let said = output(["serve", "--listen", "127.0.0.1:0", "--log-dir", &log, "--analysis-dir", &dir]);
        let text = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(1), "{text}");
        assert!(text.contains(file) && places.iter().all(|place| text.contains(place)), "{text}");
        assert!(text.contains("(invalid_analysis_file)"), "{text}");
    }
}
