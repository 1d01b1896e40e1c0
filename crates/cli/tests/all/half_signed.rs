//! What lacks signatures is not handed in, where it would hold its sender's number.

use crate::{consortium::Consortium, life::Life};

#[test]
fn one_of_two_controllers_is_told_who_must_still_sign_and_the_number_stays_free() {
    let life = Life::new("132");
    let [one, two] = ["@one.key", "@two.key"].map(|key| life.create(key, &[]));
    let service = ["--service", "web,Site,https://a.example"];
    let did =
        life.create("@org.key", &[&service[..], &["--controller", &one, "--controller", &two]].concat());
    let remove = ["did", "update", &did, "--remove-service", "web", "--key"];
    let half = [&remove[..], &["@one.key"]].concat();
    let still = format!("still to sign: {two})");
    let words = ["2 of its 2 controllers (1 signed", &still, "nothing was handed in", "tx sign"];
    life.assert_refused(&half, 1, &words);
    // nor from a file
    life.run(&[&half[..], &["--write", "@half.tx"]].concat()).ok();
    life.assert_refused(&["tx", "submit", "@half.tx"], 1, &words);

    let signed = ["tx", "sign", "@half.tx", "--key", "@two.key", "--out", "@whole.tx", "--yes"];
    life.run(&signed).ok();
    life.run(&["tx", "submit", "@whole.tx"]).ok();
    assert!(life.json(&["did", "resolve", &did])["record"]["services"].as_array().unwrap().is_empty());
}

#[test]
fn a_change_that_a_strangers_key_signed_is_not_handed_in() {
    let life = Life::new("133");
    let did = life.create("@my.key", &[]);
    life.create("@stranger.key", &[]);
    let (digits, update) =
        (life.public("@my.key"), ["did", "update", &did, "--service", "web,Site,https://a.example"]);
    life.run(&[&update[..], &["--key", &digits, "--unsigned-out", "@change.tx"]].concat()).ok();
    let sign = |key: &str, out: &str| {
        life.run(&["tx", "sign", "@change.tx", "--key", key, "--out", out, "--yes"]).ok()
    };
    sign("@stranger.key", "@wrong.tx");
    let words = [&did, "a key of its own with capabilityInvocation", "nothing was handed in"];
    life.assert_refused(&["tx", "submit", "@wrong.tx"], 1, &words);
    sign("@my.recovery", "@recovery.tx");
    life.assert_refused(&["tx", "submit", "@recovery.tx"], 1, &words);
    sign("@my.key", "@right.tx");
    life.run(&["tx", "submit", "@right.tx"]).ok();
}

#[test]
fn what_a_member_did_not_sign_itself_is_not_handed_in() {
    let consortium = Consortium::new("134");
    let rule = ["policy", "propose", "rule", "change-members", "--approvals", "4", "--key", "%ministry"];
    consortium.run(&[&rule[..], &["--unsigned-out", "@rule.tx"]].concat()).ok();
    consortium.run(&["tx", "sign", "@rule.tx", "--key", "%operator-1", "--out", "@wrong.tx", "--yes"]).ok();
    let words = ["of ministry has not signed", "nothing was handed in"];
    consortium.assert_refused(&["tx", "submit", "@wrong.tx"], 1, &words);
    consortium.run(&["tx", "sign", "@rule.tx", "--key", "%ministry", "--out", "@right.tx", "--yes"]).ok();
    consortium.run(&["tx", "submit", "@right.tx"]).ok();
}

#[test]
fn the_command_that_goes_on_with_a_file_works_when_it_is_copied() {
    let life = Life::new("135");
    let did = life.create("@my.key", &[]);
    life.run(&["keys", "generate", "@new.key"]).ok();
    let [old, new] = ["@my.key", "@new.key"].map(|key| life.public(key));
    let rotate = ["did", "rotate", &did, "--key", &old, "--to", &new, "--unsigned-out", "@rotate.tx"];
    let next = life.json(&rotate)["next"].as_str().unwrap().to_owned();
    let next = next.replacen("KEY", "@my.key", 1).replacen("KEY", "@new.key", 1);
    let words: Vec<&str> = next.split(' ').skip(1).chain(["--yes", "--output", "json"]).collect();
    let signed = crate::network::json(&life.run(&words).ok());
    life.run(&["tx", "submit", signed["file"].as_str().unwrap()]).ok();
    assert_eq!(life.json(&["did", "resolve", &did])["record"]["keys"][0]["key"], *new);
}
