//! The contract of the hosts as an OpenAPI 3.1 document: routes from [`crate::host`], codes from [`crate::code`],
//! shapes from the published schemas. Any client may be generated from it.

use serde_json::{Map, Value, json};

use crate::code::RequestCode;
use crate::host::{INTERVENTIONS, LIVE, ROUTES};

/// The published schemas that a host's routes speak of: the path below `schemas/`, and the text.
const SCHEMAS: [(&str, &str); 19] = [
    ("answer-v1.json", include_str!("../schemas/answer-v1.json")),
    ("batch-v1.json", include_str!("../schemas/batch-v1.json")),
    ("config-v1.json", include_str!("../schemas/config-v1.json")),
    ("error-v1.json", include_str!("../schemas/error-v1.json")),
    ("events/click.json", include_str!("../schemas/events/click.json")),
    ("events/custom.json", include_str!("../schemas/events/custom.json")),
    ("events/error.json", include_str!("../schemas/events/error.json")),
    ("events/form.json", include_str!("../schemas/events/form.json")),
    ("events/help.json", include_str!("../schemas/events/help.json")),
    ("events/outcome.json", include_str!("../schemas/events/outcome.json")),
    ("events/page.json", include_str!("../schemas/events/page.json")),
    ("events/signal.json", include_str!("../schemas/events/signal.json")),
    ("events/task.json", include_str!("../schemas/events/task.json")),
    ("events/video.json", include_str!("../schemas/events/video.json")),
    ("live-v1.json", include_str!("../schemas/live-v1.json")),
    ("push-v1.json", include_str!("../schemas/push-v1.json")),
    ("replay-v1.json", include_str!("../schemas/replay-v1.json")),
    ("thresholds-v1.json", include_str!("../schemas/thresholds-v1.json")),
    ("webhook-v1.json", include_str!("../schemas/webhook-v1.json")),
];

/// The document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for (path, method) in ROUTES {
        paths.insert(path.to_owned(), json!({ method.to_ascii_lowercase(): operation(path) }));
    }
    let schemas: Map<String, Value> =
        SCHEMAS.iter().map(|(name, text)| (component(name), schema(name, text))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Unsnag",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What a page, or any other client, says to a host, and what it is answered. Edge worker and \
                            collector answer the same bytes.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "webhooks": { "help": webhook() },
        "components": {
            "schemas": schemas,
            "parameters": {
                "key": {
                    "name": "key", "in": "query", "required": true,
                    "description": "The write key of the site. It is public, and bound to the origins of its pages.",
                    "schema": { "type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$" },
                },
            },
        },
    })
}

fn operation(path: &str) -> Value {
    let key = json!([{ "$ref": "#/components/parameters/key" }]);
    match path {
        "/v1/batch" => json!({
            "operationId": "sendBatch",
            "summary": "Send a batch of events; it is answered once it is durable",
            "parameters": key,
            "requestBody": {
                "required": true,
                "description": "Plain or gzip, recognised by its first bytes or by Content-Encoding; at most 65,536 \
                                bytes, 98,304 once inflated. The SDK sends text/plain, so that no preflight is needed.",
                "content": {
                    "application/json": { "schema": reference("batch-v1.json") },
                    "text/plain": { "schema": { "type": "string", "contentMediaType": "application/json" } },
                },
            },
            "responses": responses(&[(200, "Each event has its disposition.", "answer-v1.json")], |code| {
                !matches!(code, RequestCode::NotFound | RequestCode::UpgradeRequired)
                    && !of_a_token(code)
                    && !of_a_push(code)
            }),
        }),
        LIVE => json!({
            "operationId": "openLiveChannel",
            "summary": "Open a WebSocket by which interventions come that are decided later",
            "description": "Frames are text, as the component live-v1 describes them. A host without a live channel \
                            answers 404.",
            "parameters": [{
                "name": "token", "in": "query", "required": true,
                "description": "The token of the newest batch answer.",
                "schema": { "type": "string" },
            }],
            "responses": responses(&[(101, "The connection is a WebSocket from here on.", "")], |code| {
                matches!(
                    code,
                    RequestCode::NotFound
                        | RequestCode::UpgradeRequired
                        | RequestCode::UnknownKey
                        | RequestCode::OriginNotAllowed
                        | RequestCode::RateLimited
                ) || of_a_token(code) || any_route(code)
            }),
        }),
        INTERVENTIONS => json!({
            "operationId": "pushIntervention",
            "summary": "Push an intervention for a session; it is answered once it is durable",
            "description": format!("For the analysis side, not for pages. {SIGNATURE} A host without a live channel answers \
                                    404."),
            "parameters": [
                signature_header("unsnag-key-id", "Which of the host's push.keys signed."),
                signature_header("unsnag-timestamp", "When, s since 1970-01-01 00:00 UTC; at most 300 s from the host's clock."),
                signature_header("unsnag-signature", "The signature."),
            ],
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": reference("push-v1.json") } },
            },
            "responses": responses(&[(200, "It is kept, or was known.", "kept")], |code| {
                !matches!(
                    code,
                    RequestCode::UpgradeRequired
                        | RequestCode::OriginNotAllowed
                        | RequestCode::InvalidBatch
                        | RequestCode::TooManyEvents
                ) && !of_a_token(code)
            }),
        }),
        "/v1/config" => json!({
            "operationId": "readConfiguration",
            "summary": "Read the configuration of a site's pages",
            "parameters": [
                { "$ref": "#/components/parameters/key" },
                {
                    "name": "If-None-Match", "in": "header", "required": false,
                    "description": "The ETag of the configuration in hand.",
                    "schema": { "type": "string" },
                },
            ],
            "responses": responses(&[(200, "The configuration in force.", "config-v1.json"), (304, "Still the one in hand.", "")], |code| {
                matches!(code, RequestCode::UnknownKey | RequestCode::OriginNotAllowed) || any_route(code)
            }),
        }),
        "/healthz" => json!({
            "operationId": "checkHealth",
            "summary": "Ask whether the host runs",
            "responses": responses(&[(200, "It does.", "health")], any_route),
        }),
        _ => json!({
            "operationId": "readContract",
            "summary": "Read this document",
            "responses": responses(&[(200, "This document.", "openapi")], any_route),
        }),
    }
}

/// How requests are signed, in either direction.
const SIGNATURE: &str = "unsnag-signature is the hexadecimal HMAC-SHA256, under the secret of the key id, of method, \
                         path, timestamp, key id and the body's hexadecimal SHA-256, with a line break after each but \
                         the last.";

/// What the analysis sends to systems of the operator's.
fn webhook() -> Value {
    json!({ "post": {
        "operationId": "deliverHelp",
        "summary": "Take help that was decided for a visitor: an e-mail, a chat or a ticket",
        "description": format!("Sent by the analysis. {SIGNATURE} The path is that of the URL, without its query. What is not \
                                taken is tried again until it expires, with the same id."),
        "parameters": [
            signature_header("unsnag-key-id", "Which secret signed."),
            signature_header("unsnag-timestamp", "When this try was made, s since 1970-01-01 00:00 UTC."),
            signature_header("unsnag-signature", "The signature."),
            signature_header("idempotency-key", "The id, the same for every try."),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": reference("webhook-v1.json") } },
        },
        "responses": {
            "2XX": { "description": "It is taken. The answer's body is not looked at." },
            "408": { "description": "It is tried again." },
            "425": { "description": "It is tried again." },
            "429": { "description": "It is tried again." },
            "5XX": { "description": "It is tried again." },
            "default": { "description": "It is refused, and not tried again." },
        },
    } })
}

/// Refusals that no route is safe from.
fn any_route(code: RequestCode) -> bool {
    matches!(
        code,
        RequestCode::MethodNotAllowed
            | RequestCode::RequestTimeout
            | RequestCode::UriTooLong
            | RequestCode::HeadersTooLarge
            | RequestCode::InternalError
    )
}

fn of_a_token(code: RequestCode) -> bool {
    matches!(code, RequestCode::BadToken | RequestCode::ExpiredToken)
}

fn of_a_push(code: RequestCode) -> bool {
    matches!(code, RequestCode::BadSignature | RequestCode::StaleSignature | RequestCode::InvalidPush)
}

fn signature_header(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "header", "required": true, "description": description, "schema": { "type": "string" } })
}

/// Good answers as status, sentence and schema, and the refusals by status.
fn responses(good: &[(u16, &str, &str)], refuses: impl Fn(RequestCode) -> bool) -> Value {
    let mut responses = Map::new();
    for (status, description, schema) in good {
        let mut response = json!({ "description": description });
        let schema = match *schema {
            "" => Value::Null,
            "health" => {
                json!({ "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } } })
            }
            "kept" => json!({
                "type": "object", "required": ["v", "duplicate"],
                "properties": { "v": { "const": 1 }, "duplicate": { "type": "boolean", "description": "It was known." } },
            }),
            "openapi" => json!({ "type": "object", "required": ["openapi", "paths"] }),
            name => reference(name),
        };
        if !schema.is_null() {
            response["content"] = json!({ "application/json": { "schema": schema } });
        }
        responses.insert(status.to_string(), response);
    }
    let codes: Vec<RequestCode> = RequestCode::ALL.into_iter().filter(|code| refuses(*code)).collect();
    for first in &codes {
        let status = first.status();
        if responses.contains_key(&status.to_string()) {
            continue;
        }
        let same: Vec<&RequestCode> = codes.iter().filter(|code| code.status() == status).collect();
        let list: Vec<String> = same.iter().map(|code| format!("`{}`: {}", code.code(), code.message())).collect();
        let mut response = json!({
            "description": list.join("\n"),
            "content": { "application/json": { "schema": reference("error-v1.json") } },
        });
        if same.iter().any(|code| code.retry_after_s().is_some()) {
            response["headers"] = json!({
                "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 } }
            });
        }
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", component(name)) })
}

/// `events/click.json` is the component `events.click`.
fn component(name: &str) -> String {
    name.trim_end_matches(".json").replace('/', ".")
}

/// A published schema as a component: without an address of its own, references turned to the other components.
fn schema(name: &str, text: &str) -> Value {
    let mut schema: Value = serde_json::from_str(text).expect("the published schemas are tested");
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.remove("$id");
    }
    turn_references(name, &mut schema);
    schema
}

fn turn_references(name: &str, value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (member, value) in object {
                match value {
                    Value::String(text) if member == "$ref" => *text = turned(name, text),
                    other => turn_references(name, other),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| turn_references(name, value)),
        _ => {}
    }
}

/// Where a reference in the schema `name` leads among the components.
fn turned(name: &str, reference: &str) -> String {
    let (file, inside) = reference.split_once('#').unwrap_or((reference, ""));
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let file = match file.strip_prefix("../") {
        _ if file.is_empty() => name.to_owned(),
        Some(above) => above.to_owned(),
        None if folder.is_empty() => file.to_owned(),
        None => format!("{folder}/{file}"),
    };
    format!("#/components/schemas/{}{inside}", component(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn describes_every_route_and_every_code() {
        let document = document();
        for (path, method) in ROUTES {
            let responses = &document["paths"][path][method.to_ascii_lowercase()]["responses"];
            assert!(["200", "101"].iter().any(|good| responses[*good].is_object()), "{path}");
        }
        let text = document["paths"].to_string();
        for code in RequestCode::ALL {
            assert!(text.contains(&format!("`{}`", code.code())), "{code:?}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere_in_the_document() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("a reference stays in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
