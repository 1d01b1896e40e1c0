//! What a program has to ask of the C library's allocator itself.

/// Gives back to the system every whole page that was freed. glibc's `free` gives back only what lies at the upper end of
/// a heap, so that memory needed for a moment, with something below the end of it that stays, would be held for good
/// (`malloc_trim(3)`). Takes some milliseconds for a few hundred megabytes, during which allocating may have to wait.
///
/// Returns whether something was given back. With another C library nothing is done.
pub fn give_back() -> bool {
    #[cfg(target_env = "gnu")]
    #[expect(
        unsafe_code,
        reason = "a function of the C library; it takes no pointer and may be called at any time"
    )]
    // SAFETY: it touches nothing but pages that nobody has allocated, under the allocator's own locks.
    unsafe {
        libc::malloc_trim(0) == 1
    }
    #[cfg(not(target_env = "gnu"))]
    false
}

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// Bytes of this process that are in memory.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() << 10
    }

    #[test]
    fn what_was_freed_goes_back_to_the_system_though_something_above_it_stays() {
        let all: Vec<Vec<u8>> = (0..64 * MIB / 1024).map(|_| vec![1; 1024]).collect();
        let kept: Vec<_> = all.into_iter().step_by(64).collect();
        let before = resident();
        assert!(before > 48 * MIB, "{before}");
        assert!(give_back());
        let after = resident();
        assert!(after + 32 * MIB < before, "{before}, then {after}");
        drop(kept);
    }
}
