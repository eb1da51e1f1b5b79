//! The levels of vector instructions that kernels are compiled for.

/// Does something with the vectors of a [`Level`](fearless_simd::Level), at which the short ways are compiled if `SHORT`, a constant
/// that is named by the caller.
///
/// Each level costs a fifth of the time to compile, and of the program. So with SSE2 alone, as processors of before 2008 have it, all
/// goes the long way.
macro_rules! at_level {
    ($level:expr, $simd:ident, $short:ident => $work:expr) => {{
        let level: fearless_simd::Level = $level;
        #[cfg(all(target_arch = "x86_64", not(target_feature = "sse4.2")))]
        if let (None, Some($simd)) = (level.as_sse4_2(), level.as_sse2()) {
            const $short: bool = false;
            $work
        } else {
            const $short: bool = true;
            if let Some($simd) = level.as_avx512() {
                $work
            } else if let Some($simd) = level.as_avx2() {
                $work
            } else if let Some($simd) = level.as_sse4_2() {
                $work
            }
        }
        #[cfg(not(all(target_arch = "x86_64", not(target_feature = "sse4.2"))))]
        {
            const $short: bool = true;
            fearless_simd::dispatch!(level, $simd => $work)
        }
    }};
}

pub(crate) use at_level;
