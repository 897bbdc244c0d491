//! One document made of another by changing it in one place.

use serde_json::{Value, json};

/// A change: where, as a JSON pointer, and the new value as JSON; empty text takes the member away.
pub(crate) type Change = (&'static str, &'static str);

/// The document with one change.
pub(crate) fn changed(document: &Value, (at, to): Change) -> Value {
    let to = (!to.is_empty()).then(|| serde_json::from_str(to).unwrap());
    put(document, at, to)
}

/// The document with another text in one place.
pub(crate) fn changed_text(base: &Value, at: &str, text: &str) -> Value {
    let mut out = base.clone();
    *out.pointer_mut(at).unwrap() = text.into();
    out
}

fn put(document: &Value, at: &str, to: Option<Value>) -> Value {
    let Some((parent, name)) = at.rsplit_once('/') else { return to.expect("a whole document is not taken away") };
    let mut out = document.clone();
    match out.pointer_mut(parent).unwrap_or_else(|| panic!("{parent} is not in {document}")) {
        Value::Object(members) => match to {
            Some(to) => _ = members.insert(name.to_owned(), to),
            None => _ = members.remove(name).unwrap_or_else(|| panic!("{at} is not in {document}")),
        },
        Value::Array(items) => match (name.parse::<usize>(), to) {
            (Ok(index), Some(to)) => items[index] = to,
            (Ok(index), None) => _ = items.remove(index),
            (Err(_), to) => items.extend(to),
        },
        other => panic!("{other} has no members"),
    }
    out
}

/// The document with every part of it replaced by each of a list of values, or taken away; and where.
pub(crate) fn every_change(document: &Value) -> Vec<(String, Value)> {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(300),
        json!(70_000),
        json!(5_000_000_000_u64),
        json!(9_000_000_000_000_000_u64),
        json!(1e30),
        json!(""),
        json!(" "),
        json!("x"),
        json!("a b"),
        json!("low"),
        json!("x".repeat(65)),
        json!("x".repeat(513)),
        json!([]),
        json!([1]),
        json!(["x"]),
        json!({}),
        json!({"x": {}}),
        json!({"x".repeat(513): 1}),
    ];
    let mut places = Vec::new();
    pointers("", document, &mut places);
    let mut out = Vec::new();
    for at in places.into_iter().filter(|at| !at.is_empty()) {
        for to in values.iter().cloned().map(Some).chain([None]) {
            out.push((at.clone(), put(document, &at, to)));
        }
    }
    out
}

fn pointers(at: &str, value: &Value, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| pointers(&format!("{at}/{name}"), member, out));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(&format!("{at}/{index}"), item, out));
        }
        _ => {}
    }
}
