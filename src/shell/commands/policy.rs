//! `profile compile`, and `install` and `uninstall` where policies are installed: profiles become admission policies.

use std::collections::BTreeMap;

use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Diagnostic, Placed, Severity};
use crate::kube::version::KubernetesVersion;
use crate::policy::{self, FailurePolicy, ParamNames, Params, PolicyApi, PolicyOptions, PolicyWarnings};
use crate::profile::setting::set_values;
use crate::profile::{Overrides, Profile};
use crate::report::exit::ExitStatus;
use crate::shell::cli::{CompileArgs, PolicyArgs, ReportArgs, params_of};
use crate::shell::files::selection::{ProfileRef, Setting};

use super::written::WrittenProfile;
use super::{CommandError, settings};

pub(super) fn compile(args: &CompileArgs) -> Result<ExitStatus, CommandError> {
    let plain = ReportArgs::plain();
    let text = compiled(args).map_err(|errors| CommandError::reported(errors, &plain))?;
    Ok(super::print(text.as_bytes())?)
}

fn compiled(args: &CompileArgs) -> Result<String, Vec<Placed>> {
    let overrides = Overrides { native_sidecar: args.native_sidecar, on_ineligible: None };
    let params = params_of(args.policy.params.as_ref(), args.namespace.as_ref());
    let options = options(args.kubernetes_version, &args.policy, (args.failure_policy, params))?;
    text_of(&args.name, std::slice::from_ref(&args.profile), (overrides, &args.settings), &options)
}

/// What the flags say of policies.
pub(super) fn options(
    version: Option<KubernetesVersion>,
    args: &PolicyArgs,
    (failure, params): (Option<FailurePolicy>, Option<Params>),
) -> Result<PolicyOptions, Vec<Placed>> {
    let oldest = match args.policy_api {
        PolicyApi::V1 => policy::OLDEST,
        PolicyApi::V1Beta1 => policy::OLDEST_BETA,
    };
    let version = version.unwrap_or(match args.policy_api {
        PolicyApi::V1 => KubernetesVersion::NEWEST.max(policy::OLDEST),
        PolicyApi::V1Beta1 => policy::OLDEST_BETA,
    });
    if version < oldest {
        let message = format!("--kubernetes-version: Kubernetes {version} has no mutating admission policies");
        let hint = match args.policy_api {
            PolicyApi::V1 if version >= policy::OLDEST_BETA => {
                "use `--policy-api v1beta1`, which needs a feature gate in the cluster; or install the webhook"
            }
            _ => "install the webhook, which is for Kubernetes 1.22 and later",
        };
        return Err(vec![Placed::new(Code::UnsupportedVersion, message).hint(Some(hint))]);
    }
    let warnings = if args.without_warnings { PolicyWarnings::LeftOut } else { PolicyWarnings::Made };
    let failure = failure.unwrap_or(FailurePolicy::Fail);
    Ok(PolicyOptions { version, api: args.policy_api, failure, warnings, params })
}

/// What stands above the objects.
fn header(options: &PolicyOptions) -> String {
    let needs = match options.api {
        PolicyApi::V1 => "",
        PolicyApi::V1Beta1 => {
            "The API server needs --feature-gates=MutatingAdmissionPolicy=true and\n\
             --runtime-config=admissionregistration.k8s.io/v1beta1=true.\n"
        }
    };
    format!("{needs}What only the API server checks, such as requests above limits, it refuses in its own words.")
}

/// The objects of profiles as text. What keeps one from being a policy is placed in its file.
pub(super) fn text_of(
    name: &str,
    references: &[ProfileRef],
    (overrides, settings): (Overrides, &[Setting]),
    options: &PolicyOptions,
) -> Result<String, Vec<Placed>> {
    let (mut profiles, mut texts) = (Vec::new(), Vec::new());
    for reference in references {
        let (file, text) = settings::profile_text(reference).map_err(|error| vec![error])?;
        let (mut profile, extended) = settings::read_profile(&file, &text)?;
        overrides.apply(&mut profile);
        profiles.push(profile);
        texts.push(WrittenProfile::new(file, text, extended));
    }
    refuse_twice(&profiles)?;
    let set = set_values(settings, &profiles)?;
    if let Some(Params { names: ParamNames::These(names), .. }) = &options.params {
        names.iter().try_for_each(|name| check_param(name, &profiles))?;
    }
    let none = BTreeMap::new();
    let with_settings: Vec<_> =
        profiles.iter().map(|profile| (profile, set.get(&profile.name).unwrap_or(&none))).collect();
    let is_for_all = matches!(options.params, Some(Params { names: ParamNames::All, .. }));
    let hint = is_for_all.then_some("`--params=NAME,…` keeps only these settings in the ConfigMap");
    let objects = policy::objects(name, &with_settings, options).map_err(|wrong| {
        let place = |(index, diagnostic): (usize, Diagnostic)| match (profiles.get(index), texts.get(index)) {
            (Some(profile), Some(written)) => {
                let hint = hint.filter(|_| diagnostic.code == Code::NotCompilable && diagnostic.hint.is_none());
                let placed = placed(profile, written, diagnostic);
                if hint.is_some() { placed.hint(hint) } else { placed }
            }
            _ => Placed::new(diagnostic.code, diagnostic.message),
        };
        wrong.into_iter().map(place).collect::<Vec<_>>()
    })?;
    Ok(policy::text(&objects, &header(options)))
}

/// Refuses a name of `--params` that no profile has, and one whose values no policy reads from a text.
fn check_param(name: &str, profiles: &[Profile]) -> Result<(), Vec<Placed>> {
    let all = || profiles.iter().flat_map(|of| of.parameters.iter().map(move |parameter| (of, parameter)));
    let meant: Vec<_> = all().filter(|(of, parameter)| policy::is_named(name, &of.name, parameter)).collect();
    if meant.is_empty() {
        let message = format!("--params: no profile of this run has a parameter `{name}`");
        let near = nearest(name, all().map(|(_, parameter)| parameter.name.as_str()));
        return Err(vec![Placed::new(Code::Usage, message).hint(near.map(|near| format!("did you mean `{near}`?")))]);
    }
    match meant.iter().find(|(_, parameter)| !policy::can_be_kept(parameter)) {
        Some((of, parameter)) => {
            let ty = parameter.ty.id();
            let message =
                format!("--params: a policy reads no `{ty}` from a text, as `{}` of `{}` is", parameter.name, of.name);
            Err(vec![Placed::new(Code::Usage, message).hint(Some("leave it out, and use `--set`"))])
        }
        None => Ok(()),
    }
}

/// Two profiles of one name would have the same objects.
fn refuse_twice(profiles: &[Profile]) -> Result<(), Vec<Placed>> {
    for (index, profile) in profiles.iter().enumerate() {
        if profiles.iter().take(index).any(|earlier| earlier.name == profile.name) {
            return Err(vec![Placed::new(Code::Usage, format!("the profile `{}` is named twice", profile.name))]);
        }
    }
    Ok(())
}

fn placed(profile: &Profile, written: &WrittenProfile, diagnostic: Diagnostic) -> Placed {
    let (file, position) = written.place(&diagnostic.at);
    let message = match diagnostic.code {
        Code::NotCompilable => format!("the profile `{}` cannot be a policy: {}", profile.name, diagnostic.message),
        _ => diagnostic.message,
    };
    let mut placed = Placed::new(diagnostic.code, message).at(file, position).hint(diagnostic.hint);
    placed.severity = Severity::Error;
    placed.path = diagnostic.at.to_string();
    placed
}
