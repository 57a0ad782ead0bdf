//! Expressions that importers write.

/// A string of an expression.
pub(super) fn text(text: &str) -> String {
    let is_simple = |char: char| !char.is_control() && !matches!(char, '\'' | '\\' | '{' | '}');
    match text.chars().all(is_simple) {
        true => format!("'{text}'"),
        // Escaped as JSON has it, which CEL reads too. Braces would begin an expression inside of this one.
        false => serde_json::Value::from(text).to_string().replace('{', "\\u007b"),
    }
}

/// A list of strings.
pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(text).collect();
    format!("[{}]", texts.join(", "))
}

/// A label or annotation of the pod, which is empty where it is absent.
pub(super) fn of_pod(map: &str, key: &str) -> String {
    format!("pod.?metadata.?{map}[?{}].orValue('')", text(key))
}
