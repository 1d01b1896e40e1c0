//! What is refused in every disguise, and what is let through.

use proptest::{prelude::*, sample::select};

use super::looks_personal;
use disguise::{disguises, encodings, spellings};

mod chance;
mod disguise;

/// By the weights of GB 11643, which the module itself does not use.
fn card_of(digits: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        digits.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    format!("{digits}{}", "10X98765432".chars().nth(sum as usize % 11).unwrap())
}

fn card() -> impl Strategy<Value = String> {
    "[0-9]{17}".prop_map(|digits| card_of(&digits))
}

fn mobile() -> impl Strategy<Value = String> {
    "1[3-9][0-9]{9}"
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![card(), mobile()]
}

fn email() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{3,9}[._+-]?[a-z0-9]@[a-z][a-z0-9-]{0,8}[a-z]\\.(com|cn|com\\.cn|org|shop)"
}

fn personal() -> impl Strategy<Value = String> {
    prop_oneof![card(), mobile(), email()]
}

fn before() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "shop-",
        "tel ",
        "https://shop.example.cn/",
        "https://shop123.example.cn:18443/u/v2/",
        "北京书店 ",
    ])
}

fn after() -> impl Strategy<Value = &'static str> {
    select(vec!["", "-shop", " 书店", "/login", "/v2/index.html", ".a"])
}

const AT_SIGNS: [&str; 13] =
    [" at ", "(at)", "[at]", "-at-", "_at_", ".at.", " AT ", " (at) ", "{at}", "@", " @ ", "＠", "&commat;"];
const DOTS: [&str; 7] = [".", "(dot)", "[dot]", "-dot-", " dot ", "_dot_", "。"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_pair_of_disguises_hides_anyone(
        text in personal(), inner in select(disguises()), outer in select(disguises()),
        inside in after(), start in before(), end in after(),
    ) {
        let hidden = format!("{start}{}{end}", outer(&format!("{}{inside}", inner(&text))));
        prop_assert!(looks_personal(&hidden), "{hidden:?} of {text}");
    }

    #[test]
    fn no_spelling_hides_a_number(
        text in number(), first in select(spellings()), second in select(spellings()),
        outer in select(disguises()), start in before(), end in after(),
    ) {
        // Separators come last, so that each stands between the letters of one digit and the next.
        let hidden = format!("{start}{}{end}", outer(&second(&first(&text))));
        prop_assert!(looks_personal(&hidden), "{hidden:?} of {text}");
    }

    #[test]
    fn digits_around_a_number_do_not_hide_it(
        text in number(), start in "(\\+?86|0086|[0-9]{0,5})", end in "[0-9]{0,5}",
    ) {
        let hidden = format!("{start}{text}{end}");
        prop_assert!(looks_personal(&hidden), "{hidden}");
    }

    #[test]
    fn three_encodings_inside_each_other_are_undone(
        text in personal(), kinds in prop::array::uniform3(select(encodings())),
    ) {
        let hidden = kinds.iter().fold(text.clone(), |text, encode| encode(&text));
        prop_assert!(looks_personal(&hidden), "{hidden} of {text}");
    }

    #[test]
    fn an_address_is_found_with_any_at_sign(
        local in "[A-Za-z0-9]{3,9}", label in "[a-z]{3,9}", end in select(vec!["com", "cn", "net", "org"]),
        at in select(AT_SIGNS.to_vec()), dot in select(DOTS.to_vec()),
        outer in select(disguises()), start in before(), after in after(),
    ) {
        let hidden = format!("{start}{}{after}", outer(&format!("{local}{at}{label}{dot}{end}")));
        prop_assert!(looks_personal(&hidden), "{hidden:?}");
    }

    #[test]
    fn addresses_of_sites_are_let_through(
        name in "[a-z]{2,10}[0-9]{0,4}", label in "(login|id|at|www|m)", port in "(:[1-6][0-9]{3,4})?",
        path in "(/[a-z]{1,8}|/v[0-9]{1,2}|/[0-9]{1,4}){0,3}", file in "(/[a-z]{1,8}(\\.html)?)?",
        date in "(/20[12][0-9]/(0[1-9]|1[0-2])(/([012][1-9]|30))?)?",
    ) {
        let url = format!("https://{label}.{name}.example.cn{port}/v2{date}{file}");
        prop_assert!(!looks_personal(&url), "{url}");
        let path: String = path.chars().take(12).collect();
        let url = format!("https://{name}.com{port}/a{path}");
        prop_assert!(!looks_personal(&url), "{url}");
    }

    #[test]
    fn names_are_let_through(
        name in "[A-Z\u{4e00}-\u{9fa5}][a-z\u{4e00}-\u{9fa5}]{1,9}",
        more in "( (&|at|and) [A-Z][a-z]{1,9})?( [0-9]{1,4})?( [A-Z]\\.)?",
    ) {
        let name = name + &more;
        prop_assert!(!looks_personal(&name), "{name}");
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,60}", signs in "[%0-9&#x;\\\\u{}@.a-f]{0,120}") {
        let _ = (looks_personal(&text), looks_personal(&signs));
    }

    #[test]
    fn hotlines_and_dates_are_let_through(
        hotline in "(400|800)-?[0-9]{3}-?[0-9]{4}|4008-[0-9]{3}-[0-9]{3}",
        date in "(19|20)[0-9]{2}[-/. ](0[1-9]|1[0-2])[-/. ](0[1-9]|[12][0-9]|3[01])",
        version in "v[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,3}", number in "[0-9]{1,10}",
    ) {
        for text in [hotline.clone(), date, version, format!("shop-{number}"), format!("Shop {hotline}")] {
            prop_assert!(!looks_personal(&text), "{text}");
        }
    }
}

#[test]
fn known_numbers_and_addresses_are_refused() {
    for text in [
        "11010519491231002X",
        "11010519491231002x",
        "110105-1949-12-31-002-X",
        "440524188001010014",
        "X20013219491501011",
        "%13812345678",
        "%2513812345678",
        "%31%33812345678",
        "https://shop.example.cn/138/1234/5678/login",
        "https://shop.example.cn/2024/11/30/13812345678",
        "tel:138-1234-5678",
        "+86 (138) 1234 5678",
        "id13812345678abc",
        "shop-13812345678",
        "一三八一二三四五六七八",
        "l38l2345678",
        "87654321831",
        "MTM4MTIzNDU2Nzg",
        "gezteobrgiztinjwg44a",
        "alice@example.com",
        "https://alice@example.com/",
        "https://shop.example.cn/alice%2540example.com",
        "https://shop.example.cn/alice-at-example.com",
        "https://login.at.example.cn/alice_at_example-shop.com.cn",
        "12345678-at-qq-dot-com",
        "Alice at example dot com",
        "Alice (at) mail (dot) example (dot) com",
        "alice\\x40example\\u{2e}com",
        "moc.elpmaxe-ta-ecila",
        "张三@例子.中国",
        "𝐚𝐥𝐢𝐜𝐞 ⓐⓣ 𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
    ] {
        assert!(looks_personal(text), "{text}");
    }
}

#[test]
fn what_only_resembles_them_is_let_through() {
    for text in [
        "",
        "%",
        "%4",
        "&#;",
        "\\u",
        "@",
        "a@b",
        "012345678901234567",
        "12812345678",
        "1381234567",
        "4008-123-123",
        "010-6255-1234",
        "2024-11-13",
        "https://login.at.example.com",
        "https://books-at-home.com/",
        "https://example.com/look-at-me.html",
        "https://example.com/@user.name",
        "https://example.cn:18443/2024/11/30/login",
        "https://example.cn:8443/v13/2024/11/30/7/login",
        "https://example.cn/2019/05/12345678",
        "https://example.cn/v2/2024/11/30/login",
        "Books at Home",
        "Books at St. Mary's",
        "Meet at Polka Dot Cafe",
        "meet-at-polka-dot-shop",
        "三一重工",
        "陆伍柒书店",
        "LinkedDomains",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "123e4567-e89b-12d3-a456-426614174000",
    ] {
        assert!(!looks_personal(text), "{text}");
    }
}

#[test]
fn what_is_escaped_without_end_is_refused() {
    assert!(!looks_personal("%25252541"));
    assert!(looks_personal(&format!("%{}41", "25".repeat(20))));
}

#[test]
fn a_digest_hides_no_card_and_padding_is_no_digest() {
    let digest = |start: &str| format!("b{start}fe44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b");
    assert!(looks_personal(&digest("440524198001010013")));
    assert!(!looks_personal(&digest("440524188001010014")));
    assert!(!looks_personal(&digest("13812345678")));
    assert!(looks_personal("13812345678abcdefabcdefabcdefabcdefabcdef"));
    assert!(looks_personal("13812345-6789-0123-4567-890123456789"));
}
