//! `inject` and `uninject`: everything is planned and proved before the first byte is written anywhere.

use std::borrow::Cow;
use std::path::Path;

use crate::decide::clean::Clean;
use crate::decide::uninject::{Leftovers, Which};
use crate::diagnostic::{Code, Placed};
use crate::process::guard::Guard;
use crate::process::output::{self as forms, Failures, OutputFormat};
use crate::process::run::{Action, Detail, Leaves};
use crate::process::stream::{DocumentResult, Stream};
use crate::report::exit::ExitStatus;
use crate::report::{Allowed, Closing, ColourChoice, Levels};
use crate::shell::cli::{DecisionArgs, FactArgs, InjectArgs, InputArgs, ReportArgs, UninjectArgs, WriteArgs};
use crate::shell::files::input::{Input, InputSource};
use crate::shell::files::output::{self, Staged};
use crate::shell::files::selection::ProfileRef;

use super::settings::{self, Prepared};
use super::{CommandError, batch, publish};
use crate::tell::report::{self as tell, HeldBack, Subjects, Voice};

pub(super) fn inject(args: &InjectArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let prepared = Prepared::new(&args.decision, &args.facts).map_err(reported)?.changing(&args.change);
    let mut levels = prepared.levels(&args.levels);
    if is_patch(args.output) {
        // What an apply would do is no matter of a patch.
        levels.allowed.push(Allowed(Code::RoundTrip));
    }
    ChangingCommand {
        input: &args.input,
        write: &args.write,
        report: &args.report,
        levels,
        output: args.output,
        colour,
        decided: Some((&args.decision, &args.facts)),
    }
    .make(prepared)
}

pub(super) fn uninject(args: &UninjectArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let mut prepared = Prepared::for_undoing(args).map_err(reported)?;
    if let Some(namespace) = &args.namespace {
        prepared.run.default_namespace.clone_from(&namespace.0);
    }
    let mut names = Vec::new();
    for reference in &args.profiles {
        names.push(match reference {
            // A name need not be that of a profile at hand: the record says what to remove.
            ProfileRef::BuiltIn(name) => name.clone(),
            file @ (ProfileRef::File(_) | ProfileRef::Inline { .. }) => {
                settings::load_profile(file).map_err(reported)?.name
            }
        });
    }
    let which = if names.is_empty() { Which::All } else { Which::Of(names) };
    let leftovers = if args.force { Leftovers::Drop } else { Leftovers::Refuse };
    prepared.run.action = Action::Uninject(which, leftovers);
    ChangingCommand {
        input: &args.input,
        write: &args.write,
        report: &args.report,
        levels: Levels::default(),
        output: args.output,
        colour,
        decided: None,
    }
    .make(prepared)
}

/// A command that changes what it reads: from where, where to, and in which form.
struct ChangingCommand<'a> {
    input: &'a InputArgs,
    write: &'a WriteArgs,
    report: &'a ReportArgs,
    levels: Levels,
    output: Option<&'static OutputFormat>,
    colour: ColourChoice,
    /// What the settings of a KRM function are below; undoing has none.
    decided: Option<(&'a DecisionArgs, &'a FactArgs)>,
}

impl ChangingCommand<'_> {
    fn make(&self, mut prepared: Prepared) -> Result<ExitStatus, CommandError> {
        let reported = |errors| CommandError::reported(errors, self.report);
        let inputs = super::read_for(self.input, self.write.keep_going, &mut prepared).map_err(reported)?;
        let inputs = super::to_the_end(inputs);
        super::keep_inputs(&inputs, self.report)?;
        let to_files = self.write.in_place || self.write.output_dir.is_some();
        if !to_files {
            all_left_out(&inputs, &prepared).map_err(|error| reported(vec![error]))?;
        }
        let opened = batch::open(&inputs);
        if let Some((decision, facts)) = self.decided {
            prepared = prepared.with_function((&inputs, &opened), decision, facts).map_err(reported)?;
        }
        prepared.run.leaves = match self.output {
            Some(output) => output.leaves,
            None if !to_files && opened.iter().any(Stream::may_hold_review) => Leaves::Patch,
            None => Leaves::Text,
        };
        prepared.run.guard = self.guard(prepared.run.clean).map_err(|error| reported(vec![error]))?;
        let subjects = match publish::has_errors_only(self.report, &self.levels) {
            true => Subjects::Failed,
            false => Subjects::All,
        };
        if subjects == Subjects::Failed && prepared.run.leaves == Leaves::Text {
            prepared.run.detail = Detail::Errors;
        }
        let streams = super::to_the_end(batch::run_opened(opened, &inputs, &mut prepared).map_err(reported)?);
        let output = match self.output {
            Some(output) => output,
            None if to_files => &forms::YAML,
            None => default_output(&streams, &prepared.run.action),
        };
        if output.leaves == Leaves::Patch {
            let what = format!("the output `{}`", output.name);
            batch::refuse_function(&inputs, &streams, &what).map_err(|error| reported(vec![error]))?;
        }
        let is_failed = prepared.is_failed() || is_held_back(&streams, output);
        let fails = is_failed && !self.write.keep_going;
        let report = batch::report(&streams, &prepared.diagnostics, (subjects, Voice::Doing))
            .closing(tell::closing(&streams, Closing::Numbers));
        let (report, held_back) = tell::settled(report, &self.levels, fails);
        let written = if held_back == HeldBack::No { self.write(&inputs, &streams, output) } else { Ok(()) };
        let held_back = match &written {
            Err(error) if to_files && error.code != Code::PartlyWritten => HeldBack::Unwritten,
            _ => held_back,
        };
        let report = report.with(held_back.note()).with(written.err());
        let status = report.status();
        Ok(status.max(publish::write(report, self.report, self.colour)))
    }

    /// Which guards the patches get: those that leave by themselves.
    fn guard(&self, clean: Clean) -> Result<Guard, Placed> {
        match (self.write.guard, is_patch(self.output)) {
            (_, true) if clean == Clean::Strip => {
                let message = "'--clean' is for manifests, and a patch is for the live object that has these fields";
                Err(Placed::new(Code::Usage, message))
            }
            (guard, true) => Ok(guard.unwrap_or(Guard::Auto)),
            (None, false) => Ok(Guard::None),
            (Some(_), false) => Err(Placed::new(Code::Usage, "'--guard' is for '--output patch'")),
        }
    }

    fn write(&self, inputs: &[Input], streams: &[Stream<'_>], output: &OutputFormat) -> Result<(), Placed> {
        if let Some(directory) = &self.write.output_dir {
            let targets = output::mirror(directory, inputs).map_err(|error| error.placed())?;
            return stage(targets.iter().map(std::path::PathBuf::as_path).zip(streams));
        }
        if self.write.in_place {
            let changed = inputs.iter().zip(streams).filter(|(_, stream)| stream.is_changed());
            return stage(changed.filter_map(|(input, stream)| match &input.source {
                InputSource::File(path) => Some((path.as_path(), stream)),
                InputSource::Stdin => None,
            }));
        }
        super::print_pieces(output.write(streams)?.map(bytes)).map(drop)
    }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Whether patches leave by themselves.
fn is_patch(output: Option<&'static OutputFormat>) -> bool {
    output.is_some_and(|output| output.name == forms::PATCH.name)
}

/// Nothing would be printed, and a pipe would take that for a result.
fn all_left_out(inputs: &[Input], prepared: &Prepared) -> Result<(), Placed> {
    match prepared.diagnostics.iter().find(|placed| placed.code == Code::LeftOut) {
        Some(first) if inputs.is_empty() => {
            let placed = Placed::new(Code::NoManifests, "every file that is named is left out, as `exclude` says");
            Err(Placed { file: first.file.clone(), ..placed.hint(first.hint.clone()) })
        }
        _ => Ok(()),
    }
}

/// Whether failures keep the results from being written in this form.
pub(super) fn is_held_back(streams: &[Stream<'_>], output: &OutputFormat) -> bool {
    let answers = output.failures == Failures::Answer && streams.iter().all(Stream::is_readable);
    streams.iter().any(Stream::is_failed) && !answers
}

/// Where all that was read are reviews, they are answered; anything else is printed as it came.
pub(super) fn default_output(streams: &[Stream<'_>], action: &Action) -> &'static OutputFormat {
    let objects = forms::all_objects(streams);
    let reviews = matches!(action, Action::Inject)
        && !objects.is_empty()
        && objects.iter().all(|object| object.review.is_some())
        && streams.iter().flat_map(|stream| &stream.results).all(|result| matches!(result, DocumentResult::Done(_)));
    if reviews { &forms::RESPONSE } else { &forms::YAML }
}

/// All files are written beside their targets before the first one replaces its target.
fn stage<'f, 'i: 'f>(targets: impl Iterator<Item = (&'f Path, &'f Stream<'i>)>) -> Result<(), Placed> {
    let mut staged = Staged::new();
    for (path, stream) in targets {
        let chunks: Vec<&[u8]> = stream.pieces().map(str::as_bytes).collect();
        staged.stage(path, &chunks).map_err(|error| error.placed())?;
    }
    staged.commit().map(drop).map_err(|error| output::OutputError::from(error).placed())
}
