//! Whether a URL can be called or posted to: found out before anything else is done.

use hyper::Uri;
use hyper::http::uri::Authority;

use crate::exit::Failure;

/// What a URL is for. Either is spoken over TLS too, under a name of its own.
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    /// `ws`: the stream of a call.
    Ws,
    /// `http`: callbacks.
    Http,
}

impl Scheme {
    const fn plain(self) -> &'static str {
        match self {
            Self::Ws => "ws",
            Self::Http => "http",
        }
    }

    const fn over_tls(self) -> &'static str {
        match self {
            Self::Ws => "wss",
            Self::Http => "https",
        }
    }
}

/// Reads a URL given as an argument.
///
/// # Errors
/// [`Failure::Usage`], in a sentence that does not repeat the URL: its path may be a secret.
pub(crate) fn check(url: &str, scheme: Scheme) -> Result<Uri, Failure> {
    refusal(url, scheme).map_err(Failure::Usage)
}

/// Reads a URL, or says why it cannot be used.
pub(crate) fn refusal(url: &str, scheme: Scheme) -> Result<Uri, String> {
    let uri: Uri = url.parse().unwrap_or_default();
    let (plain, over_tls) = (scheme.plain(), scheme.over_tls());
    let suits = uri.scheme_str().is_some_and(|found| found == plain || found == over_tls);
    match uri.authority() {
        Some(authority) if suits && !authority.host().is_empty() => {
            if has_port_or_none(authority) {
                Ok(uri)
            } else {
                Err("the port in the URL is no number from 1 to 65535".into())
            }
        }
        _ => {
            Err(format!("the URL is not of the form {plain}://HOST:PORT/PATH or {over_tls}://HOST:PORT/PATH"))
        }
    }
}

/// Whether the port is one, if any is named. The parser passes over one that is none, and the default would be called.
pub(crate) fn has_port_or_none(authority: &Authority) -> bool {
    let address = authority.as_str().rsplit('@').next().unwrap_or_default();
    address == authority.host() || authority.port_u16().is_some_and(|port| port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_called_is() {
        let refused = |url| refusal(url, Scheme::Ws).err();
        for url in [
            "ws://127.0.0.1",
            "ws://127.0.0.1:80/x?y=z",
            "ws://[::1]:65535/",
            "ws://[::1]",
            "ws://me:1@example.org:9",
            "wss://example.org/s3cret",
        ] {
            assert_eq!(refused(url), None, "{url}");
        }
        for url in [
            "",
            "s3cret",
            "example.org:80",
            "http://example.org/",
            "ws://",
            "ws:///x",
            "ws://:80/",
            "ws://a b/",
        ] {
            assert_eq!(
                refused(url).as_deref(),
                Some("the URL is not of the form ws://HOST:PORT/PATH or wss://HOST:PORT/PATH"),
                "{url}"
            );
        }
        for url in [
            "ws://127.0.0.1:99999/x",
            "ws://9:99999",
            "ws://h:0",
            "ws://h:",
            "ws://[::1]:65536/",
            "ws://me:1@h:x",
        ] {
            let sentence = "the port in the URL is no number from 1 to 65535";
            assert_eq!(refused(url).as_deref(), Some(sentence), "{url}");
        }
    }

    #[test]
    fn callbacks_are_posted_over_http() {
        assert!(refusal("http://127.0.0.1:8080/callbacks", Scheme::Http).is_ok());
        assert!(refusal("https://h/", Scheme::Http).is_ok());
        for (url, sentence) in [
            ("ws://h/", "the URL is not of the form http://HOST:PORT/PATH or https://HOST:PORT/PATH"),
            ("http://h:0/", "the port in the URL is no number from 1 to 65535"),
        ] {
            assert_eq!(refusal(url, Scheme::Http).err().as_deref(), Some(sentence), "{url}");
        }
    }
}
