//! What the pages of the project point to is there, and so are the figures that they take from each other.

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

/// They are typed by hand, as the record has them: when it is made again, this tells which have changed.
#[test]
fn every_figure_of_how_fast_it_is_stands_in_the_record() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace");
    let between = |page: &str, begin: &str, end: &str| {
        let page = fs::read_to_string(root.join(page)).unwrap();
        page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).expect(begin).0.to_owned()
    };
    let record = between("benches/README.md", "<!-- record -->", "<!-- end of the record -->");
    let recorded: Vec<_> = figures(&record).collect();
    let claims = between("README.md", "## How fast it is", "\n## ");
    // A row's first cell is the task.
    let cells =
        claims.lines().filter_map(|line| line.strip_prefix('|')?.split_once('|')).map(|(_, cells)| cells);
    let claimed: Vec<_> = cells.flat_map(figures).collect();
    assert!(claimed.len() >= 10, "only {claimed:?}");
    for figure in claimed {
        assert!(recorded.contains(&figure), "{figure} is not in the record");
    }
}

fn figures(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '|'));
    words.filter(|word| word.chars().all(|c| c.is_ascii_digit() || c == '.') && word.len() > 1)
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
