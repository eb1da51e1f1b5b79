//! The adjoint of windows that slide.

use super::{Sliding, Window};

/// The adjoint of a sliding axis: for each of its inputs, the outputs whose windows hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Covering {
    pub(super) sliding: Sliding,
    /// The common divisor of stride and dilation.
    common: usize,
    /// Distance between the taps by which neighbouring outputs hold an input, and between those outputs.
    pub(super) tap_step: usize,
    pub(super) output_step: usize,
    /// What `output_step` is multiplied by to give 1 modulo `tap_step`.
    inverse: usize,
}

impl Covering {
    pub(super) fn new(sliding: Sliding) -> Self {
        let common = gcd(sliding.dilation, sliding.stride);
        let (tap_step, output_step) = (sliding.stride / common, sliding.dilation / common);
        Self {
            sliding,
            common,
            tap_step,
            output_step,
            inverse: inverse(output_step, tap_step),
        }
    }

    /// The outputs, of which there are `outputs`, whose windows hold input `index`.
    pub(super) fn window(&self, outputs: usize, index: usize) -> Window {
        let none = Window {
            start: 0,
            taps: 0,
            span: 0,
        };
        let &Self {
            sliding,
            tap_step,
            output_step,
            ..
        } = self;
        let at = index + sliding.padding[0];
        // The first tap that meets `index` when it belongs to a window that starts at a multiple of stride: it solves
        // tap · dilation ≡ at (mod stride).
        let first_tap = match at % self.common {
            0 => multiply(at / self.common % tap_step, self.inverse, tap_step),
            _ => return none,
        };
        if first_tap >= sliding.kernel_size || first_tap * sliding.dilation > at {
            return none;
        }
        let last = (at - first_tap * sliding.dilation) / sliding.stride;
        let count = (sliding.kernel_size - first_tap).div_ceil(tap_step);
        // Outputs last, last − step, …: `count` of them, kept where 0 ≤ output < outputs.
        let skipped = (last + 1).saturating_sub(outputs).div_ceil(output_step);
        let fitting = (last / output_step + 1).min(count);
        let taps = fitting.saturating_sub(skipped);
        if taps == 0 {
            return none;
        }
        Window {
            start: last - (fitting - 1) * output_step,
            taps,
            span: taps,
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// `a · b` modulo `modulus`.
fn multiply(a: usize, b: usize, modulus: usize) -> usize {
    match a.checked_mul(b) {
        Some(product) => product % modulus,
        None => (a as u128 * b as u128 % modulus as u128) as usize,
    }
}

/// What `a`, which has no factor in common with `modulus`, is multiplied by to give 1: Euclid's algorithm.
fn inverse(a: usize, modulus: usize) -> usize {
    let (mut rest, mut next_rest) = (modulus as i128, (a % modulus) as i128);
    let (mut factor, mut next_factor) = (0i128, 1i128);
    while next_rest != 0 {
        let quotient = rest / next_rest;
        (rest, next_rest) = (next_rest, rest - quotient * next_rest);
        (factor, next_factor) = (next_factor, factor - quotient * next_factor);
    }
    factor.rem_euclid(modulus as i128) as usize
}
