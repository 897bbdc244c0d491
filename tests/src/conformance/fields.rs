//! Each part of a batch, missing or wrong: the whole batch is refused.

use super::batch::{Batch, post};
use super::case::Case;

/// Parts that are required, and values that none of them may have.
const WRONG: &[(&str, &[&str])] = &[
    ("v", &["2", "0", "-1", "1.5", "\"1\"", "null", "[1]"]),
    (
        "batch_id",
        &[
            "\"short\"",
            "\"AAAAAAAAAAAAAAAAAAAAA\"",
            "\"AAAAAAAAAAAAAAAAAAAAAAA\"",
            "\"AAAAAAAAAAAAAAAAAAAA+/\"",
            "7",
            "null",
        ],
    ),
    ("session", &["\"\"", "\"a b\"", "\"é\"", "\"\\ud800\"", "7", "null", "[]"]),
    ("tab", &["\"\"", "\"tab 1\"", "7", "null"]),
    ("seq", &["-1", "1.5", "\"0\"", "4294967296", "null"]),
    ("sent_at", &["-1", "1.5", "\"now\"", "18446744073709551616", "1e999", "null"]),
    ("sdk", &["\"\"", "\"0.1.0 beta\"", "7", "null"]),
    ("consent", &["\"pending\"", "\"denied\"", "\"Granted\"", "true", "null"]),
    (
        "page",
        &[
            "{}",
            "[]",
            "7",
            "null",
            r#"["/","view-1"]"#,
            r#"{"template":7}"#,
            r#"{"template":null}"#,
            r#"{"template":"/","view":"a b"}"#,
            r#"{"template":"/","view":7}"#,
        ],
    ),
    (
        "features",
        &[
            "{}",
            "[]",
            "null",
            r#"[1,"session",[0,0,0,1,0,0,0,0.5,50,0,1,1,1],8191]"#,
            r#"{"v":2,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"history","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":[0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,1e999,0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,"1",0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,null,0,0,0,0.5,50,0,1,1,1],"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":{},"observed":8191}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1]}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":-1}"#,
            r#"{"v":1,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":65536}"#,
        ],
    ),
];

/// Values that the parts which may be missing may not have.
const WRONG_IF_THERE: &[(&str, &[&str])] = &[
    ("visitor", &["\"\"", "\"a b\"", "5", "[]"]),
    ("config", &["\"\\ud800\""]),
    ("later", &["{\"x\":\"\\ud800\"}"]),
    (
        "policy_state",
        &[
            "7",
            "[]",
            "\"calm\"",
            r#"["low",0]"#,
            r#"{"level":7}"#,
            r#"{"dismissed":-1}"#,
            r#"{"dismissed":1.5}"#,
            r#"{"dismissed":"two"}"#,
            r#"{"dismissed":4294967296}"#,
            r#"{"dismissed":null}"#,
            r#"{"dismissed":1e999}"#,
        ],
    ),
];

/// A batch whose parts are wrong, one at a time.
pub fn refused() -> Vec<Case> {
    let invalid = |name: String, request| Case::new(name, request, 400, "invalid_batch");
    let mut cases = Vec::new();
    for (part, values) in WRONG {
        cases.push(invalid(format!("without {part}"), Batch::new().without(part).post()));
        for value in *values {
            cases.push(invalid(format!("{part}: {value}"), Batch::new().with(part, value).post()));
        }
    }
    for (part, values) in WRONG_IF_THERE {
        for value in *values {
            cases.push(invalid(format!("{part}: {value}"), Batch::new().with(part, value).post()));
        }
    }
    for body in ["[]", "7", "null", "true", "\"batch\"", "{}"] {
        cases.push(invalid(format!("the JSON value {body}"), post(body)));
    }
    let text = Batch::new().text();
    for (name, from, to) in [
        ("without events", r#""events":"#, r#""later":"#),
        ("events that are an object", r#""events":["#, r#""events":{},"later":["#),
        ("events that are null", r#""events":["#, r#""events":null,"later":["#),
        ("events that are text", r#""events":["#, r#""events":"e","later":["#),
        ("a part that stands there twice", r#""seq":0,"#, r#""seq":0,"seq":0,"#),
    ] {
        assert!(text.contains(from), "{from} is not in {text}");
        cases.push(invalid(name.to_owned(), post(text.replacen(from, to, 1))));
    }
    let long = |bytes: usize| "x".repeat(bytes);
    for part in ["session", "tab", "sdk", "visitor"] {
        let batch = Batch::new().with(part, format!("\"{}\"", long(65)));
        cases.push(invalid(format!("{part} of 65 bytes"), batch.post()));
    }
    cases.push(invalid("a template of 513 bytes".to_owned(), Batch::new().page(&long(513)).post()));
    cases
}

/// Parts at the edge of what they may be.
pub fn kept() -> Vec<Case> {
    let with = |part: &str, value: &str| Case::accepted(format!("{part}: {value}"), &Batch::new().with(part, value));
    let of_64_bytes = format!("\"{}\"", "x".repeat(64));
    let template = format!("/{}", "x/".repeat(255));
    vec![
        with("session", &of_64_bytes),
        with("session", r#""A.b_c:d-9""#),
        with("session", r#""\u0061""#),
        with("tab", &of_64_bytes),
        with("sdk", &of_64_bytes),
        with("visitor", &of_64_bytes),
        with("seq", "4294967295"),
        with("sent_at", "0"),
        with("sent_at", "18446744073709551615"),
        with("config", "7"),
        with("page", r#"{"template":""}"#),
        with("page", r#"{"view":null,"template":"/order/123?coupon=x#top","later":1}"#),
        with("policy_state", "null"),
        with("policy_state", "{}"),
        with("policy_state", r#"{"level":"serene","dismissed":0}"#),
        with("policy_state", r#"{"level":null}"#),
        with("policy_state", r#"{"later":{"than":["now"]}}"#),
        with("features", r#"{"v":1,"scope":"session","values":[-1,1e9,0,1,0,0,0,2,500,0,0,0,-0.0],"observed":65535}"#),
        with("features", r#"{"observed":0,"values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"scope":"session","later":1,"v":1}"#),
        Case::accepted("without a visitor", &Batch::new().without("visitor")),
        Case::accepted("without what the page knows", &Batch::new().without("policy_state")),
        Case::accepted("without the configuration", &Batch::new().without("config")),
        Case::accepted("a template of 511 bytes", &Batch::new().page(&template)),
        Case::accepted("a part nobody knows", &Batch::new().with("later", r#"{"kept":[1.50,"é"]}"#))
            .stores("/batch/later", serde_json::json!({"kept": [1.5, "é"]})),
    ]
}
