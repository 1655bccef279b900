//! Every file of the committed corpus, through its target, on the stable compiler.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    let failed: Vec<_> = files
        .iter()
        .filter(|file| {
            let data = fs::read(file).expect("a readable file");
            catch_unwind(|| run(&data)).is_err()
        })
        .collect();
    assert!(failed.is_empty(), "these fail: {failed:#?}");
}

#[test]
fn json() {
    replay("json", voxwire_fuzz::json);
}

#[test]
fn wire() {
    replay("wire", voxwire_fuzz::wire);
}

#[test]
fn session() {
    replay("session", voxwire_fuzz::session);
}

#[test]
fn websocket() {
    replay("websocket", voxwire_fuzz::websocket);
}

#[test]
fn base64() {
    replay("base64", voxwire_fuzz::base64);
}

#[test]
fn duet() {
    replay("duet", voxwire_fuzz::duet);
}

#[test]
fn callback() {
    replay("callback", voxwire_fuzz::callback);
}

#[test]
fn svaml() {
    replay("svaml", voxwire_fuzz::svaml);
}

#[test]
fn signature() {
    replay("signature", voxwire_fuzz::signature);
}

#[test]
fn framer() {
    replay("framer", voxwire_fuzz::framer);
}

#[test]
fn audio() {
    replay("audio", voxwire_fuzz::audio);
}

#[test]
fn playback() {
    replay("playback", voxwire_fuzz::playback);
}
