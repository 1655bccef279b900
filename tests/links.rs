//! What the pages of the project point to is there.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_relative_link_of_every_page_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace");
    let pages: Vec<_> = [
        ".",
        "adapters/futures",
        "adapters/line",
        "adapters/tungstenite",
        "adapters/tokio",
        "benches",
        "cli",
        "cli/assets",
        "fuzz",
        "tests/foreign",
        "tests/panics",
    ]
    .into_iter()
    .flat_map(|folder| pages(&root.join(folder)))
    .collect();
    assert!(pages.len() >= 10, "only {pages:?}");
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().expect("the page's folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { folder.join(file) };
            assert!(target.exists(), "{} links to {link}", page.display());
            let is_there = place.is_empty() || places(&target).iter().any(|there| there == place);
            assert!(is_there, "{} links to {link}", page.display());
        }
    }
}

/// What a link may name of a page: its headings, as GitHub spells them.
fn places(page: &Path) -> Vec<String> {
    let spelled = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.replace(|c: char| !c.is_alphanumeric() && c != '-' && c != '_', "")
    };
    fs::read_to_string(page).unwrap().lines().filter(|line| line.starts_with('#')).map(spelled).collect()
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}
