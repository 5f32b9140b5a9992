//! The one way to an HTTP client: TLS is rustls with ring everywhere.

/// A client's builder. Other programs built beside this one may switch reqwest's TLS on, which then
/// wants its provider chosen; choosing it twice is harmless.
pub fn http_client() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}
