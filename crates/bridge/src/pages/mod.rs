//! What people see: small pages that work without anything from elsewhere, in English and Chinese.

mod ask;
mod back;
mod leave;
mod notice;
mod page;
mod pass_on;
mod picture;
mod policy;
mod words;

pub(crate) use ask::{Ask, ask};
pub(crate) use back::back;
pub(crate) use leave::leave;
pub(crate) use notice::{Notice, notice};
pub(crate) use page::Page;
pub(crate) use pass_on::pass_on;
pub(crate) use words::Language;
