//! The lines that are shown.

use super::{controls::LEGEND, sample::Sample};
use crate::{output::columns, testnet::status::table};

/// What is on the screen.
#[derive(Debug, Default)]
pub struct Picture {
    sample: Sample,
    selected: usize,
    note: String,
}

impl Picture {
    pub fn update(&mut self, sample: Sample) {
        self.selected = self.selected.min(sample.nodes.len().saturating_sub(1));
        self.sample = sample;
    }

    pub fn select_up(&mut self) {
        self.selected = self.selected.saturating_sub(1);
    }

    pub fn select_down(&mut self) {
        self.selected = (self.selected + 1).min(self.sample.nodes.len().saturating_sub(1));
    }

    /// The place of the node that keys are for.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// What was done last.
    pub fn note(&mut self, note: String) {
        self.note = note;
    }

    pub fn lines(&self) -> Vec<String> {
        let sample = &self.sample;
        let mut lines = vec![String::new()];
        for (place, line) in columns(&table(&sample.nodes)).into_iter().enumerate() {
            let mark = if place == self.selected + 1 { '>' } else { ' ' };
            lines.push(format!("{mark} {line}"));
        }
        let latency =
            sample.latency.map_or_else(|| "-".to_owned(), |latency| format!("{} ms", latency.as_millis()));
        let signers = if sample.signers.is_empty() { "-".to_owned() } else { sample.signers.join(", ") };
        lines.push(String::new());
        lines.push(format!(
            "  {:.0} transactions a second, final after {latency}; signed by {signers}",
            sample.rate
        ));
        lines.push(format!("  {LEGEND}"));
        lines.push(format!("  {}", self.note));
        lines
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn picture(nodes: usize) -> Picture {
        let node = |number| json!({ "name": format!("node-{number}"), "url": "u", "pid": 1, "status": null });
        let mut picture = Picture::default();
        picture.update(Sample { nodes: (0..nodes).map(node).collect(), ..Sample::default() });
        picture
    }

    #[test]
    fn one_node_is_marked_and_the_mark_stays_on_the_list() {
        let mut picture = picture(2);
        let marked = |picture: &Picture| {
            let lines = picture.lines();
            let marked: Vec<String> = lines.into_iter().filter(|line| line.starts_with('>')).collect();
            (marked.len(), marked[0].contains(&format!("node-{}", picture.selected())))
        };
        assert_eq!((picture.selected(), marked(&picture)), (0, (1, true)));
        picture.select_up();
        assert_eq!(picture.selected(), 0);
        picture.select_down();
        picture.select_down();
        assert_eq!((picture.selected(), marked(&picture)), (1, (1, true)));
        // one was removed
        picture.update(self::picture(1).sample);
        assert_eq!((picture.selected(), marked(&picture)), (0, (1, true)));
    }

    #[test]
    fn what_was_done_last_is_said_below() {
        let mut picture = picture(1);
        picture.note("node-0 is killed".to_owned());
        assert_eq!(picture.lines().last().map(String::as_str), Some("  node-0 is killed"));
    }
}
