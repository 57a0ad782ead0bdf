//! Arguments that are defined when their command is the one at hand.

use std::ops::{Deref, DerefMut};

use clap::builder::Resettable;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Subcommand};

/// The arguments of one command of many. Their definition waits until the command is on the line, or is asked for: to define
/// all of them would be a seventh of a short run.
#[derive(Clone, Debug)]
pub struct Later<T>(pub T);

impl<T> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Later<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Adds the arguments to a command as if they had been there before those of all commands: help shows the headings in that order.
/// What the command says of itself stays, though the type of its arguments has words of its own.
fn defined(command: Command, define: impl FnOnce(Command) -> Command) -> Command {
    let of_all = command.get_arguments().count();
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    let mut args = Vec::new();
    let command = define(command).mut_args(|arg| {
        args.push(arg);
        Arg::new("its place")
    });
    let count = args.len();
    args.rotate_left(of_all.min(count));
    let mut args = args.into_iter();
    let command = command.mut_args(|place| args.next().unwrap_or(place));
    command.about(Resettable::from(about)).long_about(Resettable::from(long_about))
}

impl<T: Args> Args for Later<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| defined(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| defined(command, T::augment_args_for_update))
    }
}

impl<T: Subcommand> Subcommand for Later<T> {
    fn augment_subcommands(command: Command) -> Command {
        command.defer(|command| defined(command, T::augment_subcommands))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        command.defer(|command| defined(command, T::augment_subcommands_for_update))
    }

    fn has_subcommand(name: &str) -> bool {
        T::has_subcommand(name)
    }
}

impl<T: FromArgMatches> FromArgMatches for Later<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}
