#![no_main]
#![expect(missing_docs, reason = "the target is documented where it is written, in src/callback.rs")]
libfuzzer_sys::fuzz_target!(|data: &[u8]| voxwire_fuzz::callback(data));
