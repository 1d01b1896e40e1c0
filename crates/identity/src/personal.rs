//! Placeholder
#[must_use]
pub fn looks_personal(text: &str) -> bool {
    text.contains('@')
}
