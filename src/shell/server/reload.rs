//! Reloads files when their content changes, however they are replaced.
//!
//! In a Secret volume kubelet replaces a link (`..data`) to the folder with the files, which a watch of a file's inode does
//! not see. Reading a few kilobytes every other second sees it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::MissedTickBehavior;

use super::metrics::{Metrics, Reload, Reloaded};

/// A hash of the content of files. It does not reveal the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of these files, in this order.
    pub fn of(contents: &[impl AsRef<[u8]>]) -> Self {
        let mut hash = Sha256::new();
        for content in contents {
            let content = content.as_ref();
            hash.update(content.len().to_be_bytes());
            hash.update(content);
        }
        Self(hash.finalize().into())
    }
}

/// Files to watch.
#[derive(Clone, Debug)]
pub(crate) struct WatchedFiles {
    /// The name in metrics and logs.
    pub what: Reload,
    pub files: Vec<PathBuf>,
    /// The content in use.
    pub in_use: Fingerprint,
}

/// Reads the files every `interval`, and hands their content to `apply` when it differs from the content in use. Never ends.
///
/// A file may be missing for a moment, and of two files perhaps only one is new already. So a failure is tried once more at
/// the next read, and only then logged and counted, once for each content. The old content stays in use until `apply`
/// accepts another.
pub(crate) async fn watch(
    watched: WatchedFiles,
    interval: Duration,
    metrics: Arc<Metrics>,
    mut apply: impl FnMut(&[Vec<u8>]) -> Result<(), String>,
) {
    let mut look = ReloadState { in_use: watched.in_use, failed: None };
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let files = watched.files.clone();
        let read = tokio::task::spawn_blocking(move || read(&files));
        // It fails only when the runtime ends, or after a panic, which is logged already.
        let Ok(read) = read.await else { continue };
        let what = name(watched.what);
        match look.at(read, &mut apply) {
            Observed::Same | Observed::Doubtful => {}
            Observed::Changed => {
                metrics.reloaded(watched.what, Reloaded::success);
                tracing::info!(what, "reloaded");
            }
            Observed::Bad(reason) => {
                metrics.reloaded(watched.what, Reloaded::failure);
                tracing::error!(what, error = reason.as_str(), "not reloaded: the old one stays in use");
            }
        }
    }
}

const fn name(what: Reload) -> &'static str {
    match what {
        Reload::certificate => "certificate",
        Reload::client_ca => "client CA",
        Reload::profiles => "profiles",
    }
}

fn read(files: &[PathBuf]) -> Result<Vec<Vec<u8>>, String> {
    let read = |file: &PathBuf| fs::read(file).map_err(|error| format!("{}: {error}", file.display()));
    files.iter().map(read).collect()
}

/// How often a content has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailedContent {
    Once(Fingerprint),
    Reported(Fingerprint),
}

#[derive(Debug)]
struct ReloadState {
    in_use: Fingerprint,
    failed: Option<FailedContent>,
}

/// What a read of the files has shown.
#[derive(Debug, PartialEq, Eq)]
enum Observed {
    /// The content in use, or content that was reported as bad and still is.
    Same,
    /// Content that failed for the first time.
    Doubtful,
    /// New content, which is in use now.
    Changed,
    /// Content that failed twice in a row.
    Bad(String),
}

impl ReloadState {
    fn at(
        &mut self,
        read: Result<Vec<Vec<u8>>, String>,
        apply: &mut impl FnMut(&[Vec<u8>]) -> Result<(), String>,
    ) -> Observed {
        let (seen, outcome) = match read {
            Err(error) => (Fingerprint::of(&[error.as_bytes()]), Err(error)),
            Ok(contents) => {
                let seen = Fingerprint::of(&contents);
                if seen == self.in_use {
                    self.failed = None;
                    return Observed::Same;
                }
                (seen, apply(&contents))
            }
        };
        match (outcome, self.failed) {
            (Ok(()), _) => {
                *self = Self { in_use: seen, failed: None };
                Observed::Changed
            }
            (Err(_), Some(FailedContent::Reported(known))) if known == seen => Observed::Same,
            (Err(reason), Some(FailedContent::Once(once))) if once == seen => {
                self.failed = Some(FailedContent::Reported(seen));
                Observed::Bad(reason)
            }
            (Err(_), _) => {
                self.failed = Some(FailedContent::Once(seen));
                Observed::Doubtful
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Result<Vec<Vec<u8>>, String> {
        Ok(vec![text.as_bytes().to_vec()])
    }

    #[test]
    fn the_border_between_files_is_part_of_the_content() {
        assert_ne!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["a", "bc"]));
        assert_eq!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["ab", "c"]));
    }

    #[test]
    fn a_change_is_taken_once_and_a_bad_one_is_reported_once() {
        let mut look = ReloadState { in_use: Fingerprint::of(&["a"]), failed: None };
        let mut tried = Vec::new();
        let mut apply = |contents: &[Vec<u8>]| {
            let text = String::from_utf8(contents[0].clone()).unwrap();
            tried.push(text.clone());
            if text.starts_with("bad") { Err(format!("`{text}`")) } else { Ok(()) }
        };
        let gone = || Err("gone".to_owned());
        for (read, seen) in [
            (content("a"), Observed::Same),
            (content("b"), Observed::Changed),
            (content("b"), Observed::Same),
            // Half of a pair was new, which is not reported.
            (content("bad half"), Observed::Doubtful),
            (content("c"), Observed::Changed),
            (gone(), Observed::Doubtful),
            (content("c"), Observed::Same),
            (content("bad 1"), Observed::Doubtful),
            (content("bad 1"), Observed::Bad("`bad 1`".to_owned())),
            (content("bad 1"), Observed::Same),
            (content("bad 2"), Observed::Doubtful),
            (content("bad 2"), Observed::Bad("`bad 2`".to_owned())),
            (gone(), Observed::Doubtful),
            (gone(), Observed::Bad("gone".to_owned())),
            (gone(), Observed::Same),
            // Back to what is in use: nothing is loaded.
            (content("c"), Observed::Same),
            (content("bad 1"), Observed::Doubtful),
            (content("bad 1"), Observed::Bad("`bad 1`".to_owned())),
            (content("d"), Observed::Changed),
        ] {
            assert_eq!(look.at(read, &mut apply), seen);
        }
        assert_eq!(
            tried,
            ["b", "bad half", "c", "bad 1", "bad 1", "bad 1", "bad 2", "bad 2", "bad 1", "bad 1", "d"],
            "bad content is tried again, since a certificate can become valid, and reported once"
        );
    }
}
