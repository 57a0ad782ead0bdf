//! Completion of a command line: the words that may come next, each with its help.
//!
//! kubectl and the scripts of `completions` ask in the same way: the words so far, the last one not yet complete. The answer is
//! that of cobra: a line for each word, its help behind a tab, and `:4`, or `:0` where files may come too.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, Command, ValueHint};

use super::program::{Caller, Program};
use crate::diagnostic::{Code, Severity};
use crate::kube::workload::{KINDS, KindWord};
use crate::lint;
use crate::profile::builtin;
use crate::report::{Allowed, Denied};
use crate::shell::files::selection::{ProfileRef, load_profile};

/// The word that asks for completion, as in programs that are made with cobra.
const ASK: &str = "__complete";

/// Whether the shell completes the names of files too. The number is cobra's directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Files {
    With = 0,
    Without = 4,
}

/// The words that may come next.
struct Answer {
    words: Vec<(String, String)>,
    files: Files,
}

/// The answer, where these arguments ask for completion; the program's name is the first.
pub(crate) fn completion(args: &[OsString]) -> Option<String> {
    let program = Program::named(args.first()?);
    let asks = args.get(1).is_some_and(|word| word == ASK);
    let words = match program.caller {
        Caller::Completion => &args[1..],
        Caller::Anyone | Caller::Kubectl if asks => &args[2..],
        Caller::Anyone | Caller::Kubectl => return None,
    };
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    Some(answer(&program, words).text())
}

impl Answer {
    fn text(&self) -> String {
        let mut text = String::new();
        for (word, help) in &self.words {
            let help = help.lines().next().unwrap_or_default().replace('\t', " ");
            text.push_str(&if help.is_empty() { format!("{word}\n") } else { format!("{word}\t{help}\n") });
        }
        text + &format!(":{}\n", self.files as u8)
    }
}

/// Where in a command line the next word is.
struct Position<'a> {
    command: &'a Command,
    /// The flag whose value comes next.
    flag: Option<&'a Arg>,
    /// How many arguments without a flag there are.
    count: usize,
    /// After `--` there are no flags.
    flags: Flags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flags {
    Allowed,
    Over,
}

fn answer(program: &Program, mut words: Vec<String>) -> Answer {
    let current = words.pop().unwrap_or_default();
    let mut line = vec![OsString::from("kubectl-x")];
    line.extend(words.iter().map(OsString::from));
    let mut root = program.command();
    root.build();
    // Where a user of the plugin leaves `inject` out, the flags are those of `inject`.
    let before: Vec<String> = match words.is_empty() {
        true => Vec::new(),
        false => program.with_command(line).iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect(),
    };
    let mut at = Position { command: &root, flag: None, count: 0, flags: Flags::Allowed };
    for word in &before {
        at.pass(word);
    }
    let is_root = before.is_empty();
    let mut answer = at.next(&current);
    if is_root && program.caller != Caller::Anyone && !current.starts_with('-') {
        answer.files = Files::With;
    }
    answer
}

impl<'a> Position<'a> {
    fn pass(&mut self, word: &str) {
        if self.flag.take().is_some() {
            return;
        }
        match (self.flags, word.strip_prefix("--"), word.strip_prefix('-')) {
            (Flags::Allowed, Some(""), _) => self.flags = Flags::Over,
            (Flags::Allowed, Some(long), _) => self.flag = self.long(long).filter(|arg| takes_value(arg)),
            (Flags::Allowed, None, Some(shorts)) if !shorts.is_empty() => {
                let flag = shorts.char_indices().find_map(|(index, short)| {
                    let arg = self.command.get_arguments().find(|arg| arg.get_short() == Some(short))?;
                    takes_value(arg).then_some((arg, index + short.len_utf8() == shorts.len()))
                });
                self.flag = flag.and_then(|(arg, is_last)| is_last.then_some(arg));
            }
            _ => match self.command.find_subcommand(word).filter(|_| self.count == 0) {
                Some(below) => self.command = below,
                None => self.count += 1,
            },
        }
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
    }

    fn next(&self, current: &str) -> Answer {
        if let Some(flag) = self.flag {
            return values(flag, "", current);
        }
        if self.flags == Flags::Allowed && current.starts_with('-') {
            let with_value = current.strip_prefix("--").and_then(|flag| flag.split_once('='));
            return match with_value {
                Some((name, value)) => match self.long(name) {
                    Some(flag) => values(flag, &format!("--{name}="), value),
                    None => Answer { words: Vec::new(), files: Files::Without },
                },
                None => self.flag_names(current),
            };
        }
        let positional: Vec<&Arg> = self.command.get_positionals().collect();
        let last =
            positional.last().copied().filter(|arg| arg.get_num_args().is_some_and(|count| count.max_values() > 1));
        let mut answer = match positional.get(self.count).copied().or(last) {
            Some(arg) => values(arg, "", current),
            None => Answer { words: Vec::new(), files: Files::Without },
        };
        if self.count == 0 {
            let commands = self.command.get_subcommands().filter(|command| !command.is_hide_set());
            let named = commands.map(|command| (command.get_name().to_owned(), help(command.get_about())));
            answer.words.extend(named.filter(|(name, _)| name.starts_with(current)));
        }
        answer
    }

    fn flag_names(&self, current: &str) -> Answer {
        let flags = self.command.get_arguments().filter(|arg| !arg.is_hide_set());
        let named = flags.filter_map(|arg| Some((format!("--{}", arg.get_long()?), help(arg.get_help()))));
        Answer { words: named.filter(|(name, _)| name.starts_with(current)).collect(), files: Files::Without }
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn help(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

/// The values of an argument that begin so; what comes before them stays in the word.
fn values(arg: &Arg, before: &str, current: &str) -> Answer {
    let (done, current) = match (arg.get_value_delimiter(), current.rfind(',')) {
        (Some(','), Some(comma)) => current.split_at(comma + 1),
        _ => ("", current),
    };
    let whole = |value: &str| format!("{before}{done}{value}");
    let type_id = arg.get_value_parser().type_id();
    if type_id == TypeId::of::<ProfileRef>() {
        let names = builtin::names().filter(|name| name.starts_with(current));
        return Answer { words: names.map(|name| (whole(name), description(name))).collect(), files: Files::With };
    }
    let listed = listed(arg).into_iter().filter(|(word, _)| word.starts_with(current));
    let listed: Vec<(String, String)> = listed.map(|(word, help)| (whole(word), help.to_owned())).collect();
    if !listed.is_empty() {
        return Answer { words: listed, files: Files::Without };
    }
    let possible = arg.get_possible_values();
    let named = possible.iter().filter(|value| !value.is_hide_set() && value.get_name().starts_with(current));
    let words = named.map(|value| (whole(value.get_name()), help(value.get_help()))).collect();
    let is_path = type_id == TypeId::of::<PathBuf>()
        || matches!(arg.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath);
    Answer { words, files: if is_path { Files::With } else { Files::Without } }
}

/// The words of a table that a value is one of, with their help.
fn listed(arg: &Arg) -> Vec<(&'static str, &'static str)> {
    let type_id = arg.get_value_parser().type_id();
    let is_level = type_id == TypeId::of::<Denied>() || type_id == TypeId::of::<Allowed>();
    if is_level {
        // An error is one already, and stays one.
        let codes = Code::ALL.iter().filter(|code| code.severity() < Severity::Error);
        let mut words: Vec<_> = codes.map(|code| (code.id(), code.meaning())).collect();
        if type_id == TypeId::of::<Denied>() {
            words.extend([("warnings", "Every warning"), (Code::Skipped.id(), "Each workload that a rule skips")]);
        }
        return words;
    }
    if type_id == TypeId::of::<KindWord>() {
        return KINDS.iter().map(|row| (row.kind, "")).collect();
    }
    Vec::new()
}

fn description(name: &str) -> String {
    let loaded = load_profile(&ProfileRef::BuiltIn(name.to_owned()));
    loaded.map(|profile| lint::summary(&profile).description.to_owned()).unwrap_or_default()
}
