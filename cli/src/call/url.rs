//! Whether a URL can be called: found out before anybody is.

use voxwire_tokio::tokio_tungstenite::tungstenite::http::Uri;

use crate::exit::Failure;

/// Refuses a URL that cannot be called, in a sentence that does not repeat it: its path may be a secret.
pub(super) fn check(url: &str) -> Result<(), Failure> {
    let refuse = |why: &str| Err(Failure::Usage(why.into()));
    let uri: Uri = url.parse().unwrap_or_default();
    match (uri.scheme_str(), uri.authority()) {
        (Some("wss"), _) => {
            refuse("wss:// is not spoken: put a proxy in front that speaks TLS, and give a ws:// URL")
        }
        (Some("ws"), Some(authority)) if !authority.host().is_empty() => {
            let address = authority.as_str().rsplit('@').next().unwrap_or_default();
            let port = address.strip_prefix(authority.host()).unwrap_or(address);
            // The parser passes over a port that is none, and the default would be called.
            let valid = port.is_empty() || authority.port_u16().is_some_and(|port| port != 0);
            if valid { Ok(()) } else { refuse("the port in the URL is no number from 1 to 65535") }
        }
        _ => refuse("the URL is not of the form ws://HOST:PORT/PATH"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_called_is() {
        let refusal = |url| check(url).err().map(|failure| failure.to_string());
        for url in [
            "ws://127.0.0.1",
            "ws://127.0.0.1:80/x?y=z",
            "ws://[::1]:65535/",
            "ws://[::1]",
            "ws://me:1@example.org:9",
        ] {
            assert_eq!(refusal(url), None, "{url}");
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
                refusal(url).as_deref(),
                Some("the URL is not of the form ws://HOST:PORT/PATH"),
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
            assert_eq!(refusal(url).as_deref(), Some(sentence), "{url}");
        }
        assert!(
            refusal("wss://example.org/s3cret").is_some_and(|why| why.starts_with("wss:// is not spoken: "))
        );
    }
}
