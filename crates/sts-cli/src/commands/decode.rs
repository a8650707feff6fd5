//! `sts decode`.

mod denial;

use std::io;
use std::process::ExitCode;

use clap::Args;
use huaweicloud_sts::ErrorKind;
use huaweicloud_sts::proto::DecodeAuthorizationMessage;

use self::denial::Denial;
use crate::context::Context;
use crate::encoded_message::find_encoded;
use crate::failure::Failure;
use crate::input;

/// Maximum size of the text that contains a message, in bytes. A message has at most 10240.
const LONGEST_TEXT: u64 = 1 << 20;

/// Decode the reason of an access denial
///
/// It needs the permission `sts::decodeAuthorizationMessage`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts decode hQpjbi1leGFtcGxlLW1lc3NhZ2U=
  sts decode - < error-response.json")]
pub(crate) struct Decode {
    /// Encoded authorization message, or the text of an error that contains it; - for standard input
    message: String,
}

impl Decode {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let text = if self.message == "-" { read_stdin()? } else { self.message };
        let encoded = find_encoded(&text).ok_or_else(|| {
            Failure::usage("the text contains no encoded authorization message")
                .advice("pass the value of `encoded_authorization_message`, or the whole response")
        })?;
        let connection = context.connection()?;
        let operation = DecodeAuthorizationMessage::new(encoded);
        let completed = connection.call(context, operation).await.map_err(|failure| {
            // A message about this denial could not be decoded either.
            if failure.is_kind(ErrorKind::AccessDenied) {
                failure.advice("allow the action sts::decodeAuthorizationMessage to this identity")
            } else {
                failure
            }
        })?;
        context.output().print(&Denial::read(&completed.decoded_message))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn read_stdin() -> Result<String, Failure> {
    let text = input::read(io::stdin().lock(), LONGEST_TEXT)
        .map_err(|error| Failure::usage(format!("standard input: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
