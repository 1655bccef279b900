//! The key and the secret of a Sinch application, from the command line or the environment.

use voxwire::signature::Credentials;

use crate::exit::Failure;

/// Who signs.
#[derive(clap::Args)]
pub(crate) struct CredentialArgs {
    /// The key of the Sinch application.
    #[arg(long, value_name = "KEY", env = "SINCH_APPLICATION_KEY")]
    app_key: Option<String>,
    /// Its secret, in base64 as the dashboard shows it.
    #[arg(long, value_name = "SECRET", env = "SINCH_APPLICATION_SECRET", hide_env_values = true)]
    app_secret: Option<String>,
}

impl CredentialArgs {
    /// Both, or none.
    ///
    /// # Errors
    /// [`Failure::Usage`] if one is missing or cannot be what it should be. It repeats neither.
    pub(crate) fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        let missing = |given: &str, other: &str, name: &str| {
            Failure::Usage(format!("{given} is of no use without {other}, or {name} in the environment"))
        };
        match (&self.app_key, &self.app_secret) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing("--app-key", "--app-secret", "SINCH_APPLICATION_SECRET")),
            (None, Some(_)) => Err(missing("--app-secret", "--app-key", "SINCH_APPLICATION_KEY")),
            (Some(key), Some(secret)) => match Credentials::new(key, secret) {
                Ok(credentials) => Ok(Some(credentials)),
                Err(error) => Err(Failure::Usage(format!("these are no credentials: {error}"))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(key: Option<&str>, secret: Option<&str>) -> Result<Option<String>, String> {
        let args = CredentialArgs { app_key: key.map(str::to_owned), app_secret: secret.map(str::to_owned) };
        let found = args.credentials().map_err(|failure| failure.to_string())?;
        Ok(found.map(|credentials| credentials.key().to_owned()))
    }

    #[test]
    fn it_takes_both_or_none() {
        assert_eq!(credentials(None, None), Ok(None));
        assert_eq!(credentials(Some("k3y"), Some("c2VjcmV0")), Ok(Some("k3y".into())));
        assert_eq!(
            credentials(Some("k3y"), None).unwrap_err(),
            "--app-key is of no use without --app-secret, or SINCH_APPLICATION_SECRET in the environment"
        );
        assert_eq!(
            credentials(None, Some("c2VjcmV0")).unwrap_err(),
            "--app-secret is of no use without --app-key, or SINCH_APPLICATION_KEY in the environment"
        );
    }

    #[test]
    fn what_cannot_be_a_key_or_a_secret_is_not_repeated() {
        for (key, secret) in [("k3y:", "c2VjcmV0"), ("", "c2VjcmV0"), ("k3y", "s3cret"), ("k3y", "s3cr*t==")]
        {
            let why = credentials(Some(key), Some(secret)).unwrap_err();
            assert!(why.starts_with("these are no credentials: the "), "{why}");
            assert!(!why.contains("k3y") && !why.contains("s3cr"), "{why}");
        }
    }
}
