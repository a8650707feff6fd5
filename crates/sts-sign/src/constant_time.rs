//! Comparison that does not tell where texts differ.

/// Whether both are equal, in a time that depends on their lengths only.
pub(crate) fn eq(a: &[u8], b: &[u8]) -> bool {
    let difference = a.iter().zip(b).fold(0, |difference, (a, b)| {
        // Without the black box the compiler may stop at the first difference.
        std::hint::black_box(difference | (a ^ b))
    });
    a.len() == b.len() && difference == 0
}
