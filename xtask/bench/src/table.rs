//! Rows as tables of Markdown.

use std::fmt::Write;

use crate::row::{Row, Unit};

/// What is in these units, ratios first.
pub fn of(rows: &[Row], units: &[Unit]) -> String {
    let mut table = String::from(
        "| what | against | ratio | goal | ours | theirs |\n|---|---|---|---|---|---|\n",
    );
    for row in rows.iter().filter(|row| units.contains(&row.unit)) {
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "| {}{} | {} | {} | {} | {} | {} |",
            row.name,
            row.unit.suffix(),
            row.against,
            row.ratio.map_or_else(
                || "-".to_owned(),
                |ratio| with_spread(format!("{ratio:.2}"), row.ratio_spread.unwrap_or_default())
            ),
            goal(row),
            with_spread(row.unit.amount(row.ours), row.our_spread),
            with_spread(row.unit.amount(row.theirs), row.their_spread),
        );
    }
    table
}

fn goal(row: &Row) -> String {
    let (Some(goal), Some(goal_is)) = (row.goal, row.goal_is) else {
        return "-".to_owned();
    };
    let missed = if row.met == Some(true) { "" } else { ": **missed**" };
    match goal_is.split_once(' ') {
        Some(("ours", bound)) => format!("ours {bound} {}{missed}", row.unit.amount(goal)),
        _ => format!("{goal_is} {}{missed}", (goal * 1000.0).round() / 1000.0),
    }
}

fn with_spread(amount: String, spread: f64) -> String {
    if spread == 0.0 { amount } else { format!("{amount} ±{:.0} %", spread * 100.0) }
}
