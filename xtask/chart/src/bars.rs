//! Horizontal bars.

use plotters::coord::ranged1d::{SegmentedCoord, ValueFormatter};
use plotters::coord::types::RangedCoordu32;
use plotters::element::{EmptyElement, PathElement, Rectangle, Text};
use plotters::prelude::{
    BindKeyPoints, Cartesian2d, ChartBuilder, ChartContext, Color, IntoLogRange,
    IntoSegmentedCoord, Ranged, SVGBackend, SegmentValue, SeriesLabelPosition,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{CAPTION, Drawn, LABEL, document, number, text, ticks};
use crate::colour::{Colour, FAINT, INK};

/// A chart with one bar for each measurement, the first on top.
pub struct BarChart<'a> {
    /// Above the chart.
    pub title: &'a str,
    /// The quantity of the horizontal axis, with its unit.
    pub axis: &'a str,
    /// Where bars begin.
    pub scale: Scale,
    /// The names of the colors in the legend.
    pub series: &'a [(Colour, &'a str)],
    /// What the stroke of a goal means.
    pub goal: &'a str,
    /// The measurements.
    pub bars: &'a [Bar],
}

/// One measurement of a chart.
#[derive(Clone, Debug)]
pub struct Bar {
    /// On the vertical axis.
    pub label: String,
    /// In the unit of the axis.
    pub length: f64,
    /// A text behind the bar.
    pub amount: String,
    /// One of the series.
    pub colour: Colour,
    /// Where it should end at most, or at least.
    pub goal: Option<f64>,
}

/// The horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Bars begin at 0.
    Linear,
    /// Bars begin at 1: half as much and twice as much are equally long.
    Ratio,
}

/// Heights and widths in pixels.
const ROW: u32 = 26;
const FRAME: u32 = 118;
const LABELS: u32 = 480;
/// The number of empty rows below the bars, for the legend.
const LEGEND: u32 = 3;
/// The part of the axis behind the longest bar, for its amount.
const ROOM: f64 = 0.3;
/// Above and below a bar.
const GAP: u32 = 6;

impl BarChart<'_> {
    /// Draws the chart.
    ///
    /// # Panics
    ///
    /// Panics if a length is not finite, or not positive on the scale of ratios.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let rows = LEGEND.saturating_add(u32::try_from(self.bars.len()).unwrap_or(u32::MAX));
        let lengths = self.bars.iter().flat_map(|bar| [Some(bar.length), bar.goal]).flatten();
        let (least, most) = lengths.fold((1.0, 1.0), |(least, most): (f64, f64), length| {
            (least.min(length), most.max(length))
        });
        document(self.title, FRAME + ROW * rows, |area| {
            let mut builder = ChartBuilder::on(area);
            builder
                .caption(self.title, text(CAPTION))
                .margin(10)
                .x_label_area_size(48)
                .y_label_area_size(LABELS);
            let down = (0..rows - 1).into_segmented();
            match self.scale {
                Scale::Linear => {
                    let across = 0.0..most * (1.0 + ROOM);
                    self.draw(builder.build_cartesian_2d(across, down)?, 0.0)
                }
                Scale::Ratio => {
                    let ends = (least / 1.3, most * (most / least).powf(ROOM) * 1.2);
                    let across =
                        (ends.0..ends.1).log_scale().with_key_points(ticks(&[1, 2, 5], ends));
                    self.draw(builder.build_cartesian_2d(across, down)?, 1.0)
                }
            }
        })
    }

    fn draw<'a, X: Ranged<ValueType = f64> + ValueFormatter<f64>>(
        &self,
        mut chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Rows>>,
        begin: f64,
    ) -> Drawn {
        let label = |row: &SegmentValue<u32>| {
            let bar = self.rows().find(
                |(number, _)| matches!(row, SegmentValue::CenterOf(centre) if centre == number),
            );
            bar.map_or_else(String::new, |(_, bar)| bar.label.clone())
        };
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(FAINT.stroke_width(0))
            .bold_line_style(FAINT)
            .axis_style(INK)
            .label_style(text(LABEL))
            .axis_desc_style(text(LABEL))
            .x_desc(self.axis)
            .x_label_formatter(&number)
            // Enough for one label in each row.
            .y_labels(4 * (self.bars.len() + LEGEND as usize))
            .y_label_formatter(&label)
            .draw()?;
        let is_shown = |colour| self.bars.iter().any(|bar| bar.colour == colour);
        for (colour, name) in self.series.iter().filter(|(colour, _)| is_shown(*colour)) {
            let style = colour.light().filled();
            let bars = self.rows().filter(|(_, bar)| bar.colour == *colour).map(|(row, bar)| {
                let (lower, upper) = self.edges(row);
                let mut bar = Rectangle::new([(begin, lower), (bar.length, upper)], style);
                bar.set_margin(GAP, GAP, 0, 0);
                bar
            });
            chart
                .draw_series(bars)?
                .label(*name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 16, y + 5)], style));
        }
        let stroke = INK.stroke_width(2);
        let goals = self.rows().filter_map(|(row, bar)| {
            let (goal, (lower, upper)) = (bar.goal?, self.edges(row));
            Some(PathElement::new([(goal, lower), (goal, upper)], stroke))
        });
        let goals = chart.draw_series(goals)?;
        if self.bars.iter().any(|bar| bar.goal.is_some()) {
            goals
                .label(self.goal)
                .legend(move |(x, y)| PathElement::new([(x + 8, y - 7), (x + 8, y + 7)], stroke));
        }
        let middle = text(LABEL).pos(Pos::new(HPos::Left, VPos::Center));
        chart.draw_series(self.rows().map(|(row, bar)| {
            let end = bar.length.max(begin).max(bar.goal.unwrap_or(begin));
            EmptyElement::at((end, SegmentValue::CenterOf(row)))
                + Text::new(bar.amount.clone(), (6, 0), middle.clone())
        }))?;
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .label_font(text(LABEL))
            .draw()
    }

    /// Returns the bars with their rows, which are counted upwards.
    fn rows(&self) -> impl Iterator<Item = (u32, &Bar)> {
        (LEGEND..).zip(self.bars.iter().rev())
    }

    fn edges(&self, row: u32) -> (SegmentValue<u32>, SegmentValue<u32>) {
        let is_last = (row - LEGEND) as usize + 1 == self.bars.len();
        let upper = if is_last { SegmentValue::Last } else { SegmentValue::Exact(row + 1) };
        (SegmentValue::Exact(row), upper)
    }
}

type Rows = SegmentedCoord<RangedCoordu32>;
