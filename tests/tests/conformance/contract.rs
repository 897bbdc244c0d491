//! The published contract, held against the answers that the hosts really give.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Value, json};
use unsnag_core::code::RequestCode;
use unsnag_test_http::{Answer, Request};

/// What each route may answer, by path and status.
#[derive(Debug)]
pub(crate) struct Contract {
    paths: BTreeMap<String, BTreeMap<u16, Option<Validator>>>,
}

impl Contract {
    /// Reads an `OpenAPI` document; panics where it is none.
    pub(crate) fn of(document: &Value) -> Self {
        assert_eq!(document["openapi"], "3.1.0", "{document}");
        let mut paths = BTreeMap::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            let mut statuses = BTreeMap::new();
            for operation in operations.as_object().unwrap().values() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let schema = response.pointer("/content/application~1json/schema");
                    statuses.insert(status.parse().unwrap(), schema.map(|schema| validator(document, schema)));
                }
            }
            paths.insert(path.clone(), statuses);
        }
        Self { paths }
    }

    /// What of an answer the contract does not allow.
    pub(crate) fn breaches(&self, request: &Request, answer: &Answer) -> Vec<String> {
        let Some(statuses) = self.paths.get(request.target().split('?').next().unwrap_or_default()) else {
            return Vec::new();
        };
        let Some(validator) = statuses.get(&answer.status) else {
            return vec![format!("the contract has no status {} for this path", answer.status)];
        };
        let kind = answer.header("content-type");
        let Some(validator) = validator.as_ref().filter(|_| !answer.body.is_empty()) else {
            return Vec::new();
        };
        if kind != Some("application/json") {
            return vec![format!("the contract promises JSON, the answer is {kind:?}")];
        }
        let body = answer.json();
        validator.iter_errors(&body).map(|error| format!("against the contract: {error}")).collect()
    }
}

/// References in the document lead to its components.
fn validator(document: &Value, schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    jsonschema::options().offline().build(&schema).unwrap()
}

/// What a document lacks to be a whole contract.
pub(crate) fn gaps(document: &Value) -> Vec<String> {
    let mut gaps = Vec::new();
    let routes = [
        ("/v1/batch", "post", "200"),
        ("/v1/config", "get", "200"),
        ("/v1/live", "get", "101"),
        ("/v1/interventions", "post", "200"),
        ("/healthz", "get", "200"),
        ("/openapi.json", "get", "200"),
    ];
    for (path, method, good) in routes {
        let operation = &document["paths"][path][method];
        if !operation["operationId"].is_string() || !operation["responses"][good].is_object() {
            gaps.push(format!("{method} {path}: {operation}"));
        }
    }
    for code in RequestCode::ALL {
        let named = routes.iter().any(|(path, method, _)| {
            let text = &document["paths"][path][method]["responses"][code.status().to_string()]["description"];
            text.as_str().unwrap_or_default().contains(&format!("`{}`", code.code()))
        });
        if !named {
            gaps.push(format!("{} is not among the answers of any route", code.code()));
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        if let Err(error) = jsonschema::meta::validate(schema) {
            gaps.push(format!("the schema {name}: {error}"));
        }
        // Building it resolves its references.
        validator(document, &json!({ "$ref": format!("#/components/schemas/{name}") }));
    }
    gaps
}
