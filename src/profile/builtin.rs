//! The built-in profiles, as the text that `profile show` prints.
//!
//! Each is a file beside this one, written as a user would write it; a new one is a file and a row here.
//! Nothing in this file reads that text.

/// Every built-in profile: its name, and its text. The first is the default.
pub const ALL: &[(&str, &str)] = &[
    ("cortexflow", include_str!("builtin/cortexflow.yaml")),
    ("nginx", include_str!("builtin/nginx.yaml")),
    ("curl", include_str!("builtin/curl.yaml")),
];

/// The text of the built-in profile of this name, to the byte.
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_yaml::Value;

    use super::{ALL, text};

    fn spec(text: &str) -> Value {
        serde_yaml::from_str::<Value>(text).unwrap()["spec"].clone()
    }

    fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
        value.get(key).and_then(Value::as_sequence).map_or(&[], Vec::as_slice)
    }

    /// Every container of every built-in profile, with a name for messages.
    fn containers() -> Vec<(String, Value)> {
        let of = |(profile, text): &(&str, &str)| {
            let spec = spec(text);
            let both = [list(&spec, "initContainers"), list(&spec, "containers")].concat();
            let named = |container: Value| (format!("{profile}: {}", container["name"].as_str().unwrap()), container);
            both.into_iter().map(named).collect::<Vec<_>>()
        };
        ALL.iter().flat_map(of).collect()
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
        for (name, expected) in ALL {
            assert_eq!(serde_yaml::from_str::<Value>(expected).unwrap()["metadata"]["name"], *name);
            assert_eq!(text(name), Some(*expected));
        }
        assert_eq!(text("Nginx"), None);
        assert_eq!(ALL[0].0, "cortexflow");
    }

    #[test]
    fn every_parameter_is_used_and_every_name_used_is_a_parameter() {
        for (profile, text) in ALL {
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
        for (profile, text) in ALL {
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
