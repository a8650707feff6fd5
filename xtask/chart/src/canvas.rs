//! The SVG document around a chart.

use std::io;

use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::{IntoFont, TextStyle};

use crate::colour::{INK, dark_style};

pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// Width in pixels. Pages scale charts to their own width.
const WIDTH: u32 = 980;
/// Heights of texts in pixels.
pub(crate) const LABEL: u32 = 14;
pub(crate) const CAPTION: u32 = 17;

/// Returns a text style. Viewers choose the font, so none is needed here.
pub(crate) fn text(height: u32) -> TextStyle<'static> {
    ("sans-serif", height).into_font().color(&INK)
}

/// Returns the document that `draw` has drawn on.
///
/// # Panics
///
/// Panics if `draw` fails. Writing to a string does not fail, so the data are invalid.
#[expect(clippy::expect_used, reason = "a range without numbers is a mistake of the program")]
pub(crate) fn document(title: &str, height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&area).and_then(|()| area.present()).expect("finite numbers");
    }
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let head = format!(">\n<title>{title}</title>\n<style>\n{}</style>", dark_style());
    format!("{}\n", svg.replacen('>', &head, 1).trim_end())
}

/// Returns a number of an axis without the noise of its last digits.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "plotters passes references")]
pub(crate) fn number(value: &f64) -> String {
    format!("{}", (value * 1e6).round() / 1e6)
}

/// Returns the points of a logarithmic axis within its ends: these digits in each power of ten.
pub(crate) fn ticks(digits: &[u8], (from, until): (f64, f64)) -> Vec<f64> {
    let points = (-6..=9).flat_map(|power| {
        let point = move |digit| format!("{digit}e{power}").parse().unwrap_or(f64::NAN);
        digits.iter().map(point)
    });
    points.filter(|point| (from..=until).contains(point)).collect()
}
