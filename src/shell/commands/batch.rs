//! All inputs of a run taken through the core: split, facts collected first, then every document on its own.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::diagnostic::{Code, Placed};
use crate::process::look::Triage;
use crate::process::object::ObjectClass;
use crate::process::run::Files;
use crate::process::stream::{FactKind, Stream, StreamOrigin};
use crate::report::Report;
use crate::shell::files::input::{Input, InputSource};
use crate::shell::files::kustomize;
use crate::shell::files::parallel::{AllCores, FEW, filter_in_parallel, in_parallel};
use crate::tell::report::{self as tell, Subjects, Voice};

use super::settings::{Prepared, Runs};

/// Takes all inputs through.
pub(super) fn run<'i>(inputs: &'i [Input], prepared: &mut Prepared) -> Result<Vec<Stream<'i>>, Vec<Placed>> {
    run_opened(open(inputs), inputs, prepared)
}

/// The same, of inputs that are open.
pub(super) fn run_opened<'i>(
    mut streams: Vec<Stream<'i>>,
    inputs: &[Input],
    prepared: &mut Prepared,
) -> Result<Vec<Stream<'i>>, Vec<Placed>> {
    let files = kustomize::classify(inputs);
    let runs = prepared.runs(inputs, &files)?;
    streams = read_facts(streams, (inputs, &files), &runs, prepared);
    let cluster = &prepared.cluster;
    let todo: Vec<(usize, usize)> = streams
        .iter()
        .enumerate()
        .flat_map(|(index, stream)| (0..stream.documents.len()).map(move |document| (index, document)))
        .collect();
    let work = |(stream, document): (usize, usize)| {
        let (stream, run) = (streams.get(stream)?, runs.of(stream)?);
        match stream.triage(document, run) {
            Triage::Opaque => None,
            Triage::Candidate => Some(stream.process(stream.documents.get(document)?, run, cluster)),
        }
    };
    let progress = Progress::new(todo.len());
    for (index, result) in filter_in_parallel(&todo, |item| progress.after(work(*item))) {
        let slot = todo.get(index).and_then(|(stream, document)| streams.get_mut(*stream)?.results.get_mut(*document));
        if let Some(slot) = slot {
            *slot = result;
        }
    }
    streams.iter_mut().for_each(Stream::settle);
    let review = |stream: &&Stream<'_>| {
        stream.processed().flat_map(|processed| &processed.objects).any(|object| object.review.is_some())
    };
    if let Some(stream) = streams.iter().find(review).filter(|_| !prepared.run.picks.is_all()) {
        let message =
            "'--selector', '--kind' and KIND/NAME are for manifests, and an AdmissionReview has to be answered";
        return Err(vec![Placed::new(Code::Usage, message).at(stream.name.as_str(), None)]);
    }
    let objects = streams.iter().flat_map(Stream::processed).flat_map(|processed| &processed.objects);
    let workloads = objects.filter(|object| object.class == ObjectClass::Workload);
    let missed = prepared.run.picks.missed(workloads.map(|workload| &workload.identity));
    prepared.diagnostics.extend(missed);
    Ok(streams)
}

/// Splits all inputs, and looks at their documents.
pub(super) fn open(inputs: &[Input]) -> Vec<Stream<'_>> {
    in_parallel(inputs, |input| Stream::open(input.source.to_string(), &input.text, &AllCores))
}

/// Notes what all inputs say of namespaces and ServiceAccounts. `files` says what each of them is, and `runs` what is asked of it.
pub(super) fn read_facts<'i>(
    streams: Vec<Stream<'i>>,
    (inputs, files): (&[Input], &[Files]),
    runs: &Runs,
    prepared: &mut Prepared,
) -> Vec<Stream<'i>> {
    let kinds = FactKind::read_by(runs.each());
    let read = |(index, (stream, (input, files))): (usize, (Stream<'i>, (&Input, &Files)))| {
        let is_other = input.root.is_some() && *files == Files::Manifests && !kustomize::is_kustomization(input);
        let origin = if is_other { StreamOrigin::Folder } else { StreamOrigin::Named };
        let mut stream = stream.from(origin);
        if prepared.reads_function && input.source == InputSource::Stdin {
            stream.error.take_if(|error| error.code == Code::FunctionConfig);
        }
        stream.collect_facts(kinds, runs.of(index).unwrap_or(&prepared.run), &mut prepared.cluster);
        stream
    };
    streams.into_iter().zip(inputs.iter().zip(files)).enumerate().map(read).collect()
}

/// The inputs that a tool for KRM functions gave: it takes standard output for the list of what is to stay.
pub(super) fn function_inputs<'s, 'i>(inputs: &[Input], streams: &'s [Stream<'i>]) -> Vec<&'s Stream<'i>> {
    let given = |(input, stream): (&Input, &'s Stream<'i>)| {
        (input.source == InputSource::Stdin && stream.resource_list.is_some()).then_some(stream)
    };
    inputs.iter().zip(streams).filter_map(given).collect()
}

/// Refuses a `ResourceList` on standard input, where `what` is printed instead of a list.
pub(super) fn refuse_function(inputs: &[Input], streams: &[Stream<'_>], what: &str) -> Result<(), Placed> {
    let refused = function_inputs(inputs, streams).into_iter().find_map(|stream| {
        let at = stream.places.position(stream.resource_list.as_ref()?.start);
        let message = format!(
            "{what} is not a ResourceList: the tool that gave this one would take it that all items are removed"
        );
        let hint = "use `inject` without `-o`, or `check`, as the function";
        Some(Placed::new(Code::Output, message).at(stream.name.as_str(), Some(at)).hint(Some(hint)))
    });
    refused.map_or(Ok(()), Err)
}

/// The report on what became of them.
pub(super) fn report(streams: &[Stream<'_>], before: &[Placed], of: (Subjects, Voice)) -> Report {
    tell::report(streams, before, of, |told, of_document| in_parallel(told, |at| of_document(*at)))
}

/// A line on standard error that counts documents: on a terminal only, and only when a run takes long.
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
            // Where the terminal is gone, no one reads the line.
            let end = if done == self.total { "\r\x1b[K" } else { "" };
            let _ = write!(std::io::stderr().lock(), "\r{done} of {} documents{end}", self.total);
        }
        result
    }
}
