//! Times as people write them: UTC, RFC 3339.

use realdid_types::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A span of time on the command line, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) u64);

/// A span of time of the command line: a whole number of seconds, minutes, hours or days.
///
/// # Errors
/// If it is none.
pub(crate) fn span(text: &str) -> Result<Span, String> {
    let unit = match text.as_bytes().last() {
        Some(b's') => 1_000,
        Some(b'm') => 60_000,
        Some(b'h') => 3_600_000,
        Some(b'd') => 86_400_000,
        _ => 0,
    };
    let count = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<u64>().ok());
    let span = count.filter(|_| unit > 0).and_then(|count| count.checked_mul(unit));
    span.map(Span).ok_or_else(|| "a span of time is like 90s, 30m, 24h or 14d".to_owned())
}

/// A time of the command line: `2026-09-30T12:00:00Z`, or `2026-09-30` for its first moment in UTC.
///
/// # Errors
/// If it is neither, or before 1970.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let day = format!("{text}T00:00:00Z");
    let moment =
        OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(&day, &Rfc3339)).ok();
    let milliseconds =
        moment.and_then(|moment| u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok());
    milliseconds.map(Timestamp).ok_or_else(|| {
        "a time is like 2026-09-30T12:00:00Z or 2026-09-30T12:00:00.250Z, or 2026-09-30 for its first moment in UTC".to_owned()
    })
}

/// A time in words, to the millisecond, and to the second where that is all of it: read back it is the same time.
pub(crate) fn text(time: Timestamp) -> String {
    let (seconds, milliseconds) = (time.0 / 1_000, time.0 % 1_000);
    let moment =
        i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match (moment.and_then(|moment| moment.format(&Rfc3339).ok()), milliseconds) {
        (None, _) => format!("{} ms after 1970", time.0),
        (Some(text), 0) => text,
        (Some(text), _) => format!("{}.{milliseconds:03}Z", text.trim_end_matches('Z')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_itself() {
        let time = parse("2026-09-30T12:34:56Z").unwrap();
        assert_eq!(time, Timestamp(1_790_771_696_000));
        assert_eq!(text(time), "2026-09-30T12:34:56Z");
        assert_eq!(parse("2026-09-30T14:34:56+02:00"), Ok(time));
        for precise in ["2026-09-30T12:34:56.789Z", "2026-09-30T12:34:56.080Z", "2026-09-30T12:34:56.001Z"] {
            assert_eq!(text(parse(precise).unwrap()), precise);
        }
        assert_eq!(parse("2026-09-30T12:34:56.789Z"), Ok(Timestamp(1_790_771_696_789)));
        assert_eq!(parse("2026-09-30"), parse("2026-09-30T00:00:00Z"));
    }

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        for (text, milliseconds) in
            [("0s", 0), ("90s", 90_000), ("30m", 1_800_000), ("24h", 86_400_000), ("14d", 1_209_600_000)]
        {
            assert_eq!(span(text), Ok(Span(milliseconds)), "{text}");
        }
        for bad in ["", "s", "24", "1w", "-1h", "1.5h", "99999999999999999999d", "18446744073709551615d", "é"]
        {
            assert!(span(bad).unwrap_err().contains("24h"), "{bad}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_and_a_time_beyond_all_calendars_is_still_told() {
        for bad in ["", "tomorrow", "2026-13-01", "2026-02-30", "1969-12-31T23:59:59Z", "1790771696"] {
            assert!(parse(bad).unwrap_err().contains("2026-09-30"), "{bad}");
        }
        assert_eq!(text(Timestamp(u64::MAX)), format!("{} ms after 1970", u64::MAX));
    }
}
