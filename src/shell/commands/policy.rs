//! `profile compile`, and `install` and `uninstall` where policies are installed: profiles become admission policies.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Placed, Severity};
use crate::kube::version::KubernetesVersion;
use crate::policy::{self, FailurePolicy, PolicyApi, PolicyOptions, PolicyWarnings};
use crate::profile::Profile;
use crate::profile::parameter::SetValues;
use crate::report::ReportFormat;
use crate::report::exit::ExitStatus;
use crate::shell::cli::{CompileArgs, PolicyArgs, ReportArgs};
use crate::shell::files::setting::set_values;

use super::written::WrittenProfile;
use super::{CommandError, settings};

pub(super) fn compile(args: &CompileArgs) -> Result<ExitStatus, CommandError> {
    let plain = ReportArgs { format: ReportFormat::default(), quiet: false };
    let text = compiled(args).map_err(|errors| CommandError::reported(errors, &plain))?;
    Ok(super::print(text.as_bytes())?)
}

fn compiled(args: &CompileArgs) -> Result<String, Vec<Placed>> {
    let (file, text) = settings::profile_text(&args.profile).map_err(|error| vec![error])?;
    let (mut profile, extended) = settings::read_profile(&file, &text)?;
    let overrides = crate::profile::Overrides { native_sidecar: args.native_sidecar, on_ineligible: None };
    overrides.apply(&mut profile);
    let profiles = [profile];
    let set = set_values(&args.settings, &profiles)?;
    let options = options(args.kubernetes_version, args.policy, args.failure_policy)?;
    let written = WrittenProfile::new(file, text, extended);
    let profiles: Vec<_> = profiles.iter().map(|profile| (profile, &written)).collect();
    text_of(&args.name, &profiles, &set, &options)
}

/// What the flags say of policies.
pub(super) fn options(
    version: Option<KubernetesVersion>,
    args: PolicyArgs,
    failure: Option<FailurePolicy>,
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
    Ok(PolicyOptions { version, api: args.policy_api, failure: failure.unwrap_or(FailurePolicy::Fail), warnings })
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
    profiles: &[(&Profile, &WrittenProfile)],
    set: &SetValues,
    options: &PolicyOptions,
) -> Result<String, Vec<Placed>> {
    let none = BTreeMap::new();
    let with_settings: Vec<_> =
        profiles.iter().map(|(profile, _)| (*profile, set.get(&profile.name).unwrap_or(&none))).collect();
    let objects = policy::objects(name, &with_settings, options).map_err(|wrong| {
        let placed = |(index, diagnostic): (usize, Diagnostic)| {
            let message = |profile: &str| match diagnostic.code {
                Code::NotCompilable => format!("the profile `{profile}` cannot be a policy: {}", diagnostic.message),
                _ => diagnostic.message.clone(),
            };
            let mut placed = match profiles.get(index) {
                Some((profile, written)) => {
                    let (file, position) = written.place(&diagnostic.at);
                    Placed::new(diagnostic.code, message(&profile.name)).at(file, position)
                }
                None => Placed::new(diagnostic.code, diagnostic.message.clone()),
            };
            placed = placed.hint(diagnostic.hint);
            placed.severity = Severity::Error;
            placed.path = diagnostic.at.to_string();
            placed
        };
        wrong.into_iter().map(placed).collect::<Vec<_>>()
    })?;
    Ok(policy::text(&objects, &header(options)))
}
