//! A file overwritten where it is, because it cannot be replaced. Until the new content is on the disk there is a copy of the
//! old one.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::Builder;

/// Writes `new` into a file. When that fails, the old content is written back; when that fails too, the copy stays.
///
/// # Errors
/// The first thing that fails. It names the copy, where that is all that is left of the old content.
pub(super) fn overwrite(target: &Path, new: &[u8]) -> io::Result<()> {
    let old = fs::read(target)?;
    // 0600: others may not read the copy, whoever could read the file.
    let folder = env::temp_dir();
    let copied = Builder::new().prefix("injector-").suffix(".old").tempfile_in(&folder).and_then(|mut copy| {
        copy.write_all(&old)?;
        copy.as_file().sync_all()?;
        Ok(copy)
    });
    let no_copy = |error: io::Error| {
        let (folder, kind) = (folder.display(), error.kind());
        io::Error::new(
            kind,
            format!("no copy of it can be kept in `{folder}`: {kind}; name another folder in `TMPDIR`"),
        )
    };
    let copy = copied.map_err(no_copy)?;
    let mut file = OpenOptions::new().write(true).open(target)?;
    let Err(error) = write(&mut file, new) else { return Ok(()) };
    let restored = OpenOptions::new().write(true).open(target).and_then(|mut file| write(&mut file, &old));
    match restored {
        Ok(()) => Err(error),
        Err(_) => Err(match copy.keep() {
            Ok((_, path)) => {
                io::Error::new(error.kind(), format!("{error}; its old content is in `{}`", path.display()))
            }
            Err(_) => error,
        }),
    }
}

fn write(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    // Only now: a full disk must not have cost the end of the old content.
    file.set_len(content.len() as u64)?;
    file.sync_all()
}
