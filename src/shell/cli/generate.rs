//! What is generated from the command line's types: completion scripts and manual pages. It writes no files.

use std::io;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(injector completions bash)
  injector completions fish > ~/.config/fish/completions/injector.fish";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  injector man | man -l -
  injector man /usr/local/share/man/man1";

/// The completion script for a shell. Where a script of ours asks the program (see `complete`), it completes the names of
/// built-in profiles too; what clap makes for the other shells has the commands, the flags and their fixed values.
pub fn completions(shell: Shell) -> Vec<u8> {
    match shell {
        Shell::Bash => include_bytes!("../../../completions/injector.bash").to_vec(),
        Shell::Zsh => include_bytes!("../../../completions/_injector").to_vec(),
        Shell::Fish => include_bytes!("../../../completions/injector.fish").to_vec(),
        _ => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "injector", &mut script);
            script
        }
    }
}

/// One page of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ManPage {
    /// `injector-inject.1`
    pub file_name: String,
    /// The page, as roff.
    pub roff: Vec<u8>,
}

/// The manual: a page for the program and one for each command, each before the commands below it.
///
/// # Errors
/// None that is known: what is written to grows as needed.
pub(crate) fn man_pages() -> io::Result<Vec<ManPage>> {
    let mut pages = Vec::new();
    let mut todo = vec![Cli::definition("injector")];
    while let Some(command) = todo.pop() {
        // clap's name for it: `injector-profile-list`.
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let commands: Vec<Command> = command.get_subcommands().filter(|below| !below.is_hide_set()).cloned().collect();
        todo.extend(commands.into_iter().rev());
        let mut roff = Vec::new();
        clap_mangen::Man::new(command).title(name.to_uppercase()).render(&mut roff)?;
        pages.push(ManPage { file_name: format!("{name}.1"), roff });
    }
    Ok(pages)
}
