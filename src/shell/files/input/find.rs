//! What there is to read, without reading it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Exclusions, InputError, InputSource, Recursion};

/// A file that is to be read, or standard input.
pub(super) struct FoundInput {
    pub(super) source: InputSource,
    /// The directory argument below which it was found.
    pub(super) root: Option<PathBuf>,
    last: LastName,
}

/// What the last name of a path is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastName {
    /// That of a file, as its folder says.
    File,
    /// A link, or not known.
    MayLead,
}

/// Says what there is to read, without reading it.
pub(super) fn list(
    paths: &[PathBuf],
    recursion: Recursion,
    exclusions: &Exclusions,
) -> Vec<Result<FoundInput, InputError>> {
    if paths.is_empty() {
        return vec![Ok(FoundInput { source: InputSource::Stdin, root: None, last: LastName::MayLead })];
    }
    let found: Vec<_> = paths.iter().flat_map(|path| list_one(path, recursion, exclusions)).collect();
    // One walk through a folder meets each file once, and only a link leads to what has another path.
    let meets_each_once = paths.len() == 1 && found.iter().flatten().all(|found| found.last == LastName::File);
    if meets_each_once { found } else { refuse_twice(found) }
}

fn list_one(path: &Path, recursion: Recursion, exclusions: &Exclusions) -> Vec<Result<FoundInput, InputError>> {
    let one = |source| vec![Ok(FoundInput { source, root: None, last: LastName::MayLead })];
    if path.as_os_str() == "-" {
        return one(InputSource::Stdin);
    }
    if path.to_str().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://")) {
        return vec![Err(InputError::Url { url: path.display().to_string() })];
    }
    match path.metadata() {
        Err(error) => vec![Err(InputError::reading(&InputSource::File(path.to_owned()), error))],
        Ok(of) if of.is_dir() => {
            let files = walk(path, recursion, exclusions);
            if files.is_empty() {
                let below = recursion == Recursion::Off && !walk(path, Recursion::On, exclusions).is_empty();
                return vec![Err(InputError::NoManifests { directory: path.to_owned(), below })];
            }
            let found =
                |(file, last)| FoundInput { source: InputSource::File(file), root: Some(path.to_owned()), last };
            files.into_iter().map(|file| file.map(found)).collect()
        }
        Ok(_) if exclusions.cover(path) => Vec::new(),
        Ok(_) => one(InputSource::File(path.to_owned())),
    }
}

/// The manifests of a directory, each folder in the order of its names.
fn walk(
    directory: &Path,
    recursion: Recursion,
    exclusions: &Exclusions,
) -> Vec<Result<(PathBuf, LastName), InputError>> {
    let mut files = Vec::new();
    let mut todo = Vec::new();
    let open = |folder: &Path, todo: &mut Vec<_>| children(folder).map(|found| todo.extend(found));
    files.extend(open(directory, &mut todo).err().map(Err));
    while let Some((path, kind)) = todo.pop() {
        if exclusions.cover(&path) {
            continue;
        }
        if kind.is_dir() {
            if recursion == Recursion::On && !is_hidden(&path) {
                files.extend(open(&path, &mut todo).err().map(Err));
            }
        } else if is_manifest(&path) {
            files.extend(manifest(path, kind));
        }
    }
    files
}

/// A manifest, unless it is a link to something else. A link is judged by what it leads to; one that leads nowhere is an error, not
/// a file less.
fn manifest(path: PathBuf, kind: fs::FileType) -> Option<Result<(PathBuf, LastName), InputError>> {
    if kind.is_file() {
        return Some(Ok((path, LastName::File)));
    }
    match path.metadata() {
        Ok(target) => target.is_file().then_some(Ok((path, LastName::MayLead))),
        Err(error) => Some(Err(InputError::reading(&InputSource::File(path), error))),
    }
}

/// What is in a directory, last name first.
fn children(directory: &Path) -> Result<Vec<(PathBuf, fs::FileType)>, InputError> {
    let read = || -> io::Result<Vec<_>> {
        fs::read_dir(directory)?.map(|entry| entry.and_then(|e| Ok((e.file_name(), e.file_type()?)))).collect()
    };
    let mut all = read().map_err(|error| InputError::reading(&InputSource::File(directory.to_owned()), error))?;
    // Names alone: to compare whole paths takes each of them apart.
    all.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
    Ok(all.into_iter().map(|(name, kind)| (directory.join(name), kind)).collect())
}

/// What a tool keeps for itself, such as `.git` or `.terraform`: what looks like a manifest there is a copy or a cache.
fn is_hidden(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

/// The path without links. Folders are asked once, since most of a tree are files of a few.
fn canonical(path: &Path, last: LastName, folders: &mut HashMap<PathBuf, Option<PathBuf>>) -> Option<PathBuf> {
    match (last, path.parent(), path.file_name()) {
        (LastName::File, Some(folder), Some(name)) => match folders.get(folder) {
            Some(known) => Some(known.as_ref()?.join(name)),
            None => {
                let known = folder.canonicalize().ok();
                let path = known.as_ref().map(|folder| folder.join(name));
                folders.insert(folder.to_owned(), known);
                path
            }
        },
        _ => path.canonicalize().ok(),
    }
}

/// The same file under two names counts as well: written in place, one of the two results would be lost.
fn refuse_twice(found: Vec<Result<FoundInput, InputError>>) -> Vec<Result<FoundInput, InputError>> {
    // By the text of the path, which is compared at once; `None` is standard input.
    let mut seen: HashMap<Option<OsString>, String> = HashMap::new();
    let mut folders = HashMap::new();
    let mut once = |found: FoundInput| {
        let key = match &found.source {
            InputSource::Stdin => None,
            // What has no canonical path (`/dev/fd/63`) is known by the path it was given.
            InputSource::File(path) => {
                let canonical = canonical(path, found.last, &mut folders);
                Some(canonical.unwrap_or_else(|| path.components().collect()).into_os_string())
            }
        };
        match (seen.insert(key, found.source.to_string()), found.source) {
            (None, source) => Ok(FoundInput { source, ..found }),
            (Some(_), InputSource::Stdin) => Err(InputError::StdinTwice),
            (Some(first), InputSource::File(file)) => Err(InputError::FileTwice { file, first }),
        }
    };
    found.into_iter().map(|found| found.and_then(&mut once)).collect()
}
