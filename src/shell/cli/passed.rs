//! The flags of a command as they were typed, for another line that calls the same command.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

/// What says where to read and where to write. The other line has its own words for that.
const NOT_PASSED: [&str; 8] =
    ["files", "filename", "recursive", "exclude", "namespace", "output", "in_place", "output_dir"];

/// Words of a POSIX shell.
pub(super) fn flags(command: &Command, matches: &ArgMatches) -> Vec<String> {
    let mut words = Vec::new();
    for arg in command.get_arguments() {
        let id = arg.get_id().as_str();
        let is_known = matches.ids().any(|known| known.as_str() == id);
        if !is_known || NOT_PASSED.contains(&id) || matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let long = arg.get_long().unwrap_or_default();
        let name = arg.get_short().map_or_else(|| format!("--{long}"), |short| format!("-{short}"));
        if !arg.get_action().takes_values() {
            words.push(name);
            continue;
        }
        for value in matches.get_raw(id).into_iter().flatten() {
            let value = value.to_string_lossy();
            if value.starts_with('-') {
                words.push(quoted(&format!("--{long}={value}")));
            } else {
                words.extend([name.clone(), quoted(&value)]);
            }
        }
    }
    words
}

/// The text as one word of a POSIX shell.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_change_is_quoted() {
        for (text, word) in [
            ("port=8081", "port=8081"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("~/x", "'~/x'"),
            ("a*", "'a*'"),
            ("é", "'é'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }
}
