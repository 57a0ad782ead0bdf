//! The laws where a field of the pod's spec is replaced, in every spelling of the value that is there.

use injector::internals::decide::uninject::Which;

use super::law::{self, Held, laws, undo};

const PROFILE: &str = r#"
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: settings}
spec:
  policy: OptOut
  pod:
    dnsPolicy: {value: Default}
    terminationGracePeriodSeconds: {value: 60, onConflict: Max}
    serviceAccountName: {value: agent}
    priorityClassName: {value: high}
    securityContext:
      fsGroup: {value: 1337, onConflict: Max}
      supplementalGroups: {value: [1, 2]}
      sysctls: [{name: kernel.shm_rmid_forced, value: "1"}]
    hostAliases: [{ip: 10.1.2.3, hostnames: [vault.local]}]
    tolerations: {value: [{key: dedicated, operator: Exists}], onConflict: Reject}
    readinessGates: [{conditionType: example.com/ready}]
    nodeSelector: {disk: ssd}
"#;

fn held(text: &str) -> Held {
    let profiles = [law::profile_of(PROFILE)];
    let held = laws(text, &profiles);
    if let Held::Injected(injected) = &held {
        assert_eq!(undo(injected, &profiles, Which::All).unwrap(), text, "\n--- injected\n{injected}");
    }
    held
}

fn in_block(member: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  {member}\n  containers:\n  - name: web\n    image: web:1\n"
    )
}

fn in_flow(member: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{member}, containers: [{{name: web, image: 'web:1'}}]}}\n"
    )
}

#[test]
fn a_replaced_field_of_the_pod_comes_back_as_it_was_written() {
    for value in
        ["ClusterFirst", "\"ClusterFirst\"", "'ClusterFirst'", "!!str ClusterFirst", "&a 'ClusterFirst'", "", "~", "''"]
    {
        let member = format!("dnsPolicy: {value}");
        for text in
            [in_block(&member), in_block(&format!("{member} # about it")), in_flow(&format!("{member}, priority: 0"))]
        {
            assert!(matches!(held(&text), Held::Injected(_)), "{text}");
        }
    }
    for member in [
        "terminationGracePeriodSeconds: 5",
        "terminationGracePeriodSeconds: !!int 30",
        "serviceAccountName: \"default\"",
        "securityContext: {}",
        "securityContext: {fsGroup: 5}",
        "securityContext: {fsGroup: 5, supplementalGroups: []}",
        "securityContext:\n    fsGroup: 5\n    supplementalGroups: [ ]",
        "securityContext: ~",
        "priority: 0",
        "priority: 0 # computed\n  preemptionPolicy: PreemptLowerPriority\n  priorityClassName: ''",
        "hostAliases:\n  - ip: 10.0.0.1 # db\n    hostnames: [db]\n  # the last one",
        "hostAliases: [ {ip: 10.0.0.1, hostnames: [db]} ]",
        "tolerations: []",
        "tolerations:\n  - key: dedicated\n    operator: Exists",
        "nodeSelector:\n    os: linux\n  tolerations: ~",
        "nodeSelector: {disk: hdd}",
        "nodeSelector:",
        "securityContext:\n    sysctls:\n    - {name: net.ipv4.tcp_syncookies, value: '1'}",
    ] {
        assert!(matches!(held(&in_block(member)), Held::Injected(_)), "{member}");
    }
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30, "priority": 0, "containers": [{"name": "web", "image": "web:1"}]}}"#;
    let held = held(json);
    assert!(matches!(held, Held::Injected(_)), "{held:?}");
}

#[test]
fn a_field_of_the_pod_that_would_come_back_in_another_spelling_is_not_replaced() {
    for member in [
        "terminationGracePeriodSeconds: 0x1E",
        "terminationGracePeriodSeconds: 036",
        "terminationGracePeriodSeconds: +30",
        "dnsPolicy: |-\n    ClusterFirst",
        "dnsPolicy: \"Cluster\\x46irst\"",
    ] {
        let held = held(&in_block(member));
        let is_refused = matches!(&held, Held::Rejected(errors) if errors[0].ends_with("as it is written here"));
        assert!(is_refused, "{member}: {held:?}");
    }
}
