use realdid_wallet::*;

use crate::scene::Scene;

/// Cheap, so that tests are quick.
const COST: Cost = Cost { memory: 8, passes: 1, lanes: 1 };
const PASSWORD: &str = "correct horse";

fn sealed() -> (Wallet, Vec<u8>) {
    let mut wallet = Scene::new(1).wallet;
    // what is left is a kilobyte, so that every byte of it can be tried
    wallet.identities.clear();
    wallet.epochs.clear();
    let file = Lock::new(PASSWORD, [1; 16], COST).unwrap().seal(&wallet, [2; 24]).unwrap();
    (wallet, file)
}

#[test]
fn a_wallet_with_all_that_it_can_hold_reads_back_as_itself_and_is_saved_again_without_the_password() {
    let mut scene = Scene::new(3);
    scene.attest(crate::scene::site(1), 2, u64::MAX);
    scene.wallet.note_login(&scene.challenge(1, 2), realdid_types::Timestamp(7), true);
    let branch = scene.wallet.branch(crate::scene::site(2));
    scene.wallet.identity_mut(crate::scene::site(2)).unwrap().pending =
        Some(branch.ask_create(realdid_types::Timestamp(9)));
    let file = Lock::new(PASSWORD, [1; 16], COST).unwrap().seal(&scene.wallet, [2; 24]).unwrap();
    let (wallet, lock) = open(&file, PASSWORD).unwrap();
    assert_eq!(wallet, scene.wallet);
    let again = lock.seal(&wallet, [3; 24]).unwrap();
    assert_ne!(again, file);
    assert_eq!(open(&again, PASSWORD).unwrap().0, wallet);
}

#[test]
fn another_password_is_wrong_and_nothing_is_damaged() {
    let (_, file) = sealed();
    for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
        assert_eq!(open(&file, wrong).unwrap_err(), FileError::Password, "{wrong:?}");
    }
    assert_eq!(check(&file), Ok(()));
}

#[test]
fn every_truncation_is_called_one() {
    let (_, file) = sealed();
    for length in 0..file.len() {
        assert_eq!(open(&file[..length], PASSWORD).unwrap_err(), FileError::Truncated, "{length}");
    }
}

#[test]
fn every_flipped_bit_is_damage() {
    let (_, file) = sealed();
    let length_field = 64..72;
    for place in 0..file.len() {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[place] ^= 1 << bit;
            let error = open(&damaged, PASSWORD).unwrap_err();
            let expected = match place {
                0..8 => error == FileError::NoWallet,
                // a longer length looks as if the end were missing
                _ if length_field.contains(&place) => {
                    matches!(error, FileError::Damaged | FileError::Truncated)
                }
                _ => error == FileError::Damaged,
            };
            assert!(expected, "{place}: {error:?}");
        }
    }
    assert_eq!(open(&[&file[..], b"!"].concat(), PASSWORD).unwrap_err(), FileError::Damaged);
}

/// Whoever can write the file can make its digest right again.
#[test]
fn what_somebody_changed_on_purpose_is_not_opened_and_cannot_exhaust_memory() {
    let (_, file) = sealed();
    let forged = |place: usize, value: u8| {
        let mut file = file[..file.len() - 32].to_vec();
        file[place] = value;
        let digest = realdid_crypto::digest(realdid_crypto::Context::WalletFile, &file);
        open(&[&file[..], digest.as_bytes()].concat(), PASSWORD).unwrap_err()
    };
    assert_eq!(forged(11, 2), FileError::Format(2));
    assert_eq!(forged(12, 255), FileError::Cost, "four tebibytes");
    assert_eq!(forged(16, 255), FileError::Cost, "passes");
    assert_eq!(forged(20, 255), FileError::Cost, "lanes");
    assert_eq!(forged(23, 0), FileError::Cost, "no lane at all");
    for place in [15, 19, 24, 40, 72, file.len() - 33] {
        assert_eq!(forged(place, file[place] ^ 24), FileError::Password, "{place}");
    }
}

#[test]
fn what_is_no_wallet_is_not_called_damaged() {
    assert_eq!(open(b"-----BEGIN", PASSWORD).unwrap_err(), FileError::NoWallet);
    assert_eq!(open(&[0; 500], PASSWORD).unwrap_err(), FileError::NoWallet);
}

#[test]
fn the_code_stands_nowhere_in_the_file_and_the_lock_is_not_printed() {
    let (wallet, file) = sealed();
    let code = wallet.code.as_bytes();
    assert!(!file.windows(code.len()).any(|bytes| bytes == code));
    let lock = Lock::new(PASSWORD, [1; 16], COST).unwrap();
    assert_eq!(format!("{lock:?}"), "Lock(hidden)");
    assert!(!format!("{wallet:?}").contains("[5, 5"));
}

#[test]
fn the_usual_cost_is_what_the_documentation_says() {
    assert_eq!(Cost::default(), Cost { memory: 65_536, passes: 3, lanes: 1 });
}
