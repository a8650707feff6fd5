//! What came of the call, as one line of JSON.

use std::process::ExitCode;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sts_client::{Error, Report};
use sts_proto::server::Answer;

pub(crate) enum Outcome {
    Success(Box<RawValue>),
    Failure(Box<Error>),
}

impl Outcome {
    pub(crate) fn of<T: Answer>(outcome: Result<(T, Report), Error>) -> Result<Self, String> {
        match outcome {
            // Secrets and all: who asks for keys on the command line wants to use them.
            Ok((output, _)) => serde_json::from_slice(output.to_body().as_ref())
                .map(Self::Success)
                .map_err(|error| format!("the output cannot be written: {error}")),
            Err(error) => Ok(Self::Failure(Box::new(error))),
        }
    }

    pub(crate) fn line(&self) -> String {
        let error = match self {
            Self::Success(result) => return format!(r#"{{"ok":true,"result":{}}}"#, result.get()),
            Self::Failure(error) => error,
        };
        // Where the service says nothing, what happened is the message.
        let message = error.answer().and_then(|answer| answer.message()).map(str::to_owned);
        let message = message.unwrap_or_else(|| error.to_string());
        let fields = [
            ("kind", Value::from(error.kind().as_str())),
            ("status", error.status().map_or(Value::Null, |status| json!(status.as_u16()))),
            ("error_code", json!(error.code().map(sts_proto::ErrorCode::as_str))),
            ("error_msg", Value::from(message)),
            ("request_id", json!(error.request_id())),
            ("attempts", json!(error.report().attempts)),
        ];
        let fields = fields.map(|(name, value)| format!(r#""{name}":{value}"#));
        format!(r#"{{"ok":false,{}}}"#, fields.join(","))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Success(_) => ExitCode::SUCCESS,
            Self::Failure(_) => ExitCode::FAILURE,
        }
    }
}
