//! The command line as scripts use it: every form of input and of output, files in place, exit statuses.

mod accounts;
mod bounds;
mod config;
mod data;
mod decisions;
mod defaults;
mod extends;
mod formats;
mod functions;
mod import;
#[cfg(unix)]
mod in_place;
mod inherited;
mod inputs;
mod kustomize;
mod left_out;
mod looks;
mod levels;
mod listed;
#[cfg(feature = "serve")] // with which there is `install`
mod params;
mod picks;
#[cfg(feature = "serve")]
mod policies;
mod published;
mod reports;
mod reviews;
mod state_table;
mod states;
mod meshes;
mod metadata;
mod sarif;
mod rewrites;
mod texts;
mod statuses;
