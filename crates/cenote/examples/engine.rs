//! Max pooling as an inference engine has it: slices, f16, channels last, a plan for each shape and threads of one's own.
//!
//! `cargo run --release -p cenote --example engine`

#![expect(clippy::print_stdout, reason = "printing is what this example is for")]

use cenote::half::f16;
use cenote::{Layer, MaxPool2d, MemoryFormat};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Shapes are torch's, (N, C, H, W), wherever the channels lie. What is wrong with them is found here.
    let layer = MaxPool2d::new(3).stride(2).padding(1);
    let plan = layer.plan_in(&[1, 64, 112, 112], MemoryFormat::ChannelsLast)?;
    println!(
        "{layer}: {:?} → {:?}",
        plan.input_shape(),
        plan.output_shape()
    );

    let input: Vec<f16> = (0..plan.input_len())
        .map(|at| f16::from_f32((at % 251) as f32))
        .collect();
    let mut output = vec![f16::ZERO; plan.output_len()];

    // A plan runs as often as wanted, also from several threads at once. It takes the threads of the pool that it is called
    // in: without one, rayon's own.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    pool.install(|| plan.forward_into(&input, &mut output))?;
    println!("first maxima: {:?}", &output[..4]);

    // Where each maximum came from: torch's flat indices (i64), or the tap of its window, in an eighth of the memory.
    let mut taps = vec![0u8; plan.output_len()];
    plan.forward_with_indices_into(&input, &mut output, &mut taps)?;
    println!("taps of the first ones, of 9: {:?}", &taps[..4]);

    // Its gradient goes to those places.
    let grad_output = vec![f16::ONE; plan.output_len()];
    let mut grad_input = vec![f16::ZERO; plan.input_len()];
    plan.backward_from_indices_into(&grad_output, &taps, &mut grad_input)?;
    let received: f32 = grad_input.iter().map(|grad| grad.to_f32()).sum();
    println!("gradients received: {received} of {}", grad_output.len());

    // What does not fit is an error that says what would.
    if let Err(error) = plan.forward_into(&input[1..], &mut output) {
        println!("refused: {error}");
    }
    Ok(())
}
