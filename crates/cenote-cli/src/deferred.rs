//! Options that are put together when their command is the one that was given.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The arguments of a command of which nothing is made while another command runs: together they are some hundreds of
/// options with their texts.
pub(crate) struct Deferred<A>(pub(crate) A);

/// Adds the options. What the command is about stays as it is: options that are flattened into others bring a text of theirs.
fn augment<A: Args>(command: Command) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    A::augment_args(command)
        .about(about)
        .long_about(None::<&str>)
}

impl<A: FromArgMatches> FromArgMatches for Deferred<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl<A: Args> Args for Deferred<A> {
    fn augment_args(command: Command) -> Command {
        command.defer(augment::<A>)
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(augment::<A>)
    }
}
