//! Lines on standard output.

use std::{fmt, io::Write};

/// Prints a line; ends the process if nobody reads any more, as when the output is piped into `head`.
macro_rules! say {
    ($($part:tt)*) => { $crate::say::line(format_args!($($part)*)) };
}

pub fn line(line: fmt::Arguments<'_>) {
    if writeln!(std::io::stdout().lock(), "{line}").is_err() {
        std::process::exit(0);
    }
}
