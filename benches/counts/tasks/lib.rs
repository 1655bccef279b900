//! The core's paths, each as a task that has run before, so that what is done but once in a process is done: a processor
//! asked what it can, a page touched.

pub mod audio;
pub mod callbacks;
pub mod receive;
pub mod send;

/// A path of the core, with all that it takes.
pub type Task = Box<dyn FnMut()>;

/// A task whose answer has been looked at twice: what it gives must stay what it was.
fn ready<T: PartialEq + core::fmt::Debug>(expected: T, mut run: impl FnMut() -> T + 'static) -> Task {
    for _ in 0..2 {
        assert_eq!(run(), expected);
    }
    Box::new(move || {
        core::hint::black_box(run());
    })
}

/// So many bytes in no order that a branch predictor could learn.
pub fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}
