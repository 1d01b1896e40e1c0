//! What documents tell people to run can be run.

use crate::{
    repository::{documents, fenced, text, unwrapped},
    shell::{runs_of_realdid, typed},
};

/// Whether the program takes these arguments.
pub fn assert_taken(arguments: &[String], where_: &str) {
    let words = std::iter::once("realdid").chain(arguments.iter().map(String::as_str));
    if let Err(error) = realdid_cli::command().try_get_matches_from(words) {
        assert!(!error.use_stderr(), "{where_}: realdid {}: {error}", arguments.join(" "));
    }
}

/// A command that is mentioned rather than spelled out: its nouns, verbs and options exist.
fn assert_known(mention: &str, where_: &str) {
    let mut command = realdid_cli::command();
    // what all commands take is known to each of them only then
    command.build();
    for word in mention.split_whitespace().skip(1) {
        if let Some(option) = word.strip_prefix("--") {
            let name = option.split('=').next().unwrap_or(option);
            let is_known =
                name == "help" || command.get_arguments().any(|argument| argument.get_long() == Some(name));
            assert!(is_known, "{where_}: `{mention}`: there is no --{name}");
        } else if command.has_subcommands() {
            let next = command.find_subcommand(word);
            command = next.unwrap_or_else(|| panic!("{where_}: `{mention}`: there is no {word}")).clone();
        }
    }
}

fn mentions(text: &str) -> Vec<String> {
    // fences are code of many lines, and would turn inside out what follows
    let text = unwrapped(&text.replace("```", ""));
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|code| code.starts_with("realdid ")).map(str::to_owned).collect()
}

#[test]
fn every_command_line_in_a_document_is_one_that_the_program_takes() {
    let mut found = 0;
    for (name, text) in documents() {
        let sessions = fenced(&text, "console").into_iter().map(|session| typed(&session));
        for script in fenced(&text, "sh").into_iter().chain(sessions) {
            for arguments in runs_of_realdid(&script) {
                assert_taken(&arguments, &name);
                found += 1;
            }
        }
    }
    assert!(found > 40, "only {found} are found");
}

#[test]
fn every_command_that_is_mentioned_exists() {
    let files =
        ["deploy/prometheus/alerts.yml", "deploy/compose.yml", "deploy/realdid.service", "CHANGELOG.md"];
    let files = files.map(|name| (name.to_owned(), text(name)));
    let mut found = 0;
    for (name, text) in documents().into_iter().chain(files) {
        for mention in mentions(&text) {
            assert_known(&mention, &name);
            found += 1;
        }
    }
    assert!(found > 10, "only {found} are found");
}

#[test]
fn every_command_in_the_comments_of_the_compose_file_and_in_the_script_is_one_that_the_program_takes() {
    let compose = text("deploy/compose.yml");
    let comments: String =
        compose.lines().filter_map(|line| line.strip_prefix('#')).map(|line| format!("{line}\n")).collect();
    let script = text("deploy/make-network").replace("\"$realdid\"", "realdid");
    for (name, script, least) in [("compose.yml", comments, 1), ("make-network", script, 6)] {
        let runs = runs_of_realdid(&script);
        assert!(runs.len() >= least, "{name}: {runs:?}");
        for run in runs {
            assert_taken(&run, name);
        }
    }
}

#[test]
#[should_panic(expected = "--colour")]
fn an_option_that_does_not_exist_is_found() {
    assert_taken(&["node", "start", "--colour", "blue"].map(str::to_owned), "");
}

#[test]
#[should_panic(expected = "there is no vote")]
fn a_verb_that_does_not_exist_is_found() {
    assert_known("realdid members vote", "");
}
