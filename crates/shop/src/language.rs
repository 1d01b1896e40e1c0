//! What the pages say, in English and Chinese.

use axum::http::{HeaderMap, header};

/// A language with its words.
pub(crate) struct Words {
    pub(crate) tag: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) log_in: &'static str,
    pub(crate) log_out: &'static str,
    pub(crate) welcome: &'static str,
    pub(crate) knows: &'static str,
    pub(crate) knows_real: &'static str,
    pub(crate) knows_new: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) again: &'static str,
    pub(crate) moment: &'static str,
    pub(crate) needs_script: &'static str,
}

const ENGLISH: Words = Words {
    tag: "en",
    lead: "A shop to try logging in at. Nothing is sold here.",
    log_in: "Log in with RealDID",
    log_out: "Log out",
    welcome: "Welcome",
    knows: "This is all that the shop knows of you:",
    knows_real: "An authority attests that you are a real person.",
    knows_new: "It is the same each time that you come, and no other site sees it.",
    refused: "You are not logged in",
    again: "Back to the shop",
    moment: "One moment…",
    needs_script: "This page needs JavaScript to hand over what the wallet answered.",
};

const CHINESE: Words = Words {
    tag: "zh",
    lead: "这是试用登录的商店，不出售任何商品。",
    log_in: "用 RealDID 登录",
    log_out: "退出登录",
    welcome: "欢迎",
    knows: "商店所知道的关于你的一切：",
    knows_real: "认证机构证明你是真实的人。",
    knows_new: "你每次来都相同，其他网站看不到它。",
    refused: "未登录",
    again: "返回商店",
    moment: "请稍候……",
    needs_script: "此页面需要 JavaScript 才能交回钱包的应答。",
};

/// The first language that the browser asks for and that there is.
pub(crate) fn words(headers: &HeaderMap) -> &'static Words {
    let asked =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = |tag: &str| match tag.trim().split(['-', ';']).next() {
        Some("zh") => Some(&CHINESE),
        Some("en") => Some(&ENGLISH),
        _ => None,
    };
    asked.split(',').find_map(known).unwrap_or(&ENGLISH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_language_that_there_is_is_spoken() {
        for (asked, tag) in
            [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de, en;q=0.5, zh;q=0.3", "en"), ("", "en"), ("fr", "en")]
        {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, asked.parse().unwrap())]);
            assert_eq!(words(&headers).tag, tag, "{asked}");
        }
    }
}
