//! Calls on real sockets of smol and async-std, each test on both.

/// Runs generic tests on each runtime.
macro_rules! on_each_runtime {
    ($($test:ident)*) => {
        mod on_smol {
            $(#[test] fn $test() { crate::runtime::run::<crate::runtime::Smol>(super::$test::<crate::runtime::Smol>()) })*
        }
        mod on_async_std {
            $(#[test] fn $test() { crate::runtime::run::<crate::runtime::AsyncStd>(super::$test::<crate::runtime::AsyncStd>()) })*
        }
    };
}

mod endings;
mod runtime;
mod sockets;
mod upgrade;
