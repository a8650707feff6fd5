//! The examples of the guides, each run to its end against the emulator that it starts.

use crate::tools::{cargo, names_in, root, succeeds};

/// All of them, so that a new one is run without being named here.
pub(crate) fn run() -> Result<bool, String> {
    let mut is_fine = true;
    for name in names_in(&root().join("docs/examples"))? {
        println!("--- {name}");
        is_fine &= succeeds(cargo().args(["run", "--quiet", "--example", &name]))?;
    }
    Ok(is_fine)
}
