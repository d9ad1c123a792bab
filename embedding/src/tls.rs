//! Which certificates hosts, or what stands between, may show.

use std::env;
use std::fs;
use std::path::Path;

use rustls_native_certs::CertificateResult;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Names a file with certificates besides, such as that of a company's proxy; known from Node.js.
const EXTRA_VARIABLE: &str = "NODE_EXTRA_CA_CERTS";

/// Trusts Mozilla's authorities, for systems that have none of their own; those of the system, or of
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` instead; and those of `NODE_EXTRA_CA_CERTS`.
pub(crate) fn config() -> TlsConfig {
    let mozilla = TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der));
    let certificates = RootCerts::from(mozilla.chain(of_system()).chain(extra()));
    TlsConfig::builder().provider(TlsProvider::Rustls).root_certs(certificates).build()
}

fn of_system() -> Vec<Certificate<'static>> {
    let CertificateResult { certs, errors, .. } = rustls_native_certs::load_native_certs();
    for error in errors {
        tracing::warn!(%error, "cannot read certificates of the system");
    }
    certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}

fn extra() -> Vec<Certificate<'static>> {
    let Some(file) = env::var_os(EXTRA_VARIABLE).filter(|file| !file.is_empty()) else { return Vec::new() };
    let file = Path::new(&file);
    match fs::read(file) {
        Ok(text) => {
            let certificates = parse_pem(&text).filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            });
            certificates.collect()
        }
        // As Node.js does it.
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "cannot read the certificates of {EXTRA_VARIABLE}");
            Vec::new()
        }
    }
}
