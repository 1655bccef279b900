//! One POST over HTTP, bounded in size and in time.

use core::convert::Infallible;
use core::fmt;
use core::time::Duration;
use std::io;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::select;
use tokio::time::timeout;
use voxwire::svaml::MAX_BODY;

use crate::socket::Trust;

/// How long an application may take to reply, from the first attempt to reach it to the last byte. Voice v1 names no
/// limit; Voice 2.0 has five seconds.
pub(super) const REPLY_WITHIN: Duration = Duration::from_secs(10);

/// The most bytes the head of a reply may have.
const MAX_HEAD: usize = 16 * 1024;

/// What came back: no body where the status is that of a refusal.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug)]
pub(super) enum PostError {
    Unreachable(io::Error),
    Late,
    TooLong,
    /// What came is not HTTP, or not all of it came.
    Broken(hyper::Error),
}

/// Posts a body to a `http://` or `https://` URL.
///
/// The connection is for this one request, so nothing of another call is left on it. Redirections are not followed:
/// they are replies like any other.
pub(super) async fn post(
    trust: &Trust,
    to: &Uri,
    headers: &[(&str, String)],
    body: Bytes,
) -> Result<Answer, PostError> {
    let Some(authority) = to.authority() else {
        return Err(PostError::Unreachable(io::ErrorKind::InvalidInput.into()));
    };
    // A URL may carry a user's name, which is nobody else's business.
    let address = authority.as_str().rsplit('@').next().unwrap_or_default();
    let target = to.path_and_query().map_or("/", |target| target.as_str());
    let mut request = Request::post(target).header(HOST, address).header("Connection", "close");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request
        .body(Full::new(body))
        .map_err(|error| PostError::Unreachable(io::Error::new(io::ErrorKind::InvalidInput, error)))?;

    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let secure = to.scheme_str() == Some("https");
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    within_time(async {
        let socket = trust.reach(host, port, secure).await.map_err(PostError::Unreachable)?;
        exchange(socket, request).await
    })
    .await
}

async fn within_time(exchange: impl Future<Output = Result<Answer, PostError>>) -> Result<Answer, PostError> {
    timeout(REPLY_WITHIN, exchange).await.unwrap_or(Err(PostError::Late))
}

async fn exchange<S>(socket: S, request: Request<Full<Bytes>>) -> Result<Answer, PostError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(MAX_HEAD).handshake(TokioIo::new(socket)).await?;
    let connection = async {
        // What goes wrong with it, the reply says.
        let _ = connection.await;
        core::future::pending::<Infallible>().await
    };
    let reply = async {
        let reply = sender.send_request(request).await?;
        let status = reply.status().as_u16();
        if !reply.status().is_success() {
            return Ok(Answer { status, body: Vec::new() });
        }
        match Limited::new(reply.into_body(), MAX_BODY).collect().await {
            Ok(body) => Ok(Answer { status, body: body.to_bytes().into() }),
            Err(error) if error.is::<LengthLimitError>() => Err(PostError::TooLong),
            Err(error) => match error.downcast() {
                Ok(error) => Err(PostError::Broken(*error)),
                Err(_) => Err(PostError::TooLong),
            },
        }
    };
    select! {
        reply = reply => reply,
        never = connection => match never {},
    }
}

impl From<hyper::Error> for PostError {
    fn from(error: hyper::Error) -> Self {
        Self::Broken(error)
    }
}

/// As the rest of a sentence about the application.
impl fmt::Display for PostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                f.write_str("the connection was refused")
            }
            Self::Unreachable(error) => error.fmt(f),
            Self::Late => write!(f, "no reply within {} s", REPLY_WITHIN.as_secs()),
            Self::TooLong => write!(f, "a reply of more than {MAX_BODY} bytes"),
            Self::Broken(error) => write!(f, "no HTTP reply ({error})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// What is made of a reply by an application that then stays on the line and says no more.
    async fn replied(reply: &[u8]) -> Result<Answer, PostError> {
        let (ours, mut theirs) = duplex(1 << 10);
        let application = async {
            let mut request = [0; b"POST /ice HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}".len()];
            theirs.read_exact(&mut request).await.unwrap();
            // Whoever has read enough does not take the rest.
            let _ = theirs.write_all(reply).await;
            core::future::pending::<Infallible>().await
        };
        let request = Request::post("/ice").body(Full::from("{}")).unwrap();
        select! {
            answer = within_time(exchange(ours, request)) => answer,
            never = application => match never {},
        }
    }

    fn told(answer: Result<Answer, PostError>) -> String {
        answer.err().unwrap().to_string()
    }

    #[tokio::test(start_paused = true)]
    async fn an_application_that_says_nothing_is_not_waited_for_without_end() {
        assert_eq!(told(replied(b"").await), "no reply within 10 s");
        let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}";
        assert_eq!(told(replied(half).await), "no reply within 10 s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reply_is_no_longer_than_it_may_be() {
        let of = |bytes: usize| {
            [format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n").into_bytes(), vec![b' '; bytes]]
                .concat()
        };
        assert_eq!(replied(&of(MAX_BODY)).await.unwrap().body.len(), MAX_BODY);
        assert_eq!(told(replied(&of(MAX_BODY + 1)).await), "a reply of more than 65536 bytes");
        let head = [b"HTTP/1.1 200 OK\r\nx: ".as_slice(), &[b'x'; 2 * MAX_HEAD], b"\r\n\r\n"].concat();
        assert!(told(replied(&head).await).starts_with("no HTTP reply ("));
    }

    #[tokio::test]
    async fn what_is_posted_is_whole() {
        let (ours, mut theirs) = duplex(1 << 10);
        let request = Request::post("/ice?a=b").header(HOST, "h").body(Full::from("{}")).unwrap();
        let application = async {
            let mut head = vec![0; b"POST /ice?a=b HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{}".len()];
            theirs.read_exact(&mut head).await.unwrap();
            theirs.write_all(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            String::from_utf8(head).unwrap()
        };
        let (head, answer) = tokio::join!(application, exchange(ours, request));
        assert_eq!(head, "POST /ice?a=b HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{}");
        assert_eq!(answer.unwrap().status, 401);
    }

    #[tokio::test]
    async fn what_is_no_http_is_not_taken_for_it() {
        assert!(told(replied(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await).starts_with("no HTTP reply ("));
    }
}
