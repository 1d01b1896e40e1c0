//! What `--help` says.

use clap::Command;

/// Every command below this one, with the words that call it.
fn all(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
    for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
        let words = format!("{words} {}", child.get_name());
        found.push((words.clone(), child.clone()));
        all(child, &words, found);
    }
}

#[test]
fn every_command_and_each_of_its_arguments_says_what_it_is() {
    let mut command = realdid_cli::command();
    command.build();
    let mut found = Vec::new();
    all(&command, "realdid", &mut found);
    assert!(found.len() > 70, "{}", found.len());
    for (words, command) in &found {
        assert!(command.get_about().is_some(), "{words} says nothing of itself");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{words}: {} says nothing of itself", argument.get_id());
        }
    }
    let top = command.render_long_help().to_string();
    for status in ["0   done", "4   the node or the ledger refuses", "5   what the node says does not verify"]
    {
        assert!(top.contains(status), "{status}");
    }
}

#[test]
fn every_command_that_hands_something_in_can_leave_it_in_a_file_and_has_an_example() {
    let mut command = realdid_cli::command();
    command.build();
    let mut found = Vec::new();
    all(&command, "realdid", &mut found);
    let has = |command: &Command, name: &str| {
        command.get_arguments().any(|argument| argument.get_long() == Some(name))
    };
    let handing_in: Vec<_> = found.iter().filter(|(_, command)| has(command, "write")).collect();
    assert!(handing_in.len() >= 18, "{}", handing_in.len());
    for (words, command) in handing_in {
        assert!(has(command, "unsigned-out"), "{words}");
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(after.contains("Example"), "{words} has no example");
    }
}

#[test]
fn no_help_has_gaps_in_its_sentences() {
    let mut command = realdid_cli::command();
    command.build();
    let mut found = Vec::new();
    all(&command, "realdid", &mut found);
    for (words, command) in &found {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        // what is typed is indented, and may stand in columns
        let gap = after.lines().find(|line| !line.starts_with(' ') && line.contains("   "));
        assert_eq!(gap, None, "{words}");
    }
}
