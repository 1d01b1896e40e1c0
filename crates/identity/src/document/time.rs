//! Times as documents show them: UTC, to the second (DID Resolution, section "Datetime").

use realdid_types::Timestamp;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// The latest that four digits of a year can say; no honest block is made then.
const LATEST: &str = "9999-12-31T23:59:59Z";

/// A time such as `2026-02-03T04:05:06Z`; parts of a second are dropped.
#[must_use]
pub fn utc(time: Timestamp) -> String {
    let seconds = i64::try_from(time.0 / 1_000).unwrap_or(i64::MAX);
    let Ok(at) = OffsetDateTime::from_unix_timestamp(seconds) else { return LATEST.to_owned() };
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The seconds since 1970 of a text that [`utc`] could have made; none of any other.
#[must_use]
pub fn from_utc(text: &str) -> Option<u64> {
    let number = |from: usize, length: usize| {
        let digits = text.get(from..from.checked_add(length)?)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u16>().ok()).flatten()
    };
    let small = |from| number(from, 2).and_then(|number| u8::try_from(number).ok());
    let month = Month::try_from(small(5)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, small(8)?).ok()?;
    let time = Time::from_hms(small(11)?, small(14)?, small(17)?).ok()?;
    let seconds = u64::try_from(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp()).ok()?;
    // the letters between the numbers
    (utc(Timestamp(seconds.saturating_mul(1_000))) == text).then_some(seconds)
}
