//! Quarters of a year, in UTC: expiries are rounded to them, so that an expiry says of a DID only what it says of a quarter's
//! worth of others.

use realdid_types::Timestamp;
use time::{Date, Month, OffsetDateTime};

/// The last moment that has a quarter: what comes later is beyond the calendar.
const NEVER: Timestamp = Timestamp(u64::MAX);

/// When an attestation that is given now expires: at the end of this quarter, a year ahead. So it counts for a year to a year
/// and a quarter, and all that are given in one quarter expire together.
#[must_use]
pub fn expiry(now: Timestamp) -> Timestamp {
    date_of(now).and_then(end_a_year_ahead).unwrap_or(NEVER)
}

fn date_of(time: Timestamp) -> Option<Date> {
    let seconds = i64::try_from(time.0 / 1_000).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok().map(OffsetDateTime::date)
}

/// The first day after the quarter of a date, in the next year.
fn end_a_year_ahead(date: Date) -> Option<Timestamp> {
    let (month, years) = match u8::from(date.month()) {
        1..=3 => (Month::April, 1),
        4..=6 => (Month::July, 1),
        7..=9 => (Month::October, 1),
        _ => (Month::January, 2),
    };
    let day = Date::from_calendar_date(date.year().checked_add(years)?, month, 1).ok()?;
    let seconds = u64::try_from(day.midnight().assume_utc().unix_timestamp()).ok()?;
    seconds.checked_mul(1_000).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8) -> Timestamp {
        let date = Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).unwrap();
        Timestamp(u64::try_from(date.midnight().assume_utc().unix_timestamp()).unwrap() * 1_000)
    }

    #[test]
    fn all_of_one_quarter_expire_together_a_year_after_its_end() {
        for (first, last, expires) in [
            (at(2026, 1, 1), at(2026, 4, 1), at(2027, 4, 1)),
            (at(2026, 4, 1), at(2026, 7, 1), at(2027, 7, 1)),
            (at(2026, 7, 1), at(2026, 10, 1), at(2027, 10, 1)),
            (at(2026, 10, 1), at(2027, 1, 1), at(2028, 1, 1)),
        ] {
            assert_eq!(expiry(first), expires);
            assert_eq!(expiry(Timestamp(last.0 - 1)), expires);
            assert_ne!(expiry(last), expires);
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_never_expires() {
        assert_eq!(expiry(Timestamp(u64::MAX)), NEVER);
        assert_eq!(expiry(Timestamp(0)), at(1971, 4, 1));
    }
}
