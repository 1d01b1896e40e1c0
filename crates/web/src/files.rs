//! The files that the page consists of: those in the program, or those of a folder.

use std::{
    borrow::Cow,
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

/// As `build.rs` found them: by their path below `js/`.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
/// What a page is shown for the address `/`.
const START: &str = "wallet/index.html";
/// Made by `scripts/wasm`, and so not always there.
const MODULE: &str = "realdid.wasm";

/// The web wallet's files.
#[derive(Clone, Debug)]
pub struct Files(BTreeMap<String, File>);

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) kind: &'static str,
    /// Changes with the content (RFC 9110, section 8.8.3).
    pub(crate) tag: String,
}

/// Why there is no web wallet.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The program was built before the module.
    #[error(
        "this program was built without js/realdid.wasm: run scripts/wasm and build it again, or name the folder js/ of the \
         source with --files"
    )]
    NoModule,
    /// The folder has no such file.
    #[error(
        "{0} cannot be read: --files names the folder js/ of the source, where scripts/wasm has made realdid.wasm"
    )]
    Folder(PathBuf, #[source] io::Error),
}

impl Files {
    /// Those that are in the program.
    ///
    /// # Errors
    /// [`FilesError::NoModule`].
    pub fn embedded() -> Result<Self, FilesError> {
        let files = EMBEDDED.iter().map(|(name, bytes)| ((*name).to_owned(), Cow::Borrowed(*bytes)));
        Self::of(files).ok_or(FilesError::NoModule)
    }

    /// Those of a folder, as they are now: for whoever changes them.
    ///
    /// # Errors
    /// [`FilesError::Folder`] names the first that is missing.
    pub fn of_folder(folder: &Path) -> Result<Self, FilesError> {
        let mut files = Vec::new();
        for part in ["wallet", "src", MODULE] {
            gather(folder, &folder.join(part), &mut files)?;
        }
        let missing = || FilesError::Folder(folder.join(START), io::ErrorKind::NotFound.into());
        Self::of(files.into_iter()).ok_or_else(missing)
    }

    fn of(files: impl Iterator<Item = (String, Cow<'static, [u8]>)>) -> Option<Self> {
        let files: BTreeMap<_, _> =
            files.filter_map(|(name, bytes)| Some((name.clone(), File::new(kind(&name)?, bytes)))).collect();
        [START, MODULE].iter().all(|name| files.contains_key(*name)).then_some(Self(files))
    }

    /// What stands at the path of an address.
    pub(crate) fn at(&self, path: &str) -> Option<&File> {
        let path = path.strip_prefix('/')?;
        self.0.get(if path.is_empty() { START } else { path })
    }
}

impl File {
    fn new(kind: &'static str, bytes: Cow<'static, [u8]>) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self { bytes, kind, tag: format!("\"{:016x}\"", hasher.finish()) }
    }
}

fn gather(root: &Path, path: &Path, files: &mut Vec<(String, Cow<'static, [u8]>)>) -> Result<(), FilesError> {
    let unreadable = |error| FilesError::Folder(path.to_owned(), error);
    if path.is_dir() {
        for entry in path.read_dir().map_err(unreadable)? {
            gather(root, &entry.map_err(unreadable)?.path(), files)?;
        }
        return Ok(());
    }
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    files.push((name, Cow::Owned(std::fs::read(path).map_err(unreadable)?)));
    Ok(())
}

/// The type of a file by its name; none for what no page needs, such as declarations of types.
fn kind(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "wasm" => Some("application/wasm"),
        "webmanifest" => Some("application/manifest+json"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Option<Files> {
        Files::of(names.iter().map(|name| ((*name).to_owned(), Cow::Owned(name.as_bytes().to_vec()))))
    }

    #[test]
    fn only_what_is_listed_is_served_and_nothing_above_it() {
        let files = of(&[START, MODULE, "src/index.js", "src/index.d.ts"]).unwrap();
        assert_eq!(files.at("/").unwrap().kind, "text/html; charset=utf-8");
        assert_eq!(files.at("/src/index.js").unwrap().bytes[..], b"src/index.js"[..]);
        for path in
            ["", "src/index.js", "/src/index.d.ts", "//", "/../Cargo.toml", "/src/../src/index.js", "/src/"]
        {
            assert!(files.at(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_page_without_its_module_is_not_served() {
        assert!(of(&[START, "src/index.js"]).is_none());
    }

    #[test]
    fn the_tag_changes_with_the_content() {
        let tag = |bytes: &'static [u8]| File::new("", Cow::Borrowed(bytes)).tag;
        assert_eq!(tag(b"one"), tag(b"one"));
        assert_ne!(tag(b"one"), tag(b"two"));
    }

    #[test]
    fn the_program_holds_what_the_folder_holds() {
        let folder = Files::of_folder(Path::new("../../js"));
        match (Files::embedded(), folder) {
            (Ok(embedded), Ok(folder)) => {
                let shown = |files: Files| {
                    files.0.into_iter().map(|(name, file)| (name, file.tag)).collect::<Vec<_>>()
                };
                assert_eq!(shown(embedded), shown(folder));
            }
            (Err(FilesError::NoModule), Err(FilesError::Folder(missing, _))) => {
                assert!(missing.ends_with(MODULE))
            }
            (embedded, folder) => panic!("{embedded:?} is not {folder:?}"),
        }
    }

    #[test]
    fn a_folder_that_lacks_the_module_is_named() {
        let error = Files::of_folder(Path::new("/nonexistent")).unwrap_err();
        assert!(error.to_string().contains("--files names the folder js/"), "{error}");
    }
}
