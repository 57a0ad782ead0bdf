//! The examples at the end of each command's help.

pub(super) const INJECT: &str = "\
Examples:
  injector inject deploy.yaml
  injector inject -i -R manifests/
  injector inject -p nginx -p ./audit.yaml --set port=8081 deploy.yaml
  injector inject --namespace-labels prod:sidecar-inject=enabled -n prod -p nginx pod.yaml
  kubectl get deploy web -o yaml | injector inject -o patch |
    kubectl patch deploy web --type=json --patch-file=/dev/stdin";

pub(super) const UNINJECT: &str = "\
Examples:
  injector uninject deploy.yaml
  injector uninject -i -R manifests/
  injector uninject -p nginx deploy.yaml
  kubectl get deploy web -o yaml | injector uninject | kubectl replace -f -";

pub(super) const CHECK: &str = "\
Examples:
  injector check -R manifests/
  injector check --report github -R manifests/
  helm template . | injector check";

pub(super) const DIFF: &str = "\
Examples:
  injector diff deploy.yaml
  injector diff --reinject -R manifests/";

pub(super) const EXPLAIN: &str = "\
Examples:
  injector explain deploy.yaml
  kubectl get pod web -o yaml | injector explain -p nginx --namespace-file ns.yaml";

pub(super) const PROFILE: &str = "\
Examples:
  injector profile list
  injector profile show nginx > my-nginx.yaml
  injector profile init audit > audit.yaml
  injector profile import sidecarset.yaml > logs.yaml
  injector profile lint audit.yaml";

#[cfg(feature = "serve")]
pub(super) const INSTALL: &str = "\
Examples:
  injector install --generate-certs certs --only rest | kubectl apply -f -
  kubectl -n injector-system rollout status deployment/injector
  injector install --generate-certs certs --only webhook | kubectl apply -f -
  injector install --cert-manager -p nginx -p ./audit.yaml --failure-policy Fail > webhook.yaml";

#[cfg(feature = "serve")]
pub(super) const UNINSTALL: &str = "\
Examples:
  injector uninstall | kubectl delete --ignore-not-found -f -
  injector uninstall --delete-namespace | kubectl delete --ignore-not-found -f -";

#[cfg(feature = "serve")]
pub(super) const CERTS: &str = "\
Examples:
  injector certs generate --out certs
  injector certs inspect certs
  injector certs ca-bundle certs
  injector certs renew certs
  injector certs rotate certs";
