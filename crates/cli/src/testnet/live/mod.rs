//! The live view of `realdid testnet up`: how the network goes on, and keys to break and mend it.

mod controls;
mod picture;
mod sample;
mod screen;

use std::{path::Path, process::Child, time::Duration};

use tokio::{sync::mpsc, time::MissedTickBehavior};

pub use self::screen::is_interactive;
use self::{
    controls::{Controls, Wish},
    picture::Picture,
    sample::Sampler,
    screen::{Key, Screen},
};

/// How often the picture is drawn anew.
const TICK: Duration = Duration::from_millis(500);

/// Shows the network in a folder until `q` or Ctrl-C is pressed. Nodes that are started meanwhile are added to
/// `children`.
///
/// # Errors
/// If the terminal or the folder fails.
pub async fn view(folder: &Path, children: &mut Vec<Child>) -> anyhow::Result<()> {
    let mut screen = Screen::take()?;
    let mut keys = screen::keys();
    let mut controls = Controls::new(folder);
    let mut sampler = Sampler::default();
    let mut picture = Picture::default();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => picture.update(sampler.sample(&controls.network()?).await),
            key = keys.recv() => match key {
                Some(Key::Quit) | None => return Ok(()),
                Some(Key::Up) => picture.select_up(),
                Some(Key::Down) => picture.select_down(),
                Some(Key::Char(letter)) => {
                    if let Some(wish) = Wish::of(letter) {
                        let told = controls.carry_out(wish, picture.selected(), children).await;
                        picture.note(told.unwrap_or_else(|error| format!("{error:#}")));
                    }
                }
            },
        }
        screen.draw(&picture.lines())?;
    }
}

type Keys = mpsc::Receiver<Key>;
