//! What the C library does with the memory of pictures.

/// From this size on, memory comes from the system and goes back to it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 256 << 10;
/// So many heaps that threads share.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: i32 = 2;

/// Has what a pipeline used go back to the system when it ends. For a program that builds pipelines again and again: call it before the
/// first. Does nothing where the C library is not glibc.
///
/// glibc keeps a heap for every few threads, and learns from the first large block that is freed to keep large ones too. Each pipeline has
/// threads of its own, and pictures of megabytes: after five shows a process of 240 MB had 430 MB.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "calls of the C library that take two plain numbers")
)]
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes any numbers, and refuses those that make no sense.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}
