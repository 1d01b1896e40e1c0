//! Asking whoever is at the terminal.

use std::io::{IsTerminal, Write};

use anyhow::{Context, bail, ensure};
use crossterm::{
    event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read},
    terminal::{disable_raw_mode, enable_raw_mode},
};
use zeroize::Zeroizing;

/// Keeps the terminal from showing what is typed.
struct Hidden;

impl Hidden {
    fn begin() -> anyhow::Result<Self> {
        enable_raw_mode().context("the terminal cannot be kept from showing what is typed")?;
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // a terminal that is gone shows nothing any more
        drop(disable_raw_mode());
        eprintln!();
    }
}

/// Says that nobody can be asked, and what helps.
///
/// # Errors
/// If nobody is at a terminal.
pub(crate) fn is_there(question: &str, otherwise: &str) -> anyhow::Result<()> {
    ensure!(std::io::stdin().is_terminal(), "nobody is at a terminal to answer ({question}): {otherwise}");
    Ok(())
}

/// A line that is not shown while it is typed; `otherwise` is what helps if nobody can be asked.
///
/// # Errors
/// If nobody is at a terminal, or gives up.
pub(crate) fn hidden(question: &str, otherwise: &str) -> anyhow::Result<Zeroizing<String>> {
    is_there(question, otherwise)?;
    show(&format!("{question}: "))?;
    let hidden = Hidden::begin()?;
    let mut typed = Zeroizing::new(String::new());
    loop {
        let Event::Key(key) = read().context("the terminal cannot be read")? else { continue };
        match meant(key) {
            Meant::Letter(letter) => typed.push(letter),
            Meant::Back => drop(typed.pop()),
            Meant::End => break,
            Meant::GiveUp => {
                drop(hidden);
                bail!("nothing was done: no answer")
            }
            Meant::Nothing => {}
        }
    }
    Ok(typed)
}

fn show(text: &str) -> anyhow::Result<()> {
    eprint!("{text}");
    std::io::stderr().flush().context("the question cannot be shown")
}

enum Meant {
    Letter(char),
    Back,
    End,
    GiveUp,
    Nothing,
}

fn meant(key: KeyEvent) -> Meant {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        _ if key.kind == KeyEventKind::Release => Meant::Nothing,
        KeyCode::Char('c' | 'd') if control => Meant::GiveUp,
        KeyCode::Char(letter) if !control => Meant::Letter(letter),
        KeyCode::Backspace => Meant::Back,
        KeyCode::Enter => Meant::End,
        _ => Meant::Nothing,
    }
}
