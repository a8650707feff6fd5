//! The secrets that tests and examples use. Their output must contain none of them.

/// Secrets of tests and examples: compared without case, unless they have upper-case letters. A new
/// test plants a text with `planted`, which needs no entry.
const KNOWN: &[&str] = &[
    "planted",
    "hidden-token",
    "mysecret",
    // Vectors and worked examples of signatures.
    "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL",
    "a1B2c3",
    "d4E5f6",
    "the-secret-key",
    "another-secret",
    // The emulator and its tests.
    "emulator-secret-key",
    "emulator-pod-token",
    "alice-secret",
    "bob-secret",
    "correct-secret-0123456789",
    "UniqueWrongSecretKey",
    // ID tokens and private keys of any kind.
    "eyJhbGci",
    "PRIVATE KEY-----",
];

/// Length of a secret access key that the emulator issues.
const ISSUED: usize = 40;

/// Length of a secret of `sts serve`, which may contain `-` and `_`.
const SERVED: usize = 43;

/// Returns the first secret in a line of output: a known one, or letters and digits that are as
/// random as the secret keys and tokens that the emulator issues and the secrets of `sts serve`.
///
/// ```
/// use xtask_secrets::find;
///
/// assert_eq!(find("token: Planted-token"), Some("Planted"));
/// assert_eq!(find("key a8ZqP0v3Lw5Xn7Rt2Yb9Kc4Md6Ne1Of8Ug3Hs5Jd0."), Some("a8ZqP0v3Lw5Xn7Rt2Yb9Kc4Md6Ne1Of8Ug3Hs5Jd0"));
/// assert_eq!(find("Authorization: x4_8ZqP0v3Lw5-n7Rt2Yb9Kc4Md6Ne1Of8Ug3Hs5Jd0"), Some("x4_8ZqP0v3Lw5-n7Rt2Yb9Kc4Md6Ne1Of8Ug3Hs5Jd0"));
/// assert_eq!(find("account 0a1b2c3d4e5f60718293a4b5c6d7e8f9"), None);
/// assert_eq!(find("commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"), None);
/// ```
#[must_use]
pub fn find(line: &str) -> Option<&str> {
    let issued = words(line, "").find(|word| word.len() >= ISSUED && is_random(word));
    let mut served = words(line, "-_").filter(|word| word.len() == SERVED && is_random(word));
    known(line).or(issued).or_else(|| served.next())
}

fn known(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    KNOWN.iter().find_map(|secret| {
        let has_upper = secret.bytes().any(|letter| letter.is_ascii_uppercase());
        let start = if has_upper { line } else { &lower }.find(secret)?;
        line.get(start..start + secret.len())
    })
}

/// Returns the words of letters, digits and `others`.
fn words<'a>(line: &'a str, others: &'static str) -> impl Iterator<Item = &'a str> {
    line.split(move |letter: char| !letter.is_ascii_alphanumeric() && !others.contains(letter))
}

fn is_random(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.bytes().filter(kind).count() >= 3;
    has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}
