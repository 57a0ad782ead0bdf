//! libFuzzer ends the process at any panic. Those of the YAML parser are known, and the program catches them: they pass.

pub fn let_guarded_panics_pass() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !injector::is_guarded() {
            hook(info);
        }
    }));
}
