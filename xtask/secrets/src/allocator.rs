//! Allocator that searches freed memory.
#![expect(unsafe_code, reason = "implementations of GlobalAlloc are unsafe")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Global allocator that searches each block for secrets before it is freed. The secrets of a test
/// must come from static text or from types that wipe them, and nothing else may run meanwhile, so
/// such a test is the only one of its binary.
///
/// ```
/// use xtask_secrets::{Searching, mark};
///
/// #[global_allocator]
/// static ALLOCATOR: Searching = Searching::new(&[mark!()]);
///
/// let secret = String::from(mark!());
/// assert_eq!(ALLOCATOR.found_in(|| drop(secret)), 1);
/// ```
#[derive(Debug)]
pub struct Searching {
    secrets: &'static [&'static str],
    found: AtomicUsize,
}

impl Searching {
    /// Creates an allocator that searches for these texts.
    #[must_use]
    pub const fn new(secrets: &'static [&'static str]) -> Self {
        Self { secrets, found: AtomicUsize::new(0) }
    }

    /// Returns how many secrets were in the blocks freed so far.
    #[must_use]
    pub fn found(&self) -> usize {
        self.found.load(Ordering::SeqCst)
    }

    /// Returns how many secrets are in the blocks freed by `run`.
    pub fn found_in(&self, run: impl FnOnce()) -> usize {
        let before = self.found();
        run();
        self.found() - before
    }

    /// Runs `run` and asserts that the blocks that it frees contain no secret.
    ///
    /// # Panics
    ///
    /// Panics with `what` if a block contains a secret.
    #[track_caller]
    pub fn assert_wiped(&self, what: &str, run: impl FnOnce()) {
        assert_eq!(self.found_in(run), 0, "secrets in freed memory: {what}");
    }

    fn search(&self, bytes: &[u8]) {
        for secret in self.secrets {
            let count =
                bytes.windows(secret.len()).filter(|&part| part == secret.as_bytes()).count();
            self.found.fetch_add(count, Ordering::SeqCst);
        }
    }
}

// SAFETY: all calls are passed to `System` with a layout that it returned a block for. Blocks are
// zeroed, so that all their bytes can be read, also those that were never written.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the requirements are those of `System`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block belongs to the caller, has `layout.size()` bytes and is initialized.
        self.search(unsafe { slice::from_raw_parts(block, layout.size()) });
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    /// Always moves the block, so that what a move leaves behind is found each time.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller guarantees that the new size makes a valid layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: both blocks have the size of their layouts, and they do not overlap.
        unsafe {
            let moved = self.alloc(new_layout);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
