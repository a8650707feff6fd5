//! Charts have axes with units, and a legend.
use xtask_chart::{Bar, BarChart, Colour, Line, LineChart, Scale};

fn bar(label: &str, length: f64, goal: Option<f64>) -> Bar {
    let amount = format!("{length} of theirs");
    Bar { label: label.to_owned(), length, amount, colour: Colour::Green, goal }
}

fn bars(scale: Scale) -> String {
    let missed = Bar { colour: Colour::Orange, ..bar("sign", 1.8, Some(1.5)) };
    let bars = [missed, bar("read & write", 0.25, None)];
    BarChart {
        title: "Time <relative>",
        axis: "time in seconds",
        scale,
        series: &[
            (Colour::Orange, "goal missed"),
            (Colour::Green, "goal met"),
            (Colour::Red, "not shown"),
        ],
        goal: "goal",
        bars: &bars,
    }
    .to_svg()
}

fn lines() -> String {
    let points = vec![(0.0, 0.01), (1.0, 20.0), (2.0, 3.0)];
    LineChart {
        title: "Load",
        axes: ("time in hours", "requests per second"),
        heights: (0.1, 100.0),
        period: (0.5, 1.0, "outage"),
        lines: &[Line { name: "this session", colour: Colour::Blue, points }],
    }
    .to_svg()
}

/// Returns the contents of the text elements.
fn texts(svg: &str) -> Vec<&str> {
    let after = svg.split("<text ").skip(1);
    let contents = after.filter_map(|text| text.split_once('>')?.1.split_once("</text>"));
    contents.map(|(content, _)| content.trim()).collect()
}

/// Returns the values of an attribute of each element of that kind.
fn numbers(svg: &str, element: &str, attribute: &str) -> Vec<f64> {
    let (element, attribute) = (format!("<{element} "), format!("{attribute}=\""));
    let elements = svg.split(&element).skip(1).filter_map(|element| element.split_once('>'));
    let values = elements.filter_map(|(element, _)| {
        let value = element.split(' ').find_map(|part| part.strip_prefix(&attribute))?;
        value.split_once('"')?.0.parse().ok()
    });
    values.collect()
}

#[test]
fn bars_have_labels_an_axis_with_its_unit_and_a_legend() {
    for scale in [Scale::Linear, Scale::Ratio] {
        let svg = bars(scale);
        let texts = texts(&svg);
        for expected in [
            "Time &lt;relative&gt;",
            "time in seconds",
            "sign",
            "read &amp; write",
            "1.8 of theirs",
            "goal met",
            "goal missed",
            "goal",
            "1",
        ] {
            assert!(texts.contains(&expected), "{expected:?} is missing in {texts:?}");
        }
        assert!(!texts.contains(&"not shown"), "a series without bars is not in the legend");
    }
}

#[test]
fn bars_begin_at_zero_or_at_a_ratio_of_one() {
    // The first two rectangles are the bars, in the order of the series.
    let linear = bars(Scale::Linear);
    let (begins, widths) = (numbers(&linear, "rect", "x"), numbers(&linear, "rect", "width"));
    assert!((begins[0] - begins[1]).abs() < 0.5, "both begin at 0: {begins:?}");
    assert!((widths[0] / widths[1] - 1.8 / 0.25).abs() < 0.2, "{widths:?}");

    let ratio = bars(Scale::Ratio);
    let (begins, widths) = (numbers(&ratio, "rect", "x"), numbers(&ratio, "rect", "width"));
    assert!((begins[1] + widths[1] - begins[0]).abs() <= 1.0, "they meet at 1: {ratio}");
}

#[test]
fn lines_have_two_axes_with_units_a_legend_and_the_period() {
    let svg = lines();
    let texts = texts(&svg);
    for expected in
        ["Load", "time in hours", "requests per second", "this session", "outage", "0.1", "10", "1"]
    {
        assert!(texts.contains(&expected), "{expected:?} is missing in {texts:?}");
    }
}

#[test]
fn each_color_has_one_for_dark_pages() {
    for svg in [bars(Scale::Linear), lines()] {
        let (head, drawing) = svg.split_once("</style>").unwrap();
        assert!(head.contains("@media (prefers-color-scheme: dark)"));
        for attribute in ["fill", "stroke"] {
            for after in drawing.split(&format!(" {attribute}=\"")).skip(1) {
                let (colour, _) = after.split_once('"').unwrap();
                let rule = format!("[{attribute}=\"{colour}\"] {{ {attribute}: #");
                assert!(colour == "none" || head.contains(&rule), "{colour} in {svg}");
            }
        }
    }
}

#[test]
fn the_same_numbers_give_the_same_chart() {
    assert_eq!(bars(Scale::Ratio), bars(Scale::Ratio));
    assert_eq!(lines(), lines());
}
