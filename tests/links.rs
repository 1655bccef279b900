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
            let is_elsewhere = link.starts_with("http") || link.starts_with('#');
            assert!(is_elsewhere || folder.join(link).exists(), "{} links to {link}", page.display());
        }
    }
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}
