//! TLS for `wss://`: rustls with Mozilla's root certificates.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::{CryptoProvider, ring},
        pki_types::ServerName,
    },
};

use crate::client::ClientError;

/// Performs the TLS handshake with `host`. Uses the crypto provider that the process has installed for rustls, if any.
pub(super) async fn connect(socket: TcpStream, host: &str) -> Result<TlsStream<TcpStream>, ClientError> {
    let failed = |error: &dyn std::fmt::Display| ClientError::Transport(format!("TLS with {host}: {error}"));
    let name = ServerName::try_from(host.to_owned()).map_err(|error| ClientError::Url(error.to_string()))?;
    let provider = CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()));
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.map_err(|error| failed(&error))
}
