//! The terminal: keys one by one, and lines that are drawn where the ones before were.

use std::io::{IsTerminal, Write, stdin, stdout};

use crossterm::{
    cursor::{Hide, MoveToColumn, MoveUp, Show},
    event::{Event, KeyCode, KeyEventKind, KeyModifiers, read},
    execute, queue,
    style::Print,
    terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode, size},
};
use tokio::sync::mpsc;

use super::Keys;

/// Keys that may wait.
const KEYS_MAX: usize = 16;

/// A key that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Up,
    Down,
    Quit,
    Char(char),
}

/// Whether a person sits before it.
pub fn is_interactive() -> bool {
    stdin().is_terminal() && stdout().is_terminal()
}

/// The terminal, which is given back however this ends.
pub struct Screen {
    drawn: u16,
}

impl Screen {
    pub fn take() -> anyhow::Result<Self> {
        enable_raw_mode()?;
        let screen = Self { drawn: 0 };
        execute!(stdout(), Hide)?;
        Ok(screen)
    }

    /// Draws these lines in place of those before, as far as they fit.
    pub fn draw(&mut self, lines: &[String]) -> anyhow::Result<()> {
        let (columns, rows) = size()?;
        let mut out = stdout();
        if self.drawn > 0 {
            queue!(out, MoveUp(self.drawn))?;
        }
        queue!(out, MoveToColumn(0), Clear(ClearType::FromCursorDown))?;
        let fitting = lines.len().min(usize::from(rows.saturating_sub(1)));
        for line in &lines[..fitting] {
            let cut: String = line.chars().take(columns.into()).collect();
            queue!(out, Print(cut), Print("\r\n"))?;
        }
        self.drawn = u16::try_from(fitting).unwrap_or(0);
        Ok(out.flush()?)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // nothing can be done about a terminal that has gone
        let _ = execute!(stdout(), Show);
        let _ = disable_raw_mode();
    }
}

/// The keys that are pressed from now on. The thread that reads them ends with the process.
pub fn keys() -> Keys {
    let (sender, keys) = mpsc::channel(KEYS_MAX);
    std::thread::spawn(move || {
        while let Ok(event) = read() {
            if let Some(key) = key_of(&event)
                && sender.blocking_send(key).is_err()
            {
                return;
            }
        }
    });
    keys
}

fn key_of(event: &Event) -> Option<Key> {
    let Event::Key(key) = event else { return None };
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Quit),
        KeyCode::Char('q') => Some(Key::Quit),
        KeyCode::Char(letter) => Some(Key::Char(letter)),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    #[test]
    fn q_and_control_c_quit_and_c_alone_does_not() {
        let press = |code, modifiers| key_of(&Event::Key(KeyEvent::new(code, modifiers)));
        assert_eq!(press(KeyCode::Char('q'), KeyModifiers::NONE), Some(Key::Quit));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Quit));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::NONE), Some(Key::Char('c')));
        assert_eq!(press(KeyCode::Esc, KeyModifiers::NONE), None);
    }
}
