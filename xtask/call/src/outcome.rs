//! The outcome of the call, as one line of JSON.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sts_proto::server::ToResponse;

use crate::reason::Reason;

pub(crate) enum Outcome {
    Success(Box<RawValue>),
    Failure(Box<Reason>),
}

impl Outcome {
    /// With the secrets: they are what the caller wants to use.
    pub(crate) fn success(output: &impl ToResponse) -> Result<Self, String> {
        serde_json::from_slice(output.to_body().as_ref())
            .map(Self::Success)
            .map_err(|error| format!("cannot write the output as JSON: {error}"))
    }

    pub(crate) fn line(&self) -> String {
        let reason = match self {
            Self::Success(result) => return format!(r#"{{"ok":true,"result":{}}}"#, result.get()),
            Self::Failure(reason) => reason,
        };
        let error = &reason.error;
        // Without a message of the service, the client's own text is the message.
        let message = error.message().map_or_else(|| error.to_string(), str::to_owned);
        let fields = [
            ("kind", Value::from(error.kind().as_str())),
            ("status", error.status().map_or(Value::Null, |status| json!(status.as_u16()))),
            ("error_code", json!(error.code())),
            ("error_msg", Value::from(message)),
            ("request_id", json!(error.request_id())),
            ("attempts", json!(error.stats().attempts)),
            ("endpoint", json!(reason.endpoint)),
            ("causes", json!(reason.causes)),
        ];
        let details = [
            ("encoded_authorization_message", reason.encoded_denial().map(Value::from)),
            ("decoded_authorization_message", error.denial().map(decoded)),
            ("signature", reason.signature.clone().map(Value::from)),
        ];
        let details = details.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let fields = fields.into_iter().chain(details);
        let fields: Vec<String> =
            fields.map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
        format!(r#"{{"ok":false,{}}}"#, fields.join(","))
    }
}

/// JSON in practice, else text.
fn decoded(denial: &str) -> Value {
    serde_json::from_str(denial).unwrap_or_else(|_| Value::from(denial))
}
