//! The control route.

use serde_json::{Value, json};

use crate::client::{control, put, stored, stub};

#[test]
fn arms_faults_and_tells_what_is_left_of_them() {
    let stub = stub(1);
    let faults = json!({ "faults": [{ "what": "throttle", "times": 2 }, { "what": "partial", "share": 0.5 }] });
    let answer = control(&stub, "POST", "/_stub/faults", &faults.to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(put(&["a"]).answer(&stub).status, 400);
    let left = control(&stub, "GET", "/_stub/faults", "").json();
    assert_eq!((&left["faults"][0]["what"], &left["faults"][0]["times"]), (&json!("throttle"), &json!(1)));
    assert_eq!((&left["faults"][1]["what"], &left["faults"][1]["times"]), (&json!("partial"), &Value::Null));
    control(&stub, "POST", "/_stub/faults", r#"{"faults":[]}"#);
    assert_eq!(put(&["a"]).answer(&stub).status, 200);
}

#[test]
fn rejects_faults_that_it_does_not_understand_and_keeps_the_old() {
    let stub = stub(1);
    control(&stub, "POST", "/_stub/faults", r#"{"faults":[{"what":"error500"}]}"#);
    for body in [
        "",
        "{}",
        r#"{"faults":[{"what":"explode"}]}"#,
        r#"{"faults":[{"what":"throttle","tmies":1}]}"#,
        r#"{"faults":[{"what":"slow"}]}"#,
        r#"{"faults":[{"what":"throttle","times":-1}]}"#,
    ] {
        let answer = control(&stub, "POST", "/_stub/faults", body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["error"].is_string(), "{body}");
    }
    assert_eq!(put(&["a"]).answer(&stub).status, 500);
}

#[test]
fn counts_what_happened() {
    let stub = stub(1);
    put(&["a", "b"]).answer(&stub);
    control(&stub, "POST", "/_stub/faults", r#"{"faults":[{"what":"partial","every":2,"times":1}]}"#);
    put(&["c", "d", "e"]).answer(&stub);
    let expected = json!({
        "connections": 4,
        "requests": { "PutRecords": 2 },
        "refused_requests": {},
        "records_stored": 4,
        "bytes_stored": 8,
        "records_refused": { "partial": 1 },
        "faults": { "partial": 1 },
    });
    assert_eq!(control(&stub, "GET", "/_stub/stats", "").json(), expected);
}

#[test]
fn gives_out_the_records_as_lines() {
    let stub = stub(1);
    put(&["a", "ä"]).answer(&stub);
    let lines = |path: &str| -> Vec<Value> {
        let answer = control(&stub, "GET", path, "");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    };
    let records = lines("/_stub/records?stream=unsnag");
    assert_eq!(records.len(), 2);
    assert_eq!((&records[0]["partition_key"], &records[0]["data"]), (&json!("a"), &json!("YQ==")));
    assert_eq!(records[0]["sequence_number"], stub.records()[0].sequence_number);
    assert_eq!(lines("/_stub/records?stream=unsnag&as=text")[1]["text"], "ä");
    assert_eq!(lines("/_stub/records").len(), 2);
    assert_eq!(control(&stub, "GET", "/_stub/records?stream=other", "").status, 404);
    assert_eq!(control(&stub, "GET", "/_stub/records?sort=up", "").status, 400);
}

#[test]
fn sets_the_latency_and_resets_all() {
    let stub = stub(1);
    put(&["a"]).answer(&stub);
    assert_eq!(control(&stub, "POST", "/_stub/latency", r#"{"ms":40}"#).json(), json!({ "ms": 40 }));
    assert_eq!(control(&stub, "POST", "/_stub/latency", "40").status, 400);
    control(&stub, "POST", "/_stub/faults", r#"{"faults":[{"what":"throttle"}]}"#);
    assert_eq!(control(&stub, "POST", "/_stub/reset", "").status, 200);
    assert!(stored(&stub).is_empty());
    assert_eq!(stub.stats().requests.len(), 0);
    assert_eq!(put(&["a"]).answer(&stub).status, 200);
}

#[test]
fn knows_only_its_own_paths_and_methods() {
    let stub = stub(1);
    assert_eq!(control(&stub, "GET", "/_stub/nothing", "").status, 404);
    assert_eq!(control(&stub, "DELETE", "/_stub/faults", "").status, 405);
    assert_eq!(control(&stub, "GET", "/", "").verdict(), (400, "UnknownOperationException".to_owned()));
}
