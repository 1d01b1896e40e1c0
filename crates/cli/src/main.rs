//! The program `realdid`.

fn main() -> std::process::ExitCode {
    realdid_cli::main()
}
