//! A picture that another device reads.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// Light around the code, in modules, as the standard wants it.
const MARGIN: usize = 4;

/// A QR code of a text, as SVG; none if the text is too long for one.
pub(super) fn qr(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let side = width.saturating_add(MARGIN).saturating_add(MARGIN);
    let mut path = String::new();
    for (row, line) in code.to_colors().chunks(width).enumerate() {
        let (mut x, y) = (MARGIN, row.saturating_add(MARGIN));
        for run in line.chunk_by(|left, right| left == right) {
            let length = run.len();
            if run.first() == Some(&Color::Dark) {
                // writing to a string does not fail
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            x = x.saturating_add(length);
        }
    }
    Some(format!(
        "<svg viewBox='0 0 {side} {side}' role=img aria-label='QR' shape-rendering=crispEdges><path fill='#000' \
         d='{path}'/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_fits_a_picture_and_what_is_too_long_has_none() {
        let picture = qr(&format!("https://wallet.example/#challenge={}", "A".repeat(700))).unwrap();
        // its first row is that of a finder pattern: seven dark modules, and light ones around
        assert!(picture.starts_with("<svg viewBox='0 0 ") && picture.contains("d='M4 4h7v1h-7z"));
        assert!(qr(&"a".repeat(4_000)).is_none());
    }
}
