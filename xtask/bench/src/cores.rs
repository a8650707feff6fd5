//! Who runs where. An exchange takes an eighth of the time when client and server happen to share a
//! core, so whether they do is not left to chance.

use std::sync::LazyLock;

use core_affinity::CoreId;

/// As they were before any thread was bound to one. A machine with a single core leaves no choice.
static CORES: LazyLock<Option<(CoreId, CoreId)>> =
    LazyLock::new(|| match core_affinity::get_core_ids()?[..] {
        [first, second, ..] => Some((first, second)),
        _ => None,
    });

/// Binds this thread, and those that it starts, to the core of the servers.
pub fn serve_here() {
    if let Some((servers, _)) = *CORES {
        core_affinity::set_for_current(servers);
    }
}

/// Binds this thread, and those that it starts, to the core of those who call.
pub fn call_here() {
    if let Some((_, callers)) = *CORES {
        core_affinity::set_for_current(callers);
    }
}
