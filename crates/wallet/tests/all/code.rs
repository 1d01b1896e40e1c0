use proptest::prelude::*;
use realdid_wallet::{CODE_BYTES, CodeError, RecoveryCode};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn code(bits: [u8; CODE_BYTES]) -> RecoveryCode {
    RecoveryCode::from_random(bits.into())
}

/// The ten groups, as they are written down.
fn groups(code: &RecoveryCode) -> Vec<String> {
    code.to_text().split('-').map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn a_code_reads_back_as_itself_however_it_is_typed(bits: [u8; CODE_BYTES]) {
        let code = code(bits);
        let text = code.to_text();
        prop_assert_eq!(text.len(), 49);
        let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for typed in [text.as_str(), &sloppy, &text.replace('-', ""), &format!(" {}\n", *text)] {
            prop_assert_eq!(RecoveryCode::parse(typed), Ok(code.clone()));
        }
    }

    #[test]
    fn a_mistake_within_one_group_is_found_and_the_group_named(
        bits: [u8; CODE_BYTES],
        group in 0..10_usize,
        typed in "[0-9A-HJKMNP-TV-Z]{4}",
    ) {
        let code = code(bits);
        let mut groups = groups(&code);
        prop_assume!(groups[group] != typed);
        groups[group] = typed;
        let expected = if group == 9 { CodeError::Order } else { CodeError::Group(group + 1) };
        prop_assert_eq!(RecoveryCode::parse(&groups.join("-")), Err(expected));
    }

    #[test]
    fn two_groups_that_are_wrong_or_changed_places_never_pass(
        bits: [u8; CODE_BYTES],
        (one, other) in (0..10_usize, 0..10_usize),
        typed in ["[0-9A-HJKMNP-TV-Z]{4}", "[0-9A-HJKMNP-TV-Z]{4}"],
    ) {
        prop_assume!(one != other);
        let code = code(bits);
        let right = groups(&code);
        let mut swapped = right.clone();
        swapped.swap(one, other);
        prop_assert!(swapped == right || RecoveryCode::parse(&swapped.join("")).is_err());
        let mut wrong = right.clone();
        [wrong[one], wrong[other]] = typed;
        prop_assert!(wrong == right || RecoveryCode::parse(&wrong.join("")).is_err());
    }
}

#[test]
fn what_is_no_code_is_refused_by_what_is_wrong_with_it() {
    let text = code([7; CODE_BYTES]).to_text();
    let cut = &text[..text.len() - 1];
    assert_eq!(RecoveryCode::parse(""), Err(CodeError::Length(0)));
    assert_eq!(RecoveryCode::parse(cut), Err(CodeError::Length(39)));
    assert_eq!(RecoveryCode::parse(&format!("{}0", *text)), Err(CodeError::Length(41)));
    for stranger in ["U", "é", "_", "字"] {
        let typed = format!("{}{stranger}{}", &text[..6], &text[7..]);
        assert_eq!(RecoveryCode::parse(&typed), Err(CodeError::Symbol(2)), "{stranger}");
    }
}

#[test]
fn a_code_has_all_symbols_and_is_not_shown_by_debug() {
    let code = code(std::array::from_fn(|place| place as u8 * 13));
    let shown = format!("{code:?}");
    assert_eq!(shown, "RecoveryCode(hidden)");
    assert!(code.to_text().bytes().all(|letter| letter == b'-' || ALPHABET.contains(&letter)));
}
