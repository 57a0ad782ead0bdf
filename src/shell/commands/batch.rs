//! All inputs of a run taken through the core: read, namespaces collected first, then every document on its own.

use std::io::{IsTerminal as _, Write as _};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::decide::clean::Clean;
use crate::decide::facts::{NamespaceGate, Namespaces};
use crate::decide::inject::{Outdated, Request};
use crate::diagnostic::{Code, Placed, Places};
use crate::process::{self, Action, Expand, Job, Leaves, Processed};
use crate::shell::files::input::Input;
use crate::text::document::{self, Document, Triage};
use crate::value::view::{Kind, View as _};

use super::place::{namespace_warning, unreadable};
use super::settings::Settings;

/// What is done with all documents of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task<'a> {
    pub(super) action: Action<'a>,
    pub(super) outdated: Outdated,
    pub(super) clean: Clean,
    pub(super) expand: Expand,
    pub(super) patches: Patches,
}

/// Whether the patches are wanted once the text has been spliced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patches {
    Drop,
    Keep,
}

/// One input with what became of its documents.
pub(super) struct File<'i> {
    pub(super) input: &'i Input,
    pub(super) name: String,
    pub(super) text: &'i str,
    pub(super) documents: Vec<Document>,
    pub(super) results: Vec<Outcome>,
    /// The stream as a whole could not be split.
    pub(super) error: Option<Placed>,
    /// What is wrong with its namespaces, and counts as unset.
    pub(super) warnings: Vec<Placed>,
}

/// What became of one document.
pub(super) enum Outcome {
    /// Its bytes pass through: it holds nothing that could be injected.
    Opaque,
    /// It was read and planned.
    Done(Box<Processed>),
    /// It could not be read.
    Unreadable(Placed),
}

impl File<'_> {
    pub(super) fn processed(&self) -> impl Iterator<Item = (&Document, &Processed)> {
        self.documents.iter().zip(&self.results).filter_map(|(document, outcome)| match outcome {
            Outcome::Done(processed) => Some((document, &**processed)),
            _ => None,
        })
    }

    /// Whether anything of it failed.
    pub(super) fn is_failed(&self) -> bool {
        self.error.is_some()
            || self.results.iter().any(|outcome| match outcome {
                Outcome::Opaque => false,
                Outcome::Done(processed) => processed.objects.iter().any(process::Object::is_failed),
                Outcome::Unreadable(_) => true,
            })
    }

    /// Whether anything of it changes.
    pub(super) fn is_changed(&self) -> bool {
        self.processed().any(|(_, processed)| !processed.edits.is_empty() || processed.rendered.is_some())
    }

    /// The file's new content, as slices of the old and of what is inserted.
    pub(super) fn pieces(&self) -> Vec<&str> {
        let mut pieces: Vec<&str> = Vec::new();
        let mut pass = 0..0;
        for (document, outcome) in self.documents.iter().zip(&self.results) {
            match outcome {
                Outcome::Done(processed) if processed.rendered.is_some() || !processed.edits.is_empty() => {
                    pieces.push(self.text.get(pass.clone()).unwrap_or_default());
                    let text = processed.rendered.as_deref().unwrap_or_else(|| document.text(self.text));
                    pieces.extend(crate::text::splice::pieces(text, &processed.edits));
                    pass = document.range.end..document.range.end;
                }
                _ => pass.end = document.range.end,
            }
        }
        pieces.push(self.text.get(pass.start..).unwrap_or_default());
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

/// Takes all inputs through.
pub(super) fn run<'i>(inputs: &'i [Input], settings: &mut Settings, task: &Task<'_>) -> Vec<File<'i>> {
    let mut files = open_all(inputs, settings);
    let job = job(settings, task);
    let template_paths = job.request.all_template_paths();
    let todo: Vec<(usize, usize)> = files
        .iter()
        .enumerate()
        .flat_map(|(index, file)| (0..file.documents.len()).map(move |document| (index, document)))
        .filter(|(file, document)| {
            files.get(*file).is_some_and(|file| {
                let text = file.documents.get(*document).map_or("", |document| document.text(file.text));
                process::triage(text, &template_paths) == Triage::Candidate
            })
        })
        .collect();
    let work = |(file, document): (usize, usize)| {
        let file = files.get(file)?;
        let document = file.documents.get(document)?;
        Some(process(file, document, &job, task.patches))
    };
    let results = in_parallel(&todo, work);
    for ((file, document), outcome) in todo.into_iter().zip(results) {
        let slot = files.get_mut(file).and_then(|file| file.results.get_mut(document));
        if let (Some(slot), Some(outcome)) = (slot, outcome) {
            *slot = outcome;
        }
    }
    files
}

/// Splits all inputs, and notes what they say of namespaces.
pub(super) fn open_all<'i>(inputs: &'i [Input], settings: &mut Settings) -> Vec<File<'i>> {
    let mut files: Vec<File<'i>> = inputs.iter().map(open).collect();
    let namespaces = &mut settings.namespaces;
    files.iter_mut().for_each(|file| collect_namespaces(file, namespaces));
    files
}

/// What is asked of every document.
pub(super) fn job<'a>(settings: &'a Settings, task: &Task<'a>) -> Job<'a> {
    Job {
        request: Request {
            profiles: &settings.profiles,
            set: &settings.set,
            template_paths: &settings.template_paths,
            outdated: task.outdated,
            renderings: &settings.renderings,
        },
        action: task.action,
        namespaces: &settings.namespaces,
        default_namespace: &settings.default_namespace,
        namespace_gate: NamespaceGate::Open,
        kubernetes_version: settings.kubernetes_version,
        clean: task.clean,
        expand: task.expand,
        rendered: &settings.rendered,
        encodings: &settings.encodings,
        leaves: match task.patches {
            Patches::Drop => Leaves::Text,
            Patches::Keep => Leaves::Patch,
        },
    }
}

fn open(input: &Input) -> File<'_> {
    let name = input.source.to_string();
    // Reading has seen that it is UTF-8.
    let text = std::str::from_utf8(&input.bytes).unwrap_or_default();
    let (documents, error) = match document::split(text) {
        Ok(documents) => (documents, None),
        Err(error) => (Vec::new(), Some(unreadable(&name, text, 0, &error))),
    };
    let results = documents.iter().map(|_| Outcome::Opaque).collect();
    File { input, name, text, documents, results, error, warnings: Vec::new() }
}

/// An error of reading a document that begins at `start`, with its place in the file.
/// Only a document in which the word stands can hold a Namespace.
fn collect_namespaces(file: &mut File<'_>, namespaces: &mut Namespaces) {
    let word = memchr::memmem::Finder::new("Namespace");
    for document in &file.documents {
        let text = document.text(file.text);
        if word.find(text.as_bytes()).is_some()
            && process::triage(text, &[]) == Triage::Candidate
            && let Ok(tree) = document.parse(file.text)
        {
            let collected = process::collect_namespaces(&tree, namespaces);
            let at = |offset| Places::new(file.text).position(document.range.start + offset);
            let warnings = collected.warnings.iter();
            file.warnings.extend(warnings.map(|(warning, offset)| namespace_warning(warning, &file.name, at(*offset))));
        }
    }
}

fn process(file: &File<'_>, document: &Document, job: &Job<'_>, patches: Patches) -> Outcome {
    match process::process(document.text(file.text), document.language, job) {
        Ok(processed) if processed.objects.is_empty() && is_mere_text(file, document) => {
            Outcome::Unreadable(mere_text(file, document))
        }
        Ok(mut processed) => {
            if patches == Patches::Drop {
                processed.objects.iter_mut().for_each(|object| object.outcome.forget_patch());
            }
            Outcome::Done(Box::new(processed))
        }
        Err(error) => Outcome::Unreadable(unreadable(&file.name, file.text, document.range.start, &error)),
    }
}

/// Whether a document is one scalar: no object, and no list of anything that some tool might read.
fn is_mere_text(file: &File<'_>, document: &Document) -> bool {
    let scalar = |tree: &crate::text::yaml::tree::Tree<'_>| {
        let root = tree.root()?;
        let kind = tree.view(root).kind();
        Some(!matches!(kind, Kind::Mapping | Kind::Sequence | Kind::Null))
    };
    document.parse(file.text).is_ok_and(|tree| scalar(&tree) == Some(true))
}

/// What came instead of a manifest: the message of a program that failed, most likely.
fn mere_text(file: &File<'_>, document: &Document) -> Placed {
    let text = document.text(file.text);
    let is_content =
        |line: &&str| !line.starts_with("---") && !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let line = text.split_inclusive('\n').find(is_content).unwrap_or_default();
    let offset = document.range.start + (line.as_ptr().addr() - text.as_ptr().addr()).min(text.len());
    let shown: String = line.trim().chars().take(80).collect();
    let at = Places::new(file.text).position(offset);
    Placed::new(Code::NotAManifest, format!("`{shown}` is text, not a manifest")).at(file.name.as_str(), Some(at))
}

/// Fewer documents than this are not worth a thread.
const FEW: usize = 32;

/// Documents are planned independently, so every core takes the next one. Results come back in order.
fn in_parallel<T: Copy + Sync, R: Send>(todo: &[T], work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let progress = Progress::new(todo.len());
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(todo.len() / FEW);
    if cores <= 1 {
        return todo.iter().map(|item| progress.after(work(*item))).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            todo.get(index).map(|item| (index, *item))
        } {
            done.push((index, progress.after(work(item))));
        }
        done
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(take)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

/// A line on standard error that counts documents, once a run takes long, and on a terminal only.
struct Progress {
    total: usize,
    done: AtomicUsize,
    since: Option<Instant>,
}

impl Progress {
    const QUIET: Duration = Duration::from_secs(1);

    fn new(total: usize) -> Self {
        let since = (total > FEW && std::io::stderr().is_terminal()).then(Instant::now);
        Self { total, done: AtomicUsize::new(0), since }
    }

    fn after<R>(&self, result: R) -> R {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.since.is_some_and(|since| since.elapsed() > Self::QUIET)
            && (done.is_multiple_of(64) || done == self.total)
        {
            // A terminal that is gone has nobody to tell.
            let end = if done == self.total { "\r\x1b[K" } else { "" };
            let _ = write!(std::io::stderr().lock(), "\r{done} of {} documents{end}", self.total);
        }
        result
    }
}
