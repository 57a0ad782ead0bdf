//! The bytes of a file.
//!
//! A large file is read into huge pages, where the system has them (Linux, `transparent_hugepage` not `never`). For 50 MB that is
//! 25 page faults instead of 12,000, which took a quarter of the time from start to exit. Most of what is left of it is to clear
//! and to fill the pages, so up to four cores do a part each.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use memmap2::MmapMut;

/// From this length on, in bytes, a file is large.
const LARGE: usize = 8 << 20;

/// The length of each part is a multiple of this, in bytes.
const HUGE_PAGE: usize = 2 << 20;

/// More cores would wait for the memory.
const MOST_PARTS: usize = 4;

/// Reads a file to its end. What is borrowed is never freed: a program reads its inputs once, and needs them until it ends.
pub(super) fn of(path: &Path) -> io::Result<Cow<'static, [u8]>> {
    let mut file = File::open(path)?;
    // Of a pipe, 0.
    let length = usize::try_from(file.metadata()?.len()).map_err(|_| ErrorKind::OutOfMemory)?;
    if length >= LARGE {
        if let Some(bytes) = in_huge_pages(&file, length)? {
            return Ok(Cow::Borrowed(bytes));
        }
        // On Windows, the cursor is behind what was read last.
        file.rewind()?;
    }
    let mut bytes = Vec::new();
    // The end is found where there is room for one byte more.
    bytes.try_reserve_exact(length.saturating_add(1)).map_err(|_| ErrorKind::OutOfMemory)?;
    // A file alone would ask for its length again.
    file.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(Cow::Owned(bytes))
}

/// `None` where there is no such memory, no thread, or where the file has another length meanwhile.
fn in_huge_pages(file: &File, length: usize) -> io::Result<Option<&'static [u8]>> {
    let Ok(mut map) = MmapMut::map_anon(length.saturating_add(1)) else { return Ok(None) };
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage); // a kernel without them has usual pages
    let parts = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_PARTS);
    let part = map.len().div_ceil(parts).next_multiple_of(HUGE_PAGE);
    let read: Option<io::Result<usize>> = thread::scope(|scope| {
        let todo = map.chunks_mut(part).zip((0..).step_by(part));
        let begin = |(part, from)| thread::Builder::new().spawn_scoped(scope, move || fill(file, part, from));
        let begun: Vec<_> = todo.map(begin).collect::<io::Result<_>>().ok()?;
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        Some(begun.into_iter().map(join).sum())
    });
    let is_whole = read.transpose()? == Some(length);
    Ok(if is_whole { Box::leak(Box::new(map)).get(..length) } else { None })
}

/// Reads from an offset on until the part is full, or the file ends; how many bytes that are.
fn fill(file: &File, part: &mut [u8], from: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = part.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, from + filled as u64) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_any_length_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for length in [0, 1, 4096, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE] {
            let written: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            std::fs::write(&path, &written).unwrap();
            let read = of(&path).unwrap();
            assert!(read == written, "{length} bytes");
            assert_eq!(matches!(read, Cow::Borrowed(_)), length >= LARGE, "{length} bytes");
        }
        #[cfg(unix)]
        assert_eq!(of(folder.path()).unwrap_err().kind(), ErrorKind::IsADirectory);
    }

    #[test]
    fn a_file_with_another_length_than_it_had_is_read_again() {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, &vec![b'a'; 2 * LARGE]).unwrap();
        for length in [2 * LARGE - 1, 2 * LARGE + 1, LARGE, 3 * LARGE] {
            assert_eq!(in_huge_pages(&file, length).unwrap(), None, "{length}");
        }
        assert_eq!(in_huge_pages(&file, 2 * LARGE).unwrap().map(<[u8]>::len), Some(2 * LARGE));
    }
}
