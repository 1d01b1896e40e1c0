//! The development registry: a file of invented people. Their numbers have a region that was never given to anybody, and a file
//! with any other number is refused, so that nobody tries this out with real people.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Registry, RegistryUnavailable};
use crate::{
    person::{IdentityNumber, Person},
    secret::is_equal,
};

/// Names that nobody has who lives today, one each.
const NAMES: [&str; 10] =
    ["盘古氏", "女娲氏", "伏羲氏", "神农氏", "后羿氏", "嫦娥氏", "精卫氏", "夸父氏", "刑天氏", "祝融氏"];

/// Why there is no development registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryFileError {
    /// The file.
    #[error("{0}: {1}; `realdid authority init --development` makes one")]
    File(PathBuf, std::io::Error),
    /// Others may read it.
    #[error("{0} may be read by others: run `chmod 600 {0}`")]
    Open(PathBuf),
    /// It is no such file.
    #[error(
        "{0} is no registry: {{\"people\": [{{\"name\": …, \"number\": …, \"code\": …}}]}} is expected; person {1} is not sound"
    )]
    Malformed(PathBuf, usize),
    /// A number that may be somebody's.
    #[error("{0}: the number of person {1} may be a real person's: invented ones begin with 9")]
    Real(PathBuf, usize),
}

/// A person of the file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invented {
    /// The name.
    pub name: String,
    /// The number.
    pub number: String,
    /// What only this person would know.
    pub code: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    people: Vec<Invented>,
}

/// Invented people, by their numbers.
pub struct FileRegistry {
    people: BTreeMap<String, Person>,
}

/// Ten invented people, always the same.
#[must_use]
pub fn invented() -> Vec<Invented> {
    let person = |(place, name): (usize, &&str)| {
        // region 990001 and on: no province has 99
        let digits = format!(
            "99{:04}19{:02}0{}1{}{:03}",
            place + 1,
            50 + place * 5,
            1 + place % 9,
            place,
            100 + place
        );
        let number = IdentityNumber::of_digits(&digits).map(|number| number.as_str().to_owned());
        Invented {
            name: (*name).to_owned(),
            number: number.unwrap_or_default(),
            code: format!("code-{:02}", place + 1),
        }
    };
    NAMES.iter().enumerate().map(person).collect()
}

/// Writes the ten to a new file, for its owner alone.
///
/// # Errors
/// If it is there, or the disk refuses.
pub fn write_invented(path: &Path) -> Result<(), RegistryFileError> {
    let failed = |error| RegistryFileError::File(path.to_owned(), error);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let text = serde_json::to_string_pretty(&People { people: invented() })
        .unwrap_or_else(|error| unreachable!("people are JSON: {error}"));
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)
}

impl FileRegistry {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, others may read it, or somebody in it may be real.
    pub fn read(path: &Path) -> Result<Self, RegistryFileError> {
        let failed = |error| RegistryFileError::File(path.to_owned(), error);
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(RegistryFileError::Open(path.to_owned()));
        }
        let text = std::fs::read(path).map_err(failed)?;
        let People { people } =
            serde_json::from_slice(&text).map_err(|_| RegistryFileError::Malformed(path.to_owned(), 0))?;
        let mut known = BTreeMap::new();
        for (place, one) in (1..).zip(people) {
            let person = Person::new(&one.name, &one.number, &one.code)
                .map_err(|_| RegistryFileError::Malformed(path.to_owned(), place))?;
            if !person.number().is_invented() {
                return Err(RegistryFileError::Real(path.to_owned(), place));
            }
            known.insert(person.number().as_str().to_owned(), person);
        }
        Ok(Self { people: known })
    }

    fn knows(&self, claim: &Person) -> bool {
        let known = self.people.get(claim.number().as_str());
        // whoever is not there is compared with somebody, too, and nothing is left out once something differs
        let other = known.or_else(|| self.people.values().next()).unwrap_or(claim);
        let parts = [
            is_equal(other.name(), claim.name()),
            is_equal(other.number().as_str(), claim.number().as_str()),
            is_equal(other.code(), claim.code()),
        ];
        known.is_some() & parts[0] & parts[1] & parts[2]
    }
}

impl Registry for FileRegistry {
    fn holds<'a>(&'a self, person: &'a Person) -> BoxFuture<'a, Result<bool, RegistryUnavailable>> {
        Box::pin(async move { Ok(self.knows(person)) })
    }

    fn is_development(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.json");
        write_invented(&path).unwrap();
        (folder, path)
    }

    #[test]
    fn the_ten_are_known_by_all_three_parts_and_by_no_two() {
        let (_folder, path) = ten();
        let registry = FileRegistry::read(&path).unwrap();
        let people = invented();
        assert_eq!(registry.people.len(), 10);
        for (one, next) in people.iter().zip(people.iter().cycle().skip(1)) {
            let knows = |name, number, code| registry.knows(&Person::new(name, number, code).unwrap());
            assert!(knows(&one.name, &one.number, &one.code));
            assert!(!knows(&next.name, &one.number, &one.code));
            assert!(!knows(&one.name, &next.number, &one.code));
            assert!(!knows(&one.name, &one.number, &next.code));
        }
        let nobody = IdentityNumber::of_digits("99999919900101111").unwrap();
        let stranger = Person::new(&people[0].name, nobody.as_str(), &people[0].code).unwrap();
        assert!(!registry.knows(&stranger));
    }

    #[test]
    fn a_file_with_anybody_who_may_be_real_is_refused() {
        let (_folder, path) = ten();
        let text = std::fs::read_to_string(&path).unwrap();
        let real = text.replacen(&invented()[2].number, "11010519491231002X", 1);
        std::fs::write(&path, real).unwrap();
        assert!(matches!(FileRegistry::read(&path), Err(RegistryFileError::Real(_, 3))));
        std::fs::write(&path, text.replacen("code-04", " ", 1)).unwrap();
        assert!(matches!(FileRegistry::read(&path), Err(RegistryFileError::Malformed(_, 4))));
        std::fs::write(&path, "[]").unwrap();
        assert!(matches!(FileRegistry::read(&path), Err(RegistryFileError::Malformed(_, 0))));
    }

    #[test]
    fn a_file_that_others_may_read_or_that_is_missing_is_refused_with_the_remedy() {
        let (_folder, path) = ten();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let told = FileRegistry::read(&path).err().unwrap().to_string();
        assert!(told.contains("chmod 600"), "{told}");
        std::fs::remove_file(&path).unwrap();
        let told = FileRegistry::read(&path).err().unwrap().to_string();
        assert!(told.contains("realdid authority init"), "{told}");
    }
}
