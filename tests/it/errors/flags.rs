//! Command lines that do not mean anything.

use insta::assert_snapshot;

use super::misused;

#[test]
fn parameters() {
    assert_snapshot!(misused(&["inject", "--set", "tcpPrt=1", "web.yaml"]), @"
    error: --set: no profile of this run has a parameter `tcpPrt`
      hint: did you mean `tcpPort`?
    ");
    assert_snapshot!(misused(&["inject", "--set", "tcpPort=many", "web.yaml"]), @"error: --set tcpPort: `many` is not a port: a number from 1 to 65535");
    assert_snapshot!(misused(&["check", "--set", "pullPolicy=always", "web.yaml"]), @"
    error: --set pullPolicy: `always` is not one of `Always`, `IfNotPresent`, `Never`
      hint: did you mean `Always`?
    ");
    assert_snapshot!(misused(&["inject", "--set", "tcpPort", "web.yaml"]), @"
    error: invalid value 'tcpPort' for '--set <[PROFILE.]NAME=VALUE>': not of the form `name=value` or `profile.name=value`

    For more information, try '--help'.
    ");
}

#[test]
fn parameters_of_one_profile() {
    let both = |set: &'static str| misused(&["inject", "-p", "nginx", "-p", "curl", "--set", set, "web.yaml"]);
    assert_snapshot!(both("image=a:1"), @"
    error: --set: the parameter `image` has different meanings in the profiles `nginx`, `curl`
      hint: write `--set nginx.image=…` or `--set curl.image=…`
    ");
    assert_snapshot!(both("ngnix.image=a:1"), @"
    error: --set: no profile of this run is called `ngnix`
      hint: did you mean `nginx.image`?
    ");
    assert_snapshot!(both("cortexflow.tcpPort=1"), @"
    error: --set: no profile of this run is called `cortexflow`
      hint: the profiles of this run are `nginx`, `curl`
    ");
    assert_snapshot!(both("nginx.imge=a:1"), @"
    error: --set: the profile `nginx` has no parameter `imge`
      hint: did you mean `nginx.image`?
    ");
    assert_snapshot!(both("nginx.port=many"), @"error: --set nginx.port: `many` is not a port: a number from 1 to 65535");
    assert_snapshot!(both("nginx.=1"), @"
    error: invalid value 'nginx.=1' for '--set <[PROFILE.]NAME=VALUE>': not of the form `name=value` or `profile.name=value`

    For more information, try '--help'.
    ");
}

#[test]
fn profiles() {
    assert_snapshot!(misused(&["inject", "-p", "ngnix", "web.yaml"]), @"
    error: there is no built-in profile `ngnix`
      hint: did you mean `nginx`?
    ");
    assert_snapshot!(misused(&["inject", "-p", "web.yaml", "web.yaml"]), @"
    error: web.yaml:1:13: `apps/v1` is not `sidecar-injector/v1`
    error: web.yaml:2:7: `Deployment` is not `Profile`
    error: web.yaml:6:3: unknown field `selector`
      hint: the fields here are `alreadyInjected`, `annotations`, `application`, `containers`, `description`, `excludedNamespaces`, `extends`, `imagePullSecrets`, `initContainers`, `labels`, `let`, `matchConditions`, `namespaceSelector`, `namespaceSwitch`, `nativeSidecar`, `objectSelector`, `onError`, `onIneligible`, `parameters`, `placement`, `pod`, `podSwitch`, `policy`, `redirectedPorts`, `require`, `reservedUser`, `skip`, `templatePaths`, `volumes`
    error: web.yaml:7:3: unknown field `template`
      hint: the fields here are `alreadyInjected`, `annotations`, `application`, `containers`, `description`, `excludedNamespaces`, `extends`, `imagePullSecrets`, `initContainers`, `labels`, `let`, `matchConditions`, `namespaceSelector`, `namespaceSwitch`, `nativeSidecar`, `objectSelector`, `onError`, `onIneligible`, `parameters`, `placement`, `pod`, `podSwitch`, `policy`, `redirectedPorts`, `require`, `reservedUser`, `skip`, `templatePaths`, `volumes`
    error: web.yaml:5:1: field `policy` is missing
    ");
    assert_snapshot!(misused(&["inject", "-p", "nginx", "-p", "nginx", "web.yaml"]), @"error: the profile `nginx` is named twice");
    assert_snapshot!(misused(&["profile", "show", "ngnix"]), @"
    error: there is no built-in profile `ngnix`
      hint: did you mean `nginx`?
    ");
}

#[test]
fn versions_and_namespaces() {
    assert_snapshot!(misused(&["inject", "--kubernetes-version", "latest", "web.yaml"]), @"
    error: invalid value 'latest' for '--kubernetes-version <VERSION>': `latest` is not a Kubernetes version: write `1.29` or `v1.29.3`

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--kubernetes-version", "2.0", "web.yaml"]), @"
    error: invalid value '2.0' for '--kubernetes-version <VERSION>': `2.0` is not a Kubernetes version: its major version is not 1

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "-n", "Prod", "web.yaml"]), @"
    error: invalid value 'Prod' for '--namespace <NAME>': not a name of lower case letters, digits and `-`, at most 63

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--namespace-labels", "inject", "web.yaml"]), @"error: --namespace-labels: `inject` has no `=`: write `[NAMESPACE:]key=value,…`");
    assert_snapshot!(misused(&["inject", "--namespace-labels", "Prod:a=b", "web.yaml"]), @"error: --namespace-labels: `Prod` is not a namespace: a name has at most 63 lower case letters, digits and `-`");
    assert_snapshot!(misused(&["inject", "--namespace-labels", "a=b c", "web.yaml"]), @"error: --namespace-labels: `b c` is not a label value: one has at most 63 letters, digits, `-`, `_` and `.`");
    assert_snapshot!(misused(&["inject", "--namespace-labels", "a=b,a=c", "web.yaml"]), @"error: --namespace-labels: `a` is given twice");
    assert_snapshot!(misused(&["inject", "--namespace-annotations", "-a=b", "web.yaml"]), @"
    error: unexpected argument '-a' found

      tip: to pass '-a' as a value, use '-- -a'

    Usage: injector inject [OPTIONS] [FILE]...

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--namespace-annotations", "", "web.yaml"]), @"error: --namespace-annotations: nothing is given: write `[NAMESPACE:]key=value,…`");
    assert_snapshot!(misused(&["inject", "--namespace-file", "web.yaml", "web.yaml"]), @"error: web.yaml: the file holds no Namespace");
}

#[test]
fn template_paths() {
    assert_snapshot!(misused(&["inject", "--template-path", "Rollout", "web.yaml"]), @"
    error: invalid value 'Rollout' for '--template-path <KIND[.GROUP]=/spec/…>': `Rollout` is not a template path: write KIND[.GROUP]=/PATH, such as `Rollout.argoproj.io=/spec/template`

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--template-path", "Rollout=spec/template", "web.yaml"]), @"
    error: invalid value 'Rollout=spec/template' for '--template-path <KIND[.GROUP]=/spec/…>': `spec/template` is not a JSON Pointer: it does not begin with `/`

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--template-path", "roll out=/spec/template", "web.yaml"]), @"
    error: invalid value 'roll out=/spec/template' for '--template-path <KIND[.GROUP]=/spec/…>': `roll out` is not a kind: write `Rollout`

    For more information, try '--help'.
    ");
}

#[test]
fn combinations() {
    assert_snapshot!(misused(&["inject", "-i"]), @"
    error: the following required arguments were not provided:
      <FILE|--filename <FILE>>

    Usage: injector inject --in-place <FILE|--filename <FILE>>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "-i", "-"]), @"
    error: the argument '--in-place' cannot be used with standard input ('-')

    Usage: injector [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--output-dir", "out", "-f", "-"]), @"
    error: the argument '--output-dir' cannot be used with standard input ('-')

    Usage: injector [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "-i", "-o", "json", "web.yaml"]), @"
    error: the argument '--in-place' cannot be used with '--output <FORMAT>'

    Usage: injector inject --in-place <FILE|--filename <FILE>>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "-i", "--output-dir", "out", "web.yaml"]), @"
    error: the argument '--in-place' cannot be used with '--output-dir <DIR>'

    Usage: injector inject --in-place <FILE|--filename <FILE>>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["uninject", "-o", "response", "web.yaml"]), @"
    error: invalid value 'response' for '--output <FORMAT>'
      [possible values: yaml, json, patch]

      tip: a similar value exists: 'json'

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--report", "xml", "web.yaml"]), @"
    error: invalid value 'xml' for '--report <FORMAT[=FILE]>'
      [possible values: text, json, github, sarif, junit, gitlab]

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--on-ineligible", "refuse", "web.yaml"]), @"
    error: invalid value 'refuse' for '--on-ineligible <ANSWER>'
      [possible values: allow, deny]

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["inject", "--native-sidecar", "yes", "web.yaml"]), @"
    error: invalid value 'yes' for '--native-sidecar <auto|true|false>'
      [possible values: auto, true, false]

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["injct", "web.yaml"]), @"
    error: unrecognized subcommand 'injct'

      tip: some similar subcommands exist: 'uninject', 'inject'

    Usage: injector [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["check", "--inplace", "web.yaml"]), @"
    error: unexpected argument '--inplace' found

      tip: to pass '--inplace' as a value, use '-- --inplace'

    Usage: injector check [OPTIONS] [FILE]...

    For more information, try '--help'.
    ");
}
