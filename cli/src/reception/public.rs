//! Where the provider finds the server.

use core::net::IpAddr;

use hyper::Uri;

use crate::exit::Failure;
use crate::url::has_port_or_none;

/// The longest public URL: there is room for a token behind it.
const MAX_URL: usize = 1024;

/// The URL under which the server is known outside, which is not the address it listens on when a proxy is in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    tls: bool,
    /// Host, port and path, without a slash at the end.
    rest: String,
    loopback: bool,
}

impl PublicUrl {
    /// Reads `ws://HOST:PORT/PATH`, or the same with `wss`, `http` or `https`.
    ///
    /// # Errors
    /// [`Failure::Usage`], which does not repeat it: the path may be a secret.
    pub(crate) fn parse(url: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| Err(Failure::Usage(format!("--public-url {why}")));
        if url.len() > MAX_URL {
            return refuse("is too long: more than 1024 bytes");
        }
        let uri: Uri = url.parse().unwrap_or_default();
        let scheme = uri.scheme_str().map(str::to_ascii_lowercase);
        let (tls, authority) = match (scheme.as_deref(), uri.authority()) {
            (Some("ws" | "http"), Some(authority)) => (false, authority),
            (Some("wss" | "https"), Some(authority)) => (true, authority),
            _ => return refuse("is not of the form wss://HOST:PORT/PATH"),
        };
        let host = authority.host();
        if host.is_empty() || authority.as_str().contains('@') {
            return refuse("is not of the form wss://HOST:PORT/PATH");
        }
        if !has_port_or_none(authority) {
            return refuse("has a port that is no number from 1 to 65535");
        }
        if url.contains(['?', '#']) {
            return refuse("ends with its path: a token follows it");
        }
        let rest = format!("{authority}{}", uri.path().trim_end_matches('/'));
        Ok(Self { tls, rest, loopback: is_loopback(host) })
    }

    /// Whether the host is this very machine, so that nobody else comes this way.
    pub(crate) const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Where streams are opened: the URL of the WebSocket, to which a segment may be added.
    pub(crate) fn stream(&self) -> String {
        format!("ws{}://{}", if self.tls { "s" } else { "" }, self.rest)
    }

    /// Where callbacks are posted.
    pub(crate) fn callbacks(&self) -> String {
        format!("http{}://{}", if self.tls { "s" } else { "" }, self.rest)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_place_for_both() {
        for (url, stream, callbacks) in [
            ("wss://voice.example.org", "wss://voice.example.org", "https://voice.example.org"),
            ("https://voice.example.org/", "wss://voice.example.org", "https://voice.example.org"),
            ("https://h:8443/voice/eu/", "wss://h:8443/voice/eu", "https://h:8443/voice/eu"),
            ("http://127.0.0.1:80/x", "ws://127.0.0.1:80/x", "http://127.0.0.1:80/x"),
            ("WS://[::1]:9", "ws://[::1]:9", "http://[::1]:9"),
        ] {
            let public = PublicUrl::parse(url).unwrap();
            assert_eq!((public.stream(), public.callbacks()), (stream.into(), callbacks.into()), "{url}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let loopback = |url| PublicUrl::parse(url).unwrap().is_loopback();
        for url in ["ws://127.0.0.1:1", "ws://127.9.9.9", "ws://[::1]:1", "http://LocalHost:80/x"] {
            assert!(loopback(url), "{url}");
        }
        for url in [
            "ws://0.0.0.0:1",
            "ws://[::]:1",
            "ws://192.168.0.1",
            "ws://127.0.0.1.example.org",
            "ws://localhost.example.org",
            "ws://example.org/localhost",
        ] {
            assert!(!loopback(url), "{url}");
        }
    }

    #[test]
    fn what_nobody_could_be_sent_to_is_refused_and_not_repeated() {
        let form = "--public-url is not of the form wss://HOST:PORT/PATH";
        for (url, why) in [
            ("", form),
            ("s3cret", form),
            ("/s3cret", form),
            ("s3cret:80", form),
            ("ftp://s3cret/", form),
            ("ws://", form),
            ("ws:///s3cret", form),
            ("ws://:80/s3cret", form),
            ("ws://me:s3cret@example.org/", form),
            ("ws://a b/s3cret", form),
            ("ws://h:0/s3cret", "--public-url has a port that is no number from 1 to 65535"),
            ("ws://h:65536/s3cret", "--public-url has a port that is no number from 1 to 65535"),
            ("ws://h/?s3cret", "--public-url ends with its path: a token follows it"),
            ("ws://h/#s3cret", "--public-url ends with its path: a token follows it"),
            (&format!("ws://h/{}", "s3cret".repeat(200)), "--public-url is too long: more than 1024 bytes"),
        ] {
            assert_eq!(PublicUrl::parse(url).unwrap_err().to_string(), why, "{url}");
        }
    }
}
