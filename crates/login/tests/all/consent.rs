//! What a wallet answers, and what it does not.

use realdid_identity::SiteRecord;
use realdid_login::*;
use realdid_types::*;

use crate::scene::{NOW, Scene};

const PAGE: Requester<'_> = Requester::Page("https://books.example");

fn asked(
    change: impl FnOnce(&mut Challenge, &mut SiteRecord),
    requester: Requester<'_>,
) -> Result<Consent, Unacceptable> {
    let scene = Scene::new();
    let (mut challenge, mut site) = (scene.challenge(), scene.site_record());
    change(&mut challenge, &mut site);
    let registered = Registered { site: Some(&site), as_of: Timestamp(NOW) };
    review(&challenge, registered, scene.ledger.genesis.digest(), requester, Timestamp(NOW))
}

fn refused(change: impl FnOnce(&mut Challenge, &mut SiteRecord), requester: Requester<'_>) -> &'static str {
    asked(change, requester).map_or_else(|refused| refused.code(), |_| "accepted")
}

#[test]
fn the_person_is_shown_the_name_on_the_ledger_and_where_the_answer_goes() {
    let consent = asked(|_, _| {}, PAGE).unwrap();
    assert_eq!((consent.name.as_str(), consent.origin.as_str()), ("Books", "https://books.example"));
    assert_eq!((consent.return_address.as_str(), consent.level), ("https://books.example/login", 1));
    assert_eq!(consent.number, None);
}

#[test]
fn a_phishing_page_on_the_same_device_is_refused() {
    let evil = Requester::Page("https://b00ks.example");
    assert_eq!(refused(|_, _| {}, evil), "relayed");
    // it may put its own origin into the challenge, or its own address
    let own = |challenge: &mut Challenge, _: &mut SiteRecord| {
        challenge.origin = Origin::new("https://b00ks.example").unwrap();
    };
    assert_eq!(refused(own, evil), "foreign_origin");
    let back = |challenge: &mut Challenge, _: &mut SiteRecord| {
        challenge.return_address = ReturnAddress::new("https://b00ks.example/login").unwrap();
    };
    assert_eq!(refused(back, PAGE), "foreign_return_address");
}

#[test]
fn another_device_is_for_sites_that_allow_it_and_shows_a_number_to_compare() {
    assert_eq!(refused(|_, _| {}, Requester::OtherDevice), "other_device");
    let consent = asked(|challenge, _| challenge.other_device = true, Requester::OtherDevice).unwrap();
    let scene = Scene::new();
    let challenge = Challenge { other_device: true, ..scene.challenge() };
    assert_eq!(consent.number, Some(matching_number(&challenge)));
    assert!(consent.number.is_some_and(|number| (10..100).contains(&number)));
    // and a page on this device is compared with the challenge all the same
    let relayed =
        refused(|challenge, _| challenge.other_device = true, Requester::Page("https://b00ks.example"));
    assert_eq!(relayed, "relayed");
}

#[test]
fn a_site_must_stand_on_the_ledger_be_open_and_ask_only_what_it_may() {
    assert_eq!(refused(|_, site| site.site.closed = true, PAGE), "site_closed");
    assert_eq!(refused(|_, site| site.site.may_ask_real_name = false, PAGE), "real_name_not_allowed");
    let nothing = |challenge: &mut Challenge, site: &mut SiteRecord| {
        site.site.may_ask_real_name = false;
        challenge.level = 0;
    };
    assert_eq!(refused(nothing, PAGE), "accepted");
    assert_eq!(refused(|challenge, _| challenge.expires = Timestamp(NOW), PAGE), "challenge_expired");
    let other = |challenge: &mut Challenge, _: &mut SiteRecord| {
        challenge.genesis = GenesisDigest(realdid_crypto::Digest::ZERO);
    };
    assert_eq!(refused(other, PAGE), "other_network");
    let scene = Scene::new();
    let nobody = Registered { site: None, as_of: Timestamp(NOW) };
    let unknown =
        review(&scene.challenge(), nobody, scene.ledger.genesis.digest(), PAGE, Timestamp(NOW)).unwrap_err();
    assert_eq!(unknown, Unacceptable::NotRegistered);
}

/// A node could show for ever what an address belonged to before its site took it off the ledger.
#[test]
fn what_was_proven_more_than_a_day_ago_says_nothing_of_a_site() {
    let (scene, site) = (Scene::new(), Scene::new().site_record());
    let seen = |as_of| {
        let registered = Registered { site: Some(&site), as_of };
        review(&scene.challenge(), registered, scene.ledger.genesis.digest(), PAGE, Timestamp(NOW))
    };
    let oldest = NOW - SITE_AGE_MAX;
    assert!(seen(Timestamp(oldest)).is_ok());
    assert_eq!(seen(Timestamp(oldest - 1)), Err(Unacceptable::SiteStale(Timestamp(oldest - 1))));
}
