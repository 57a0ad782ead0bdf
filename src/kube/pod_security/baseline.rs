//! The checks of the level Baseline. For Restricted, those are left out for which it has stricter ones.

use serde_json::Value;

use super::{Check, Level, PolicyVersion, given, is, items, text};
use crate::value::pointer::Pointer;

/// Capabilities that may be added: those that container runtimes add by default.
const CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// SELinux types that may be set, with the first version that allows each.
const SE_LINUX_TYPES: &[(&str, u32)] =
    &[("", 0), ("container_t", 0), ("container_init_t", 0), ("container_kvm_t", 0), ("container_engine_t", 31)];

/// Kernel parameters that may be set, with the first version that allows each.
const SYSCTLS: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
];

/// The annotation for AppArmor profiles, older than the field.
const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Adds what Baseline does not allow. For `Restricted` it leaves out the checks for which that level has stricter ones.
pub(super) fn check(check: &mut Check<'_>, level: Level) {
    host_namespaces(check);
    privileged(check);
    host_ports(check);
    app_armor(check);
    se_linux(check);
    sysctls(check);
    host_process(check);
    if check.version >= PolicyVersion(34) {
        hosts(check);
    }
    if level == Level::Baseline {
        capabilities(check);
        host_path(check);
        seccomp(check);
        if !check.has_relaxed_users() {
            proc_mount(check);
        }
    } else {
        proc_mount(check);
    }
}

fn host_namespaces(check: &mut Check<'_>) {
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if is(check.spec(), field, true) {
            check.add(Pointer::of(["spec", field]), None, format!("`{field}: true` shares a namespace of the node"));
        }
    }
}

fn privileged(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        // The pod's own security context has no such field.
        if name.is_some() && context.is_some_and(|context| is(context, "privileged", true)) {
            check.add(at.join("privileged"), name, "`privileged: true` is not allowed");
        }
    }
}

fn capabilities(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        let Some(capabilities) = context.and_then(|context| given(context, "capabilities")).filter(|_| name.is_some())
        else {
            continue;
        };
        for (capability, at) in items(capabilities, "add", &at.join("capabilities")) {
            let capability = capability.as_str().unwrap_or_default();
            if !CAPABILITIES.contains(&capability) {
                check.add(at, name, format!("capability `{capability}` may not be added"));
            }
        }
    }
}

fn host_path(check: &mut Check<'_>) {
    for (volume, at) in items(check.spec(), "volumes", &Pointer::of(["spec"])) {
        if given(volume, "hostPath").is_some() {
            let message = format!("volume `{}` is a path of the node", text(volume, "name"));
            check.add(at.join("hostPath"), None, message);
        }
    }
}

fn host_ports(check: &mut Check<'_>) {
    for container in check.containers() {
        for (port, at) in items(container.value, "ports", &container.at) {
            if let Some(number) = port.get("hostPort").and_then(Value::as_i64).filter(|number| *number != 0) {
                check.add(at.join("hostPort"), Some(container.name), format!("host port `{number}` is not allowed"));
            }
        }
    }
}

fn app_armor(check: &mut Check<'_>) {
    profile(check, "appArmorProfile");
    let annotations = check.template.pointer("/metadata/annotations").and_then(Value::as_object);
    for (key, value) in annotations.into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let allowed = value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if key.starts_with(APP_ARMOR_ANNOTATION) && !allowed {
            let at = Pointer::of(["metadata", "annotations", key]);
            check.add(at, None, format!("AppArmor profile `{value}` is not allowed"));
        }
    }
}

fn seccomp(check: &mut Check<'_>) {
    profile(check, "seccompProfile");
}

/// A seccomp or AppArmor profile may be absent, but not `Unconfined`.
pub(super) fn profile(check: &mut Check<'_>, field: &str) {
    for (context, at, name) in check.contexts() {
        let Some(profile) = context.and_then(|context| given(context, field)) else { continue };
        let kind = text(profile, "type");
        if !matches!(kind, "Localhost" | "RuntimeDefault") {
            check.add(at.join(field).join("type"), name, format!("`{field}` of type `{kind}` is not allowed"));
        }
    }
}

fn se_linux(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        let Some(options) = context.and_then(|context| given(context, "seLinuxOptions")) else { continue };
        let at = at.join("seLinuxOptions");
        let kind = text(options, "type");
        if !allowed(SE_LINUX_TYPES, kind, check.version) {
            check.add(at.join("type"), name, format!("SELinux type `{kind}` is not allowed"));
        }
        for field in ["user", "role"] {
            if !text(options, field).is_empty() {
                check.add(at.join(field), name, format!("an SELinux {field} may not be set"));
            }
        }
    }
}

fn proc_mount(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        let Some(context) = context.filter(|_| name.is_some()) else { continue };
        if let Some(mount) = given(context, "procMount").and_then(Value::as_str).filter(|mount| *mount != "Default") {
            check.add(at.join("procMount"), name, format!("`procMount: {mount}` is not allowed"));
        }
    }
}

fn sysctls(check: &mut Check<'_>) {
    let context = check.spec().get("securityContext").unwrap_or(&Value::Null);
    for (sysctl, at) in items(context, "sysctls", &Pointer::of(["spec", "securityContext"])) {
        let name = text(sysctl, "name");
        if !allowed(SYSCTLS, name, check.version) {
            check.add(at.join("name"), None, format!("kernel parameter `{name}` may not be set"));
        }
    }
}

fn host_process(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        let options = context.and_then(|context| given(context, "windowsOptions"));
        if options.is_some_and(|options| is(options, "hostProcess", true)) {
            let at = at.join("windowsOptions").join("hostProcess");
            check.add(at, name, "`hostProcess: true` is not allowed");
        }
    }
}

/// Probes and hooks must not have a host: with one, a pod could make kubelet send requests to any address.
fn hosts(check: &mut Check<'_>) {
    const OWNERS: &[&[&str]] = &[
        &["livenessProbe"],
        &["readinessProbe"],
        &["startupProbe"],
        &["lifecycle", "postStart"],
        &["lifecycle", "preStop"],
    ];
    for container in check.containers() {
        for owner in OWNERS {
            for handler in ["httpGet", "tcpSocket"] {
                let path: Vec<_> = owner.iter().copied().chain([handler, "host"]).collect();
                let host = path.iter().try_fold(container.value, |value, field| value.get(field));
                if let Some(host) = host.and_then(Value::as_str).filter(|host| !host.is_empty()) {
                    let at = container.at.append(&Pointer::of(path));
                    check.add(at, Some(container.name), format!("host `{host}` may not be set in a probe or hook"));
                }
            }
        }
    }
}

fn allowed(list: &[(&str, u32)], wanted: &str, version: PolicyVersion) -> bool {
    list.iter().any(|(known, since)| *known == wanted && PolicyVersion(*since) <= version)
}
