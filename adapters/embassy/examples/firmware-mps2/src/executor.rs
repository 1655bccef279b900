//! Runs the tasks, and sleeps when there is nothing to do.
//!
//! embassy's own executor for threads sleeps with WFE, which QEMU takes for a yield: a guest that waits would keep a
//! core of its host busy. So this one sleeps with WFI.

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::Spawner;
use embassy_executor::raw::Executor;
use static_cell::StaticCell;

/// Whether a task has been woken since the tasks were last polled.
static WOKEN: AtomicBool = AtomicBool::new(false);

/// Lets `spawn` start the first tasks, then runs them for ever. To be called once.
pub(crate) fn run(spawn: impl FnOnce(Spawner)) -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    let executor: &'static Executor = EXECUTOR.init(Executor::new(core::ptr::null_mut()));
    spawn(executor.spawner());
    loop {
        WOKEN.store(false, Ordering::Relaxed);
        // SAFETY: this is the only place that polls, so it never does so while it is polling.
        unsafe { executor.poll() };
        // With interrupts masked none can wake a task between the look and the sleep; WFI returns for a masked one too.
        cortex_m::interrupt::free(|_| {
            if !WOKEN.load(Ordering::Relaxed) {
                cortex_m::asm::wfi();
            }
        });
    }
}

/// What the executor calls when a task is woken.
#[unsafe(export_name = "__pender")]
fn pender(_context: *mut ()) {
    WOKEN.store(true, Ordering::Relaxed);
}
