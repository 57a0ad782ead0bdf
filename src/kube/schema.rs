//! Which fields a container and a volume have in Kubernetes, and of which type each is. The fields are in `core_v1`.
//!
//! This finds unknown fields, which an API server drops with only a warning, and values of the wrong type. Which values of
//! the right type are valid is in `validity`.

use serde_json::Value;

use crate::diagnostic::words::nearest;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

mod core_v1;

/// A field and its type.
pub(crate) type Field = (&'static str, Shape);

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A string.
    Str,
    /// An integer.
    Int,
    /// `true` or `false`.
    Bool,
    /// An integer or a string: a port's number or name.
    IntOrStr,
    /// A quantity: a string or a number.
    Quantity,
    /// An object of any names, whose values are strings.
    StrMap,
    /// An object of any names, whose values are quantities.
    QuantityMap,
    /// Any value.
    Any,
    /// An object of these fields only.
    Obj(&'static [Field]),
    /// A list of these.
    List(&'static Self),
}

/// A container, and an init container.
pub(crate) static CONTAINER: Shape = core_v1::CONTAINER;
/// A volume of a pod.
pub(crate) static VOLUME: Shape = core_v1::VOLUME;
/// An item of `imagePullSecrets`.
pub(crate) static PULL_SECRET: Shape = core_v1::PULL_SECRET;
/// An item of a container's `env`.
pub(crate) static ENV_VAR: Shape = core_v1::ENV_VAR;
/// An item of a container's `volumeMounts`.
pub(crate) static VOLUME_MOUNT: Shape = core_v1::VOLUME_MOUNT;

static STR: Shape = Shape::Str;
static QUANTITY: Shape = Shape::Quantity;
static ANY: Shape = Shape::Any;

/// A field that Kubernetes does not have, or a value of the wrong type. The profile's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaError {
    /// The field or value.
    pub at: Pointer,
    /// What is wrong.
    pub message: String,
    /// A known name that is similar, where there is one; or what to do about a type.
    pub hint: Option<String>,
}

impl Shape {
    /// The type, in the words of messages.
    pub(crate) const fn expected(&self) -> &'static str {
        match self {
            Self::Str => "a string",
            Self::Int => "an integer",
            Self::Bool => "`true` or `false`",
            Self::IntOrStr => "an integer or a string",
            Self::Quantity => "a quantity",
            Self::StrMap | Self::QuantityMap | Self::Obj(_) => "an object",
            Self::Any => "anything",
            Self::List(_) => "a list",
        }
    }

    /// Whether a value is of this type, whatever is inside it.
    fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Str => value.is_string(),
            Self::Int => is_integer(value),
            Self::Bool => value.is_boolean(),
            Self::IntOrStr => value.is_string() || is_integer(value),
            Self::Quantity => value.is_string() || value.is_number(),
            Self::StrMap | Self::QuantityMap | Self::Obj(_) => value.is_object(),
            Self::Any => true,
            Self::List(_) => value.is_array(),
        }
    }

    /// The type of a member; `None` where Kubernetes has no such field, or where this is not an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Obj(fields) => find(fields, name),
            Self::StrMap => Some(&STR),
            Self::QuantityMap => Some(&QUANTITY),
            Self::Any => Some(&ANY),
            Self::List(_) | Self::Str | Self::Int | Self::Bool | Self::IntOrStr | Self::Quantity => None,
        }
    }

    /// Whether it is a single value, not a list or an object.
    pub(crate) const fn is_scalar(&self) -> bool {
        matches!(self, Self::Str | Self::Int | Self::Bool | Self::IntOrStr | Self::Quantity)
    }
}

/// Everything in a value that does not fit a shape, in the order of the document; `at` is the place of the value.
///
/// A string with `{{` in it fits any scalar. A field that is null counts as absent, as for the API server, but an
/// element of a list or a value of a map must not be null. The recursion is as deep as the shape, which is fixed, never
/// as deep as the value.
pub(crate) fn check(value: &Value, shape: &Shape, at: &Pointer) -> Vec<SchemaError> {
    let mut errors = Vec::new();
    collect(value, shape, at, &mut errors);
    errors
}

/// The shape of the value at a path below a value of this shape. Any token is good for the index of a list. `None` where
/// Kubernetes has no such field.
pub(crate) fn shape_at<'s>(shape: &'s Shape, path: &[String]) -> Option<&'s Shape> {
    path.iter().try_fold(shape, |shape, token| match shape {
        Shape::List(element) => Some(*element),
        _ => shape.member(token),
    })
}

fn collect(value: &Value, shape: &Shape, at: &Pointer, errors: &mut Vec<SchemaError>) {
    if shape.is_scalar() && value.as_str().is_some_and(|text| text.contains("{{")) {
        return;
    }
    if !shape.takes(value) {
        errors.push(wrong_type(value, shape, at));
        return;
    }
    match shape {
        Shape::Obj(fields) => {
            for (name, member) in value.as_object().into_iter().flatten() {
                match find(fields, name) {
                    Some(_) if member.is_null() => {}
                    Some(shape) => collect(member, shape, &at.join(name), errors),
                    None => errors.push(unknown_field(name, fields, at)),
                }
            }
        }
        Shape::List(element) => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                collect(item, element, &at.join(index.to_string()), errors);
            }
        }
        Shape::StrMap | Shape::QuantityMap => {
            let inner = if matches!(shape, Shape::StrMap) { &STR } else { &QUANTITY };
            for (name, member) in value.as_object().into_iter().flatten() {
                collect(member, inner, &at.join(name), errors);
            }
        }
        Shape::Str | Shape::Int | Shape::Bool | Shape::IntOrStr | Shape::Quantity | Shape::Any => {}
    }
}

fn wrong_type(value: &Value, shape: &Shape, at: &Pointer) -> SchemaError {
    let mut message = format!("expected {}, found {}", shape.expected(), View::kind(value).name());
    if let Value::Bool(_) | Value::Number(_) | Value::String(_) = value {
        message.push_str(&format!(" `{}`", excerpt(value)));
    }
    let quotes = matches!(shape, Shape::Str) && matches!(View::kind(value), Kind::Boolean | Kind::Number);
    let hint = quotes.then(|| "quote the value".to_owned());
    SchemaError { at: at.clone(), message, hint }
}

fn unknown_field(name: &str, fields: &[Field], at: &Pointer) -> SchemaError {
    SchemaError {
        at: at.join(name),
        message: format!("unknown field `{name}`"),
        hint: nearest(name, fields.iter().map(|(known, _)| *known)).map(|known| format!("did you mean `{known}`?")),
    }
}

fn find(fields: &'static [Field], name: &str) -> Option<&'static Shape> {
    fields.iter().find(|(known, _)| *known == name).map(|(_, shape)| shape)
}

fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}

/// The value in at most 40 characters.
fn excerpt(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(value: Value, shape: &Shape) -> Vec<String> {
        check(&value, shape, &Pointer::root())
            .into_iter()
            .map(|e| match e.hint {
                Some(hint) => format!("{}: {} ({hint})", e.at, e.message),
                None => format!("{}: {}", e.at, e.message),
            })
            .collect()
    }

    #[test]
    fn a_container_with_every_kind_of_field_is_accepted() {
        let container = json!({
            "name": "c", "image": "{{ image }}", "command": ["sh"], "args": [], "workingDir": "/", "tty": false,
            "ports": [{"containerPort": "{{ port }}", "protocol": "TCP", "name": "http", "hostIP": null}],
            "envFrom": [{"prefix": "p", "configMapRef": {"name": "m", "optional": true}}],
            "env": [
                {"name": "a", "value": "1"},
                {"name": "b", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "d", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": 1}}},
                {"name": "e", "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "p", "key": "k"}}},
            ],
            "resources": {"limits": {"cpu": 1, "memory": "1Gi", "example.com/gpu": "1"}, "claims": [{"name": "x"}]},
            "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}],
            "restartPolicy": "Always",
            "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}],
            "volumeMounts": [{"name": "v", "mountPath": "/m", "recursiveReadOnly": "Enabled", "readOnly": true}],
            "volumeDevices": [{"name": "d", "devicePath": "/dev/x"}],
            "livenessProbe": {"httpGet": {"port": "http", "httpHeaders": [{"name": "a", "value": "b"}]}},
            "readinessProbe": {"grpc": {"port": 1, "service": "s"}, "periodSeconds": 1},
            "startupProbe": {"tcpSocket": {"port": 80}},
            "lifecycle": {"preStop": {"sleep": {"seconds": 5}}, "stopSignal": "SIGTERM"},
            "securityContext": {
                "capabilities": {"drop": ["ALL"]}, "runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"},
                "appArmorProfile": {"type": "Unconfined"}, "windowsOptions": {"hostProcess": "{{ x }}"},
            },
        });
        assert_eq!(errors(container, &CONTAINER), Vec::<String>::new());
    }

    #[test]
    fn volumes_of_all_sources_are_accepted() {
        for source in [
            json!({"name": "v"}),
            json!({"name": "v", "emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}}),
            json!({"name": "v", "configMap": {"name": "m", "defaultMode": 420, "items": [{"key": "k", "path": "p"}]}}),
            json!({"name": "v", "projected": {"sources": [
                {"serviceAccountToken": {"path": "t", "expirationSeconds": 60, "audience": "a"}},
                {"podCertificate": {"signerName": "s", "keyType": "ED25519", "userAnnotations": {"a": "b"}}},
                {"clusterTrustBundle": {"path": "p", "labelSelector": {"matchLabels": {"a": "b"}}}},
                {"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
            ]}}),
            json!({"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": "b"}}}),
            json!({"name": "v", "ephemeral": {"volumeClaimTemplate": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }}}),
            json!({"name": "v", "image": {"reference": "r", "pullPolicy": "Always"}}),
        ] {
            assert_eq!(errors(source, &VOLUME), Vec::<String>::new());
        }
    }

    #[test]
    fn unknown_fields_are_errors_with_the_nearest_known_name() {
        for (value, expected) in [
            (
                json!({"imagePullPolcy": "Always"}),
                "/imagePullPolcy: unknown field `imagePullPolcy` (did you mean `imagePullPolicy`?)",
            ),
            (
                json!({"livenessprobe": {}}),
                "/livenessprobe: unknown field `livenessprobe` (did you mean `livenessProbe`?)",
            ),
            (
                json!({"ports": [{"containerport": 1}]}),
                "/ports/0/containerport: unknown field `containerport` (did you mean `containerPort`?)",
            ),
            (json!({"arg": []}), "/arg: unknown field `arg` (did you mean `args`?)"),
            (json!({"hostNetwork": true}), "/hostNetwork: unknown field `hostNetwork`"),
            (json!({"a/b": null}), "/a~1b: unknown field `a/b`"),
            (json!({"securityContext": {"runAsRoot": true}}), "/securityContext/runAsRoot: unknown field `runAsRoot`"),
        ] {
            assert_eq!(errors(value, &CONTAINER), [expected]);
        }
    }

    #[test]
    fn values_of_the_wrong_type_are_errors() {
        for (value, expected) in [
            (json!({"name": 5}), "/name: expected a string, found a number `5` (quote the value)"),
            (
                json!({"env": [{"name": "a", "value": true}]}),
                "/env/0/value: expected a string, found a boolean `true` (quote the value)",
            ),
            (json!({"tty": "yes"}), "/tty: expected `true` or `false`, found a string `yes`"),
            (
                json!({"ports": [{"containerPort": "80"}]}),
                "/ports/0/containerPort: expected an integer, found a string `80`",
            ),
            (
                json!({"ports": [{"containerPort": 80.5}]}),
                "/ports/0/containerPort: expected an integer, found a number `80.5`",
            ),
            (json!({"ports": {"containerPort": 80}}), "/ports: expected a list, found an object"),
            (json!({"command": "sh"}), "/command: expected a list, found a string `sh`"),
            (json!({"command": "{{ x }}"}), "/command: expected a list, found a string `{{ x }}`"),
            (json!({"args": [null]}), "/args/0: expected a string, found null"),
            (
                json!({"livenessProbe": {"tcpSocket": {"port": true}}}),
                "/livenessProbe/tcpSocket/port: expected an integer or a string, found a boolean `true`",
            ),
            (
                json!({"resources": {"limits": {"cpu": [1]}}}),
                "/resources/limits/cpu: expected a quantity, found a list",
            ),
            (json!({"resources": {"limits": {"cpu": null}}}), "/resources/limits/cpu: expected a quantity, found null"),
            (json!([]), ": expected an object, found a list"),
            (
                json!({"stdin": "x".repeat(50)}),
                "/stdin: expected `true` or `false`, found a string `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`",
            ),
        ] {
            assert_eq!(errors(value, &CONTAINER), [expected]);
        }
    }

    #[test]
    fn all_errors_are_in_the_order_of_the_document() {
        let found = errors(json!({"z": 1, "tty": 1, "env": [1, {"nam": "a"}]}), &CONTAINER);
        assert_eq!(
            found,
            [
                "/z: unknown field `z`",
                "/tty: expected `true` or `false`, found a number `1`",
                "/env/0: expected an object, found a number `1`",
                "/env/1/nam: unknown field `nam` (did you mean `name`?)",
            ]
        );
    }

    #[test]
    fn the_shape_of_a_place_is_found() {
        for (path, expected) in [
            ("/name", "Str"),
            ("/args/7", "Str"),
            ("/env/0/value", "Str"),
            ("/ports/0/containerPort", "Int"),
            ("/resources/limits/cpu", "Quantity"),
            ("/livenessProbe/httpGet/port", "IntOrStr"),
            ("/securityContext/privileged", "Bool"),
            ("/ports", "List"),
            ("/name/0", "none"),
            ("/nothing", "none"),
        ] {
            let path = Pointer::parse(path).unwrap();
            let found = shape_at(&CONTAINER, path.tokens())
                .map_or_else(|| "none".to_owned(), |shape| format!("{shape:?}").split('(').next().unwrap().to_owned());
            assert_eq!(found, expected, "{path}");
        }
        let labels = Pointer::parse("/ephemeral/volumeClaimTemplate/metadata/labels/app").unwrap();
        assert!(matches!(shape_at(&VOLUME, labels.tokens()), Some(Shape::Str)));
        assert!(matches!(shape_at(&CONTAINER, &[]), Some(Shape::Obj(_))));
    }
}
