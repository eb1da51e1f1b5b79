//! Power averages whose order is infinite, and the gradient of all of them.

use crate::element::{Convert, Element};
use crate::error::Result;
use crate::lane::{Lane, RealLane, SumLane};
use crate::plan::{Operation, Plan};
use crate::reduce::{self, Power};
use crate::sink::Target;

type Real<T> = <T as crate::element::private::Lanes>::Real;

/// Elements in the precision that powers are computed in.
fn widened<T: Element>(elements: &[T]) -> Vec<Real<T>> {
    let mut lanes = vec![<Real<T> as Lane>::ZERO; elements.len()];
    <T as Convert<Real<T>>>::widen(elements, &mut lanes);
    lanes
}

fn narrow<T: Element>(lanes: &[Real<T>], elements: &mut [T]) {
    <T as Convert<Real<T>>>::narrow(lanes, elements);
}

/// Magnitudes, negated where the smallest of them is wanted.
fn magnitudes<T: Element>(power: Power, input: &[T]) -> Vec<Real<T>> {
    let mut lanes = widened(input);
    for lane in &mut lanes {
        *lane = if power.norm_type > 0.0 {
            lane.magnitude()
        } else {
            lane.magnitude().negative()
        };
    }
    lanes
}

/// The largest magnitude of each window, or the smallest for a norm of −∞.
pub(crate) fn infinite<T: Element>(
    plan: &Plan,
    power: Power,
    input: &[T],
    output: &mut [T],
) -> Result<()> {
    let magnitudes = magnitudes(power, input);
    let mut extremes = vec![<Real<T> as Lane>::ZERO; output.len()];
    let target = Target::values(&mut extremes);
    plan.reduce(&reduce::Max, &magnitudes, target);
    // The largest of no magnitudes is 0, as other norms of nothing are; the smallest is +∞.
    let zero = <Real<T> as Lane>::ZERO;
    for extreme in &mut extremes {
        *extreme = match power.norm_type > 0.0 {
            true if *extreme < zero => zero,
            true => *extreme,
            false => extreme.negative(),
        };
    }
    narrow(&extremes, output);
    Ok(())
}

/// The gradient of a power average: that of each input x is x^(p−1) · Σ scale · g · y^(1−p) over the windows
/// that hold it, and 0 where a window's sum is 0.
pub(crate) fn backward<T: Element>(
    plan: &Plan,
    power: Power,
    grad_output: &[T],
    input: &[T],
    grad_input: &mut [T],
) -> Result<()> {
    if power.norm_type.is_infinite() {
        return infinite_backward(plan, power, (grad_output, input), grad_input);
    }
    let input = widened(input);
    let mut factors = vec![<Real<T> as Lane>::ZERO; grad_output.len()];
    plan.forward_into(&input, &mut factors)?;
    let zero = <Real<T> as Lane>::ZERO;
    let whole = power
        .scale_to
        .map_or(<Real<T> as SumLane>::count(1), SumLane::count);
    // The norm of a window whose powers sum to 0: torch gives it no gradient, nor a NaN sum of p = 1.
    let of_zero_sum = zero.power(1.0 / power.norm_type);
    let has_none = |norm: Real<T>| norm == of_zero_sum || (norm.is_nan() && power.norm_type == 1.0);
    for (norm, grad) in factors.iter_mut().zip(widened(grad_output)) {
        let factor = norm.power(1.0 - power.norm_type);
        *norm = if has_none(*norm) || factor == zero {
            zero
        } else {
            factor.times(grad).times(whole)
        };
    }
    let mut spread = vec![zero; input.len()];
    plan.spread(power.divisor(), &factors, &mut spread);
    for (lane, element) in spread.iter_mut().zip(input) {
        let factor = if power.absolute {
            let factor = element.magnitude().power(power.norm_type - 1.0);
            if element < zero {
                factor.negative()
            } else {
                factor
            }
        } else {
            element.power(power.norm_type - 1.0)
        };
        *lane = lane.times(factor);
    }
    narrow(&spread, grad_input);
    Ok(())
}

/// Routes each gradient to the extreme it came from, with that element's sign.
fn infinite_backward<T: Element>(
    plan: &Plan,
    power: Power,
    (grad_output, input): (&[T], &[T]),
    grad_input: &mut [T],
) -> Result<()> {
    let magnitudes = magnitudes(power, input);
    let mut plan = plan.clone();
    plan.operation = Operation::Max;
    let mut extremes = vec![<Real<T> as Lane>::ZERO; grad_output.len()];
    let mut indices = vec![0i64; grad_output.len()];
    plan.forward_with_indices_into(&magnitudes, &mut extremes, &mut indices)?;
    let mut grads = vec![<Real<T> as Lane>::ZERO; grad_input.len()];
    plan.backward_from_indices_into(&widened(grad_output), &indices, &mut grads)?;
    let zero = <Real<T> as Lane>::ZERO;
    for (grad, element) in grads.iter_mut().zip(widened(input)) {
        *grad = if element > zero {
            *grad
        } else if element < zero {
            grad.negative()
        } else {
            grad.times(zero)
        };
    }
    narrow(&grads, grad_input);
    Ok(())
}
