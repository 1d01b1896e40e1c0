//! One value, one encoding.

use std::fmt::Debug;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use realdid_types::Wire;

/// Runs a claim over values of one kind.
pub fn for_any<T: Debug>(
    cases: u32,
    values: impl Strategy<Value = T>,
    claim: impl Fn(T) -> Result<(), TestCaseError>,
) {
    let config = Config { failure_persistence: None, ..Config::with_cases(cases) };
    if let Err(failure) = TestRunner::new(config).run(&values, claim) {
        panic!("{failure}");
    }
}

fn reads_back<T: Wire + Debug + PartialEq>(_kind: &str, values: impl Strategy<Value = T>) {
    for_any(200, values, |value| {
        let bytes = value.encode();
        prop_assert_eq!(value.encoded_len(), bytes.len());
        let read = T::decode(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&value));
        prop_assert_eq!(read.unwrap().encode(), bytes);
        Ok(())
    });
}

#[test]
fn every_value_reads_back_as_itself() {
    for_every_kind!(reads_back);
}
