//! The built-in profiles, as the text that `profile show` prints.
//!
//! Each is a file in `builtin/`, written as a user would write it; a new one is a file, its name here, and a page in
//! `docs/profiles/`.
//! Nothing in this file reads that text.

/// A built-in profile.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name, which its text has too.
    pub name: &'static str,
    /// Where `profile list` shows it.
    pub group: Group,
    /// Its text.
    pub text: &'static str,
}

/// What profiles are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Injector's own: the default, and examples.
    Basic,
    /// Proxies of a service mesh.
    Mesh,
    /// Traces, metrics and logs.
    Telemetry,
    /// Secrets, sign-in, and connections to databases.
    Access,
    /// What applications are built on.
    Runtime,
}

impl Group {
    /// All groups, in the order of `profile list`.
    pub const ALL: [Self; 5] = [Self::Basic, Self::Mesh, Self::Telemetry, Self::Access, Self::Runtime];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Mesh => "Service meshes",
            Self::Telemetry => "Telemetry",
            Self::Access => "Secrets and access",
            Self::Runtime => "Runtimes",
        }
    }
}

macro_rules! builtin {
    ($($group:ident: $($name:literal),+;)+) => {
        &[$($(Builtin {
            name: $name,
            group: Group::$group,
            text: include_str!(concat!("builtin/", $name, ".yaml")),
        }),+),+]
    };
}

/// Every built-in profile, by group. The first is the default.
pub const ALL: &[Builtin] = builtin! {
    Basic: "cortexflow", "nginx", "curl";
    Mesh: "istio", "linkerd";
    Telemetry: "otel-java", "otel-nodejs", "otel-python", "otel-collector", "fluent-bit";
    Access: "vault-agent", "cloud-sql-proxy", "oauth2-proxy";
    Runtime: "dapr", "k8tz";
};

/// The kinds with pod templates that built-in profiles know beside Kubernetes' own, as `templatePaths` writes them.
pub(crate) const TEMPLATE_PATHS: &[&str] = &["DeploymentConfig=/spec/template"];

/// The names of all.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|known| known.name)
}

/// The text of the built-in profile of this name, to the byte.
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|known| known.name == name).map(|known| known.text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_yaml::Value;

    use super::{ALL, Builtin, Group, text};

    /// Those that have no expressions, and no injector that they follow.
    fn basic() -> impl Iterator<Item = &'static Builtin> {
        ALL.iter().filter(|known| known.group == Group::Basic)
    }

    fn spec(text: &str) -> Value {
        serde_yaml::from_str::<Value>(text).unwrap()["spec"].clone()
    }

    fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
        value.get(key).and_then(Value::as_sequence).map_or(&[], Vec::as_slice)
    }

    /// Every container of every basic profile, with a name for messages.
    fn containers() -> Vec<(String, Value)> {
        let of = |Builtin { name: profile, text, .. }: &Builtin| {
            let spec = spec(text);
            let both = [list(&spec, "initContainers"), list(&spec, "containers")].concat();
            let named = |container: Value| (format!("{profile}: {}", container["name"].as_str().unwrap()), container);
            both.into_iter().map(named).collect::<Vec<_>>()
        };
        basic().flat_map(of).collect()
    }

    /// The parameters that a value's strings name.
    fn named(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => {
                let after = text.split("{{").skip(1);
                names.extend(after.map(|rest| rest.split("}}").next().unwrap().trim().to_owned()));
            }
            Value::Sequence(elements) => elements.iter().for_each(|element| named(element, names)),
            Value::Mapping(members) => members.values().for_each(|member| named(member, names)),
            _ => {}
        }
    }

    #[test]
    fn a_profile_is_found_by_the_name_that_it_gives_itself() {
        for Builtin { name, text: expected, .. } in ALL {
            assert_eq!(serde_yaml::from_str::<Value>(expected).unwrap()["metadata"]["name"], *name);
            assert_eq!(text(name), Some(*expected));
        }
        assert_eq!(text("Nginx"), None);
        assert_eq!(ALL[0].name, "cortexflow");
    }

    #[test]
    fn the_template_paths_are_those_of_the_profiles() {
        let mut all: Vec<String> = Vec::new();
        for builtin in ALL {
            all.extend(list(&spec(builtin.text), "templatePaths").iter().map(|path| path.as_str().unwrap().to_owned()));
        }
        assert_eq!(all, super::TEMPLATE_PATHS);
    }

    #[test]
    fn every_parameter_is_used_and_every_name_used_is_a_parameter() {
        for Builtin { name: profile, text, .. } in basic() {
            let mut spec = spec(text);
            let parameters = spec.as_mapping_mut().unwrap().remove("parameters").unwrap();
            let declared = parameters.as_sequence().unwrap().iter();
            let declared: BTreeSet<String> = declared.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
            let mut used = BTreeSet::new();
            named(&spec, &mut used);
            assert_eq!(used, declared, "{profile}");
        }
    }

    #[test]
    fn no_annotation_or_place_in_the_pod_sets_an_image_a_user_id_or_a_security_context() {
        for Builtin { name: profile, text, .. } in basic() {
            let spec = spec(text);
            let mut privileged = BTreeSet::new();
            for container in [list(&spec, "initContainers"), list(&spec, "containers")].concat() {
                named(&container["image"], &mut privileged);
                named(&container["imagePullPolicy"], &mut privileged);
                named(&container["securityContext"], &mut privileged);
            }
            privileged.insert("installIptables".to_owned());
            for parameter in list(&spec, "parameters") {
                let name = parameter["name"].as_str().unwrap();
                let open = parameter.get("annotation").is_some() || parameter.get("from").is_some();
                assert!(!(open && privileged.contains(name)), "{profile}: {name}");
                let annotation = parameter.get("annotation").map_or("sidecar-injector/", |key| key.as_str().unwrap());
                assert!(annotation.starts_with("sidecar-injector/"), "{profile}: {name}");
            }
        }
    }

    #[test]
    fn every_container_sets_all_of_its_security_context_and_resources() {
        for (name, container) in containers() {
            let security = &container["securityContext"];
            for field in ["runAsUser", "runAsGroup", "readOnlyRootFilesystem", "runAsNonRoot"] {
                assert!(security.get(field).is_some(), "{name}: {field}");
            }
            for field in ["privileged", "allowPrivilegeEscalation"] {
                assert_eq!(security[field].as_bool(), Some(false), "{name}: {field}");
            }
            assert_eq!(security["capabilities"]["drop"][0], "ALL", "{name}");
            assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault", "{name}");
            let root = name == "cortexflow: init-iptables";
            assert_eq!(list(&security["capabilities"], "add").is_empty(), !root, "{name}");
            assert_eq!(security["runAsNonRoot"].as_bool(), Some(!root), "{name}");
            for (kind, resource) in
                [("requests", "cpu"), ("requests", "memory"), ("limits", "cpu"), ("limits", "memory")]
            {
                assert!(container["resources"][kind][resource].is_string(), "{name}: {kind}.{resource}");
            }
        }
    }

    #[test]
    fn scripts_hold_no_parameter_survive_kubernetes_and_do_not_come_last() {
        let mut scripts = 0;
        for (name, container) in containers() {
            let Some(script) = list(&container, "command").last() else { continue };
            scripts += 1;
            let script = script.as_str().unwrap();
            assert!(!script.contains("{{"), "{name}: a value would become shell");
            assert!(!script.contains("$$"), "{name}: Kubernetes makes one dollar sign of two");
            for variable in list(&container, "env") {
                let reference = format!("$({})", variable["name"].as_str().unwrap());
                assert!(!script.contains(&reference), "{name}: Kubernetes expands {reference}");
            }
            let keys: Vec<_> = container.as_mapping().unwrap().keys().filter_map(Value::as_str).collect();
            assert!(!["command", "args"].contains(keys.last().unwrap()), "{name}: ends in a block scalar");
        }
        assert_eq!(scripts, 3);
    }
}
