//! Bars, as SVG.

use svg::Document;
use svg::node::element::{Line, Rectangle, Style, Text, Title};

/// One bar, with its label above and its amount behind.
pub struct Bar {
    pub label: String,
    pub length: f64,
    pub amount: String,
    pub colour: Colour,
    /// Where it should end at most, or at least.
    pub goal: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Good,
    Bad,
    Ours,
    Theirs,
}

impl Colour {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
/// Room for the amount behind the longest bar.
const AMOUNT: f64 = 190.0;
const TOP: f64 = 44.0;
const STEP: f64 = 34.0;
const THICKNESS: f64 = 9.0;

/// Readable on light and on dark pages: nothing is painted behind, and the page's scheme chooses
/// the colours.
const STYLE: &str = "
text { font: 12px sans-serif; fill: #333 }
.title { font-weight: bold }
.good { fill: #1a7f4b } .bad { fill: #c2410c } .ours { fill: #1d6fb8 } .theirs { fill: #8a8f98 }
line { stroke: #333; stroke-width: 2 }
.mark { stroke: #8a8f98; stroke-width: 1; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } line { stroke: #ddd }
  .good { fill: #3fb97a } .bad { fill: #f08a4b } .ours { fill: #5aa9ea } .theirs { fill: #8a8f98 }
}
";

/// With a dashed line at `mark`, and each goal as a stroke across its bar.
pub fn bars(title: &str, bars: &[Bar], mark: Option<f64>) -> String {
    let marks = bars.iter().flat_map(|bar| [Some(bar.length), bar.goal]).chain([mark]);
    let longest = marks.flatten().fold(f64::MIN_POSITIVE, f64::max);
    let x = |length: f64| MARGIN + (WIDTH - 2.0 * MARGIN - AMOUNT) * length / longest;
    let height = TOP + STEP * bars.len() as f64 + MARGIN / 2.0;

    let mut drawing = Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .add(Title::new(title))
        .add(Style::new(STYLE))
        .add(text(title, MARGIN, 24.0).set("class", "title"));
    if let Some(mark) = mark {
        drawing = drawing.add(vertical(x(mark), TOP - 8.0, height - 4.0).set("class", "mark"));
    }
    for (bar, top) in bars.iter().zip((0..).map(|index| TOP + STEP * f64::from(index))) {
        let (bar_top, end) = (top + 14.0, x(bar.length));
        let rectangle = Rectangle::new()
            .set("class", bar.colour.class())
            .set("x", MARGIN)
            .set("y", bar_top)
            .set("width", rounded(end - MARGIN))
            .set("height", THICKNESS);
        drawing = drawing.add(text(&bar.label, MARGIN, top + 10.0)).add(rectangle).add(text(
            &bar.amount,
            end.max(bar.goal.map_or(0.0, x)) + 6.0,
            bar_top + THICKNESS,
        ));
        if let Some(goal) = bar.goal {
            drawing = drawing.add(vertical(x(goal), bar_top - 3.0, bar_top + THICKNESS + 3.0));
        }
    }
    format!("{drawing}\n")
}

fn text(content: &str, x: f64, y: f64) -> Text {
    Text::new(content).set("x", rounded(x)).set("y", y)
}

fn vertical(x: f64, top: f64, bottom: f64) -> Line {
    Line::new().set("x1", rounded(x)).set("x2", rounded(x)).set("y1", top).set("y2", bottom)
}

fn rounded(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}
