//! `KIND/NAME` among the arguments: an object of the cluster. Only kubectl talks to the cluster, so the answer is a command
//! line. As a plugin of kubectl, `inject` and `uninject` print it; in any other case it is the hint of an error.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Placed};
use crate::kube::names::dns_subdomain;
use crate::kube::workload::{OnApply, TemplatePath, resource};
use crate::report::exit::ExitStatus;
use crate::shell::cli::{Caller, Cli, Command, DecisionArgs, FactArgs, InputArgs, NamespaceName, ReportArgs, quoted};

use super::CommandError;

/// What a command does with the objects that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// It changes them, and its output is a patch.
    Patch,
    /// It prints something else about them.
    Show,
}

/// A command that reads manifests, as far as an object of the cluster matters to it.
struct Reading<'a> {
    command: &'static str,
    input: &'a InputArgs,
    namespace: Option<&'a NamespaceName>,
    template_paths: &'a [TemplatePath],
    /// The flag that names files to write.
    target: Option<&'static str>,
    /// `--output`.
    output: Option<&'static str>,
    purpose: Purpose,
    report: Option<&'a ReportArgs>,
}

impl<'a> Reading<'a> {
    fn of(command: &'a Command) -> Option<Self> {
        let target = |in_place: bool, directory: &Option<PathBuf>| match (in_place, directory) {
            (true, _) => Some("--in-place"),
            (false, Some(_)) => Some("--output-dir"),
            (false, None) => None,
        };
        let plain = |command, input, decision: &'a DecisionArgs, facts: &'a FactArgs| Self {
            command,
            input,
            namespace: facts.namespace.as_ref(),
            template_paths: &decision.template_paths,
            target: None,
            output: None,
            purpose: Purpose::Show,
            report: None,
        };
        let purpose = |output: Option<&'static str>| match output {
            None | Some("patch") => Purpose::Patch,
            Some(_) => Purpose::Show,
        };
        Some(match command {
            Command::Inject(args) => {
                let output = args.output.map(|format| format.name);
                Self {
                    target: target(args.write.in_place, &args.write.output_dir),
                    output,
                    purpose: purpose(output),
                    report: Some(&args.report),
                    ..plain("inject", &args.input, &args.decision, &args.facts)
                }
            }
            Command::Uninject(args) => {
                let output = args.output.map(|format| format.name);
                Self {
                    command: "uninject",
                    input: &args.input,
                    namespace: args.namespace.as_ref(),
                    template_paths: &args.template_paths,
                    target: target(args.write.in_place, &args.write.output_dir),
                    output,
                    purpose: purpose(output),
                    report: Some(&args.report),
                }
            }
            Command::Check(args) => {
                Self { report: Some(&args.report), ..plain("check", &args.input, &args.decision, &args.facts) }
            }
            Command::Diff(args) => {
                Self { report: Some(&args.report), ..plain("diff", &args.input, &args.decision, &args.facts) }
            }
            Command::Explain(args) => plain("explain", &args.input, &args.decision, &args.facts),
            _ => return None,
        })
    }

    /// The arguments, each as a file or as an object; `KIND NAME` is one object.
    fn arguments(&self) -> Vec<Argument<'a>> {
        let files = &self.input.named.files;
        if let [kind, name] = files.as_slice()
            && let (Some(kind), Some(name)) = (kind.to_str(), name.to_str())
            && let Some(object) = self.object(kind, name)
            && !files.iter().any(|path| path.exists())
        {
            return vec![Argument::Object(object)];
        }
        files.iter().map(|path| self.named(path).map_or(Argument::File, Argument::Object)).collect()
    }

    /// `KIND/NAME`; a file of that name wins.
    fn named(&self, path: &'a Path) -> Option<Object<'a>> {
        let (kind, name) = path.to_str()?.split_once('/')?;
        self.object(kind, name).filter(|_| !path.exists())
    }

    fn object(&self, kind: &'a str, name: &'a str) -> Option<Object<'a>> {
        let of_user = || {
            let own = kind.split('.').next().unwrap_or_default();
            self.template_paths.iter().any(|path| path.kind.eq_ignore_ascii_case(own))
        };
        let on_apply = resource(kind).map(|row| row.on_apply).or_else(|| of_user().then_some(OnApply::Rolls))?;
        dns_subdomain(name).is_ok().then_some(Object { kind, name, on_apply })
    }
}

enum Argument<'a> {
    File,
    Object(Object<'a>),
}

/// An object of the cluster, as kubectl names it.
#[derive(Clone, Copy)]
struct Object<'a> {
    kind: &'a str,
    name: &'a str,
    on_apply: OnApply,
}

/// What a command line with objects of the cluster comes to; `None` where it has none.
pub(super) fn answer(cli: &Cli) -> Option<Result<ExitStatus, CommandError>> {
    let reading = Reading::of(&cli.command)?;
    let arguments = reading.arguments();
    let objects: Vec<Object<'_>> = arguments
        .iter()
        .filter_map(|argument| match argument {
            Argument::Object(object) => Some(*object),
            Argument::File => None,
        })
        .collect();
    let first = objects.first()?;
    let is_alone = objects.len() == arguments.len() && reading.input.named.filename.is_empty();
    let is_printed = cli.call.program.caller == Caller::Kubectl && matches!(reading.command, "inject" | "uninject");
    let printed = match reading.target {
        Some(flag) => {
            let message =
                format!("'{flag}' is for files, and `{}/{}` is an object of the cluster", first.kind, first.name);
            Err(Placed::new(Code::Usage, message))
        }
        None if is_printed && is_alone => {
            objects.iter().map(|object| line(cli, &reading, *object)).collect::<Result<Vec<_>, _>>()
        }
        None => Err(missing(*first).hint(Some(hint(cli, &reading, *first)))),
    };
    Some(match printed {
        Ok(lines) => super::print(as_text(&lines).as_bytes()).map_err(CommandError::from),
        Err(error) => Err(match reading.report {
            Some(report) => CommandError::reported(vec![error], report),
            None => error.into(),
        }),
    })
}

fn as_text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn missing(object: Object<'_>) -> Placed {
    Placed::new(Code::FileMissing, "there is no such file").at(format!("{}/{}", object.kind, object.name), None)
}

fn hint(cli: &Cli, reading: &Reading<'_>, object: Object<'_>) -> String {
    match line(cli, reading, object) {
        Ok(line) => format!("for the object of the cluster: `{line}`"),
        Err(error) => [Some(format!("for the object of the cluster: {}", error.message)), error.hint]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// The command line that does it; what cannot be patched is an error.
fn line(cli: &Cli, reading: &Reading<'_>, object: Object<'_>) -> Result<String, Placed> {
    let named = quoted(&format!("{}/{}", object.kind, object.name));
    let namespace = reading.namespace.map(|name| format!(" -n {}", quoted(&name.0))).unwrap_or_default();
    let flags: String = cli.call.flags.iter().map(|word| format!(" {word}")).collect();
    let words = &cli.call.program.words;
    let get = format!("kubectl get {named}{namespace} -o yaml | {words} {}", reading.command);
    if reading.purpose == Purpose::Show {
        let output = reading.output.map(|output| format!(" -o {output}")).unwrap_or_default();
        return Ok(format!("{get}{output}{flags}"));
    }
    let error = |message: &str, hint: &str| Err(Placed::new(Code::Usage, message).hint(Some(hint)));
    match object.on_apply {
        OnApply::ImmutablePod => error(
            "the API server does not let the containers of a pod change",
            "inject the owner of the pod, such as its Deployment; a pod without an owner is injected before it is created",
        ),
        OnApply::ImmutableTemplate => error(
            "the API server does not let the pod template of this kind change",
            "inject the manifest before the object is created, or the owner, such as a CronJob",
        ),
        OnApply::PodsStay | OnApply::Rolls => {
            Ok(format!("{get} -o patch{flags} | kubectl patch {named}{namespace} --type=json --patch-file=/dev/stdin"))
        }
    }
}
