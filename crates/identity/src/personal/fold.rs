//! Characters that say the same as an ASCII one.
//!
//! The tables are our own: those of the standard library follow Unicode from one compiler to the next, and a rule of
//! consensus may not.

/// `text` with ASCII characters for those that stand for one, and without those that nobody sees.
pub fn folded(text: &str) -> String {
    text.chars().filter(|letter| !is_invisible(*letter)).map(ascii).collect()
}

/// `text` with the digits that some of its letters look like.
pub fn look_alikes(text: &str) -> String {
    let digit = |letter| match letter {
        'O' | 'o' | 'О' | 'о' | 'Ο' | 'ο' => '0',
        'l' | 'I' | '|' | 'І' | 'і' | 'Ι' | 'ι' => '1',
        other => other,
    };
    text.chars().map(digit).collect()
}

/// Whether `letter` may stand between the parts of a number: neither letter nor digit.
pub fn is_separator(letter: char) -> bool {
    match letter {
        '\0'..='\u{7f}' => !letter.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{2190}'..='\u{245f}' | '\u{2500}'..='\u{2bff}' => {
            true
        }
        '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{30fb}' | '\u{fe10}'..='\u{fe6f}' => true,
        '\u{ff5f}'..='\u{ff65}' | '\u{fffd}' => true,
        _ => false,
    }
}

/// Characters without width, marks on the letter before them, and fillers.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{20d0}'..='\u{20f0}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn ascii(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let digit = || digit(letter).and_then(|value| char::from_digit(value, 10));
    sign(letter).or_else(digit).or_else(|| styled_letter(letter)).unwrap_or(letter)
}

fn sign(letter: char) -> Option<char> {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter).checked_sub(0xfee0)?),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '。' | '｡' | '﹒' | '․' => Some('.'),
        '﹫' => Some('@'),
        '×' | 'Ⅹ' | 'ⅹ' | 'Х' | 'х' | 'Χ' | 'χ' => Some('X'),
        _ => None,
    }
}

fn digit(letter: char) -> Option<u32> {
    let code = u32::from(letter);
    let within = |zero: u32| code.checked_sub(zero).filter(|value| *value <= 9);
    let han = || HAN_DIGITS.iter().zip(0..).find(|(same, _)| same.contains(letter)).map(|(_, value)| value);
    let row = || {
        let (first, _, value) =
            DIGIT_ROWS.iter().find(|(first, last, _)| (*first..=*last).contains(&code))?;
        code.checked_sub(*first)?.checked_add(*value)
    };
    let mathematical = || code.checked_sub(0x1d7ce).filter(|offset| *offset < 50).map(|offset| offset % 10);
    ZEROS.iter().find_map(|zero| within(*zero)).or_else(han).or_else(row).or_else(mathematical)
}

/// Letters in circles and squares, and those of mathematics: capital and small by turns.
fn styled_letter(letter: char) -> Option<char> {
    let code = u32::from(letter);
    let (offset, first) = LETTER_ROWS.iter().find_map(|(start, length, first)| {
        let offset = code.checked_sub(*start).filter(|offset| offset < length)?;
        Some((offset, if offset % 52 < 26 { *first } else { 'a' }))
    })?;
    char::from_u32(u32::from(first).checked_add(offset % 26)?)
}

/// The zero of every row of decimal digits (Unicode category Nd, version 16) outside ASCII and the wide forms.
const ZEROS: [u32; 68] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0,
    0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0,
    0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// Rows of other digits by their first and last character and the value of the first: superscript, subscript, Roman,
/// circled, bracketed, with a dot or comma, Hangzhou, on counting rods.
const DIGIT_ROWS: [(u32, u32, u32); 24] = [
    (0xb2, 0xb3, 2),
    (0xb9, 0xb9, 1),
    (0x2070, 0x2070, 0),
    (0x2074, 0x2079, 4),
    (0x2080, 0x2089, 0),
    (0x2160, 0x2168, 1),
    (0x2170, 0x2178, 1),
    (0x2460, 0x2468, 1),
    (0x2474, 0x247c, 1),
    (0x2488, 0x2490, 1),
    (0x24ea, 0x24ea, 0),
    (0x24f5, 0x24fd, 1),
    (0x24ff, 0x24ff, 0),
    (0x2776, 0x277e, 1),
    (0x2780, 0x2788, 1),
    (0x278a, 0x2792, 1),
    (0x3021, 0x3029, 1),
    (0x3220, 0x3228, 1),
    (0x3280, 0x3288, 1),
    (0x1d360, 0x1d368, 1),
    (0x1f100, 0x1f100, 0),
    (0x1f101, 0x1f10a, 0),
    (0x1f10b, 0x1f10b, 0),
    (0x1f10c, 0x1f10c, 0),
];

/// The numerals of Chinese and Japanese by value: plain, formal, traditional.
const HAN_DIGITS: [&str; 10] =
    ["〇零", "一壹幺弌壱", "二贰貳弍弐", "三叁叄參参弎", "四肆", "五伍", "六陆陸", "七柒漆", "八捌", "九玖"];

/// Where rows of styled letters start, how many letters they have, and the first.
const LETTER_ROWS: [(u32, u32, char); 6] = [
    (0x24b6, 52, 'A'),
    (0x249c, 26, 'a'),
    (0x1f130, 26, 'A'),
    (0x1f150, 26, 'A'),
    (0x1f170, 26, 'A'),
    (0x1d400, 676, 'A'),
];
