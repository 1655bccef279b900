//! `voxwire sign` and `voxwire verify`: signatures of callbacks, by hand.

use core::fmt;

use serde::Serialize;
use voxwire::Utc;
use voxwire::callback::MAX_BODY;
use voxwire::signature::{Credentials, Received, Request, Verifier};

use crate::clock::wall_clock;
use crate::credentials::CredentialArgs;
use crate::exit::Failure;
use crate::input::Input;
use crate::provider::{CONTENT_TYPE, timestamp};
use crate::report::Output;

/// Signs a request as Sinch would, and prints the headers that go with it.
#[derive(clap::Args)]
pub(crate) struct SignArgs {
    /// The path of the URL.
    #[arg(long)]
    path: String,
    /// The method.
    #[arg(long, default_value = "POST")]
    method: String,
    /// The header Content-Type.
    #[arg(long, value_name = "TYPE", default_value = CONTENT_TYPE)]
    content_type: String,
    /// The header x-timestamp. Default: now.
    #[arg(long, value_name = "TIME")]
    timestamp: Option<String>,
    #[command(flatten)]
    credentials: CredentialArgs,
    #[command(flatten)]
    body: Input,
}

/// Verifies the signature of a request, and shows what should have been signed.
#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    /// The path of the URL.
    #[arg(long)]
    path: String,
    /// The method.
    #[arg(long, default_value = "POST")]
    method: String,
    /// The header Authorization.
    #[arg(long, value_name = "HEADER")]
    authorization: Option<String>,
    /// The header Content-Type.
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// The header x-timestamp.
    #[arg(long, value_name = "TIME")]
    timestamp: Option<String>,
    /// When the request came, like 2026-02-03T08:15:30Z. Default: now.
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Utc>,
    /// Verifies requests of any age, and not of the last five minutes only.
    #[arg(long)]
    any_age: bool,
    #[command(flatten)]
    credentials: CredentialArgs,
    #[command(flatten)]
    body: Input,
}

pub(crate) fn sign(args: &SignArgs, output: &Output) -> Result<(), Failure> {
    let credentials = given(&args.credentials)?;
    from_the_root(&args.path)?;
    let timestamp = args.timestamp.clone().unwrap_or_else(|| timestamp(wall_clock()));
    for (name, value) in [
        ("--path", &args.path),
        ("--method", &args.method),
        ("--content-type", &args.content_type),
        ("--timestamp", &timestamp),
    ] {
        one_line(name, value)?;
    }
    let body = args.body.read(MAX_BODY)?;
    let request = Request {
        method: &args.method,
        path: &args.path,
        content_type: &args.content_type,
        timestamp: &timestamp,
        body: &body,
    };
    let authorization = credentials.authorization(&request).to_string();
    let headers = Headers { authorization, content_type: &args.content_type, x_timestamp: &timestamp };
    output.line("signed", &headers);
    output.finish()
}

pub(crate) fn verify(args: &VerifyArgs, output: &Output) -> Result<(), Failure> {
    let credentials = given(&args.credentials)?;
    from_the_root(&args.path)?;
    let body = args.body.read(MAX_BODY)?;
    let verifier = Verifier::new(credentials);
    let verifier = if args.any_age { verifier.window(None) } else { verifier };
    let received = Received {
        method: &args.method,
        path: &args.path,
        authorization: args.authorization.as_deref(),
        content_type: args.content_type.as_deref(),
        timestamp: args.timestamp.as_deref(),
        body: &body,
    };
    let verified = verifier.verify(args.now.unwrap_or_else(wall_clock), &received);
    let signed = Request {
        method: &args.method,
        path: &args.path,
        content_type: args.content_type.as_deref().unwrap_or_default(),
        timestamp: args.timestamp.as_deref().unwrap_or_default(),
        body: &body,
    };
    let refusal = verified.err();
    let verdict = Verdict {
        valid: refusal.is_none(),
        refusal: refusal.map(|refusal| refusal.to_string()),
        signed: what_is_signed(&signed),
    };
    output.line("verified", &verdict);
    output.finish()?;
    refusal.map_or(Ok(()), |refusal| Err(Failure::Unsigned(refusal)))
}

/// The string over which the signature goes, in full.
fn what_is_signed(request: &Request<'_>) -> String {
    let Request { method, path, content_type, timestamp, .. } = request;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let method = method.to_ascii_uppercase();
    format!("{method}\n{}\n{content_type}\nx-timestamp:{timestamp}\n{path}", request.content_md5())
}

fn given(args: &CredentialArgs) -> Result<Credentials, Failure> {
    args.credentials()?.ok_or_else(|| {
        Failure::Usage(
            "--app-key and --app-secret are needed, or the environment that stands for them".into(),
        )
    })
}

/// Of a whole URL only the path is signed, which is then not what was given.
fn from_the_root(path: &str) -> Result<(), Failure> {
    match path.starts_with('/') {
        true => Ok(()),
        false => Err(Failure::Usage("--path is the path of a URL alone, from its first slash".into())),
    }
}

/// No header, method or path can hold a line end, and a signature over one would fit another request too.
fn one_line(name: &str, value: &str) -> Result<(), Failure> {
    match value.chars().any(char::is_control) {
        true => Err(Failure::Usage(format!("{name} is one line of visible characters"))),
        false => Ok(()),
    }
}

fn time(text: &str) -> Result<Utc, &'static str> {
    Utc::parse(text).ok_or("a time like 2026-02-03T08:15:30Z")
}

#[derive(Serialize)]
struct Headers<'a> {
    authorization: String,
    content_type: &'a str,
    x_timestamp: &'a str,
}

/// As they stand in a request.
impl fmt::Display for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Authorization: {}", self.authorization)?;
        writeln!(f, "Content-Type: {}", self.content_type)?;
        write!(f, "x-timestamp: {}", self.x_timestamp)
    }
}

#[derive(Serialize)]
struct Verdict {
    valid: bool,
    refusal: Option<String>,
    signed: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.valid { "signed as it should be:" } else { "this should have been signed:" })?;
        self.signed.lines().try_for_each(|line| write!(f, "\n  {}", line.escape_debug()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the provider's own page.
    #[test]
    fn what_is_signed_is_what_the_page_says() {
        let request = Request {
            method: "post",
            path: "/sinch/callback/ace?from=anywhere",
            content_type: "application/json",
            timestamp: "2014-09-24T10:59:41Z",
            body: br#"{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257","timestamp":"2014-09-24T10:59:41Z","version":1}"#,
        };
        assert_eq!(
            what_is_signed(&request),
            "POST\nREWF+X220L4/Gw1spXOU7g==\napplication/json\nx-timestamp:2014-09-24T10:59:41Z\n/sinch/callback/ace"
        );
    }
}
