//! `fn`: a KRM function. It reads a ResourceList, and prints it with what was injected, and with a result for each message.
//!
//! Source: the KRM Functions Specification, <https://github.com/kubernetes-sigs/kustomize> (cmd/config/docs/api-conventions).

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Placed, Position};
use crate::kube::workload::Identity;
use crate::process::function::{self, FunctionItem};
use crate::process::stream::Stream;
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, Report, Resource, TemplateReport, function_results};
use crate::shell::cli::{FnArgs, FnMode};
use crate::shell::files::input::{self, Input, InputSource, Recursion};

use super::settings::Prepared;
use super::{CommandError, batch, publish};
use crate::tell::report::{Subjects, Voice};

pub(super) fn function(args: &FnArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let inputs = input::read(&[], Recursion::Off).map_err(|error| reported(vec![error.placed()]))?;
    let text = inputs.first().map(text).unwrap_or_default();
    let items = function::items(text).ok_or_else(|| reported(vec![not_a_list()]))?;
    let opened = batch::open(&inputs);
    let mut prepared = match Prepared::of_function((&inputs, &opened), &args.decision, &args.facts) {
        Ok(prepared) => prepared,
        Err(errors) => return answer(text, text, &items, Report::new(Vec::new(), errors), args, colour),
    };
    let voice = match args.mode {
        FnMode::Inject => Voice::Doing,
        FnMode::Check => Voice::Checking,
    };
    let streams = match batch::run_opened(opened, &inputs, &mut prepared) {
        Ok(streams) => streams,
        Err(errors) => return answer(text, text, &items, Report::new(Vec::new(), errors), args, colour),
    };
    let report =
        prepared.levels(&args.levels).apply(batch::report(&streams, &prepared.diagnostics, (Subjects::All, voice)));
    // What fails stays as it is, and the host drops the list: it takes nothing of a function that fails.
    let changed: String = match voice {
        Voice::Doing => streams.iter().flat_map(Stream::pieces).collect(),
        Voice::Checking => text.to_owned(),
    };
    answer(&changed, text, &items, report, args, colour)
}

fn text(input: &Input) -> &str {
    debug_assert_eq!(input.source, InputSource::Stdin);
    &input.text
}

fn not_a_list() -> Placed {
    Placed::new(Code::NotAManifest, "standard input is not one ResourceList")
        .at(InputSource::Stdin.to_string(), None)
        .hint(Some("`fn` is for kustomize and kpt; for manifests use `inject` or `check`"))
}

/// The object of the list that something is about.
fn resource(items: &[FunctionItem], placed: &Placed) -> Option<Resource> {
    let at = placed.position.filter(|_| placed.file == InputSource::Stdin.to_string())?;
    let item = items.iter().find(|item| item.holds(at))?;
    let Identity { api_version, kind, namespace, name, .. } = item.identity.clone()?;
    Some(Resource { api_version, kind, namespace, name: name.unwrap_or_default(), file: item.file() })
}

/// Prints the list with its results, and the report. Where anything is wrong, the status is 1, as the specification has it.
fn answer(
    changed: &str,
    read: &str,
    items: &[FunctionItem],
    report: Report,
    args: &FnArgs,
    colour: ColourChoice,
) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let files: BTreeMap<Position, &FunctionItem> = items.iter().map(|item| (item.at, item)).collect();
    let report = report.placed_by(&|entry: &TemplateReport| files.get(&entry.position?)?.file());
    let object = |placed: &Placed| resource(items, placed);
    let results = function_results(&report, &object);
    let report = report.others_placed_by(&|placed| object(placed)?.file);
    let is_wrong = report.status() != ExitStatus::Done;
    let list = function::with_results(if is_wrong && args.mode == FnMode::Inject { read } else { changed }, results)
        .map_err(|error| {
            let message = format!("the results cannot be written into the ResourceList: {error}");
            reported(vec![Placed::new(Code::Output, message)])
        })?;
    super::print(list.as_bytes()).map_err(|error| reported(vec![error]))?;
    let published = publish::write(report, &args.report, colour);
    let status = if is_wrong { ExitStatus::Findings } else { ExitStatus::Done };
    Ok(status.max(published.min(ExitStatus::Findings)))
}
