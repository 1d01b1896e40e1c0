//! How the program says that it failed: in words or as JSON, and by its exit status.

use std::{fmt, process::ExitCode};

use realdid_audit::Finding;
use realdid_client::{CheckError, ClientError, Untrusted};
use serde_json::json;

use crate::output::Format;

/// For `--help`.
pub const HELP: &str = "Exit status:
  0   done
  1   failed; the message says why and what to do
  2   the command line is wrong
  3   the node, or another service, does not answer
  4   the node or the ledger refuses
  5   what the node says does not verify
  74  the disk failed

With --output json an error is JSON on the standard error:
  {\"error\": {\"message\": \"…\", \"causes\": [\"…\"], \"exit\": 1}}

Example:
  realdid testnet up --detach && realdid did create --key my.key";

const WRONG_COMMAND_LINE: u8 = 2;
const UNREACHABLE: u8 = 3;
const REFUSED: u8 = 4;
const UNVERIFIED: u8 = 5;

/// An error with an exit status of its own.
#[derive(Debug)]
struct Ended {
    status: u8,
    text: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Ended {}

/// Somebody else than a node does not answer.
pub fn unreachable(text: impl Into<String>) -> anyhow::Error {
    Ended { status: UNREACHABLE, text: text.into() }.into()
}

/// The node or the ledger refused something that it was asked for.
pub fn refused(text: impl Into<String>) -> anyhow::Error {
    Ended { status: REFUSED, text: text.into() }.into()
}

/// What the node says does not fit what is trusted.
pub fn unverified(text: impl Into<String>) -> anyhow::Error {
    Ended { status: UNVERIFIED, text: text.into() }.into()
}

/// Lets the process end like any other where its output cannot be written, as before `| head`: `print!` panics then.
pub fn end_where_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if let Some(reason) = message.strip_prefix("failed printing to stdout: ") {
            if !reason.contains("Broken pipe") {
                eprintln!("error: the standard output cannot be written: {reason}");
            }
            std::process::exit(1);
        }
        usual(panic);
    }));
}

/// Says what failed, and how the process is to end.
pub fn report(format: Format, error: &anyhow::Error) -> ExitCode {
    let status = status_of(error);
    let causes = causes(error);
    match (format, causes.split_first()) {
        (Format::Json, Some((message, causes))) => print_json(message, causes, status),
        _ => eprintln!("error: {}", causes.join(": ")),
    }
    ExitCode::from(status)
}

/// Says what is wrong with the command line, or what `--help` and `--version` ask for.
pub fn report_command_line(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !wants_json() {
        // a closed pipe is no reason to fail in another way
        drop(error.print());
        return ExitCode::from(if error.use_stderr() { WRONG_COMMAND_LINE } else { 0 });
    }
    let text = error.render().to_string();
    print_json(text.trim().trim_start_matches("error: "), &[], WRONG_COMMAND_LINE);
    ExitCode::from(WRONG_COMMAND_LINE)
}

fn print_json(message: &str, causes: &[String], status: u8) {
    let error = json!({ "error": { "message": message, "causes": causes, "exit": status } });
    eprintln!("{error:#}");
}

/// What clap could not parse may still say how it is to be told so.
fn wants_json() -> bool {
    let words: Vec<String> = std::env::args().collect();
    let pairs = words
        .windows(2)
        .any(|pair| matches!(pair, [option, value] if option == "--output" && value == "json"));
    pairs || words.iter().any(|word| word == "--output=json")
}

/// What went wrong, outermost first. Many errors name their cause in their own words; what was said is not said again.
fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.iter().any(|before| before.contains(&cause)) {
            said.push(cause);
        }
    }
    said
}

fn status_of(error: &anyhow::Error) -> u8 {
    error.chain().find_map(status_of_cause).unwrap_or(1)
}

fn status_of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if let Some(ended) = cause.downcast_ref::<Ended>() {
        return Some(ended.status);
    }
    let is_wrong = |finding: &Finding| {
        matches!(finding, Finding::Wrong(..) | Finding::Missing(..) | Finding::Uncertified(_))
    };
    if matches!(
        cause.downcast_ref(),
        Some(CheckError::NotThere(_) | CheckError::Uncertified(_) | CheckError::Older { .. })
    ) {
        return Some(UNVERIFIED);
    }
    if cause.is::<Untrusted>() || cause.downcast_ref().is_some_and(is_wrong) {
        return Some(UNVERIFIED);
    }
    match cause.downcast_ref()? {
        ClientError::Unreachable(..) => Some(UNREACHABLE),
        ClientError::Refused(_) => Some(REFUSED),
        ClientError::Answer(..) => Some(UNVERIFIED),
        ClientError::Certificate(_) => None,
    }
}
