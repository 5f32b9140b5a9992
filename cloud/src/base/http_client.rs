//! The one way to an HTTP client: TLS is rustls with ring everywhere.

/// A client's builder. Other programs built beside this one may switch reqwest's TLS on, which then
/// wants its provider chosen; choosing it twice is harmless.
pub fn http_client() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

/// A builder of clients of our own machines, which speak plain HTTP: it trusts nobody's certificates, and so needs none of
/// the system, which a small container may not have.
pub fn inner_http_client() -> reqwest::ClientBuilder {
    http_client().tls_certs_only([])
}
