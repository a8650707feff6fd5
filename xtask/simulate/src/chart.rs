//! The load over time as a chart.

use xtask_chart::{Colour, Line, LineChart};

use crate::options::Options;
use crate::outcome::Outcome;

/// The seconds that one point of a line represents.
const STEP: u8 = 30;

const COLOURS: [Colour; 3] = [Colour::Green, Colour::Orange, Colour::Red];

/// Lower rates are drawn at the bottom.
const LOWEST_RATE: f64 = 0.1;

pub(crate) fn svg(options: &Options, outcomes: &[Outcome]) -> String {
    let hours = |seconds: f64| seconds / 3600.0;
    let line = |(outcome, colour): (&Outcome, Colour)| {
        let rates = outcome.rates(STEP.into()).into_iter().zip(0_u32..);
        let points = rates.map(|(rate, step)| (hours(f64::from(step) * f64::from(STEP)), rate));
        Line { name: outcome.name, colour, points: points.collect() }
    };
    let lines: Vec<_> = outcomes.iter().zip(COLOURS).map(line).collect();
    let rates = lines.iter().flat_map(|line| &line.points).map(|(_, rate)| *rate);
    let highest = rates.fold(10.0, f64::max);
    let (begin, end) = (options.outage.0, options.outage_end());
    // The upper half of a decade is for the legend.
    let top = 10_f64.powf(highest.log10().ceil() + 0.5);
    let title = format!("Requests per second at STS: {} clients", options.clients);
    LineChart {
        title: &title,
        axes: ("time in hours", "requests per second"),
        heights: (LOWEST_RATE, top),
        period: (hours(begin.into()), hours(end.into()), "outage"),
        lines: &lines,
    }
    .to_svg()
}
