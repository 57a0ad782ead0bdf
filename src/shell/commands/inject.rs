//! `inject` and `uninject`: everything is planned and proved before the first byte is written anywhere.

use std::path::Path;

use crate::decide::clean::Clean;
use crate::decide::inject::Outdated;
use crate::decide::uninject::{Leftovers, Which};
use crate::diagnostic::{Code, Placed};
use crate::process::render;
use crate::process::{Action, Expand, Object};
use crate::report::exit::ExitStatus;
use crate::shell::cli::{InjectArgs, InputArgs, OutputFormat, ReportArgs, UninjectArgs, UninjectFormat, WriteArgs};
use crate::shell::files::input::{Input, Source};
use crate::shell::files::output::{self, Staged};
use crate::shell::files::selection::ProfileRef;
use crate::value::view::View as _;

use super::batch::{self, File, Outcome, Patches, Task};
use super::settings::{self, Settings};
use super::tell::{self, HeldBack, Voice};
use super::{Colour, Failed};

pub(super) fn inject(args: &InjectArgs, colour: Colour) -> Result<ExitStatus, Failed> {
    let told = |errors| Failed::told(errors, &args.report);
    let mut settings = Settings::new(&args.decision, &args.facts).map_err(told)?;
    let task = |patches| Task {
        action: Action::Inject,
        outdated: if args.reinject { Outdated::Replace } else { Outdated::Keep },
        clean: if args.clean { Clean::Strip } else { Clean::Keep },
        expand: if args.expand { Expand::Render } else { Expand::Refuse },
        patches,
    };
    Run { input: &args.input, write: &args.write, report: &args.report, output: args.format.output, colour }
        .run(&mut settings, task)
}

pub(super) fn uninject(args: &UninjectArgs, colour: Colour) -> Result<ExitStatus, Failed> {
    let told = |errors| Failed::told(errors, &args.report);
    let mut settings = Settings::for_undoing(&args.profiles, &args.template_paths).map_err(told)?;
    let mut names = Vec::new();
    for reference in &args.profiles {
        names.push(match reference {
            // A name need not be that of a profile at hand: the record says what to remove.
            ProfileRef::BuiltIn(name) => name.clone(),
            file @ ProfileRef::File(_) => settings::load_profile(file).map_err(told)?.name,
        });
    }
    let which = if names.is_empty() { Which::All } else { Which::Of(&names) };
    let leftovers = if args.force { Leftovers::Drop } else { Leftovers::Refuse };
    let output = args.format.output.map(|output| match output {
        UninjectFormat::Json => OutputFormat::Json,
        UninjectFormat::Patch => OutputFormat::Patch,
        UninjectFormat::Yaml => OutputFormat::Yaml,
    });
    let task = |patches| Task {
        action: Action::Uninject(which, leftovers),
        outdated: Outdated::Keep,
        clean: Clean::Keep,
        expand: Expand::Refuse,
        patches,
    };
    Run { input: &args.input, write: &args.write, report: &args.report, output, colour }.run(&mut settings, task)
}

struct Run<'a> {
    input: &'a InputArgs,
    write: &'a WriteArgs,
    report: &'a ReportArgs,
    output: Option<OutputFormat>,
    colour: Colour,
}

impl Run<'_> {
    fn run<'t>(&self, settings: &mut Settings, task: impl FnOnce(Patches) -> Task<'t>) -> Result<ExitStatus, Failed> {
        let told = |errors| Failed::told(errors, self.report);
        let inputs = super::read(self.input).map_err(told)?;
        let to_files = self.write.in_place || self.write.output_dir.is_some();
        let text_only = match self.output {
            _ if to_files => true,
            None => !inputs.iter().any(may_hold_review),
            Some(output) => output == OutputFormat::Yaml,
        };
        let task = task(if text_only { Patches::Drop } else { Patches::Keep });
        let files = batch::run(&inputs, settings, &task);
        let output = self
            .output
            .unwrap_or_else(|| if to_files { OutputFormat::Yaml } else { default_output(&files, task.action) });
        let failed = files.iter().any(File::is_failed);
        // Answers are given to failing reviews too: a refusal is an answer.
        let answers = output == OutputFormat::Response && files.iter().all(is_readable);
        let written = if failed && !self.write.keep_going && !answers { Ok(()) } else { self.write(&files, output) };
        let held_back = match &written {
            Ok(()) if failed && !self.write.keep_going && !answers => HeldBack::ByFailures,
            Err(error) if to_files && error.code != Code::PartlyWritten => HeldBack::Unwritten,
            _ => HeldBack::No,
        };
        let report = tell::report(&files, settings, Voice::Doing(held_back)).with(written.err());
        tell::write(&report, self.report, self.colour);
        Ok(report.status())
    }

    fn write(&self, files: &[File<'_>], output: OutputFormat) -> Result<(), Placed> {
        if let Some(directory) = &self.write.output_dir {
            return mirror(directory, files);
        }
        if self.write.in_place {
            let changed = files.iter().filter(|file| file.is_changed());
            return stage(changed.filter_map(|file| match &file.input.source {
                Source::File(path) => Some((path.as_path(), file)),
                Source::Stdin => None,
            }));
        }
        match output {
            OutputFormat::Yaml => {
                let pieces: Vec<&[u8]> = joined(files);
                super::print_pieces(&pieces)?;
            }
            OutputFormat::Json => {
                super::print(render::json(objects_as_json(files)?).as_bytes())?;
            }
            OutputFormat::Patch => {
                super::print(render::patches(&all_objects(files)).as_bytes())?;
            }
            OutputFormat::Response => {
                let unproved = |error: crate::process::proof::ProofError| Placed::new(Code::Proof, error.to_string());
                super::print(render::responses(&all_objects(files)).map_err(unproved)?.as_bytes())?;
            }
        }
        Ok(())
    }
}

fn is_readable(file: &File<'_>) -> bool {
    file.error.is_none() && !file.results.iter().any(|outcome| matches!(outcome, Outcome::Unreadable(_)))
}

/// Whether the word stands in it; else no patches have to be kept for answers.
fn may_hold_review(input: &Input) -> bool {
    memchr::memmem::find(&input.bytes, b"AdmissionReview").is_some()
}

/// Where all that was read are reviews, they are answered; anything else is printed as it came.
fn default_output(files: &[File<'_>], action: Action<'_>) -> OutputFormat {
    let objects = all_objects(files);
    let reviews = matches!(action, Action::Inject)
        && !objects.is_empty()
        && objects.iter().all(|object| object.review.is_some())
        && files.iter().flat_map(|file| &file.results).all(|outcome| matches!(outcome, Outcome::Done(_)));
    if reviews { OutputFormat::Response } else { OutputFormat::Yaml }
}

/// All files one after the other; a document mark keeps one file's last document from the next one's first.
///
/// A stream that begins with `{` is JSON to kubectl up to its end, so one that goes on in YAML begins with a mark.
fn joined<'f>(files: &'f [File<'_>]) -> Vec<&'f [u8]> {
    let all: Vec<(&File<'_>, Vec<&str>)> =
        files.iter().map(|file| (file, file.pieces())).filter(|(_, own)| !own.is_empty()).collect();
    let is_json = |own: &[&str]| own.first().is_some_and(|first| first.trim_ascii_start().starts_with('{'));
    let is_json_stream = all.iter().all(|(_, own)| is_json(own));
    let mut pieces: Vec<&str> = Vec::new();
    if let Some((first, own)) = all.first()
        && is_json(own)
        && !is_json_stream
    {
        pieces.extend(["---", line_end(first.text)]);
    }
    let mut before: Option<&File<'_>> = None;
    for (file, own) in all {
        if let Some(before) = before {
            let end = line_end(before.text);
            if !pieces.last().is_some_and(|last| last.ends_with('\n')) {
                pieces.push(end);
            }
            if !is_json_stream && !own.first().is_some_and(|first| first.starts_with("---")) {
                pieces.extend(["---", end]);
            }
        }
        pieces.extend(own);
        before = Some(file);
    }
    pieces.into_iter().map(str::as_bytes).collect()
}

/// How the lines of a text end: as its last one does.
fn line_end(text: &str) -> &'static str {
    let (before, _) = text.rsplit_once('\n').unwrap_or_default();
    if before.ends_with('\r') { "\r\n" } else { "\n" }
}

fn all_objects<'f>(files: &'f [File<'_>]) -> Vec<&'f Object> {
    files.iter().flat_map(File::processed).flat_map(|(_, processed)| &processed.objects).collect()
}

/// Every document of the result, read once more: what JSON shows is what the text says.
fn objects_as_json(files: &[File<'_>]) -> Result<Vec<serde_json::Value>, Placed> {
    let mut objects = Vec::new();
    for file in files {
        for (document, outcome) in file.documents.iter().zip(&file.results) {
            let text = match outcome {
                Outcome::Unreadable(error) => {
                    let message = "a document that cannot be read cannot pass through as JSON";
                    let at = error.position;
                    return Err(Placed::new(Code::Output, message)
                        .at(file.name.as_str(), at)
                        .hint(Some("use `-o yaml`")));
                }
                Outcome::Done(processed) => {
                    let text = processed.rendered.as_deref().unwrap_or_else(|| document.text(file.text));
                    crate::text::splice::pieces(text, &processed.edits).concat()
                }
                Outcome::Opaque => document.text(file.text).to_owned(),
            };
            let tree = crate::process::parse(&text, document.language)
                .map_err(|error| super::place::unreadable(&file.name, file.text, document.range.start, &error))?;
            if let Some(root) = tree.root() {
                let value = tree.view(root).value();
                if !value.is_null() {
                    objects.push(value);
                }
            }
        }
    }
    Ok(objects)
}

fn mirror(directory: &Path, files: &[File<'_>]) -> Result<(), Placed> {
    let inputs: Vec<Input> = files.iter().map(|file| file.input.clone()).collect();
    let targets = output::mirror(directory, &inputs).map_err(|error| error.placed())?;
    stage(targets.iter().map(std::path::PathBuf::as_path).zip(files))
}

/// All files are written beside their targets before the first one takes its place.
fn stage<'f, 'i: 'f>(targets: impl Iterator<Item = (&'f Path, &'f File<'i>)>) -> Result<(), Placed> {
    let mut staged = Staged::new();
    for (path, file) in targets {
        let pieces = file.pieces();
        let chunks: Vec<&[u8]> = pieces.iter().map(|piece| piece.as_bytes()).collect();
        staged.stage(path, &chunks).map_err(|error| error.placed())?;
    }
    staged.commit().map(drop).map_err(|error| output::OutputError::from(error).placed())
}
