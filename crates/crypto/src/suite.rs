//! Which signature scheme a key or a signature belongs to.

/// A signature scheme. Every key and signature carries its number from the first day, so that others can follow.
///
/// The numbers 1 (SM2 with SM3), 2 (P-256) and 3 (WebAuthn) are set aside. They are no variants yet: a value of this
/// type, hence every [`crate::PublicKey`] and [`crate::Signature`], is of a suite that can be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Suite {
    /// Ed25519 (RFC 8032) under the one rule of [`crate::Ed25519Verifier`].
    Ed25519 = 0,
}

impl TryFrom<u64> for Suite {
    type Error = UnsupportedSuite;

    fn try_from(number: u64) -> Result<Self, UnsupportedSuite> {
        match number {
            0 => Ok(Self::Ed25519),
            other => Err(UnsupportedSuite(other)),
        }
    }
}

impl From<Suite> for u8 {
    fn from(suite: Suite) -> Self {
        suite as Self
    }
}

/// The number of a suite that this version cannot verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signature suite {0}{name} is not supported, only 0 (Ed25519) is", name = name(*.0))]
pub struct UnsupportedSuite(pub u64);

fn name(number: u64) -> &'static str {
    match number {
        1 => " (SM2 with SM3)",
        2 => " (P-256)",
        3 => " (WebAuthn)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_suite_zero_is_supported() {
        assert_eq!(Suite::try_from(0), Ok(Suite::Ed25519));
        for number in [1, 2, 3, 4, 255, 256, u64::MAX] {
            assert_eq!(Suite::try_from(number), Err(UnsupportedSuite(number)));
        }
    }

    #[test]
    fn an_unsupported_suite_is_named_if_it_has_a_name() {
        let text = |number| UnsupportedSuite(number).to_string();
        assert_eq!(text(1), "signature suite 1 (SM2 with SM3) is not supported, only 0 (Ed25519) is");
        assert_eq!(text(9), "signature suite 9 is not supported, only 0 (Ed25519) is");
    }
}
