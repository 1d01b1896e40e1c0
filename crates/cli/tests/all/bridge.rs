//! A bridge, and somebody who logs in through it.

mod browser;
mod logging_in;
mod scene;
