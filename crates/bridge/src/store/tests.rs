use super::*;
use crate::oidc::Person;

const NOW: u64 = 1_800_000_000;

fn person(subject: &str) -> Person {
    Person { subject: subject.to_owned(), auth_time: NOW, real_name: true, sid: "some-session".to_owned() }
}

fn token(subject: &str) -> Token {
    Token { person: person(subject), scope: crate::oidc::Scope { real_name: true } }
}

struct Kept {
    folder: tempfile::TempDir,
    store: Store,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state")).unwrap();
        Self { folder, store }
    }

    fn put<R: Row + serde::Serialize>(
        &self,
        secret: &Secret,
        row: &R,
        expires: u64,
        parent: Option<RowId>,
    ) -> RowId {
        self.store.change(NOW, |change| change.put(secret, row, expires, parent)).unwrap()
    }

    fn person(&self, secret: &Secret, now: u64) -> Option<Person> {
        self.store.get(secret, now).unwrap()
    }

    fn file(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("state")).unwrap()
    }
}

#[test]
fn a_row_is_there_until_it_is_void_also_after_the_store_was_opened_anew() {
    let Kept { folder, store } = Kept::new();
    let secret = Secret::draw();
    let put = |change: &mut Change<'_>| change.put(&secret, &person("ab"), NOW + 10, None);
    store.change(NOW, put).unwrap();
    drop(store);
    let store = Store::open(&folder.path().join("state")).unwrap();
    let get = |now| store.get::<Person>(&secret, now).unwrap();
    assert_eq!(get(NOW + 9), Some(person("ab")));
    assert_eq!(get(NOW + 10), None);
    assert_eq!(store.get::<Person>(&Secret::draw(), NOW).unwrap(), None);
    assert_eq!(store.get::<Token>(&secret, NOW).unwrap(), None);
}

#[test]
fn two_bridges_do_not_share_a_folder() {
    let kept = Kept::new();
    let second = Store::open(&kept.folder.path().join("state"));
    assert!(matches!(second, Err(StoreError::InUse(_))));
}

#[test]
fn what_is_taken_is_taken_once() {
    let kept = Kept::new();
    let secret = Secret::draw();
    kept.put(&secret, &person("ab"), NOW + 10, None);
    let take = || kept.store.change(NOW, |change| change.take::<Person>(&secret)).unwrap();
    assert_eq!((take(), take()), (Some(person("ab")), None));
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let kept = Kept::new();
    let secret = Secret::draw();
    let failed = kept.store.change(NOW, |change| {
        change.put(&secret, &person("ab"), NOW + 10, None)?;
        Err::<(), _>(StoreError::Full)
    });
    assert!(matches!(failed, Err(StoreError::Full)));
    assert_eq!(kept.person(&secret, NOW), None);
}

#[test]
fn who_ends_a_browsers_sessions_ends_what_hangs_below_them_and_nothing_else() {
    let kept = Kept::new();
    let [browser, here, there, elsewhere, access] = std::array::from_fn(|_| Secret::draw());
    let root = browser.row::<Person>();
    let session = kept.put(&here, &person("here"), NOW + 10, Some(root));
    kept.put(&there, &person("there"), NOW + 10, Some(root));
    kept.put(&elsewhere, &person("elsewhere"), NOW + 10, None);
    kept.put(&access, &token("here"), NOW + 10, Some(session));
    let token_of = |secret| kept.store.get::<Token>(secret, NOW).unwrap();
    kept.store.change(NOW, |change| change.end(session)).unwrap();
    assert_eq!((kept.person(&here, NOW), token_of(&access)), (None, None));
    assert!(kept.person(&there, NOW).is_some());
    kept.store.change(NOW, |change| change.end(root)).unwrap();
    assert_eq!(kept.person(&there, NOW), None);
    assert!(kept.person(&elsewhere, NOW).is_some());
}

#[test]
fn what_is_void_is_swept_and_what_hangs_below_it_lives_as_long_as_it_may() {
    let kept = Kept::new();
    let [session, access] = std::array::from_fn(|_| Secret::draw());
    let parent = kept.put(&session, &person("ab"), NOW + 10, None);
    kept.put(&access, &token("ab"), NOW + 20, Some(parent));
    assert_eq!(kept.store.sweep(NOW + 9).unwrap(), 0);
    assert_eq!(kept.store.sweep(NOW + 10).unwrap(), 1);
    assert!(kept.store.get::<Token>(&access, NOW + 19).unwrap().is_some());
    assert_eq!(kept.store.sweep(NOW + 20).unwrap(), 1);
    assert_eq!(kept.store.sweep(NOW + 1_000).unwrap(), 0);
}

/// A row that is put again leaves nothing by which the sweep would remove it early.
#[test]
fn a_row_that_is_renewed_lives_longer() {
    let kept = Kept::new();
    let secret = Secret::draw();
    kept.put(&secret, &person("ab"), NOW + 10, None);
    kept.put(&secret, &person("ab"), NOW + 50, None);
    assert_eq!(kept.store.sweep(NOW + 20).unwrap(), 0);
    assert!(kept.person(&secret, NOW + 20).is_some());
}

/// redb leaves old pages in the file; so what counts is that nothing readable was ever in it, nor what opens it.
#[test]
fn the_file_says_nothing_of_anybody_while_a_session_lasts_and_after_it() {
    let kept = Kept::new();
    let secret = Secret::draw();
    let subject = "a-subject-that-is-easily-found";
    let id = kept.put(&secret, &person(subject), NOW + 10, None);
    let holds = |wanted: &[u8]| kept.file().windows(wanted.len()).any(|window| window == wanted);
    let key = secret.derive("seal", Person::KIND);
    let check = || {
        for hidden in
            [subject.as_bytes(), b"some-session", &secret.bytes(), secret.text().as_bytes(), &key.bytes()]
        {
            assert!(!holds(hidden));
        }
    };
    // the search finds what is there
    assert!(holds(&id.bytes()));
    check();
    kept.store.change(NOW, |change| change.end(id)).unwrap();
    check();
    assert_eq!(kept.store.change(NOW + 99, |change| change.take::<Person>(&secret)).unwrap(), None);
}
