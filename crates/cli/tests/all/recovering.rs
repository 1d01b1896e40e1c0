//! What a recovery takes with it, and what it declares.

use crate::life::Life;

#[test]
fn what_goes_with_a_recovery_is_said_before_it_is_signed() {
    let life = Life::new("136");
    let service = ["--service", "web,Site,https://a.example", "--next", "@next.key"];
    let did = life.create("@my.key", &service);
    let recover = ["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@new.key"];
    let told = life.run(&[&recover[..], &["--unsigned-out", "@recover.tx"]].concat());
    for words in ["removes the services of a DID: web", "the commitment to a next key goes"] {
        assert!(told.status == 0 && told.err.contains(words), "{}", told.err);
    }
    let explained = life.run(&["tx", "explain", "@recover.tx"]).ok();
    for words in ["all its keys and services go", "any key may come next"] {
        assert!(explained.contains(words), "{explained}");
    }
    let kept = life.run(&[&recover[..], &["--next", "@other.key"]].concat());
    assert!(kept.status == 0 && !kept.err.contains("the commitment"), "{}", kept.err);
}

#[test]
fn a_commitment_that_a_rotation_uses_up_is_said_to_go() {
    let life = Life::new("137");
    let did = life.create("@my.key", &["--next", "@next.key"]);
    let rotate = ["did", "rotate", &did, "--key", "@my.key", "--to", "@next.key"];
    let told = life.run(&rotate);
    assert!(told.status == 0 && told.err.contains("the commitment to a next key goes"), "{}", told.err);
}

#[test]
fn a_declaration_that_comes_after_the_recovery_is_not_dropped_in_silence() {
    let life = Life::new("138");
    let did = life.create("@my.key", &[]);
    let old = life.public("@my.key");
    let recover = ["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@new.key"];
    let since = ["--compromised-since", "2020-01-01"];
    life.json(&recover);
    let late = [&recover[..], &since].concat();
    life.assert_refused(&late, 1, &["is recovered already", &old, "new.recovery", "nothing was handed in"]);

    // what it tells to do, does it
    let again = [
        &["did", "recover", &did, "--recovery", "@new.recovery", "--key", "@third.key"][..],
        &["--compromised", &old],
        &since,
    ]
    .concat();
    assert_eq!(life.json(&again)["outcome"], "applied");
    let history = life.json(&["did", "history", &did]);
    let keys = history["replaced_keys"].as_array().unwrap();
    let entry = keys.iter().find(|key| key["key"] == *old).unwrap();
    assert_eq!(entry["compromised"], "2020-01-01T00:00:00Z");
    // and repeated it is so already
    assert_eq!(life.json(&again)["outcome"], "unchanged");
    let further = ["--compromised", &old, "--compromised-since", "2019-01-01"];
    let further = [&again[..7], &further].concat();
    life.assert_refused(&further, 1, &["is recovered already", "2019-01-01"]);
}
