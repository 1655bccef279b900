//! How the server takes callbacks, from the command line and the environment.

use core::net::SocketAddr;
use std::env;

use clap::ArgGroup;
use clap::builder::RangedU64ValueParser;
use voxwire::AudioFormat;
use voxwire::signature::{Credentials, Protection, Verifier};

use crate::credentials::CredentialArgs;
use crate::exit::Failure;
use crate::reception::{Callbacks, PublicUrl};

/// What the group of arguments is called of which one is enough to take callbacks.
const TAKING: &str = "taking callbacks";

/// Whether callbacks are taken, and whose.
#[derive(clap::Args)]
#[command(group = ArgGroup::new(TAKING).multiple(true))]
pub(super) struct CallbackArgs {
    /// Takes Sinch's callbacks on the same port, and connects who calls to a stream there.
    #[arg(long, group = TAKING)]
    callbacks: bool,
    /// Where Sinch finds this server: wss://HOST/PATH. Implies --callbacks. Default: the address, ws:// or with TLS wss://.
    #[arg(long, value_name = "URL", group = TAKING)]
    public_url: Option<String>,
    /// When callbacks must be signed: always, never, or deploy, which is where the public URL is not on this machine.
    /// Default: WEBHOOK_PROTECTION in the environment, or deploy.
    #[arg(long, value_name = "MODE", value_parser = protection, requires = TAKING)]
    protection: Option<Protection>,
    /// After how many seconds Sinch is to end a call.
    #[arg(long, value_name = "S", value_parser = RangedU64ValueParser::<u32>::new().range(1..=14_400), requires = TAKING)]
    max_duration: Option<u32>,
    #[command(flatten)]
    credentials: CredentialArgs,
}

impl CallbackArgs {
    /// Whether callbacks are taken.
    pub(super) const fn taken(&self) -> bool {
        self.callbacks || self.public_url.is_some()
    }

    /// Who signs them, if that is known.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        self.credentials.credentials()
    }

    /// How they are answered by a server that listens on `address`, with TLS or without.
    pub(super) fn callbacks(
        &self,
        address: SocketAddr,
        tls: bool,
        format: AudioFormat,
        credentials: Option<Credentials>,
    ) -> Result<Callbacks, Failure> {
        let public = self.public_url.clone().unwrap_or_else(|| {
            let scheme = if tls { "wss" } else { "ws" };
            format!("{scheme}://{address}")
        });
        let public = PublicUrl::parse(&public)?;
        let protection = self.protection.unwrap_or_else(configured);
        let verified = protection.verifies(!public.is_loopback());
        let callbacks = Callbacks::new(public, format);
        let callbacks = match self.max_duration {
            Some(seconds) => callbacks.max_duration(seconds),
            None => callbacks,
        };
        match credentials {
            _ if !verified => Ok(callbacks),
            Some(credentials) => Ok(callbacks.verified(Verifier::new(credentials))),
            None => Err(Failure::Usage(format!(
                "callbacks must be signed (protection {protection}), so --app-key and --app-secret are needed"
            ))),
        }
    }
}

/// What the environment says. What is no text there is no word that is known.
fn configured() -> Protection {
    Protection::find(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

/// Reads `--protection`. In the environment a word misspelled is the strictest; here it can be corrected.
fn protection(text: &str) -> Result<Protection, String> {
    let modes = [Protection::Never, Protection::Deploy, Protection::Always];
    modes.into_iter().find(|mode| mode.as_str() == text).ok_or("a mode is never, deploy or always".into())
}
