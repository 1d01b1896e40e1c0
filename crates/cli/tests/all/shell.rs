//! Finding in shell what is run, without running it.

use std::{iter::Peekable, str::Chars};

/// In place of what the shell would put in: a peer's name, which is also a word like any other.
pub const EXPANDED: &str = "12D3KooWQ6gtZZEmhpFmffJ2643oSynGAypo3qQQLS87dh5yLUxQ";

/// Words that may stand before a command.
const BEFORE: [&str; 12] =
    ["!", "if", "then", "else", "until", "while", "do", "{", "}", "exec", "time", "&&"];

/// The runs of `realdid` in a script, each with its arguments.
pub fn runs_of_realdid(script: &str) -> Vec<Vec<String>> {
    let mut reader = Reader { rest: script.chars().peekable(), commands: Vec::new() };
    reader.read_commands();
    reader.commands.iter().filter_map(|words| arguments(words)).collect()
}

/// What was typed in an example of a session: lines after `$ `, and those that they go on in.
pub fn typed(session: &str) -> String {
    let mut typed = String::new();
    let mut goes_on = false;
    for line in session.lines() {
        let line = if goes_on { Some(line) } else { line.strip_prefix("$ ") };
        goes_on = line.is_some_and(|line| line.ends_with('\\'));
        typed.extend(line.map(|line| format!("{line}\n")));
    }
    typed
}

/// The arguments of `realdid`, if that is what these words run.
fn arguments(words: &[String]) -> Option<Vec<String>> {
    let mut words = words.iter().map(String::as_str).peekable();
    loop {
        match words.next()? {
            "sudo" => {
                if words.next_if_eq(&"-u").is_some() {
                    words.next();
                }
            }
            // a container's name stands behind it
            "docker" => {
                words.find(|word| *word == "exec")?;
                words.next();
            }
            "realdid" => break,
            word if word.ends_with("/realdid") => break,
            word if BEFORE.contains(&word) || is_assignment(word) => {}
            _ => return None,
        }
    }
    Some(words.map(|word| word.replace("12D3Koo…", EXPANDED)).collect())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_'))
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    commands: Vec<Vec<String>>,
}

/// The command that is being read.
#[derive(Default)]
struct Command {
    words: Vec<String>,
    word: Option<String>,
    /// The next word is the file of a redirection.
    redirects: bool,
}

impl Command {
    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.redirects)
        {
            self.words.push(word);
        }
    }

    fn redirect(&mut self) {
        // what stands before it is a descriptor's number
        if self.word.as_ref().is_some_and(|word| word.parse::<u8>().is_ok()) {
            self.word = None;
        }
        self.end_word();
        self.redirects = true;
    }
}

impl Reader<'_> {
    /// Reads up to the end, or the parenthesis that closes what was opened.
    fn read_commands(&mut self) {
        let mut command = Command::default();
        while let Some(letter) = self.rest.next() {
            match letter {
                '\\' => match self.rest.next() {
                    Some('\n') | None => {}
                    Some(letter) => command.push(&letter.to_string()),
                },
                '\'' => {
                    command.push("");
                    while let Some(letter) = self.rest.next_if(|letter| *letter != '\'') {
                        command.push(&letter.to_string());
                    }
                    self.rest.next();
                }
                '"' => self.read_quoted(&mut command),
                '$' => self.expand(&mut command, false),
                '#' if command.word.is_none() => {
                    while self.rest.next_if(|letter| *letter != '\n').is_some() {}
                }
                ' ' | '\t' => command.end_word(),
                '>' | '<' => {
                    command.redirect();
                    while self.rest.next_if(|letter| ">&".contains(*letter)).is_some() {}
                }
                '\n' | ';' | '|' | '&' => self.end(&mut command),
                '(' => {
                    self.end(&mut command);
                    self.read_commands();
                }
                ')' => break,
                letter => command.push(&letter.to_string()),
            }
        }
        self.end(&mut command);
    }

    fn end(&mut self, command: &mut Command) {
        command.end_word();
        self.commands.push(std::mem::take(&mut command.words));
    }

    fn read_quoted(&mut self, command: &mut Command) {
        command.push("");
        while let Some(letter) = self.rest.next() {
            match letter {
                '"' => return,
                '\\' => command.push(&self.rest.next().map_or_else(String::new, String::from)),
                '$' => self.expand(command, true),
                letter => command.push(&letter.to_string()),
            }
        }
    }

    /// Whatever stands alone outside quotes, and every list, may become any number of words: it is left out.
    fn expand(&mut self, command: &mut Command, is_quoted: bool) {
        let mut name = String::new();
        match self.rest.next() {
            Some('(') => self.read_commands(),
            Some('{') => {
                while let Some(letter) = self.rest.next().filter(|letter| *letter != '}') {
                    name.push(letter);
                }
            }
            Some(letter) if letter.is_alphabetic() => {
                while self.rest.next_if(|letter| letter.is_alphanumeric() || *letter == '_').is_some() {}
            }
            _ => {}
        }
        let ends = self.rest.peek().is_none_or(|letter| letter.is_whitespace() || ");|&".contains(*letter));
        let is_alone = command.word.as_ref().is_none_or(String::is_empty) && !is_quoted && ends;
        if name.ends_with("[@]") {
            command.word = None;
        } else if !is_alone {
            command.push(EXPANDED);
        }
    }
}

#[test]
fn runs_are_found_wherever_a_shell_would_find_them() {
    let script = r#"
        sudo -u realdid realdid node init --home /x > card 2>&1   # realdid is no comment
        until REALDID_NODE=x realdid status | grep '$(realdid no)'; do sleep 1; done
        peer() { realdid keys show "$1/keys/transport.key" | awk '{ print $NF }'; }
        for name in a b; do target/release/realdid node join --validator "/ip4/1/p2p/$(realdid keys show k)" \
          "${peers[@]}" $others; done & systemctl start realdid
        docker compose -f deploy/compose.yml exec ministry realdid doctor
    "#;
    let runs = runs_of_realdid(script)
        .iter()
        .map(|words| words.join(" ").replace(EXPANDED, "…"))
        .collect::<Vec<_>>();
    let expected = [
        "node init --home /x",
        "status",
        "keys show …/keys/transport.key",
        "keys show k",
        "node join --validator /ip4/1/p2p/…",
        "doctor",
    ];
    assert_eq!(runs, expected);
}

#[test]
fn of_a_session_only_what_was_typed_is_read() {
    assert_eq!(typed("$ a \\\n  b\nan answer\n$ c\n"), "a \\\n  b\nc\n");
}
