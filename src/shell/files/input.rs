//! Where manifests come from: standard input, files, directories, named as for kubectl.
//!
//! This is a shell: it reads, and looks at the bytes only as far as needed to say that they are no text at all. What
//! they mean is for `document`.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use thiserror::Error;

use super::parallel::in_parallel;
use crate::diagnostic::{Code, Placed, Position};

mod contents;
mod exclude;
mod find;
mod text;

use find::{FoundInput, list};

pub(crate) use exclude::Exclusions;
pub(crate) use text::Encoding;

/// Where bytes came from; what messages and reports call the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum InputSource {
    /// Standard input.
    Stdin,
    /// A file, by the path as it was given, or as it was found below a directory that was given.
    File(PathBuf),
}

impl fmt::Display for InputSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("<stdin>"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// One file, read. A byte order mark, if any, is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// Where it came from.
    pub source: InputSource,
    /// The directory argument below which it was found; `--output-dir` mirrors what is below it.
    pub root: Option<PathBuf>,
    /// The content.
    pub text: Cow<'static, str>,
}

/// How far below a directory to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recursion {
    /// The files of the directory itself.
    #[default]
    Off,
    /// Those of all directories below it too.
    On,
}

/// Reads everything that is named, in that order; the files of a directory in the order of their names. `-`, or no path
/// at all, is standard input. In a directory, as for kubectl, `.yaml`, `.yml` and `.json` count, hidden ones too, and
/// symbolic links to files, but not those to directories. Hidden folders (`.git`) below a directory are left out.
///
/// # Errors
/// The first thing that is wrong; nothing is half read.
pub(crate) fn read(paths: &[PathBuf], recursion: Recursion) -> Result<Vec<Input>, InputError> {
    read_except(paths, recursion, &Exclusions::default())
}

/// The same, without what is excluded.
///
/// # Errors
/// As for [`read`].
pub(crate) fn read_except(
    paths: &[PathBuf],
    recursion: Recursion,
    exclusions: &Exclusions,
) -> Result<Vec<Input>, InputError> {
    read_with(paths, recursion, exclusions, standard_input)
}

/// The same, as far as it can be read; and what is wrong with the rest.
pub(crate) fn read_what_can_be(
    paths: &[PathBuf],
    recursion: Recursion,
    exclusions: &Exclusions,
) -> (Vec<Input>, Vec<InputError>) {
    let found = list(paths, recursion, exclusions);
    let read = |found: &Result<FoundInput, InputError>| found.as_ref().ok().map(|found| found.read(&standard_input));
    let mut errors = Vec::new();
    let mut good = |result: Result<Input, InputError>| result.map_err(|error| errors.push(error)).ok();
    let all = in_parallel(&found, read).into_iter().zip(found);
    let inputs = all.filter_map(|(read, found)| good(read.or_else(|| found.err().map(Err))?)).collect();
    (inputs, errors)
}

fn read_with(
    paths: &[PathBuf],
    recursion: Recursion,
    exclusions: &Exclusions,
    stdin: impl Fn() -> io::Result<Vec<u8>> + Sync,
) -> Result<Vec<Input>, InputError> {
    let found: Vec<FoundInput> = list(paths, recursion, exclusions).into_iter().collect::<Result<_, _>>()?;
    in_parallel(&found, |found| found.read(&stdin)).into_iter().collect()
}

fn standard_input() -> io::Result<Vec<u8>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        // Where standard error is gone, no one reads this line.
        let _ = writeln!(io::stderr(), "waiting for manifests on standard input; end with Ctrl-D, or name files");
    }
    let mut bytes = Vec::new();
    stdin.lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl FoundInput {
    fn read(&self, stdin: &impl Fn() -> io::Result<Vec<u8>>) -> Result<Input, InputError> {
        let Self { source, root, .. } = self;
        let bytes = match source {
            InputSource::Stdin => stdin().map(Cow::Owned),
            InputSource::File(path) => contents::of(path),
        };
        let bytes = bytes.map_err(|error| InputError::reading(source, error))?;
        let text = text::of(source, bytes)?;
        Ok(Input { source: source.clone(), root: root.clone(), text })
    }
}

/// Why there is nothing to work on. The text is the message alone; [`InputError::placed`] adds place and hint.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    /// The user's: a path that leads nowhere.
    #[error("there is no such file")]
    Missing {
        /// The path.
        of: InputSource,
    },
    /// The user's, or the machine's: it is there and cannot be read.
    #[error("cannot be read: {error}")]
    Unreadable {
        /// Which.
        of: InputSource,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The user's: kubectl fetches addresses, injector does not use the network.
    #[error("`{url}` is an address, and injector does not use the network")]
    Url {
        /// The address.
        url: String,
    },
    /// The user's: a directory in which there is nothing to read.
    #[error("no `.yaml`, `.yml` or `.json` file in this directory")]
    NoManifests {
        /// The directory.
        directory: PathBuf,
        /// Whether a directory below it has some.
        below: bool,
    },
    /// The user's: standard input can be read once.
    #[error("standard input is named twice")]
    StdinTwice,
    /// The user's: one file, named twice or reached by two ways.
    #[error("the same file as `{first}`")]
    FileTwice {
        /// The second path.
        file: PathBuf,
        /// The first.
        first: String,
    },
    /// The user's: a file in another encoding, as Windows PowerShell writes it.
    #[error("is encoded as {encoding}, not as UTF-8")]
    Encoding {
        /// Which.
        of: InputSource,
        /// The encoding.
        encoding: Encoding,
    },
    /// The user's: not text.
    #[error("byte `0x{byte:02X}` is not UTF-8")]
    NotUtf8 {
        /// Which.
        of: InputSource,
        /// Where.
        position: Position,
        /// The first byte that does not belong.
        byte: u8,
    },
    /// The user's, or the cluster's: the command before the pipe failed, and its message came through.
    #[error("this is a message of kubectl, not a manifest: `{message}`")]
    KubectlMessage {
        /// The message's first line.
        message: String,
    },
}

impl InputError {
    fn reading(of: &InputSource, error: io::Error) -> Self {
        let of = of.clone();
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { of },
            _ => Self::Unreadable { of, error },
        }
    }

    /// The stable id, as reports carry it.
    pub(crate) const fn code(&self) -> Code {
        match self {
            Self::Missing { .. } => Code::FileMissing,
            Self::Unreadable { .. } => Code::FileUnreadable,
            Self::Url { .. } => Code::NotAFile,
            Self::NoManifests { .. } => Code::NoManifests,
            Self::StdinTwice | Self::FileTwice { .. } => Code::NamedTwice,
            Self::Encoding { .. } => Code::Encoding,
            Self::NotUtf8 { .. } => Code::NotUtf8,
            Self::KubectlMessage { .. } => Code::NotAManifest,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Url { url } => Some(format!("`curl -fsSL {url} | injector …`")),
            Self::NoManifests { below: true, .. } => Some("directories below it have some: add `-R`".to_owned()),
            Self::Encoding { of, .. } => Some(match of {
                InputSource::Stdin => "convert it first: `iconv -f UTF-16 -t UTF-8`".to_owned(),
                InputSource::File(path) => format!("convert it first: `iconv -f UTF-16 -t UTF-8 {}`", path.display()),
            }),
            Self::KubectlMessage { .. } => {
                Some("run the command before the pipe alone; `set -o pipefail` ends a script where it fails".to_owned())
            }
            Self::Missing { of: InputSource::File(path) } => {
                let (kind, _) = path.to_str()?.split_once('/').filter(|(_, name)| !name.contains(['/', '.']))?;
                let is_word = kind.starts_with(char::is_alphabetic);
                let hint = || {
                    format!(
                        "if this is an object: `{kind}` is no kind that has a pod template here; `--template-path` names others"
                    )
                };
                is_word.then(hint)
            }
            Self::Missing { .. }
            | Self::Unreadable { .. }
            | Self::NoManifests { below: false, .. }
            | Self::StdinTwice
            | Self::FileTwice { .. }
            | Self::NotUtf8 { .. } => None,
        }
    }

    /// It as a line of the report.
    pub(crate) fn placed(&self) -> Placed {
        let (file, position) = match self {
            Self::Missing { of } | Self::Unreadable { of, .. } | Self::Encoding { of, .. } => (of.to_string(), None),
            Self::NotUtf8 { of, position, .. } => (of.to_string(), Some(*position)),
            Self::NoManifests { directory, .. } => (directory.display().to_string(), None),
            Self::FileTwice { file, .. } => (file.display().to_string(), None),
            Self::KubectlMessage { .. } => (InputSource::Stdin.to_string(), Some(Position { line: 1, column: 1 })),
            Self::StdinTwice | Self::Url { .. } => (String::new(), None),
        };
        Placed::new(self.code(), self.to_string()).at(file, position).hint(self.hint())
    }
}

#[cfg(test)]
mod tests;
