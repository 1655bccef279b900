//! Tells the linker where the memory is. The arguments stand here and not in `.cargo/config.toml` because they belong
//! to the image alone, whatever folder it is built from.

fn main() {
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
}
