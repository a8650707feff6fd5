//! Draws the load over time.

use std::fmt::Write;

use crate::options::Options;
use crate::outcome::Outcome;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 50.0;
const RIGHT: f64 = WIDTH - 20.0;
const BOTTOM: f64 = HEIGHT - 50.0;

/// The seconds that one point of a line represents.
const STEP: u8 = 30;

const COLOURS: [&str; 3] = ["#0a7d4f", "#c77700", "#b3261e"];

/// Where things are: time from left to right, requests a second upwards, by powers of ten.
struct Scale {
    seconds: f64,
    decades: f64,
}

impl Scale {
    fn x(&self, second: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (second / self.seconds).min(1.0)
    }

    /// Less than one request in ten seconds is drawn at the bottom.
    fn y(&self, rate: f64) -> f64 {
        let height = (rate.max(0.1).log10() + 1.0) / (self.decades + 1.0);
        BOTTOM - (BOTTOM - TOP) * height.min(1.0)
    }
}

pub(crate) fn svg(options: &Options, outcomes: &[Outcome]) -> String {
    let highest =
        outcomes.iter().flat_map(|outcome| outcome.rates(STEP.into())).fold(10.0, f64::max);
    let scale = Scale { seconds: options.end().into(), decades: highest.log10().ceil() };
    let mut svg = String::new();
    // Writing to a string does not fail.
    let _ = draw(&mut svg, options, outcomes, &scale);
    svg
}

fn draw(
    svg: &mut String,
    options: &Options,
    outcomes: &[Outcome],
    scale: &Scale,
) -> std::fmt::Result {
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Requests a second at STS: {options}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>"
    )?;
    let (from, to) = (scale.x(options.outage.0.into()), scale.x(options.outage_end().into()));
    writeln!(
        svg,
        "<rect x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#e8e8ee\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#667\">outage</text>",
        to - from,
        BOTTOM - TOP,
        f64::midpoint(from, to),
        TOP + 14.0,
    )?;
    grid(svg, scale)?;
    for ((outcome, colour), column) in outcomes.iter().zip(COLOURS).zip([0.0, 1.0, 2.0]) {
        write!(svg, "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.3\" points=\"")?;
        let mut second = 0.0;
        for rate in outcome.rates(STEP.into()) {
            write!(svg, "{:.1},{:.1} ", scale.x(second), scale.y(rate))?;
            second += f64::from(STEP);
        }
        let x = LEFT + 250.0 * column;
        writeln!(
            svg,
            "\"/>\n<rect x=\"{x}\" y=\"24\" width=\"14\" height=\"4\" fill=\"{colour}\"/>\n\
             <text x=\"{}\" y=\"30\">{}</text>",
            x + 20.0,
            outcome.name,
        )?;
    }
    writeln!(svg, "</svg>")
}

fn grid(svg: &mut String, scale: &Scale) -> std::fmt::Result {
    let mut rate: f64 = 0.1;
    while rate.log10() <= scale.decades + 0.01 {
        let y = scale.y(rate);
        writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#ddd\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{rate}/s</text>",
            LEFT - 6.0,
            y + 4.0,
        )?;
        rate *= 10.0;
    }
    let mut hour = 0.0;
    while hour * 3600.0 <= scale.seconds {
        let x = scale.x(hour * 3600.0);
        writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{hour} h</text>",
            BOTTOM + 18.0,
        )?;
        hour += 1.0;
    }
    Ok(())
}
