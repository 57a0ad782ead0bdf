//! `config show`: the settings that count, as a file of settings, with where each value is from behind it.

use std::path::Path;

use serde_json::Value;

use crate::kube::version::KubernetesVersion;
use crate::profile::{NativeSidecar, OnIneligible, Overrides};
use crate::report::exit::ExitStatus;
use crate::report::{Allowed, Denied, Levels};
use crate::shell::cli::{ConfigCommand, ReportArgs, ShowArgs};
use crate::shell::files::config::{self, Config, FileOverride, Layer, Layered, Written};
use crate::shell::files::selection::{DEFAULT_PROFILE, ProfileRef};
use crate::text::yaml::emit::{self, Context};

use super::CommandError;

/// What is behind a value that nothing says.
const DEFAULT: &str = "default";

pub(super) fn config(command: &ConfigCommand) -> Result<ExitStatus, CommandError> {
    let ConfigCommand::Show(args) = command;
    let report = ReportArgs::plain();
    let text = shown(args).map_err(|errors| CommandError::reported(errors, &report))?;
    Ok(super::print(text.as_bytes())?)
}

fn shown(args: &ShowArgs) -> Result<String, Vec<crate::diagnostic::Placed>> {
    let layered = Layered::new(config::find(&args.decision.config.choice())?, args.decision.given())?;
    let overrides = args.file.as_ref().map(|file| layered.config.overrides_of(file)).unwrap_or_default();
    let selection = layered.selection(&overrides)?;
    let mut page = Page { config: &layered.config, text: String::new() };
    page.line(0, "apiVersion: sidecar-injector/v1", "");
    page.line(0, "kind: Config", "");
    page.line(0, "spec:", "");
    page.profiles(&layered, &overrides);
    let set: Vec<(&str, &str, &str)> = selection
        .set
        .iter()
        .flat_map(|(profile, own)| {
            own.iter().map(move |(name, value)| (profile.as_str(), name.as_str(), value.as_str()))
        })
        .collect();
    page.set(1, &set, |profile, name| origin_of(&layered, &overrides, (profile, name)));
    page.scalars(args, &layered, &overrides);
    page.lists(&args.levels.levels(), &layered);
    if args.file.is_none() && !layered.config.overrides.is_empty() {
        page.line(1, "overrides:", "");
        layered.config.overrides.iter().for_each(|one| page.file_override(one));
    }
    Ok(page.text)
}

/// Where the value of a parameter is from.
fn origin_of(layered: &Layered, overrides: &[usize], (profile, name): (&str, &str)) -> String {
    let is_meant = |of: Option<&str>| of.is_none_or(|of| of == profile);
    if layered.flags.settings.iter().any(|flag| flag.name == name && is_meant(flag.profile.as_deref())) {
        return "--set".to_owned();
    }
    let written = layered.written(overrides);
    let last = written.filter(|one| one.value.profile == profile && one.value.name == name).last();
    last.map(|one| layered.config.place_of(one)).unwrap_or_default()
}

fn reference(profile: &ProfileRef) -> String {
    match profile {
        ProfileRef::BuiltIn(name) => name.clone(),
        // Without a `/` or an ending it would be the name of a built-in one.
        ProfileRef::File(path) => path.display().to_string(),
        ProfileRef::Inline { file, .. } => file.clone(),
    }
}

const fn answer(choice: OnIneligible) -> &'static str {
    match choice {
        OnIneligible::Allow => "Allow",
        OnIneligible::Deny => "Deny",
    }
}

fn denied(one: Denied) -> String {
    match one {
        Denied::Warnings => "warnings".to_owned(),
        Denied::Code(code) => code.id().to_owned(),
    }
}

/// One scalar as YAML has it.
fn scalar(text: &str) -> String {
    let mut out = String::new();
    emit::scalar(&mut out, &Value::from(text), Context::Block);
    out
}

struct Page<'c> {
    config: &'c Config,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, depth: usize, text: &str, origin: &str) {
        let indent = "  ".repeat(depth);
        let comment = if origin.is_empty() { String::new() } else { format!(" # {origin}") };
        self.text.push_str(&format!("{indent}{text}{comment}\n"));
    }

    fn profiles(&mut self, layered: &Layered, overrides: &[usize]) {
        self.line(1, "profiles:", "");
        let flags = &layered.flags.profiles;
        if !flags.is_empty() {
            let variable = std::env::var("INJECTOR_PROFILE").ok();
            let named: Vec<String> = flags.iter().map(reference).collect();
            let is_variable = variable.is_some_and(|text| text == named.join(","));
            let origin = if is_variable { "INJECTOR_PROFILE" } else { "--profile" };
            named.iter().for_each(|name| self.line(2, &format!("- {}", scalar(name)), origin));
            return;
        }
        match layered.written_profiles(overrides) {
            Some(written) => self.list(2, written, reference),
            None => self.line(2, &format!("- {DEFAULT_PROFILE}"), DEFAULT),
        }
    }

    fn set(&mut self, depth: usize, values: &[(&str, &str, &str)], origin: impl Fn(&str, &str) -> String) {
        let mut last = None;
        for (profile, name, value) in values {
            if last.is_none() {
                self.line(depth, "set:", "");
            }
            if last != Some(*profile) {
                self.line(depth + 1, &format!("{}:", scalar(profile)), "");
                last = Some(*profile);
            }
            self.line(depth + 2, &format!("{}: {}", scalar(name), scalar(value)), &origin(profile, name));
        }
    }

    /// The fields of one value.
    fn scalars(&mut self, args: &ShowArgs, layered: &Layered, overrides: &[usize]) {
        let written = |one: &Written<String>| (one.value.clone(), layered.config.place_of(one));
        let flag = args.namespace.as_ref().map(|name| (name.0.clone(), "--namespace".to_owned()));
        let namespace = flag.or_else(|| layered.namespace(overrides).map(written));
        let (namespace, origin) = namespace.unwrap_or(("default".to_owned(), DEFAULT.to_owned()));
        self.line(1, &format!("namespace: {}", scalar(&namespace)), &origin);
        let Overrides { on_ineligible, native_sidecar } = layered.flags.overrides;
        let last = |place: fn(&Config, &Layer) -> Option<String>| layered.last(overrides, place).unwrap_or_default();
        let fields = layered.overrides(overrides);
        if let Some(choice) = fields.on_ineligible {
            let place = |config: &Config, layer: &Layer| layer.on_ineligible.as_ref().map(|one| config.place_of(one));
            let origin = if on_ineligible.is_some() { "--on-ineligible".to_owned() } else { last(place) };
            self.line(1, &format!("onIneligible: {}", answer(choice)), &origin);
        }
        if let Some(choice) = fields.native_sidecar {
            let place = |config: &Config, layer: &Layer| layer.native_sidecar.as_ref().map(|one| config.place_of(one));
            let origin = if native_sidecar.is_some() { "--native-sidecar".to_owned() } else { last(place) };
            self.line(1, &native(choice), &origin);
        }
        let flag = args.kubernetes_version.map(|version| (version, "--kubernetes-version".to_owned()));
        let written = layered.config.kubernetes_version.as_ref();
        let version = flag.or_else(|| written.map(|one| (one.value, layered.config.place_of(one))));
        let (version, origin) = version.unwrap_or((KubernetesVersion::NEWEST, DEFAULT.to_owned()));
        self.line(1, &format!("kubernetesVersion: \"{version}\""), &origin);
    }

    /// The fields that are lists.
    fn lists(&mut self, flags: &Levels, layered: &Layered) {
        let config = self.config;
        let path = |path: &std::path::PathBuf| Path::display(path).to_string();
        self.field("namespaceFiles", &config.namespace_files, path);
        if !config.namespaces.is_empty() {
            self.line(1, "namespaces:", "");
            for one in &config.namespaces {
                let mut flow = String::new();
                emit::flow(&mut flow, &one.value["metadata"], Context::Flow, emit::Spacing::Spaced);
                self.line(2, &format!("- {flow}"), &config.place_of(one));
            }
        }
        self.field("serviceAccountFiles", &config.service_account_files, path);
        let of_flags = layered.flags.template_paths.iter().map(|path| (path.to_string(), "--template-path".to_owned()));
        let written = config.template_paths.iter().map(|one| (one.value.to_string(), config.place_of(one)));
        self.texts("templatePaths", of_flags.chain(written).collect());
        self.field("exclude", &config.exclude, String::clone);
        let levels = config.levels(flags);
        let of_flags = flags.denied.iter().map(|one| (denied(*one), "--deny".to_owned()));
        let written = config.deny.iter().filter(|one| levels.denied.contains(&one.value));
        self.texts("deny", of_flags.chain(written.map(|one| (denied(one.value), config.place_of(one)))).collect());
        let of_flags = flags.allowed.iter().map(|Allowed(code)| (code.id().to_owned(), "--allow".to_owned()));
        let written = config.allow.iter().filter(|one| levels.allowed.contains(&one.value));
        let written = written.map(|one| (one.value.0.id().to_owned(), config.place_of(one)));
        self.texts("allow", of_flags.chain(written).collect());
    }

    fn field<T>(&mut self, name: &str, all: &[Written<T>], text: impl Fn(&T) -> String) {
        if !all.is_empty() {
            self.line(1, &format!("{name}:"), "");
            self.list(2, all, text);
        }
    }

    fn texts(&mut self, name: &str, all: Vec<(String, String)>) {
        for (index, (text, origin)) in all.iter().enumerate() {
            if index == 0 {
                self.line(1, &format!("{name}:"), "");
            }
            self.line(2, &format!("- {}", scalar(text)), origin);
        }
    }

    fn list<T>(&mut self, depth: usize, all: &[Written<T>], text: impl Fn(&T) -> String) {
        for one in all {
            self.line(depth, &format!("- {}", scalar(&text(&one.value))), &self.config.place_of(one));
        }
    }

    fn file_override(&mut self, one: &FileOverride) {
        let config = self.config;
        let files: Vec<Value> = one.files.texts().map(Value::from).collect();
        let mut flow = String::new();
        emit::flow(&mut flow, &Value::from(files), Context::Flow, emit::Spacing::Spaced);
        self.line(2, &format!("- files: {flow}"), "");
        let Layer { profiles, set, namespace, on_ineligible, native_sidecar } = &one.layer;
        if let Some(profiles) = profiles {
            self.line(3, "profiles:", "");
            self.list(4, profiles, reference);
        }
        let mut by_profile: Vec<_> = set.iter().collect();
        by_profile.sort_by_key(|one| &one.value.profile);
        let mut last = None;
        for one in by_profile {
            if last.is_none() {
                self.line(3, "set:", "");
            }
            if last != Some(&one.value.profile) {
                self.line(4, &format!("{}:", scalar(&one.value.profile)), "");
                last = Some(&one.value.profile);
            }
            let mut value = String::new();
            emit::scalar(&mut value, &one.value.value, Context::Block);
            self.line(5, &format!("{}: {value}", scalar(&one.value.name)), &config.place_of(one));
        }
        if let Some(one) = namespace {
            self.line(3, &format!("namespace: {}", scalar(&one.value)), &config.place_of(one));
        }
        if let Some(one) = on_ineligible {
            self.line(3, &format!("onIneligible: {}", answer(one.value)), &config.place_of(one));
        }
        if let Some(one) = native_sidecar {
            self.line(3, &native(one.value), &config.place_of(one));
        }
    }
}

fn native(choice: NativeSidecar) -> String {
    format!("nativeSidecar: {}", choice.word())
}
