//! What fails, when, and the bounds that a fleet has to keep.

use std::ops::Range;

/// In seconds.
const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The lifetime of credentials in seconds.
    pub(crate) lifetime: u32,
    /// The duration of the failure in seconds. It begins after three lifetimes.
    pub(crate) duration: u32,
    pub(crate) failure: Failure,
    pub(crate) bounds: Bounds,
}

/// Every program uses two endpoints, in the same order of preference.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Failure {
    /// Both endpoints refuse connections.
    Outage,
    /// The first endpoint refuses connections.
    FirstRefuses,
    /// The first endpoint accepts connections and does not respond.
    FirstIsSilent,
    /// Both endpoints respond with 503 to every third request, and with 429 to requests beyond
    /// half of the mean load.
    BrownOut,
    /// The wall clocks of half of the programs are 20 minutes ahead, and the others' 20 minutes
    /// behind. Each is set within 17 minutes, as by time servers, and corrected likewise.
    ClockSteps,
    /// The service rejects the access keys of all programs.
    RejectedKeys,
}

/// Upper limits. Loads are multiples of the mean.
pub(crate) struct Bounds {
    pub(crate) during: f64,
    pub(crate) after: f64,
    /// Minutes without credentials that a session could have avoided, in the mean.
    pub(crate) avoidable: f64,
}

impl Scenario {
    pub(crate) const fn failing(&self) -> Range<u32> {
        let begin = 3 * self.lifetime;
        begin..begin + self.duration
    }

    /// Three lifetimes after the failure, in which the peaks that it causes recur.
    pub(crate) const fn end(&self) -> u32 {
        self.failing().end + 3 * self.lifetime
    }
}

pub(crate) fn all() -> Vec<Scenario> {
    let scenario = |name, lifetime, duration, failure, [during, after, avoidable]: [f64; 3]| {
        let bounds = Bounds { during, after, avoidable };
        Scenario { name, lifetime, duration, failure, bounds }
    };
    vec![
        scenario("12 h, outage of 2 h", 12 * HOUR, 2 * HOUR, Failure::Outage, [7.0, 2.2, 0.05]),
        scenario("1 h, outage of 10 min", HOUR, 10 * MINUTE, Failure::Outage, [7.0, 2.2, 0.05]),
        scenario("1 h, first endpoint down", HOUR, HOUR, Failure::FirstRefuses, [2.2, 1.4, 0.01]),
        scenario(
            "1 h, first endpoint silent",
            HOUR,
            HOUR,
            Failure::FirstIsSilent,
            [2.2, 1.4, 0.01],
        ),
        scenario("1 h, brown-out of 30 min", HOUR, HOUR / 2, Failure::BrownOut, [16.0, 5.0, 0.2]),
        scenario("1 h, clock steps", HOUR, HOUR, Failure::ClockSteps, [2.4, 2.4, 0.01]),
        scenario(
            "1 h, keys rejected for 20 min",
            HOUR,
            20 * MINUTE,
            Failure::RejectedKeys,
            [3.0, 5.5, 0.1],
        ),
    ]
}
