//! The allocator that looks.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::MARK;

static FOUND: AtomicUsize = AtomicUsize::new(0);

/// How many marks were in the blocks given back so far.
pub(crate) fn found() -> usize {
    FOUND.load(Ordering::SeqCst)
}

/// Searches every block before it goes back to the system.
struct Searching;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

// SAFETY: every call goes on to `System` with a layout it gave out. Blocks come zeroed, so that
// all of their bytes may be read, those that were never written included.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is still the caller's, `layout.size()` bytes long and initialised.
        let bytes = unsafe { slice::from_raw_parts(block, layout.size()) };
        let marks = bytes.windows(MARK.len()).filter(|window| *window == MARK).count();
        FOUND.fetch_add(marks, Ordering::SeqCst);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    /// Always to another block, so that what a move leaves behind is found each time.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the new size makes a layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: both blocks are as long as their layouts say, and they do not overlap.
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
