//! Charts of measurements as SVG, with axes, units and a legend.
//!
//! They have no background, so that they are readable on light and dark pages: the color scheme of
//! the page selects the colors.
#![forbid(unsafe_code)]

mod bars;
mod canvas;
mod colour;
mod lines;

pub use bars::{Bar, BarChart, Scale};
pub use colour::Colour;
pub use lines::{Line, LineChart};
