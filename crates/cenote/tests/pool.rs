//! Rayon's own pool, which a process starts once: a program of its own.

use cenote::{Layer, MaxPool1d};

#[test]
fn a_small_pooling_starts_no_threads() {
    let plan = MaxPool1d::new(2).plan(&[1, 4]).unwrap();
    let mut output = [0; 2];
    plan.forward_into(&[1, 5, 2, 4], &mut output).unwrap();
    assert_eq!(output, [5, 4]);
    // It is refused where a pool is there already.
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build_global()
        .unwrap();

    let plan = MaxPool1d::new(2).plan(&[1, 1 << 20]).unwrap();
    let input: Vec<f32> = (0..1 << 20).map(|at| at as f32).collect();
    let mut output = vec![0.0; 1 << 19];
    plan.forward_into(&input, &mut output).unwrap();
    assert!(
        output
            .iter()
            .enumerate()
            .all(|(at, &max)| max == (2 * at + 1) as f32)
    );
}
