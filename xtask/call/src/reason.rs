//! Why a call failed, as far as it can be known.

use std::error::Error as StdError;
use std::fmt;
use std::iter;

use sts_client::{Error, FailedAttempt};
use sts_proto::server::AnyOperation;
use sts_proto::{Credentials, Endpoint};
use sts_sign::Signer;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::options::Options;

pub(crate) struct Reason {
    pub(crate) error: Error,
    /// The endpoint of the last attempt, or the one that nothing was sent to.
    pub(crate) endpoint: String,
    /// What lies behind the error's own text, the nearest first.
    pub(crate) causes: Vec<String>,
    /// First difference between the signed request and the one that the gateway received.
    pub(crate) signature: Option<String>,
}

impl Reason {
    pub(crate) fn of(error: Error, options: &Options) -> Self {
        let last = error.stats().failures.last();
        let endpoint =
            last.map_or_else(|| options.endpoint.to_string(), |attempt| attempt.endpoint.clone());
        let mut causes = chain(&error);
        // The first is the error itself.
        causes.remove(0);
        let credentials = options.credentials.as_ref();
        let signature = credentials.and_then(|credentials| {
            signature(&error, &options.operation, &options.endpoint, credentials)
        });
        Self { error, endpoint, causes, signature }
    }

    pub(crate) fn encoded_denial(&self) -> Option<&str> {
        self.error.service_error()?.encoded_authorization_message()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        write!(f, "\n  endpoint: {}", self.endpoint)?;
        for cause in &self.causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        let report = self.error.stats();
        write!(f, "\n  attempts: {} in {:.1} s", report.attempts, report.elapsed.as_secs_f64())?;
        if report.failures.len() > 1 {
            for (index, attempt) in report.failures.iter().enumerate() {
                write!(f, "\n    {}. {}", index + 1, Attempt(attempt))?;
            }
        }
        if let Some(denial) = self.error.denial() {
            write!(f, "\n  decoded authorization message: {denial}")?;
        } else if self.encoded_denial().is_some() {
            f.write_str(
                "\n  encoded authorization message: in the output; decode it with \
                 decode_authorization_message, which these credentials may not call",
            )?;
        }
        if let Some(signature) = &self.signature {
            write!(f, "\n  signature: {signature}")?;
        }
        Ok(())
    }
}

/// One attempt in a line.
struct Attempt<'a>(&'a FailedAttempt);

impl fmt::Display for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FailedAttempt { endpoint, kind, status, code, transport, waited, .. } = self.0;
        write!(f, "{endpoint}: {}", kind.as_str())?;
        if let Some(transport) = transport {
            write!(f, " ({transport})")?;
        }
        if let Some(status) = status {
            write!(f, ", HTTP status {}", status.as_u16())?;
        }
        if let Some(code) = code {
            write!(f, ", {}", code.as_str())?;
        }
        match waited {
            Some(waited) => write!(f, "; waited {:.1} s", waited.as_secs_f64()),
            None => Ok(()),
        }
    }
}

/// An error's text and those of its causes. A text that only repeats an earlier one is left out.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> Vec<String> {
    let errors = iter::successors(Some(error), |&error| error.source());
    let mut texts = vec![error.to_string()];
    for text in errors.skip(1).map(ToString::to_string) {
        if !texts.iter().any(|earlier| earlier.contains(&text)) {
            texts.push(text);
        }
    }
    texts
}

/// Where the gateway's canonical request differs from the one that was signed.
fn signature(
    error: &Error,
    operation: &AnyOperation,
    endpoint: &Endpoint,
    credentials: &Credentials,
) -> Option<String> {
    let echo = error.service_error()?.echoed_canonical_request();
    // An echo in a form that is not taken out of the message is still in it.
    let echo = echo.or_else(|| error.message().filter(|message| signing_date(message).is_some()));
    let Some(echo) = echo else {
        return error.message()?.contains("signature").then(|| {
            "the gateway does not say what it saw; check the secret key, and that nothing on the \
             way changes the request"
                .to_owned()
        });
    };
    // Signed again at the moment that the gateway read from the request.
    let date = signing_date(echo)?;
    let request = operation.to_request_unvalidated(endpoint).ok()?;
    let explanation = Signer::new(credentials).ok()?.explain(&request, date).ok()?;
    Some(match explanation.first_difference(echo) {
        Some(difference) => difference.to_string(),
        None => {
            "no difference seen between the canonical request that was signed and the one that \
                 the gateway echoed; check the secret key"
                .to_owned()
        }
    })
}

fn signing_date(echo: &str) -> Option<OffsetDateTime> {
    let (_, rest) = echo.split_once("x-sdk-date:")?;
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(rest.get(..16)?, format).ok()?.assume_utc())
}
