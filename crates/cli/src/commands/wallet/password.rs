//! Passwords: from a terminal that does not show them, or from a file; never from the command line, which others can see.

use std::path::Path;

use anyhow::{Context, ensure};
use zeroize::Zeroizing;

use super::terminal;

/// Letters that a new password has at least. Argon2id makes each guess cost a quarter of a second, so even this is no
/// password that a thief of the file could not guess: sentences are better.
const LETTERS_MIN: usize = 8;

/// The first line of a file.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn in_file(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    warn_if_open(path);
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// A secret that others on this machine may read is none.
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let is_open = |about: std::fs::Metadata| about.is_file() && about.permissions().mode() & 0o077 != 0;
    if std::fs::metadata(path).is_ok_and(is_open) {
        let shown = path.display();
        eprintln!("note: {shown} may be read by others on this machine: `chmod 600 {shown}` keeps it to you");
    }
}

/// Asks for one that exists.
///
/// # Errors
/// If nobody is at a terminal.
pub(crate) fn ask(question: &str) -> anyhow::Result<Zeroizing<String>> {
    terminal::hidden(question, "name a file that holds the password with --password-file")
}

/// One for a new file: from a file, or typed twice.
///
/// # Errors
/// If it is too short, or not typed the same twice.
pub(crate) fn new(file: Option<&Path>) -> anyhow::Result<Zeroizing<String>> {
    let password = match file {
        Some(path) => in_file(path)?,
        None => ask("New password")?,
    };
    ensure!(
        password.chars().count() >= LETTERS_MIN,
        "the password has fewer than {LETTERS_MIN} letters: take a sentence that nobody would guess"
    );
    if file.is_none() {
        ensure!(*ask("The same again")? == *password, "the two are not the same: begin again");
    }
    Ok(password)
}
