//! What members approve: shown as the ledger proves it, asked for, and told as it became.

use crate::{consortium::Consortium, liar::liar};

impl Consortium {
    /// A proposal of the ministry's; its identifier.
    fn proposal(&self) -> String {
        let propose = ["policy", "propose", "parameters", "--quota", "7000000", "--key", "%ministry"];
        self.json(&propose)["proposal"].as_str().unwrap().to_owned()
    }

    /// A node that says something else than the first one.
    fn liar(&self, honest: &str, lie: &str) -> String {
        let status = self.json(&["testnet", "status"]);
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        liar(status[0]["url"].as_str().unwrap().to_owned(), leak(honest), leak(lie))
    }
}

#[test]
fn what_is_approved_is_what_the_ledger_proves_and_not_what_the_node_says() {
    let consortium = Consortium::new("114");
    let id = &consortium.proposal();
    let node = consortium.liar("quota 7000000", "quota 9000000");
    assert!(consortium.run(&["proposals", "list", "--node", &node]).ok().contains("quota 9000000"));
    let approve =
        ["proposals", "approve", id, "--key", "%operator-1", "--node", &node, "--unsigned-out", "@yes.tx"];
    let approved = consortium.run(&approve);
    assert!(
        approved.status == 0 && approved.err.contains("quota 7000000"),
        "{}{}",
        approved.out,
        approved.err
    );
    // a proposal that there is not cannot be proven
    let other = format!("\"id\":\"{}", if id.starts_with("abcd") { "dcba" } else { "abcd" });
    let node = consortium.liar(&format!("\"id\":\"{}", &id[..4]), &other);
    let made_up = ["proposals", "approve", &other[6..], "--key", "%operator-2", "--node", &node];
    consortium.assert_refused(&made_up, 5, &["though the node says so"]);
}

#[test]
fn nobody_approves_what_was_not_shown_and_asked_for() {
    let consortium = Consortium::new("117");
    let id = &consortium.proposal();
    let approve = ["proposals", "approve", id, "--key", "%operator-1"];
    let shown =
        ["quota 7000000", "1 of 3: ministry", "open until", id, "Approve this as operator-1?", "--yes"];
    consortium.assert_refused(&approve, 1, &shown);
    consortium.assert_refused(&[&approve[..], &["--write", "@yes.tx"]].concat(), 1, &shown);
    assert!(!consortium.0.0.path().join("yes.tx").exists(), "nothing was signed");
    let open = consortium.json(&["proposals", "show", id]);
    assert_eq!(open["approvals"], serde_json::json!(["ministry"]));
    assert_eq!(consortium.json(&[&approve[..], &["--yes"]].concat())["approvals"], 2);
}

#[test]
fn a_member_acts_in_no_name_that_a_node_makes_up() {
    let consortium = Consortium::new("118");
    let id = &consortium.proposal();
    let node = consortium.liar("\"name\":\"operator-1\"", "\"name\":\"operator-9\"");
    let approve = ["proposals", "approve", id, "--yes", "--key", "%operator-1", "--node", &node];
    consortium.assert_refused(&approve, 5, &["is not that of operator-9", "ask another node"]);
}

#[test]
fn that_a_change_has_taken_effect_is_read_off_the_ledger_and_not_counted() {
    let consortium = Consortium::new("119");
    let id = &consortium.proposal();
    let node = consortium.liar("\"needed\":3", "\"needed\":2");
    let approve = |member: &str, node: &[&str]| {
        consortium.run(&[&["proposals", "approve", id, "--yes", "--key", member], node].concat()).ok()
    };
    let told = approve("%operator-1", &["--node", &node]);
    assert!(told.contains("2 of 2") && !told.contains("has taken effect"), "{told}");
    let told = approve("%operator-2", &[]);
    assert!(told.contains("it has taken effect: verified by a certificate for block"), "{told}");
}
