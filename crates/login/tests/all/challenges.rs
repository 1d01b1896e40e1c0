//! A challenge is answered once, in time, from the browser that it was given to.

use realdid_crypto::Digest;
use realdid_login::*;
use realdid_types::Timestamp;

use crate::scene::{NOW, Scene};

const BROWSER: Session = [1; 32];
const OTHER: Session = [2; 32];

fn challenge(number: u8, expires: u64) -> Challenge {
    let nonce = Digest::from_bytes([number; 32]);
    Challenge { nonce, expires: Timestamp(expires), ..Scene::new().challenge() }
}

fn taken(
    challenges: &mut Challenges,
    number: u8,
    session: Option<&Session>,
    now: u64,
) -> Result<u64, LoginError> {
    let nonce = Digest::from_bytes([number; 32]);
    challenges.take(nonce, session, Timestamp(now)).map(|(challenge, _)| challenge.expires.0)
}

#[test]
fn an_answer_counts_once() {
    let mut challenges = Challenges::new(8);
    challenges.open(challenge(1, NOW + 5), BROWSER, Timestamp(NOW));
    assert_eq!(taken(&mut challenges, 1, Some(&BROWSER), NOW), Ok(NOW + 5));
    assert_eq!(taken(&mut challenges, 1, Some(&BROWSER), NOW), Err(LoginError::NonceUnknown));
}

/// A phisher who gets a person to answer his challenge is not logged in: the answer comes from the person's browser.
#[test]
fn an_answer_from_another_browser_counts_only_where_the_site_allows_other_devices() {
    let mut challenges = Challenges::new(8);
    challenges.open(challenge(1, NOW + 5), BROWSER, Timestamp(NOW));
    assert_eq!(taken(&mut challenges, 1, Some(&OTHER), NOW), Err(LoginError::OtherSession));
    assert_eq!(taken(&mut challenges, 1, None, NOW), Err(LoginError::OtherSession));
    assert_eq!(
        taken(&mut challenges, 1, Some(&BROWSER), NOW),
        Ok(NOW + 5),
        "it stays open for the right one"
    );

    let elsewhere = Challenge { other_device: true, ..challenge(2, NOW + 5) };
    challenges.open(elsewhere, BROWSER, Timestamp(NOW));
    let (_, session) = challenges.take(Digest::from_bytes([2; 32]), None, Timestamp(NOW)).unwrap();
    assert_eq!(session, BROWSER, "and it is this browser that is logged in");
}

#[test]
fn what_runs_out_is_forgotten_and_so_is_the_first_to_do_so_when_there_are_too_many() {
    let mut challenges = Challenges::new(3);
    for number in 1..=3 {
        challenges.open(challenge(number, NOW + u64::from(number)), BROWSER, Timestamp(NOW));
    }
    challenges.open(challenge(4, NOW + 9), BROWSER, Timestamp(NOW));
    assert_eq!(challenges.len(), 3);
    assert_eq!(taken(&mut challenges, 1, Some(&BROWSER), NOW), Err(LoginError::NonceUnknown));
    assert_eq!(taken(&mut challenges, 2, Some(&BROWSER), NOW + 2), Err(LoginError::NonceUnknown));
    assert_eq!(taken(&mut challenges, 3, Some(&BROWSER), NOW + 2), Ok(NOW + 3));
    assert_eq!(taken(&mut challenges, 4, Some(&BROWSER), NOW + 9), Err(LoginError::NonceUnknown));
    assert!(challenges.is_empty());
}
