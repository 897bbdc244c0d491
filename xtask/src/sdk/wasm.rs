//! From the crate to the Wasm that browsers load.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

use super::{Mode, names};
use crate::{
    npm, paths,
    shell::Tool,
    tools::rust_wasm::{TARGET, Toolchain},
};

/// wasm-bindgen's Wasm, not yet optimised.
pub(super) const BOUND: &str = "unsnag_bg.wasm";

/// Reference types are left out because Safari 16.0 to 16.3 has none, multi-value because nothing here gains by it.
const TARGET_FEATURES: &str = "-Ctarget-feature=-reference-types,-multivalue";

/// What every supported browser has; wasm-opt would otherwise keep to the first version of Wasm or refuse the input.
const BROWSER_FEATURES: &[&str] =
    &["--enable-bulk-memory", "--enable-mutable-globals", "--enable-nontrapping-float-to-int", "--enable-sign-ext"];

/// wasm-bindgen's module, without the entry around it.
const GLUE: &str = "unsnag_bg.js";

/// What wasm-bindgen's module has for the loader, beside what `lib.rs` exports.
const LOADER_TYPES: &str = "
export const imports: WebAssembly.ModuleImports;
export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
";

/// Compiles a crate; the result still has wasm-bindgen's descriptors in it.
pub(crate) fn compile(package: &str, mode: Mode, toolchain: Toolchain) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo().args([
        "build",
        "--package",
        package,
        "--profile",
        "sdk",
        "--target",
        TARGET,
        "--target-dir",
        "target/wasm",
    ]);
    cargo = match mode {
        Mode::Size => smallest(cargo),
        Mode::Plain if toolchain.has_compiled_std() => cargo.env("RUSTFLAGS", TARGET_FEATURES),
        Mode::Plain => plain_from_sources(cargo),
    };
    cargo.run_logged(&format!("{package}-{}", mode.name()))?;
    Ok(paths::at("target/wasm").join(TARGET).join("sdk").join(format!("{}.wasm", package.replace('-', "_"))))
}

/// A panic is one trap instruction, and nothing can be formatted for it.
fn smallest(cargo: Tool) -> Tool {
    let flags = [
        TARGET_FEATURES,
        "-Zunstable-options",
        "-Cpanic=immediate-abort",
        "-Zfmt-debug=none",
        "-Zlocation-detail=none",
    ];
    cargo
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", flags.join(" "))
}

/// What `plain` means where std comes as sources only: the same code as a stable toolchain would link.
fn plain_from_sources(cargo: Tool) -> Tool {
    cargo
        .arg("-Zbuild-std=std,panic_abort")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", format!("{TARGET_FEATURES} -Cembed-bitcode=yes"))
}

/// Writes wasm-bindgen's module, types and Wasm. The library is of the locked version, so it always fits the crate.
pub(super) fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    let wasm = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes("unsnag", without_target_features(&wasm)?)
        // The shape without a loader: ours (`ts/load.ts`) has a tenth of the bytes of wasm-bindgen's.
        .bundler(true)?
        // Every supported browser has it.
        .encode_into(EncodeInto::Always)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output = bindgen.generate_output().context("wasm-bindgen cannot read the compiled Wasm")?;
    let short = names::shorten(&mut output);
    output.emit(folder).with_context(|| format!("cannot write {}", folder.display()))?;
    let read =
        |name: &str| fs::read_to_string(folder.join(name)).with_context(|| format!("wasm-bindgen wrote no {name}"));
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).with_context(|| format!("cannot write {}", folder.display()))
    };
    write("unsnag.d.ts", &format!("{}{LOADER_TYPES}", read("unsnag.d.ts")?))?;
    // In place of the entry, which would import the Wasm as a module.
    write("unsnag.js", &short.apply(&read(GLUE)?))?;
    fs::remove_file(folder.join(GLUE)).with_context(|| format!("cannot remove {GLUE}"))
}

/// The same for Node, where a module finds its Wasm beside it.
pub(crate) fn bind_for_node(compiled: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).nodejs_module(true)?.typescript(false);
    bindgen.generate(folder).with_context(|| format!("cannot bind {}", compiled.display()))
}

/// Shrinks for size; debug names, producers and feature lists go.
pub(super) fn optimise(from: &Path, to: &Path) -> Result<()> {
    npm::bin("wasm-opt")
        .arg(from)
        .arg("-o")
        .arg(to)
        // Rust keeps nothing in the lowest kilobyte: it is the last of the stack.
        .args([
            "-Oz",
            "--converge",
            "--low-memory-unused",
            // One large function compresses worse than two: what has one caller goes into it only where it is small.
            "--one-caller-inline-max-function-size=40",
            "--flatten",
            "--rereloop",
            "-Oz",
            "-Oz",
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ])
        .args(BROWSER_FEATURES)
        .run_logged("wasm-opt")?;
    Ok(())
}

/// Empties the list of features that the compiler wrote: std as shipped has reference types in it, which makes
/// wasm-bindgen use them. An empty list and a missing one are different things to it.
fn without_target_features(wasm: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    const NAME: &[u8] = b"target_features";
    let mut out = wasm.get(..HEADER).context("the compiled Wasm is empty")?.to_vec();
    let mut at = HEADER;
    while at < wasm.len() {
        let start = at;
        let (length, body) = leb128(wasm, at + 1)?;
        let end = body + length;
        let section = wasm.get(body..end).context("the compiled Wasm ends inside a section")?;
        let is_list =
            wasm[start] == CUSTOM && section.first() == Some(&(NAME.len() as u8)) && section[1..].starts_with(NAME);
        if is_list {
            let mut empty = vec![NAME.len() as u8];
            empty.extend_from_slice(NAME);
            empty.push(0);
            out.push(CUSTOM);
            out.push(empty.len() as u8);
            out.extend_from_slice(&empty);
        } else {
            out.extend_from_slice(&wasm[start..end]);
        }
        at = end;
    }
    Ok(out)
}

/// An unsigned number and where it ends.
fn leb128(bytes: &[u8], mut at: usize) -> Result<(usize, usize)> {
    let mut value = 0_usize;
    for shift in (0..32).step_by(7) {
        let byte = *bytes.get(at).context("the compiled Wasm ends inside a number")?;
        at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok((value, at));
        }
    }
    bail!("the compiled Wasm has a number of more than 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        [HEADER, &sections.concat()].concat()
    }

    #[test]
    fn empties_the_feature_list_and_keeps_its_neighbours() {
        let types: &[u8] = &[1, 1, 0];
        let listed: &[u8] = b"\x00\x1b\x0ftarget_features\x01+\x08sign-ext";
        let emptied: &[u8] = b"\x00\x11\x0ftarget_features\x00";
        let named: &[u8] = b"\x00\x05\x04name";
        let given = module(&[types, listed, named]);
        let expected = module(&[types, emptied, named]);
        assert_eq!(without_target_features(&given).expect("well-formed"), expected);
    }

    #[test]
    fn rejects_a_section_that_is_cut_short() {
        assert!(without_target_features(&module(&[&[1, 9, 0]])).is_err());
        assert!(without_target_features(b"\0asm").is_err());
    }

    #[test]
    fn reads_numbers_of_several_bytes() {
        assert_eq!(leb128(&[0xe5, 0x8e, 0x26], 0).expect("three bytes"), (624_485, 3));
        assert!(leb128(&[0x80; 6], 0).is_err());
    }
}
