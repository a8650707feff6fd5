//! Colors that exist for light and for dark pages.

use std::fmt::Write;

use plotters::style::RGBColor;

/// The color of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Ours.
    Blue,
    /// A goal that is met.
    Green,
    /// Others.
    Grey,
    /// A goal that is missed, or a warning.
    Orange,
    /// The worst.
    Red,
}

type Rgb = (u8, u8, u8);

/// Text, axes and marks.
pub(crate) const INK: RGBColor = rgb(INKS.0);
/// Lines of the grid, and shaded areas.
pub(crate) const FAINT: RGBColor = rgb(FAINTS.0);

/// On a light and on a dark page.
const INKS: (Rgb, Rgb) = ((0x33, 0x33, 0x33), (0xdd, 0xdd, 0xdd));
const FAINTS: (Rgb, Rgb) = ((0xe4, 0xe4, 0xe8), (0x3a, 0x3d, 0x44));

const fn rgb((red, green, blue): Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

impl Colour {
    const ALL: [Self; 5] = [Self::Blue, Self::Green, Self::Grey, Self::Orange, Self::Red];

    const fn of_schemes(self) -> (Rgb, Rgb) {
        match self {
            Self::Blue => ((0x1d, 0x6f, 0xb8), (0x5a, 0xa9, 0xea)),
            Self::Green => ((0x1a, 0x7f, 0x4b), (0x3f, 0xb9, 0x7a)),
            Self::Grey => ((0x8a, 0x8f, 0x98), (0x8a, 0x8f, 0x99)),
            Self::Orange => ((0xc2, 0x61, 0x0c), (0xf0, 0x9a, 0x4b)),
            Self::Red => ((0xb3, 0x26, 0x1e), (0xf2, 0x7a, 0x72)),
        }
    }

    pub(crate) const fn light(self) -> RGBColor {
        rgb(self.of_schemes().0)
    }
}

/// Returns the style sheet that replaces each color on a dark page. Style sheets override the
/// attributes that plotters writes.
pub(crate) fn dark_style() -> String {
    let pairs = Colour::ALL.map(Colour::of_schemes);
    let mut style = String::from("@media (prefers-color-scheme: dark) {\n");
    for (light, dark) in pairs.into_iter().chain([INKS, FAINTS]) {
        let (light, dark) = (hex(light), hex(dark));
        for attribute in ["fill", "stroke"] {
            // Writing to a string does not fail.
            let _ = writeln!(style, "  [{attribute}=\"{light}\"] {{ {attribute}: {dark} }}");
        }
    }
    style.push_str("}\n");
    style
}

/// As plotters writes it: selectors distinguish case.
fn hex((red, green, blue): Rgb) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}
