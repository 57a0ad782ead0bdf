//! The text of a profile: found and read.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Placed};
use crate::profile::builtin;

/// A profile as it is named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileRef {
    /// A built-in one, by its name; whether there is one is not known here.
    BuiltIn(String),
    /// A file: there is a path separator in it, or an extension of manifests at its end.
    File(PathBuf),
    /// One that is part of another file. No command line names it.
    Inline {
        /// What messages call that file.
        file: String,
        /// The profile alone.
        text: String,
    },
}

impl FromStr for ProfileRef {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let path = Path::new(text);
        let manifest = path.extension().is_some_and(|e| ["yaml", "yml", "json"].iter().any(|known| e == *known));
        let separated = text.contains(std::path::is_separator);
        Ok(if manifest || separated { Self::File(path.to_owned()) } else { Self::BuiltIn(text.to_owned()) })
    }
}

/// The built-in profile that was meant, or all of them.
pub(super) fn which_built_in(name: &str) -> String {
    if let Some(meant) = nearest(name, builtin::names()) {
        return format!("did you mean `{meant}`?");
    }
    let all: Vec<&str> = builtin::names().collect();
    format!("the built-in profiles are {}; a file needs a `/` or the ending `.yaml`", all.join(", "))
}

/// A profile's text, and what to call the file.
pub(crate) fn profile_text(reference: &ProfileRef) -> Result<(String, String), Placed> {
    match reference {
        ProfileRef::Inline { file, text } => Ok((file.clone(), text.clone())),
        ProfileRef::BuiltIn(name) => match builtin::text(name) {
            Some(text) => Ok((format!("<{name}>"), text.to_owned())),
            None => {
                let all: Vec<&str> = builtin::names().collect();
                let manifest = format!("{name}.yaml");
                let hint = if name.contains(std::path::is_separator) {
                    format!("a built-in profile has a name; the built-in profiles are {}", all.join(", "))
                } else if Path::new(name).is_file() {
                    format!("for the file of that name, write `./{name}`")
                } else if Path::new(&manifest).is_file() {
                    format!("for the file of that name, write `{manifest}`")
                } else {
                    which_built_in(name)
                };
                Err(Placed::new(Code::Profile, format!("there is no built-in profile `{name}`")).hint(Some(hint)))
            }
        },
        ProfileRef::File(path) => {
            let file = path.display().to_string();
            let unreadable = |error: &dyn std::fmt::Display| {
                Placed::new(Code::Profile, format!("cannot read the profile: {error}")).at(file.clone(), None)
            };
            let bytes = fs::read(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => unreadable(&"there is no such file"),
                _ => unreadable(&error),
            })?;
            let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
            Ok((file, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_a_name_or_a_file() {
        for (text, file) in [
            ("nginx", false),
            ("my.profile", false),
            ("nginx.yaml", true),
            ("a.yml", true),
            ("a.json", true),
            ("./nginx", true),
            ("profiles/nginx", true),
        ] {
            let expected = if file { ProfileRef::File(text.into()) } else { ProfileRef::BuiltIn(text.into()) };
            assert_eq!(text.parse(), Ok(expected));
        }
    }
}
