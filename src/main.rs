//! The injector binary: arguments in, an exit status out.

use std::process::ExitCode;

/// Objects are many small values: with the C library's allocator a review takes more than half as long again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The YAML parser's panics are caught, and become errors with a place.
        if !injector::is_guarded() {
            report(panic);
        }
    }));
    injector::run(std::env::args_os()).into()
}
