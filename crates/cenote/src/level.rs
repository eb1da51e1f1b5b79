//! The levels of vector instructions that kernels are compiled for.

/// Does something with the vectors of a [`Level`](fearless_simd::Level), at which the short ways are compiled if `SHORT`, a constant
/// that is named by the caller.
///
/// Each level costs a fifth of the time to compile, and of the program. So with SSE2 alone, as processors of before 2008 have it, all
/// goes the long way; and what is not compiled at `$every` level, since hardly anything asks for it, is with AVX2 and SSE2 alone.
macro_rules! at_level {
    ($level:expr, $every:expr, $simd:ident, $short:ident => $work:expr) => {{
        let level: fearless_simd::Level = $level;
        #[cfg(all(target_arch = "x86_64", not(target_feature = "sse4.2")))]
        {
            if const { $every } && let Some($simd) = level.as_avx512() {
                const $short: bool = true;
                $work
            } else if let Some($simd) = level.as_avx2() {
                const $short: bool = true;
                $work
            } else if const { $every } && let Some($simd) = level.as_sse4_2() {
                const $short: bool = true;
                $work
            } else if let Some($simd) = level.as_sse2() {
                const $short: bool = false;
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
