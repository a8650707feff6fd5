//! The SDK: builds, signs and reads.

use std::error::Error as StdError;
use std::time::Duration;

use sts_proto::{AssumeAgency, Credentials, Endpoint, Operation, RetryAdvice};
use sts_sign::Signer;
use time::OffsetDateTime;

use crate::exchange::send;
use crate::retries::{pause, wrong_clock};

pub(crate) type Failure = Box<dyn StdError + Send + Sync>;

/// The SDK.
pub(crate) struct Sdk {
    pub(crate) http: reqwest::Client,
    endpoint: Endpoint,
    signer: Signer,
    /// Offset of the service's clock from the local clock.
    pub(crate) clock_offset: time::Duration,
}

impl Sdk {
    pub(crate) fn new(endpoint: Endpoint, credentials: &Credentials) -> Result<Self, Failure> {
        // The existing client of the SDK, with two settings.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none()) // a signature is valid for one host
            .retry(reqwest::retry::never()) // and for one date
            .timeout(Duration::from_secs(10))
            .build()?;
        let signer = Signer::new(credentials)?;
        Ok(Self { http, endpoint, signer, clock_offset: time::Duration::ZERO })
    }

    /// Returns temporary credentials of an agency.
    pub(crate) async fn temporary_credentials(
        &mut self,
        operation: &AssumeAgency,
    ) -> Result<Credentials, Failure> {
        let mut may_correct_clock = true;
        let mut attempt = 0;
        loop {
            attempt += 1;
            // Build and sign each attempt: the date is part of the signature.
            let mut request = operation.to_request(&self.endpoint)?;
            let now = OffsetDateTime::now_utc();
            self.signer.sign(&mut request, now + self.clock_offset)?;

            let response = match send(&self.http, request).await {
                Ok(response) => response,
                Err(error) => {
                    let may_repeat = error.is_connect() || operation.is_repeatable();
                    pause(attempt, None, may_repeat, error).await?;
                    continue;
                }
            };
            let error = match AssumeAgency::read(&response) {
                Ok(output) => return Ok(output.credentials),
                Err(error) => error,
            };
            if let Some(offset) = wrong_clock(&error, now)
                && std::mem::take(&mut may_correct_clock)
            {
                self.clock_offset = offset;
                continue;
            }
            // Other advice requires other credentials or a change by the user. With the same access
            // key, more failures would lock it.
            let may_pass = error.kind().advice() == RetryAdvice::AfterBackoff;
            let wait = error.wait(now + self.clock_offset);
            pause(attempt, wait, may_pass && operation.is_repeatable(), error).await?;
        }
    }
}
