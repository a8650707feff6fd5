//! The decisions of the SDK.

use std::time::Duration;

use http::StatusCode;
use time::OffsetDateTime;

use crate::sdk::Failure;

/// The policy of the SDK: three attempts, and a log of its own.
pub(crate) async fn pause(
    attempt: u32,
    asked: Option<Duration>,
    is_worth_it: bool,
    error: impl Into<Failure>,
) -> Result<(), Failure> {
    let error = error.into();
    println!("   attempt {attempt}: {error}");
    // A real SDK draws a part of it at random, so that clients do not come back together.
    let wait = asked.unwrap_or(Duration::from_millis(250) * attempt);
    if !is_worth_it || attempt >= 3 || wait > Duration::from_secs(20) {
        return Err(error);
    }
    tokio::time::sleep(wait).await;
    Ok(())
}

/// The offset of the service's clock, if it may be why a request was refused. The gateway says the
/// same of a wrong date as of a wrong signature, so its message is not looked at.
pub(crate) fn wrong_clock(
    error: &sts_proto::ServiceError,
    now: OffsetDateTime,
) -> Option<time::Duration> {
    let is_rejected = error.status() == StatusCode::UNAUTHORIZED && !error.from_cache();
    let offset = error.date()? - now;
    (is_rejected && offset.abs() > time::Duration::minutes(4)).then_some(offset)
}
