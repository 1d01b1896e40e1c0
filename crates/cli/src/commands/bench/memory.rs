//! What validators hold in memory while a load lasts, and a drawing of it.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::network::Bench;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// The drawing's size in pixels, and the room for what is written beside its axes.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
const MARGIN: f64 = 48.0;
/// From one line across the drawing to the next, in MiB.
const STEP: u64 = 100;
const COLOURS: [&str; 4] = ["#2563a8", "#b3521b", "#3c7a3f", "#7a4fa0"];

/// One look: seconds since the load began, and what each validator holds, in MiB.
pub(crate) type Sample = (f64, Vec<u64>);

/// Looks until it is dropped.
pub(crate) async fn watch(bench: &Bench, samples: &mut Vec<Sample>) {
    let (began, mut ticks) = (Instant::now(), interval(PAUSE));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let held = bench.usage().iter().map(|usage| usage.memory >> 20).collect();
        samples.push((began.elapsed().as_secs_f64(), held));
    }
}

/// The most that a validator held in each minute.
pub(crate) fn by_minute(samples: &[Sample]) -> Vec<u64> {
    let minute = |sample: &Sample| (sample.0 / 60.0) as u64;
    let most = |samples: &[Sample]| samples.iter().flat_map(|(_, held)| held).copied().max().unwrap_or(0);
    samples.chunk_by(|one, other| minute(one) == minute(other)).map(most).collect()
}

/// A drawing in SVG, a line for each validator.
pub(crate) fn drawing(samples: &[Sample], words: &str) -> String {
    let last = samples.last().map_or(1.0, |(time, _)| time.max(1.0));
    let most = samples.iter().flat_map(|(_, held)| held).copied().max().unwrap_or(0);
    let top = (most / STEP + 1) * STEP;
    let x = |time: f64| MARGIN + time / last * (WIDTH - 2.0 * MARGIN);
    let y = |held: u64| HEIGHT - MARGIN - held as f64 / top as f64 * (HEIGHT - 2.0 * MARGIN);
    let mut lines = vec![format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<title>{words}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    )];
    for held in (0..=top).step_by(STEP as usize) {
        let (left, right, at) = (x(0.0), x(last), y(held));
        lines.push(format!("<path d=\"M{left:.0} {at:.1}H{right:.0}\" stroke=\"#ddd\"/>"));
        lines.push(format!(
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{held}</text>",
            left - 6.0,
            at + 4.0
        ));
    }
    for tenth in 0..=10 {
        let time = last * f64::from(tenth) / 10.0;
        let at = (x(time), HEIGHT - MARGIN + 18.0);
        lines.push(format!(
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{:.0}</text>",
            at.0,
            at.1,
            time / 60.0
        ));
    }
    for validator in 0..samples.first().map_or(0, |(_, held)| held.len()) {
        let points = samples
            .iter()
            .filter_map(|(time, held)| Some(format!("{:.1},{:.1}", x(*time), y(*held.get(validator)?))));
        let points = points.collect::<Vec<_>>().join(" ");
        let colour = COLOURS[validator % COLOURS.len()];
        lines.push(format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
        ));
    }
    lines.push(format!("<text x=\"{MARGIN}\" y=\"24\">{words}: MiB of each validator, by minutes</text>"));
    lines.push("</svg>\n".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_held_is_told_by_minutes_and_drawn_within_the_frame() {
        let samples: Vec<Sample> =
            (0..36).map(|look| (f64::from(look) * 5.0, vec![100 + look as u64, 7])).collect();
        assert_eq!(by_minute(&samples), [111, 123, 135]);
        assert_eq!(by_minute(&[]), [0_u64; 0]);
        let svg = drawing(&samples, "a load");
        assert_eq!(svg.matches("<polyline").count(), 2);
        for point in svg.split(['"', ' ']).filter_map(|word| word.split_once(',')) {
            let (Ok(x), Ok(y)) = (point.0.parse::<f64>(), point.1.parse::<f64>()) else { continue };
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
        }
        assert!(drawing(&[], "nothing").ends_with("</svg>\n"));
    }
}
