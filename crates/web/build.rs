//! Lists the files of the web wallet, to be put into the program.
//!
//! `js/realdid.wasm` is made by `scripts/wasm` and is not in the repository. Without it everything is built just the same,
//! and `realdid wallet serve` says what is missing: who wants no web wallet needs no compiler for WebAssembly.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn main() {
    let js = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../js");
    let js = js.canonicalize().expect("js/ is beside crates/");
    let module = js.join("realdid.wasm");
    let mut files = Vec::new();
    for folder in ["wallet", "src"] {
        println!("cargo::rerun-if-changed={}", js.join(folder).display());
        list(&js.join(folder), &mut files);
    }
    if module.exists() {
        println!("cargo::rerun-if-changed={}", module.display());
        files.push(module);
    } else {
        // the folder changes when it comes
        println!("cargo::rerun-if-changed={}", js.display());
        println!(
            "cargo::warning=js/realdid.wasm is missing, and with it the web wallet: run scripts/wasm and build again"
        );
    }
    files.sort();
    let entries: String = files.iter().map(|file| entry(&js, file)).collect();
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("files.rs");
    fs::write(out, format!("&[{entries}]")).expect("cargo's folder can be written");
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("js/ is whole") {
        let path = entry.expect("js/ can be read").path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|kind| {
            ["js", "html", "css", "svg", "webmanifest"].iter().any(|known| kind == *known)
        }) {
            files.push(path);
        }
    }
}

fn entry(js: &Path, file: &Path) -> String {
    let name = file.strip_prefix(js).expect("it is below js/").to_str().expect("its name is UTF-8");
    format!("({name:?}, include_bytes!({file:?})),")
}
