//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before any TLS: of the providers that may be compiled in, this one is meant. It can only be set twice by a caller
    // that did so before, and there is none.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    pd::cli::main(std::env::args_os())
}
