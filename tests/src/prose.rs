//! What the documentation promises.

/// A command that a page names.
#[derive(Debug, PartialEq, Eq)]
pub struct Mention {
    /// Its words after the program's own name: `["bench", "size"]`.
    pub words: Vec<String>,
    /// Its options, without their values.
    pub options: Vec<String>,
}

/// The commands that begin with `program` in a page's code: between backticks, or lines of fenced blocks.
pub fn commands_in(markdown: &str, program: &str) -> Vec<Mention> {
    let mut mentions = Vec::new();
    for code in code_in(markdown) {
        let code = code.trim().trim_start_matches("$ ");
        let Some(rest) = code.strip_prefix(program).filter(|rest| rest.starts_with(' ')) else {
            continue;
        };
        // A comment after a command is prose.
        let rest = rest.split(" #").next().unwrap_or_default();
        let mut words = Vec::new();
        let mut options = Vec::new();
        let mut open = true;
        for word in rest.split_whitespace() {
            if word == "--" {
                break;
            }
            let option = word.trim_start_matches('[').trim_end_matches(']');
            if option.starts_with("--") {
                open = false;
                options.push(option.split('=').next().unwrap_or_default().to_owned());
            } else if open && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-') {
                words.push(word.to_owned());
            } else {
                open = false;
            }
        }
        mentions.push(Mention { words, options });
    }
    mentions
}

/// The targets of a page's links that lie in the repository, without their fragments.
pub fn links_in(markdown: &str) -> Vec<String> {
    let mut links = Vec::new();
    for part in markdown.split("](").skip(1) {
        let target = part.split(')').next().unwrap_or_default();
        let path = target.split('#').next().unwrap_or_default();
        if !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:") {
            links.push(path.to_owned());
        }
    }
    links
}

fn code_in(markdown: &str) -> Vec<&str> {
    let mut codes = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            codes.push(line);
        } else {
            codes.extend(line.split('`').skip(1).step_by(2));
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_commands_in_spans_and_blocks() {
        let page = "Run `cargo xtask demo --no-open`, or not `cargo xtasks`.\n```sh\n$ cargo xtask bench size # quick\ncargo xtask fuzz TARGET --seconds=5 -- -x\n```\n";
        let found = commands_in(page, "cargo xtask");
        let mention = |words: &[&str], options: &[&str]| Mention {
            words: words.iter().map(|&word| word.to_owned()).collect(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
        };
        assert_eq!(
            found,
            [mention(&["demo"], &["--no-open"]), mention(&["bench", "size"], &[]), mention(&["fuzz"], &["--seconds"])]
        );
    }

    #[test]
    fn finds_links_into_the_repository_only() {
        assert_eq!(links_in("[a](A.md#b) [c](https://example.org) [d](#e) [f](g/h.rs)"), ["A.md", "g/h.rs"]);
    }
}
