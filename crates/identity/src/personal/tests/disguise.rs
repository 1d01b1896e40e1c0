//! Ways to write a text so that it does not look like itself.

pub type Disguise = fn(&str) -> String;

fn mapped(text: &str, change: impl Fn(char) -> String) -> String {
    text.chars().map(change).collect()
}

fn by_bytes(text: &str, change: impl Fn(u8) -> String) -> String {
    text.bytes().map(change).collect()
}

fn from_digit(text: &str, change: impl Fn(u32) -> char) -> String {
    text.chars().map(|letter| letter.to_digit(10).map_or(letter, &change)).collect()
}

fn from_code(digit: u32, zero: u32) -> char {
    char::from_u32(zero + digit).unwrap()
}

pub fn nth(row: &str, digit: u32) -> char {
    row.chars().nth(digit as usize).unwrap()
}

/// What `alphabet` makes of the bits of `text`, `bits` at a time and padded to whole groups of `group`.
fn coded(text: &str, alphabet: &str, bits: usize, group: usize) -> String {
    let mut binary: String = text.bytes().map(|byte| format!("{byte:08b}")).collect();
    binary.push_str(&"0".repeat(binary.len().next_multiple_of(bits) - binary.len()));
    let values = binary
        .as_bytes()
        .chunks(bits)
        .map(|chunk| usize::from_str_radix(std::str::from_utf8(chunk).unwrap(), 2).unwrap());
    let code: String = values.map(|value| char::from(alphabet.as_bytes()[value])).collect();
    let padding = code.len().next_multiple_of(group) - code.len();
    code + &"=".repeat(padding)
}

pub const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn base64(text: &str) -> String {
    coded(text, &format!("{ALPHANUMERIC}+/"), 6, 4)
}

pub fn base64_url(text: &str) -> String {
    coded(text, &format!("{ALPHANUMERIC}-_"), 6, 1)
}

fn base32(text: &str) -> String {
    coded(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8)
}

fn wide(text: &str) -> String {
    mapped(text, |letter| {
        char::from_u32(u32::from(letter) + 0xfee0)
            .filter(|_| letter.is_ascii_graphic())
            .unwrap_or(letter)
            .into()
    })
}

fn backslashed(letter: char) -> String {
    let code = u32::from(letter);
    if code < 0x10000 { format!("\\u{code:04x}") } else { format!("\\u{{{code:x}}}") }
}

/// Disguises of any text.
pub fn disguises() -> Vec<Disguise> {
    vec![
        |text| text.to_owned(),
        |text| by_bytes(text, |byte| format!("%{byte:02x}")),
        |text| by_bytes(text, |byte| format!("%25{byte:02X}")),
        |text| mapped(text, |letter| format!("&#{};", u32::from(letter))),
        |text| mapped(text, |letter| format!("&#x{:x};", u32::from(letter))),
        |text| {
            mapped(text, |letter| if letter.is_ascii_digit() { letter.into() } else { backslashed(letter) })
        },
        |text| mapped(text, |letter| format!("\\u{{{:x}}}", u32::from(letter))),
        |text| mapped(text, |letter| format!("{letter}\u{200b}")),
        wide,
        |text| text.chars().rev().collect(),
        |text| by_bytes(text, |byte| format!("{byte:02x}")),
        |text| by_bytes(text, |byte| format!("{byte:02X}")),
        |text| by_bytes(text, |byte| format!("{byte:02x}-")),
        base64,
        base64_url,
        |text| {
            base64_url(text).as_bytes().chunks(5).map(|part| String::from_utf8_lossy(part) + "/").collect()
        },
        base32,
        |text| base32(text).to_lowercase(),
        |text| base32(text).replace('=', ""),
        |text| coded(text, "0123456789abcdefghijklmnopqrstuv", 5, 1),
        |text| bs58::encode(text).into_string(),
    ]
}

/// Ways to write the same number.
pub fn spellings() -> Vec<Disguise> {
    vec![
        |text| from_digit(text, |digit| from_code(digit, 0xff10)),
        |text| from_digit(text, |digit| from_code(digit, 0x660)),
        |text| from_digit(text, |digit| from_code(digit, 0x1fbf0)),
        |text| from_digit(text, |digit| from_code(digit, 0x1d7e2)),
        |text| from_digit(text, |digit| nth("⓪①②③④⑤⑥⑦⑧⑨", digit)),
        |text| from_digit(text, |digit| nth("⁰¹²³⁴⁵⁶⁷⁸⁹", digit)),
        |text| from_digit(text, |digit| nth("⓿❶❷❸❹❺❻❼❽❾", digit)),
        |text| from_digit(text, |digit| nth("〇一二三四五六七八九", digit)),
        |text| from_digit(text, |digit| nth("零幺二三四五六七八九", digit)),
        |text| from_digit(text, |digit| nth("零壹贰叁肆伍陆柒捌玖", digit)),
        |text| from_digit(text, |digit| nth("零壹貳參肆伍陸柒捌玖", digit)),
        |text| text.replace('0', "O").replace('1', "l"),
        |text| text.replace('0', "o").replace('1', "I"),
        |text| text.replace('1', "|"),
        |text| text.replace('X', "х"),
        |text| grouped(text, &[3, 4, 4, 4], "-"),
        |text| grouped(text, &[5, 6], " "),
        |text| grouped(text, &[6, 8, 4], "."),
        |text| grouped(text, &[2; 10], " / "),
        |text| grouped(text, &[1; 18], "_"),
        |text| grouped(text, &[1; 18], ") ("),
        |text| grouped(text, &[1; 18], "~"),
        |text| grouped(text, &[4; 5], "'"),
        |text| grouped(text, &[4; 5], "&"),
        |text| grouped(text, &[4; 5], "+"),
        |text| grouped(text, &[1; 18], "\u{200d}"),
        |text| grouped(text, &[17, 1], "-"),
    ]
}

fn grouped(text: &str, lengths: &[usize], separator: &str) -> String {
    let mut letters = text.chars();
    let mut parts: Vec<String> =
        lengths.iter().map(|length| letters.by_ref().take(*length).collect()).collect();
    parts.push(letters.collect());
    parts.retain(|part| !part.is_empty());
    parts.join(separator)
}

pub fn encodings() -> Vec<Disguise> {
    vec![base64, base64_url, base32, |text| by_bytes(text, |byte| format!("{byte:02x}")), |text| {
        bs58::encode(text).into_string()
    }]
}
