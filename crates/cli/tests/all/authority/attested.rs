//! What citizens get.

use serde_json::json;

use super::town::{Town, eventually};

#[test]
fn a_citizen_is_attested_sees_it_and_gives_it_up_and_the_ledger_proves_all_of_it() {
    let town = Town::open("201", &[]);
    let (did, person) = (town.did("me"), &town.people()[0]);
    assert_eq!(town.ask(person, &did, "me")["status"], "waiting");
    let proven = town.await_attested(&did);
    assert_eq!((&proven["level"], &proven["expired"]), (&2.into(), &false.into()));
    let expires = proven["expires"].as_str().unwrap();
    let ends = ["-01-01T00:00:00Z", "-04-01T00:00:00Z", "-07-01T00:00:00Z", "-10-01T00:00:00Z"];
    assert!(ends.iter().any(|end| expires.ends_with(end)), "{expires}");

    // asked again, it is what it is
    let again = eventually("the authority knows", || {
        let told = town.ask(person, &did, "me");
        (told["status"] == "attested").then_some(told)
    });
    assert_eq!(again["expires"], proven["expires"]);
    assert_eq!(town.times_attested(&did), 1);

    let file = town.person_file("person.json", person);
    let whose = ["--person", &file, "--authority", &town.url()];
    let mine = town.json(&[&["attestation", "mine"], &whose[..]].concat());
    assert_eq!(
        (&mine[0]["did"], &mine[0]["status"], mine.as_array().unwrap().len()),
        (&json!(did), &json!("attested"), 1)
    );

    let given_up = town.json(&[&["attestation", "give-up", &did], &whose[..]].concat());
    assert_eq!(given_up[0]["status"], "lapsing");
    assert!(town.proven(&did).is_some(), "nothing on the ledger tells of it");
    let urgent = town.json(&[&["attestation", "give-up", &did, "--urgent"], &whose[..]].concat());
    assert_eq!(urgent[0]["status"], "withdrawing");
    eventually("nobody attests it any more", || town.proven(&did).is_none().then_some(()));
    assert_eq!(town.said().iter().filter(|said| !said.attests).count(), 1);
}

#[test]
fn two_dids_of_a_person_never_share_a_batch() {
    let town = Town::open("202", &["--minimum", "2", "--longest-wait", "3s", "--pace", "1s"]);
    let people = town.people();
    let dids: Vec<String> = (0..4).map(|number| town.did(&format!("key-{number}"))).collect();
    for (number, did) in dids.iter().enumerate() {
        // three of one person, one of another
        let person = &people[usize::from(number == 3)];
        town.ask(person, did, &format!("key-{number}"));
    }
    dids.iter().for_each(|did| drop(town.await_attested(did)));
    let said = town.said();
    assert!(dids.iter().all(|did| town.times_attested(did) == 1));
    for batch in &said {
        assert!(batch.dids.iter().filter(|did| dids[..3].contains(did)).count() <= 1, "{:?}", batch.dids);
        assert_eq!(batch.expires, said[0].expires);
    }
}

#[test]
fn a_did_that_ends_while_it_waits_costs_nobody_else_anything() {
    let town = Town::open("203", &["--minimum", "2", "--longest-wait", "1h", "--pace", "1s"]);
    let people = town.people();
    let (mine, yours) = (town.did("mine"), town.did("yours"));
    town.ask(&people[0], &mine, "mine");
    town.run(&["did", "deactivate", &mine, "--key", "@mine.recovery", "--yes"]).ok();
    town.ask(&people[1], &yours, "yours");
    town.await_attested(&yours);
    assert_eq!(town.proven(&mine), None);
    let file = town.person_file("person.json", &people[0]);
    let url = town.url();
    eventually("the citizen is told", || {
        let mine = town.json(&["attestation", "mine", "--person", &file, "--authority", &url]);
        (mine[0]["status"] == "ended").then_some(())
    });
}
