//! The files around the program: documents, and what `deploy/` holds.

use std::path::{Path, PathBuf};

use yaml_rust2::{Yaml, YamlLoader};

pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn yaml(name: &str) -> Yaml {
    YamlLoader::load_from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}")).remove(0)
}

/// What is said to whoever runs a network.
pub fn documents() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(path("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let names =
        entries.map(|name| format!("docs/{}", name.to_str().unwrap())).filter(|name| name.ends_with(".md"));
    names.chain(["README.md".to_owned()]).map(|name| (name.clone(), text(&name))).collect()
}

/// The blocks of one kind (` ```sh `) in a document, or in one of its sections.
pub fn fenced(markdown: &str, kind: &str) -> Vec<String> {
    // opening and closing fences take turns
    let opened = markdown.split("\n```").skip(1).step_by(2);
    let bodies = opened.filter_map(|block| block.strip_prefix(&format!("{kind}\n")));
    bodies.map(|body| format!("{body}\n")).collect()
}

/// A text without the ends of its lines, wherever they came to stand.
pub fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a document under a heading of the second level.
pub fn section(markdown: &str, heading: &str) -> String {
    let from = markdown
        .find(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("there is no section {heading}"));
    let body = &markdown[from + 1..];
    body[..body[2..].find("\n## ").map_or(body.len(), |end| end + 2)].to_owned()
}
