//! What a program has to ask of the C library's allocator itself.

/// Pieces from this size on, in bytes, come from the system each: as large as those in which RocksDB's tables in memory grow.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 1 << 20;

/// Has large pieces come from the system, each by itself, and go back to it when they are freed. glibc does so only until
/// the first of a size is freed; from then on it takes such pieces out of heaps, where small ones settle in the gaps that they
/// leave, so that the next large one needs new room (`mallopt(3)`, `M_MMAP_THRESHOLD`).
///
/// Returns whether the C library does so from now on. With another one nothing is done.
pub fn keep_large_pieces_apart() -> bool {
    #[cfg(target_env = "gnu")]
    #[expect(unsafe_code, reason = "a function of the C library; it takes no pointer")]
    // SAFETY: it sets numbers that the allocator reads, under the allocator's own lock.
    unsafe {
        // a heap's free end goes back from twice that on, which is what glibc itself makes of the first
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) == 1
            && libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * LARGE) == 1
    }
    #[cfg(not(target_env = "gnu"))]
    false
}

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

    // one after the other: a process has one memory
    #[test]
    fn what_is_above_what_was_freed_does_not_hold_it() {
        large_pieces_go_back_at_once();
        small_ones_go_back_when_asked_for();
    }

    fn large_pieces_go_back_at_once() {
        assert!(keep_large_pieces_apart());
        // by itself glibc would take the next ones out of a heap, for they are smaller
        drop(std::hint::black_box(vec![1_u8; 4 * MIB]));
        let (mut large, mut small) = (Vec::new(), Vec::new());
        for _ in 0..32 {
            large.push(vec![1_u8; 2 * MIB]);
            small.push(vec![1_u8; MIB / 16]);
        }
        let before = resident();
        drop(large);
        let after = resident();
        assert!(after + 48 * MIB < before, "{before}, then {after}");
        drop(small);
    }

    fn small_ones_go_back_when_asked_for() {
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
