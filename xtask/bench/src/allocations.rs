//! An allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting what each thread asks for.
pub struct Counting;

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        BYTES.with(|bytes| bytes.set(bytes.get().wrapping_sub(layout.size())));
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), size);
        // SAFETY: as the caller promised.
        unsafe { System.realloc(block, layout, size) }
    }
}

fn count(freed: usize, allocated: usize) {
    COUNT.with(|count| count.set(count.get() + 1));
    BYTES.with(|bytes| bytes.set(bytes.get().wrapping_sub(freed).wrapping_add(allocated)));
}

/// Returns how many bytes `keep` has allocated on this thread and not freed when it returns.
pub fn kept_by<T>(keep: impl FnOnce() -> T) -> (T, usize) {
    let before = BYTES.with(Cell::get);
    let kept = keep();
    (kept, BYTES.with(Cell::get).wrapping_sub(before))
}

/// How many blocks this thread has asked for.
pub fn so_far() -> u64 {
    COUNT.with(Cell::get)
}
