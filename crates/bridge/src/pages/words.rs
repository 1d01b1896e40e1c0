//! The words of the pages.

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

/// Everything that a page can say.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) log_in: &'static str,
    pub(crate) asks_who: &'static str,
    pub(crate) asks_real: &'static str,
    pub(crate) proven: &'static str,
    pub(crate) in_wallet: &'static str,
    pub(crate) other_device: &'static str,
    pub(crate) number: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) moment: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) needs_script: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) not_reached: &'static str,
    pub(crate) done_elsewhere: &'static str,
    pub(crate) nothing_there: &'static str,
    pub(crate) no_login: &'static str,
    pub(crate) for_owner: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) begin_again: &'static str,
    pub(crate) log_out: &'static str,
    pub(crate) log_out_of: &'static str,
    pub(crate) log_out_of_all: &'static str,
    pub(crate) logged_out: &'static str,
}

const ENGLISH: Words = Words {
    log_in: "Log in",
    asks_who: "learns that it is you again, and nothing else about you.",
    asks_real: "learns that it is you again and that you are a real person, and nothing else about you.",
    proven: "The name stands on the ledger; your wallet checks it too.",
    in_wallet: "Continue in the wallet",
    other_device: "Is your wallet on another device? Scan this there. Both must show this number:",
    number: "Number",
    cancel: "Cancel",
    moment: "One moment…",
    go_on: "Continue",
    needs_script: "This page needs JavaScript.",
    refused: "The login was refused. Nobody was logged in.",
    not_reached: "The login could not be handed in. Check the connection and load this page again.",
    done_elsewhere: "Done. Go on at the device on which you began.",
    nothing_there: "There is no such page.",
    no_login: "This login cannot begin",
    for_owner: "For the owner of the site:",
    busy: "Too much is going on here right now. Try again in a minute.",
    begin_again: "This login is over: it was finished, it ran out, or it was begun in another browser. Go back to the site and \
                  begin again.",
    log_out: "Log out",
    log_out_of: "Log out of",
    log_out_of_all: "Log out of all sites to which you logged in here?",
    logged_out: "You are logged out.",
};

const CHINESE: Words = Words {
    log_in: "登录",
    asks_who: "只会知道您是同一位用户，不会获知您的其他信息。",
    asks_real: "只会知道您是同一位用户，并且是真实的人，不会获知您的其他信息。",
    proven: "该名称记录在账本上，您的钱包也会核对。",
    in_wallet: "在钱包中继续",
    other_device: "钱包在另一台设备上？请用它扫描。两边必须显示相同的数字：",
    number: "数字",
    cancel: "取消",
    moment: "请稍候……",
    go_on: "继续",
    needs_script: "此页面需要 JavaScript。",
    refused: "登录被拒绝，没有任何人登录。",
    not_reached: "无法提交登录。请检查网络连接，然后重新加载此页面。",
    done_elsewhere: "完成。请回到您开始登录的设备上继续。",
    nothing_there: "没有这个页面。",
    no_login: "无法开始登录",
    for_owner: "致网站所有者：",
    busy: "现在访问过多，请一分钟后再试。",
    begin_again: "此次登录已结束：它已完成、已过期，或是在另一个浏览器中开始的。请回到网站重新开始。",
    log_out: "退出登录",
    log_out_of: "退出登录：",
    log_out_of_all: "要退出您在此登录的所有网站吗？",
    logged_out: "您已退出登录。",
};

impl Language {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its tag (RFC 5646).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// Its words.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }

    /// The first language that is known here of those that the site wishes (`ui_locales`), or else that the browser does
    /// (`Accept-Language`, whose order is taken for the preference).
    pub(crate) fn choose(ui_locales: Option<&str>, accept: Option<&str>) -> Self {
        let wishes = ui_locales.unwrap_or_default().split(' ').chain(accept.unwrap_or_default().split(','));
        let mut known = wishes.filter_map(Self::of);
        known.next().unwrap_or_default()
    }

    fn of(wish: &str) -> Option<Self> {
        let primary = wish.trim().split(['-', ';']).next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sites_wish_comes_before_the_browsers_and_english_stands_in_for_what_is_unknown() {
        let choose = Language::choose;
        assert_eq!(choose(None, Some("zh-CN,zh;q=0.9,en;q=0.8")), Language::Chinese);
        assert_eq!(choose(Some("en-GB"), Some("zh-CN")), Language::English);
        assert_eq!(choose(Some("fr ZH-Hans"), None), Language::Chinese);
        assert_eq!(choose(None, Some("de, zhx;q=0.1")), Language::English);
        assert_eq!(choose(None, None), Language::English);
    }
}
