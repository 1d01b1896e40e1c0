//! What the dashboard, the alerts and the manual say of metrics is what a running node exports.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;
use yaml_rust2::Yaml;

use crate::{
    exposition::{Exposition, named},
    network::get,
    program::Testnet,
    repository::{section, text, yaml},
};

/// What Prometheus itself adds to every series.
const SCRAPED: [&str; 2] = ["instance", "job"];

/// What is asked of Prometheus.
#[derive(Default)]
struct Question {
    expression: String,
    /// Labels that whoever shows the result expects.
    shown: BTreeSet<String>,
    /// What is said about it to people.
    words: String,
}

/// What one of two validators exports once it has seen a transaction and the other validator.
fn scrape() -> Exposition {
    let testnet = Testnet::up(&["-n", "2", "--gateways", "0", "--seed", "31"]);
    let key = testnet.0.path().join("me.key");
    testnet.run(["did", "create", "--key", key.to_str().unwrap()]).ok();
    let status: Value =
        serde_json::from_str(&testnet.run(["testnet", "status", "--output", "json"]).ok()).unwrap();
    for _ in 0..600 {
        let answer = get(status[0]["url"].as_str().unwrap(), "/metrics");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-type: application/openmetrics-text"), "{head}");
        // the first round trip is measured after a while
        if body.contains("\nrealdid_round_trip_seconds{") {
            assert!(body.ends_with("# EOF\n"), "{body}");
            return Exposition::read(body.trim_end_matches("# EOF\n"));
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no round trip is measured");
}

fn dashboard() -> Value {
    serde_json::from_str(&text("deploy/grafana/realdid.json")).unwrap()
}

fn panels() -> Vec<Value> {
    dashboard()["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row").cloned().collect()
}

fn dashboard_questions() -> Vec<Question> {
    let panels = panels();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let question = |target: &Value| Question {
        expression: target["expr"].as_str().unwrap().to_owned(),
        shown: between(target["legendFormat"].as_str().unwrap(), "{{", "}}"),
        words: String::new(),
    };
    targets.map(question).collect()
}

fn rules() -> Vec<Yaml> {
    yaml("deploy/prometheus/alerts.yml")["groups"][0]["rules"].as_vec().unwrap().clone()
}

fn alert_questions() -> Vec<Question> {
    let question = |rule: &Yaml| {
        let annotation = |name: &str| rule["annotations"][name].as_str().unwrap().to_owned();
        let words = annotation("summary") + " " + &annotation("description");
        Question {
            expression: rule["expr"].as_str().unwrap().to_owned(),
            shown: between(&words, "$labels.", " "),
            words,
        }
    };
    rules().iter().map(question).collect()
}

/// The words that stand between two marks.
fn between(text: &str, open: &str, close: &str) -> BTreeSet<String> {
    let parts = text.split(open).skip(1).filter_map(|part| part.split(close).next());
    parts.map(|word| word.trim().to_owned()).collect()
}

/// The labels by which an expression sums up.
fn grouped(expression: &str) -> BTreeSet<String> {
    let groups = between(expression, "by (", ")");
    groups.iter().flat_map(|group| group.split(',')).map(|label| label.trim().to_owned()).collect()
}

#[test]
fn every_metric_that_is_asked_for_is_exported_with_the_labels_that_are_asked_for() {
    let exposition = scrape();
    let manual = Question { words: text("docs/operate.md"), ..Question::default() };
    let instances = dashboard()["templating"]["list"][1]["query"]["query"].as_str().unwrap().to_owned();
    let instances = Question { expression: instances, ..Question::default() };
    let questions: Vec<Question> =
        dashboard_questions().into_iter().chain(alert_questions()).chain([manual, instances]).collect();
    let mut found = BTreeSet::new();
    for Question { expression, shown, words } in &questions {
        for said in named(words) {
            assert!(exposition.family_of(&said.metric).is_some(), "{} is not exported: {words}", said.metric);
        }
        let mut labels: BTreeSet<String> = SCRAPED.map(str::to_owned).into();
        for asked in named(expression) {
            let there = exposition.samples.get(&asked.metric);
            let there = there.unwrap_or_else(|| panic!("{} is not exported: {expression}", asked.metric));
            labels.extend(there.iter().cloned());
            assert!(asked.labels.is_subset(&labels), "{asked:?} has only {labels:?}: {expression}");
            found.insert(asked.metric);
        }
        let wanted = shown.union(&grouped(expression)).cloned().collect::<BTreeSet<_>>();
        assert!(wanted.is_subset(&labels), "{wanted:?} of {labels:?}: {expression}");
    }
    assert!(questions.len() > 40 && found.len() > 30, "{} questions: {found:?}", questions.len());
}

/// The manual's table: each metric with its unit.
fn documented() -> Vec<(String, String)> {
    let manual = section(&text("docs/operate.md"), "Watching it");
    let rows = manual.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = |row: &str| {
        let mut cells = row.split('|').map(str::trim);
        (cells.next().unwrap().trim_end_matches('`').to_owned(), cells.next().unwrap().to_owned())
    };
    rows.map(cells).filter(|(name, _)| !name.starts_with('/')).collect()
}

#[test]
fn every_metric_is_described_where_it_is_exported_and_in_the_manual_and_ends_in_its_unit() {
    let exposition = scrape();
    let mut left: BTreeSet<String> = exposition.families.keys().cloned().collect();
    for (shown, unit) in documented() {
        let metric = shown.split('{').next().unwrap();
        let name = exposition.family_of(metric).unwrap_or_else(|| panic!("{metric} is not exported"));
        assert!(left.remove(&name), "{name} is described twice");
        let family = &exposition.families[&name];
        assert!(family.help.len() > 5, "{name}: {:?}", family.help);
        let labels = shown.split_once('{').map_or("", |(_, labels)| labels.trim_end_matches('}'));
        let labels: BTreeSet<String> =
            labels.split(", ").filter(|label| !label.is_empty()).map(str::to_owned).collect();
        if let Some(exported) = exposition.samples.get(metric) {
            assert_eq!(labels, *exported, "the labels of {metric}");
        }
        match unit.as_str() {
            "seconds" | "bytes" => {
                assert!(name.ends_with(&format!("_{unit}")), "{name} is in {unit}");
                assert_eq!(family.unit.as_ref(), Some(&unit), "{name}");
            }
            "number" | "yes or no" => {
                assert_eq!(family.unit, None, "{name}");
                for value in &family.values {
                    let number: u64 = value.parse().unwrap_or_else(|_| panic!("{name} measures: {value}"));
                    assert!(unit == "number" || number <= 1, "{name}: {value}");
                }
            }
            unit => panic!("{metric}: {unit:?} is no unit"),
        }
        if family.kind == "counter" {
            assert!(metric.ends_with("_total"), "{metric} only rises");
        }
    }
    assert!(left.is_empty(), "the manual does not know {left:?}");
}

#[test]
fn the_dashboard_asks_the_data_source_that_its_reader_chose() {
    let dashboard = dashboard();
    let names: Vec<&str> = dashboard["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|list| list["name"].as_str())
        .collect();
    assert_eq!(names, ["datasource", "instance"]);
    let mut ids = BTreeSet::new();
    for panel in panels() {
        let targets = panel["targets"].as_array().unwrap().iter();
        for source in targets.map(|target| &target["datasource"]).chain([&panel["datasource"]]) {
            assert_eq!(source["uid"], "${datasource}", "{}", panel["title"]);
        }
        assert!(ids.insert(panel["id"].as_u64()), "{} has another's id", panel["title"]);
    }
}

/// The expressions are Prometheus's language: its own tool says so, where it is installed, and always in CI.
#[test]
fn the_dashboards_expressions_are_promql() {
    let rule = |question: &Question| {
        let expression = question.expression.replace("$__rate_interval", "5m");
        format!("  - record: asked\n    expr: {}\n", serde_json::to_string(&expression).unwrap())
    };
    let rules: String = dashboard_questions().iter().map(rule).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, format!("groups:\n- name: dashboard\n  rules:\n{rules}")).unwrap();
    match Command::new("promtool").args(["check", "rules", "--lint=none"]).arg(file.path()).output() {
        Ok(checked) => assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr)),
        Err(error) if std::env::var_os("CI").is_some() => panic!("promtool: {error}"),
        Err(_) => eprintln!("skipped: promtool is missing; on Debian and Ubuntu: apt-get install prometheus"),
    }
}
