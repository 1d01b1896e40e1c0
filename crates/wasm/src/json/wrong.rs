//! What is wrong with what a caller asks for.

use realdid_types::InvalidDid;

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// A name that stays.
    pub(crate) code: &'static str,
    /// Such as `.operation.keys[0].key`.
    place: String,
    why: String,
}

impl Wrong {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { code: "draft_invalid", place: String::new(), why: why.into() }
    }

    /// Wrong in this field of what it was read as a part of.
    pub(crate) fn in_field(mut self, name: &str) -> Self {
        self.place.insert_str(0, &format!(".{name}"));
        self
    }

    /// Wrong in this entry of a list.
    pub(crate) fn in_entry(mut self, place: usize) -> Self {
        self.place.insert_str(0, &format!("[{place}]"));
        self
    }
}

impl From<InvalidDid> for Wrong {
    fn from(error: InvalidDid) -> Self {
        Self { code: "did_invalid", place: String::new(), why: error.to_string() }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place.strip_prefix('.') {
            Some(place) => write!(f, "{place}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}
