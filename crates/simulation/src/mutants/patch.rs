//! A mutant as it is kept: a sentence, and a diff.

use std::path::Path;

/// A change that breaks a rule.
pub struct Patch {
    pub name: String,
    /// What it breaks.
    pub breaks: String,
    edits: Vec<Edit>,
}

/// One hunk: these lines of a file become those.
struct Edit {
    file: String,
    before: String,
    after: String,
}

impl Patch {
    /// All patches of a folder, by name.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "patch"));
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (breaks, diff) =
            text.split_once("\n\n").ok_or("a patch begins with a sentence and an empty line")?;
        let mut edits: Vec<Edit> = Vec::new();
        let mut file = String::new();
        for line in diff.lines() {
            if let Some(path) = line.strip_prefix("+++ b/") {
                file = path.to_owned();
            } else if line.starts_with("@@") {
                edits.push(Edit { file: file.clone(), before: String::new(), after: String::new() });
            } else if let (Some(edit), false) = (edits.last_mut(), line.starts_with("--- ")) {
                edit.add(line);
            }
        }
        Ok(Self { name, breaks: breaks.replace('\n', " "), edits })
    }

    /// The files that it changes, with their changed text. Every hunk must fit in exactly one place.
    pub fn changed(&self, root: &Path) -> Result<Vec<(String, String)>, String> {
        let mut files: Vec<(String, String)> = Vec::new();
        for edit in &self.edits {
            if !files.iter().any(|(file, _)| *file == edit.file) {
                let path = root.join(&edit.file);
                let text =
                    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                files.push((edit.file.clone(), text));
            }
            let Some((file, text)) = files.iter_mut().find(|(file, _)| *file == edit.file) else { continue };
            match text.matches(&edit.before).count() {
                1 => *text = text.replacen(&edit.before, &edit.after, 1),
                count => return Err(format!("a hunk fits {count} places of {file}")),
            }
        }
        Ok(files)
    }
}

impl Edit {
    fn add(&mut self, line: &str) {
        let (kind, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        if kind != "+" {
            self.before.push_str(rest);
            self.before.push('\n');
        }
        if kind != "-" {
            self.after.push_str(rest);
            self.after.push('\n');
        }
    }
}
