//! Manifests that the tests of the command line begin with.

use crate::support::{Run, injector};

/// A Deployment of which all is known that the default profile asks for, so that it is injected without a warning.
pub(crate) const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: web:1
          resources: {requests: {cpu: 10m, memory: 16Mi}}
";

/// A Service, which is never injected.
pub(crate) const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web   # the front
spec:
  ports: [{port: 80}]
";

/// A small profile with that body of its `spec`, lines of two spaces.
pub(crate) fn profile(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: {name}}}\nspec:\n  policy: OptOut\n{spec}"
    )
}

/// A profile that adds one container of that name.
pub(crate) fn adding(name: &str, container: &str) -> String {
    profile(name, &format!("  containers: [{{name: {container}, image: \"{container}:1\", {RESOURCES}}}]\n"))
}

/// Resources that leave a pod's class as it is, for a container in flow style.
pub(crate) const RESOURCES: &str = "resources: {requests: {cpu: 1m, memory: 1Mi}}";

/// `injector COMMAND ARGS…` with nothing unknown of the namespace `default`.
pub(crate) fn known<'a>(command: &'a str, args: impl IntoIterator<Item = &'a str>) -> Run {
    let facts = ["--namespace-labels=default:", "--namespace-annotations=default:"];
    injector([command].into_iter().chain(facts).chain(args))
}

/// The Deployment injected by the default profile.
pub(crate) fn injected() -> String {
    known("inject", ["-q"]).stdin(WEB).succeeds().stdout
}
