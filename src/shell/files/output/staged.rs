//! Files replaced all or none: each result is written in full beside its target, then all are renamed. Where a folder takes
//! no new file, or a file is a mount point, the file itself is overwritten, with a copy at hand.
//!
//! It must not touch a target before [`Staged::commit`]. FileMode, owner and symbolic links are kept; extended attributes and
//! hard links are not.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, PersistError};
use thiserror::Error;

use super::{OutputError, in_place, write_chunks};

/// Results that lie beside their targets. Dropped, it removes them, and the folders that it made.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    files: Vec<StagedFile>,
    folders: Vec<PathBuf>,
}

#[derive(Debug)]
struct StagedFile {
    /// As it was named.
    name: PathBuf,
    /// As the system knows it: what a symbolic link leads to.
    target: PathBuf,
    content: StagedContent,
    mode: FileMode,
    if_present: IfPresent,
}

/// A result until it is at its target.
#[derive(Debug)]
enum StagedContent {
    /// Beside the target: a rename is the last step.
    Beside(NamedTempFile),
    /// In memory, because its folder takes no new file: it is written into the target.
    Held(Vec<u8>),
}

/// What happens when there is a file already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfPresent {
    /// It is replaced.
    #[default]
    Replace,
    /// It stays, and that is an error; also when it has come there only since the result was staged.
    Refuse,
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FileMode {
    /// Those who could before; for a new file, those whom the umask allows.
    #[default]
    Usual,
    /// Its owner alone (0600), whatever it was before.
    Private,
}

/// A rename failed after all had been written: the machine's fault.
#[derive(Debug, Error)]
#[error("cannot be replaced: {source}")]
pub struct PartialCommit {
    /// The files that have been replaced, as they were named.
    pub replaced: Vec<PathBuf>,
    /// The one that could not be; it and those after it are as they were.
    pub failed: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl PartialCommit {
    pub(super) fn hint(&self) -> Option<String> {
        let names: Vec<_> = self.replaced.iter().map(|path| format!("`{}`", path.display())).collect();
        (!names.is_empty()).then(|| format!("replaced already: {}", names.join(", ")))
    }
}

impl Staged {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Writes the chunks beside the file that `path` names, and to the disk. Folders that are missing are made.
    ///
    /// # Errors
    /// What the file, or its folder, does not allow. Drop the whole then: nothing has been changed.
    pub(crate) fn stage(&mut self, path: &Path, chunks: &[&[u8]]) -> Result<(), OutputError> {
        self.stage_as(path, chunks, FileMode::Usual, IfPresent::Replace)
    }

    /// The same, and says who may read it and whether it may replace a file.
    ///
    /// # Errors
    /// As for [`Staged::stage`]; and a file that is there, with [`IfPresent::Refuse`].
    pub(crate) fn stage_as(
        &mut self,
        path: &Path,
        chunks: &[&[u8]],
        mode: FileMode,
        if_present: IfPresent,
    ) -> Result<(), OutputError> {
        let failed = |error| OutputError::Unwritable { file: path.to_owned(), error };
        let present = match fs::canonicalize(path) {
            Ok(target) => Some(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => None,
            Err(error) => return Err(failed(error)),
        };
        if let Some(target) = &present
            && !target.is_file()
        {
            return Err(OutputError::NotAFile { file: path.to_owned() });
        }
        if present.is_some() && if_present == IfPresent::Refuse {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let target = present.clone().unwrap_or_else(|| path.to_owned());
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        self.make_folders(folder).map_err(failed)?;
        let content = match write_beside(folder, present.as_deref(), mode, chunks) {
            Ok(content) => StagedContent::Beside(content),
            Err(error) if present.is_some() && mode == FileMode::Usual && takes_no_file(&error, &target) => {
                StagedContent::Held(chunks.concat())
            }
            Err(error) => return Err(failed(error)),
        };
        self.files.push(StagedFile { name: path.to_owned(), target, content, mode, if_present });
        Ok(())
    }

    /// Moves all to their targets, in the order in which they were staged; their names are the result.
    ///
    /// # Errors
    /// The first rename that fails, with what has been replaced before it.
    pub(crate) fn commit(mut self) -> Result<Vec<PathBuf>, PartialCommit> {
        let mut replaced = Vec::with_capacity(self.files.len());
        let mut folders: Vec<PathBuf> = Vec::new();
        for StagedFile { name, target, content, mode, if_present } in self.files.drain(..) {
            match content.put(&target, mode, if_present) {
                Ok(()) => replaced.push(name),
                Err(source) => return Err(PartialCommit { replaced, failed: name, source }),
            }
            folders.extend(target.parent().map(Path::to_owned));
        }
        folders.dedup();
        for folder in folders {
            // The files are there; whether their names survive a crash right now is the most that can be missed.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(replaced)
    }

    fn make_folders(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<_> =
            folder.ancestors().take_while(|part| !part.as_os_str().is_empty() && !part.exists()).collect();
        for part in missing.into_iter().rev() {
            fs::create_dir(part)?;
            self.folders.push(part.to_owned());
        }
        Ok(())
    }
}

impl StagedContent {
    fn put(self, target: &Path, mode: FileMode, if_present: IfPresent) -> io::Result<()> {
        let beside = match self {
            Self::Held(new) => return in_place::overwrite(target, &new),
            Self::Beside(content) => content,
        };
        let persisted = match if_present {
            IfPresent::Replace => beside.persist(target),
            IfPresent::Refuse => beside.persist_noclobber(target),
        };
        match persisted {
            Ok(_) => Ok(()),
            // A file that is a mount point of its own, as in a container, cannot be replaced by a rename.
            Err(PersistError { error, file })
                if error.kind() == io::ErrorKind::ResourceBusy && mode == FileMode::Usual && target.is_file() =>
            {
                in_place::overwrite(target, &fs::read(file.path())?)
            }
            Err(PersistError { error, .. }) => Err(error),
        }
    }
}

/// Whether a file could not be written beside its target only because the folder takes no new file.
fn takes_no_file(error: &io::Error, target: &Path) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
        && OpenOptions::new().write(true).open(target).is_ok()
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.files.clear();
        for folder in self.folders.drain(..).rev() {
            // One that holds something by now stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn write_beside(folder: &Path, present: Option<&Path>, mode: FileMode, chunks: &[&[u8]]) -> io::Result<NamedTempFile> {
    // No `.yaml` at its end: a run over the same folder must not take it for a manifest.
    let mut builder = Builder::new();
    builder.prefix(".injector-").suffix(".tmp");
    let mut content = match present {
        // As the builder makes it: 0600, before a byte is in it.
        None if mode == FileMode::Private => builder.tempfile_in(folder).map_err(|error| beside(&error))?,
        None => as_new_file(&mut builder).tempfile_in(folder).map_err(|error| beside(&error))?,
        Some(target) => {
            // A rename would replace a file even where no one may write to it.
            OpenOptions::new().write(true).open(target)?;
            let file = builder.tempfile_in(folder).map_err(|error| beside(&error))?;
            match mode {
                FileMode::Usual => keep_owner_and_mode(target, file.as_file())?,
                FileMode::Private => {}
            }
            file
        }
    };
    write_chunks(content.as_file_mut(), chunks.iter())?;
    content.as_file().sync_all()?;
    Ok(content)
}

/// Without the name of the temporary file, which the user does not know.
fn beside(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("no file can be created in its folder: {}", error.kind()))
}

/// With the mode of any new file: what the umask makes of 0666.
fn as_new_file<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(unix)]
fn keep_owner_and_mode(target: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (old, new) = (target.metadata()?, file.metadata()?);
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        // Only root may give files away; other users keep at least the group, where they are in it.
        let _ = fchown(file, Some(old.uid()), Some(old.gid())).or_else(|_| fchown(file, None, Some(old.gid())));
    }
    // After the owner: a change of owner clears bits of the mode.
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_owner_and_mode(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}
