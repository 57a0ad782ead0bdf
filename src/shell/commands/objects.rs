//! `KIND/NAME` among the arguments: an object of the input, which alone is taken. Where nothing else is named, it may be one of
//! the cluster. Only kubectl talks to the cluster, so the answer is a command line. As a plugin of kubectl, `inject` and
//! `uninject` print it; in any other case it is a hint.

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Placed};
use crate::kube::names::dns_subdomain;
use crate::kube::workload::{KindWord, OnApply, resource};
use crate::process::picks::ObjectName;
use crate::report::exit::ExitStatus;
use crate::shell::cli::{Caller, Cli, Command, FactArgs, InputArgs, NamespaceName, ReportArgs, quoted};

use super::CommandError;
use super::settings::Prepared;

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
    /// As it was typed.
    typed: &'a Command,
    /// The flag that names files to write.
    target: Option<&'static str>,
    /// `--output`.
    output: Option<&'static str>,
    purpose: Purpose,
    report: Option<&'a ReportArgs>,
}

impl<'a> Reading<'a> {
    fn of(command_line: &'a Command) -> Option<Self> {
        let target = |in_place: bool, directory: &Option<PathBuf>| match (in_place, directory) {
            (true, _) => Some("--in-place"),
            (false, Some(_)) => Some("--output-dir"),
            (false, None) => None,
        };
        let plain = |command, input, facts: &'a FactArgs| Self {
            command,
            input,
            namespace: facts.namespace.as_ref(),
            typed: command_line,
            target: None,
            output: None,
            purpose: Purpose::Show,
            report: None,
        };
        let purpose = |output: Option<&'static str>| match output {
            None | Some("patch") => Purpose::Patch,
            Some(_) => Purpose::Show,
        };
        Some(match command_line {
            Command::Inject(args) => {
                let output = args.output.map(|format| format.name);
                Self {
                    target: target(args.write.in_place, &args.write.output_dir),
                    output,
                    purpose: purpose(output),
                    report: Some(&args.report),
                    ..plain("inject", &args.input, &args.facts)
                }
            }
            Command::Uninject(args) => {
                let output = args.output.map(|format| format.name);
                Self {
                    command: "uninject",
                    input: &args.input,
                    namespace: args.namespace.as_ref(),
                    typed: command_line,
                    target: target(args.write.in_place, &args.write.output_dir),
                    output,
                    purpose: purpose(output),
                    report: Some(&args.report),
                }
            }
            Command::Check(args) => Self { report: Some(&args.report), ..plain("check", &args.input, &args.facts) },
            Command::Diff(args) => Self { report: Some(&args.report), ..plain("diff", &args.input, &args.facts) },
            Command::Explain(args) => plain("explain", &args.input, &args.facts),
            _ => return None,
        })
    }

    /// The arguments, each as a file or as an object; `KIND NAME` is one object.
    fn arguments(&self) -> Vec<Argument<'a>> {
        let files = &self.input.named.files;
        if let [kind, name] = files.as_slice()
            && let (Some(kind), Some(name)) = (kind.to_str(), name.to_str())
            && !files.iter().any(|path| path.exists())
            && let Some(object) = self.object(kind, name)
        {
            return vec![Argument::Object(object)];
        }
        files.iter().map(|path| self.named(path).map_or(Argument::File(path), Argument::Object)).collect()
    }

    /// `KIND/NAME`; a file of that name wins.
    fn named(&self, path: &'a Path) -> Option<Object<'a>> {
        let (kind, name) = path.to_str()?.split_once('/').filter(|_| !path.exists())?;
        self.object(kind, name)
    }

    fn object(&self, kind: &'a str, name: &'a str) -> Option<Object<'a>> {
        let is_file = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
        if is_file || dns_subdomain(name).is_err() {
            return None;
        }
        let of_user = || self.is_of_user(kind).then_some(OnApply::Rolls);
        let on_apply = resource(kind).map(|row| row.on_apply).or_else(of_user)?;
        Some(Object { kind, name, on_apply })
    }

    /// Whether a word names a kind that a flag, a profile or the settings say has a pod template. What is wrong in these is said when
    /// they are used.
    fn is_of_user(&self, word: &str) -> bool {
        let prepared = match self.typed {
            Command::Inject(args) => Prepared::new(&args.decision, &args.facts),
            Command::Check(args) => Prepared::new(&args.decision, &args.facts),
            Command::Diff(args) => Prepared::new(&args.decision, &args.facts),
            Command::Explain(args) => Prepared::new(&args.decision, &args.facts),
            Command::Uninject(args) => Prepared::for_undoing(args),
            _ => return false,
        };
        let Ok(word) = word.parse::<KindWord>();
        prepared.is_ok_and(|prepared| prepared.run.template_paths().iter().any(|path| word.names_kind_of(path)))
    }
}

enum Argument<'a> {
    File(&'a PathBuf),
    Object(Object<'a>),
}

impl<'a> Argument<'a> {
    const fn file(&self) -> Option<&'a PathBuf> {
        match self {
            Self::File(path) => Some(path),
            Self::Object(_) => None,
        }
    }
}

/// An object, as kubectl names it.
#[derive(Clone, Copy)]
struct Object<'a> {
    kind: &'a str,
    name: &'a str,
    on_apply: OnApply,
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl Object<'_> {
    /// As one that is taken of the input.
    fn taken(&self, hint: Option<String>) -> ObjectName {
        let Ok(kind) = self.kind.parse();
        ObjectName { kind, name: self.name.to_owned(), hint }
    }
}

/// A command line, once the objects among its arguments are told from files.
pub(super) enum Told {
    /// There is nothing more to do: the lines for the objects were printed, or there is an error.
    Answered(Result<ExitStatus, CommandError>),
    /// The objects that it takes of its input are no longer among its files.
    Command(Box<Cli>),
}

/// Tells KIND/NAME from files: an object of the input, where there is one, or of the cluster.
pub(super) fn told_apart(mut cli: Cli) -> Told {
    let Some(reading) = Reading::of(&cli.command) else { return Told::Command(Box::new(cli)) };
    let arguments = reading.arguments();
    let objects: Vec<Object<'_>> = arguments
        .iter()
        .filter_map(|argument| match argument {
            Argument::Object(object) => Some(*object),
            Argument::File(_) => None,
        })
        .collect();
    let Some(first) = objects.first() else { return Told::Command(Box::new(cli)) };
    let is_alone = objects.len() == arguments.len() && reading.input.named.filename.is_empty();
    let is_printed = cli.call.program.caller == Caller::Kubectl && matches!(reading.command, "inject" | "uninject");
    let printed = match reading.target {
        Some(flag) if is_alone => {
            let message = format!("'{flag}' is for files, and `{first}` is an object");
            Err(Placed::new(Code::Usage, message).hint(Some("name a file or a folder too, in which it is")))
        }
        None if is_alone && is_printed => {
            objects.iter().map(|object| line(&cli, &reading, *object)).collect::<Result<Vec<_>, _>>()
        }
        None if is_alone && io::stdin().is_terminal() => Err(missing(*first).hint(Some(hint(&cli, &reading, *first)))),
        _ => {
            let named = |object: &Object<'_>| object.taken(is_alone.then(|| hint(&cli, &reading, *object)));
            let objects = objects.iter().map(named).collect();
            let files = arguments.iter().filter_map(Argument::file).cloned().collect();
            if let Some(input) = input_of(&mut cli.command) {
                (input.named.files, input.named.objects) = (files, objects);
            }
            return Told::Command(Box::new(cli));
        }
    };
    Told::Answered(match printed {
        Ok(lines) => super::print(as_text(&lines).as_bytes()).map_err(CommandError::from),
        Err(error) => Err(match reading.report {
            Some(report) => CommandError::reported(vec![error], report),
            None => error.into(),
        }),
    })
}

/// What a command reads, where it reads manifests.
fn input_of(command: &mut Command) -> Option<&mut InputArgs> {
    match command {
        Command::Inject(args) => Some(&mut args.input),
        Command::Uninject(args) => Some(&mut args.input),
        Command::Check(args) => Some(&mut args.input),
        Command::Diff(args) => Some(&mut args.input),
        Command::Explain(args) => Some(&mut args.input),
        _ => None,
    }
}

fn as_text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn missing(object: Object<'_>) -> Placed {
    Placed::new(Code::FileMissing, "there is no such file").at(object.to_string(), None)
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
    let named = quoted(&object.to_string());
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
            // kubectl takes an empty patch for one that changes nothing, so it must not begin where injector has failed.
            let patch = format!("kubectl patch {named}{namespace} --type=json --patch-file=/dev/stdin");
            Ok(format!("patch=$({get} -o patch{flags}) && printf %s \"$patch\" | {patch}"))
        }
    }
}
