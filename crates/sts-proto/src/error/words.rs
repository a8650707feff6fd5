//! Names of secrets, and words that are not secrets.

use zeroize::Zeroizing;

/// A text that contains one of these mentions a secret. It is compared in lower case and reduced to
/// letters and digits, which covers all spellings.
const MENTIONS: [&str; 21] = [
    "token",
    "secret",
    "credential",
    "onetimecode",
    "securitykey",
    "sessionkey",
    "encryptionkey",
    "passkey",
    "codeverifier",
    "passw",
    "passphrase",
    "passcode",
    "privatekey",
    "signingkey",
    "apikey",
    "mfacode",
    "verificationcode",
    "assertion",
    "samlresponse",
    "signature",
    "bearer",
];
/// Mentions in other languages, in lower case: Chinese, which the service may use, and languages of
/// proxies in front of it.
#[rustfmt::skip]
const FOREIGN_MENTIONS: [&str; 40] = [
    "令牌", "密钥", "秘钥", "签名", "密码", "口令", "凭证", "凭据", "验证码", "断言", "权杖",
    "權杖", "密鑰", "金鑰", "簽名", "簽章", "密碼", "憑證", "驗證碼",
    "トークン", "パスワード", "シークレット", "署名", "秘密鍵", "토큰", "비밀번호", "암호", "서명",
    "kennwort", "schlüssel", "mot de passe", "jeton", "clé", "contraseña", "clave", "senha",
    "chave", "пароль", "токен", "ключ",
];
/// Words, and parts of names such as `HW_SK` and `userSk`, that mention a secret.
const MENTION_WORDS: [&str; 9] = ["sk", "pwd", "pass", "otp", "totp", "mfa", "jwt", "auth", "aksk"];
/// Parts of words that mention a secret, except in `encoded authorization message`.
const MENTION_PARTS: [&str; 2] = ["authorization", "cookie"];

/// Components of names of secrets.
#[rustfmt::skip]
const NAME_PARTS: [&str; 44] = [
    "access", "aksk", "api", "apikey", "assertion", "auth", "authorization", "bearer", "client",
    "code", "context", "cookie", "credentials", "header", "hw", "id", "jwt", "key", "mfa",
    "passcode", "passphrase", "passwd", "password", "private", "provided", "pwd", "refresh",
    "response", "saml", "secret", "security", "serial", "session", "set", "signature", "signed",
    "signing", "sk", "sts", "subject", "token", "user", "web", "x",
];

/// Names whose values are kept, reduced to lower-case letters and digits.
#[rustfmt::skip]
const HARMLESS_NAMES: [&str; 16] = [
    "access", "accesskey", "accesskeyid", "ak", "date", "domainid", "expiration", "expiresat",
    "host", "iamrequestid", "now", "projectid", "region", "requestid", "time", "xsdkdate",
];

/// Words between a name and its value.
const LINKS: [&str; 9] = ["is", "was", "are", "were", "equals", "reads", "read", "为", "是"];

/// Words of messages about secrets.
#[rustfmt::skip]
const PROSE: [&str; 389] = [
    "a", "about", "absent", "accept", "accepted", "access", "accesskey", "account", "action",
    "actual", "after", "again", "agency", "ak", "aksk", "algorithm", "all", "allow", "allowed",
    "already", "also", "always", "among", "an", "and", "any", "api", "app", "application", "apply",
    "are", "argument", "as", "at", "attempt", "attempts", "audience", "authenticate",
    "authenticated", "authentication", "authorization", "authorized", "bad", "base64", "be",
    "because", "been", "before", "begin", "being", "bit", "bits", "body", "but", "by", "byte",
    "bytes", "calculate", "calculated", "call", "caller", "can", "cannot", "case", "change",
    "changed", "character", "characters", "check", "client", "clock", "code", "column", "compare",
    "computed", "configuration", "configured", "contact", "contain", "contains", "content",
    "correct", "could", "create", "created", "credential", "credentials", "date", "day", "days",
    "decode", "decrypt", "default", "delete", "deleted", "denied", "deny", "did", "difference",
    "different", "differs", "disabled", "do", "does", "doesn", "domain", "don", "duplicate", "each",
    "either", "email", "empty", "enabled", "encoded", "encrypted", "equals", "err", "error", "even",
    "ever", "exceed", "exceeded", "exceeds", "exist", "exists", "expect", "expected", "expiration",
    "expire", "expired", "expires", "fail", "failed", "fails", "failure", "false", "field", "file",
    "first", "for", "forbidden", "form", "format", "found", "from", "gateway", "get", "given",
    "gmt", "got", "had", "has", "have", "he", "header", "headers", "her", "here", "his", "host",
    "hour", "hours", "how", "html", "http", "https", "i", "iam", "id", "identity", "ids", "if",
    "illegal", "in", "incorrect", "information", "input", "internal", "invalid", "is", "isn",
    "issued", "issuer", "it", "its", "json", "just", "key", "keys", "large", "later", "least",
    "length", "less", "limit", "line", "lines", "locked", "long", "longer", "malformed", "many",
    "match", "matches", "max", "maximum", "may", "me", "message", "method", "mfa", "milliseconds",
    "min", "minimum", "minute", "minutes", "mismatch", "missing", "more", "most", "ms", "must",
    "my", "name", "need", "needed", "never", "new", "nil", "no", "none", "not", "now", "null", "of",
    "oidc", "ok", "old", "on", "once", "one", "only", "operation", "or", "origin", "other", "our",
    "out", "over", "own", "parameter", "parse", "parsed", "part", "parts", "path", "permission",
    "permissions", "please", "policy", "port", "present", "property", "provide", "provided",
    "provider", "query", "read", "reads", "reason", "receive", "received", "refresh", "refreshed",
    "refused", "region", "reject", "rejected", "rejects", "renew", "repeat", "replay", "request",
    "requests", "require", "required", "resource", "responded", "response", "responses", "retry",
    "reuse", "reused", "revoked", "role", "s", "same", "saml", "scope", "second", "seconds", "see",
    "send", "sent", "server", "service", "session", "sha256", "she", "short", "should", "sign",
    "signed", "signing", "size", "small", "sometimes", "still", "string", "sts", "support",
    "supported", "t", "than", "that", "the", "their", "them", "there", "they", "this", "time", "to",
    "too", "tries", "true", "try", "two", "type", "undefined", "under", "unknown", "unset",
    "unsupported", "until", "update", "updated", "uri", "url", "urn", "us", "use", "used", "user",
    "using", "utc", "utf", "valid", "validate", "value", "values", "verification", "verified",
    "verify", "version", "very", "via", "wait", "was", "we", "web", "were", "what", "when", "where",
    "which", "who", "whose", "why", "will", "with", "without", "wrong", "xml", "yes", "yet", "you",
    "your", "zero",
];

/// Maximum length of an unknown word of a sentence, in bytes.
const LONGEST_WORD: usize = 14;

/// Names of algorithms and other words of the protocol.
#[rustfmt::skip]
const PROTOCOL: [&str; 19] = [
    "assumeagency", "assumeagencywithoidc", "assumeagencywithsaml", "audiencerestriction",
    "authnstatement", "canonicalrequest", "decodeauthorizationmessage", "es256",
    "getcalleridentity", "hs256", "nameid", "notbefore", "notonorafter", "rs256",
    "sdk-hmac-sha256", "sdk-hmac-sm3", "sessionname", "sourceidentity", "v11-hmac-sha256",
];

/// Separator between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// Colon and white space: a value or a sentence follows.
    Loose,
    /// Any other separator: a value follows.
    Strict,
}

/// Returns the separator in the text between a word and the next one.
pub(super) fn separator(after: &str) -> Option<Separator> {
    if after.contains(['=', '>', '\u{ff1d}']) {
        return Some(Separator::Strict);
    }
    let (before, behind) = after.split_once([':', '\u{ff1a}'])?;
    let is_loose = before.trim_matches(|c: char| !c.is_alphanumeric()).is_empty()
        && !before.contains(['"', '\'', '`', '\\'])
        && behind.starts_with(char::is_whitespace);
    Some(if is_loose { Separator::Loose } else { Separator::Strict })
}

/// Returns whether a line mentions a secret.
pub(super) fn mentions_secret(line: &str) -> bool {
    let plain = normalized(line);
    let lower = Zeroizing::new(line.to_lowercase());
    MENTIONS.iter().any(|mention| plain.contains(mention))
        || FOREIGN_MENTIONS.iter().any(|mention| lower.contains(mention))
}

/// Returns whether a word mentions a secret, given the next word.
pub(super) fn names_secret(word: &str, next: &str) -> bool {
    let name = normalized(word);
    let has_part = || MENTION_PARTS.iter().any(|part| name.contains(part));
    let is_message = name.contains("message") || next.eq_ignore_ascii_case("message");
    mentions_secret(word) || has_mention_word(word) || (has_part() && !is_message)
}

fn has_mention_word(word: &str) -> bool {
    let is_mention = |part: &str| MENTION_WORDS.contains(&normalized(part).as_str());
    // The last part of names such as `userSk`.
    let last = word.rfind(|c: char| c.is_ascii_uppercase()).and_then(|at| word.get(at..));
    is_mention(word)
        || word.split(|c: char| !c.is_alphanumeric()).any(is_mention)
        || last.is_some_and(is_mention)
}

/// Returns whether a word consists of components of names of secrets. A word in capitals may be a
/// value instead.
pub(super) fn is_name(word: &str) -> bool {
    let is_shouted = word.bytes().all(|byte| byte.is_ascii_uppercase());
    !is_shouted && is_made_of_parts(&normalized(word))
}

fn is_made_of_parts(name: &str) -> bool {
    name.is_empty()
        || NAME_PARTS.iter().any(|part| name.strip_prefix(part).is_some_and(is_made_of_parts))
}

/// Returns whether a word occurs in messages about secrets or is a harmless name.
pub(super) fn is_prose(word: &str) -> bool {
    let is = |known: &&str| word.eq_ignore_ascii_case(known);
    word.chars().all(is_wide)
        || PROSE.iter().any(is)
        || PROTOCOL.iter().any(is)
        || is_harmless_name(word)
}

/// Returns whether a word looks like one of a sentence. Such words are kept where a value is not
/// expected.
pub(super) fn is_like_prose(word: &str) -> bool {
    let rest = word.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(word);
    word.len() <= LONGEST_WORD && rest.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Returns whether the value of this name is kept.
pub(super) fn is_harmless_name(word: &str) -> bool {
    HARMLESS_NAMES.contains(&normalized(word).as_str())
}

/// Returns whether a value may follow this word.
pub(super) fn is_link(word: &str) -> bool {
    LINKS.iter().any(|link| word.eq_ignore_ascii_case(link))
}

/// Returns whether a word is a date, a time, or a part of a time between colons.
pub(super) fn is_date(word: &str) -> bool {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.trim_end_matches(['Z', 'z']);
    match word.len() {
        0 => false,
        1 | 2 => is_digits(word),
        // 20260305T070809
        15 => word
            .split_once('T')
            .is_some_and(|(date, time)| date.len() == 8 && is_digits(date) && is_digits(time)),
        _ => match word.split_at_checked(10) {
            // 2026-03-05, 2026-03-05T07
            Some((date, hour)) => {
                let mut parts = date.split('-').map(|part| (part.len(), is_digits(part)));
                let is_date = [(4, true), (2, true), (2, true)].into_iter().eq(parts.by_ref());
                let hour = hour.trim_start_matches(['T', 't']);
                is_date && hour.len() <= 2 && is_digits(hour)
            }
            // 09.168
            None => word.split_once('.').is_some_and(|(seconds, fraction)| {
                (1..=2).contains(&seconds.len()) && is_digits(seconds) && is_digits(fraction)
            }),
        },
    }
}

/// Returns whether a word is the name of a header in a list of signed headers. Other words with
/// hyphens may be passphrases.
pub(super) fn is_header_name(word: &str) -> bool {
    const NAMES: [&str; 6] =
        ["accept", "content-encoding", "content-length", "content-type", "host", "user-agent"];
    let is_part = |part: &str| {
        let is_word = part.len() <= 16 && part.bytes().all(|byte| byte.is_ascii_lowercase());
        is_word || (part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_extension = word.starts_with("x-") && word.len() <= 48;
    NAMES.contains(&word) || (is_extension && word.split('-').all(is_part))
}

/// Returns whether a character is part of a word. Quotes, brackets and separators are not.
pub(super) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-./+%~#@!*$^?".contains(c)
}

/// Returns whether a character belongs to a script without spaces between words.
pub(super) const fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Reduces a text to ASCII letters and digits in lower case. Full-width forms are converted.
fn normalized(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let letters = text.chars().map(half_width).filter(char::is_ascii_alphanumeric);
    letters.for_each(|letter| plain.push(letter.to_ascii_lowercase()));
    plain
}

/// Converts a full-width form, which Chinese input methods produce, to ASCII.
fn half_width(c: char) -> char {
    let ascii = u32::from(c).checked_sub(0xfee0).and_then(char::from_u32);
    ascii.filter(char::is_ascii_graphic).unwrap_or(c)
}
