//! Where results go: standard output, files replaced in place, a mirrored tree.
//!
//! This is a shell: it writes what it is given and knows nothing of manifests. A file is never half written, and none is
//! replaced before all that belong to the run lie complete beside their targets.

use std::collections::BTreeMap;
use std::io::{self, IoSlice, Write};
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use crate::diagnostic::{Code, Placed};
use crate::shell::files::input::{Input, InputSource};

mod in_place;
mod staged;

#[cfg(feature = "serve")]
pub(crate) use staged::{FileMode, IfPresent};
pub(crate) use staged::{PartialCommit, Staged};

/// Whether the reader took all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlet {
    /// It has been written.
    Written,
    /// The reader went away, as `head` does. That is success: it has what it wanted.
    Closed,
}

/// Slices for one call; systems take 1,024 (`IOV_MAX`) or more.
const BATCH: usize = 1024;

/// Writes the chunks to standard output, one after the other and without joining them first.
///
/// # Errors
/// [`OutputError::Stdout`]: a full disk, for instance. A closed pipe is not an error.
pub(crate) fn to_stdout(chunks: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<Outlet, OutputError> {
    to_writer(&mut io::stdout().lock(), chunks).map_err(|error| OutputError::Stdout { error })
}

/// Writes the chunks to a writer whose reader may go away, and flushes it.
///
/// # Errors
/// Those of the writer, a closed pipe excepted.
pub(crate) fn to_writer(out: &mut impl Write, chunks: impl Iterator<Item = impl AsRef<[u8]>>) -> io::Result<Outlet> {
    match write_chunks(out, chunks).and_then(|()| out.flush()) {
        Ok(()) => Ok(Outlet::Written),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outlet::Closed),
        Err(error) => Err(error),
    }
}

fn write_chunks(out: &mut impl Write, mut chunks: impl Iterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
    loop {
        let batch: Vec<_> = chunks.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let mut slices: Vec<_> = batch.iter().map(|chunk| IoSlice::new(chunk.as_ref())).collect();
        let mut slices = slices.as_mut_slice();
        // Empty slices in front would make a writer answer that it took nothing.
        IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            match out.write_vectored(slices) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(taken) => IoSlice::advance_slices(&mut slices, taken),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Where the result of each input goes below `--output-dir`, in the order of the inputs: what was found in a directory
/// keeps its path below that directory; a file keeps its path as it was given, or only its name where that path is
/// absolute or leads upwards.
///
/// # Errors
/// [`OutputError::NoName`] for standard input, [`OutputError::Collision`] where two inputs would be one file, and
/// [`OutputError::OverInput`] where a result would replace an input.
pub(crate) fn mirror(directory: &Path, inputs: &[Input]) -> Result<Vec<PathBuf>, OutputError> {
    let mut targets: Vec<PathBuf> = Vec::with_capacity(inputs.len());
    for Input { source, root, .. } in inputs {
        let InputSource::File(path) = source else { return Err(OutputError::NoName) };
        let relative = match root {
            Some(root) => path.strip_prefix(root).unwrap_or(path),
            None => path,
        };
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let relative = if inside { relative } else { Path::new(relative.file_name().ok_or(OutputError::NoName)?) };
        // Without its dots, so that `./a` and `a` are one.
        let relative: PathBuf = relative.components().filter(|part| *part != Component::CurDir).collect();
        targets.push(directory.join(relative));
    }
    refuse_inputs(&targets, inputs)?;
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_by_key(|index| &targets[*index]);
    for pair in order.windows(2) {
        if let [first, second] = *pair
            && targets[first] == targets[second]
        {
            let name = |index: usize| inputs[index].source.to_string();
            let target = targets[first].clone();
            return Err(OutputError::Collision { target, first: name(first), second: name(second) });
        }
    }
    Ok(targets)
}

/// Refuses a target that is one of the inputs, by whatever way it is reached.
fn refuse_inputs(targets: &[PathBuf], inputs: &[Input]) -> Result<(), OutputError> {
    let files = inputs.iter().filter_map(|Input { source, .. }| match source {
        InputSource::File(path) => Some((path.canonicalize().ok()?, path)),
        InputSource::Stdin => None,
    });
    let read: BTreeMap<PathBuf, &PathBuf> = files.collect();
    for target in targets {
        // What is not there yet is not an input.
        let Ok(known) = target.canonicalize() else { continue };
        if let Some(input) = read.get(&known) {
            let (target, input) = (target.clone(), (*input).clone());
            return Err(OutputError::OverInput { target, input });
        }
    }
    Ok(())
}

/// Why a result could not be written. The text is the message alone; [`OutputError::placed`] adds place and hint.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The machine's: standard output takes no more.
    #[error("standard output cannot be written: {error}")]
    Stdout {
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The user's, or the machine's: no permission, no space. Nothing has been changed.
    #[error("cannot be written: {error}")]
    Unwritable {
        /// The file as it was named.
        file: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The user's: a pipe or a device cannot be replaced.
    #[error("is not a file that can be replaced")]
    NotAFile {
        /// What was named.
        file: PathBuf,
    },
    /// The user's: the result of standard input has no name below a directory.
    #[error("what comes from standard input has no file name below `--output-dir`")]
    NoName,
    /// The user's: two inputs that would be one file.
    #[error("both `{first}` and `{second}` would be written here")]
    Collision {
        /// The file.
        target: PathBuf,
        /// One input.
        first: String,
        /// The other.
        second: String,
    },
    /// The user's: a result would replace what was read.
    #[error("the result would overwrite the input `{}`", input.display())]
    OverInput {
        /// The file below `--output-dir`.
        target: PathBuf,
        /// The input, as it was named.
        input: PathBuf,
    },
    /// The machine's: all was written, and yet a rename failed. Some files have been replaced.
    #[error(transparent)]
    Partial(#[from] PartialCommit),
}

impl OutputError {
    /// The stable id, as reports carry it.
    pub const fn code(&self) -> Code {
        match self {
            Self::Stdout { .. } | Self::Unwritable { .. } | Self::NotAFile { .. } => Code::Unwritable,
            Self::NoName => Code::NoFileName,
            Self::Collision { .. } | Self::OverInput { .. } => Code::NamedTwice,
            Self::Partial(_) => Code::PartlyWritten,
        }
    }

    /// It as a line of the report.
    pub fn placed(&self) -> Placed {
        let (file, hint) = match self {
            Self::Stdout { .. } => (String::new(), None),
            Self::Unwritable { file, .. } | Self::NotAFile { file } => (file.display().to_string(), None),
            Self::NoName => (String::new(), Some("redirect standard output instead".to_owned())),
            Self::Collision { target, .. } => (target.display().to_string(), None),
            Self::OverInput { target, .. } => (
                target.display().to_string(),
                Some("name another directory, or use `-i` to change the files themselves".to_owned()),
            ),
            Self::Partial(partial) => (partial.failed.display().to_string(), partial.hint()),
        };
        Placed::new(self.code(), self.to_string()).at(file, None).hint(hint)
    }
}

#[cfg(test)]
mod tests;
