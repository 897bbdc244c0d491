//! Refuses to build a Worker whose `wrangler.toml` is wrong, with every mistake at once.

#[allow(dead_code, reason = "secrets are not in the file; the Worker reads them when it starts")]
#[path = "src/settings.rs"]
mod settings;

use std::process::ExitCode;

use settings::{SECRETS, VARS, Vars};
use toml::{Table, Value};

const FILE: &str = "wrangler.toml";

/// The longest value that the platform takes for a binding.
const MAX_VALUE_BYTES: usize = 5 * 1024;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={FILE}");
    println!("cargo::rerun-if-changed=src/settings.rs");
    let problems = match std::fs::read_to_string(FILE) {
        Ok(text) => check(&text),
        Err(error) => vec![format!("cannot be read: {error}")],
    };
    for problem in &problems {
        println!("cargo::error=edge-worker/{FILE}: {problem}");
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every mistake in the file's bindings, of the deployment itself and of each environment: none inherits another's.
fn check(text: &str) -> Vec<String> {
    let file: Table = match text.parse() {
        Ok(file) => file,
        Err(error) => return vec![error.to_string()],
    };
    let mut problems = check_vars("vars", file.get("vars"));
    for (name, environment) in file.get("env").and_then(Value::as_table).into_iter().flatten() {
        problems.extend(check_vars(&format!("env.{name}.vars"), environment.get("vars")));
    }
    problems
}

fn check_vars(place: &str, vars: Option<&Value>) -> Vec<String> {
    let nothing = Table::new();
    let vars = vars.and_then(Value::as_table).unwrap_or(&nothing);
    let mut problems = Vec::new();
    for (name, value) in vars {
        if SECRETS.contains(&name.as_str()) {
            problems.push(format!("{name}: is a secret; take it out and set it with `wrangler secret put {name}`"));
        } else if !VARS.contains(&name.as_str()) {
            problems.push(format!("{name}: is no binding of this Worker; it knows {}", VARS.join(", ")));
        } else if !value.is_str() {
            problems.push(format!("{name}: must be a string, not {}", value.type_str()));
        } else if value.as_str().is_some_and(|text| text.len() > MAX_VALUE_BYTES) {
            problems.push(format!("{name}: is longer than the {MAX_VALUE_BYTES} bytes that a binding may have"));
        }
    }
    // What is no string has had its sentence; here it only must not count as missing.
    let lookup =
        |name: &str| vars.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    Vars::read(&lookup, &mut problems);
    problems.into_iter().map(|problem| format!("[{place}] {problem}")).collect()
}
