//! The page's list of thresholds against the core's: names, order and what each takes.

use unsnag_core::input::Flags;
use unsnag_core::signal::Kind;
use unsnag_core::thresholds::{Takes, Thresholds};

/// The list as the page's file writes it: names by rule, and the words behind each kind of value.
fn page() -> String {
    let words: Vec<&str> = include_str!("../../sdk-wasm/ts/thresholds.ts").split_whitespace().collect();
    // Strings that go on over lines are one.
    words.join(" ").replace(" ' + '", " ").replace(": '", ":'")
}

#[test]
fn the_page_numbers_them_as_the_core_does() {
    let page = page();
    let mut rules: Vec<(&str, Vec<String>)> = Vec::new();
    for (rule, name, takes) in Thresholds::table() {
        let written = match takes {
            Takes::Number => name.to_owned(),
            Takes::Switch => format!("{name}?"),
            Takes::Flags => format!("{name}:flags"),
            Takes::Word(words) | Takes::Words(words) => {
                let end = format!(":'{}',", words.join(" "));
                let before = &page[..page.find(&end).unwrap_or_else(|| panic!("{rule}.{name}: {end} is missing"))];
                format!("{name}:{}", before.rsplit(' ').next().unwrap_or_default())
            }
        };
        match rules.last_mut() {
            Some((last, names)) if *last == rule => names.push(written),
            _ => rules.push((rule, vec![written])),
        }
    }
    let lists: Vec<String> = rules.iter().map(|(rule, names)| format!("{rule}:'{}',", names.join(" "))).collect();
    let expected = format!("const RULES = {{ {} }};", lists.join(" "));
    assert!(page.contains(&expected), "ts/thresholds.ts must have:\n{expected}\n\nit has:\n{page}");
}

#[test]
fn the_page_knows_every_flag_by_its_bit() {
    let ignore = Kind::ALL.map(|kind| format!("ignore:{}", kind.short_name()));
    let names: Vec<&str> = Flags::NAMES.into_iter().chain(ignore.iter().map(String::as_str)).collect();
    for (bit, name) in names.iter().enumerate() {
        assert_eq!(Flags::named(name), Some(Flags(1 << bit)), "{name}");
    }
    assert!(page().contains(&format!("flags:'{}',", names.join(" "))));
}
