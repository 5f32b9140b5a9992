//! HTTPS: the certificate in use, and the files that it comes from.
//!
//! The files are read again every few seconds and at SIGHUP. A new pair serves the next handshake while open
//! connections go on; a pair that cannot be used leaves the old one in use and is told once.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How often the files are read again.
const READ_EVERY: Duration = Duration::from_secs(10);
/// A pair that does not fit may be half replaced: it is read once more before anybody is told.
const SETTLE: Duration = Duration::from_secs(1);
/// The largest file that is read; a long chain is some ten thousand bytes.
const MAX_FILE: u64 = 1 << 20;

/// The certificate in use. Clones share it.
#[derive(Debug, Clone)]
pub struct Certificates {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    chain: PathBuf,
    key: PathBuf,
    read_every: Duration,
    /// A whole configuration each time: sessions and tickets of an old key end with it.
    in_use: RwLock<Arc<ServerConfig>>,
    /// Digest of what is in use.
    digest: Mutex<[u8; 32]>,
}

/// Why a certificate cannot be used. Each is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path}, named by {setting}, cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The setting that names it.
        setting: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is not what its setting asks for.
    #[error("{path} holds no {what} in PEM form; name the right file with {setting}")]
    Content {
        /// The file.
        path: PathBuf,
        /// Certificate or private key.
        what: &'static str,
        /// The setting that names it.
        setting: &'static str,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// Both are read, and do not work together.
    #[error("the certificate in {chain} and the private key in {key} cannot be used together")]
    Pair {
        /// The certificate's file.
        chain: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
}

impl Certificates {
    /// Reads the pair that these files hold.
    ///
    /// # Errors
    /// [`TlsError`], with a sentence for the operator.
    pub fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        Self::open_and_read_every(READ_EVERY, chain, key)
    }

    fn open_and_read_every(read_every: Duration, chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files::read(chain, key)?;
        let inner = Inner {
            in_use: RwLock::new(files.configuration(chain, key)?),
            digest: Mutex::new(files.digest()),
            chain: chain.to_owned(),
            key: key.to_owned(),
            read_every,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes the next handshake with the certificate in use.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.inner.in_use.read().clone())
    }

    /// Reads the files again, every few seconds and at SIGHUP, until `stop`.
    pub(super) async fn keep_fresh(self, stop: CancellationToken) {
        let mut hangup = signal(SignalKind::hangup()).ok();
        let mut told = None;
        loop {
            let asked = async {
                match &mut hangup {
                    Some(hangup) => drop(hangup.recv().await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = asked => told = None,
                () = tokio::time::sleep(self.inner.read_every) => {}
            }
            let mut outcome = self.reload().await;
            if outcome.is_err() {
                tokio::time::sleep(SETTLE).await;
                outcome = self.reload().await;
            }
            match outcome {
                Ok(changed) => {
                    if changed {
                        tracing::info!(file = %self.inner.chain.display(), "a new certificate is in use");
                    } else if told.is_some() {
                        tracing::info!("the files hold the certificate in use again");
                    }
                    told = None;
                }
                Err(error) => {
                    let reason = format!("{:#}", anyhow::Error::from(error));
                    if told.as_ref() != Some(&reason) {
                        tracing::warn!(%reason, "the old certificate stays in use; mend the files, they are read again");
                        told = Some(reason);
                    }
                }
            }
        }
    }

    /// Whether the files held another pair, which then is in use.
    async fn reload(&self) -> Result<bool, TlsError> {
        let inner = self.inner.clone();
        // A disk may be slow, and so may be the check of a key.
        let read = tokio::task::spawn_blocking(move || {
            let files = Files::read(&inner.chain, &inner.key)?;
            if files.digest() == *inner.digest.lock() {
                return Ok(false);
            }
            *inner.in_use.write() = files.configuration(&inner.chain, &inner.key)?;
            *inner.digest.lock() = files.digest();
            Ok(true)
        });
        // The runtime is ending: nobody asks any more.
        read.await.unwrap_or(Ok(false))
    }
}

/// What the two files hold.
struct Files {
    chain: Vec<u8>,
    key: Vec<u8>,
}

const CERTIFICATE_SETTING: &str = "--tls-certificate";
const KEY_SETTING: &str = "--tls-key";

impl Files {
    fn read(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self { chain: read_file(chain, CERTIFICATE_SETTING)?, key: read_file(key, KEY_SETTING)? })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update((self.chain.len() as u64).to_be_bytes());
        digest.update(&self.chain);
        digest.update(&self.key);
        digest.finalize().into()
    }

    fn configuration(&self, chain: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
        let content = |path: &Path, what, setting| {
            let path = path.to_owned();
            move |source| TlsError::Content { path, what, setting, source }
        };
        let unfit = |source| TlsError::Pair { chain: chain.to_owned(), key: key.to_owned(), source };
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&self.chain)
            .collect::<Result<_, _>>()
            .and_then(|all: Vec<_>| if all.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(all) })
            .map_err(content(chain, "certificate", CERTIFICATE_SETTING))?;
        let private =
            PrivateKeyDer::from_pem_slice(&self.key).map_err(content(key, "private key", KEY_SETTING))?;
        let mut configuration = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unfit)?
            .with_no_client_auth()
            .with_single_cert(certificates, private)
            .map_err(unfit)?;
        configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Phones that come back by the thousand take up their session without memory here.
        configuration.ticketer = ring::Ticketer::new().map_err(unfit)?;
        Ok(Arc::new(configuration))
    }
}

fn read_file(path: &Path, setting: &'static str) -> Result<Vec<u8>, TlsError> {
    let read = || {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any certificate"));
        }
        Ok(bytes)
    };
    read().map_err(|source| TlsError::Read { path: path.to_owned(), setting, source })
}

#[cfg(test)]
mod tests;
