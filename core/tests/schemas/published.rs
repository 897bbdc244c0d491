//! The published schemas, found by their `$id` and never over a network.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// Every schema: its path below `core/schemas/`, and its text.
pub(crate) const SCHEMAS: [(&str, &str); 21] = [
    ("answer-v1.json", include_str!("../../schemas/answer-v1.json")),
    ("batch-v1.json", include_str!("../../schemas/batch-v1.json")),
    ("config-v1.json", include_str!("../../schemas/config-v1.json")),
    ("error-v1.json", include_str!("../../schemas/error-v1.json")),
    ("events/click.json", include_str!("../../schemas/events/click.json")),
    ("events/custom.json", include_str!("../../schemas/events/custom.json")),
    ("events/error.json", include_str!("../../schemas/events/error.json")),
    ("events/form.json", include_str!("../../schemas/events/form.json")),
    ("events/help.json", include_str!("../../schemas/events/help.json")),
    ("events/outcome.json", include_str!("../../schemas/events/outcome.json")),
    ("events/page.json", include_str!("../../schemas/events/page.json")),
    ("events/signal.json", include_str!("../../schemas/events/signal.json")),
    ("events/task.json", include_str!("../../schemas/events/task.json")),
    ("events/video.json", include_str!("../../schemas/events/video.json")),
    ("live-v1.json", include_str!("../../schemas/live-v1.json")),
    ("push-v1.json", include_str!("../../schemas/push-v1.json")),
    ("record-v1.json", include_str!("../../schemas/record-v1.json")),
    ("replay-v1.json", include_str!("../../schemas/replay-v1.json")),
    ("thresholds-v1.json", include_str!("../../schemas/thresholds-v1.json")),
    ("trace-v1.json", include_str!("../../schemas/trace-v1.json")),
    ("webhook-v1.json", include_str!("../../schemas/webhook-v1.json")),
];

static DOCUMENTS: LazyLock<BTreeMap<&str, Value>> =
    LazyLock::new(|| SCHEMAS.iter().map(|(name, text)| (*name, serde_json::from_str(text).unwrap())).collect());

static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
    let mut registry = Registry::new();
    for (name, document) in DOCUMENTS.iter() {
        // A relative `$id` counts from where the document was found; here that is nowhere, so it is said.
        let mut document = document.clone();
        document["$id"] = uri(name).into();
        registry = registry.add(uri(name), document).unwrap();
    }
    registry.prepare().unwrap()
});

/// The address that a schema has in these tests; its own `$id` is relative.
fn uri(name: &str) -> String {
    format!("json-schema:///unsnag/{name}")
}

/// A schema as JSON.
pub(crate) fn document(name: &str) -> &'static Value {
    &DOCUMENTS[name]
}

/// What checks documents against a schema. References lead to the other schemas and nowhere else.
pub(crate) fn validator(name: &str) -> Validator {
    let schema = json!({ "$ref": uri(name) });
    jsonschema::options().with_registry(&REGISTRY).offline().build(&schema).unwrap()
}

/// Fails with everything that the schema has against the document.
#[track_caller]
pub(crate) fn assert_valid(name: &str, validator: &Validator, document: &Value) {
    let complaints: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(complaints.is_empty(), "{name} refuses {document}:\n  {}", complaints.join("\n  "));
}

/// Calls `visit` with each object of a schema and its place, as a JSON pointer.
pub(crate) fn walk(at: &str, value: &Value, visit: &mut dyn FnMut(&str, &serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            visit(at, members);
            for (name, member) in members {
                walk(&format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), member, visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(&format!("{at}/{index}"), item, visit);
            }
        }
        _ => {}
    }
}
