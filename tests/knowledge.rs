//! Who knows whom in the core.

use std::fs;
use std::path::Path;

/// Who may know whom: each module those of its own line and of the lines above. A module that is not named may know
/// all, and none of these may know it.
const LAYERS: &[&[&str]] = &[
    &["copy", "error", "format", "framer", "limits", "message", "text", "time"],
    &["codec"],
    &["utc", "word"],
    &["audio", "headers"],
    &["callback", "command", "due", "event"],
    &["signature", "svaml"],
    &["dialect"],
    &["config", "far_end", "phase"],
    &["role"],
    &["session"],
    &["outbox"],
];

#[test]
fn knowledge_goes_one_way() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    for (module, path, source) in sources() {
        let Some(own) = layer(&module) else { continue };
        for known in uses(&source) {
            let top = known.split([':', ';']).next().unwrap_or_default();
            assert!(layer(top).is_some_and(|above| above <= own), "{path} knows {known}");
        }
    }
}

#[test]
fn codecs_know_no_meaning_and_dialects_not_each_other() {
    for (module, path, source) in sources() {
        if module == "codec" {
            let mut known = uses(&source);
            let vocabulary = ["copy::", "error::", "limits::", "text::"];
            assert!(known.all(|known| vocabulary.iter().any(|word| known.starts_with(word))), "{path}");
        }
        for (one, other) in [("dialect/sinch.rs", "wavix"), ("dialect/wavix.rs", "sinch")] {
            assert!(!(path.ends_with(one) && source.to_lowercase().contains(other)), "{path} knows {other}");
        }
    }
}

/// What a source uses of its own crate.
fn uses(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| line.trim_start().strip_prefix("use crate::"))
}

/// Each source of the core: its top module, its path and its text without tests.
fn sources() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the core lies beside the tests") {
            let path = entry.expect("a directory can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(&root).expect("it was found there").display().to_string();
            let module = inside.split(['/', '.']).next().unwrap_or_default().to_string();
            if module != "lib" {
                let source = fs::read_to_string(&path).expect("a source is text");
                let (source, _tests) = source.split_once("\nmod tests {").unwrap_or((&source, ""));
                sources.push((module, inside, source.into()));
            }
        }
    }
    assert!(sources.len() > 20);
    sources
}
