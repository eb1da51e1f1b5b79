use cenote::*;
use std::time::Instant;
fn median(mut f: impl FnMut()) -> f64 {
    f();
    f();
    let mut t = vec![];
    let b = Instant::now();
    while b.elapsed().as_secs_f64() < 0.3 || t.len() < 5 {
        let a = Instant::now();
        f();
        t.push(a.elapsed().as_secs_f64() * 1e3);
    }
    t.sort_by(f64::total_cmp);
    t[t.len() / 2]
}
fn case<T: Element>(name: &str, plan: Plan, mk: fn(u32) -> T, idx: bool) {
    let mut s = 12345u32;
    let x: Vec<T> = (0..plan.input_len())
        .map(|_| {
            s = s.wrapping_mul(1664525).wrapping_add(1013904223);
            mk(s >> 8)
        })
        .collect();
    let mut y = vec![T::default(); plan.output_len()];
    let mut i = vec![0i64; if idx { plan.output_len() } else { 0 }];
    let ours = median(|| {
        if idx {
            plan.forward_with_indices_into(&x, &mut y, &mut i).unwrap()
        } else {
            plan.forward_into(&x, &mut y).unwrap()
        }
    });
    let n = (plan.input_len() + plan.output_len()) * size_of::<T>() / 2;
    let a = vec![1u8; n];
    let mut b = vec![2u8; n];
    let copy = median(|| {
        if n > 1 << 18 {
            let h = n / 2;
            let (b1, b2) = b.split_at_mut(h);
            rayon::join(
                || b1.copy_from_slice(&a[..h]),
                || b2.copy_from_slice(&a[h..]),
            );
        } else {
            b.copy_from_slice(&a)
        }
        std::hint::black_box(&b);
    });
    println!(
        "{name:20} ours {ours:9.4} copy {copy:9.4} ratio {:.2}",
        ours / copy
    );
}
fn main() {
    let f = |s: u32| (s as f32) / 1e6 - 8.0;
    let p = |k: usize, s: usize, p: usize, sh: &[usize]| {
        MaxPool2d::new(k).stride(s).padding(p).plan(sh).unwrap()
    };
    case(
        "cifar k3 ceil",
        MaxPool2d::new(3)
            .ceil_mode(true)
            .plan(&[64, 3, 32, 32])
            .unwrap(),
        f,
        false,
    );
    case("stem", p(3, 2, 1, &[32, 64, 112, 112]), f, false);
    case("stem n1", p(3, 2, 1, &[1, 64, 112, 112]), f, false);
    case("vgg k2", p(2, 2, 0, &[8, 64, 224, 224]), f, false);
    case("sppf k5", p(5, 1, 2, &[8, 256, 40, 40]), f, false);
    case("k13", p(13, 1, 6, &[8, 256, 40, 40]), f, false);
    case("k31", p(31, 1, 15, &[2, 64, 112, 112]), f, false);
    case(
        "photo u8 k2",
        p(2, 2, 0, &[1, 3, 1080, 1920]),
        |s| s as u8,
        false,
    );
    case(
        "photo u8 k3 ceil",
        MaxPool2d::new(3)
            .ceil_mode(true)
            .plan(&[1, 3, 1080, 1920])
            .unwrap(),
        |s| s as u8,
        false,
    );
    case(
        "bf16 stem",
        p(3, 2, 1, &[8, 64, 112, 112]),
        |s| half::bf16::from_f32(s as f32 - 8e6),
        false,
    );
    case("f64 k3", p(3, 2, 1, &[8, 64, 56, 56]), |s| s as f64, false);
    case(
        "nhwc stem",
        MaxPool2d::new(3)
            .stride(2)
            .padding(1)
            .plan_in(&[32, 64, 112, 112], MemoryFormat::ChannelsLast)
            .unwrap(),
        f,
        false,
    );
    case("stem + indices", p(3, 2, 1, &[32, 64, 112, 112]), f, true);
    case(
        "max1d",
        MaxPool1d::new(3)
            .stride(2)
            .padding(1)
            .plan(&[64, 128, 4096])
            .unwrap(),
        f,
        false,
    );
    case(
        "max3d",
        MaxPool3d::new(3)
            .stride(2)
            .padding(1)
            .plan(&[2, 64, 16, 56, 56])
            .unwrap(),
        f,
        false,
    );
}
