//! What the C library does with memory that is given back to it.

/// Blocks below this come from the heap: parts of a stream do.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 8 << 20;
/// The heap keeps so much that is free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 32 << 20;

/// Has the heap keep what a show's window of media frees, for the parts that come next. Else glibc hands each part's pages back
/// to the system, which clears them for the next one. Does nothing where the C library is
/// not glibc. To be called before the first thread is started.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "calls of the C library that take two plain numbers")
)]
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes any numbers, and refuses those that make no sense.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}
