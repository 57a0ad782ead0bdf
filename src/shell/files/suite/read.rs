//! The document of a test, read field by field. All that is wrong is reported, each at its place.

use std::fs;
use std::path::Path;

use super::{Case, CaseCommand, CaseInput, InlineManifest, Suite, expected};
use crate::decide::clean::Clean;
use crate::decide::inject::Outdated;
use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Placed, Places};
use crate::process::run::Expand;
use crate::profile::file::{DocumentKind, parsed};
use crate::profile::load::{self, API_VERSION};
use crate::profile::reader::{Node, ProfileError, ProfileErrorKind};
use crate::shell::files::config::{Choice, Config, FACT_FIELDS, LAYER_FIELDS, Reader, find};
use crate::text::document;
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::parse_yaml;
use crate::text::yaml::tree::{NodeId, Tree};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View as _};

/// How the versions of its API begin.
const GROUP: &str = "sidecar-injector/";

/// The `kind` of the document.
const KIND: &str = "Test";

const TOP_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec"];

const TEST_FIELDS: [&str; 2] = ["config", "cases"];

const CASE_FIELDS: [&str; 8] = ["name", "input", "object", "command", "reinject", "clean", "expand", "expect"];

/// What a file holds, as far as tests are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Test,
    Profile,
    Other,
}

/// What a file is. One with a test behind other documents, with the words of a test and unreadable, or with a slip in its kind or
/// version, is a test: reading it says what is wrong. Passed over, it would seem to pass.
pub(super) fn holds(text: &str) -> Holds {
    if !text.contains(GROUP) {
        return Holds::Other;
    }
    let documents = document::split(text).unwrap_or_default();
    let all = documents.iter().map(|document| holds_one(document.text(text)));
    all.fold(Holds::Other, |known, one| match (known, one) {
        (Holds::Test, _) | (_, Holds::Test) => Holds::Test,
        (Holds::Profile, _) | (_, Holds::Profile) => Holds::Profile,
        (Holds::Other, Holds::Other) => Holds::Other,
    })
}

fn holds_one(text: &str) -> Holds {
    let Ok(tree) = parse_yaml(text) else {
        let words: String = text.chars().filter(|one| !matches!(one, ' ' | '"' | '\'')).collect();
        return if words.contains("kind:Test") { Holds::Test } else { Holds::Other };
    };
    let word = |name| tree.root().and_then(|root| tree.view(root).text(&[name]).map(|word| word.into_owned()));
    let (Some(version), Some(kind)) = (word("apiVersion"), word("kind")) else { return Holds::Other };
    match kind.as_str() {
        load::KIND if version == API_VERSION => Holds::Profile,
        kind if version.starts_with(GROUP) && nearest(kind, [KIND]).is_some() => Holds::Test,
        _ => Holds::Other,
    }
}

/// Reads the text of a test.
pub(super) fn read(path: &Path, text: &str) -> Result<Suite, Vec<Placed>> {
    let (file, folder) = (path.display().to_string(), path.parent().unwrap_or(Path::new("")));
    let places = Places::new(text);
    parsed(&file, text, DocumentKind::Test, |tree, root| {
        let position = |at: &Pointer, of_key: bool| {
            let offset = if of_key { tree.locate(root, at) } else { tree.locate_value(root, at) };
            places.position(offset)
        };
        let place = |at: &Pointer| position(at, false);
        let mut reader =
            SuiteReader { settings: Reader::new((&file, folder), &place), tree, folder, found: Vec::new() };
        let suite = reader.suite((&file, root));
        let told = |error: &ProfileError| {
            let mut placed = Placed::new(Code::Test, error.to_string()).hint(error.hint());
            placed.path = error.at.to_string();
            placed.at(file.as_str(), Some(position(&error.at, error.kind.is_about_key())))
        };
        let mut errors: Vec<Placed> = reader.settings.errors.0.iter().map(told).collect();
        errors.append(&mut reader.found);
        match suite {
            Some(suite) if errors.is_empty() => Ok(suite),
            _ => Err(errors),
        }
    })
}

pub(super) struct SuiteReader<'r> {
    pub(super) settings: Reader<'r>,
    tree: &'r Tree<'r>,
    folder: &'r Path,
    /// What is wrong in files that the test names.
    found: Vec<Placed>,
}

impl<'r> SuiteReader<'r> {
    fn suite(&mut self, (file, root): (&str, NodeId)) -> Option<Suite> {
        let root = Node { view: self.tree.view(root), at: Pointer::root() };
        let errors = &mut self.settings.errors;
        let root = root.object(TOP_FIELDS, errors)?;
        for (field, word) in [("apiVersion", API_VERSION), ("kind", KIND)] {
            // Of something else, no field is what it should be.
            root.require(field, errors)?.choice(&[(word, ())], errors)?;
        }
        let metadata = root.require("metadata", errors).and_then(|node| node.object(&["name"], errors));
        let name = metadata.and_then(|node| node.require("name", errors)?.string(errors));
        let spec = root.require("spec", errors)?;
        let fields: Vec<&str> = TEST_FIELDS.into_iter().chain(LAYER_FIELDS).chain(FACT_FIELDS).collect();
        let spec = spec.object(&fields, errors)?;
        let config = spec.get("config").and_then(|node| self.path(&node));
        let below = self.config(config.as_deref());
        let own = self.settings.decisive(&spec);
        self.check(&own);
        let below = below.below(own);
        let cases = spec.require("cases", &mut self.settings.errors)?;
        let at = cases.at.clone();
        let mut read: Vec<Case> = Vec::new();
        for node in cases.list(&mut self.settings.errors) {
            let at = node.at.join("name");
            let Some(case) = self.case(node, &below) else { continue };
            if read.iter().any(|other| other.name == case.name) {
                let kind = ProfileErrorKind::Duplicate { what: "the case", name: case.name.clone() };
                self.settings.errors.add(&at, kind);
            }
            read.push(case);
        }
        if read.is_empty() && self.settings.errors.0.is_empty() {
            self.settings.errors.add(&at, ProfileErrorKind::Empty("at least one case has to be here"));
        }
        Some(Suite { file: file.to_owned(), folder: self.folder.to_owned(), name: name?, config, cases: read })
    }

    /// The file of settings that the test names. No other counts.
    fn config(&mut self, path: Option<&Path>) -> Config {
        find(&path.map_or(Choice::None, |path| Choice::File(path.to_owned()))).unwrap_or_else(|mut errors| {
            self.found.append(&mut errors);
            Config::default()
        })
    }

    /// Whether what settings name is there.
    fn check(&mut self, settings: &Config) {
        let errors = settings.check_files().err().unwrap_or_default();
        self.found.extend(errors.into_iter().map(|error| Placed { code: Code::Test, ..error }));
    }

    fn case(&mut self, node: Node<NodeRef<'r>>, below: &Config) -> Option<Case> {
        let fields: Vec<&str> = CASE_FIELDS.into_iter().chain(LAYER_FIELDS).chain(FACT_FIELDS).collect();
        let at = self.settings.position(&node.at);
        let node = node.object(&fields, &mut self.settings.errors)?;
        let own = self.settings.decisive(&node);
        self.check(&own);
        let settings = below.clone().below(own);
        let errors = &mut self.settings.errors;
        let name = node.require("name", errors).and_then(|node| node.string(errors));
        let command = node.get("command").and_then(|node| node.choice(&CaseCommand::WORDS, errors));
        let command = command.unwrap_or_default();
        let [reinject, clean, expand] = ["reinject", "clean", "expand"]
            .map(|field| node.get(field).and_then(|node| node.boolean(errors)).unwrap_or(false));
        if settings.layer.profiles.is_none() && settings.overrides.is_empty() && command != CaseCommand::Uninject {
            let message = "no profile is named, neither here nor for all cases".to_owned();
            let hint = "write `profiles` below `spec`".to_owned();
            errors.add(&node.at, ProfileErrorKind::Schema { message, hint: Some(hint) });
        }
        let outdated = if reinject { Outdated::Replace } else { Outdated::Keep };
        let clean = if clean { Clean::Strip } else { Clean::Keep };
        let expand = if expand { Expand::Render } else { Expand::Refuse };
        let object = node.get("object").and_then(|node| self.settings.word(&node));
        let inputs = self.inputs(&node);
        let expectations = match node.require("expect", &mut self.settings.errors) {
            Some(expect) => expected::read(expect, &mut self.settings),
            None => Vec::new(),
        };
        Some(Case { name: name?, at, command, inputs, object, settings, outdated, clean, expand, expectations })
    }

    fn inputs(&mut self, case: &Node<NodeRef<'r>>) -> Vec<CaseInput> {
        let Some(node) = case.require("input", &mut self.settings.errors) else { return Vec::new() };
        if node.view.kind() != Kind::Sequence {
            return self.input(node).into_iter().collect();
        }
        let at = node.at.clone();
        let all = node.list(&mut self.settings.errors);
        if all.is_empty() {
            self.settings.errors.add(&at, ProfileErrorKind::Empty("at least one manifest has to be here"));
        }
        all.into_iter().filter_map(|node| self.input(node)).collect()
    }

    /// A file, or an object.
    fn input(&mut self, node: Node<NodeRef<'r>>) -> Option<CaseInput> {
        match node.view.kind() {
            Kind::Mapping => Some(CaseInput::Inline(InlineManifest::of(self.tree, node.view))),
            Kind::String => self.path(&node).map(CaseInput::File),
            found => {
                let expected = "the path of a file, or an object";
                self.settings.errors.add(&node.at, ProfileErrorKind::WrongType { expected, found });
                None
            }
        }
    }

    /// A file that has to be there.
    fn path(&mut self, node: &Node<NodeRef<'r>>) -> Option<std::path::PathBuf> {
        let path = self.folder.join(node.string(&mut self.settings.errors)?);
        if fs::metadata(&path).is_ok_and(|found| found.is_file()) {
            return Some(path);
        }
        let message = format!("there is no file `{}`", path.display());
        let hint = Some("a path begins at the folder of this file".to_owned());
        self.settings.errors.add(&node.at, ProfileErrorKind::Schema { message, hint });
        None
    }
}
