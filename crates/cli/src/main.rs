//! The program `realdid`.

/// For RocksDB's memory, too. With glibc's, a node's grew by half within twenty minutes of load, as what is freed in small
/// pieces between others is never given back: docs/performance.md.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    realdid_cli::main()
}
