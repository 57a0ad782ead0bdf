//! The items of a ResourceList that come from files of a package, as their host says in annotations.

use crate::text::yaml::node::NodeRef;
use crate::value::view::View;

/// The file that an item is from, as a path from the folder of the package or from the root. kustomize has no files: a path there
/// is one that it made of the namespace and the name.
pub(super) fn file(item: NodeRef<'_>) -> Option<String> {
    let annotations = item.path(&["metadata", "annotations"])?;
    let text = |key: &str| annotations.text(&[key]).map(|text| text.into_owned());
    if text("kustomize.config.k8s.io/id").is_some() {
        return None;
    }
    let path = of_host(item, "path")?;
    Some(package(item).map_or(path.clone(), |package| format!("{package}/{path}")))
}

/// The folder of an object's package, from the root: kpt gives it to a pipeline, for a package may have others inside.
pub(crate) fn package(object: NodeRef<'_>) -> Option<String> {
    let package = object.text(&["metadata", "annotations", "internal.config.kubernetes.io/package-path"])?;
    (!package.is_empty()).then(|| package.into_owned())
}

/// A value that the host of a function has written into an item.
pub(super) fn of_host(item: NodeRef<'_>, name: &str) -> Option<String> {
    let annotations = item.path(&["metadata", "annotations"])?;
    let keys = [format!("config.kubernetes.io/{name}"), format!("internal.config.kubernetes.io/{name}")];
    keys.iter().find_map(|key| annotations.text(&[key]).map(|text| text.into_owned()))
}
