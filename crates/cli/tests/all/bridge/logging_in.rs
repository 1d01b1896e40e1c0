//! What happens where something goes wrong between a site, a bridge and a wallet.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_login::{Challenge, Response};
use realdid_types::{Did, NetworkName, Wire};
use serde_json::Value;

use super::{
    browser::{Browser, ask},
    scene::Scene,
};

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("never: {what}")
}

#[test]
fn a_bridge_that_is_killed_forgets_no_login_that_is_under_way() {
    let mut scene = Scene::running("231", &[]);
    let mut browser = Browser::default();
    // between the challenge and the answer
    let challenge = browser.challenge(&scene.issuer(), &scene.request(""));
    scene.kill();
    scene.start(&[]);
    let told = browser.hand_in(&scene.issuer(), &scene.answer(&challenge)).json();
    // between the answer and the code
    scene.kill();
    scene.start(&[]);
    let code = scene.go_on(&mut browser, told["continue"].as_str().unwrap());
    // between the code and the token
    scene.kill();
    scene.start(&[]);
    let tokens = scene.exchange(&code).json();
    // and after it
    scene.kill();
    scene.start(&[]);
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let info = ask(&scene.issuer(), "GET", "/userinfo", &[("Authorization", &bearer)], "").json();
    assert_eq!(info["sub"], part(tokens["id_token"].as_str().unwrap(), 1)["sub"]);
    let silent = browser.open(&scene.issuer(), &scene.request("&prompt=none"));
    assert!(silent.to().starts_with("https://shop.example/back?code="));
    assert_eq!(scene.exchange(&code).status, 400);
}

#[test]
fn another_bridge_that_never_heard_of_the_first_calls_the_person_the_same() {
    let mut scene = Scene::running("232", &[]);
    let subject = |scene: &Scene| {
        let tokens = scene.exchange(&scene.code(&mut Browser::default())).json();
        part(tokens["id_token"].as_str().unwrap(), 1)["sub"].clone()
    };
    let before = subject(&scene);
    scene.kill();
    std::fs::remove_dir_all(scene.path("bridge")).unwrap();
    let (home, issuer) = (scene.path("bridge"), scene.issuer());
    scene.json(&["bridge", "init", "--home", &home, "--issuer", &issuer]);
    scene.start(&[]);
    assert_eq!(subject(&scene), before);
}

#[test]
fn a_response_counts_in_the_browser_that_was_asked_and_once() {
    let scene = Scene::running("233", &[]);
    let (mut phisher, mut victim) = (Browser::default(), Browser::default());
    let challenge = phisher.challenge(&scene.issuer(), &scene.request(""));
    victim.challenge(&scene.issuer(), &scene.request(""));
    let response = scene.answer(&challenge);
    for strange in [&victim, &Browser::default()] {
        let refused = strange.hand_in(&scene.issuer(), &response);
        assert_eq!((refused.status, &refused.json()["error"]), (403, &"other_session".into()));
    }
    let told = phisher.hand_in(&scene.issuer(), &response);
    assert_eq!(told.status, 200);
    let go_on = told.json()["continue"].as_str().unwrap().to_owned();
    assert_eq!(victim.open(&scene.issuer(), &go_on).status, 400);
    assert_eq!(phisher.hand_in(&scene.issuer(), &response).json()["error"], "nonce_unknown");
    scene.go_on(&mut phisher, &go_on);
    assert_eq!(phisher.open(&scene.issuer(), &go_on).status, 400);
}

#[test]
fn a_response_to_another_sites_challenge_or_to_a_changed_one_logs_nobody_in() {
    let scene = Scene::running("234", &[]);
    let other = scene.born("other");
    scene.register(&other, "other");
    let network = NetworkName::new("testnet").unwrap();
    let changes: [(&str, &dyn Fn(&mut Challenge)); 2] = [
        ("other_site", &|challenge| challenge.site = Did::from_text(&other, &network).unwrap()),
        ("other_challenge", &|challenge| challenge.age_max += 1),
    ];
    for (code, change) in changes {
        let mut browser = Browser::default();
        let text = browser.challenge(&scene.issuer(), &scene.request(""));
        let mut challenge = Challenge::decode(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
        change(&mut challenge);
        let refused =
            browser.hand_in(&scene.issuer(), &scene.answer(&URL_SAFE_NO_PAD.encode(challenge.encode())));
        assert_eq!((refused.status, &refused.json()["error"]), (403, &code.into()));
        // the site learns that nobody logged in
        let back = browser.open(&scene.issuer(), refused.json()["continue"].as_str().unwrap());
        assert!(back.to().starts_with("https://shop.example/back?error=access_denied"), "{back:?}");
    }
}

#[test]
fn a_response_in_somebody_elses_name_or_of_broken_bytes_logs_nobody_in() {
    let scene = Scene::running("235", &[]);
    let mut browser = Browser::default();
    let good = scene.answer(&browser.challenge(&scene.issuer(), &scene.request("")));
    let mut response = Response::decode(&URL_SAFE_NO_PAD.decode(&good).unwrap()).unwrap();
    response.did = Did::from_text(&scene.site, &NetworkName::new("testnet").unwrap()).unwrap();
    let forged = browser.hand_in(&scene.issuer(), &URL_SAFE_NO_PAD.encode(response.encode()));
    assert_eq!((forged.status, &forged.json()["error"]), (403, &"proof_invalid".into()));
    for bad in ["", "!", "AAAA", &good[1..]] {
        assert_eq!(browser.hand_in(&scene.issuer(), bad).json()["error"], "malformed", "{bad:?}");
    }
}

#[test]
fn a_wallet_on_another_device_logs_in_the_browser_that_shows_the_picture() {
    let scene = Scene::running("236", &["--other-device"]);
    let mut browser = Browser::default();
    let page = browser.open(&scene.issuer(), &scene.request(""));
    assert!(page.body.contains("<svg ") && page.body.contains("<output"));
    let nonce = page.body.split_once("data-nonce=\"").unwrap().1.split('"').next().unwrap();
    let wait =
        |browser: &mut Browser| browser.open(&scene.issuer(), &format!("/wait?challenge={nonce}")).status;
    assert_eq!(wait(&mut browser), 204);
    let challenge = page.body.split_once("#challenge=").unwrap().1.split('"').next().unwrap();
    let form = format!("response={}", scene.answer(challenge));
    let told = ask(&scene.issuer(), "POST", "/return", &[], &form);
    assert!(told.status == 200 && told.body.contains("Go on at the device"), "{told:?}");
    assert_eq!((wait(&mut browser), wait(&mut Browser::default())), (200, 204));
    let code = scene.go_on(&mut browser, &format!("/continue?challenge={nonce}"));
    assert_eq!(scene.exchange(&code).status, 200);
}

#[test]
fn keys_are_rotated_while_the_bridge_runs_and_what_they_signed_verifies_meanwhile() {
    let scene = Scene::running("237", &[]);
    let tokens = scene.exchange(&scene.code(&mut Browser::default())).json();
    let kid = part(tokens["id_token"].as_str().unwrap(), 0)["kid"].as_str().unwrap().to_owned();
    let home = scene.path("bridge");
    let shown = scene.json(&["bridge", "keys", "rotate", "--home", &home]);
    let stages: Vec<&str> =
        shown["keys"].as_array().unwrap().iter().map(|key| key["stage"].as_str().unwrap()).collect();
    assert_eq!(stages.iter().filter(|stage| **stage == "signs").count(), 3);
    eventually("six keys are published", || scene.kids().len() == 6);
    assert!(scene.kids().contains(&kid));
    scene.json(&["bridge", "keys", "rotate", "--home", &home, "--at-once"]);
    eventually("the old keys are gone", || scene.kids().len() == 3 && !scene.kids().contains(&kid));
    assert_eq!(scene.exchange(&scene.code(&mut Browser::default())).status, 200);
}

#[test]
fn neither_the_database_nor_the_log_says_who_logged_in() {
    let mut scene = Scene::running("238", &["--log", "debug"]);
    let mut browser = Browser::default();
    let code = scene.code(&mut browser);
    let tokens = scene.exchange(&code).json();
    let id_token = tokens["id_token"].as_str().unwrap().to_owned();
    let claims = part(&id_token, 1);
    let refused = browser.hand_in(&scene.issuer(), "AAAA");
    assert_eq!(refused.status, 403);
    let left = browser.open(&scene.issuer(), &format!("/logout?id_token_hint={id_token}"));
    assert!(left.status == 200 && left.body.contains("You are logged out"), "{left:?}");
    let log = scene.kill();
    assert!(log.contains("a login is refused"), "{log}");
    let mut hidden = vec![scene.person.as_str(), code.as_str(), "a-state", "a-nonce", &id_token];
    hidden.extend(["sub", "sid"].map(|name| claims[name].as_str().unwrap()));
    hidden.push(tokens["access_token"].as_str().unwrap());
    let state = std::fs::read(format!("{}/state", scene.path("bridge"))).unwrap();
    for text in hidden {
        assert!(!log.contains(text), "{text} is in the log");
        assert!(
            !state.windows(text.len()).any(|window| window == text.as_bytes()),
            "{text} is in the database"
        );
    }
    scene.start(&[]);
    assert!(
        browser.open(&scene.issuer(), &scene.request("&prompt=none")).to().contains("error=login_required")
    );
}

#[test]
fn nobody_is_logged_out_by_a_strange_page() {
    let scene = Scene::running("239", &[]);
    let mut browser = Browser::default();
    scene.code(&mut browser);
    let is_logged_in = |browser: &mut Browser| {
        browser.open(&scene.issuer(), &scene.request("&prompt=none")).to().contains("?code=")
    };
    for path in ["/logout".to_owned(), format!("/logout?client_id={}&confirm=yes", scene.site)] {
        let page = browser.open(&scene.issuer(), &path);
        assert!(page.body.contains("<form method=post action=\"/logout\">"), "{page:?}");
        assert!(is_logged_in(&mut browser));
    }
    let foreign = format!("/logout?client_id={}&post_logout_redirect_uri=https://evil.example/", scene.site);
    assert_eq!(browser.open(&scene.issuer(), &foreign).status, 400);
    assert!(is_logged_in(&mut browser));
    browser.post(&scene.issuer(), "/logout", "confirm=yes");
    assert!(!is_logged_in(&mut browser));
}

#[test]
fn the_bridge_shows_what_links_a_site_to_it() {
    let scene = Scene::running("240", &[]);
    let (issuer, key) = (scene.issuer(), scene.path("shop.key"));
    let check = ["site", "check", scene.site.as_str(), "--origin", &issuer];
    assert_eq!(scene.run(&check).status, 1);
    let link = scene.run(&["site", "link", &scene.site, "--origin", &issuer, "--key", &key]).ok();
    std::fs::write(format!("{}/domains/shop.json", scene.path("bridge")), link).unwrap();
    scene.run(&check).ok();
}

#[test]
fn a_folder_that_is_open_to_others_or_in_use_or_none_starts_no_bridge() {
    let mut scene = Scene::new("241");
    let home = scene.path("bridge");
    let mode = |mode: u32| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&home, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o750);
    let open = scene.start_in_vain();
    assert!(open.status == 1 && open.err.contains("chmod go="), "{}", open.err);
    mode(0o700);
    scene.start(&[]);
    let second = scene.start_in_vain();
    assert!(second.status == 1 && second.err.contains("another bridge runs"), "{}", second.err);
    let nowhere = scene.run(&["bridge", "keys", "show", "--home", &scene.path("nowhere")]);
    assert!(nowhere.status == 1 && nowhere.err.contains("realdid bridge init"), "{}", nowhere.err);
    let again = scene.run(&["bridge", "init", "--home", &home, "--issuer", &scene.issuer()]);
    assert!(again.status == 1 && again.err.contains("made once"), "{}", again.err);
    let strange = scene.run(&["bridge", "keys", "secret", "did:web:shop.example", "--home", &home]);
    assert!(strange.status == 1 && strange.err.contains("did:realdid"), "{}", strange.err);
}

#[test]
fn a_login_needs_no_node_once_the_site_is_known() {
    let scene = Scene::running("242", &[]);
    let mut browser = Browser::default();
    let challenge = browser.challenge(&scene.issuer(), &scene.request(""));
    let response = scene.answer(&challenge);
    scene.run(&["testnet", "down"]).ok();
    let told = browser.hand_in(&scene.issuer(), &response).json();
    let code = scene.go_on(&mut browser, told["continue"].as_str().unwrap());
    assert_eq!(scene.exchange(&code).status, 200);
}
