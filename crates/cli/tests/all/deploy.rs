//! The files in `deploy/` agree with the program and with each other.

use std::{collections::BTreeSet, process::Command};

use realdid_node::{Config, config::Home};
use yaml_rust2::Yaml;

use crate::{
    documented::assert_taken,
    program::realdid,
    repository::{path, text, unwrapped, yaml},
};

const VALIDATORS: [&str; 4] = ["ministry", "operator-1", "operator-2", "operator-3"];

/// The values of a key of a systemd unit, in order.
fn unit(key: &str) -> Vec<String> {
    let unit = text("deploy/realdid.service");
    let values = unit.lines().filter_map(|line| line.strip_prefix(&format!("{key}=")));
    let values: Vec<String> = values.map(str::to_owned).collect();
    assert!(!values.is_empty(), "{key} is not set");
    values
}

/// What follows an instruction of the Dockerfile, where it stands for the last time.
fn docker(instruction: &str) -> String {
    let file = text("deploy/Dockerfile");
    let found = file.lines().filter_map(|line| line.strip_prefix(&format!("{instruction} "))).next_back();
    found.unwrap_or_else(|| panic!("no {instruction}")).to_owned()
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn strings(list: &Yaml) -> Vec<String> {
    list.as_vec().expect("a list").iter().map(|item| item.as_str().expect("text").to_owned()).collect()
}

fn after(words: &[String], flag: &str) -> String {
    let place =
        words.iter().position(|word| word == flag).unwrap_or_else(|| panic!("no {flag} in {words:?}"));
    words[place + 1].clone()
}

/// What a node has that is made without naming any port.
fn defaults() -> Config {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    realdid(folder.path(), ["node", "init", "--home", home, "--organisation", "operator-1"]).ok();
    Config::read(&Home::new(folder.path())).unwrap()
}

#[test]
fn the_unit_starts_what_the_program_takes_in_a_folder_that_systemd_makes_for_it() {
    let start = words(&unit("ExecStart")[0]);
    assert_taken(&start[1..], "realdid.service");
    assert_eq!(after(&start, "--home"), format!("/var/lib/{}", unit("StateDirectory")[0]));
    assert_eq!(unit("StateDirectoryMode"), ["0700"]);
    // it begins with this
    let help = realdid_cli::command().get_after_help().unwrap().to_string();
    assert!(help.contains(&format!("{}  the disk failed", unit("RestartPreventExitStatus")[0])), "{help}");
}

#[test]
fn the_image_starts_the_same_program_in_the_same_folder_as_the_unit() {
    let start = words(&unit("ExecStart")[0]);
    let list = |instruction| serde_json::from_str::<Vec<String>>(&docker(instruction)).unwrap();
    let command = list("CMD");
    assert_taken(&command, "Dockerfile");
    assert_eq!([list("ENTRYPOINT"), command].concat(), start);
    assert_eq!(words(&docker("COPY")), ["target/release/realdid", &start[0]]);
    let home = after(&start, "--home");
    assert_eq!(docker("VOLUME"), home);
    assert!(text("deploy/Dockerfile").contains(&format!("--home-dir {home} ")));
    let ignored = text(".dockerignore");
    assert!(ignored.contains("\n*\n") && ignored.contains("\n!target/release/realdid\n"), "{ignored}");
}

#[test]
fn everybody_names_the_ports_that_a_node_takes_by_itself() {
    let config = defaults();
    let (validators, public) = (config.validators.unwrap().listen.port(), config.public.listen.port());
    assert_eq!(words(&docker("EXPOSE")), [validators.to_string(), public.to_string()]);
    let api = config.api.listen;
    assert!(api.ip().is_loopback());
    let env = words(&docker("ENV"));
    assert_eq!(env, ["REALDID_HOME=/var/lib/realdid".to_owned(), format!("REALDID_NODE=http://{api}")]);
    let prometheus = yaml("deploy/prometheus/prometheus.yml");
    let job = &prometheus["scrape_configs"][0];
    assert_eq!(strings(&job["static_configs"][0]["targets"]), [api.to_string()]);
    // the alerts name it
    assert_eq!(job["job_name"].as_str(), Some("realdid"));
    let manual = unwrapped(&text("docs/operate.md"));
    for said in [
        format!("Port {validators} is open to the other validators, {public} to"),
        format!("port {} listens on loopback", api.port()),
        format!("--node http://{api}"),
        format!("({} MiB)", config.storage.low_water_bytes >> 20),
    ] {
        assert!(manual.contains(&said), "docs/operate.md does not say {said:?}");
    }
}

/// A service's own setting, or that of all validators.
fn setting<'a>(compose: &'a Yaml, service: &str, name: &str) -> &'a Yaml {
    let own = &compose["services"][service][name];
    if own.is_badvalue() { &compose["services"][service]["<<"][name] } else { own }
}

#[test]
fn each_container_has_a_folder_an_address_and_ports_of_its_own() {
    let (compose, config) = (yaml("deploy/compose.yml"), defaults());
    let ports = [config.validators.unwrap().listen.port(), config.public.listen.port()];
    let services = compose["services"].as_hash().unwrap();
    assert_eq!(services.keys().filter_map(Yaml::as_str).collect::<Vec<_>>(), VALIDATORS);
    let mut taken = BTreeSet::new();
    for name in VALIDATORS {
        assert_eq!(
            strings(setting(&compose, name, "volumes")),
            [format!("./network/{name}:{}", docker("VOLUME"))]
        );
        let published = strings(setting(&compose, name, "ports"));
        let (outside, inside): (Vec<_>, Vec<_>) =
            published.iter().map(|pair| pair.split_once(':').expect("outside:inside")).unzip();
        assert_eq!(inside, ports.map(|port| port.to_string()));
        let address = address(&compose, name);
        assert!(
            address.starts_with("172.30.90.")
                && compose["networks"]["validators"]["ipam"]["config"][0]["subnet"].as_str()
                    == Some("172.30.90.0/24")
        );
        assert!(
            outside.into_iter().chain([&*address]).all(|own| taken.insert(own.to_owned())),
            "{name}: {taken:?}"
        );
    }
}

#[test]
fn containers_are_run_with_the_care_of_the_unit() {
    let compose = yaml("deploy/compose.yml");
    for name in VALIDATORS {
        let of = |setting_name| setting(&compose, name, setting_name);
        assert_eq!(of("stop_grace_period").as_str(), Some(&*format!("{}s", unit("TimeoutStopSec")[0])));
        assert_eq!(of("ulimits")["nofile"].as_i64().unwrap().to_string(), unit("LimitNOFILE")[0]);
        assert_eq!(of("restart").as_str(), Some("no"));
        assert_eq!(
            (of("read_only").as_bool(), strings(of("cap_drop"))),
            (Some(true), vec!["ALL".to_owned()])
        );
        let health = strings(&of("healthcheck")["test"]);
        assert_eq!(health[..2], ["CMD", "realdid"]);
        assert_taken(&health[2..], "compose.yml");
        let build = of("build");
        assert!(
            path("deploy")
                .join(build["context"].as_str().unwrap())
                .join(build["dockerfile"].as_str().unwrap())
                .exists()
        );
    }
}

fn address(compose: &Yaml, service: &str) -> String {
    let address = &compose["services"][service]["networks"]["validators"]["ipv4_address"];
    address.as_str().expect("an address").to_owned()
}

#[test]
fn the_script_makes_the_network_that_the_compose_file_runs_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("make-network");
    std::fs::copy(path("deploy/make-network"), &script).unwrap();
    let run = || Command::new(&script).env("REALDID", env!("CARGO_BIN_EXE_realdid")).output().unwrap();
    let made = run();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let compose = yaml("deploy/compose.yml");
    let homes = VALIDATORS.map(|name| Home::new(folder.path().join("network").join(name)));
    let peers: Vec<String> = homes
        .iter()
        .map(|home| {
            let key = home.keys().join("transport.key");
            let shown =
                realdid(folder.path(), ["keys", "show", key.to_str().unwrap(), "--output", "json"]).ok();
            serde_json::from_str::<serde_json::Value>(&shown).unwrap()["peer"].as_str().unwrap().to_owned()
        })
        .collect();
    for home in &homes {
        let config = Config::read(home).unwrap();
        for plane in [config.validators.unwrap(), config.public] {
            let everybody = VALIDATORS.iter().zip(&peers);
            let wanted = everybody.map(|(name, peer)| {
                format!("/ip4/{}/tcp/{}/p2p/{peer}", address(&compose, name), plane.listen.port())
            });
            assert_eq!(plane.peers, wanted.collect::<Vec<_>>());
        }
        assert_eq!(config.api, defaults().api);
    }
    // the variable without which the compose file refuses to start
    let user = setting(&compose, "ministry", "user").as_str().unwrap();
    let variable = user.strip_prefix("${").and_then(|user| user.split_once(":?")).unwrap().0;
    let settings = std::fs::read_to_string(folder.path().join(".env")).unwrap();
    assert!(
        settings.starts_with(&format!("{variable}=")) && settings.trim().split(':').count() == 2,
        "{settings}"
    );

    let key = std::fs::read(homes[0].keys().join("consensus.key")).unwrap();
    let again = run();
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already and holds keys"));
    assert!(!again.status.success() && std::fs::read(homes[0].keys().join("consensus.key")).unwrap() == key);
}
