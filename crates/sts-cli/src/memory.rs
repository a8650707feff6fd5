//! The memory of this process, which contains credentials.

/// Excludes the memory from core dumps, and on Linux from other processes of this user. A command that
/// replaces this process is not affected.
///
/// A system without that is not an error.
#[cfg(target_os = "linux")]
pub(crate) fn protect() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};

    // It fails for values only that the kernel does not know.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn protect() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    #[test]
    fn there_is_no_core_dump() {
        super::protect();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
