//! Under which name the program was called: kubectl finds a plugin by the name of its file, and its users type other words.

use std::borrow::Cow;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::builder::{Resettable, StyledStr};
use clap::{ArgMatches, Command, CommandFactory};

use super::{Cli, passed};
use crate::kube::workload::resource;

/// The program's own name, as help, examples and hints have it.
const OWN: &str = "injector";

/// What the name of the file says about the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Any name: it is called by its own.
    Anyone,
    /// `kubectl-…`: kubectl calls it as a plugin.
    Kubectl,
    /// `kubectl_complete-…`: kubectl asks how a command line of the plugin goes on.
    Completion,
}

/// Who calls the program, and the words that a user types to do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// Who calls it.
    pub(crate) caller: Caller,
    /// `injector`, or `kubectl sidecar-inject`.
    pub(crate) words: String,
}

impl Program {
    /// The program as this process was called.
    pub(crate) fn current() -> Self {
        Self::named(&env::args_os().next().unwrap_or_default())
    }

    /// The program that is called by this path.
    pub(crate) fn named(path: &OsStr) -> Self {
        let name = Path::new(path).file_name().and_then(OsStr::to_str).unwrap_or_default();
        let stem = match name.len().checked_sub(4).and_then(|end| name.split_at_checked(end)) {
            Some((stem, ending)) if ending.eq_ignore_ascii_case(".exe") => stem,
            _ => name,
        };
        let called = |prefix: &str, caller| {
            let rest = stem.strip_prefix(prefix).filter(|rest| !rest.is_empty())?;
            // To kubectl, `-` is a level of sub-commands, and `_` is a `-`.
            Some(Self { caller, words: format!("kubectl {}", rest.replace('-', " ").replace('_', "-")) })
        };
        called("kubectl-", Caller::Kubectl)
            .or_else(|| called("kubectl_complete-", Caller::Completion))
            .unwrap_or_else(|| Self { caller: Caller::Anyone, words: OWN.to_owned() })
    }

    /// The same arguments, and `inject` where a user of the plugin left it out: before a file, an object or a flag. A word
    /// that is none of these stays what it is, a misspelt command.
    pub(super) fn with_command(&self, mut args: Vec<OsString>) -> Vec<OsString> {
        let text = |word: &OsString| word.to_str().map(str::to_owned);
        let Some(first) = args.get(1).and_then(text).filter(|_| self.caller != Caller::Anyone) else { return args };
        let root = Cli::command();
        let is_command = |word: &str| root.get_subcommands().any(|known| known.get_name() == word);
        let is_of_root = matches!(first.as_str(), "-h" | "--help" | "-V" | "--version") || first.starts_with("--color");
        let is_file = first.contains('/') || [".yaml", ".yml", ".json"].iter().any(|end| first.ends_with(end));
        let is_flag = || {
            let later = args.iter().skip(2).filter_map(text);
            first.starts_with('-') && !is_of_root && !later.into_iter().any(|word| is_command(&word))
        };
        if !is_command(&first) && (is_file || is_flag() || resource(&first).is_some()) {
            args.insert(1, "inject".into());
        }
        args
    }

    /// The command line's definition, with the words of this program in usage, help and version.
    pub(crate) fn command(&self) -> Command {
        match self.caller {
            Caller::Anyone => Cli::command(),
            Caller::Kubectl | Caller::Completion => self.worded(Cli::definition(&self.words), &self.words),
        }
    }

    fn worded(&self, command: Command, path: &str) -> Command {
        let words = |text: Option<&StyledStr>| {
            Resettable::from(text.map(|text| StyledStr::from(self.in_words(&text.to_string()).into_owned())))
        };
        let (about, long_about) = (words(command.get_about()), words(command.get_long_about()));
        let after = command.get_after_help().map(|text| self.with_example(command.get_name(), &text.to_string()));
        let after = Resettable::from(after.map(|text| StyledStr::from(self.in_words(&text).into_owned())));
        let command = command.display_name(path.to_owned()).about(about).long_about(long_about);
        let command = command.after_help(after);
        let command = command.mut_args(|arg| {
            let (help, long_help) = (words(arg.get_help()), words(arg.get_long_help()));
            arg.help(help).long_help(long_help)
        });
        command.mut_subcommands(|below| {
            let path = format!("{path} {}", below.get_name());
            self.worded(below, &path)
        })
    }

    /// The help below a command, beginning with the line that only a plugin has.
    fn with_example(&self, command: &str, text: &str) -> String {
        let line = match command {
            OWN => "deploy/web -n shop",
            "inject" => "inject deploy/web -n shop",
            "uninject" => "uninject deploy/web -n shop",
            "completions" => {
                let words = self.words.strip_prefix("kubectl ").unwrap_or_default();
                let name = words.replace('-', "_").replace(' ', "-");
                return format!(
                    "kubectl completes `{}` itself: link the program as kubectl_complete-{name} too.",
                    self.words
                );
            }
            _ => return text.to_owned(),
        };
        let words = &self.words;
        let both = format!("Examples:\n  {words} {line}\n  {words} {line} | sh\n");
        text.replacen("Examples:\n", &both, 1)
    }

    /// Whether it is called by other words than its name.
    pub(crate) fn has_own_words(&self) -> bool {
        self.caller != Caller::Anyone
    }

    /// The same text, with the words of this program before each command of it that the text names.
    pub(crate) fn in_words<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.caller == Caller::Anyone || !text.contains(OWN) {
            return Cow::Borrowed(text);
        }
        let commands = Cli::command();
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(OWN) {
            let (before, from) = rest.split_at(at);
            let (name, after) = from.split_at(OWN.len());
            out.push_str(before);
            let begins = out.chars().next_back().is_none_or(|last| " \n(`|".contains(last));
            out.push_str(if begins && names_command(&commands, after) { &self.words } else { name });
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// How the program was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// By whom, and with which words.
    pub(crate) program: Program,
    /// The flags of the command, as words of a shell; without those that say where to read and to write.
    pub(crate) flags: Vec<String>,
}

impl Default for Call {
    fn default() -> Self {
        Self { program: Program::named(OWN.as_ref()), flags: Vec::new() }
    }
}

impl Call {
    /// `command` is the definition by which the line was read.
    pub(super) fn new(program: Program, command: &Command, matches: &ArgMatches) -> Self {
        let flags = matches.subcommand().and_then(|(name, matches)| {
            let below = command.find_subcommand(name)?;
            Some(passed::flags(below, matches))
        });
        Self { program, flags: flags.unwrap_or_default() }
    }
}

/// Whether what follows the program's name makes it a command line: a blank, and a command or `…`.
fn names_command(commands: &Command, after: &str) -> bool {
    let Some(line) = after.strip_prefix(' ') else { return false };
    let word = line.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).next().unwrap_or_default();
    line.starts_with('…') || commands.get_subcommands().any(|known| known.get_name() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_says_which_words_call_the_program() {
        for (path, words) in [
            ("injector", "injector"),
            ("/usr/bin/injector", "injector"),
            ("", "injector"),
            ("kubectl", "injector"),
            ("kubectl-", "injector"),
            ("/opt/kubectl-tools/injector", "injector"),
            ("kubectl-inject", "kubectl inject"),
            ("/opt/krew/bin/kubectl-sidecar_inject", "kubectl sidecar-inject"),
            ("kubectl-sidecar_inject.exe", "kubectl sidecar-inject"),
            ("kubectl-sidecar_inject.EXE", "kubectl sidecar-inject"),
            ("kubectl-side-car_inject.v2", "kubectl side car-inject.v2"),
        ] {
            assert_eq!(Program::named(path.as_ref()).words, words, "{path}");
        }
    }

    #[test]
    fn only_a_command_line_gets_the_words_of_the_plugin() {
        let plugin = Program::named("kubectl-sidecar_inject".as_ref());
        for (text, expected) in [
            ("`injector inject --reinject`", "`kubectl sidecar-inject inject --reinject`"),
            ("x | injector uninject | y", "x | kubectl sidecar-inject uninject | y"),
            ("curl x | injector …`", "curl x | kubectl sidecar-inject …`"),
            ("only the injector writes it", "only the injector writes it"),
            ("by injector 0.1.0", "by injector 0.1.0"),
            ("injector does not use the network", "injector does not use the network"),
            (
                "-n injector-system injector-tls deployment/injector",
                "-n injector-system injector-tls deployment/injector",
            ),
            ("my-injector inject, x/injector check", "my-injector inject, x/injector check"),
        ] {
            assert_eq!(plugin.in_words(text), expected);
            assert_eq!(Program::named("injector".as_ref()).in_words(text), text);
        }
    }
}
