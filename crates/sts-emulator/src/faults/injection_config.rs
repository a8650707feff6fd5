//! The serialized form of injections, in the configuration file and at the control endpoint.

use std::time::Duration;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::fault::{Fault, ResetAt};
use super::injection::Injection;

/// All keys of an injection. [`read`](Self::read) checks their combination.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InjectionConfig {
    fault: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    lasts: Option<u64>,
    /// Of `latency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    /// Of `throttling`, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// Of `server_error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Of `reset`.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Of `wrong_date` and `clock_offset`, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
}

/// A key, and the problem with its value.
pub(crate) type Problem = (&'static str, &'static str);

/// The names of all faults.
pub(crate) const NAMES: [&str; 10] = [
    "latency",
    "throttling",
    "server_error",
    "reset",
    "cut_body",
    "garbage_body",
    "wrong_date",
    "clock_offset",
    "expired_credentials",
    "outage",
];

const POINTS: [(&str, ResetAt); 3] = [
    ("before_response", ResetAt::BeforeResponse),
    ("in_head", ResetAt::InHead),
    ("in_body", ResetAt::InBody),
];

impl InjectionConfig {
    pub(crate) fn read(mut self) -> Result<Injection, Problem> {
        let mut injection = Injection::new(self.fault()?);
        if let Some(key) = self.left_over() {
            return Err((key, "unexpected for this fault"));
        }
        if let Some(operation) = &self.operation {
            injection = injection
                .only_named(operation)
                .ok_or(("operation", "must be the name of an operation"))?;
        }
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(("probability", "must be between 0 and 1"));
        }
        injection.times = self.times;
        injection.probability = self.probability;
        injection.lasts = self.lasts.map(Duration::from_secs);
        Ok(injection)
    }

    /// Takes the keys of the fault, and returns the fault.
    fn fault(&mut self) -> Result<Fault, Problem> {
        Ok(match self.fault.as_str() {
            "latency" => {
                let time = self.milliseconds.take().ok_or(("milliseconds", "missing"))?;
                Fault::Latency(Duration::from_millis(time))
            }
            "throttling" => Fault::Throttling { retry_after: self.retry_after.take() },
            "server_error" => {
                let status = self.status.take().ok_or(("status", "missing"))?;
                let status = StatusCode::from_u16(status).ok().filter(StatusCode::is_server_error);
                Fault::ServerError(status.ok_or(("status", "must be 500 to 599"))?)
            }
            "reset" => {
                let at = self.at.take().ok_or(("at", "missing"))?;
                let point = POINTS.iter().find(|(name, _)| *name == at);
                let problem = ("at", "must be before_response, in_head or in_body");
                Fault::Reset(point.ok_or(problem)?.1)
            }
            "cut_body" => Fault::CutBody,
            "garbage_body" => Fault::GarbageBody,
            "wrong_date" => Fault::WrongDate(self.take_offset()?),
            "clock_offset" => Fault::ClockOffset(self.take_offset()?),
            "expired_credentials" => Fault::ExpiredCredentials,
            "outage" => Fault::Outage,
            _ => {
                return Err((
                    "fault",
                    "must be latency, throttling, server_error, reset, cut_body, garbage_body, \
                     wrong_date, clock_offset, expired_credentials or outage",
                ));
            }
        })
    }

    fn take_offset(&mut self) -> Result<time::Duration, Problem> {
        let seconds = self.offset.take().ok_or(("offset", "missing"))?;
        Ok(time::Duration::seconds(seconds))
    }

    fn left_over(&self) -> Option<&'static str> {
        let keys = [
            ("milliseconds", self.milliseconds.is_some()),
            ("retry_after", self.retry_after.is_some()),
            ("status", self.status.is_some()),
            ("at", self.at.is_some()),
            ("offset", self.offset.is_some()),
        ];
        keys.iter().find(|(_, is_left)| *is_left).map(|(key, _)| *key)
    }
}

impl From<&Injection> for InjectionConfig {
    fn from(injection: &Injection) -> Self {
        let written = Self {
            fault: injection.fault.name().to_owned(),
            operation: injection.operation.map(str::to_owned),
            times: injection.times,
            probability: injection.probability,
            lasts: injection.lasts.map(|time| time.as_secs()),
            ..Self::default()
        };
        match injection.fault {
            Fault::Latency(time) => {
                let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                Self { milliseconds: Some(milliseconds), ..written }
            }
            Fault::Throttling { retry_after } => Self { retry_after, ..written },
            Fault::ServerError(status) => Self { status: Some(status.as_u16()), ..written },
            Fault::Reset(at) => {
                let name = POINTS.iter().find(|(_, point)| *point == at).map(|(name, _)| *name);
                Self { at: name.map(str::to_owned), ..written }
            }
            Fault::WrongDate(offset) | Fault::ClockOffset(offset) => {
                Self { offset: Some(offset.whole_seconds()), ..written }
            }
            Fault::CutBody | Fault::GarbageBody | Fault::ExpiredCredentials | Fault::Outage => {
                written
            }
        }
    }
}
