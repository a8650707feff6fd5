//! Rate-limit windows in messages.

use std::time::Duration;

use zeroize::Zeroizing;

/// Parses `...,limit:200,time:1 minute` of the gateway or `Threshold: 5 times per 60 seconds` of
/// classic IAM.
pub(super) fn window(message: &str) -> Option<Duration> {
    let lower = Zeroizing::new(message.to_ascii_lowercase());
    let gateway = || lower.split_once("limit:")?.1.split_once("time:");
    let iam = || lower.split_once("times per");
    let (_, rest) = gateway().or_else(iam)?;
    let rest = rest.trim_start();
    let (digits, unit) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
    let unit = unit.trim_start();
    let seconds = match unit.as_bytes() {
        [b's', ..] => 1,
        [b'm', b'i', b'n', ..] => 60,
        [b'h', ..] => 3600,
        [b'd', ..] => 86_400,
        _ => return None,
    };
    let window = u64::from(digits.parse::<u32>().ok()?) * seconds;
    (window > 0).then(|| Duration::from_secs(window))
}
