//! The rules of the vault, on a real file.

use realdid_client::Member;
use realdid_crypto::SecretKey;
use realdid_types::{GenesisDigest, OrganisationName, Sequence, SignedTransaction, Timestamp};

use super::*;
use crate::{
    Draws,
    batching::{Batch, Parameters},
    quarter,
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const MOST: usize = 3;

struct Folder {
    folder: tempfile::TempDir,
    draws: std::cell::RefCell<Draws>,
}

fn folder() -> Folder {
    Folder { folder: tempfile::tempdir().unwrap(), draws: Draws::new([1; 32]).into() }
}

fn number(person: u8) -> IdentityNumber {
    IdentityNumber::of_digits(&format!("99000119500101{person:03}")).unwrap()
}

fn did(byte: u8) -> Did {
    Did(Digest::from_bytes([byte; 32]))
}

impl Folder {
    fn try_open(&self, secret: u8, owner: u8) -> Result<Vault, VaultError> {
        let path = |name: &str| self.folder.path().join(name);
        let secret = Secret::new(Zeroizing::new([secret; 32]));
        Vault::open(&path("vault.redb"), &path("audit.jsonl"), &secret, Some(Digest::from_bytes([owner; 32])))
    }

    fn open(&self) -> Vault {
        self.try_open(1, 1).unwrap()
    }

    fn ask(&self, vault: &Vault, person: u8, byte: u8, now: Timestamp) -> Result<Standing, Refused> {
        let parameters = &Parameters::PRODUCTION;
        vault.ask(&number(person), did(byte), (now, MOST), parameters, &mut self.draws.borrow_mut())
    }

    fn withdraw(&self, vault: &Vault, person: u8, byte: u8, urgent: bool) -> Result<State, Refused> {
        let parameters = &Parameters::PRODUCTION;
        let draws = &mut self.draws.borrow_mut();
        vault.withdraw(&number(person), did(byte), (NOW, urgent), parameters, draws).map(|one| one.row.state)
    }

    /// Lets these DIDs leave in a batch of their own; the transaction.
    fn leave(&self, vault: &Vault, dids: &[u8]) -> SignedTransaction {
        let key = SecretKey::ed25519(&[1; 32]);
        let member = Member {
            genesis: GenesisDigest::ZERO,
            name: OrganisationName::new("ministry").unwrap(),
            key: &key,
            sequence: Sequence(1),
            expires: NOW,
        };
        let batch = Batch { leaving: dids.iter().map(|byte| did(*byte)).collect(), staying: Vec::new() };
        let signed = member.attest(2, quarter::expiry(NOW), batch.leaving.iter().copied());
        let draws = &mut self.draws.borrow_mut();
        assert!(vault.keep(&signed, &batch, NOW, &Parameters::PRODUCTION, draws).unwrap());
        signed
    }
}

fn state(vault: &Vault, byte: u8) -> State {
    vault.standing(did(byte), &Parameters::PRODUCTION).unwrap().unwrap().row.state
}

fn waiting(vault: &Vault, kind: Kind) -> Vec<Did> {
    let far = NOW.plus(60 * 24 * 60 * 60 * 1_000);
    let parameters = Parameters { minimum: 1, ..Parameters::PRODUCTION };
    vault.next_batch(kind, far, &parameters).unwrap().map(|batch| batch.leaving).unwrap_or_default()
}

#[test]
fn asking_again_changes_nothing_and_a_restart_forgets_nothing() {
    let folder = folder();
    let vault = folder.open();
    let first = folder.ask(&vault, 1, 1, NOW).unwrap();
    assert_eq!(folder.ask(&vault, 1, 1, NOW.plus(5_000)).unwrap(), first);
    drop(vault);
    let vault = folder.open();
    assert_eq!(folder.ask(&vault, 1, 1, NOW.plus(9_000)).unwrap(), first);
    assert_eq!(waiting(&vault, Kind::Attest), [did(1)]);
    assert_eq!(vault.of_person(&number(1), &Parameters::PRODUCTION).unwrap(), [first]);
    assert!(vault.of_person(&number(2), &Parameters::PRODUCTION).unwrap().is_empty());
}

#[test]
fn a_did_is_one_persons_and_a_person_has_only_so_many() {
    let folder = folder();
    let vault = folder.open();
    for byte in 1..=3 {
        folder.ask(&vault, 1, byte, NOW).unwrap();
    }
    assert!(matches!(folder.ask(&vault, 2, 1, NOW), Err(Refused::OtherPerson)));
    assert!(matches!(folder.ask(&vault, 1, 4, NOW), Err(Refused::TooMany(MOST))));
    folder.withdraw(&vault, 1, 2, false).unwrap();
    folder.ask(&vault, 1, 4, NOW).unwrap();
}

#[test]
fn a_persons_further_dids_never_leave_with_one_that_waits() {
    let folder = folder();
    let vault = folder.open();
    let times = [1, 2, 3].map(|byte| folder.ask(&vault, 1, byte, NOW).unwrap().row.from);
    let apart = Parameters::PRODUCTION.longest_wait;
    assert_eq!(times[0], NOW);
    assert!(times[1].0 - times[0].0 > apart && times[2].0 - times[0].0 > apart);
    assert!(times[1].0.abs_diff(times[2].0) > apart);
}

#[test]
fn what_was_kept_before_a_crash_is_there_after_it_and_is_settled_once() {
    let folder = folder();
    let vault = folder.open();
    folder.ask(&vault, 1, 1, NOW).unwrap();
    folder.ask(&vault, 2, 2, NOW).unwrap();
    let signed = folder.leave(&vault, &[1, 2]);
    drop(vault);

    let vault = folder.open();
    assert_eq!(vault.outbox().unwrap(), Some(signed));
    assert!(waiting(&vault, Kind::Attest).is_empty(), "nothing leaves twice");
    assert!(matches!(folder.withdraw(&vault, 1, 1, false), Err(Refused::OnItsWay)));
    let expires = quarter::expiry(NOW);
    vault.settle(&[(did(1), Outcome::Attested(expires)), (did(2), Outcome::Ended)]).unwrap();
    assert_eq!([1, 2].map(|byte| state(&vault, byte)), [State::Attested, State::Ended]);
    assert_eq!(vault.outbox().unwrap(), None);
    // as after a crash between the two
    vault.settle(&[(did(1), Outcome::Unattested)]).unwrap();
    assert_eq!(state(&vault, 1), State::Attested);
}

#[test]
fn what_a_transaction_did_not_bring_about_waits_again() {
    let folder = folder();
    let vault = folder.open();
    folder.ask(&vault, 1, 1, NOW).unwrap();
    folder.ask(&vault, 2, 2, NOW).unwrap();
    folder.leave(&vault, &[1, 2]);
    let older = Timestamp(quarter::expiry(NOW).0 - 1);
    vault.settle(&[(did(1), Outcome::Unattested), (did(2), Outcome::Attested(older))]).unwrap();
    assert_eq!(waiting(&vault, Kind::Attest), [did(1), did(2)]);
}

#[test]
fn a_withdrawal_leaves_no_trace_unless_it_is_urgent_and_then_one_at_a_random_time() {
    let folder = folder();
    let vault = folder.open();
    for byte in 1..=3 {
        folder.ask(&vault, 1, byte, NOW).unwrap();
    }
    assert_eq!(folder.withdraw(&vault, 1, 3, true).unwrap(), State::Withdrawn, "it never was on the ledger");
    folder.leave(&vault, &[1, 2]);
    let expires = quarter::expiry(NOW);
    vault.settle(&[1, 2].map(|byte| (did(byte), Outcome::Attested(expires)))).unwrap();

    assert_eq!(folder.withdraw(&vault, 1, 1, false).unwrap(), State::Lapsing);
    assert!(waiting(&vault, Kind::Withdraw).is_empty());
    assert_eq!(folder.ask(&vault, 1, 1, NOW).unwrap().row.state, State::Attested, "it is wanted again");
    assert!(waiting(&vault, Kind::Attest).is_empty());
    assert_eq!(folder.withdraw(&vault, 1, 2, true).unwrap(), State::Withdrawing);
    assert_eq!(waiting(&vault, Kind::Withdraw), [did(2)]);
    assert!(matches!(folder.withdraw(&vault, 2, 1, true), Err(Refused::NotYours)));
}

#[test]
fn whoever_asks_and_gives_up_for_ever_fills_no_list_and_loses_nothing_that_is_held() {
    let folder = folder();
    let vault = folder.open();
    folder.ask(&vault, 1, 0, NOW).unwrap();
    for byte in 1..=120 {
        folder.ask(&vault, 1, byte, NOW).unwrap();
        folder.withdraw(&vault, 1, byte, false).unwrap();
    }
    let listed = vault.of_person(&number(1), &Parameters::PRODUCTION).unwrap();
    assert!(listed.len() <= 100, "{}", listed.len());
    assert_eq!((listed[0].row.did, listed[0].row.state), (did(0), State::Waiting));
    // one that is not listed any more is still this person's
    assert_eq!(folder.ask(&vault, 1, 1, NOW).unwrap().row.state, State::Waiting);
}

#[test]
fn an_attestation_is_renewed_in_its_last_quarter_and_not_before() {
    let folder = folder();
    let vault = folder.open();
    folder.ask(&vault, 1, 1, NOW).unwrap();
    folder.leave(&vault, &[1]);
    let expires = quarter::expiry(NOW);
    vault.settle(&[(did(1), Outcome::Attested(expires))]).unwrap();
    let day = 24 * 60 * 60 * 1_000;
    assert_eq!(
        folder.ask(&vault, 1, 1, Timestamp(expires.0 - 100 * day)).unwrap().row.state,
        State::Attested
    );
    assert_eq!(folder.ask(&vault, 1, 1, Timestamp(expires.0 - 50 * day)).unwrap().row.state, State::Waiting);
}

#[test]
fn whoever_asks_by_law_is_told_who_and_the_log_tells_that() {
    let folder = folder();
    let vault = folder.open();
    folder.ask(&vault, 1, 1, NOW).unwrap();
    assert_eq!(vault.reveal(did(1)).unwrap().as_deref().map(String::as_str), Some(number(1).as_str()));
    assert_eq!(vault.reveal(did(2)).unwrap(), None);
    let log = std::fs::read_to_string(folder.folder.path().join("audit.jsonl")).unwrap();
    assert_eq!(log.matches("revealed").count(), 1);
}

#[test]
fn another_secret_another_owner_and_a_second_process_are_refused_by_name() {
    let folder = folder();
    let vault = folder.open();
    let told = |result: Result<Vault, VaultError>| result.err().unwrap().to_string();
    assert!(told(folder.try_open(1, 1)).contains("in use by another process"));
    drop(vault);
    assert!(told(folder.try_open(2, 1)).contains("another secret"));
    assert!(told(folder.try_open(1, 2)).contains("another secret, or for another authority"));
    folder.open();
}

#[test]
fn a_damaged_file_is_refused_by_name() {
    let folder = folder();
    drop(folder.open());
    let path = folder.folder.path().join("vault.redb");
    let whole = std::fs::read(&path).unwrap();
    for damaged in [b"something else".to_vec(), whole[..whole.len() / 3].to_vec()] {
        std::fs::write(&path, damaged).unwrap();
        let told = folder.try_open(1, 1).err().unwrap().to_string();
        assert!(told.contains("damaged") && told.contains("backup"), "{told}");
    }
}

#[test]
fn nobody_who_has_the_file_finds_anybody_in_it() {
    let folder = folder();
    let vault = folder.open();
    for person in 1..=5 {
        folder.ask(&vault, person, person, NOW).unwrap();
    }
    drop(vault);
    let file = std::fs::read(folder.folder.path().join("vault.redb")).unwrap();
    let holds = |bytes: &[u8]| file.windows(bytes.len()).any(|window| window == bytes);
    for person in 1..=5 {
        assert!(!holds(number(person).as_str().as_bytes()) && !holds(did(person).0.as_bytes()));
    }
    assert!(holds(b"people"), "the scan reads the file");
}

/// A batch is drawn, then signed; meanwhile somebody may give up.
#[test]
fn a_batch_that_holds_what_was_given_up_meanwhile_is_not_kept() {
    let folder = folder();
    let vault = folder.open();
    for byte in [1, 2] {
        folder.ask(&vault, byte, byte, NOW).unwrap();
    }
    folder.withdraw(&vault, 1, 1, false).unwrap();
    let (leaving, staying) = ([1, 2].map(did).to_vec(), Vec::new());
    let key = SecretKey::ed25519(&[1; 32]);
    let member = Member {
        genesis: GenesisDigest::ZERO,
        name: OrganisationName::new("ministry").unwrap(),
        key: &key,
        sequence: Sequence(1),
        expires: NOW,
    };
    let signed = member.attest(2, quarter::expiry(NOW), leaving.iter().copied());
    let batch = Batch { leaving, staying };
    let draws = &mut folder.draws.borrow_mut();
    assert!(!vault.keep(&signed, &batch, NOW, &Parameters::PRODUCTION, draws).unwrap());
    assert!(vault.outbox().unwrap().is_none());
    assert_eq!([1, 2].map(|byte| state(&vault, byte)), [State::Withdrawn, State::Waiting]);
}

#[test]
fn a_further_did_waits_for_a_random_time_although_the_first_has_left_already() {
    let folder = folder();
    let vault = folder.open();
    assert_eq!(folder.ask(&vault, 1, 1, NOW).unwrap().row.from, NOW);
    folder.leave(&vault, &[1]);
    vault.settle(&[(did(1), Outcome::Attested(quarter::expiry(NOW)))]).unwrap();
    let soon = NOW.plus(5 * 60_000);
    let second = folder.ask(&vault, 1, 2, soon).unwrap().row.from;
    assert!(second.0.abs_diff(NOW.0) >= 25 * 3_600_000, "{second}");
    let later = NOW.plus(Parameters::PRODUCTION.spread + 1);
    assert_eq!(folder.ask(&vault, 2, 3, later).unwrap().row.from, later, "others wait for nothing");
}
