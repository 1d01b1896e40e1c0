//! Times as people write them: UTC, RFC 3339.

use realdid_types::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

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
    fn what_is_no_time_is_refused_and_a_time_beyond_all_calendars_is_still_told() {
        for bad in ["", "tomorrow", "2026-13-01", "2026-02-30", "1969-12-31T23:59:59Z", "1790771696"] {
            assert!(parse(bad).unwrap_err().contains("2026-09-30"), "{bad}");
        }
        assert_eq!(text(Timestamp(u64::MAX)), format!("{} ms after 1970", u64::MAX));
    }
}
