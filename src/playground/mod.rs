//! A page asks a question as JSON, and gets its answer as JSON: what the commands say about one manifest and one profile.
//!
//! Pure, and for a host that has nothing but memory: `contrib/playground` compiles it to WebAssembly. It imports every pure room
//! but `install`. Something else that a page may ask, or be told, is added here.

mod answer;
mod question;

pub use answer::answer;
