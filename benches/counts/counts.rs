//! How many instructions the core's paths take, counted by Valgrind. `run` starts this and judges.

// The macros of gungraun write items of their own.
#![expect(missing_docs, reason = "gungraun's macros document nothing")]

use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use tasks::Task;

#[library_benchmark]
#[bench::sinch_audio(tasks::receive::sinch_audio())]
#[bench::sinch_connect(tasks::receive::sinch_connect())]
#[bench::wavix_media_8_khz(tasks::receive::wavix_media(8_000))]
#[bench::wavix_media_16_khz(tasks::receive::wavix_media(16_000))]
#[bench::wavix_media_24_khz(tasks::receive::wavix_media(24_000))]
#[bench::wavix_media_48_khz(tasks::receive::wavix_media(48_000))]
#[bench::wavix_relay_24_khz(tasks::receive::wavix_relay(24_000))]
fn receive(mut task: Task) -> Task {
    task();
    task
}

#[library_benchmark]
#[bench::sinch_audio(tasks::send::sinch_audio())]
#[bench::wavix_media_8_khz(tasks::send::wavix_media(8_000))]
#[bench::wavix_media_16_khz(tasks::send::wavix_media(16_000))]
#[bench::wavix_media_24_khz(tasks::send::wavix_media(24_000))]
#[bench::wavix_media_48_khz(tasks::send::wavix_media(48_000))]
#[bench::wavix_payload_24_khz(tasks::send::wavix_payload(24_000))]
fn send(mut task: Task) -> Task {
    task();
    task
}

#[library_benchmark]
#[bench::ice(tasks::callbacks::ice())]
#[bench::signature(tasks::callbacks::signature())]
#[bench::reply(tasks::callbacks::reply())]
fn callback(mut task: Task) -> Task {
    task();
    task
}

#[library_benchmark]
#[bench::voice_16_khz(tasks::audio::voice(16_000, 16_000))]
#[bench::voice_24_to_16_khz(tasks::audio::voice(24_000, 16_000))]
#[bench::framer(tasks::audio::framer())]
#[bench::resampler_float_24_to_16_khz(tasks::audio::resampler_float(24_000, 16_000))]
#[bench::resampler_fixed_24_to_16_khz(tasks::audio::resampler_fixed(24_000, 16_000))]
#[bench::g711_encode(tasks::audio::g711_encode())]
#[bench::g711_decode(tasks::audio::g711_decode())]
fn audio(mut task: Task) -> Task {
    task();
    task
}

library_benchmark_group!(name = paths, benchmarks = [receive, send, callback, audio]);

main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"]));
    library_benchmark_groups = paths
);
