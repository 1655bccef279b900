//! Certificates, keys and names: what is wrong with them is told in a sentence.

#![cfg(feature = "rustls")]

use std::io;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use voxwire_line::rustls::pki_types::ServerName;
use voxwire_line::tls::{TlsError, client, explain, roots, server, server_name, system_roots};
use voxwire_line::{Dial, rustls};

#[test]
fn a_chain_and_its_key_make_a_server_even_from_one_file() {
    let (chain, key) = identity();
    let both = format!("{key}{chain}");
    for (chain, key) in [(&chain, &key), (&both, &both)] {
        let config = server(chain.as_bytes(), key.as_bytes()).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
    }
}

#[test]
fn what_makes_no_server_is_told() {
    let (chain, key) = identity();
    let other = KeyPair::generate().unwrap().serialize_pem();
    let torn = chain.replace("MII", "M*I");
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let torn_key = key.replace("MI", "*I");
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (chain, key, error) in [
        ("", key.as_str(), TlsError::NoCertificate),
        (&key, &key, TlsError::NoCertificate),
        (&torn, &key, TlsError::Certificate(1)),
        (&format!("{chain}{torn}"), &key, TlsError::Certificate(2)),
        (empty, &key, TlsError::Certificate(1)),
        (&chain, "", TlsError::NoKey),
        (&chain, &chain, TlsError::NoKey),
        (&chain, &torn_key, TlsError::Key),
        (&chain, no_key, TlsError::Key),
        (&chain, &other, TlsError::KeyMismatch),
    ] {
        assert_eq!(server(chain.as_bytes(), key.as_bytes()).unwrap_err(), error);
    }
}

#[test]
fn roots_make_a_client_and_what_is_none_is_told() {
    let (root, key) = identity();
    let config = client(roots(format!("{root}{}", identity().0).as_bytes()).unwrap()).unwrap();
    assert_eq!(config.alpn_protocols, [b"http/1.1"]);
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(roots(format!("{root}{empty}").as_bytes()).unwrap_err(), TlsError::Root(2));
    assert_eq!(roots(key.as_bytes()).unwrap_err(), TlsError::NoCertificate);
}

#[test]
fn the_system_has_roots_or_it_is_told() {
    match system_roots() {
        Ok(roots) => assert!(!roots.is_empty()),
        Err(error) => assert_eq!(error, TlsError::NoSystemRoots),
    }
}

#[test]
fn names_and_addresses_are_names_to_a_certificate() {
    for (url, name) in [
        ("wss://voice.example.org/x", "voice.example.org"),
        ("wss://127.0.0.1:8443/x", "127.0.0.1"),
        ("wss://[::1]:8443/x", "::1"),
    ] {
        assert_eq!(server_name(Dial::new(url).unwrap().host()).unwrap(), ServerName::try_from(name).unwrap());
    }
    assert_eq!(server_name("voice..example").unwrap_err(), TlsError::Name("voice..example".to_owned()));
}

#[test]
fn failures_are_explained_and_other_errors_are_left_alone() {
    let invalid = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, error);
    for (error, told) in [
        (invalid(rustls::InvalidMessage::InvalidContentType.into()), "the peer does not speak TLS"),
        (
            invalid(rustls::CertificateError::UnknownIssuer.into()),
            "the TLS handshake failed: invalid peer certificate: UnknownIssuer",
        ),
        (
            io::ErrorKind::UnexpectedEof.into(),
            "the peer closed the connection in the middle of the TLS handshake",
        ),
        (io::ErrorKind::TimedOut.into(), "timed out"),
    ] {
        let kind = error.kind();
        let explained = explain(error);
        assert_eq!((explained.kind(), explained.to_string().as_str()), (kind, told));
    }
}

/// A certificate and its key, as PEM text.
fn identity() -> (String, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}
