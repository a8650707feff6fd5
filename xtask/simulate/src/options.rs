//! The command line.

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::{Long, Short, ValueExt};
use sts_client::session::SessionPolicy;

pub(crate) const HELP: &str = include_str!("../usage.txt");

/// In seconds.
const LONGEST_TIME: u32 = 30 * 24 * 60 * 60;

pub(crate) struct Options {
    pub(crate) clients: u32,
    pub(crate) lifetime: u32,
    pub(crate) spread: u32,
    pub(crate) ask_every: u32,
    pub(crate) outage: (u32, u32),
    pub(crate) limit: u32,
    pub(crate) seed: u64,
    pub(crate) policy: SessionPolicy,
    pub(crate) only_ours: bool,
    pub(crate) failures: bool,
    pub(crate) svg: Option<PathBuf>,
}

impl Options {
    /// Returns `None` if help is requested.
    pub(crate) fn parse() -> Result<Option<Self>, String> {
        let mut options = Self {
            clients: 100_000,
            lifetime: 3600,
            spread: 3600,
            ask_every: 60,
            outage: (10_800, 1200),
            limit: 0,
            seed: 1,
            policy: SessionPolicy::default(),
            only_ours: false,
            failures: false,
            svg: None,
        };
        let mut given = HashSet::new();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            if let Long(name) = argument
                && !given.insert(name.to_owned())
            {
                return Err(format!("--{name} is given twice"));
            }
            let name = match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("only-ours") => {
                    options.only_ours = true;
                    continue;
                }
                Long("failures") => {
                    options.failures = true;
                    continue;
                }
                Long(
                    name @ ("clients" | "lifetime" | "spread" | "ask-every" | "outage" | "limit"
                    | "seed" | "refresh" | "backoff" | "svg"),
                ) => name.to_owned(),
                other => return Err(other.unexpected().to_string()),
            };
            let value = parser.value().and_then(ValueExt::string);
            options.set(&name, &value.map_err(|error| error.to_string())?)?;
        }
        let of_outage = ["lifetime", "spread", "ask-every", "outage", "limit", "only-ours", "svg"];
        if options.failures
            && let Some(name) = of_outage.iter().find(|name| given.contains(**name))
        {
            return Err(format!("--{name} cannot be combined with --failures"));
        }
        let (outage_begin, outage_length) = options.outage;
        let Self { lifetime, spread, ask_every, .. } = options;
        let times = [lifetime, spread, ask_every, outage_begin, outage_length];
        if times.iter().any(|&time| time > LONGEST_TIME) {
            return Err(format!("times are at most {LONGEST_TIME} seconds, 30 days"));
        }
        if options.clients == 0 || options.ask_every == 0 || options.lifetime == 0 {
            return Err("--clients, --ask-every and --lifetime are at least 1".to_owned());
        }
        Ok(Some(options))
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "clients" => self.clients = number(name, value)?,
            "lifetime" => self.lifetime = number(name, value)?,
            "spread" => self.spread = number(name, value)?,
            "ask-every" => self.ask_every = number(name, value)?,
            "outage" => self.outage = pair(name, value)?,
            "limit" => self.limit = number(name, value)?,
            "seed" => self.seed = number(name, value)?,
            "refresh" => {
                let (from, until) = pair(name, value)?;
                if !(0.0 <= from && from <= until && until <= 1.0) {
                    return Err(format!(
                        "--refresh must be two numbers from 0 to 1 in order, not {value:?}"
                    ));
                }
                (self.policy.refresh_from, self.policy.refresh_until) = (from, until);
            }
            "backoff" => {
                let (base, cap) = pair(name, value)?;
                self.policy.backoff.base = Duration::from_secs(base);
                self.policy.backoff.cap = Duration::from_secs(cap);
            }
            _ => self.svg = Some(value.into()),
        }
        Ok(())
    }

    /// The last second of the simulation: three lifetimes after the outage, in
    /// which the peaks that it causes recur.
    pub(crate) fn end(&self) -> u32 {
        let waves = self.lifetime.saturating_mul(3).max(1800);
        self.outage_end().saturating_add(waves)
    }

    pub(crate) fn outage_end(&self) -> u32 {
        self.outage.0.saturating_add(self.outage.1)
    }
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("--{name} must be a number, not {value:?}"))
}

fn pair<T: FromStr>(name: &str, value: &str) -> Result<(T, T), String> {
    let (first, second) = value
        .split_once(',')
        .ok_or_else(|| format!("--{name} must be two numbers with a comma, not {value:?}"))?;
    Ok((number(name, first)?, number(name, second)?))
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clients, lifetime, spread, ask_every, outage: (begin, length), .. } = self;
        write!(
            f,
            "{clients} clients, lifetime {lifetime} s, start within {spread} s, keys needed every \
             {ask_every} s, outage of {length} s at {begin} s",
        )?;
        if self.limit > 0 {
            write!(f, ", 429 beyond {} requests/s", self.limit)?;
        }
        Ok(())
    }
}
