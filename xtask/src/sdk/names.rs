//! Short names between wasm-bindgen's module and its Wasm.
//!
//! Each import is called after its binding and a hash of 16 digits, in the Wasm and in the JavaScript. Nobody reads
//! those names, the hashes do not compress, and every page pays for them twice.

use std::collections::{BTreeSet, HashMap};

use wasm_bindgen_cli_support::Output;

/// The module that the Wasm imports from; the glue gives it under the same name.
const MODULE: &str = "./unsnag_bg.js";
const SHORT_MODULE: &str = "_";
/// What short names of imports begin with.
const IMPORT: &str = "_i";

/// Short names by long ones.
pub(super) struct Short(HashMap<String, String>);

/// Renames in the Wasm. What the TypeScript around calls keeps its name.
pub(super) fn shorten(output: &mut Output) -> Short {
    let mut short = HashMap::new();
    let module = output.wasm_mut();
    let mut give = |long: &mut String, prefix: &str| {
        // A function may be imported twice; the glue has it once.
        let new = short.get(long).cloned().unwrap_or_else(|| name(prefix, short.len()));
        short.insert(std::mem::replace(long, new.clone()), new);
    };
    for import in module.imports.iter_mut().filter(|import| import.module == MODULE) {
        import.module = SHORT_MODULE.into();
        give(&mut import.name, IMPORT);
    }
    for export in module.exports.iter_mut().filter(|export| is_internal(&export.name)) {
        give(&mut export.name, "_e");
    }
    Short(short)
}

impl Short {
    /// Renames in the JavaScript, and puts all that the Wasm imports from it into one object for the loader.
    pub(super) fn apply(&self, script: &str) -> String {
        let imports: BTreeSet<&str> =
            self.0.values().map(String::as_str).filter(|name| name.starts_with(IMPORT)).collect();
        let imports: Vec<&str> = imports.into_iter().collect();
        format!("{}\nexport const imports = {{ {} }};\n", rename(script, &self.0), imports.join(", "))
    }
}

/// Whether wasm-bindgen made up the name, for its own glue only.
fn is_internal(export: &str) -> bool {
    export.starts_with("__") || export.starts_with("wasm_bindgen_")
}

/// `_i0`, `_i1`, … `_i9`, `_ia`, …: a prefix of its own, so that it meets no other name of the glue.
fn name(prefix: &str, mut number: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[number % DIGITS.len()]));
        number /= DIGITS.len();
        if number == 0 {
            break;
        }
    }
    prefix.chars().chain(digits.into_iter().rev()).collect()
}

/// Replaces whole words.
fn rename(script: &str, short: &HashMap<String, String>) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while !rest.is_empty() {
        let word_end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        out.push_str(short.get(word).map_or(word, String::as_str));
        let next = after.find(is_word).unwrap_or(after.len());
        out.push_str(&after[..next]);
        rest = &after[next..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_whole_words_only() {
        let short = HashMap::from([("__wbg_a_1".to_owned(), "_i0".to_owned())]);
        let script = "{ __wbg_a_1: f, __wbg_a_12: g, x__wbg_a_1: wasm.__wbg_a_1 }";
        assert_eq!(rename(script, &short), "{ _i0: f, __wbg_a_12: g, x__wbg_a_1: wasm._i0 }");
    }

    #[test]
    fn gives_the_loader_all_imports_and_no_export() {
        let names = [("__wbg_b_2", "_i1"), ("__wbg_a_1", "_i0"), ("__wbindgen_malloc", "_e2")];
        let short = Short(names.map(|(long, short)| (long.to_owned(), short.to_owned())).into());
        let script = "export function __wbg_a_1() { wasm.__wbindgen_malloc() }";
        let expected = "export function _i0() { wasm._e2() }\nexport const imports = { _i0, _i1 };\n";
        assert_eq!(short.apply(script), expected);
    }

    #[test]
    fn gives_each_number_another_name() {
        assert_eq!(name("_i", 0), "_i0");
        assert_eq!(name("_i", 35), "_iz");
        assert_eq!(name("_i", 36), "_i10");
    }

    #[test]
    fn keeps_what_the_loader_calls() {
        assert!(!is_internal("start"));
        assert!(!is_internal("memory"));
        assert!(is_internal("__wbindgen_malloc"));
    }
}
