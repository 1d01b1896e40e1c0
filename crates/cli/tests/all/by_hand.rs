//! A network made step by step, as operators would on machines of their own.

use serde_json::Value;

use crate::operators::Operators;

fn network(names: &[&str], approvals: &str) -> Operators {
    let mut operators = Operators::new();
    let genesis = operators.path("genesis.json");
    operators.run(&["genesis", "new", "--network", "hand", "--genesis", &genesis, "--approvals", approvals]);
    for name in names {
        operators.init(name, name);
        let card = operators.path(&format!("{name}.card"));
        operators.run(&["genesis", "add-validator", "--genesis", &genesis, &card]);
    }
    operators
}

#[test]
fn operators_make_nodes_agree_on_a_genesis_and_start() {
    let mut operators = network(&["ministry", "operator-1"], "2");
    let genesis = operators.path("genesis.json");
    assert!(operators.run(&["genesis", "validate", &genesis]).contains("tolerates no faulty validator"));
    operators.start("ministry");
    operators.start("operator-1");
    let (key, node) = (operators.path("me.key"), operators.url("ministry"));
    let made = operators.until_ok(&["did", "create", "--key", &key, "--node", &node]);
    assert!(made.contains("did:realdid:hand:"), "{made}");
}

#[test]
fn members_on_separate_machines_let_a_validator_in_and_another_out() {
    let mut operators = network(&["ministry", "operator-1", "operator-2"], "2");
    for name in ["ministry", "operator-1", "operator-2"] {
        operators.start(name);
    }
    let node = operators.url("ministry");
    let member = |name: &str| operators.path(&format!("{name}/keys/member.key"));
    let (ministry, operator) = (member("ministry"), member("operator-2"));
    operators.until_ok(&["did", "create", "--key", &operators.path("me.key"), "--node", &node]);
    operators.init("second", "operator-2");
    operators.start("second");

    // without the proof that it holds its key, the card is not enough
    let plain = operators.path("second.card");
    let unproven =
        operators.try_run(&["validators", "propose", "add", &plain, "--key", &operator, "--node", &node]);
    assert!(unproven.status == 1 && unproven.err.contains("realdid node card"), "{}", unproven.err);
    // nor is the key of somebody who is no member
    let stranger = operators.path("me.key");
    let refused = operators.try_run(&[
        "validators",
        "propose",
        "remove",
        "ministry",
        "--key",
        &stranger,
        "--node",
        &node,
    ]);
    assert!(refused.status == 1 && refused.err.contains("no member's"), "{}", refused.err);

    let card = operators.run(&["node", "card", "--home", &operators.path("second"), "--node", &node]);
    let proven = operators.path("second.proven");
    std::fs::write(&proven, card).unwrap();
    let propose =
        ["validators", "propose", "add", &proven, "--key", &operator, "--node", &node, "--output", "json"];
    let proposed = json(&operators.run(&propose));
    assert_eq!((&proposed["approvals"], &proposed["decided"]), (&1.into(), &false.into()));
    // once more changes nothing
    assert_eq!(json(&operators.run(&propose))["proposal"], proposed["proposal"]);
    let id = proposed["proposal"].as_str().unwrap();
    let listed = operators.run(&["members", "list", "--node", &node]);
    assert!(listed.contains(id) && listed.contains("1 of 2 are for it: operator-2"), "{listed}");
    let unset = ["validators", "approve", "", "--key", &ministry, "--node", &node];
    let refused = operators.try_run(&unset);
    assert!(refused.status == 1 && refused.err.contains("names no proposal"), "{}", refused.err);
    let approve =
        ["validators", "approve", &id[..8], "--key", &ministry, "--node", &node, "--output", "json"];
    assert_eq!(json(&operators.run(&approve))["decided"], true);
    await_validators(&operators, &node, 4);

    // its batches are nobody's: it says so at once
    let (key, second) = (operators.path("late.key"), operators.url("second"));
    let late = operators.try_run(&["did", "create", "--key", &key, "--node", &second]);
    assert!(late.status == 4 && late.err.contains("no_members_node"), "{}", late.err);

    // its member keeps its key, and the new node may author batches
    let put = ["members", "propose", "put", "--card", &plain, "--node", &node, "--output", "json", "--key"];
    let admitted = json(&operators.run(&[&put[..], &[&ministry]].concat()));
    let admit = ["proposals", "approve", admitted["proposal"].as_str().unwrap(), "--node", &node, "--key"];
    operators.run(&[&admit[..], &[&operator]].concat());
    operators.until_ok(&["did", "create", "--key", &key, "--node", &second]);

    let gone = operators.try_run(&approve);
    assert!(gone.status == 1 && gone.err.contains("took effect"), "{}", gone.err);
    // two validators are operator-2's: its name is not enough, and a name that nobody has is a slip
    let remove = |who: &str, key: &str| {
        operators.try_run(&[
            "validators",
            "propose",
            "remove",
            who,
            "--key",
            key,
            "--node",
            &node,
            "--output",
            "json",
        ])
    };
    assert!(remove("operator-2", &ministry).err.contains("runs 2 validators"));
    assert!(remove("operator-9", &ministry).err.contains("there is no member"));
    let proposed = json(&remove("operator-1", &ministry).ok());
    // somebody else who proposes the same is told to approve it
    assert!(remove("operator-1", &operator).err.contains("is proposed already"));
    let id = proposed["proposal"].as_str().unwrap();
    let file = operators.path("yes.tx");
    operators.run(&["validators", "approve", id, "--key", &operator, "--node", &node, "--write", &file]);
    operators.run(&["tx", "submit", &file, "--node", &node]);
    await_validators(&operators, &node, 3);
    assert!(json(&remove("operator-1", &ministry).ok())["unchanged"].is_string());
    operators.until_ok(&[
        "did",
        "create",
        "--key",
        &operators.path("you.key"),
        "--node",
        &operators.url("operator-2"),
    ]);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn await_validators(operators: &Operators, node: &str, wanted: usize) {
    for _ in 0..600 {
        let listed = json(&operators.run(&["validators", "list", "--node", node, "--output", "json"]));
        if listed["validators"].as_array().unwrap().len() == wanted {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("there are never {wanted} validators");
}
