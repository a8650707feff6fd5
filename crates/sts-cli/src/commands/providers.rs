//! `sts providers`.

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use huaweicloud_sts::Credentials;
use huaweicloud_sts::providers::{ChainReport, ProviderState};
use huaweicloud_sts::sts_client::{
    CallContext, CallPolicy, Platform, SystemClock, SystemEnvironment,
};
use serde::Serialize;

use crate::context::{Context, block_on};
use crate::failure::Failure;
use crate::layout::{beside, stdout_width};
use crate::output::{BOLD, Report, expiration, rfc3339};

/// Show which credential provider is used, and why
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts providers
  sts providers --probe
  sts providers --probe --provider profile
  sts providers --output json | jq -r '.[] | select(.used).provider'

The other commands use the provider marked with *, or the one marked with ? if it is configured, which
only a request shows. Without --probe nothing is sent. With it, the
providers are asked in order up to the first one that is configured; --provider asks one alone.")]
pub(crate) struct Providers {
    /// Request credentials as the other commands do, and show when they expire
    #[arg(long)]
    probe: bool,
}

/// The output of `sts providers`.
#[derive(Serialize)]
#[serde(transparent)]
struct Table(Vec<Row>);

#[derive(Serialize)]
struct Row {
    provider: String,
    state: &'static str,
    reason: Option<String>,
    /// `None` if only a request shows it.
    used: Option<bool>,
    access_key_id: Option<String>,
    expires_at: Option<String>,
    #[serde(skip)]
    expiration: String,
}

impl Providers {
    pub(crate) fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        if self.probe {
            return block_on(probe(context));
        }
        let chain = context.chain()?;
        let endpoints = context.optional_endpoints()?;
        let calls = CallContext::new(endpoints, CallPolicy::default());
        let platform = Platform::new(SystemClock, SystemEnvironment);
        let report = chain.check(&platform, &calls).map_err(Failure::usage)?;
        context.output().print(&Table::new(&report, None))?;
        match report.candidate() {
            Some(_) => Ok(ExitCode::SUCCESS),
            None => Err(Failure::no_credentials(reason(&report))),
        }
    }
}

async fn probe(context: &Context) -> Result<ExitCode, Failure> {
    let connection = context.connection_for_credentials()?;
    let found = connection.credentials().await;
    let report = connection.chain().report();
    context.output().print(&Table::new(&report, found.as_ref().ok().map(|found| &**found)))?;
    found.map(|_| ExitCode::SUCCESS).map_err(|failure| {
        // The advice is to run this command.
        connection.explained(failure.without_advice()).brief()
    })
}

/// Why no provider would be used.
fn reason(report: &ChainReport) -> String {
    let mut asked = report.iter().filter(|(_, state)| **state != ProviderState::NotAsked);
    let failed = asked.clone().find(|(_, state)| matches!(state, ProviderState::Failed(_)));
    match (failed, asked.next(), asked.next()) {
        (Some((name, _)), ..) => format!("provider {name} is configured but failed"),
        (None, Some((name, _)), None) => format!("the selected provider {name} is not configured"),
        _ => "no credential provider is configured".to_owned(),
    }
}

impl Table {
    fn new(report: &ChainReport, credentials: Option<&Credentials>) -> Self {
        let candidate = report.candidate();
        let row = |(name, state): (&str, &ProviderState)| {
            let used = match state {
                ProviderState::Undetermined if candidate == Some(name) => None,
                _ => Some(candidate == Some(name)),
            };
            let (state, reason) = described(state);
            let credentials = credentials.filter(|_| used == Some(true));
            Row {
                provider: name.to_owned(),
                state,
                reason,
                used,
                access_key_id: credentials.map(|found| found.access_key_id.clone()),
                expires_at: credentials.and_then(|found| found.expiration).map(rfc3339),
                expiration: credentials.map(expiration).unwrap_or_default(),
            }
        };
        Self(report.iter().map(row).collect())
    }
}

fn described(state: &ProviderState) -> (&'static str, Option<String>) {
    match state {
        ProviderState::NotAsked => ("not_asked", None),
        ProviderState::NotConfigured(why) => ("not_configured", Some(why.clone())),
        ProviderState::Configured => ("configured", None),
        ProviderState::Undetermined => {
            ("unknown", Some("only a request shows it; use --probe".to_owned()))
        }
        ProviderState::Failed(why) => ("failed", Some(why.clone())),
        ProviderState::Used => ("used", None),
        _ => ("unknown", None),
    }
}

impl Row {
    /// Returns the text in the last column.
    fn remark(&self) -> String {
        match (&self.reason, &self.access_key_id) {
            (Some(reason), _) => reason.clone(),
            (None, Some(id)) => format!("access key {id}, {}", self.expiration),
            (None, None) => String::new(),
        }
    }
}

impl Report for Table {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let names = self.0.iter().map(|row| row.provider.chars().count());
        let width = names.max().unwrap_or_default();
        let columns = stdout_width();
        for row in &self.0 {
            let (mark, style) = match row.used {
                Some(true) => ('*', BOLD),
                Some(false) => (' ', Style::new()),
                None => ('?', BOLD),
            };
            let (name, state, remark) = (&row.provider, row.state, row.remark());
            let state = state.replace('_', " ");
            if remark.is_empty() {
                writeln!(out, "{style}{mark} {name:<width$}  {state}{style:#}")?;
            } else {
                let head = format!("{style}{mark} {name:<width$}  {state:<14}{style:#}  ");
                beside(out, columns, &head, &remark)?;
            }
        }
        Ok(())
    }
}
