//! Lines over time.

use plotters::element::{PathElement, Rectangle, Text};
use plotters::prelude::{BindKeyPoints, ChartBuilder, Color, IntoLogRange, SeriesLabelPosition};
use plotters::series::LineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{CAPTION, LABEL, document, number, text, ticks};
use crate::colour::{Colour, FAINT, INK};

/// A chart with time on the horizontal axis, and a logarithmic vertical axis.
pub struct LineChart<'a> {
    /// Above the chart.
    pub title: &'a str,
    /// The quantities of both axes, with their units.
    pub axes: (&'a str, &'a str),
    /// Both ends of the vertical axis. Lines beyond them are drawn at the ends.
    pub heights: (f64, f64),
    /// A shaded period with its name.
    pub period: (f64, f64, &'a str),
    /// The series.
    pub lines: &'a [Line<'a>],
}

/// One line of a chart.
pub struct Line<'a> {
    /// In the legend.
    pub name: &'a str,
    /// In the chart and the legend.
    pub colour: Colour,
    /// Times and heights, in the order of time.
    pub points: Vec<(f64, f64)>,
}

/// In pixels.
const HEIGHT: u32 = 440;

impl LineChart<'_> {
    /// Draws the chart.
    ///
    /// # Panics
    ///
    /// Panics if the ends of the vertical axis are not positive.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let end = points.fold(f64::MIN_POSITIVE, |end, (time, _)| end.max(*time));
        let (low, high) = self.heights;
        let ticks = ticks(&[1], self.heights);
        let heights = (low..high).log_scale().with_key_points(ticks);
        document(self.title, HEIGHT, |area| {
            let mut chart = ChartBuilder::on(area)
                .caption(self.title, text(CAPTION))
                .margin(10)
                .x_label_area_size(48)
                .y_label_area_size(70)
                .build_cartesian_2d(0.0..end, heights)?;
            let (from, until, name) = self.period;
            let middle = text(LABEL).pos(Pos::new(HPos::Center, VPos::Top));
            chart.draw_series([Rectangle::new([(from, low), (until, high)], FAINT.filled())])?;
            chart.draw_series([Text::new(
                name.to_owned(),
                (f64::midpoint(from, until), high),
                middle,
            )])?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(FAINT.stroke_width(0))
                .bold_line_style(FAINT)
                .axis_style(INK)
                .label_style(text(LABEL))
                .axis_desc_style(text(LABEL))
                .x_desc(self.axes.0)
                .y_desc(self.axes.1)
                .x_label_formatter(&number)
                .y_label_formatter(&number)
                .draw()?;
            for Line { name, colour, points } in self.lines {
                let style = colour.light().stroke_width(2);
                let points = points.iter().map(|(time, height)| (*time, height.clamp(low, high)));
                chart
                    .draw_series(LineSeries::new(points, style))?
                    .label(*name)
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
            }
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .label_font(text(LABEL))
                .draw()
        })
    }
}
