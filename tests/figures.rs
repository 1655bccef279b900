//! How fast README says it is, the record has: its figures are typed by hand, and this tells which have changed.

use std::fs;
use std::path::Path;

/// What each row of README's table takes its figures from: rows of the record that begin so.
const SOURCES: [(&str, &[&str]); 9] = [
    ("a Sinch frame heard", &["receive | sinch audio "]),
    ("Wavix `media` at 24 kHz heard and decoded", &["receive | wavix media 24 kHz |"]),
    ("the same encoded and said", &["send | wavix media 24 kHz |"]),
    (
        "a Sinch frame echoed by `voxwire-tokio`, 1,000 calls",
        &["sinch, 1000 calls, 1 ahead | voxwire-tokio, relayed |", "adapters | sinch, 1000 calls, 1 ahead |"],
    ),
    ("a silent call in memory", &["sinch, 1000 calls, 1 ahead | voxwire-tokio, relayed |"]),
    (
        "Sinch calls that `voxwire answer` holds with a core",
        &["sinch, a core | voxwire |", "sinch, a core | node |", "sinch, a core | python |"],
    ),
    (
        "with 60 % of one",
        &[
            "sinch, 60 % of a core | voxwire |",
            "sinch, 60 % of a core | node |",
            "sinch, 60 % of a core | python |",
        ],
    ),
    (
        "Wavix calls with a core",
        &["wavix, a core | voxwire |", "wavix, a core | node |", "wavix, a core | python |"],
    ),
    (
        "with 60 % of one",
        &[
            "wavix, 60 % of a core | voxwire |",
            "wavix, 60 % of a core | node |",
            "wavix, 60 % of a core | python |",
        ],
    ),
];

#[test]
fn every_figure_stands_in_the_row_of_the_record_that_it_is_taken_from() {
    let record = between("benches/README.md", "<!-- record -->", "<!-- end of the record -->");
    let claims = between("README.md", "## How fast it is", "\n## ");
    let claims: Vec<_> =
        claims.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | ")).skip(1).collect();
    assert_eq!(claims.iter().map(|(task, _)| *task).collect::<Vec<_>>(), SOURCES.map(|(task, _)| task));
    for ((task, claimed), (_, sources)) in claims.into_iter().zip(SOURCES) {
        let is_source = |row: &&str| {
            row.strip_prefix("| ").is_some_and(|row| sources.iter().any(|source| row.starts_with(source)))
        };
        let recorded: Vec<_> = record.lines().filter(is_source).flat_map(figures).collect();
        let claimed: Vec<_> = figures(claimed).collect();
        assert!(!claimed.is_empty(), "{task} has no figure");
        for figure in claimed {
            assert!(recorded.contains(&figure), "{task}: {figure} is not in {recorded:?}");
        }
    }
}

fn between(page: &str, begin: &str, end: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace");
    let page = fs::read_to_string(root.join(page)).unwrap();
    page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).expect(begin).0.to_owned()
}

fn figures(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '|'));
    words.filter(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.'))
}
